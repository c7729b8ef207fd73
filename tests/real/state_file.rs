//! `state.json` that is missing, broken, another's, or older than the folder's own past.

use std::fs;

use crate::support::opted::{
    another, assert_kept, harmless, objects, pushed, put, repository, synced,
};
use crate::support::{Device, Tree, assert_same, assert_same_with_metadata, play};

fn state(device: &Device) -> Vec<u8> {
    fs::read(device.synced_by("state.json")).unwrap()
}

/// Texts that are no state of this instance.
fn broken(whole: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8(whole.to_vec()).unwrap();
    let schema = |number: &str| text.replace("\"schema\":3", number).into_bytes();
    let another = text.replace(crate::support::opted::ID, "01K4Z3N5T6V7W8X9Y0ZABCDEF0");
    vec![
        Vec::new(),
        b"{".to_vec(),
        b"[]".to_vec(),
        b"null".to_vec(),
        b"\xff\xfe\x00\x01".to_vec(),
        vec![0; 4096],
        whole[..whole.len() / 2].to_vec(),
        whole[..whole.len() - 2].to_vec(),
        schema("\"schema\":1"),
        schema("\"schema\":2"),
        schema("\"schema\":\"3\""),
        another.into_bytes(),
    ]
}

#[test]
fn a_state_that_cannot_be_used_is_compared_afresh_and_nothing_moves() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let before = objects(&world);
    let good = state(&desktop);
    for text in broken(&good) {
        fs::write(desktop.synced_by("state.json"), &text).unwrap();
        let says = ["state.json", "compared afresh"];
        harmless(&desktop, desktop.command(&["pull"]), 0, &says);
        assert_kept(&before, &objects(&world));
    }
    // Said once: it has a state again.
    desktop.command(&["pull"]).ok().assert_silent();
    for text in broken(&good).iter().rev().take(3) {
        fs::write(desktop.synced_by("state.json"), text).unwrap();
        let says = ["state.json", "compared afresh"];
        harmless(&desktop, desktop.command(&["push"]), 0, &says);
        assert_kept(&before, &objects(&world));
    }
    let _ = fs::remove_file(desktop.synced_by("state.json"));
    harmless(&desktop, desktop.command(&["pull"]), 0, &[]);
    repository(&world).check();
}

#[test]
fn a_state_of_a_newer_schema_is_refused_and_left_alone() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let before = objects(&world);
    let newer = b"{\"schema\": 4, \"instance\": \"x\"}";
    fs::write(desktop.synced_by("state.json"), newer).unwrap();
    for command in ["pull", "push", "status"] {
        let says = ["state.json", "newer version", "Update instance-sync"];
        harmless(&desktop, desktop.command(&[command]), 2, &says);
        assert_eq!(state(&desktop), newer);
    }
    assert_same(&before, &objects(&world));
}

#[test]
fn without_a_state_a_world_that_differs_is_a_conflict_and_not_a_loss() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let deck = another(&world, "deck");
    deck.command(&["pull"]).ok();
    play::session(&deck.pack, "My World", 2);
    deck.command(&["push"]).ok();
    play::session(&desktop.pack, "My World", 3);
    let before = objects(&world);
    fs::write(desktop.synced_by("state.json"), "garbage").unwrap();
    for _ in 0..2 {
        let says = ["saves/My World", "changed here and"];
        harmless(&desktop, desktop.command(&["pull"]), 3, &says);
    }
    assert_kept(&before, &objects(&world));
    // The player's own deletion cannot be told from a folder that was never filled: nothing goes.
    fs::remove_dir_all(desktop.pack.join("saves/My World")).unwrap();
    fs::write(desktop.synced_by("state.json"), "garbage").unwrap();
    desktop.command(&["pull"]).ok();
    assert_same(
        &synced(&desktop.pack).under("saves"),
        &synced(&deck.pack).under("saves"),
    );
}

#[test]
fn without_a_state_nothing_that_only_the_cloud_has_counts_as_deleted_by_a_push() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let full = synced(&desktop.pack);
    fs::write(desktop.synced_by("state.json"), "garbage").unwrap();
    fs::remove_dir_all(desktop.pack.join("saves/My World")).unwrap();
    play::world(&desktop.pack, "New World", 2);
    // Nothing tells the player's deletion from a folder that was never filled: like a folder that
    // has just joined, it merges before it publishes, and the world comes back.
    let said = desktop.command(&["push"]).ok();
    said.assert_says("compared afresh");
    assert_same(
        &synced(&desktop.pack).under("saves/My World"),
        &full.under("saves/My World"),
    );
    assert!(desktop.pack.join("saves/New World/level.dat").exists());
    let deck = another(&world, "deck");
    deck.command(&["pull"]).any();
    let pulled = synced(&deck.pack);
    assert_same(
        &pulled.under("saves/My World"),
        &full.under("saves/My World"),
    );
}

/// Takes the whole folder back to what it was, as a backup program does.
fn put_back(folder: &Tree, device: &Device) {
    fs::remove_dir_all(&device.pack).unwrap();
    put(folder, &device.pack);
}

#[test]
fn a_folder_that_was_rolled_back_catches_up_with_its_own_past() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let last_week = Tree::of_all(&desktop.pack);
    play::session(&desktop.pack, "My World", 2);
    desktop.command(&["push"]).ok();
    let newest = synced(&desktop.pack);
    let before = objects(&world);
    put_back(&last_week, &desktop);
    let output = desktop.command(&["pull"]).ok();
    output.assert_says("older than its last push");
    assert_same_with_metadata(&synced(&desktop.pack), &newest);
    assert_kept(&before, &objects(&world));
    desktop.command(&["push"]).ok().assert_silent();
}

#[test]
fn a_folder_that_was_rolled_back_and_played_loses_neither_version() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let last_week = Tree::of_all(&desktop.pack);
    play::session(&desktop.pack, "My World", 2);
    desktop.command(&["push"]).ok();
    let newest = synced(&desktop.pack);
    let before = objects(&world);

    put_back(&last_week, &desktop);
    play::session(&desktop.pack, "My World", 3);
    let played = synced(&desktop.pack);
    harmless(
        &desktop,
        desktop.command(&["push"]),
        0,
        &["Saved saves/My World"],
    );
    assert_kept(&before, &objects(&world));
    let repository = repository(&world);
    let trees: Vec<Tree> = repository
        .snapshot_ids()
        .iter()
        .map(|id| repository.tree(id))
        .collect();
    assert_eq!(trees.len(), 3);
    assert!(
        trees.iter().any(|tree| tree.same(&newest)),
        "the newest version is gone"
    );
    assert!(
        trees.iter().any(|tree| tree.same(&played)),
        "what was played is not there"
    );

    // Two versions of one world: a decision, here; and neither is overwritten.
    harmless(&desktop, desktop.command(&["pull"]), 3, &["saves/My World"]);
    let deck = another(&world, "deck");
    let output = deck.command(&["pull"]).any();
    let pulled = synced(&deck.pack).under("saves/My World");
    let either = [&newest, &played].map(|tree| tree.under("saves/My World"));
    let whole = pulled.is_empty() || either.iter().any(|one| one.same(&pulled));
    assert!(whole, "a mix\n{output}");
    assert_kept(&before, &objects(&world));
}

#[test]
fn a_state_that_was_rolled_back_alone_finds_that_everything_agrees() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let last_week = state(&desktop);
    play::session(&desktop.pack, "My World", 2);
    desktop.command(&["push"]).ok();
    let before = objects(&world);
    for command in ["pull", "push"] {
        fs::write(desktop.synced_by("state.json"), &last_week).unwrap();
        harmless(&desktop, desktop.command(&[command]), 0, &[]);
        assert_kept(&before, &objects(&world));
        desktop.command(&["pull"]).ok();
    }
    // Its counters go on: a later push is news for another device.
    play::session(&desktop.pack, "My World", 4);
    desktop.command(&["push"]).ok();
    let deck = another(&world, "deck");
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
}
