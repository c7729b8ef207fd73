//! docs/guides/without-instance-sync.md, followed to the letter: its blocks are run by a shell, with
//! stock restic and nothing of ours.

use std::fs;
use std::path::Path;

use super::forks::*;
use super::rounds::synced;
use super::support::*;

/// The blocks of the guide that a shell runs as one script, with what the reader puts in: those without
/// a mark, and those with this one.
fn script(mark: &str, known: &[(&str, &str)]) -> String {
    let guide = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/docs/guides/without-instance-sync.md"
    ))
    .unwrap();
    let mut script = String::new();
    let mut inside: Option<bool> = None;
    for line in guide.lines() {
        match (inside, line.strip_prefix("```")) {
            (Some(_), Some(_)) => inside = None,
            (None, Some(kind)) => inside = Some(kind == "sh" || kind == format!("sh {mark}")),
            (Some(true), None) => {
                script.push_str(line);
                script.push('\n');
            }
            _ => {}
        }
    }
    for (word, value) in known {
        assert!(script.contains(word), "the guide never says {word}");
        script = script.replace(word, value);
    }
    script
}

/// A desktop with two worlds, and a deck that left one of them out of its newest push. Returns what
/// everything is, the deck's snapshot, and the one that has what it left out.
fn left_out(world: &World) -> (Tree, String, String) {
    let [desktop, deck] = devices(world, ["desktop", "deck"]);
    for name in ["My World", "Left Out"] {
        play::world(&desktop.pack, name, 1);
    }
    play::settings(&desktop.pack, 1);
    hand_over(&desktop, &deck);
    fs::write(
        deck.synced_by("scope.json"),
        r#"{"schema": 1, "include": ["saves/*", "options.txt", "servers.dat", "config"], "exclude": ["saves/Left Out"]}"#,
    )
    .unwrap();
    play::session(&deck.pack, "My World", 2);
    deck.command(&["push"]).ok();
    desktop.command(&["pull"]).ok();
    let record = deck.json("push.json");
    let held = &record["units"]["saves/Left Out"];
    assert_eq!(held["state"], "held", "{record:#}");
    let within = held["within"].as_str().unwrap().to_owned();
    let newest = desktop.json("state.json")["base"]
        .as_str()
        .unwrap()
        .to_owned();
    (synced(&desktop), newest, within)
}

/// Follows the guide, and compares what came with what there is.
#[track_caller]
fn follow(world: &World, mark: &str, known: &[(&str, &str)], everything: &Tree) {
    let script = script(mark, known);
    let folder = world.path("reader");
    fs::create_dir_all(&folder).unwrap();
    let path = std::env::join_paths([world.path("bin"), "/usr/bin".into(), "/bin".into()]).unwrap();
    let env = vec![
        ("HOME".into(), folder.clone().into()),
        ("PATH".into(), path),
    ];
    let run = run::Run::new(Path::new("/bin/sh"), &folder, env).args(["-eu", "-c", &script]);
    let said = run.ok();
    said.assert_says("no errors were found");
    said.assert_says("/saves/My World/level.dat");
    let restored = Tree::of(&folder.join("restored"));
    assert_same(&restored, everything);
    // The folder that restic was told to restore into is a new one of the reader's.
    let without = |tree: &Tree| tree.clone().without("saves/Left Out");
    assert_same_with_metadata(&without(&restored), &without(everything));
    let one = Tree::of(&folder.join("world"));
    assert_same(&one, &everything.under("saves/My World"));
}

#[test]
fn everything_comes_back_from_a_server_with_stock_restic_alone() {
    let Some(world) = World::with_server() else {
        return;
    };
    let (everything, newest, within) = left_out(&world);
    let id = world.device("desktop").instance_id();
    let (url, ca) = (
        world.server().url(),
        world.server().ca_file().display().to_string(),
    );
    let known = [
        ("https://saves.example.org", url.as_str()),
        ("/path/to/ca.pem", &ca),
        ("INSTANCE_ID", &id),
        ("ACCOUNT", ALICE.name),
        ("'SECRET'", "'desktop-secret'"),
        ("'PASSWORD'", "'desktop-secret'"),
        ("SNAPSHOT", &newest),
        ("WITHIN", &within),
    ];
    follow(&world, "server", &known, &everything);
}

#[test]
fn everything_comes_back_from_a_folder_with_stock_restic_alone() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (everything, newest, within) = left_out(&world);
    let id = world.device("desktop").instance_id();
    let cloud = world.cloud().display().to_string();
    let known = [
        ("/mnt/nas/saves", cloud.as_str()),
        ("INSTANCE_ID", &id),
        ("ACCOUNT", ALICE.name),
        ("'PASSWORD'", "'desktop-secret'"),
        ("SNAPSHOT", &newest),
        ("WITHIN", &within),
    ];
    follow(&world, "folder", &known, &everything);
}
