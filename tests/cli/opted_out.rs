//! A folder that is not opted in: hooks say nothing, ask nobody and leave nothing behind.

use std::fs;

use crate::support::{ALICE, Answer, FaultServer, Tree, assert_same, opted, play};

#[test]
fn hooks_are_silent_and_leave_nothing_where_there_is_no_marker() {
    let world = opted::world();
    let device = world.device("deck");
    play::world(&device.pack, "My World", 1);
    let before = Tree::of_all(&device.home);
    for options in [&[][..], &["--strict"], &["--json"]] {
        for command in ["pull", "push"] {
            device
                .command(&[command])
                .args(options)
                .env("INST_ID", "Skyblock")
                .ok()
                .assert_silent();
        }
    }
    assert_same(&before, &Tree::of_all(&device.home));
}

#[test]
fn options_that_are_wrong_only_where_something_is_synced_are_not_looked_at() {
    let world = opted::world();
    let device = world.device("deck");
    for command in ["pull", "push"] {
        device
            .command(&[command, "--ca-file=/nowhere", "--token-file=/nowhere"])
            .args(["--restic-binary=/nowhere", "--restic-mirror=nonsense"])
            .ok()
            .assert_silent();
    }
}

#[test]
fn a_pack_folder_that_is_missing_or_a_file_is_not_opted_in() {
    let world = opted::world();
    let device = world.device("deck");
    let file = device.home.join("file");
    play::write(&file, "a file\n");
    for pack in [device.home.join("nowhere"), file] {
        for command in ["pull", "push"] {
            device.command(&[command]).pack(&pack).ok().assert_silent();
        }
    }
}

#[test]
fn the_pack_folder_is_the_option_else_inst_mc_dir_else_the_current_folder() {
    let world = opted::world();
    let device = opted::played(&world, "deck", "/nowhere/cloud");
    let status = |run: crate::support::Run| run.args(["--offline", "--json"]).ok().json();
    let opted_in = |run| status(run)["opted_in"].as_bool().unwrap();
    let elsewhere = device.home.join("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    let run = || device.command(&["status"]).in_folder(&elsewhere);
    assert!(opted_in(run().env("INST_MC_DIR", &elsewhere)));
    assert!(opted_in(run().no_pack().env("INST_MC_DIR", &device.pack)));
    let here = || run().no_pack().in_folder(&device.pack);
    assert!(opted_in(here()));
    assert!(opted_in(here().env("INST_MC_DIR", "")));
    assert!(!opted_in(here().env("INST_MC_DIR", &elsewhere)));
}

#[test]
fn disable_removes_the_marker_alone_and_says_how_to_come_back() {
    let server = FaultServer::always(Answer::status(500));
    let world = opted::world();
    let device = opted::played(&world, "deck", &server.url());
    let before = Tree::of_all(&device.pack);
    let run = device.command(&["disable"]);
    let says = ["opted out", "init", opted::ID, "instance-sync init"];
    opted::harmless(&device, run, 0, &says);
    let after = Tree::of_all(&device.pack);
    for path in before.paths().filter(|path| !path.ends_with("sync.json")) {
        let lock = path.to_string_lossy().contains("/lock");
        assert!(
            lock || after.get(path).is_some(),
            "{} is gone",
            path.display()
        );
    }
    assert!(!device.synced_by("sync.json").exists());
    let token = fs::read_to_string(device.synced_by("token")).unwrap();
    assert_eq!(token.trim_end(), ALICE.token);
    device.command(&["pull"]).ok().assert_silent();
    device.command(&["push"]).ok().assert_silent();
    device
        .command(&["disable"])
        .ok()
        .assert_says("not opted in");
    assert!(server.requests().is_empty());
}

#[test]
fn the_way_back_that_disable_names_works() {
    let world = opted::world();
    let device = opted::played(&world, "deck", "/nowhere/cloud");
    let said = device.command(&["disable"]).ok().stdout;
    let (_, line) = said.split_once("instance-sync init ").expect("a command");
    // As a shell would take the words apart: quotes stand around whole words only.
    let mut words = Vec::new();
    for (number, piece) in line.trim_end().split('"').enumerate() {
        if number % 2 == 1 {
            words.push(piece.to_owned());
        } else {
            words.extend(piece.split_whitespace().map(str::to_owned));
        }
    }
    device
        .command(&["init", "--offline"])
        .no_pack()
        .args(words)
        .ok();
    assert_eq!(device.instance_id(), opted::ID);
}
