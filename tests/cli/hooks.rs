//! Hooks as launchers run them: what they print, where, and that they never wait for anybody.

use std::time::Duration;

use crate::support::opted::{harmless, played};
use crate::support::{Answer, Device, FaultServer, Output, Run, opted, play};

/// What holds for the output of every hook that is not shown on a terminal.
#[track_caller]
fn for_a_launcher(output: &Output) {
    assert!(output.stderr.is_empty(), "a hook wrote to stderr\n{output}");
    assert!(output.stdout.is_ascii(), "not ASCII\n{output}");
    assert!(
        output.stdout.is_empty() || output.stdout.ends_with('\n'),
        "{output}"
    );
    assert!(
        !output.stdout.contains(['\r', '\u{1b}']),
        "control characters\n{output}"
    );
    assert!(output.stdout.lines().count() <= 10, "too much\n{output}");
    output.assert_never_says("desktop-secret");
}

fn hooks(device: &Device) -> [(&'static str, Run); 2] {
    // The launcher's locale decides which letters it reads.
    ["pull", "push"].map(|command| (command, device.command(&[command]).env("LANG", "C")))
}

#[test]
fn warnings_and_errors_go_to_standard_output_with_the_launchers_prefix() {
    let world = opted::world();
    for (status, pull, push) in [
        (503, "Warning", "Warning"),
        (401, "Warning", "Error"),
        (404, "Warning", "Error"),
        (302, "Warning", "Error"),
    ] {
        let server = FaultServer::always(Answer::status(status));
        let device = played(&world, &format!("device-{status}"), &server.url());
        for ((_, run), level) in hooks(&device).into_iter().zip([pull, push]) {
            let output = run.env("INST_ID", "Skyblock").any();
            for_a_launcher(&output);
            assert_eq!(output.stdout.lines().count(), 1, "{output}");
            let prefix = format!("!![{level}]!instance-sync: ");
            assert!(output.stdout.starts_with(&prefix), "{output}");
        }
        // Nobody colours lines for ATLauncher, which exports nothing.
        for ((_, run), level) in hooks(&device).into_iter().zip([pull, push]) {
            let output = run.any();
            for_a_launcher(&output);
            output.assert_never_says("!![");
            assert!(output.stdout.starts_with(&level.to_lowercase()), "{output}");
        }
    }
}

#[test]
fn names_that_are_not_ascii_are_spelled_and_break_no_line() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    // It cannot travel: a link that leads out of the world is named in a warning.
    #[cfg(unix)]
    {
        let name = "saves/\u{65b0}\u{3057}\u{3044}\n\u{1b}[31mworld";
        std::os::unix::fs::symlink("/nowhere", device.pack.join(name)).unwrap();
    }
    for (_, run) in hooks(&device) {
        let output = harmless(&device, run.env("INST_ID", "x"), 0, &["\\u{65b0}"]);
        for_a_launcher(&output);
        let prefix = |line: &str| line.starts_with("!![Warning]!instance-sync: ");
        assert!(output.stdout.lines().all(prefix), "{output}");
    }
    let output = device.command(&["pull"]).env("LANG", "en_GB.UTF-8").ok();
    output.assert_says("saves/\u{65b0}\u{3057}\u{3044}\\n\\u{1b}[31mworld");
}

// Elsewhere the system says which language it is.
#[cfg(target_os = "linux")]
#[test]
fn a_hook_speaks_german_where_the_locale_says_so_and_english_else() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    let said = |locale| {
        let output = device.command(&["pull"]).env("LANG", locale).ok();
        let languages = [
            "Das Spiel startet mit dem, was hier ist.",
            "The game starts",
        ];
        languages.map(|begin| output.stdout.contains(begin))
    };
    assert_eq!(said("de_DE.UTF-8"), [true, false]);
    assert_eq!(said("fr_FR.UTF-8"), [false, true]);
    // A launcher that reads no umlauts gets none.
    for (letters, locale) in [
        ("\u{c4}nderungen gehen", "de_DE.UTF-8"),
        ("Aenderungen gehen", "de_DE"),
    ] {
        let output = device.command(&["pull"]).env("LANG", locale).ok();
        output.assert_says(letters);
    }
}

#[test]
fn a_path_or_an_account_that_is_not_ascii_is_spelled_as_well() {
    let world = opted::world();
    let device = world.device("d\u{e9}ck \u{2603}");
    play::world(&device.pack, "My World", 1);
    play::write(&device.synced_by("sync.json"), "{");
    for (_, run) in hooks(&device) {
        let output = harmless(&device, run, 2, &["sync.json"]);
        for_a_launcher(&output);
    }
}

#[cfg(unix)]
#[test]
fn a_standard_input_that_never_ends_is_not_read() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    let pipe = device.home.join("pipe");
    for (_, run) in hooks(&device) {
        // Open for reading and writing: as long as it is open, nobody sees an end.
        let script = r#"(PATH=/usr/bin:/bin; rm -f "$0"; mkfifo "$0"); exec "$@" 3<>"$0" <&3"#;
        let pipe = pipe.display().to_string();
        let output = harmless(
            &device,
            run.under(["/bin/sh", "-c", script, &pipe]),
            0,
            &["503"],
        );
        assert!(output.elapsed < Duration::from_secs(5), "{output}");
    }
}

#[cfg(unix)]
#[test]
fn a_closed_or_full_standard_output_is_no_reason_to_fail() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    for script in [
        r#"exec "$0" "$@" >&-"#,
        r#"exec "$0" "$@" >/dev/full 2>/dev/full"#,
    ] {
        for (_, run) in hooks(&device) {
            harmless(&device, run.under(["/bin/sh", "-c", script]), 0, &[]);
        }
    }
}

#[test]
fn the_environment_of_a_launcher_changes_nothing_else() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    for (_, run) in hooks(&device) {
        let run = run
            .env("INST_NAME", "Skyblock \u{2603}")
            .env("INST_ID", "Skyblock")
            .env("INST_DIR", &device.home)
            .env("INST_MC_DIR", "/nowhere/else")
            .env("INST_JAVA", "java")
            .env("NO_COLOR", "1")
            .env("RESTIC_REPOSITORY", "/nowhere")
            .env("RESTIC_PASSWORD", "nonsense");
        for_a_launcher(&harmless(&device, run, 0, &["503"]));
    }
}

#[test]
fn people_and_scripts_get_errors_on_standard_error() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    play::write(&device.synced_by("sync.json"), "{");
    let output = harmless(&device, device.command(&["status"]), 2, &["sync.json"]);
    assert!(output.stdout.is_empty(), "{output}");
    assert!(output.stderr.starts_with("error: "), "{output}");
}
