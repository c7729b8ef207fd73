//! What commands that look, and those that remove, say of what a server answers.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::opted::{self, ID, harmless, played};
use crate::support::{Answer, FaultServer, World, play};

/// What `status --json` says of the cloud behind a server that answers like this.
#[track_caller]
fn cloud(world: &World, name: &str, answer: Answer, state: &Value) -> Value {
    let server = FaultServer::always(answer);
    let device = played(world, name, &server.url());
    if let Value::Object(more) = state {
        let place = device.synced_by("state.json");
        let mut state = device.json("state.json");
        let known = state.as_object_mut().unwrap();
        known.extend(more.clone());
        play::write(&place, state.to_string());
    }
    let said = device.command(&["status", "--json"]).ok();
    said.assert_keeps_to_schemas();
    said.json()["cloud"].clone()
}

fn id(letter: char) -> String {
    letter.to_string().repeat(64)
}

fn list(letters: &str) -> Answer {
    let names: Vec<String> = letters.chars().map(id).collect();
    Answer::json(&json!(names).to_string())
}

#[test]
fn a_status_says_how_the_cloud_stands() {
    let world = opted::world();
    let none = Value::Null;
    let ahead = |snapshots: u64| json!({ "state": "ahead", "snapshots": snapshots });
    let base = json!({ "base": id('a'), "known": [id('b')] });
    for (name, letters, state, stands) in [
        ("nothing", "", &none, json!({ "state": "empty" })),
        ("news", "abc", &none, ahead(3)),
        ("some", "abc", &base, ahead(1)),
        ("seen", "ab", &base, json!({ "state": "same" })),
    ] {
        assert_eq!(cloud(&world, name, list(letters), state), stands, "{name}");
    }
    let to_create = json!({ "to_create": true });
    let missing = || Answer::status(404);
    let made = cloud(&world, "to-create", missing(), &to_create);
    assert_eq!(made, json!({ "state": "empty" }));
    // One that should be there, and one that cannot be reached, may hold anything.
    for (name, answer, state) in [
        ("gone", missing(), &none),
        ("away", Answer::status(503), &to_create),
        ("refused", Answer::status(401), &none),
    ] {
        assert_eq!(
            cloud(&world, name, answer, state)["state"],
            "unreachable",
            "{name}"
        );
    }
}

#[test]
fn a_status_with_a_mistake_in_the_command_is_no_status() {
    let world = opted::world();
    let device = played(&world, "deck", "https://127.0.0.1:1");
    let run = device.command(&["status"]).arg("--ca-file=/nowhere/ca.pem");
    harmless(&device, run, 2, &["cannot read", "--ca-file"]);
}

#[test]
fn a_prune_that_reaches_nobody_removes_nothing_and_says_so() {
    let world = opted::world();
    for (status, code, says) in [
        (
            503,
            1,
            "Nothing was removed. Try again when the cloud can be reached.",
        ),
        (401, 4, "Check the token"),
    ] {
        let server = FaultServer::always(Answer::status(status));
        let device = played(&world, &format!("device-{status}"), &server.url());
        let said = harmless(&device, device.command(&["prune", "--yes"]), code, &[says]);
        if status == 401 {
            said.assert_never_says("can be reached");
        }
    }
}

#[test]
fn who_watches_learns_the_names_of_devices_at_first_and_when_they_change() {
    let asked = AtomicUsize::new(0);
    let server = FaultServer::start(move |request| match request.path.as_str() {
        "/.well-known/instance-sync" => {
            let features = ["devices", "events"];
            let about = json!({ "server": "instance-sync", "version": "1", "api": [1], "features": features });
            Answer::json(&about.to_string())
        }
        "/v1/devices" => {
            let name = format!("Deck {}", asked.fetch_add(1, Ordering::Relaxed));
            let deck = json!({ "id": "d", "name": name, "kind": "handheld", "created_at": 1, "is_this": false });
            Answer::json(&json!({ "devices": [deck] }).to_string())
        }
        "/v1/events" => {
            let pushed =
                json!({ "event": "snapshot", "instance": ID, "snapshot": id('a'), "device": "d" });
            let renamed = json!({ "event": "devices" });
            let told = [&pushed, &pushed, &renamed, &pushed].map(|one| format!("data: {one}\n\n"));
            Answer::body(200, "text/event-stream", told.concat())
        }
        _ => Answer::status(404),
    });
    let world = opted::world();
    let device = world.device("desktop");
    opted::join(&device, &server.url());
    let said = device.command(&["watch", "--count=3", "--json"]).ok();
    let lines = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let pushed = lines.filter(|line| line["what"] == "pushed");
    let names: Vec<Value> = pushed.map(|mut line| line["device"].take()).collect();
    assert_eq!(names, ["Deck 0", "Deck 0", "Deck 1"], "{said}");
}
