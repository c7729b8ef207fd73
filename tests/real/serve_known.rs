//! What a client finds out about its server: one question, remembered; and instances that it registers.

use serde_json::json;

use super::serve_scene::Scene;
use crate::support::{ALICE, World, play};

const QUESTION: &str = "/.well-known/instance-sync";

#[test]
fn a_plain_rest_server_is_asked_what_it_is_once_and_nothing_else_is_new_to_it() {
    let Some(world) = World::with_server() else {
        return;
    };
    let desktop = world.device("desktop");
    play::world(&desktop.pack, "My World", 1);
    world.opt_in(&[&desktop]);
    let questions = || {
        let all = world.server().requests();
        all.iter().filter(|line| line.contains(QUESTION)).count()
    };
    let others = || {
        let all = world.server().requests();
        let odd = |line: &&String| line.contains("/v1/");
        all.iter().filter(odd).count()
    };
    assert_eq!(questions(), 1);
    for seed in 2..4 {
        desktop.command(&["push"]).ok();
        desktop.command(&["pull"]).ok();
        play::session(&desktop.pack, "My World", seed);
    }
    desktop.command(&["push"]).ok();
    desktop.command(&["status"]).ok();
    desktop.command(&["instances"]).ok();
    assert_eq!((questions(), others()), (1, 0));
    // Who looks for a fault, or opts in, wants to know what is so now.
    desktop.command(&["doctor"]).any();
    assert_eq!((questions(), others()), (2, 0));
    let (url, ca) = (
        world.server().url(),
        world.server().ca_file().display().to_string(),
    );
    let ca = format!("--ca-file={ca}");
    desktop.init(&url, ALICE.token, &["--force", &ca]);
    assert_eq!((questions(), others()), (3, 0));
    // Who opted in without asking anything asks after the first push that saved something.
    let deck = world.device("deck");
    let id = format!("--instance-id={}", desktop.instance_id());
    deck.init(&url, ALICE.token, &["--offline", &id, &ca]);
    deck.command(&["pull"]).ok();
    deck.command(&["push"]).ok();
    assert_eq!((questions(), others()), (3, 0));
    for seed in 5..7 {
        play::session(&deck.pack, "My World", seed);
        deck.command(&["push"]).ok();
        assert_eq!((questions(), others()), (4, 0));
    }
}

#[test]
fn a_client_registers_its_instance_so_that_no_operator_has_to() {
    let Some(scene) = Scene::new() else { return };
    let desktop = scene.joined("desktop", None);
    play::world(&desktop.device.pack, "My World", 1);
    desktop.device.command(&["push"]).ok();
    let listed = scene.alice.get("/v1/instances").ok().value;
    let id = desktop.device.instance_id();
    assert_eq!(listed["instances"][0]["id"], id);
    let said = desktop.device.command(&["doctor"]).any();
    said.assert_says("it is instance-sync 0.1.0");
    // Opted in without asking, the first push registers it.
    let deck = scene.member("deck");
    play::world(&deck.device.pack, "Other World", 2);
    let passphrase = scene.passphrase();
    let options = ["--offline", &passphrase];
    deck.device.init(&scene.server.url(), &deck.token, &options);
    deck.device.command(&["push"]).ok();
    let listed = scene.alice.get("/v1/instances").ok().value;
    assert_eq!(listed["instances"].as_array().unwrap().len(), 2);
}

#[test]
fn where_there_are_too_many_instances_the_server_says_so_and_nothing_is_left_behind() {
    let Some(scene) = Scene::with_instances(1) else {
        return;
    };
    scene.joined("desktop", None);
    let deck = scene.member("deck");
    let url = format!("--url={}", scene.server.url());
    let said = deck
        .device
        .command(&["init", &url, "--token", &deck.token])
        .arg(scene.passphrase())
        .code(1);
    said.assert_says("the account has as many instances as it may")
        .assert_says("No repository was created");
    assert!(!deck.device.synced_by("sync.json").exists());
}

#[test]
fn an_instance_whose_name_nobody_can_read_is_offered_by_its_id() {
    let Some(scene) = Scene::new() else { return };
    let desktop = scene.joined("desktop", None);
    play::world(&desktop.device.pack, "My World", 1);
    desktop.device.command(&["push"]).ok();
    // Of another passphrase: the list of the account does not name it.
    let deck = scene.member("Deck");
    play::world(&deck.device.pack, "Other World", 2);
    std::fs::write(scene.world.path("other"), "of somebody else\n").unwrap();
    let other = format!("--passphrase-file={}", scene.world.path("other").display());
    deck.device
        .init(&scene.server.url(), &deck.token, &[&other]);
    deck.device.command(&["push"]).ok();
    // One that nobody has pushed to yet holds nothing to join.
    desktop.control.post("/v1/instances", &json!({})).ok();
    let unnamed = deck.device.instance_id();
    let said = desktop.device.command(&["instances", "--json"]).ok();
    said.assert_keeps_to_schemas();
    // A machine that is busy says before what it is waiting for.
    let last = said.stdout.lines().last().unwrap();
    let listed: serde_json::Value = serde_json::from_str(last).unwrap();
    let listed = listed["instances"].clone();
    let listed = listed.as_array().unwrap();
    let ids: Vec<_> = listed.iter().map(|one| &one["instance_id"]).collect();
    assert_eq!(ids, [&json!(desktop.device.instance_id()), &json!(unnamed)]);
    assert_eq!(listed[1]["label"], unnamed[..8]);
    assert_eq!(listed[1]["last_played"]["device"], "Deck");
    // What is in the trash cannot be joined.
    scene.alice.delete(&format!("/v1/instances/{unnamed}")).ok();
    let said = desktop.device.command(&["instances"]).ok();
    said.assert_never_says(&unnamed);
}
