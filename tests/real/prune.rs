//! `prune`: what the rules let go, where the server lets anybody remove; and no device minds.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::rounds::synced;
use super::support::*;

/// Whatever is older than now goes by the months.
const MONTHS: [&str; 2] = ["--keep-all=0h", "--keep-daily=0h"];

/// The desktop has pushed four versions of a world, of which the deck has the first.
fn scene(world: &World) -> (Device, Device) {
    let devices = (world.device("desktop"), world.device("deck"));
    world.opt_in(&[&devices.0, &devices.1]);
    play::world(&devices.0.pack, "World", 1);
    devices.0.command(&["push"]).ok();
    devices.1.command(&["pull"]).ok();
    for seed in 2..5 {
        play::world(&devices.0.pack, "World", seed);
        devices.0.command(&["push"]).ok();
    }
    devices
}

fn ids(world: &World, device: &Device) -> BTreeSet<String> {
    let ids = world.repository(&device.instance_id()).snapshot_ids();
    ids.into_iter().collect()
}

fn result(output: &Output) -> Value {
    let line = output
        .stdout
        .lines()
        .find(|line| line.contains("\"prune\""));
    serde_json::from_str(line.unwrap_or_else(|| panic!("{output}"))).unwrap()
}

#[test]
fn the_past_is_thinned_and_every_device_goes_on() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck) = scene(&world);
    let before = ids(&world, &desktop);
    assert_eq!(before.len(), 4);

    // By the rules that there are without any option, nothing is old enough.
    let said = desktop.command(&["prune", "--yes"]).ok();
    said.assert_says("There is nothing to remove");
    // A look changes nothing, and neither does a question that nobody hears.
    let said = desktop.command(&["prune", "--dry-run"]).args(MONTHS).ok();
    said.assert_says("3 snapshots  of a month that keeps its last");
    said.assert_says("saves/World  4 versions, then 1");
    said.assert_says("become free");
    desktop
        .command(&["prune"])
        .args(MONTHS)
        .code(2)
        .assert_says("To remove it without a question: --yes");
    let seen = desktop
        .command(&["prune", "--dry-run", "--json"])
        .args(MONTHS)
        .ok();
    let seen = result(&seen);
    assert_eq!(seen["outcome"], "preview");
    assert_eq!(ids(&world, &desktop), before);

    let said = desktop
        .command(&["prune", "--yes", "--json"])
        .args(MONTHS)
        .ok();
    let done = result(&said);
    assert_eq!(
        (&done["outcome"], &done["go"]),
        (&"done".into(), &seen["go"])
    );
    let left = ids(&world, &desktop);
    assert_eq!(left.len(), 1);
    world.repository(&desktop.instance_id()).check();
    let said = desktop.command(&["prune", "--yes"]).args(MONTHS).ok();
    said.assert_says("There is nothing to remove");

    // That is no news here, and a fast-forward there.
    for hook in ["pull", "push"] {
        desktop.command(&[hook]).ok().assert_silent();
    }
    deck.command(&["pull"])
        .ok()
        .assert_says("Updated saves/World");
    assert_same_with_metadata(&synced(&deck), &synced(&desktop));
    play::session(&deck.pack, "World", 9);
    deck.command(&["push"])
        .ok()
        .assert_says("Saved saves/World");
    desktop
        .command(&["pull"])
        .ok()
        .assert_says("Updated saves/World");
    assert_same_with_metadata(&synced(&deck), &synced(&desktop));
    desktop.command(&["verify", "--all"]).ok();
}

#[test]
fn what_a_device_has_not_pushed_yet_is_no_conflict_with_a_past_that_is_gone() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck) = scene(&world);
    play::world(&deck.pack, "Mine", 7);
    desktop.command(&["prune", "--yes"]).args(MONTHS).ok();
    deck.command(&["pull"])
        .ok()
        .assert_says("Updated saves/World");
    deck.command(&["push"]).ok();
    desktop.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck), &synced(&desktop));
}

#[test]
fn a_deleted_world_both_sides_of_a_conflict_and_plain_snapshots_stay() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck) = scene(&world);
    deck.command(&["pull"]).ok();
    play::world(&desktop.pack, "Old", 1);
    desktop.command(&["push"]).ok();
    std::fs::remove_dir_all(desktop.pack.join("saves/Old")).unwrap();
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    play::session(&desktop.pack, "World", 20);
    play::session(&deck.pack, "World", 21);
    desktop.command(&["push"]).ok();
    deck.command(&["pull", "--on-conflict=keep-local"]).ok();
    deck.command(&["push"]).ok();
    desktop.command(&["pull"]).ok();
    for seed in 30..33 {
        play::world(&desktop.pack, "World", seed);
        desktop.command(&["push"]).ok();
    }
    let repository = world.repository(&desktop.instance_id());
    let folder = world.path("plain");
    play::write(&folder.join("note.txt"), "by hand");
    repository.back_up(&folder);
    let held = |name: &str, inside: &dyn Fn(&Tree) -> bool| {
        let ids = repository.snapshot_ids();
        let has = ids.iter().any(|id| inside(&repository.tree(id)));
        assert!(has, "{name}");
    };
    let file = |path: &'static str| move |tree: &Tree| tree.content(Path::new(path)).is_some();
    let before = repository.snapshot_ids().len();
    let said = desktop
        .command(&["prune", "--yes", "--json"])
        .args(MONTHS)
        .ok();
    let done = result(&said);
    assert!(repository.snapshot_ids().len() < before);
    assert_eq!(done["foreign"], 1);
    assert!(done["keep"]["fork"].as_u64().unwrap() >= 3, "{done}");
    held("the world that was deleted", &file("saves/Old/level.dat"));
    held("what a person saved", &file("note.txt"));
    repository.check();
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck), &synced(&desktop));
}

#[test]
fn an_append_only_server_is_asked_before_anything_is_removed() {
    let Some(mut world) = World::with_server() else {
        return;
    };
    let (desktop, _) = scene(&world);
    let before = ids(&world, &desktop);
    for words in [&["prune", "--yes"][..], &["prune", "--dry-run"], &["prune"]] {
        let said = desktop.command(words).args(MONTHS).code(1);
        said.assert_says("the server lets no device remove anything from the past");
        said.assert_says("docs/guides/prune.md");
        said.assert_says("3 snapshots");
    }
    let said = desktop
        .command(&["prune", "--yes", "--json"])
        .args(MONTHS)
        .code(1);
    assert_eq!(result(&said)["outcome"], "refused");
    assert_eq!(ids(&world, &desktop), before);

    world.server_mut().set_append_only(false);
    desktop
        .command(&["prune", "--yes"])
        .args(MONTHS)
        .ok()
        .assert_says("Removed 3 snapshots");
    assert_eq!(ids(&world, &desktop).len(), 1);
}

/// The snapshots are gone, and what they alone needed is still there: the next one goes on.
#[cfg(unix)]
#[test]
fn a_prune_that_was_interrupted_is_carried_on_by_the_next() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck) = scene(&world);
    let real = Program::Restic.find().unwrap();
    let mut fake = FakeRestic::around(&world.path("fake"), &real);
    world.use_restic(&fake.path());
    desktop.command(&["status"]).ok();
    fake.on("--retry-lock 20s", Act::Exit(1));
    fake.on("forget", Act::Afterwards(0));
    desktop.command(&["prune", "--yes"]).args(MONTHS).code(1);
    assert_eq!(ids(&world, &desktop).len(), 1);
    fake.mend("--retry-lock 20s");
    for hook in ["pull", "push"] {
        desktop.command(&[hook]).ok().assert_silent();
    }
    desktop
        .command(&["prune", "--yes"])
        .args(MONTHS)
        .ok()
        .assert_says("Removed 0 snapshots");
    let said = desktop.command(&["prune", "--yes"]).args(MONTHS).ok();
    said.assert_says("There is nothing to remove");
    world.repository(&desktop.instance_id()).check();
    deck.command(&["pull"])
        .ok()
        .assert_says("Updated saves/World");
}

/// What it holds, and what it was made on top of, may be what the rules let go.
#[test]
fn nothing_is_removed_while_a_record_cannot_be_read_or_is_of_a_newer_version() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, _) = scene(&world);
    let repository = world.repository(&desktop.instance_id());
    for (record, says) in [
        (r#"{"schema": 2}"#, "update it on this device"),
        (r#"{"schema": 1, "pu"#, "cannot be read"),
    ] {
        let folder = world.path("odd");
        play::write(&folder.join(".cloud-sync/push.json"), record);
        let before = ids(&world, &desktop);
        repository.back_up(&folder);
        let all = ids(&world, &desktop);
        let odd = all.difference(&before).next().unwrap();
        for words in [&["prune", "--yes"][..], &["prune", "--dry-run"]] {
            let said = desktop.command(words).args(MONTHS).code(1);
            said.assert_says(says);
            said.assert_says(&format!("repair or remove snapshot {odd} first"));
            said.assert_says("Nothing was removed");
        }
        assert_eq!(ids(&world, &desktop), all);
        repository.run(&["forget", odd]).ok();
    }
    let said = desktop.command(&["prune", "--yes"]).args(MONTHS).ok();
    said.assert_says("Removed 3 snapshots");
}

/// What is said before is an estimate.
#[cfg(unix)]
#[test]
fn what_has_become_free_is_what_restic_removed() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, _) = scene(&world);
    let real = Program::Restic.find().unwrap();
    let mut fake = FakeRestic::around(&world.path("fake"), &real);
    world.use_restic(&fake.path());
    let estimate = "total prune:  1 blobs / 1 B\\n";
    fake.on("forget --dry-run", Act::Say(estimate, "", 0));
    let said = desktop.command(&["prune", "--dry-run"]).args(MONTHS).ok();
    said.assert_says("About 1 B become free");
    let said = desktop.command(&["prune", "--yes"]).args(MONTHS).ok();
    said.assert_says("Removed 3 snapshots (");
    assert!(said.stdout.contains("KiB)."), "{said}");
}
