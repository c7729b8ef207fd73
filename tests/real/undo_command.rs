//! `undo`: what a pull replaced or removed comes back, with the network and without it.

use std::fs;

use super::forks::*;
use super::support::*;

/// The deck has pulled what the desktop did to its worlds: one changed, one deleted, one new.
struct Scene {
    world: World,
    desktop: Device,
    deck: Device,
    /// The deck's worlds before that pull.
    old: Tree,
    /// And after it.
    new: Tree,
}

impl Scene {
    fn set() -> Option<Self> {
        let world = World::with_restic()?;
        let [desktop, deck] = devices(&world, ["desktop", "deck"]);
        for name in ["Changed", "Deleted", "Same"] {
            play::world(&desktop.pack, name, 1);
        }
        hand_over(&desktop, &deck);
        let old = saves(&deck);
        play::session(&desktop.pack, "Changed", 2);
        fs::remove_dir_all(desktop.pack.join("saves/Deleted")).unwrap();
        play::world(&desktop.pack, "New", 2);
        hand_over(&desktop, &deck);
        let new = saves(&deck);
        Some(Self {
            world,
            desktop,
            deck,
            old,
            new,
        })
    }

    fn go_offline(&self) {
        fs::rename(self.world.cloud(), self.world.path("away")).unwrap();
    }

    fn come_back(&self) {
        fs::rename(self.world.path("away"), self.world.cloud()).unwrap();
    }

    /// What the deck has once everything that can be taken back is.
    #[track_caller]
    fn assert_taken_back(&self) {
        let now = saves(&self.deck);
        for name in ["Changed", "Deleted", "Same"] {
            assert_same_with_metadata(&now.under(name), &self.old.under(name));
        }
        // What the pull added is never taken away.
        assert_same_with_metadata(&now.under("New"), &self.new.under("New"));
        assert_eq!(worlds(&self.deck).len(), 4);
    }

    /// The ids of the safety copies in the cloud.
    fn rescues(&self) -> Vec<String> {
        let snapshots = self.world.repository(&self.deck.instance_id()).snapshots();
        let is_rescue = |snapshot: &&serde_json::Value| {
            snapshot["tags"]
                .as_array()
                .is_some_and(|tags| tags.contains(&"kind=rescue".into()))
        };
        let ids = snapshots
            .iter()
            .filter(is_rescue)
            .map(|one| one["id"].as_str().unwrap().to_owned());
        ids.collect()
    }

    /// Returns what `undo --list --json` says, the newest first.
    #[track_caller]
    fn listed(&self) -> Vec<serde_json::Value> {
        let listed = self.deck.command(&["undo", "--list", "--json"]).ok();
        listed
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

#[test]
fn what_a_pull_did_is_listed_previewed_and_taken_back() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    let listed = deck.command(&["undo", "--list"]).ok();
    let rows: Vec<Vec<&str>> = listed
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0], ["id", "when", "what", "unit"]);
    // Id and time stand in the first row of a pull: the newest pull first.
    let id = rows[1][0];
    assert_eq!(rows[1][3..], ["replaced", "saves/Changed"]);
    assert_eq!(rows[2], ["removed", "saves/Deleted"]);
    assert_eq!(rows[3], ["added", "saves/New"]);
    println!("{listed}");

    let preview = opted::harmless(
        deck,
        deck.command(&["undo", "--dry-run"]),
        0,
        &["would bring back what the pull of "],
    );
    assert!(
        preview
            .stdout
            .starts_with(&format!("{id} would bring back what the pull of 20")),
        "{preview}"
    );
    println!("{preview}");
    preview.assert_says("  saves/Changed  6 files");
    preview.assert_says("  saves/Deleted  12 files");
    // It is named, and so is what becomes of it.
    preview.assert_says(" brought stays: saves/New. ");

    let done = deck.command(&["undo"]).ok();
    println!("{done}");
    done.assert_says("Brought back what the pull of 20");
    done.assert_says(" replaced:\n  saves/Changed");
    done.assert_says("The next push saves it as a change of this device.");
    scene.assert_taken_back();
    // Nothing that it replaced was only here: there is no safety copy.
    assert!(scene.rescues().is_empty());
    // Pulling again does not bring the other version back again.
    deck.command(&["pull"]).ok();
    scene.assert_taken_back();
}

#[test]
fn what_comes_back_travels_as_a_change() {
    let Some(scene) = Scene::set() else { return };
    scene.deck.command(&["undo"]).ok();
    let pushed = scene.deck.command(&["push"]).ok();
    pushed.assert_says("Saved saves/Changed, saves/Deleted to the cloud");
    scene
        .desktop
        .command(&["pull"])
        .ok()
        .assert_says("Updated saves/Changed, saves/Deleted");
    assert_same_with_metadata(&saves(&scene.desktop), &saves(&scene.deck));
    scene.assert_taken_back();
    for device in [&scene.desktop, &scene.deck] {
        device.command(&["pull"]).ok().assert_silent();
        device.command(&["push"]).ok().assert_silent();
    }
    // The version that was taken back is in the history still.
    assert_in_history(
        &scene.world,
        &scene.deck,
        "Changed",
        &scene.new.under("Changed"),
    );
}

#[test]
fn one_world_can_be_taken_back_and_then_the_other() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    deck.command(&["undo", "saves/Deleted"])
        .ok()
        .assert_never_says("saves/Changed");
    let now = saves(deck);
    assert_same_with_metadata(&now.under("Deleted"), &scene.old.under("Deleted"));
    assert_same_with_metadata(&now.under("Changed"), &scene.new.under("Changed"));
    deck.command(&["push"])
        .ok()
        .assert_says("Saved saves/Deleted to the cloud");
    deck.command(&["undo"])
        .ok()
        .assert_never_says("saves/Deleted");
    scene.assert_taken_back();
    deck.command(&["undo"])
        .ok()
        .assert_says("There is nothing to bring back.");
    scene.assert_taken_back();
}

#[test]
fn an_older_pull_is_taken_back_by_its_id() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    play::session(&desktop.pack, "Changed", 3);
    hand_over(desktop, deck);
    let listed = scene.listed();
    assert_eq!(listed.len(), 3, "{listed:?}");
    let reasons: Vec<&str> = listed
        .iter()
        .map(|one| one["reason"].as_str().unwrap())
        .collect();
    assert_eq!(reasons, ["pull"; 3]);
    let units = &listed[1]["units"];
    let changes: Vec<&str> = units
        .as_array()
        .unwrap()
        .iter()
        .map(|unit| unit["change"].as_str().unwrap())
        .collect();
    assert_eq!(changes, ["replaced", "removed", "added"]);
    assert_eq!(listed[1]["taken_back"], false);
    let id = listed[1]["id"].as_str().unwrap();
    // As --list shortens it, and in lower case.
    let option = format!("--id={}", id[..12].to_lowercase());
    deck.command(&["undo", &option]).ok();
    scene.assert_taken_back();
    assert_eq!(
        scene.listed().iter().find(|one| one["id"] == id).unwrap()["taken_back"],
        true
    );
    let wrong = |id: &str, says: &str| {
        let run = deck.command(&["undo", &format!("--id={id}")]);
        opted::harmless(deck, run, 2, &[says, "undo --list"]);
    };
    wrong("ZZZZ", "is none of the swaps that can be taken back");
    wrong("0", "several swaps begin with 0");
}

#[test]
fn undo_works_offline_while_it_has_the_files_itself() {
    let Some(scene) = Scene::set() else { return };
    scene.go_offline();
    scene
        .deck
        .command(&["undo"])
        .ok()
        .assert_says("Brought back what the pull of ");
    scene.assert_taken_back();
    scene
        .deck
        .command(&["push"])
        .ok()
        .assert_says("The save is kept here");
    scene.come_back();
    scene.deck.command(&["push"]).ok();
    scene.desktop.command(&["pull"]).ok();
    assert_same(&saves(&scene.desktop), &saves(&scene.deck));
}

#[test]
fn a_world_that_was_played_since_is_completed_from_the_cloud() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    // A file that the pull left alone changes: undo has no copy of what it was.
    let world = deck.pack.join("saves/Changed");
    play::write_noise(&world.join("icon.png"), 9, 4_000);
    play::write_noise(&world.join("region/r.0.-1.mca"), 9, 40_960);
    let played = saves(deck);
    scene.go_offline();
    let run = deck.command(&["undo", "saves/Changed"]);
    opted::harmless(
        deck,
        run,
        1,
        &["needed from the cloud", "Nothing was changed here"],
    );
    // What needs no cloud can be had meanwhile.
    deck.command(&["undo", "saves/Deleted"]).ok();
    scene.come_back();
    let done = deck.command(&["undo", "saves/Changed"]).ok();
    done.assert_says("replaces what was changed here since; that is kept");
    scene.assert_taken_back();
    // It was only here: there is a safety copy of it.
    let rescues = scene.rescues();
    let [rescue] = rescues.as_slice() else {
        panic!("{rescues:?}")
    };
    let copy = scene.world.repository(&deck.instance_id()).tree(rescue);
    assert_same(&copy.under("saves/Changed"), &played.under("Changed"));
}

#[test]
fn what_an_undo_replaced_offline_is_saved_by_the_next_hook_and_goes_only_then() {
    for hook in ["push", "pull"] {
        println!("{hook}");
        let Some(scene) = Scene::set() else { return };
        let deck = &scene.deck;
        // Played since, in the very files that the pull had replaced.
        play::write(&deck.pack.join("saves/Changed/level.dat"), "only here");
        let played = saves(deck);
        scene.go_offline();
        let done = deck.command(&["undo", "saves/Changed"]).ok();
        done.assert_says("replaces what was changed here since; that is kept");
        let kept = deck
            .synced_by("undo")
            .join(scene.listed()[0]["id"].as_str().unwrap());
        assert_eq!(scene.listed()[0]["units"][0]["saved"], false);
        deck.command(&["undo", "--list"])
            .ok()
            .assert_says("only here");
        // However old it becomes, it is not thrown away while it is nowhere else.
        age(&kept);
        deck.command(&["pull"]).ok();
        assert!(kept.join("undo.json").exists());

        scene.come_back();
        assert!(scene.rescues().is_empty());
        deck.command(&[hook]).ok();
        let rescues = scene.rescues();
        let [rescue] = rescues.as_slice() else {
            panic!("{rescues:?}")
        };
        let copy = scene.world.repository(&deck.instance_id()).tree(rescue);
        assert_same(&copy.under("saves/Changed"), &played.under("Changed"));
        assert_eq!(
            scene
                .listed()
                .iter()
                .find(|one| kept.ends_with(one["id"].as_str().unwrap()))
                .map(|one| one["units"][0]["saved"].clone()),
            Some(true.into())
        );
        // Nobody takes a safety copy for a state: the other device gets what is here.
        deck.command(&["push"]).ok();
        scene.desktop.command(&["pull"]).ok();
        assert_same_with_metadata(&saves(&scene.desktop), &saves(deck));
        // Now the old one may go, once it is not the newest.
        play::session(&scene.desktop.pack, "New", 5);
        hand_over(&scene.desktop, deck);
        assert!(
            !kept.exists(),
            "what is old and in the cloud was not trimmed"
        );
    }
}

/// Makes an undo folder older than any that is kept.
fn age(folder: &std::path::Path) {
    let path = folder.join("undo.json");
    let mut entry: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    entry["time"] = "2020-01-01T00:00:00Z".into();
    fs::write(&path, entry.to_string()).unwrap();
}

#[test]
fn an_undo_can_be_undone() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    deck.command(&["undo"]).ok();
    let listed = scene.listed();
    assert_eq!(listed[0]["reason"], "undo");
    // Without an id it is about pulls: another undo does not swing to and fro.
    deck.command(&["undo", "--dry-run"])
        .ok()
        .assert_says("There is nothing to bring back.");
    let option = format!("--id={}", listed[0]["id"].as_str().unwrap());
    deck.command(&["undo", &option]).ok();
    // The world that had come back from a deletion goes again.
    assert_same_with_metadata(&saves(deck), &scene.new);
    deck.command(&["push"]).ok();
    scene.desktop.command(&["pull"]).ok();
    assert_same(&saves(&scene.desktop), &saves(deck));
}

#[test]
fn what_was_only_in_undo_is_saved_though_nothing_else_changed() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    deck.command(&["undo", "saves/Changed"]).ok();
    let first = scene.listed()[0]["id"].as_str().unwrap().to_owned();
    play::write(&deck.pack.join("saves/Changed/level.dat"), "only here");
    let played = saves(deck);
    scene.go_offline();
    // Back to what the cloud has: to look at, nothing changed here at all.
    deck.command(&["undo", &format!("--id={first}")]).ok();
    assert_same_with_metadata(&saves(deck), &scene.new);
    scene.come_back();
    deck.command(&["pull"]).ok();
    deck.command(&["push"]).ok();
    let rescues = scene.rescues();
    let [rescue] = rescues.as_slice() else {
        panic!("{rescues:?}")
    };
    let copy = scene.world.repository(&deck.instance_id()).tree(rescue);
    assert_same(&copy.under("saves/Changed"), &played.under("Changed"));
    deck.command(&["pull"]).ok().assert_silent();
    deck.command(&["push"]).ok().assert_silent();
}

#[test]
fn undo_says_what_it_cannot_do() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop, stranger] = devices(&world, ["desktop", "stranger"]);
    stranger.command(&["disable"]).ok();
    stranger
        .command(&["undo"])
        .code(2)
        .assert_says("is not opted in");
    play::world(&desktop.pack, "World", 1);
    desktop.command(&["push"]).ok();
    for words in [&["undo"][..], &["undo", "--list"], &["undo", "--dry-run"]] {
        opted::harmless(
            &desktop,
            desktop.command(words),
            0,
            &["There is nothing to bring back."],
        );
    }
    let run = desktop.command(&["undo", "saves/World"]);
    opted::harmless(
        &desktop,
        run,
        2,
        &["nothing that was replaced or removed is called saves/World"],
    );
    assert_eq!(
        desktop.command(&["undo", "--list", "--json"]).ok().stdout,
        ""
    );
    let nothing = desktop.command(&["undo", "--json"]).ok().json();
    assert_eq!(
        nothing,
        serde_json::json!({"event": "undo", "outcome": "nothing"})
    );
}

#[test]
fn undo_speaks_json() {
    let Some(scene) = Scene::set() else { return };
    let units = serde_json::json!([
        {"unit": "saves/Changed", "files": 6, "goes": false, "replaces_edits": false},
        {"unit": "saves/Deleted", "files": 12, "goes": false, "replaces_edits": false},
    ]);
    for (words, outcome) in [
        (&["undo", "--dry-run", "--json"][..], "preview"),
        (&["undo", "--json"], "done"),
    ] {
        let report = scene.deck.command(words).ok().json();
        assert_eq!(report["event"], "undo");
        assert_eq!(report["outcome"], outcome);
        assert_eq!(report["units"], units);
        assert_eq!(report["stays"], serde_json::json!(["saves/New"]));
    }
    scene.assert_taken_back();
}

#[test]
fn a_world_that_a_game_has_open_is_not_taken_back() {
    let Some(scene) = Scene::set() else { return };
    let Some(game) = Game::opens(&scene.deck.pack.join("saves/Changed")) else {
        return;
    };
    let refused = scene.deck.command(&["undo"]).code(1);
    refused.assert_says("saves/Changed is open in a running game");
    refused.assert_says("Nothing was changed.");
    // Another world can be taken back meanwhile.
    scene.deck.command(&["undo", "saves/Deleted"]).ok();
    drop(game);
    assert_same_with_metadata(
        &saves(&scene.deck).under("Changed"),
        &scene.new.under("Changed"),
    );
    scene.deck.command(&["undo"]).ok();
    scene.assert_taken_back();
}

/// What a decision brought is the cloud's version, and no edit: nothing has to be saved before it goes.
#[test]
fn what_a_decision_brought_is_no_edit_that_an_undo_replaces() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let fork = Fork::of(world, &["World"]);
    let deck = &fork.deck;
    deck.command(&["pull"]).code(3);
    deck.command(&["resolve", "--keep=cloud"]).ok();
    assert_same(&saves(deck), &fork.theirs);
    let repository = fork.world.repository(&deck.instance_id());
    let before = repository.snapshot_ids();
    for words in [&["undo", "--dry-run"][..], &["undo"]] {
        let said = deck.command(words).ok();
        said.assert_says("  saves/World  ");
        said.assert_never_says("replaces what was changed here since");
        said.assert_never_says("safety copy");
    }
    assert_same_with_metadata(&saves(deck), &fork.mine);
    assert_eq!(repository.snapshot_ids(), before);
    // Once it was played, it is one.
    let redo = || deck.command(&["undo", "--list", "--json"]).ok();
    let newest = redo().stdout.lines().next().unwrap().to_owned();
    let newest: serde_json::Value = serde_json::from_str(&newest).unwrap();
    let id = format!("--id={}", newest["id"].as_str().unwrap());
    deck.command(&["undo", &id]).ok();
    assert_same(&saves(deck), &fork.theirs);
    play::session(&deck.pack, "World", 5);
    let said = deck.command(&["undo", &id]).ok();
    said.assert_says("replaces what was changed here since; that is kept");
    fork.settles();
}
