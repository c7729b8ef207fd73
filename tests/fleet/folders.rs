//! What a game folder holds, read without the engine: units, and the old and coming ones in
//! `.cloud-sync`. For oracles.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;

/// Everything in one unit: its files by name, with what they hold.
pub type Content = BTreeMap<String, Vec<u8>>;

/// The units of a folder.
pub type Units = BTreeMap<String, Content>;

/// Shows a content.
pub fn shown(content: &Content) -> String {
    let files = content
        .iter()
        .map(|(name, bytes)| format!("{name}={:?}", String::from_utf8_lossy(bytes)));
    files.collect::<Vec<_>>().join(", ")
}

/// Lists units with what they hold.
pub fn list(units: &Units) -> String {
    let lines = units
        .iter()
        .map(|(unit, content)| format!("\n  {unit}: {}", shown(content)));
    lines.collect()
}

/// Returns the units below a folder: worlds, and the options.
pub fn units_below(pack: &Path) -> Units {
    let mut units = Units::new();
    if let Ok(bytes) = fs::read(pack.join("options.txt")) {
        units.insert(
            "options.txt".to_owned(),
            [(String::new(), bytes)].into_iter().collect(),
        );
    }
    for world in fs::read_dir(pack.join("saves")).into_iter().flatten() {
        let world = world.unwrap();
        let mut content = Content::new();
        files_below(&world.path(), "", &mut content);
        if !content.is_empty() {
            let name = format!("saves/{}", world.file_name().to_string_lossy());
            units.insert(name, content);
        }
    }
    units
}

fn files_below(folder: &Path, prefix: &str, content: &mut Content) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            files_below(&entry.path(), &format!("{name}/"), content);
        } else {
            content.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

/// Returns what the next command makes of an interrupted swap: the units that come, with what is
/// staged and what is live already.
pub fn interrupted(own: &Path) -> Vec<Content> {
    let Ok(text) = fs::read(own.join("journal.json")) else {
        return Vec::new();
    };
    let journal: Value = serde_json::from_slice(&text).unwrap();
    let pack = own.parent().unwrap();
    let staged = own.join(format!("staging-{}", journal["staging"].as_str().unwrap()));
    let gone: BTreeSet<&str> = journal["files_removed"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut units = units_below(pack);
    for (unit, content) in units_below(&staged.join("tree")) {
        units.entry(unit).or_default().extend(content);
    }
    units
        .into_iter()
        .map(|(unit, mut content)| {
            content.retain(|name, _| !gone.contains(format!("{unit}/{name}").as_str()));
            content
        })
        .collect()
}

/// Returns what undo holds: the old files, and what was the same then and is live now.
pub fn undo(own: &Path) -> Vec<Content> {
    let mut found = Vec::new();
    for folder in fs::read_dir(own.join("undo")).into_iter().flatten() {
        let folder = folder.unwrap().path();
        let Ok(text) = fs::read(folder.join("undo.json")) else {
            continue;
        };
        let entry: Value = serde_json::from_slice(&text).unwrap();
        for (unit, replaced) in entry["units"].as_object().into_iter().flatten() {
            let Some(files) = replaced["before"]["files"].as_object() else {
                continue;
            };
            let mut content = Content::new();
            for name in files.keys() {
                let path = match name.as_str() {
                    "" => unit.clone(),
                    name => format!("{unit}/{name}"),
                };
                let kept = fs::read(folder.join("files").join(&path));
                let live = || fs::read(own.parent().unwrap().join(&path));
                if let Ok(bytes) = kept.or_else(|_| live()) {
                    content.insert(name.clone(), bytes);
                }
            }
            found.push(content);
        }
    }
    found
}
