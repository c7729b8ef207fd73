//! A restic that hangs, that tries again for ever, or that is none.

use std::time::Duration;

use super::scene::Scene;
use crate::support::opted::{another, assert_kept, harmless, objects, pushed};
use crate::support::{Act, FakeRestic, Program, assert_same_with_metadata, play};

#[test]
fn a_restic_that_hangs_is_stopped_and_the_game_starts() {
    let acts = [Act::Hang, Act::HangDeaf];
    let commands = ["snapshots", "dump", "restore"];
    let cases = commands
        .iter()
        .flat_map(|command| acts.clone().map(|act| (*command, act)));
    let Some((world, _)) = pushed() else {
        return;
    };
    // All at once: each takes as long as a silence may last.
    let mut runs = Vec::new();
    for (number, (command, act)) in cases.enumerate() {
        let Some(restic) = Program::Restic.find() else {
            return;
        };
        let mut fake = FakeRestic::around(&world.path(format!("fake-{number}")), &restic);
        fake.on(command, act);
        let deck = another(&world, &format!("deck-{number}"));
        let binary = format!("--restic-binary={}", fake.path().display());
        let before = deck.tree();
        runs.push((deck.command(&["pull", &binary]).start(), deck, before));
    }
    for (run, deck, before) in runs {
        let output = run.wait();
        assert_eq!(output.status.code(), Some(0), "{output}");
        output
            .assert_says("no progress")
            .assert_says("The game starts");
        assert!(output.elapsed < Duration::from_secs(30), "{output}");
        assert_same_with_metadata(&before, &deck.tree());
        deck.command(&["pull"]).ok();
    }
}

#[test]
fn a_restic_that_retries_is_not_waited_for() {
    let Some(mut scene) = Scene::new() else {
        return;
    };
    let before = objects(&scene.world);
    let binary = scene.binary();
    scene.fake.on("backup", Act::Retry);
    let run = scene.desktop.command(&["push", &binary]);
    let output = harmless(
        &scene.desktop,
        run,
        0,
        &["could not be reached", "next chance"],
    );
    assert!(output.elapsed < Duration::from_secs(15), "{output}");
    scene.fake.mend("backup");
    scene.fake.on("restore", Act::Retry);
    let run = scene.deck.command(&["pull", &binary]);
    let says = ["could not be reached", "The game starts"];
    let output = harmless(&scene.deck, run, 0, &says);
    assert!(output.elapsed < Duration::from_secs(7), "{output}");
    scene.fake.mend("restore");
    assert_kept(&before, &objects(&scene.world));
    scene.recovers();
}

#[test]
fn a_restic_that_is_none_is_a_mistake_of_the_command_line() {
    let Some(mut scene) = Scene::new() else {
        return;
    };
    let text = scene.world.path("text");
    play::write(&text, "not a program\n");
    let text = format!("--restic-binary={}", text.display());
    let nowhere = "--restic-binary=/nowhere/restic".to_owned();
    let folder = format!("--restic-binary={}", scene.world.path("").display());
    let says = ["is not a restic that runs", "--restic-binary"];
    for binary in [&text, &nowhere, &folder] {
        harmless(
            &scene.desktop,
            scene.desktop.command(&["push", binary]),
            2,
            &says,
        );
    }
    let binary = scene.binary();
    let old = "restic 0.17.3 compiled with go1.23 on linux/amd64\\n";
    for (act, says) in [
        (Act::Say("garbage\\n", "", 0), "not a restic"),
        (Act::Exit(1), "not a restic"),
        (Act::Hang, "not a restic"),
        (Act::Say(old, "", 0), "too old"),
    ] {
        scene.fake.on("version", act);
        let run = scene.desktop.command(&["push", &binary]);
        let output = harmless(&scene.desktop, run, 2, &[says, "--restic-binary"]);
        assert!(output.elapsed < Duration::from_secs(9), "{output}");
    }
}
