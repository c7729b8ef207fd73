//! The schemas in docs/schema, as promises: whatever `--json` prints in any test keeps to one.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

/// Schemas of files. All others are of what `--json` prints.
const FILES: [&str; 4] = ["push", "scope", "sync", "verified"];

struct Known {
    schemas: Schemas,
    indexes: Vec<(String, SchemaIndex)>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema")
}

fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        let mut indexes = Vec::new();
        for entry in std::fs::read_dir(folder()).expect("docs/schema") {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let Some(name) = name.strip_suffix(".schema.json") else {
                panic!("docs/schema holds {name}")
            };
            let text = std::fs::read_to_string(&path).unwrap();
            let schema = serde_json::from_str(&text).expect(name);
            let url = format!("file:///{name}.json");
            compiler.add_resource(&url, schema).expect(name);
            let index = compiler.compile(&url, &mut schemas);
            indexes.push((
                name.to_owned(),
                index.unwrap_or_else(|why| panic!("{why:#}")),
            ));
        }
        Known { schemas, indexes }
    })
}

/// Returns why a value keeps to none of the schemas of what `--json` prints.
pub fn objection(printed: &Value) -> Option<String> {
    let known = known();
    let mut objections = String::new();
    for (name, index) in &known.indexes {
        if FILES.contains(&name.as_str()) {
            continue;
        }
        match known.schemas.validate(printed, *index) {
            Ok(()) => return None,
            Err(why) => {
                let _ = writeln!(objections, "{name}: {why:#}");
            }
        }
    }
    Some(objections)
}

/// Checks that a value keeps to the schema of that name.
#[track_caller]
pub fn assert_valid(name: &str, value: &Value) {
    let known = known();
    let index = known.indexes.iter().find(|(known, _)| known == name);
    let (_, index) = index.unwrap_or_else(|| panic!("no schema {name}"));
    if let Err(why) = known.schemas.validate(value, *index) {
        panic!("{value:#}\nis no {name}: {why:#}");
    }
}

/// Checks that a file of JSON keeps to the schema of that name.
#[track_caller]
pub fn assert_file(name: &str, file: &Path) {
    let value: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_valid(name, &value);
}
