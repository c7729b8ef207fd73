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
