//! What this device does not sync lies where a version has a file: it stays, since nothing else has it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::support::*;

const NOTES: &str = "saves/First/notes/mine.txt";

/// Two devices with a world, of which the deck leaves out the notes and has some of its own.
struct Scene {
    world: World,
    desktop: Device,
    deck: Device,
}

impl Scene {
    #[track_caller]
    fn set() -> Option<Self> {
        let world = World::with_restic()?;
        let (desktop, deck) = (world.device("desktop"), world.device("deck"));
        world.opt_in(&[&desktop, &deck]);
        play::world(&desktop.pack, "First", 1);
        desktop.command(&["push"]).ok();
        deck.command(&["pull"]).ok();
        let scope = r#"{"schema": 1, "exclude": ["saves/*/notes"]}"#;
        play::write(&deck.synced_by("scope.json"), scope);
        Some(Self {
            world,
            desktop,
            deck,
        })
    }

    fn notes(&self) -> PathBuf {
        self.deck.pack.join(NOTES)
    }

    #[track_caller]
    fn newest(&self) -> String {
        let all = self.world.repository(&self.deck.instance_id());
        all.snapshot_ids().pop().unwrap()
    }
}

#[test]
fn a_pull_leaves_a_world_alone_in_which_it_would_take_the_place_of_what_nobody_has() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    play::write(&scene.notes(), "the deck's");
    play::write(&desktop.pack.join(NOTES), "the desktop's");
    play::session(&desktop.pack, "First", 2);
    play::write(&desktop.pack.join("options.txt"), "fov:0.5");
    desktop.command(&["push"]).ok();
    let before = deck.tree().under("saves");
    for _ in 0..2 {
        let said = deck.command(&["pull"]).ok();
        said.assert_says("saves/First stays in the cloud: saves/First/notes/mine.txt lies here");
        assert_eq!(deck.tree().under("saves"), before);
    }
    // Everything else came.
    assert_eq!(
        fs::read_to_string(deck.pack.join("options.txt")).unwrap(),
        "fov:0.5"
    );
    // What is the same already is not in the way, nor is what was moved.
    play::write(&scene.notes(), "the desktop's");
    deck.command(&["pull"]).ok();
    let world = |tree: Tree| tree.under("saves/First").without("session.lock");
    assert_same(&world(deck.tree()), &world(desktop.tree()));
}

#[test]
fn neither_a_restore_nor_an_undo_takes_the_place_of_what_nobody_has() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    play::write(&desktop.pack.join(NOTES), "the desktop's");
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    let with_notes = scene.newest();
    fs::remove_file(scene.notes()).unwrap();
    play::session(&deck.pack, "First", 2);
    deck.command(&["push"]).ok();

    play::write(&scene.notes(), "the deck's");
    let before = deck.tree();
    let at = format!("--snapshot={}", &with_notes[..8]);
    deck.command(&["restore", "saves/First", &at])
        .code(2)
        .assert_says("saves/First/notes/mine.txt lies here");
    assert_eq!(deck.tree(), before);

    // A restore that brings the notes, and then others in the place that an undo would give back to them.
    fs::remove_file(scene.notes()).unwrap();
    deck.command(&["restore", "saves/First", &at]).ok();
    fs::remove_file(deck.synced_by("scope.json")).unwrap();
    play::session(&desktop.pack, "First", 3);
    fs::remove_file(desktop.pack.join(NOTES)).unwrap();
    deck.command(&["restore", "saves/First", "--snapshot", &scene.newest()[..8]])
        .ok();
    assert!(!scene.notes().exists());
    let scope = r#"{"schema": 1, "exclude": ["saves/*/notes"]}"#;
    play::write(&deck.synced_by("scope.json"), scope);
    play::write(&scene.notes(), "the deck's");
    let before = deck.tree();
    let said = deck.command(&["undo"]).code(1);
    said.assert_says("saves/First cannot be replaced: saves/First/notes/mine.txt lies here");
    assert_eq!(deck.tree(), before);
}

#[test]
fn nothing_is_written_through_a_link_inside_a_world() {
    let Some(scene) = Scene::set() else { return };
    let (deck, elsewhere) = (&scene.deck, scene.world.path("other-disk"));
    play::session(&deck.pack, "First", 2);
    deck.command(&["push"]).ok();
    let regions = deck.pack.join("saves/First/region");
    fs::rename(&regions, &elsewhere).unwrap();
    symlink(&elsewhere, &regions).unwrap();
    play::write(
        &elsewhere.join("r.0.0.mca"),
        "built today, and nowhere else",
    );
    let behind = Tree::of(&elsewhere);
    let at = format!("--snapshot={}", &scene.newest()[..8]);
    deck.command(&["restore", "saves/First", &at])
        .code(2)
        .assert_says("saves/First/region is a link");
    assert_eq!(Tree::of(&elsewhere), behind);
    assert!(regions.symlink_metadata().unwrap().is_symlink());
    // Beside it, it can be had.
    deck.command(&["restore", "saves/First", &at, "--as-copy"])
        .ok();
}
