//! A folder that was copied, moved, or brought to another machine with its state.

use std::fs;

use crate::support::opted::{assert_kept, harmless, objects, pushed, put, synced};
use crate::support::{ALICE, Device, Tree, assert_same, assert_same_with_metadata, play};

/// Copies an instance as a launcher does: everything, hidden files included.
fn copy(device: &Device, name: &str) -> Device {
    let mut copy = device.clone();
    copy.pack = device.home.join("instances").join(name).join("minecraft");
    put(&Tree::of_all(&device.pack), &copy.pack);
    copy
}

#[test]
fn a_copy_is_not_opted_in_and_says_so_once() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let copied = copy(&desktop, "Copy of Skyblock");
    play::session(&copied.pack, "My World", 2);
    let before = objects(&world);
    let says = ["is a copy of", "setup", "--pack-folder", "said once"];
    harmless(&copied, copied.command(&["pull"]), 0, &says);
    for command in ["pull", "push", "pull"] {
        harmless(&copied, copied.command(&[command]), 0, &[]).assert_silent();
    }
    let status = copied.command(&["status", "--json"]).ok().json();
    assert_eq!(status["copy"], true);
    assert_same(&before, &objects(&world));

    // The original goes on as if nothing had happened.
    play::session(&desktop.pack, "My World", 3);
    harmless(
        &desktop,
        desktop.command(&["push"]),
        0,
        &["Saved saves/My World"],
    );
}

#[test]
fn a_copy_that_pushes_first_is_warned_too_and_strict_fails() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let before = objects(&world);
    let copied = copy(&desktop, "Copy of Skyblock");
    harmless(
        &copied,
        copied.command(&["push", "--strict"]),
        1,
        &["is a copy of"],
    );
    harmless(&copied, copied.command(&["push", "--strict"]), 0, &[]).assert_silent();
    assert_same(&before, &objects(&world));
}

#[test]
fn opting_a_copy_in_makes_it_an_instance_of_its_own() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let copied = copy(&desktop, "Copy of Skyblock");
    let before = objects(&world);
    let url = format!("--url={}", world.cloud().display());
    let init = copied.command(&["init", &url, "--token=alice:desktop-secret"]);
    init.ok().assert_says("new instance");
    let id = copied.instance_id();
    assert_ne!(id, desktop.instance_id());
    play::session(&copied.pack, "My World", 2);
    harmless(&copied, copied.command(&["push"]), 0, &["Saved"]);
    assert_same(&before, &objects(&world));
    let own = crate::support::Repository::local(&world.cloud_repository(ALICE, &id), ALICE.secret);
    let own = own.expect("restic was found");
    let [snapshot] = &own.snapshot_ids()[..] else {
        panic!("not one snapshot")
    };
    assert_same(&own.tree(snapshot), &synced(&copied.pack));
    desktop.command(&["pull"]).ok().assert_silent();
}

#[test]
fn a_folder_that_was_moved_or_renamed_goes_on_as_it_is() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let replica = desktop.json("state.json")["replica"].clone();
    let mut moved = desktop.clone();
    moved.pack = desktop.home.join("instances").join("Renamed");
    fs::rename(&desktop.pack, &moved.pack).unwrap();
    harmless(&moved, moved.command(&["pull"]), 0, &[]).assert_silent();
    play::session(&moved.pack, "My World", 2);
    harmless(
        &moved,
        moved.command(&["push"]),
        0,
        &["Saved saves/My World"],
    );
    assert_eq!(moved.json("state.json")["replica"], replica);
    assert_eq!(
        crate::support::opted::repository(&world)
            .snapshot_ids()
            .len(),
        2
    );
}

/// Copied to another machine, whose home has another device id: both play, neither is lost.
#[test]
fn a_folder_on_another_machine_is_another_replica() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let deck = world.device("deck");
    fs::remove_dir_all(&deck.pack).unwrap();
    put(&Tree::of_all(&desktop.pack), &deck.pack);
    harmless(&deck, deck.command(&["pull"]), 0, &[]);
    play::world(&deck.pack, "Deck World", 5);
    harmless(
        &deck,
        deck.command(&["push"]),
        0,
        &["Saved saves/Deck World"],
    );
    let replica = |device: &Device| device.json("state.json")["replica"].clone();
    assert_ne!(replica(&deck), replica(&desktop));
    desktop.command(&["pull"]).ok();
    assert_same_with_metadata(
        &synced(&deck.pack)
            .under("saves/Deck World")
            .without("session.lock"),
        &synced(&desktop.pack).under("saves/Deck World"),
    );

    let before = objects(&world);
    play::session(&desktop.pack, "My World", 6);
    desktop.command(&["push"]).ok();
    play::session(&deck.pack, "My World", 7);
    deck.command(&["push"]).ok();
    harmless(&deck, deck.command(&["pull"]), 3, &["saves/My World"]);
    assert_kept(&before, &objects(&world));
}

/// Nobody can tell which of the two is to go on: it stays what it was told to be.
#[test]
fn a_known_copy_stays_one_where_the_original_goes_away() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let copied = copy(&desktop, "Copy of Skyblock");
    harmless(&copied, copied.command(&["pull"]), 0, &["is a copy of"]);
    let before = objects(&world);
    let mut moved = desktop.clone();
    moved.pack = desktop.home.join("instances").join("Renamed");
    fs::rename(&desktop.pack, &moved.pack).unwrap();
    play::session(&copied.pack, "My World", 2);
    // Said each time now: who plays on in it has to know.
    for command in ["pull", "push", "pull"] {
        let says = ["is not there any more", "not synced", "instance-sync setup"];
        harmless(&copied, copied.command(&[command]), 0, &says);
    }
    assert_same(&before, &objects(&world));
    assert_eq!(
        copied.command(&["status", "--json"]).ok().json()["copy"],
        true
    );
    let found = copied.command(&["doctor", "--json"]).code(1);
    found.assert_says("this folder is a copy");
    // The original goes on where it is now.
    play::session(&moved.pack, "My World", 3);
    harmless(
        &moved,
        moved.command(&["push"]),
        0,
        &["Saved saves/My World"],
    );
    // At the original's place it is the original.
    let mut back = copied.clone();
    back.pack.clone_from(&desktop.pack);
    fs::rename(&copied.pack, &back.pack).unwrap();
    back.command(&["pull", "--on-conflict=keep-both"]).ok();
    assert_eq!(back.json("state.json")["copy_reported"], false);
}

#[test]
fn a_known_copy_joins_where_that_is_said() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let copied = copy(&desktop, "Copy of Skyblock");
    harmless(&copied, copied.command(&["pull"]), 0, &["is a copy of"]);
    fs::remove_dir_all(&desktop.pack).unwrap();
    let url = format!("--url={}", world.cloud().display());
    let id = format!("--instance-id={}", crate::support::opted::ID);
    let init = copied.command(&["init", &url, &id, "--token=alice:desktop-secret"]);
    init.ok().assert_says("has joined");
    harmless(&copied, copied.command(&["pull"]), 0, &[]).assert_never_says("copy");
    play::session(&copied.pack, "My World", 2);
    harmless(
        &copied,
        copied.command(&["push"]),
        0,
        &["Saved saves/My World"],
    );
}
