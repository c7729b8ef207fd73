//! Folders that join, forks of other devices, worlds that are removed, records of the future.

use std::fs;

use super::rounds::synced;
use super::support::*;

fn devices<const N: usize>(world: &World, names: [&str; N]) -> [Device; N] {
    let devices = names.map(|name| world.device(name));
    world.opt_in(&devices.each_ref());
    devices
}

/// What is synced of the worlds.
fn saves(device: &Device) -> Tree {
    synced(device).under("saves")
}

#[test]
fn a_folder_that_joins_and_pushes_at_once_publishes_nothing_undecided() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop, deck] = devices(&world, ["desktop", "deck"]);
    play::world(&desktop.pack, "Same name", 1);
    desktop.command(&["push"]).ok();
    play::world(&deck.pack, "Same name", 2);
    let (before, repository) = (saves(&deck), world.repository(&deck.instance_id()));

    let stopped = deck.command(&["push"]).code(3);
    stopped.assert_says("saves/Same name");
    stopped.assert_says("Nothing was changed here, and what is here is in the cloud too.");
    stopped.assert_never_says("only here until");
    let again = deck.command(&["push", "--json"]).code(3);
    let last: serde_json::Value =
        serde_json::from_str(again.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["outcome"], &last["saved"]),
        (&"conflict".into(), &true.into())
    );
    assert_same(&saves(&deck), &before);
    // What is here is safe in the cloud, and is nobody's state there.
    assert_eq!(repository.snapshot_ids().len(), 2);
    desktop.command(&["pull"]).ok().assert_silent();

    let own = deck.pack.join("saves/My own");
    fs::rename(deck.pack.join("saves/Same name"), own).unwrap();
    deck.command(&["push"]).ok();
    desktop.command(&["pull"]).ok().assert_says("saves/My own");
    assert_same(&saves(&desktop), &saves(&deck));
}

#[test]
fn a_device_without_an_edit_follows_one_head_of_a_fork_and_then_whoever_decides() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop, deck, tv] = devices(&world, ["desktop", "deck", "tv"]);
    play::world(&desktop.pack, "World", 1);
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    play::session(&desktop.pack, "World", 2);
    play::session(&deck.pack, "World", 3);
    desktop.command(&["push"]).ok();
    deck.command(&["push"]).ok();

    // It has nothing yet: it gets one of the two, whole.
    tv.command(&["pull"])
        .ok()
        .assert_says("two devices at once");
    let one = saves(&tv);
    assert!(one.same(&saves(&desktop)) || one.same(&saves(&deck)));
    // And stays on it, without a push of its own.
    tv.command(&["pull"])
        .ok()
        .assert_says("two devices at once");
    tv.command(&["push"]).ok().assert_silent();
    assert_same(&saves(&tv), &one);

    // One of them decides, by renaming its own: both versions live on, everywhere.
    let mine = desktop.pack.join("saves/World of desktop");
    fs::rename(desktop.pack.join("saves/World"), mine).unwrap();
    desktop.command(&["pull"]).ok();
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    tv.command(&["pull"]).ok();
    assert_same(&saves(&desktop), &saves(&deck));
    assert_same(&saves(&desktop), &saves(&tv));
}

#[test]
fn what_is_not_synced_survives_the_removal_of_its_world() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop, deck] = devices(&world, ["desktop", "deck"]);
    for name in ["Plain", "With a backup"] {
        play::world(&desktop.pack, name, 1);
    }
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    let backup = deck.pack.join("saves/With a backup/backups/old.zip");
    play::write(&backup, "in no repository");
    play::write(&deck.pack.join("saves/Plain/session.lock"), "\u{2603}");
    fs::remove_dir_all(desktop.pack.join("saves")).unwrap();
    play::world(&desktop.pack, "Another", 1);
    desktop.command(&["push", "--allow-shrink"]).ok();

    deck.command(&["pull"]).ok().assert_says("removed");
    assert!(!deck.pack.join("saves/Plain").exists());
    assert!(!deck.pack.join("saves/With a backup/level.dat").exists());
    assert_eq!(fs::read_to_string(backup).unwrap(), "in no repository");
    // What is left is no world: it does not come back as an empty one.
    deck.command(&["push"]).ok().assert_silent();
}

#[test]
fn a_cloud_that_lost_its_snapshots_gets_them_again_and_nothing_here_changes() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop] = devices(&world, ["desktop"]);
    play::world(&desktop.pack, "World", 1);
    desktop.command(&["push"]).ok();
    let (before, repository) = (saves(&desktop), world.repository(&desktop.instance_id()));
    repository
        .run(&["forget", "--unsafe-allow-remove-all", "--host=desktop"])
        .ok();
    assert!(repository.snapshot_ids().is_empty());

    desktop
        .command(&["pull"])
        .ok()
        .assert_says("lost snapshots");
    assert_same(&saves(&desktop), &before);
    let ids = repository.snapshot_ids();
    let [id] = ids.as_slice() else {
        panic!("{ids:?}")
    };
    assert!(repository.tree(id).under("saves").same(&before));
    desktop.command(&["pull"]).ok().assert_silent();
}

#[test]
fn a_record_of_a_newer_version_decides_nothing_and_asks_for_an_update() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop, deck] = devices(&world, ["desktop", "deck"]);
    play::world(&desktop.pack, "World", 1);
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    let before = saves(&deck);
    let future = world.path("future");
    play::write(&future.join(".cloud-sync/push.json"), r#"{"schema": 2}"#);
    world.repository(&deck.instance_id()).back_up(&future);
    for _ in 0..2 {
        let said = deck.command(&["pull"]).ok();
        said.assert_says("update it on this device");
        assert_same(&saves(&deck), &before);
    }
}

#[test]
fn the_token_stays_out_of_what_a_launcher_exports() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let deck = world.device("deck");
    let above = deck.pack.parent().unwrap();
    play::write(&above.join("instance.cfg"), "name=Skyblock\n");
    play::write(&above.join(".packignore"), "minecraft/logs");
    world.opt_in(&[&deck]);
    let text = |path: std::path::PathBuf| fs::read_to_string(path).unwrap();
    let wanted = "minecraft/logs\nminecraft/.cloud-sync\n";
    assert_eq!(text(above.join(".packignore")), wanted);
    assert_eq!(text(deck.pack.join(".packignore")), ".cloud-sync\n");
}

#[test]
fn a_folder_that_was_chosen_offline_is_made_by_the_first_push() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let desktop = world.device("desktop");
    let cloud = world.cloud().display().to_string();
    desktop.init(&cloud, ALICE.token, &["--offline"]);
    assert!(!world.cloud().exists());
    play::world(&desktop.pack, "World", 1);
    desktop.command(&["push"]).ok().assert_says("saves/World");
    let id = desktop.instance_id();
    assert_eq!(world.repository(&id).snapshot_ids().len(), 1);
    // The key that opens it was found out, so that every later call can name it.
    assert!(desktop.json("key")["key_id"].is_string());
    // No process can have left a lock in what is still to be made.
    let tv = world.device("tv");
    tv.init(&cloud, ALICE.token, &["--offline"]);
    play::world(&tv.pack, "World", 1);
    let said = tv.command(&["push", "--unlock"]).ok();
    said.assert_says("saves/World").assert_never_says("lock");
    // A disk that is not connected is not made up.
    let deck = world.device("deck");
    let away = world.path("not/connected").display().to_string();
    deck.init(&away, ALICE.token, &["--offline"]);
    play::world(&deck.pack, "World", 1);
    deck.command(&["push"]).ok().assert_says("is not there");
    assert!(!world.path("not").exists());
}
