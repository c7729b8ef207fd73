//! Pasts that are gone: a state that was lost, snapshots that somebody pruned.

use std::fs;

use super::rounds::synced;
use super::support::*;

fn two(world: &World) -> (Device, Device) {
    let devices = (world.device("desktop"), world.device("deck"));
    world.opt_in(&[&devices.0, &devices.1]);
    play::world(&devices.0.pack, "World", 1);
    devices.0.command(&["push"]).ok();
    devices.1.command(&["pull"]).ok();
    devices
}

#[test]
fn without_a_state_an_older_version_of_the_clouds_is_simply_old() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck) = two(&world);
    play::session(&desktop.pack, "World", 2);
    desktop.command(&["push"]).ok();
    fs::remove_file(deck.synced_by("state.json")).unwrap();

    deck.command(&["pull"])
        .ok()
        .assert_says("Updated saves/World");
    assert_same_with_metadata(&synced(&deck), &synced(&desktop));
}

#[test]
fn a_device_whose_agreement_was_pruned_fast_forwards() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck) = two(&world);
    let repository = world.repository(&deck.instance_id());
    let old = repository.snapshot_ids().remove(0);
    play::session(&desktop.pack, "World", 2);
    desktop.command(&["push"]).ok();
    repository.run(&["forget", &old, "--prune"]).ok();
    assert!(!repository.snapshot_ids().contains(&old));

    deck.command(&["pull"])
        .ok()
        .assert_says("Updated saves/World");
    assert_same_with_metadata(&synced(&deck), &synced(&desktop));
    play::session(&deck.pack, "World", 3);
    deck.command(&["push"]).ok();
    desktop.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck), &synced(&desktop));
}

#[test]
fn what_is_brought_back_comes_from_another_snapshot_where_its_own_was_pruned() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck) = two(&world);
    let repository = world.repository(&deck.instance_id());
    let old = repository.snapshot_ids().remove(0);
    let before = synced(&deck);
    // The world is in this one as well, unchanged; the deck has not seen it.
    play::world(&desktop.pack, "Another", 2);
    desktop.command(&["push"]).ok();
    repository.run(&["forget", &old, "--prune"]).ok();
    fs::remove_dir_all(deck.pack.join("saves")).unwrap();

    let folder = deck.command(&["resolve", "--keep=cloud", "saves/World"]);
    folder.ok();
    assert_same(
        &synced(&deck).under("saves/World"),
        &before.under("saves/World"),
    );
}

/// The desktop has pushed its world and then its options, and the deck, which takes the options alone,
/// has both pushes: it names the second for the world that it leaves out.
fn narrow(world: &World) -> (Device, Device, String) {
    let (desktop, deck) = (world.device("desktop"), world.device("deck"));
    let id = world.opt_in(&[&desktop, &deck]);
    play::settings(&desktop.pack, 1);
    play::world(&desktop.pack, "First", 1);
    desktop.command(&["push"]).ok();
    play::write(&desktop.pack.join("options.txt"), "fov:0.5");
    desktop.command(&["push"]).ok();
    let scope = r#"{"schema": 1, "include": ["options.txt"]}"#;
    play::write(&deck.synced_by("scope.json"), scope);
    deck.command(&["pull"]).ok();
    (desktop, deck, id)
}

/// Pushes of the options, more than a look into the newest records reaches.
fn play_options(device: &Device, times: std::ops::Range<u32>) {
    for number in times {
        play::write(&device.pack.join("options.txt"), format!("fov:1.{number}"));
        device.command(&["push"]).ok();
    }
}

/// Where the newest push of a device says that the world is.
fn named(device: &Device) -> String {
    let record = device.json("push.json");
    let row = &record["units"]["saves/First"];
    assert_eq!(row["state"], "held", "{row}");
    row["within"].as_str().unwrap().to_owned()
}

/// Everything of the cloud can be had: by a drill, by whoever joins, as it was.
fn assert_all_can_be_had(world: &World, desktop: &Device, id: &str) {
    for words in [&["verify"][..], &["verify", "--all"]] {
        desktop.command(words).ok();
    }
    let third = opted::another_of(world, "third", id);
    third.command(&["pull"]).ok().assert_says("saves/First");
    assert_same(
        &synced(&third).under("saves/First"),
        &synced(desktop).under("saves/First"),
    );
    third
        .command(&["restore", "saves/First", "--at=1s ago", "--dry-run"])
        .ok();
}

#[test]
fn what_a_device_leaves_out_it_names_where_that_is_after_a_prune() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck, id) = narrow(&world);
    play::write(&desktop.pack.join("options.txt"), "fov:0.6");
    desktop.command(&["push"]).ok();
    let prune = ["prune", "--yes", "--keep-all=0h", "--keep-daily=0h"];
    desktop
        .command(&prune)
        .ok()
        .assert_says("Removed 1 snapshot");
    deck.command(&["pull"]).ok();
    play_options(&deck, 0..1);
    let within = named(&deck);
    assert!(world.repository(&id).snapshot_ids().contains(&within));
    desktop.command(&["pull"]).ok();
    assert_all_can_be_had(&world, &desktop, &id);
}

#[test]
fn what_a_device_left_out_is_found_wherever_it_is_once_the_snapshot_that_it_named_is_gone() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck, id) = narrow(&world);
    play_options(&deck, 0..23);
    let within = named(&deck);
    let repository = world.repository(&id);
    repository.run(&["forget", &within, "--prune"]).ok();
    desktop.command(&["pull"]).ok();
    assert_all_can_be_had(&world, &desktop, &id);
    // The next push names it where it is.
    play_options(&deck, 23..24);
    let within = named(&deck);
    assert!(repository.snapshot_ids().contains(&within));
    // What was thinned still leaves one that has it.
    let prune = ["prune", "--yes", "--keep-all=0h", "--keep-daily=0h"];
    desktop.command(&["pull"]).ok();
    desktop.command(&prune).ok();
    let fourth = opted::another_of(&world, "fourth", &id);
    fourth.command(&["pull"]).ok().assert_says("saves/First");
}

/// A device that has not seen yet that the world was played on names a version that is rightly gone.
#[test]
fn an_old_version_that_a_device_still_names_is_missed_by_nobody() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck, id) = narrow(&world);
    play::settings(&desktop.pack, 2);
    play::session(&desktop.pack, "First", 2);
    desktop.command(&["push"]).ok();
    let prune = ["prune", "--yes", "--keep-all=0h", "--keep-daily=0h"];
    desktop
        .command(&prune)
        .ok()
        .assert_says("Removed 2 snapshots");
    play_options(&deck, 0..1);
    let left = world.repository(&id).snapshot_ids();
    assert!(left.len() == 2 && !left.contains(&named(&deck)));
    assert_all_can_be_had(&world, &desktop, &id);
}
