//! `verify`, and repositories that have lost a part of what they held.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::forks::*;
use super::support::*;

/// Two devices; each world of the desktop is in a pack of its own.
struct Scene {
    world: World,
    desktop: Device,
    deck: Device,
    /// The pack with the newest of each world, in their order.
    packs: Vec<PathBuf>,
    /// The pack with the lists of folders of the last push.
    folders: PathBuf,
}

impl Scene {
    /// The deck has the worlds as they were first; the cloud has a session more of each.
    fn set() -> Option<Self> {
        let world = World::with_restic()?;
        let [desktop, deck] = devices(&world, ["desktop", "deck"]);
        for name in ["First", "Second"] {
            play::world(&desktop.pack, name, 1);
        }
        play::settings(&desktop.pack, 1);
        hand_over(&desktop, &deck);
        let id = desktop.instance_id();
        let packs = [("First", 2), ("Second", 3)].map(|(name, seed)| {
            let before = data(&world, &id);
            // Nothing of this version is in an older pack.
            play::world(&desktop.pack, name, seed);
            desktop.command(&["push"]).ok();
            let new: Vec<PathBuf> = data(&world, &id).difference(&before).cloned().collect();
            let size = |path: &&PathBuf| fs::metadata(path).unwrap().len();
            let [large, small] = [new.iter().max_by_key(size), new.iter().min_by_key(size)];
            assert_ne!(large, small);
            (large.unwrap().clone(), small.unwrap().clone())
        });
        let folders = packs[1].1.clone();
        let packs = packs.map(|(large, _)| large);
        Some(Self {
            world,
            desktop,
            deck,
            packs: packs.into(),
            folders,
        })
    }

    fn repair_index(&self) {
        let repository = self.world.repository(&self.deck.instance_id());
        repository.run(&["repair", "index"]).ok();
    }
}

fn data(world: &World, id: &str) -> BTreeSet<PathBuf> {
    let folder = world.cloud_repository(ALICE, id).join("data");
    let tree = Tree::of_all(&folder);
    let files = tree.paths().filter(|path| tree.content(path).is_some());
    files.map(|path| folder.join(path)).collect()
}

fn lines(output: &Output) -> Vec<serde_json::Value> {
    let parse =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}\n{output}"));
    output.stdout.lines().map(parse).collect()
}

#[test]
fn a_good_repository_is_restored_and_compared_and_nothing_changes() {
    let Some(scene) = Scene::set() else { return };
    let head = scene
        .world
        .repository(&scene.deck.instance_id())
        .snapshot_ids()
        .pop()
        .unwrap();
    // From whichever device, whatever it has itself.
    for device in [&scene.desktop, &scene.deck] {
        let before = device.tree();
        let said = device.command(&["verify"]).ok();
        said.assert_says("Restored and compared 5 units (");
        said.assert_says(&format!(") of {}.", &head[..8]));
        assert_eq!(said.stderr, "");
        let said = device.command(&["verify", "--json"]).ok();
        let report = &lines(&said)[0];
        assert_eq!(report["event"], "verify");
        assert_eq!(report["outcome"], "checked");
        assert_eq!(report["damaged"], serde_json::json!([]));
        assert_eq!(report["heads"], serde_json::json!([head]));
        assert_eq!(report["sound"].as_array().unwrap().len(), 5);
        assert_same_with_metadata(&device.tree(), &before);
        let staged = fs::read_dir(device.synced_by("")).unwrap();
        assert!(
            !staged
                .map(|entry| entry.unwrap().file_name())
                .any(|name| name.to_string_lossy().starts_with("staging"))
        );
    }
    scene.deck.command(&["pull"]).ok().assert_says("Updated");
}

#[test]
fn where_nothing_was_pushed_there_is_nothing_to_verify() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop] = devices(&world, ["desktop"]);
    desktop
        .command(&["verify"])
        .ok()
        .assert_says("Nothing was pushed yet.");
    let said = desktop.command(&["verify", "--json"]).ok();
    assert_eq!(
        lines(&said),
        [serde_json::json!({"event": "verify", "outcome": "empty"})]
    );
    let stranger = world.device("stranger");
    stranger
        .command(&["verify"])
        .code(2)
        .assert_says("is not opted in");
}

#[test]
fn a_pack_that_is_gone_is_noticed_by_name_and_costs_no_other_world() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    let old = saves(deck);
    fs::remove_file(&scene.packs[0]).unwrap();

    let said = desktop.command(&["verify"]).code(1);
    said.assert_says("Restored and compared 4 units");
    said.assert_says("saves/First (");
    said.assert_says("error: saves/First cannot be restored");
    said.assert_never_says("saves/Second");
    let said = desktop.command(&["verify", "--json"]).code(1);
    let [report, warning, error] = lines(&said).try_into().unwrap();
    let damaged: Vec<&str> = report["damaged"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["unit"].as_str().unwrap())
        .collect();
    assert_eq!(damaged, ["saves/First"]);
    assert_eq!(
        (warning["event"].as_str(), error["exit_code"].as_i64()),
        (Some("warning"), Some(1))
    );

    // The game starts, with all that can be had; what is here stays whole.
    for round in 0..2 {
        let pulled = deck.command(&["pull"]).ok();
        pulled.assert_says("the cloud cannot give saves/First");
        if round == 0 {
            pulled.assert_says("Updated saves/Second");
        }
        assert_same_with_metadata(
            &saves(deck).under("Second"),
            &saves(desktop).under("Second"),
        );
        assert_same_with_metadata(&saves(deck).under("First"), &old.under("First"));
    }
    // The cloud is mended as the message says: by whoever has it whole, with the next push.
    said.assert_never_says("panicked");
    scene.repair_index();
    play::session(&desktop.pack, "First", 3);
    desktop.command(&["push"]).ok();
    desktop.command(&["verify"]).ok();
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&saves(deck), &saves(desktop));
    deck.command(&["verify"]).ok();
    deck.command(&["push"]).ok().assert_silent();
}

/// The record of a push is in a pack like everything else.
#[test]
fn a_push_whose_record_is_gone_decides_nothing_until_the_next_push() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    let old = saves(deck);
    fs::remove_file(&scene.packs[1]).unwrap();
    let said = desktop.command(&["verify"]).code(1);
    said.assert_says("reading what snapshot ");
    said.assert_says(" says of itself");
    said.assert_says("Nothing was changed");
    for _ in 0..2 {
        deck.command(&["pull"])
            .ok()
            .assert_says("the cloud cannot be read whole");
        assert_same_with_metadata(&saves(deck), &old);
    }
    // Whoever made it says it again with the push after the next change.
    play::session(&desktop.pack, "First", 3);
    play::world(&desktop.pack, "Second", 4);
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&saves(deck), &saves(desktop));
    deck.command(&["verify"]).ok();
}

/// `repair index` turns what cannot be read into what is not known: another failure, the same loss.
#[test]
fn a_record_that_no_index_has_any_more_keeps_no_game_from_starting() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    let newest = scene.world.repository(&deck.instance_id()).snapshot_ids();
    let newest = &newest.last().unwrap()[..8];
    fs::remove_file(&scene.packs[1]).unwrap();
    scene.repair_index();
    let says = format!("reading what snapshot {newest} says of itself");
    let said = desktop.command(&["verify"]).code(1);
    said.assert_says(&says);
    said.assert_says("Nothing was changed. Whoever has the repository's password can repair it");
    assert_eq!(
        said.stderr.matches("Nothing was changed").count(),
        1,
        "{said}"
    );
    let old = saves(deck);
    let pulled = deck.command(&["pull"]).ok();
    pulled.assert_says("the cloud cannot be read whole");
    pulled.assert_says(&says);
    pulled
        .assert_says("It counts no more once the device that made it has pushed its next change.");
    pulled.assert_says("It was made by desktop.");
    assert_same_with_metadata(&saves(deck), &old);
    // What was played goes out all the same.
    play::world(&deck.pack, "Third", 5);
    let pushed = deck.command(&["push"]).ok();
    pushed.assert_says("the cloud cannot be read whole");
    pushed.assert_says("Saved saves/Third");
    deck.command(&["pull"]).ok().assert_says(&says);
    // Whoever made it pushes again, and has all of it saved again.
    play::session(&desktop.pack, "First", 3);
    let pushed = desktop.command(&["push"]).ok();
    pushed.assert_says("the cloud has lost a part of what this device saved before");
    pushed.assert_never_says("saving again");
    for device in [deck, desktop] {
        device.command(&["pull"]).ok();
    }
    assert_same_with_metadata(&saves(deck), &saves(desktop));
    assert_eq!(worlds(deck).len(), 3);
    deck.command(&["push"]).ok();
    deck.command(&["verify"]).ok();
}

/// restic gives nothing at all then, as long as it is asked for that file too.
#[test]
fn a_world_that_no_index_has_any_more_costs_no_other() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    let old = saves(deck);
    fs::remove_file(&scene.packs[0]).unwrap();
    scene.repair_index();
    let said = desktop.command(&["verify"]).code(1);
    said.assert_says("Restored and compared 4 units");
    said.assert_says("error: saves/First cannot be restored");
    let pulled = deck.command(&["pull"]).ok();
    pulled.assert_says("the cloud cannot give saves/First");
    pulled.assert_says("Updated saves/Second");
    let now = saves(deck);
    assert_same_with_metadata(&now.under("Second"), &saves(desktop).under("Second"));
    assert_same_with_metadata(&now.under("First"), &old.under("First"));
}

/// The parent of a push is in no index any more: restic complains of it, and saves everything.
#[test]
fn a_push_whose_parent_is_gone_saves_everything_again() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    fs::remove_file(&scene.folders).unwrap();
    scene.repair_index();
    play::session(&desktop.pack, "First", 3);
    let pushed = desktop.command(&["push"]).ok();
    pushed.assert_says("Saved saves/First");
    pushed.assert_says("the cloud has lost a part of what this device saved before. It was read here and saved again");
    pushed.assert_never_says("saving again");
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&saves(deck), &saves(desktop));
    deck.command(&["verify"]).ok();
    for device in [desktop, deck] {
        device.command(&["push"]).ok().assert_silent();
        device.command(&["pull"]).ok().assert_silent();
    }
}

/// The device that made it is gone: the repository is repaired.
#[test]
fn a_snapshot_that_was_repaired_or_removed_blocks_nobody() {
    for repair in [&["repair", "snapshots", "--forget"][..], &["forget"]] {
        let Some(scene) = Scene::set() else { return };
        let deck = &scene.deck;
        fs::remove_file(&scene.packs[1]).unwrap();
        scene.repair_index();
        deck.command(&["pull"])
            .ok()
            .assert_says("the cloud cannot be read whole");
        let repository = scene.world.repository(&deck.instance_id());
        let newest = repository.snapshot_ids().pop().unwrap();
        repository.run(repair).arg(&newest).ok();
        let pulled = deck.command(&["pull"]).ok();
        pulled.assert_says("Updated saves/First");
        if repair[0] == "repair" {
            pulled.assert_says("was repaired and does not say any more what it is");
        } else {
            pulled.assert_never_says("warning");
        }
        deck.command(&["pull"]).ok().assert_silent();
        deck.command(&["verify"]).ok();
        // Whoever made it has it still.
        scene.desktop.command(&["pull"]).ok();
        deck.command(&["pull"]).ok();
        assert_same_with_metadata(&saves(deck), &saves(&scene.desktop));
    }
}

/// Nobody has it any more but the devices: the message says how to begin anew with what is here.
#[test]
fn a_repository_that_was_deleted_is_begun_anew_with_what_is_here() {
    let Some(scene) = Scene::set() else { return };
    let desktop = &scene.desktop;
    let before = saves(desktop);
    fs::remove_dir_all(scene.world.cloud_repository(ALICE, &desktop.instance_id())).unwrap();
    let says = "If it was deleted, and no backup brings it back, begin anew with what is here";
    let pulled = desktop.command(&["pull"]).ok();
    pulled
        .assert_says(says)
        .assert_never_says("only the device that made the instance");
    play::session(&desktop.pack, "First", 7);
    for (command, code) in [("verify", 1), ("push", 1), ("pull", 0), ("resolve", 1)] {
        let said = desktop.command(&[command]).code(code);
        said.assert_says(says).assert_says("Nothing was created.");
    }
    let line = printed(&pulled, "instance-sync disable");
    paste(&scene.world, desktop, &line).ok();
    let url = scene.world.cloud().display().to_string();
    desktop.init(&url, ALICE.token, &[]);
    desktop.command(&["push"]).ok();
    desktop.command(&["verify"]).ok();
    let repository = scene.world.repository(&desktop.instance_id());
    let newest = repository.snapshot_ids().pop().unwrap();
    assert_same(
        &repository.tree(&newest).under("saves/Second"),
        &before.under("Second"),
    );
}

/// restic lists what it can read and keeps silent of the rest.
#[test]
fn a_snapshot_that_cannot_be_read_is_named() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    let repository = scene.world.repository(&deck.instance_id());
    let [first, .., newest] = &repository.snapshot_ids()[..] else {
        panic!("several pushes")
    };
    let folder = scene.world.cloud_repository(ALICE, &deck.instance_id());
    let damage = |id: &str| {
        let file = folder.join("snapshots").join(id);
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let sound = fs::read(&file).unwrap();
        fs::write(&file, vec![0; sound.len()]).unwrap();
        move || fs::write(&file, &sound).unwrap()
    };

    // What stands in no head is named too: the worlds are as they should be, the history is not.
    let mend = damage(first);
    let said = deck.command(&["verify"]).code(1);
    said.assert_says("Restored and compared 5 units");
    said.assert_says(&format!(
        "error: snapshot {} cannot be read. Whoever runs the server",
        &first[..8]
    ));
    said.assert_says(&format!("snapshots/{first}"));
    said.assert_says("Nothing was changed");
    mend();
    deck.command(&["verify"]).ok();

    // Without the newest nobody knows what the newest is: no older one is shown as proven.
    let old = saves(deck);
    let mend = damage(newest);
    let said = deck.command(&["verify", "--json"]).code(1);
    let [report, warning, error] = lines(&said).try_into().unwrap();
    assert_eq!(report["unreadable"], serde_json::json!([newest]));
    let short = format!("snapshot {} cannot be read", &newest[..8]);
    assert_eq!(
        (&warning["message"], &error["message"]),
        (&short.clone().into(), &short.into())
    );
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&saves(deck), &old);
    mend();
    deck.command(&["verify"]).ok();
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&saves(deck), &saves(&scene.desktop));
}

#[test]
fn every_world_of_a_fork_is_verified() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let fork = Fork::of(world, &["World"]);
    fork.deck.command(&["pull"]).code(3);
    let said = fork.desktop.command(&["verify", "--json"]).ok();
    assert_eq!(lines(&said)[0]["heads"].as_array().unwrap().len(), 2);
}

/// What was damaged before it was pushed comes back as it was: that is no damage of the cloud.
#[test]
fn a_world_that_was_pushed_damaged_is_proven_and_called_so() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop, deck] = devices(&world, ["desktop", "deck"]);
    play::world(&desktop.pack, "Broken", 1);
    play::world(&desktop.pack, "Sound", 2);
    hand_over(&desktop, &deck);
    assert_eq!(deck.command(&["verify"]).ok().stderr, "");

    // A power cut while the game saved: a region ends in its own list, and another file is all zeros.
    let broken = desktop.pack.join("saves/Broken");
    let region = broken.join("region/r.0.0.mca");
    let whole = fs::read(&region).unwrap();
    fs::write(&region, &whole[..5_000]).unwrap();
    let level = broken.join("level.dat");
    let sound_level = fs::read(&level).unwrap();
    fs::write(&level, &sound_level[..1_000]).unwrap();
    desktop.command(&["push"]).ok();
    let id = deck.instance_id();
    let head = world.repository(&id).snapshot_ids().pop().unwrap();

    let said = deck.command(&["verify"]).ok();
    said.assert_says("Restored and compared 2 units (");
    said.assert_says(&format!(
        "saves/Broken ({}) was restored exactly as it was pushed, but looks damaged inside: \
         saves/Broken/level.dat: it ends before it should, and 1 more of its files look damaged",
        &head[..8]
    ));
    said.assert_says("It was so when it was saved on desktop at 20");
    said.assert_says("instance-sync history \"saves/Broken\" shows older versions.");
    said.assert_never_says("saves/Sound");

    let said = deck.command(&["verify", "--json"]).ok();
    let [report, warning] = lines(&said).try_into().unwrap();
    assert_eq!(report["damaged"], serde_json::json!([]));
    let sound = serde_json::json!(["saves/Broken", "saves/Sound"]);
    assert_eq!(report["sound"], sound);
    let suspect = &report["suspect"][0];
    assert_eq!(report["suspect"].as_array().unwrap().len(), 1);
    assert_eq!(suspect["snapshot"], head);
    assert_eq!(suspect["file"], "saves/Broken/level.dat");
    assert_eq!(
        (&suspect["files"], &suspect["newest"]),
        (&2.into(), &true.into())
    );
    assert_eq!(suspect["device"], "desktop");
    assert_eq!(warning["event"], "warning");

    // Once it is mended only a look at the past says so.
    fs::write(&region, &whole).unwrap();
    fs::write(&level, &sound_level).unwrap();
    desktop.command(&["push"]).ok();
    assert_eq!(deck.command(&["verify"]).ok().stderr, "");
    let said = deck.command(&["verify", "--all"]).ok();
    said.assert_says(&format!("saves/Broken ({}, an older version)", &head[..8]));
}
