//! What restic is told to save: whole folders where it can be, and never what is left out.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;

use super::support::opted::{self, synced};
use super::support::*;

/// The paths that the newest snapshot names, from the game folder.
fn named(world: &World, device: &Device) -> Vec<String> {
    let snapshot = opted::repository(world).snapshots().pop().unwrap();
    let pack = device.pack.canonicalize().unwrap();
    let paths = snapshot["paths"].as_array().unwrap().iter();
    let relative = |path: &Value| {
        let path = path.as_str().unwrap().to_owned();
        let rest = path.strip_prefix(pack.to_str().unwrap());
        rest.unwrap().trim_start_matches('/').to_owned()
    };
    paths.map(relative).collect()
}

#[test]
fn a_world_is_named_by_what_lies_in_it_and_what_is_left_out_stays_out() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let Some(url) = opted::cloud(&world) else {
        return;
    };
    let desktop = opted::played(&world, "desktop", &url);
    let scope = r#"{"schema": 1, "exclude": ["**/*-left-out", "**/session.lock"]}"#;
    play::write(&desktop.synced_by("scope.json"), scope);
    let saves = desktop.pack.join("saves");
    for number in 0..300 {
        play::write(&saves.join(format!("Many/deep/{number}")), "x");
    }
    // Nothing but what is left out; beside what is kept; a link; a linked world.
    play::write(&saves.join("My World/cache/a-left-out"), "left out");
    play::write(&saves.join("My World/kept/b-left-out"), "left out");
    play::write(&saves.join("My World/kept/b"), "kept");
    fs::create_dir_all(saves.join("My World/empty")).unwrap();
    let elsewhere = world.path("another disk");
    play::write(&elsewhere.join("level.dat"), "far away");
    play::write(&elsewhere.join("region/r"), "far away");
    symlink(&elsewhere, saves.join("Linked")).unwrap();
    symlink(&elsewhere, saves.join("Many/link")).unwrap();

    let said = desktop.command(&["push"]).ok();
    said.assert_says("Saved").assert_never_says("saving again");
    let repository = opted::repository(&world);
    let [snapshot] = &repository.snapshot_ids()[..] else {
        panic!("not one snapshot")
    };
    let published = repository.tree(snapshot);
    for path in [
        "saves/Linked/level.dat",
        "saves/Linked/region/r",
        "saves/Many/deep/299",
        "saves/My World/kept/b",
    ] {
        assert!(published.content(path).is_some(), "{path}");
    }
    for path in published.paths() {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(
            !name.ends_with("-left-out") && name != "session.lock" && name != "link",
            "{path:?}"
        );
    }
    let named = named(&world, &desktop);
    assert!(named.contains(&"saves/Many/deep".to_owned()), "{named:?}");
    assert!(
        named.contains(&"saves/My World/kept/b".to_owned()),
        "{named:?}"
    );
    assert!(named.iter().all(|path| !path.ends_with("-left-out")));
    assert!(named.len() < 60, "{named:?}");

    // And it comes back: the folder without a file of its own, too.
    let deck = opted::another(&world, "deck");
    deck.command(&["pull"]).ok().assert_says("Updated");
    assert!(deck.pack.join("saves/My World/cache").is_dir());
    assert!(deck.pack.join("saves/My World/empty").is_dir());
    let expected = [
        "saves/My World/cache/a-left-out",
        "saves/My World/kept/b-left-out",
        "saves/Many/link",
        "saves/Linked",
    ];
    let expected = expected.iter().fold(synced(&desktop.pack), Tree::without);
    assert_same_with_metadata(&synced(&deck.pack).without("saves/Linked"), &expected);
    assert_eq!(
        fs::read(deck.pack.join("saves/Linked/region/r")).unwrap(),
        b"far away"
    );
    desktop.command(&["push"]).ok().assert_never_says("Saved");
}

/// What appears between the scan and the backup is saved by the next attempt, and no agreement says
/// otherwise.
#[test]
fn a_file_that_appears_while_a_folder_is_saved_is_noticed() {
    let Some((world, desktop)) = opted::pushed() else {
        return;
    };
    let real = Program::Restic.find().unwrap();
    let fresh = desktop.pack.join("saves/My World/region/late");
    let script = world.path("late/restic");
    fs::create_dir_all(script.parent().unwrap()).unwrap();
    let text = format!(
        "#!/bin/sh\ncase \" $* \" in *' backup '*) [ -e \"{0}\" ] || : > \"{0}\";; esac\nexec \"{1}\" \"$@\"\n",
        fresh.display(),
        real.display()
    );
    script::install(&script, &text);
    play::session(&desktop.pack, "My World", 2);
    let binary = format!("--restic-binary={}", script.display());
    let said = desktop.command(&["push", &binary]).ok();
    said.assert_says("Files changed while they were saved; saving again.");
    let deck = opted::another(&world, "deck");
    deck.command(&["pull"]).ok();
    assert!(deck.pack.join("saves/My World/region/late").exists());
    assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
    desktop.command(&["push"]).ok().assert_silent();
}
