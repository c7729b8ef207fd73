//! `run -- COMMAND`: the game has the terminal's streams and the last word; what is around it is on
//! standard error.
#![cfg(unix)]

use std::fs;

use serde_json::Value;

use crate::support::opted::{self, harmless, played};
use crate::support::{Answer, Device, FaultServer, Program, Run, World, play, programs::python};

/// A device whose server answers like this.
fn device(world: &World, status: u16) -> (FaultServer, Device) {
    let server = FaultServer::always(Answer::status(status));
    let device = played(world, &format!("device-{status}"), &server.url());
    (server, device)
}

/// Runs a shell's script as the game.
fn game(device: &Device, options: &[&str], script: &str) -> Run {
    let run = device.command(&["run"]).args(options);
    run.args(["--", "/bin/sh", "-c", script, "sh"])
        .env("PROGRAM", env!("CARGO_BIN_EXE_instance-sync"))
        .env("PACK", &device.pack)
}

#[test]
fn a_folder_that_is_not_opted_in_only_runs_the_command() {
    let world = opted::world();
    let device = world.device("deck");
    let script = r#"read line; echo "$line ${INSTANCE_SYNC_SESSION-none}"; exit 6"#;
    let output = game(&device, &[], script).stdin("hello\n").code(6);
    assert_eq!((&*output.stdout, &*output.stderr), ("hello none\n", ""));
    assert!(!device.pack.join(".cloud-sync").exists());
}

#[test]
fn the_game_has_the_streams_and_its_code_counts() {
    let world = opted::world();
    let (server, device) = device(&world, 503);
    for code in [0, 3] {
        let script = format!(r#"read line; echo "out $line $1 $PWD"; echo err >&2; exit {code}"#);
        let before = server.requests().len();
        play::session(&device.pack, "My World", 2 + code);
        let run = game(&device, &[], &script).arg("--json").stdin("hello\n");
        let run = run.in_folder(&device.home);
        let output = harmless(&device, run, i32::try_from(code).unwrap(), &["503"]);
        let says = format!("out hello --json {}\n", device.home.display());
        assert_eq!(output.stdout, says, "{output}");
        // Both hooks say that the server is away, around what the game says.
        let lines: Vec<&str> = output.stderr.lines().collect();
        let middle = lines.iter().position(|line| *line == "err");
        assert_eq!(middle, Some(1), "{output}");
        assert!(lines[0].starts_with("warning: "), "{output}");
        assert!(lines[2].starts_with("warning: "), "{output}");
        assert_eq!(server.requests().len() - before, 2);
    }
}

#[test]
fn a_launcher_colours_its_lines_and_gets_ascii() {
    let world = opted::world();
    let (_server, device) = device(&world, 503);
    let run = game(&device, &[], "echo game").env("INST_ID", "Skyblock");
    let output = harmless(&device, run.env("LANG", "C"), 0, &["503"]);
    assert_eq!(output.stdout, "game\n");
    let prefix = |line: &str| line.starts_with("!![Warning]!instance-sync: ");
    assert!(output.stderr.lines().all(prefix), "{output}");
    assert!(output.stderr.is_ascii());
}

#[test]
fn a_game_does_not_start_after_a_pull_that_fails() {
    let world = opted::world();
    let (_server, device) = device(&world, 503);
    let strict = game(&device, &["--strict"], "echo gone on");
    harmless(&device, strict, 1, &["503"]).assert_never_says("gone on");
    play::write(&device.synced_by("sync.json"), "{");
    let output = harmless(
        &device,
        game(&device, &[], "echo gone on"),
        2,
        &["sync.json"],
    );
    output.assert_never_says("gone on");
}

#[test]
fn a_push_that_fails_is_told_and_is_no_crash_of_the_game() {
    let world = opted::world();
    let (_server, device) = device(&world, 401);
    play::session(&device.pack, "My World", 2);
    let output = harmless(&device, game(&device, &[], "echo game"), 0, &["refused"]);
    assert!(output.stderr.contains("error: "), "{output}");
    harmless(&device, game(&device, &[], "exit 9"), 9, &["error: "]);
}

#[test]
fn a_command_that_is_missing_or_cannot_be_run_is_told_as_shells_do() {
    let world = opted::world();
    let (server, device) = device(&world, 503);
    for (program, code) in [("no-such-program", 127), ("/", 126)] {
        let before = server.requests().len();
        let run = device.command(&["run", "--", program, "desktop-secret"]);
        harmless(&device, run, code, &[program]);
        assert_eq!(server.requests().len() - before, 1, "only the pull");
    }
    device.command(&["run"]).code(2);
    device.command(&["run", "--"]).code(2);
    let output = device.command(&["run", "alice:desktop-secret"]).code(2);
    output.assert_never_says("desktop-secret");
}

#[test]
fn a_game_that_is_killed_has_the_code_that_a_shell_would_give_it() {
    let world = opted::world();
    let (server, device) = device(&world, 503);
    harmless(&device, game(&device, &[], "kill -9 $$"), 137, &["503"]);
    assert_eq!(server.requests().len(), 2, "the push happened");
}

#[test]
fn signals_that_are_ignored_from_outside_change_nothing() {
    let world = opted::world();
    let (server, device) = device(&world, 503);
    if Program::Python.find().is_none() {
        return;
    }
    // As under nohup: the game ignores what we were told to ignore.
    let script = "import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])";
    let run = game(&device, &[], "kill -HUP $$ $PPID; exit 5");
    let python = python();
    let wrapper = [python.as_os_str(), "-c".as_ref(), script.as_ref()];
    let output = run.under(wrapper).code(5);
    output.assert_says("503");
    assert_eq!(server.requests().len(), 2, "the push happened");
}

#[test]
fn hooks_inside_stand_aside_and_what_they_chain_runs() {
    let world = opted::world();
    let (server, device) = device(&world, 503);
    let script = r#"
        "$PROGRAM" pull "--pack-folder=$PACK" && "$PROGRAM" push "--pack-folder=$PACK" &&
        "$PROGRAM" pull "--pack-folder=$PACK/../minecraft" -- /bin/echo chained &&
        "$PROGRAM" push "--pack-folder=$PACK" -- /bin/echo chained &&
        "$PROGRAM" run "--pack-folder=$PACK" -- /bin/echo inner
    "#;
    let output = harmless(&device, game(&device, &[], script), 0, &[]);
    assert_eq!(output.stdout, "chained\nchained\ninner\n", "{output}");
    assert_eq!(output.stderr.lines().count(), 2, "{output}");
    assert_eq!(server.requests().len(), 2);
    for file in ["playing", "playing.id"] {
        assert!(!device.synced_by(file).exists(), "{file} was left behind");
    }
}

#[test]
fn hooks_of_another_folder_do_not_stand_aside() {
    let world = opted::world();
    let (server, device) = device(&world, 503);
    let (other_server, other) = self::device(&world, 502);
    let script = r#"
        "$PROGRAM" pull "--pack-folder=$OTHER"
        "$PROGRAM" run "--pack-folder=$OTHER" -- "$PROGRAM" pull "--pack-folder=$PACK" 
        "$PROGRAM" push "--pack-folder=$OTHER"
    "#;
    let run = game(&device, &[], script).env("OTHER", &other.pack);
    let output = harmless(&device, run, 0, &["503", "502"]);
    // Of the first folder only the session around everything: it is meant inside the second, too.
    assert_eq!(server.requests().len(), 2, "{output}");
    assert_eq!(other_server.requests().len(), 4, "{output}");
}

#[test]
fn a_session_that_is_over_means_nobody() {
    let world = opted::world();
    let (server, device) = device(&world, 503);
    let output = game(&device, &[], "echo $INSTANCE_SYNC_SESSION").ok();
    let id = output.stdout.trim();
    assert_eq!(id.len(), 26, "{output}");
    let before = server.requests().len();
    let pull = || device.command(&["pull"]).env("INSTANCE_SYNC_SESSION", id);
    harmless(&device, pull(), 0, &["503"]);
    // As a session leaves it that was killed.
    fs::write(device.synced_by("playing.id"), id).unwrap();
    fs::write(device.synced_by("playing"), "").unwrap();
    harmless(&device, pull(), 0, &["503"]);
    for nonsense in ["", ",", "x,y", "\u{fffd}"] {
        let pull = device
            .command(&["pull"])
            .env("INSTANCE_SYNC_SESSION", nonsense);
        harmless(&device, pull, 0, &["503"]);
    }
    assert_eq!(server.requests().len() - before, 6);
    // Nor does it where another one has begun.
    let playing = fs::File::create(device.synced_by("playing")).unwrap();
    playing.lock().unwrap();
    fs::write(device.synced_by("playing.id"), "another").unwrap();
    harmless(&device, pull(), 0, &["503"]);
    drop(playing);
    assert_eq!(server.requests().len() - before, 7);
    // The next session takes their place.
    let inside = r#""$PROGRAM" pull "--pack-folder=$PACK""#;
    assert_eq!(game(&device, &[], inside).ok().stdout, "");
    assert_eq!(server.requests().len() - before, 9);
}

#[test]
fn json_is_on_standard_error_with_an_event_of_its_own() {
    let world = opted::world();
    let (_server, device) = device(&world, 503);
    for (script, code, signal) in [
        ("echo game; exit 4", 4, Value::Null),
        ("echo game; kill -9 $$", 137, 9.into()),
    ] {
        let output = game(&device, &["--json"], script).code(code);
        assert_eq!(output.stdout, "game\n");
        let parse = |line: &str| serde_json::from_str::<Value>(line).unwrap();
        let events: Vec<Value> = output.stderr.lines().map(parse).collect();
        let names: Vec<&str> = events
            .iter()
            .map(|event| event["event"].as_str().unwrap())
            .collect();
        assert_eq!(
            names,
            ["warning", "pull", "run", "warning", "push"],
            "{output}"
        );
        let run = &events[2];
        assert_eq!((&run["exit_code"], &run["signal"]), (&code.into(), &signal));
        assert_eq!(run["seconds"], 0);
    }
}
