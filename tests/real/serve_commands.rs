//! Commands that are about a server of ours: `devices`, `watch`, and `prune` with its leave.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::serve_scene::{Member, Scene};
#[cfg(unix)]
use crate::support::terminal::type_in;
use crate::support::{ALICE, World, play};

const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until this is so.
#[track_caller]
fn until(mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it never came to that");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn devices_are_listed_and_one_that_is_lost_is_revoked_from_another() {
    let Some(scene) = Scene::new() else { return };
    let desktop = scene.joined("desktop", None);
    let deck = scene.joined("Deck", Some(&desktop.device.instance_id()));
    let said = desktop.device.command(&["devices"]).ok();
    said.assert_says("this device")
        .assert_says("Deck")
        .assert_says("handheld");
    let listed = desktop.device.command(&["devices", "--json"]).ok().json()["devices"].clone();
    let rows: Vec<(&Value, &Value, &Value)> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["id"], &row["this"], &row["revoked"]))
        .collect();
    assert_eq!(
        rows,
        [
            (&json!(desktop.id), &json!(true), &Value::Null),
            (&json!(deck.id), &json!(false), &Value::Null)
        ]
    );
    assert!(listed[1]["last_seen"].is_string(), "{listed}");
    // Nobody was asked.
    desktop
        .device
        .command(&["devices", "revoke", "Deck"])
        .code(2)
        .assert_says("--yes");
    deck.device.command(&["status"]).ok();
    #[cfg(unix)] // a pseudo-terminal
    {
        let run = desktop.device.command(&["devices", "revoke", "Deck"]);
        let Some(seen) = type_in(run, &[("[y/N]", "n\r")]) else {
            return;
        };
        let asked = seen.last().replace('\n', "");
        assert!(asked.contains("Revoke Deck ("), "{asked}");
        assert!(asked.contains(", last seen: "), "{asked}");
        assert!(asked.contains(&deck.id), "{asked}");
    }
    let said = desktop
        .device
        .command(&["devices", "revoke", "Deck", "--yes"])
        .ok();
    said.assert_says("Deck is revoked");
    play::world(&deck.device.pack, "My World", 1);
    deck.device.command(&["push"]).code(4);
    let said = deck.device.command(&["devices"]).code(4);
    said.assert_says("this device was revoked");
    desktop
        .device
        .command(&["devices"])
        .ok()
        .assert_says("revoked on ");
    for (named, says) in [
        ("Deck", "revoked already"),
        ("Dekc", "no device of this account"),
    ] {
        let run = desktop
            .device
            .command(&["devices", "revoke", named, "--yes"]);
        run.code(2)
            .assert_says(says)
            .assert_says("In use are: desktop.");
    }
}

#[test]
fn a_plain_rest_server_knows_no_devices_and_tells_nobody_what_happens() {
    let Some(world) = World::with_server() else {
        return;
    };
    let desktop = world.device("desktop");
    world.opt_in(&[&desktop]);
    let before = world.server().requests().len();
    let said = desktop.command(&["devices"]).code(1);
    said.assert_says("is a plain rest-server: it knows no devices")
        .assert_says("instance-sync serve");
    let said = desktop.command(&["watch"]).code(1);
    said.assert_says("is a plain rest-server: it tells nobody what happens");
    let said = desktop.command(&["pair"]).code(1);
    said.assert_says("is a plain rest-server: it lets no device in by a code");
    said.assert_never_says("own token");
    assert_eq!(
        world.server().requests().len(),
        before,
        "it is known already"
    );
    // A folder is no server at all.
    let deck = world.device("deck");
    let folder = world.path("saves");
    deck.init(&folder.display().to_string(), ALICE.token, &[]);
    deck.command(&["devices"])
        .code(1)
        .assert_says("is no server: it knows no devices");
}

/// Two devices, and `watch` on the first of them, which listens.
fn watched(options: &[&str]) -> Option<(Scene, Member, Member, crate::support::Started)> {
    let scene = Scene::new()?;
    let desktop = scene.joined("desktop", None);
    play::world(&desktop.device.pack, "My World", 1);
    desktop.device.command(&["push"]).ok();
    let deck = scene.joined("Deck", Some(&desktop.device.instance_id()));
    deck.device.command(&["pull"]).ok();
    // It plays no more: the next pull begins another session, however soon that is.
    deck.device.command(&["push"]).ok();
    let before = looked(&scene, &desktop);
    let watching = desktop.device.command(&["watch"]).args(options).start();
    until(|| looked(&scene, &desktop) > before);
    Some((scene, desktop, deck, watching))
}

/// How often a device has looked at something over the control API; a stream counts once it is over. Who
/// listens looks once who is there.
fn looked(scene: &Scene, member: &Member) -> usize {
    let lines = scene.server.log();
    let is = |line: &&Value| {
        line["kind"] == "control" && line["method"] == "GET" && line["device"] == member.id
    };
    lines.iter().filter(is).count()
}

#[test]
fn a_push_of_another_device_is_told_as_it_happens_and_ones_own_is_not() {
    let Some((_scene, desktop, deck, watching)) = watched(&["--count=2", "--json"]) else {
        return;
    };
    play::session(&desktop.device.pack, "My World", 2);
    desktop.device.command(&["push"]).ok();
    deck.device.command(&["pull"]).ok();
    play::session(&deck.device.pack, "My World", 3);
    deck.device.command(&["push"]).ok();
    let said = watching.wait();
    assert_eq!(said.status.code(), Some(0), "{said}");
    let lines: Vec<Value> = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let what: Vec<&Value> = lines.iter().map(|line| &line["what"]).collect();
    assert_eq!(what, ["listening", "session", "pushed"], "{said}");
    assert_eq!(
        (&lines[1]["device"], &lines[1]["state"]),
        (&json!("Deck"), &json!("playing"))
    );
    let snapshot = lines[2]["snapshot"].as_str().unwrap();
    assert_eq!(snapshot.len(), 64);
    // Nothing was pulled: who watches may be playing.
    desktop
        .device
        .command(&["pull"])
        .ok()
        .assert_says("Updated");
}

#[test]
fn a_server_that_is_away_for_a_while_is_listened_to_again() {
    let Some((mut scene, desktop, deck, watching)) = watched(&["--count=1"]) else {
        return;
    };
    scene.server.kill();
    let before = looked(&scene, &desktop);
    scene.server.start_again();
    until(|| looked(&scene, &desktop) > before);
    play::session(&deck.device.pack, "My World", 2);
    deck.device.command(&["push"]).ok();
    let said = watching.wait();
    assert_eq!(said.status.code(), Some(0), "{said}");
    said.assert_says("trying again in 1 s")
        .assert_says("Something may have happened that was not heard.")
        .assert_says("Deck pushed.");
}

#[test]
fn a_device_that_is_revoked_hears_nothing_more() {
    let Some((scene, desktop, _deck, watching)) = watched(&[]) else {
        return;
    };
    scene
        .alice
        .delete(&format!("/v1/devices/{}", desktop.id))
        .ok();
    let said = watching.wait();
    assert_eq!(said.status.code(), Some(4), "{said}");
    said.assert_says("this device was revoked");
}

/// A device with a past that can be thinned.
fn with_a_past(scene: &Scene) -> Member {
    let desktop = scene.joined("desktop", None);
    for seed in 1..4 {
        play::world(&desktop.device.pack, "My World", seed);
        desktop.device.command(&["push"]).ok();
    }
    desktop
}

const THIN: [&str; 4] = ["prune", "--yes", "--keep-all=0h", "--keep-daily=0h"];

#[test]
fn prune_asks_for_leave_waits_for_the_yes_and_gives_it_back() {
    let Some(scene) = Scene::new() else { return };
    let desktop = with_a_past(&scene);
    let asked = || {
        let said = scene.alice.get("/v1/grants").ok().value;
        said["requests"].as_array().unwrap().clone()
    };
    // What this server removes it keeps for a while.
    #[cfg(unix)] // a pseudo-terminal
    {
        let run = desktop.device.command(&[THIN[0], THIN[2], THIN[3]]);
        let question = "For 30 days the server can bring it back. [y/N]";
        let Some(seen) = type_in(run, &[(question, "n\r")]) else {
            return;
        };
        assert!(seen.last().contains("Nothing was removed."), "{seen:?}");
    }
    let said = desktop.device.command(&THIN).code(1);
    said.assert_says("nobody has said yes yet")
        .assert_says("grant add alice \"desktop\" ")
        .assert_says("Nothing was removed");
    let first = asked();
    assert_eq!(first.len(), 1);
    // It waits for a day, and is not asked again.
    let before = looked(&scene, &desktop);
    let pruning = desktop
        .device
        .command(&THIN)
        .args(["--wait", "--json"])
        .start();
    until(|| looked(&scene, &desktop) > before + 3);
    assert_eq!(asked(), first);
    let id = first[0]["id"].as_str().unwrap();
    scene
        .alice
        .post(&format!("/v1/grants/requests/{id}/approve"), &json!({}))
        .ok();
    let said = pruning.wait();
    assert_eq!(said.status.code(), Some(0), "{said}");
    said.assert_says("\"outcome\":\"done\"");
    let grants = scene.alice.get("/v1/grants").ok().value["grants"].clone();
    assert_eq!(grants.as_array().unwrap().len(), 1);
    assert!(grants[0]["revoked_at"].is_i64(), "{grants}");
    desktop.device.command(&["verify"]).ok();
}

#[test]
fn leave_that_is_refused_removes_nothing() {
    let Some(scene) = Scene::new() else { return };
    let desktop = with_a_past(&scene);
    let pruning = desktop.device.command(&THIN).arg("--wait=5").start();
    let asked = || scene.alice.get("/v1/grants").ok().value["requests"][0]["id"].clone();
    until(|| asked().is_string());
    let id = asked();
    let id = id.as_str().unwrap();
    scene
        .alice
        .post(&format!("/v1/grants/requests/{id}/refuse"), &json!({}))
        .ok();
    let said = pruning.wait();
    assert_eq!(said.status.code(), Some(1), "{said}");
    said.assert_says("was refused")
        .assert_says("Nothing was removed");
    let instance = desktop.device.instance_id();
    let snapshots = scene
        .server
        .repositories()
        .join("alice")
        .join(instance)
        .join("snapshots");
    assert_eq!(std::fs::read_dir(snapshots).unwrap().count(), 3);
    // Looking asks for nothing, and is no failure.
    let said = desktop
        .device
        .command(&["prune", "--dry-run", THIN[2], THIN[3]])
        .ok();
    said.assert_says("goes").assert_says("asks it for leave");
    let said = desktop
        .device
        .command(&["prune", "--dry-run", "--json", THIN[2], THIN[3]])
        .ok();
    said.assert_says("\"outcome\":\"preview\"");
    assert!(asked().is_null());
}
