//! Game folders that are not what they should be: missing, a file, a link, empty.

use std::fs;

use crate::support::opted::{harmless, played};
use crate::support::{Answer, FaultServer, Tree, assert_same, opted, play};

#[test]
fn opting_in_a_folder_that_is_missing_or_a_file_names_the_option() {
    let world = opted::world();
    let device = world.device("deck");
    let file = device.home.join("file");
    play::write(&file, "a file\n");
    let before = Tree::of_all(&device.home);
    let says = ["saves/", "--pack-folder"];
    for (pack, why) in [
        (device.home.join("nowhere"), "cannot use the folder"),
        (file.join("below"), "cannot use the folder"),
        (file, "is not a folder"),
    ] {
        let init = device.command(&["init", "--url=/nowhere/cloud", "--offline"]);
        let init = init.arg("--token=alice:desktop-secret").pack(&pack);
        harmless(&device, init, 2, &says).assert_says(why);
        let setup = device.command(&["setup"]).pack(&pack).stdin("");
        harmless(&device, setup, 2, &says).assert_says(why);
        for command in [&["status"][..], &["disable"]] {
            let run = device.command(command).pack(&pack);
            harmless(&device, run, 0, &["not opted in"]);
        }
        for command in [
            &["undo"][..],
            &["restore", "saves/World", "--at=yesterday"],
            &["export", "saves/World"],
            &["verify", "--every=7d"],
            &["verify"],
            &["prune"],
        ] {
            let run = device.command(command).pack(&pack);
            harmless(&device, run, 2, &["not opted in", "--pack-folder"]);
        }
    }
    assert_same(&before, &Tree::of_all(&device.home));
}

#[cfg(unix)]
#[test]
fn a_link_to_the_game_folder_is_the_game_folder() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    let link = device.home.join("link");
    std::os::unix::fs::symlink(&device.pack, &link).unwrap();
    for pack in [&device.pack, &link, &device.pack] {
        let run = device.command(&["pull"]).pack(pack);
        let output = harmless(&device, run, 0, &["503"]);
        output.assert_never_says("copy");
    }
    let status = device
        .command(&["status", "--offline", "--json"])
        .pack(&link);
    assert_eq!(status.ok().json()["instance"], serde_json::Value::Null);
}

#[cfg(unix)]
#[test]
fn saves_that_lead_nowhere_are_no_deletion() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    fs::rename(device.pack.join("saves"), device.home.join("moved")).unwrap();
    std::os::unix::fs::symlink("/nowhere/saves", device.pack.join("saves")).unwrap();
    for command in ["pull", "push"] {
        let says = ["saves", "leads nowhere"];
        harmless(&device, device.command(&[command]), 0, &says);
    }
    let status = device
        .command(&["status", "--offline", "--json"])
        .ok()
        .json();
    assert!(
        status["problems"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    );
    let deleted = |change: &serde_json::Value| change["change"] == "deleted";
    assert!(!status["changes"].as_array().unwrap().iter().any(deleted));
}

#[test]
fn an_own_folder_that_is_a_file_ends_in_a_message() {
    let world = opted::world();
    let device = world.device("deck");
    play::write(&device.pack.join(".cloud-sync"), "not a folder\n");
    let init = device.command(&["init", "--url=/nowhere/cloud", "--offline"]);
    let init = init.arg("--token=alice:desktop-secret");
    harmless(&device, init, 1, &[".cloud-sync"]);
    let kept = fs::read_to_string(device.pack.join(".cloud-sync")).unwrap();
    assert_eq!(kept, "not a folder\n");
    // For a hook it is a folder without a marker.
    device.command(&["pull"]).ok().assert_silent();
}

#[test]
fn init_keeps_what_packignore_held_and_adds_its_folder_once() {
    let world = opted::world();
    let device = world.device("deck");
    let path = device.pack.join(".packignore");
    let init = || {
        let run = device.command(&["init", "--url=/nowhere/cloud", "--offline", "--force"]);
        run.arg("--token=alice:desktop-secret").ok();
        fs::read_to_string(&path).unwrap()
    };
    assert_eq!(init(), ".cloud-sync\n");
    assert_eq!(init(), ".cloud-sync\n");
    for (before, after) in [
        ("logs\n", "logs\n.cloud-sync\n"),
        ("logs", "logs\n.cloud-sync\n"),
        ("/.cloud-sync/\nlogs\n", "/.cloud-sync/\nlogs\n"),
        (".cloud-sync\r\n", ".cloud-sync\r\n"),
    ] {
        fs::write(&path, before).unwrap();
        assert_eq!(init(), after, "from {before:?}");
    }
}

#[test]
fn opting_in_twice_says_so_and_changes_nothing() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    // The log alone tells of what was refused.
    let all = || Tree::of_all(&device.pack).without(".cloud-sync/log");
    let before = all();
    let init = |url: &str| {
        let init = device.command(&["init", "--offline", "--token=bob:other-secret"]);
        init.arg(format!("--url={url}"))
    };
    let already = ["opted in already", "--force"];
    harmless(&device, init("/nowhere/cloud"), 0, &already);
    // A script that asks for something else must not take it for done.
    harmless(&device, init("/elsewhere"), 2, &already);
    let other = init("/nowhere/cloud").arg("--instance-id=01K4Z3N5T6V7W8X9Y0ZABCDEFH");
    harmless(&device, other, 2, &already);
    let setup = device.command(&["setup"]).stdin("");
    harmless(&device, setup, 0, &["opted in already", "--force"]);
    assert_same(&before, &all());
}
