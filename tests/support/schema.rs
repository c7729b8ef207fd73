//! Checks JSON against a schema of docs/schema, as far as those go: type, const, enum, required,
//! properties, items, oneOf, anyOf, $ref.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// Checks a value against `docs/schema/<name>.schema.json`. A field that the schema does not know is a
/// failure too: it was forgotten in the documents.
#[track_caller]
pub fn assert_valid(name: &str, value: &Value) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    let text = fs::read(folder.join(format!("{name}.schema.json"))).unwrap();
    let schema: Value = serde_json::from_slice(&text).unwrap();
    if let Err(why) = check(&schema, &schema, value) {
        panic!("{name}: {why}\n{value:#}");
    }
}

fn check(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    if let Some(place) = schema["$ref"].as_str() {
        let schema = root.pointer(place.trim_start_matches('#'));
        return check(root, schema.ok_or("a $ref that leads nowhere")?, value);
    }
    let is = |name: &str| match name {
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    let typed = match &schema["type"] {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    };
    let listed = schema["enum"]
        .as_array()
        .is_none_or(|all| all.contains(value));
    let constant = schema.get("const").is_none_or(|constant| constant == value);
    if !typed || !listed || !constant {
        return Err(format!("{value} is not {schema}"));
    }
    for several in ["oneOf", "anyOf"] {
        if let Some(all) = schema[several].as_array() {
            let why: Vec<_> = all.iter().map(|one| check(root, one, value)).collect();
            if why.iter().all(Result::is_err) {
                return Err(format!("none of {several}: {why:?}"));
            }
        }
    }
    for (items, schema) in [(value.as_array(), schema.get("items"))] {
        for (item, schema) in items.into_iter().flatten().zip(schema.into_iter().cycle()) {
            check(root, schema, item)?;
        }
    }
    let (Some(fields), Some(known)) = (value.as_object(), schema["properties"].as_object()) else {
        return Ok(());
    };
    for name in schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if !fields.contains_key(name) {
            return Err(format!("{name} is missing"));
        }
    }
    for (name, field) in fields {
        let schema = known
            .get(name)
            .ok_or_else(|| format!("{name} is not in the schema"))?;
        check(root, schema, field).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(())
}
