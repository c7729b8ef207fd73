//! Who else is at work, and what became of syncs: told with requests that are made anyway, or after the work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::serve_scene::{Member, Scene};
use crate::support::opted::synced;
use crate::support::{Answer, FaultServer, assert_same, play};

/// As long as a file stays young to the next scan.
const SETTLED: Duration = Duration::from_millis(700);

/// Two devices with the same world.
fn two() -> Option<(Scene, Member, Member)> {
    let scene = Scene::new()?;
    let desktop = scene.joined("desktop", None);
    play::world(&desktop.device.pack, "My World", 1);
    desktop.device.command(&["push"]).ok();
    let deck = scene.joined("Lea's Deck", Some(&desktop.device.instance_id()));
    deck.device.command(&["pull"]).ok();
    deck.device.command(&["push"]).ok();
    thread::sleep(SETTLED);
    for member in [&desktop, &deck] {
        for command in ["pull", "push", "pull", "push"] {
            member.device.command(&[command]).ok();
        }
    }
    Some((scene, desktop, deck))
}

fn kinds(asked: &[Value]) -> Vec<(&str, &str)> {
    asked
        .iter()
        .map(|line| {
            (
                line["method"].as_str().unwrap(),
                line["kind"].as_str().unwrap(),
            )
        })
        .collect()
}

fn log(scene: &Scene) -> Vec<Value> {
    let said = scene.alice.get("/v1/sync-log").ok().value;
    said["entries"].as_array().unwrap().clone()
}

#[test]
fn whoever_leaves_an_instance_plays_it_no_more() {
    let Some((scene, desktop, deck)) = two() else {
        return;
    };
    let pulls = || desktop.device.command(&["pull"]).ok();
    deck.device.command(&["pull"]).ok();
    pulls().assert_says("Lea's Deck has been playing this since ");
    let left = deck.device.instance_id();
    deck.device.command(&["disable"]).ok();
    pulls().assert_never_says("Lea's Deck");

    let back = format!("--instance-id={left}");
    let token = std::fs::read_to_string(deck.device.synced_by("token")).unwrap();
    deck.device.init(
        &scene.server.url(),
        token.trim(),
        &[&scene.passphrase(), &back],
    );
    deck.device.command(&["pull"]).ok();
    pulls().assert_says("Lea's Deck has been playing this since ");
    // Another instance of the account, which another device has made.
    let other = scene.joined("tv", None);
    let join = format!("--join={}", other.device.instance_id());
    deck.device.command(&["init", &join]).ok();
    pulls().assert_never_says("Lea's Deck");
}

#[test]
fn a_session_that_is_not_pushed_is_told_of_by_the_one_request_of_a_pull() {
    let Some((scene, desktop, deck)) = two() else {
        return;
    };
    let asked = scene.asked(|| {
        deck.device.command(&["pull"]).ok().assert_silent();
    });
    assert_eq!(kinds(&asked), [("GET", "snapshots")], "{asked:?}");
    let asked = scene.asked(|| {
        let said = desktop.device.command(&["pull"]).ok();
        said.assert_says("Lea's Deck has been playing this since ");
    });
    assert_eq!(kinds(&asked), [("GET", "snapshots")], "{asked:?}");
    let said = desktop
        .device
        .command(&["pull"])
        .env("LANG", "de_DE.UTF-8")
        .ok();
    said.assert_says("Auf Lea's Deck wird das seit ");
    // A push ends it.
    play::session(&deck.device.pack, "My World", 2);
    deck.device.command(&["push"]).ok();
    let said = desktop.device.command(&["pull"]).ok();
    said.assert_says("Updated").assert_never_says("Lea's Deck");
    assert_same(&synced(&desktop.device.pack), &synced(&deck.device.pack));
}

#[test]
fn a_session_in_which_nothing_changed_is_over_with_its_push() {
    let Some((scene, desktop, deck)) = two() else {
        return;
    };
    deck.device.command(&["pull"]).ok();
    let asked = scene.asked(|| {
        deck.device.command(&["push"]).ok().assert_silent();
    });
    assert_eq!(kinds(&asked).len(), 1, "{asked:?}");
    desktop.device.command(&["pull"]).ok().assert_silent();
}

#[test]
fn a_device_that_told_the_server_something_first_still_plays() {
    let Some((scene, desktop, deck)) = two() else {
        return;
    };
    // A launcher that was killed skipped the push: the next pull makes up for it, and then the game starts.
    play::session(&deck.device.pack, "My World", 2);
    deck.device.command(&["pull"]).ok();
    let said = desktop.device.command(&["pull"]).ok();
    said.assert_says("Lea's Deck has been playing this since ");
    let rows = log(&scene);
    assert_eq!(rows[0]["what"], "pulled");
    assert_eq!(rows[0]["name"], "desktop");
    assert!(rows[0]["units"].as_u64() >= Some(1), "{rows:?}");
}

#[test]
fn a_fork_is_written_down_once_and_no_game_starts_by_it() {
    let Some((scene, desktop, deck)) = two() else {
        return;
    };
    play::session(&deck.device.pack, "My World", 2);
    play::session(&desktop.device.pack, "My World", 3);
    deck.device.command(&["push"]).ok();
    for _ in 0..2 {
        desktop.device.command(&["pull"]).code(3);
    }
    let rows = log(&scene);
    let forks: Vec<&Value> = rows.iter().filter(|row| row["what"] == "forked").collect();
    assert_eq!(forks.len(), 1, "{rows:?}");
    assert_eq!(forks[0]["reason"], "conflict");
    let id = desktop.device.instance_id();
    let present = &scene.alice.get("/v1/instances").ok().value["instances"][0]["present"];
    assert_eq!(present, &json!([]), "{id}");
    desktop.device.command(&["resolve", "--keep=both"]).ok();
    assert_eq!(log(&scene)[0]["what"], "merged");
    // Nothing that the server keeps or says holds a name of the player's.
    let database = std::fs::read(scene.server.data().join("server.db")).unwrap();
    let journal = std::fs::read(scene.server.data().join("server.db-wal")).unwrap_or_default();
    for bytes in [database, journal, scene.server.log_text().into_bytes()] {
        let holds = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
        assert!(!holds(b"My World") && !holds(b"level.dat"));
    }
}

#[test]
fn what_nobody_wants_to_hear_costs_a_hook_a_second_and_no_failure() {
    let Some((_scene, desktop, _deck)) = two() else {
        return;
    };
    // A server that lists, and hangs when it is told something.
    let id = desktop.device.instance_id();
    let known = Arc::new(AtomicBool::new(false));
    let asked = known.clone();
    let server = FaultServer::start(move |request| {
        if request.path.ends_with("/snapshots/") {
            Answer::json("[]")
        } else {
            asked.store(true, Ordering::Relaxed);
            Answer::Hang
        }
    });
    let marker = desktop.device.synced_by("sync.json");
    let mut sync = desktop.device.json("sync.json");
    sync["url"] = json!(server.url());
    std::fs::write(&marker, sync.to_string()).unwrap();
    let servers = desktop
        .device
        .home
        .join(".local/share/instance-sync/servers.json");
    let text = std::fs::read_to_string(&servers).unwrap();
    let (old, _) = text.split_once("\": {\n      \"asked_at").unwrap();
    let old = old.rsplit('"').next().unwrap();
    std::fs::write(&servers, text.replace(old, &server.url())).unwrap();
    let said = desktop.device.command(&["push"]).ok();
    said.assert_silent();
    assert!(known.load(Ordering::Relaxed), "{id}: {text}");
    assert!(said.elapsed < Duration::from_secs(3), "{said}");
}
