//! The examples in docs/json.md keep to the schemas, and the schemas refuse what is not so. What the
//! program itself prints is checked in every test that passes `--json`.

use crate::support::schema::objection;
use serde_json::{Value, json};

#[test]
fn every_example_in_the_documents_keeps_to_a_schema() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md")).unwrap();
    let examples: Vec<&str> = text.lines().filter(|line| line.starts_with('{')).collect();
    assert!(examples.len() > 30, "{}", examples.len());
    for line in examples {
        let example: Value = serde_json::from_str(line).expect(line);
        if let Some(why) = objection(&example) {
            panic!("{line}\n{why}");
        }
    }
}

#[test]
fn what_is_not_so_is_refused() {
    for wrong in [
        json!({}),
        json!({"event": "push"}),
        json!({"event": "push", "outcome": "applied"}),
        json!({"event": "pull", "outcome": "offline"}),
        json!({"event": "pull", "outcome": "offline", "why": "x", "more": 1}),
        json!({"event": "warning", "message": "x", "hints": "y"}),
        json!({"event": "error", "message": "x", "hints": [], "exit_code": 0}),
        json!({"instance_id": "01M7Y8NXC8", "how": "joined", "pack_folder": "/x"}),
    ] {
        assert!(objection(&wrong).is_some(), "{wrong}");
    }
}
