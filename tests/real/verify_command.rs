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
            let size = |path: &PathBuf| fs::metadata(path).unwrap().len();
            new.into_iter().max_by_key(size).unwrap()
        });
        Some(Self {
            world,
            desktop,
            deck,
            packs: packs.into(),
        })
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
        .ok()
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
    said.assert_says("1 units cannot be restored, saves/First among them");
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
    scene
        .world
        .repository(&deck.instance_id())
        .run(&["repair", "index"])
        .ok();
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
    said.assert_says("reading what a snapshot says of itself");
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
        "1 snapshots cannot be read, {} among them",
        &first[..8]
    ));
    said.assert_says("Nothing was changed");
    mend();
    deck.command(&["verify"]).ok();

    // Without the newest nobody knows what the newest is: no older one is shown as proven.
    let old = saves(deck);
    let mend = damage(newest);
    let said = deck.command(&["verify", "--json"]).code(1);
    assert!(said.stdout.contains(newest.as_str()), "{said}");
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
