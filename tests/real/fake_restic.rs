//! A restic that is a script: garbage, silence and every exit code, at every step.

use std::fs;

use super::scene::Scene;
use crate::support::opted::{assert_kept, harmless, objects};
use crate::support::{Act, assert_same_with_metadata};

const GARBAGE: &[Act] = &[
    Act::Say("", "", 0),
    Act::Say("garbage\\n", "", 0),
    Act::Say("{\\n", "", 0),
    Act::Say("[]\\n", "", 0),
    Act::Say("{}\\n", "", 0),
    Act::Say("[{}]\\n", "", 0),
    Act::Say(
        "[{\\x22id\\x22:\\x22../../x\\x22,\\x22time\\x22:7}]\\n",
        "",
        0,
    ),
    Act::Say("\\0377\\0376\\0000\\n", "\\0377\\0376", 0),
];

const CODES: [i32; 6] = [1, 3, 10, 11, 12, 130];

#[test]
fn a_restic_that_prints_garbage_is_named_and_nothing_changes() {
    let Some(mut scene) = Scene::new() else {
        return;
    };
    let before = objects(&scene.world);
    let binary = scene.binary();
    let state = fs::read(scene.deck.synced_by("state.json")).unwrap();
    for act in GARBAGE {
        for command in ["snapshots", "dump", "restore"] {
            println!("pull: {command}: {act:?}");
            fs::write(scene.deck.synced_by("state.json"), &state).unwrap();
            scene.fake.on(command, act.clone());
            let run = scene.deck.command(&["pull", &binary]);
            let tree = scene.deck.tree();
            let output = run.any();
            output
                .assert_never_says("panicked")
                .assert_never_says("desktop-secret");
            assert!(matches!(output.status.code(), Some(0 | 1)), "{output}");
            // An empty list of snapshots is an answer; the server's own list contradicts it.
            assert!(!output.stdout.is_empty(), "no word of it\n{output}");
            assert_same_with_metadata(&tree, &scene.deck.tree());
            scene.fake.mend(command);
        }
        println!("push: backup: {act:?}");
        scene.fake.on("backup", act.clone());
        let run = scene.desktop.command(&["push", &binary]);
        let says = [
            "answered something that restic would not",
            "Check that program",
        ];
        harmless(&scene.desktop, run, 1, &says);
        scene.fake.mend("backup");
        assert_kept(&before, &objects(&scene.world));
    }
    scene.recovers();
}

#[test]
fn every_exit_code_of_a_push_has_a_message_and_an_exit_code() {
    let Some(mut scene) = Scene::new() else {
        return;
    };
    let before = objects(&scene.world);
    let binary = scene.binary();
    for code in CODES {
        scene.fake.on(
            "backup",
            Act::Say("", "Fatal: no luck with desktop-secret\\n", code),
        );
        let (exit, says): (i32, &[&str]) = match code {
            3 => (1, &["Check that program"]),
            10 => (1, &["Nothing was created"]),
            11 => (0, &["push --unlock", "at the next chance"]),
            12 => (4, &["password", "--passphrase-file"]),
            130 => (1, &["interrupted", "run the command again"]),
            _ => (1, &["no luck with ***"]),
        };
        let run = scene.desktop.command(&["push", &binary]);
        harmless(&scene.desktop, run, exit, says);
        assert_kept(&before, &objects(&scene.world));
    }
    scene.fake.mend("backup");
    scene.recovers();
}

#[test]
fn every_exit_code_of_a_pull_leaves_the_folder_as_it_is() {
    let Some(mut scene) = Scene::new() else {
        return;
    };
    let before = objects(&scene.world);
    let binary = scene.binary();
    for command in ["snapshots", "dump", "restore"] {
        for code in CODES {
            let said = Act::Say("", "Fatal: no luck with desktop-secret\\n", code);
            scene.fake.on(command, said);
            let (exit, says): (i32, &[&str]) = match code {
                10 => (0, &["Nothing was created", "The game starts"]),
                11 => (0, &["push --unlock", "The game starts"]),
                12 => (0, &["password", "The game starts"]),
                130 => (1, &["interrupted"]),
                _ => (1, &["no luck with ***", "instance-sync disable"]),
            };
            println!("{command} {code}");
            let run = scene.deck.command(&["pull", &binary]);
            harmless(&scene.deck, run, exit, says);
        }
        scene.fake.mend(command);
    }
    assert_kept(&before, &objects(&scene.world));
    scene.recovers();
}

/// What could not be read once is read again: it is not what the cloud is known to hold.
#[test]
fn a_snapshot_that_said_garbage_of_itself_is_asked_again() {
    let Some(mut scene) = Scene::new() else {
        return;
    };
    let binary = scene.binary();
    for act in [Act::Say("", "", 0), Act::Say("garbage\\n", "", 0)] {
        scene.fake.on("dump", act);
        let run = scene.deck.command(&["pull", &binary]);
        let tree = scene.deck.tree();
        let output = run.any();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{output}");
        assert!(!output.stdout.is_empty(), "no word of it\n{output}");
        assert_same_with_metadata(&tree, &scene.deck.tree());
    }
    scene.fake.mend("dump");
    let output = scene.deck.command(&["pull", &binary]).ok();
    output.assert_says("Updated saves/My World");
}

/// A restore that says it is done and is not: what is staged is checked, not what restic says.
#[test]
fn a_restore_that_did_nothing_or_something_else_is_found_out() {
    let Some(mut scene) = Scene::new() else {
        return;
    };
    let binary = scene.binary();
    scene.fake.on(
        "restore",
        Act::Say("{\\x22message_type\\x22:\\x22summary\\x22}\\n", "", 0),
    );
    let run = scene.deck.command(&["pull", &binary]);
    harmless(
        &scene.deck,
        run,
        0,
        &["does not give it", "It stays here as it is"],
    );
    for code in [1, 3, 130] {
        // Everything is there, and restic says that it is not: not to be trusted either.
        scene.fake.on("restore", Act::Afterwards(code));
        let run = scene.deck.command(&["pull", &binary]);
        harmless(&scene.deck, run, 1, &["restic"]);
    }
    scene.fake.mend("restore");
    scene.recovers();
}

/// Exit 3 publishes a snapshot that lacks files: it is repeated and never trusted.
#[test]
fn a_backup_that_could_not_read_everything_is_repeated() {
    let Some(mut scene) = Scene::new() else {
        return;
    };
    let binary = scene.binary();
    scene.fake.on("backup", Act::Afterwards(3));
    let run = scene.desktop.command(&["push", &binary]);
    let output = harmless(
        &scene.desktop,
        run,
        1,
        &["not everything could be read", "run instance-sync push"],
    );
    assert!(output.stdout.lines().count() <= 10, "{output}");
    scene.fake.mend("backup");
    scene.recovers();
}
