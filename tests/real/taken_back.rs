//! `undo` after a restore: what it brought goes again, and no older swap is taken for the last one.

use std::fs;

use super::forks::*;
use super::support::*;

/// A deck that pulled three states of two worlds; the desktop deleted one of them before the last.
struct Scene {
    world: World,
    desktop: Device,
    deck: Device,
    /// The snapshot with both worlds.
    first: String,
    /// The deck's worlds after each pull.
    past: Vec<Tree>,
}

/// A name that looks like an option.
const GONE: &str = "saves/--opt";

impl Scene {
    #[track_caller]
    fn set() -> Option<Self> {
        let world = World::with_restic()?;
        let [desktop, deck] = devices(&world, ["desktop", "deck"]);
        for name in ["Home", "--opt", "Other"] {
            play::world(&desktop.pack, name, 1);
        }
        let mut past = Vec::new();
        let mut round = || {
            hand_over(&desktop, &deck);
            past.push(saves(&deck));
        };
        round();
        fs::remove_dir_all(desktop.pack.join(GONE)).unwrap();
        round();
        play::session(&desktop.pack, "Home", 2);
        round();
        let first = world.repository(&deck.instance_id()).snapshot_ids();
        Some(Self {
            first: format!("--snapshot={}", oldest(&world, &deck, &first)),
            world,
            desktop,
            deck,
            past,
        })
    }

    /// What `undo --list` says, the newest first.
    #[track_caller]
    fn listed(&self) -> Vec<serde_json::Value> {
        let listed = self.deck.command(&["undo", "--list", "--json"]).ok();
        let lines = listed.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Neither hook has anything to do: what was taken back is as the cloud has it.
    #[track_caller]
    fn assert_settled(&self) {
        for hook in ["pull", "push"] {
            self.deck.command(&[hook]).ok().assert_silent();
        }
    }
}

/// The snapshot that lists the world which was deleted.
#[track_caller]
fn oldest<'a>(world: &World, device: &Device, ids: impl IntoIterator<Item = &'a String>) -> String {
    let repository = world.repository(&device.instance_id());
    let has = |id: &&String| {
        let record = repository.dump(id, "/.cloud-sync/push.json");
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        record["units"][GONE]["state"] == "here"
    };
    ids.into_iter().find(has).expect("a snapshot").clone()
}

#[test]
fn a_world_that_a_restore_brought_goes_again_and_no_older_pull_is_taken_back() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    let restored = deck.command(&["restore", "-y", &scene.first, "--", GONE]);
    restored
        .ok()
        .assert_says("To take it back: instance-sync undo");
    assert_same_with_metadata(&saves(deck).under("--opt"), &scene.past[0].under("--opt"));
    opted::harmless(
        deck,
        deck.command(&["undo", "--dry-run"]),
        0,
        &[
            "would take back the restore of 20",
            "saves/--opt",
            "goes away again; it is kept",
        ],
    );
    let undone = deck.command(&["undo"]).ok();
    println!("{undone}");
    undone.assert_says("Took back the restore of 20");
    undone.assert_never_says("saves/Home");
    assert_same_with_metadata(&saves(deck), &scene.past[2]);
    scene.assert_settled();
    let listed = scene.listed();
    assert_eq!(listed[0]["units"][0]["change"], "removed");
    assert_eq!(
        (
            &listed[1]["taken_back"],
            &listed[1]["units"][0]["taken_back"]
        ),
        (&true.into(), &true.into())
    );
    // And it comes again.
    let id = format!("--id={}", listed[0]["id"].as_str().unwrap());
    deck.command(&["undo", &id]).ok();
    assert_same_with_metadata(&saves(deck).under("--opt"), &scene.past[0].under("--opt"));
    deck.command(&["push"]).ok();
    scene.desktop.command(&["pull"]).ok();
    assert_same(&saves(&scene.desktop), &saves(deck));
}

#[test]
fn with_nothing_else_in_undo_the_restore_of_a_deleted_world_is_taken_back() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop] = devices(&world, ["desktop"]);
    for name in ["--opt", "Other"] {
        play::world(&desktop.pack, name, 1);
    }
    desktop.command(&["push"]).ok();
    fs::remove_dir_all(desktop.pack.join(GONE)).unwrap();
    desktop.command(&["push"]).ok();
    let before = saves(&desktop);
    let ids = world.repository(&desktop.instance_id()).snapshot_ids();
    let point = format!("--snapshot={}", oldest(&world, &desktop, &ids));
    desktop.command(&["restore", &point, "--", GONE]).ok();
    // It was pushed meanwhile: taking it back is a deletion, which travels like any.
    desktop.command(&["push"]).ok();
    desktop.command(&["undo"]).ok().assert_says("Took back");
    assert_same_with_metadata(&saves(&desktop), &before);
    desktop.command(&["push"]).ok().assert_says("--opt");
    desktop.command(&["pull"]).ok().assert_silent();
}

#[test]
fn a_restore_of_everything_is_taken_back_as_a_whole() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    deck.command(&["restore", &scene.first]).ok();
    assert_same_with_metadata(&saves(deck), &scene.past[0]);
    let undone = deck.command(&["undo"]).ok();
    println!("{undone}");
    undone.assert_says("  saves/--opt  ");
    undone.assert_says("  saves/Home   ");
    assert_same_with_metadata(&saves(deck), &scene.past[2]);
    scene.assert_settled();
    // One by one as well: it is taken back once both are.
    deck.command(&["restore", &scene.first]).ok();
    deck.command(&["undo", "saves/Home"]).ok();
    assert_eq!(scene.listed()[1]["taken_back"], false);
    assert!(deck.pack.join(GONE).exists());
    deck.command(&["undo", "--", GONE]).ok();
    assert_same_with_metadata(&saves(deck), &scene.past[2]);
    assert_eq!(scene.listed()[2]["taken_back"], true);
}

#[test]
fn the_only_world_that_a_restore_brought_goes_again_and_is_no_shrink() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop] = devices(&world, ["desktop"]);
    play::world(&desktop.pack, "--opt", 1);
    desktop.command(&["push"]).ok();
    fs::remove_dir_all(desktop.pack.join(GONE)).unwrap();
    desktop.command(&["push", "--allow-shrink"]).ok();
    let ids = world.repository(&desktop.instance_id()).snapshot_ids();
    let point = format!("--snapshot={}", oldest(&world, &desktop, &ids));
    desktop.command(&["restore", &point, "--", GONE]).ok();
    desktop.command(&["push"]).ok();
    desktop.command(&["undo"]).ok();
    let pushed = desktop.command(&["push"]).ok();
    pushed.assert_never_says("missing here");
    pushed.assert_says("--opt");
    // It comes back from somewhere else, and vanishes then: that nobody wished.
    desktop.command(&["restore", &point, "--", GONE]).ok();
    play::session(&desktop.pack, "--opt", 4);
    desktop.command(&["push"]).ok();
    fs::remove_dir_all(desktop.pack.join(GONE)).unwrap();
    desktop.command(&["push"]).any().assert_says("missing here");
}

#[test]
fn what_was_played_in_it_since_is_kept_with_and_without_the_cloud() {
    for offline in [false, true] {
        println!("offline: {offline}");
        let Some(scene) = Scene::set() else { return };
        let deck = &scene.deck;
        deck.command(&["restore", &scene.first, "--", GONE]).ok();
        play::session(&deck.pack, "--opt", 7);
        let played = saves(deck);
        if offline {
            fs::rename(scene.world.cloud(), scene.world.path("away")).unwrap();
        }
        let undone = deck.command(&["undo"]).ok();
        println!("{undone}");
        undone.assert_says("goes away again, with what was changed here since; that is kept");
        assert_same_with_metadata(&saves(deck), &scene.past[2]);
        if offline {
            assert_eq!(scene.listed()[0]["units"][0]["saved"], false);
            fs::rename(scene.world.path("away"), scene.world.cloud()).unwrap();
            deck.command(&["pull"]).ok();
        }
        assert_eq!(scene.listed()[0]["units"][0]["saved"], true);
        assert_in_history(&scene.world, deck, "--opt", &played.under("--opt"));
        scene.assert_settled();
    }
}

#[test]
fn a_world_that_a_restore_brought_and_a_game_has_open_stays() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    deck.command(&["restore", &scene.first, "--", GONE]).ok();
    let before = saves(deck);
    let Some(game) = Game::opens(&deck.pack.join(GONE)) else {
        return;
    };
    let refused = deck.command(&["undo"]).code(1);
    refused.assert_says("saves/--opt is open in a running game");
    drop(game);
    assert_same_with_metadata(&saves(deck), &before);
}

#[test]
fn where_the_last_pull_only_added_something_the_one_before_is_named_and_not_touched() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    play::world(&desktop.pack, "New", 5);
    hand_over(desktop, deck);
    let before = scene.listed();
    let pulled = before[1]["id"].as_str().unwrap();
    for words in [&["undo", "--dry-run"][..], &["undo"]] {
        let run = opted::harmless(
            deck,
            deck.command(words),
            0,
            &[
                "There is nothing to bring back.",
                " brought stays: saves/New. ",
                "Before that was the pull of 20",
            ],
        );
        run.assert_says(&format!("undo --id={}", &pulled[..12]));
    }
    let said = deck.command(&["undo", "--json"]).ok().json();
    assert_eq!(said["outcome"], "nothing");
    assert_eq!(said["newest"]["stays"], serde_json::json!(["saves/New"]));
    assert_eq!(said["older"]["id"], pulled);
    assert_eq!(scene.listed(), before);
    deck.command(&["undo", &format!("--id={}", &pulled[..12])])
        .ok();
    assert_same_with_metadata(&saves(deck).under("Home"), &scene.past[1].under("Home"));
    assert!(deck.pack.join("saves/New").exists());
}

/// What a pull added is still here after its undo: nothing says that it was taken back.
#[test]
fn what_stays_is_never_called_taken_back() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    play::world(&desktop.pack, "New", 5);
    play::session(&desktop.pack, "Home", 6);
    hand_over(desktop, deck);
    let undone = deck.command(&["undo"]).ok();
    undone.assert_says(" brought stays: saves/New. ");
    let listed = &scene.listed()[1];
    let marks: Vec<(&str, bool)> = listed["units"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["unit"].as_str().unwrap(),
                one["taken_back"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(marks, [("saves/Home", true), ("saves/New", false)]);
    let text = deck.command(&["undo", "--list"]).ok();
    let line = text.stdout.lines().find(|line| line.contains("saves/New"));
    assert!(!line.unwrap().contains("taken back"), "{text}");
}

/// What a snapshot has just so needs no safety copy, with and without the network.
#[test]
fn what_a_restore_brought_and_nobody_played_is_saved_no_second_time() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    let repository = scene.world.repository(&deck.instance_id());
    let before = repository.snapshot_ids();
    deck.command(&["restore", &scene.first]).ok();
    deck.command(&["undo"])
        .ok()
        .assert_never_says("safety copy");
    assert_eq!(repository.snapshot_ids(), before);
    assert!(scene.listed()[0]["units"][0]["saved"] == true);
    scene.assert_settled();
    deck.command(&["restore", &scene.first]).ok();
    fs::rename(scene.world.cloud(), scene.world.path("away")).unwrap();
    deck.command(&["undo"]).ok();
    fs::rename(scene.world.path("away"), scene.world.cloud()).unwrap();
    deck.command(&["pull"])
        .ok()
        .assert_never_says("safety copy");
    assert_eq!(repository.snapshot_ids(), before);
    assert!(scene.listed()[0]["units"][0]["saved"] == true);
    scene.assert_settled();
}

/// What this very device put there is no news to it.
#[test]
fn the_safety_copies_of_this_device_are_not_new_to_it() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    let repository = scene.world.repository(&deck.instance_id());
    let before = repository.snapshot_ids().len();
    for seed in [7, 8] {
        play::session(&deck.pack, "Home", seed);
        deck.command(&["restore", &scene.first, "saves/Home"]).ok();
        play::session(&deck.pack, "Home", 10 + seed);
        deck.command(&["undo"]).ok();
    }
    assert_eq!(repository.snapshot_ids().len(), before + 4);
    let status = deck.command(&["status", "--json"]).ok().json();
    assert_eq!(status["cloud"], serde_json::json!({"state": "same"}));
    // Those of others are.
    play::session(&scene.desktop.pack, "Other", 9);
    scene.desktop.command(&["push"]).ok();
    let status = deck.command(&["status", "--json"]).ok().json();
    let news = serde_json::json!({"state": "ahead", "snapshots": 1});
    assert_eq!(status["cloud"], news);
}

/// Makes entries of `undo/` older than any that is kept.
fn age(device: &Device) {
    for folder in fs::read_dir(device.synced_by("undo")).unwrap() {
        let path = folder.unwrap().path().join("undo.json");
        let text = fs::read(&path).unwrap();
        let mut entry: serde_json::Value = serde_json::from_slice(&text).unwrap();
        entry["time"] = "2020-01-01T00:00:00Z".into();
        fs::write(&path, entry.to_string()).unwrap();
    }
}

/// Another device pruned the snapshot that an entry names: what it held is looked for elsewhere, and
/// what is nowhere else goes to the cloud once more. Then the entry goes.
#[test]
fn an_old_copy_whose_snapshot_was_pruned_is_trimmed_once_the_cloud_has_it() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    let repository = scene.world.repository(&deck.instance_id());
    let entries = || fs::read_dir(deck.synced_by("undo")).unwrap().count();
    // The world that was deleted is in no other; what was replaced then is.
    let first = scene.first.split('=').nth(1).unwrap();
    repository.run(&["forget", first, "--prune"]).ok();
    age(deck);
    assert_eq!(entries(), 3);
    for seed in 20..23 {
        play::session(&desktop.pack, "Other", seed);
        hand_over(desktop, deck);
    }
    let left = scene.listed();
    let is_old = |one: &&serde_json::Value| one["time"].as_str().unwrap().starts_with("2020");
    assert_eq!(left.iter().filter(is_old).count(), 0, "{left:#?}");
    // What the pulls had replaced is in the cloud still.
    assert_in_history(&scene.world, deck, "--opt", &scene.past[0].under("--opt"));
}
