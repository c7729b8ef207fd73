//! `pull ... -- COMMAND` and `push ... -- COMMAND`: a hook that was there before ours goes on working.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::opted::{self, harmless, played};
use crate::support::{Answer, Device, FaultServer, Output, Run, World, play, script};

/// What a command that is chained in says, and how it ends.
const SCRIPT: &str = r#"read line; echo "out $line $PWD $MARK $*"; echo err >&2; exit "$CODE""#;

fn chained(device: &Device, command: &str, code: &str) -> Run {
    device
        .command(&[
            command, "--", "/bin/sh", "-c", SCRIPT, "sh", "--json", "a b",
        ])
        .stdin("hello\n")
        .env("MARK", "here")
        .env("CODE", code)
        .in_folder(&device.home)
}

/// Checks that the command ran with everything that is its own.
#[track_caller]
fn assert_ran(device: &Device, output: &Output) {
    let says = format!("out hello {} here --json a b\n", device.home.display());
    assert!(output.stdout.ends_with(&says), "{output}");
    assert_eq!(output.stderr, "err\n", "{output}");
}

/// A device whose server answers like this.
fn device(world: &World, status: u16) -> (FaultServer, Device) {
    let server = FaultServer::always(Answer::status(status));
    let device = played(world, &format!("device-{status}"), &server.url());
    (server, device)
}

#[test]
fn a_folder_that_is_not_opted_in_only_runs_the_command() {
    let world = opted::world();
    let device = world.device("deck");
    play::world(&device.pack, "My World", 1);
    for command in ["pull", "push"] {
        for code in [0, 7] {
            let output = chained(&device, command, &code.to_string()).code(code);
            assert_ran(&device, &output);
            assert_eq!(output.stdout.lines().count(), 1, "{output}");
        }
    }
    assert!(!device.pack.join(".cloud-sync").exists());
}

#[test]
fn the_command_runs_after_a_pull_that_lets_the_game_start() {
    let world = opted::world();
    let (_server, device) = device(&world, 503);
    let output = harmless(&device, chained(&device, "pull", "0"), 0, &["503"]);
    assert_ran(&device, &output);
    let output = harmless(&device, chained(&device, "pull", "9"), 9, &["503"]);
    assert_ran(&device, &output);
}

#[test]
fn the_command_does_not_run_after_a_pull_that_keeps_the_game_from_starting() {
    let world = opted::world();
    let (_server, device) = device(&world, 503);
    let strict = {
        let run = device.command(&["--strict", "pull", "--", "/bin/sh", "-c", SCRIPT]);
        run.stdin("hello\n")
    };
    harmless(&device, strict, 1, &["503"]).assert_never_says("out hello");
    play::write(&device.synced_by("sync.json"), "{");
    let output = harmless(&device, chained(&device, "pull", "0"), 2, &["sync.json"]);
    output.assert_never_says("out hello");
}

#[test]
fn the_command_runs_after_a_push_whatever_became_of_it() {
    let world = opted::world();
    for (status, push) in [(503, 0), (401, 4), (404, 1)] {
        let (_server, device) = device(&world, status);
        for command in [0, 7] {
            let code = if command == 0 { push } else { command };
            let run = chained(&device, "push", &command.to_string());
            let output = harmless(&device, run, code, &[&status.to_string()]);
            assert_ran(&device, &output);
        }
    }
}

#[test]
fn a_command_that_is_killed_has_the_code_that_a_shell_would_give_it() {
    let world = opted::world();
    let (_server, device) = device(&world, 401);
    let run = device.command(&["push", "--", "/bin/sh", "-c", "kill -9 $$"]);
    harmless(&device, run, 137, &["401"]);
}

#[test]
fn a_command_that_is_missing_or_cannot_be_run_is_told_as_shells_do() {
    let world = opted::world();
    let device = world.device("deck");
    let file = device.home.join("no program");
    play::write(&file, "text\n");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let file = file.display().to_string();
    for command in ["pull", "push"] {
        for (program, code, says) in [
            (
                "no-such-program",
                127,
                "there is no command no-such-program",
            ),
            ("./no-such-program", 127, "./no-such-program"),
            (&file, 126, "cannot run"),
        ] {
            let run = device.command(&[command, "--", program, "desktop-secret"]);
            let output = harmless(&device, run, code, &[says]);
            assert!(output.stderr.is_empty(), "a hook wrote to stderr\n{output}");
        }
    }
    // The push has happened all the same.
    let (server, device) = self::device(&world, 503);
    let run = device.command(&["push", "--", "no-such-program"]);
    harmless(&device, run, 127, &["503"]);
    assert!(!server.requests().is_empty());
}

#[test]
fn the_command_is_found_on_the_path_and_below_the_working_folder() {
    let world = opted::world();
    let device = world.device("deck");
    let program = device.home.join("hooks/theirs");
    script::install(&program, "#!/bin/sh\necho \"theirs $1\"\n");
    for command in ["pull", "push"] {
        let run = || device.command(&[command]).in_folder(&device.home);
        for (run, program) in [
            (run().env("PATH", device.home.join("hooks")), "theirs"),
            (run(), "hooks/theirs"),
            (run(), "./hooks/theirs"),
        ] {
            let output = run.args(["--", program, "word"]).ok();
            assert_eq!(output.stdout, "theirs word\n", "{output}");
        }
    }
}

#[test]
fn the_command_may_dump_core_as_it_could_without_us() {
    let world = opted::world();
    let limit = r#"ulimit -S -c "$(ulimit -H -c)"; exec "$@""#;
    let shell = ["/bin/sh", "-c", limit, "sh"];
    let wanted = std::process::Command::new(shell[0])
        .args(&shell[1..])
        .args(["/bin/sh", "-c", "ulimit -c"])
        .output()
        .unwrap();
    let wanted = String::from_utf8(wanted.stdout).unwrap();
    // One becomes the command, one spawns it; both have read secrets.
    for (status, code) in [(503, 0), (401, 4)] {
        let (_server, device) = device(&world, status);
        let run = device.command(&["push", "--", "/bin/sh", "-c", "ulimit -c"]);
        let output = harmless(&device, run.under(shell), code, &[]);
        assert!(output.stdout.ends_with(&wanted), "{wanted}\n{output}");
    }
}

#[test]
fn nothing_after_the_dashes_is_no_command() {
    let world = opted::world();
    let device = world.device("deck");
    for command in ["pull", "push"] {
        device.command(&[command, "--"]).ok().assert_silent();
    }
}

#[test]
fn a_word_that_may_be_a_secret_is_not_repeated() {
    let world = opted::world();
    let device = world.device("deck");
    for command in ["pull", "push"] {
        let output = device.command(&[command, "alice:desktop-secret"]).code(2);
        output.assert_never_says("desktop-secret");
    }
}
