//! The table of routes as `OpenAPI` 3.1. What values look like is derived from the types that are read and
//! written, so that it cannot differ from them.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    admit::Access,
    answer::Problem,
    route::{Output, Route},
};

/// Returns the description of these routes.
pub fn of(table: &[Route]) -> Value {
    let mut known = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let problem = known.subschema_for::<Problem>();
    let mut paths = Map::new();
    for route in table {
        let operation = operation(route, &mut known, &problem.clone().to_value());
        let path = paths
            .entry(route.path)
            .or_insert_with(|| Value::Object(Map::new()));
        path[route.method.as_str().to_ascii_lowercase()] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "instance-sync",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Times are whole seconds since 1970, UTC. Repositories are below /ACCOUNT/ULID/, in restic's REST protocol.",
        },
        "paths": paths,
        "components": {
            "schemas": known.take_definitions(true),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "A device's token." },
                "service": { "type": "http", "scheme": "bearer", "description": "A service's token; the operator's socket needs none." },
                "basic": { "type": "http", "scheme": "basic", "description": "ACCOUNT:TOKEN, as restic sends it." },
                "session": { "type": "apiKey", "in": "cookie", "name": "instance-sync", "description": "Over TLS its name begins with __Host-. Whatever changes something needs X-CSRF-Token too." },
            },
        },
    })
}

fn operation(route: &Route, known: &mut SchemaGenerator, problem: &Value) -> Value {
    let content = match route.output {
        Output::Json(shape) => json!({ "application/json": { "schema": shape(known).to_value() } }),
        Output::Other(kind) => json!({ kind: {} }),
    };
    let mut operation = json!({
        "summary": route.about,
        "parameters": parameters(route),
        "responses": {
            route.status.as_str(): { "description": "Done.", "content": content },
            "default": {
                "description": "Not done, and why.",
                "content": { "application/json": { "schema": problem } },
            },
        },
        "security": security(route.access),
    });
    if let Some(shape) = route.input {
        let schema = shape(known).to_value();
        operation["requestBody"] =
            json!({ "content": { "application/json": { "schema": schema } } });
    }
    operation
}

fn parameters(route: &Route) -> Vec<Value> {
    let text = json!({ "type": "string" });
    let words = route.path.split('/').filter_map(|word| {
        let name = word.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({ "name": name, "in": "path", "required": true, "schema": text }))
    });
    let query = route.query.iter().map(|(name, about)| {
        json!({ "name": name, "in": "query", "description": about, "schema": text })
    });
    words.chain(query).collect()
}

fn security(access: Access) -> Value {
    match access {
        Access::Anybody | Access::Stranger => json!([]),
        Access::Device => json!([{ "token": [] }, { "basic": [] }]),
        Access::Person => json!([{ "session": [] }]),
        Access::Operator(_) => json!([{ "service": [] }]),
        Access::Account => json!([{ "token": [] }, { "basic": [] }, { "session": [] }]),
    }
}
