//! The exit codes that are documented, and `--strict`.

use std::fs::{self, File};
use std::time::Duration;

use fs2::FileExt as _;

use crate::support::opted::{harmless, played};
use crate::support::{Answer, Device, FaultServer, assert_same, opted, play};

#[test]
fn help_documents_every_exit_code() {
    let world = opted::world();
    let help = world.device("deck").command(&["--help"]).no_pack().ok();
    help.assert_says("Exit codes:");
    for code in 0..=5 {
        let line = format!("\n  {code}  ");
        assert!(help.stdout.contains(&line), "no {code} in\n{help}");
    }
}

#[test]
fn a_wrong_command_line_is_two() {
    let world = opted::world();
    let device = world.device("deck");
    for words in [
        &[][..],
        &["nonsense"],
        &["pull", "--nonsense"],
        &["init"],
        &["init", "--url="],
        &["init", "--url=nonsense", "--token=alice:desktop-secret"],
        &[
            "init",
            "--url=/x",
            "--token=alice:desktop-secret",
            "--profile=chess",
        ],
        &[
            "init",
            "--url=/x",
            "--token=alice:desktop-secret",
            "--instance-id=1",
        ],
        &["init", "--url=https://saves.invalid", "--offline"],
        &["init", "--url=/x", "--offline"],
        &["init", "--url=/x", "--token-file=/nowhere/token"],
        &["init", "--url=/x", "--passphrase-file=/nowhere/passphrase"],
        &[
            "init",
            "--url=http://192.0.2.1",
            "--token=alice:desktop-secret",
            "--offline",
        ],
    ] {
        let output = harmless(&device, device.command(words), 2, &[]);
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{output}"
        );
    }
    assert!(device.tree().is_empty());
}

/// One run for each exit code but 3, which takes two devices (the real tier has it).
#[test]
fn strict_makes_every_warning_of_a_hook_a_failure() {
    let world = opted::world();
    for (number, (status, plain, strict)) in [
        (503, [0, 0], [1, 1]),
        (401, [0, 4], [1, 4]),
        (404, [0, 1], [1, 1]),
        (200, [0, 1], [1, 1]),
    ]
    .into_iter()
    .enumerate()
    {
        let server = FaultServer::always(Answer::html(status));
        let device = played(&world, &format!("device-{number}"), &server.url());
        for (command, (plain, strict)) in ["pull", "push"].iter().zip(plain.into_iter().zip(strict))
        {
            harmless(&device, device.command(&[command]), plain, &[]);
            harmless(&device, device.command(&[command, "--strict"]), strict, &[]);
            let run = device.command(&[command, "--strict", "--json"]);
            harmless(&device, run, strict, &[]);
        }
    }
}

/// Holds the lock of a device as another process would.
fn hold(device: &Device, command: &str) -> File {
    let path = device.synced_by("lock");
    let file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    file.lock_exclusive().unwrap();
    let owner = format!("{{\"command\":\"{command}\",\"pid\":1}}");
    play::write(&device.synced_by("lock.owner"), owner);
    file
}

#[test]
fn another_command_in_the_same_folder_is_waited_for_and_then_five() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let init: &[&str] = &[
        "init",
        "--force",
        "--offline",
        "--url=/x",
        "--token=a:desktop-secret",
    ];
    let cases: [(&str, &[&str], i32); 6] = [
        ("push", &["pull"], 0),
        ("push", &["pull", "--strict"], 1),
        ("pull", &["pull"], 5),
        ("setup", &["pull"], 5),
        ("push", init, 5),
        ("pull", &["disable"], 5),
    ];
    // All at once: each waits ten seconds.
    let mut runs = Vec::new();
    for (number, (owner, words, code)) in cases.into_iter().enumerate() {
        let device = played(&world, &format!("device-{number}"), &server.url());
        let lock = hold(&device, owner);
        let marker = fs::read(device.synced_by("sync.json")).unwrap();
        let before = device.tree();
        runs.push((
            device.command(words).start(),
            device,
            lock,
            marker,
            before,
            owner,
            code,
        ));
    }
    for (run, device, lock, marker, before, owner, code) in runs {
        let output = run.wait();
        assert_eq!(output.status.code(), Some(code), "{output}");
        let waited = Duration::from_secs(9)..Duration::from_secs(20);
        assert!(waited.contains(&output.elapsed), "{output}");
        output.assert_says(&format!("another instance-sync ({owner}, process 1)"));
        output.assert_never_says("desktop-secret");
        assert_eq!(fs::read(device.synced_by("sync.json")).unwrap(), marker);
        assert_same(&before, &device.tree());
        drop(lock);
        // The lock is the system's: once its holder is gone, nothing has to be cleaned up.
        device.command(&["pull"]).ok().assert_says("503");
    }
    assert!(server.requests().len() >= 6);
}

#[test]
fn what_a_process_that_died_left_behind_locks_nobody_out() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    drop(hold(&device, "pull"));
    for garbage in [
        "",
        "{",
        "{\"command\":7}",
        "{\"command\":\"push\",\"pid\":1}",
    ] {
        play::write(&device.synced_by("lock.owner"), garbage);
        let output = harmless(&device, device.command(&["pull"]), 0, &["503"]);
        assert!(output.elapsed < Duration::from_secs(5), "{output}");
    }
}
