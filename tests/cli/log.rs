//! The logs: what each hook did, for people; and `log`, which shows them.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::opted::{self, harmless, played};
use crate::support::{ALICE, Answer, Device, FaultServer, Tree, assert_same, play};

/// The log of all instances of the user.
fn of_user(device: &Device) -> PathBuf {
    device.home.join(".local/state/instance-sync/log")
}

fn read(path: impl AsRef<std::path::Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Checks the first line of an entry, but for its time and how long it took.
#[track_caller]
fn assert_entry(line: &str, says: &str) {
    let (time, rest) = line.split_at(26);
    let shape: String = time
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert_eq!(shape, "0000-00-00 00:00:00 +00:00", "{line}");
    let (before, after) = says.split_once("TIME").unwrap();
    let rest = rest
        .strip_prefix(before)
        .unwrap_or_else(|| panic!("{line:?}\nis not {says:?}"));
    let rest = rest
        .strip_suffix(after)
        .unwrap_or_else(|| panic!("{line:?}\nis not {says:?}"));
    let seconds: f64 = rest.strip_suffix(" s").expect(line).parse().expect(line);
    assert!(seconds < 60.0, "{line}");
}

#[test]
fn each_hook_leaves_its_outcome_and_what_it_said() {
    let server = FaultServer::always(Answer::status(401));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    fs::remove_file(device.synced_by("log")).unwrap();
    fs::remove_file(of_user(&device)).unwrap();
    let named = |command: &str| device.command(&[command]).env("INST_NAME", "My  Pack\n");
    harmless(&device, named("pull"), 0, &[]);
    harmless(&device, named("push"), 4, &[]);
    harmless(&device, device.command(&["push", "--json"]), 4, &[]);
    let log = read(device.synced_by("log"));
    let heads: Vec<&str> = log.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(heads.len(), 3, "{log}");
    let label = "My \\u{20}Pack\\n";
    assert_entry(heads[0], &format!("  pull  {label} (deck)  refused: TIME"));
    assert_entry(
        heads[1],
        &format!("  push  {label} (deck)  failed: exit 4, TIME"),
    );
    let id = "Skyblock";
    assert_entry(
        heads[2],
        &format!("  push  {id} (deck)  failed: exit 4, TIME"),
    );
    let said: Vec<&str> = log.lines().filter(|line| line.starts_with(' ')).collect();
    assert!(said[0].starts_with("    warning: "), "{log}");
    assert!(said[1].starts_with("      "), "{log}");
    assert!(
        log.contains("\n    error: ") && log.contains("(401)"),
        "{log}"
    );
    // The user's says the folder, too.
    let all = read(of_user(&device));
    let heads: Vec<&str> = all.lines().filter(|line| !line.starts_with(' ')).collect();
    let folder = device.pack.display();
    assert_entry(
        heads[0],
        &format!("  pull  {label} (deck)  refused: TIME  {folder}"),
    );
    assert_eq!(all.lines().count(), log.lines().count());
}

#[test]
fn every_command_that_changes_something_is_in_it() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    for (command, code) in [
        ("pull", 0),
        ("push", 0),
        ("resolve", 1),
        ("undo", 0),
        ("verify", 1),
    ] {
        device.command(&[command]).code(code);
    }
    device.command(&["status", "--offline"]).ok();
    device.command(&["log"]).ok();
    device.command(&["disable"]).ok();
    for command in ["pull", "push", "undo", "verify", "disable"] {
        device.command(&[command]).any();
    }
    let log = read(device.synced_by("log"));
    let heads = log.lines().filter(|line| !line.starts_with(' '));
    let words: Vec<&str> = heads.map(|line| line.split("  ").nth(1).unwrap()).collect();
    let all = [
        "init", "pull", "push", "resolve", "undo", "verify", "disable",
    ];
    assert_eq!(words, all, "{log}");
    assert!(
        log.contains("  init  Skyblock (deck)  opted in offline: "),
        "{log}"
    );
    assert!(
        log.contains("  disable  Skyblock (deck)  opted out: "),
        "{log}"
    );
}

#[test]
fn a_folder_that_is_not_opted_in_is_in_no_log() {
    let world = opted::world();
    let device = world.device("deck");
    play::world(&device.pack, "My World", 1);
    let before = Tree::of_all(&device.home);
    for words in [
        &["pull"][..],
        &["push"],
        &["resolve"],
        &["undo"],
        &["verify"],
        &["disable"],
    ] {
        device.command(words).any();
    }
    device.command(&["init", "--url=/x", "--offline"]).code(2);
    assert_same(&before, &Tree::of_all(&device.home));
    device
        .command(&["log"])
        .ok()
        .assert_says("Nothing is in the log yet.");
    device.command(&["log", "--json"]).ok().assert_silent();
    assert_same(&before, &Tree::of_all(&device.home));
}

#[test]
fn log_shows_the_folder_s_else_the_user_s_newest_last() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    for _ in 0..3 {
        device.command(&["pull"]).ok();
    }
    device.command(&["push"]).ok();
    let log = read(device.synced_by("log"));
    let shown = |words: &[&str]| device.command(&["log"]).args(words).ok().stdout;
    assert_eq!(shown(&[]), log);
    assert_eq!(shown(&["--all"]), read(of_user(&device)));
    let last = shown(&["-n", "1"]);
    assert!(log.ends_with(&last) && last.contains("  push  "), "{last}");
    assert_eq!(shown(&["-n0"]), "");
    device.command(&["log", "-n", "x"]).code(2);

    let events = |text: String| -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).unwrap();
        text.lines().map(parse).collect()
    };
    let entries = events(shown(&["--json"]));
    assert_eq!(entries.len(), 5);
    let push = &entries[4];
    assert_eq!(
        (&push["command"], &push["outcome"]),
        (&"push".into(), &"pending".into())
    );
    assert_eq!(
        (&push["label"], &push["device"]),
        (&"Skyblock".into(), &"deck".into())
    );
    assert_eq!(
        (&push["exit_code"], &push["details"]),
        (&0.into(), &Value::Array(vec![]))
    );
    assert!(
        push["time"]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .is_ok()
    );
    assert!(push["seconds"].is_number() && push.get("folder").is_none());
    let hints = push["messages"][0]["hints"].as_array().unwrap();
    assert!(!hints.is_empty(), "{push}");
    let entries = events(shown(&["--all", "--json"]));
    assert_eq!(entries[4]["folder"], device.pack.display().to_string());

    // Elsewhere the user's is shown, also once the folder is opted out.
    device.command(&["disable"]).ok();
    assert_eq!(shown(&[]), read(of_user(&device)));
}

#[test]
fn no_secret_is_in_a_log() {
    let server = FaultServer::always(Answer::status(401));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    for words in [
        &["pull"][..],
        &["push", "--", "/bin/true", "--token=desktop-secret"],
        &["run", "--", "/nowhere/game", "desktop-secret"],
        &["verify"],
        &[
            "init",
            "--force",
            "--url=https://alice:desktop-secret@host",
            "--token=alice:desktop-secret",
        ],
        &[
            "init",
            "--force",
            "--url=s3:https://k:desktop-secret@host/b",
            "--token=desktop-secret",
        ],
        &[
            "init",
            "--force",
            "--url=/x",
            "--offline",
            "--token=alice:desktop-secret",
        ],
    ] {
        device.command(words).any();
    }
    for log in [device.synced_by("log"), of_user(&device)] {
        let log = read(log);
        assert!(log.lines().count() > 7, "{log}");
        assert!(!log.contains(ALICE.secret), "{log}");
    }
}

#[cfg(unix)]
#[test]
fn a_log_that_cannot_be_written_is_no_failure_and_no_wait() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    let own = device.synced_by("log");
    let state = device.home.join(".local/state");
    fs::remove_file(&own).unwrap();
    fs::remove_dir_all(&state).unwrap();
    fs::create_dir(&own).unwrap();
    play::write(&state, "no folder");
    harmless(&device, device.command(&["pull"]), 0, &["/nowhere/cloud"]);
    device
        .command(&["log"])
        .ok()
        .assert_says("Nothing is in the log yet.");
    // A pipe that nobody reads, and a link that leads out of the folder.
    fs::remove_dir(&own).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(&own)
        .status()
        .unwrap();
    assert!(made.success());
    device.command(&["pull"]).ok().assert_says("/nowhere/cloud");
    device.command(&["log"]).ok();
    fs::remove_file(&own).unwrap();
    let target = device.home.join("target");
    play::write(&target, "mine\n");
    std::os::unix::fs::symlink(&target, &own).unwrap();
    harmless(&device, device.command(&["pull"]), 0, &["/nowhere/cloud"]);
    assert_eq!(read(target), "mine\n");
}

#[test]
fn a_log_stays_small_and_two_hooks_at_once_do_not_mix() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    let old = "2026-01-01 00:00:00 +00:00  push  Old (deck)  up to date: 0.1 s\n";
    for log in [device.synced_by("log"), of_user(&device)] {
        fs::write(&log, old.repeat(300_000 / old.len())).unwrap();
    }
    let runs = [0; 6].map(|_| device.command(&["pull"]).start());
    for run in runs {
        assert_eq!(run.wait().status.code(), Some(0));
    }
    for log in [device.synced_by("log"), of_user(&device)] {
        assert!(fs::metadata(log.with_extension("1")).unwrap().len() > 290_000);
        let text = read(log);
        let heads = text.lines().filter(|line| line.starts_with("20")).count();
        assert_eq!(heads, 6, "{text}");
        let pulls = text
            .lines()
            .filter(|line| line.contains("  pull  "))
            .count();
        assert_eq!(pulls, 6, "{text}");
    }
    let shown = device.command(&["log", "-n", "9"]).ok().stdout;
    assert_eq!(shown.matches("  Old (deck)  ").count(), 3, "{shown}");
}

#[cfg(unix)]
#[test]
fn a_session_of_run_is_three_entries_and_hooks_inside_say_that_they_stood_aside() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    fs::remove_file(device.synced_by("log")).unwrap();
    let program = env!("CARGO_BIN_EXE_instance-sync");
    let script = format!(
        "'{program}' pull '--pack-folder={}'; exit 3",
        device.pack.display()
    );
    device
        .command(&["run", "--", "/bin/sh", "-c", &script])
        .code(3);
    let log = read(device.synced_by("log"));
    let heads: Vec<&str> = log.lines().filter(|line| !line.starts_with(' ')).collect();
    let id = "Skyblock";
    assert_entry(heads[0], &format!("  pull  {id} (deck)  offline: TIME"));
    assert_entry(heads[1], &format!("  pull  {id} (deck)  stood aside: TIME"));
    assert_entry(
        heads[2],
        &format!("  run  {id} (deck)  played: exit 3, TIME"),
    );
    assert_entry(heads[3], &format!("  push  {id} (deck)  pending: TIME"));
    assert_eq!(heads.len(), 4, "{log}");
}
