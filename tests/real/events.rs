//! What hooks say when there is something to say: one JSON object a line, or lines of ASCII.

use serde_json::Value;

use crate::support::opted::{another, pushed};
use crate::support::{Device, Output, World, play};

#[track_caller]
fn events(output: &Output) -> Vec<Value> {
    output.assert_never_says("desktop-secret");
    assert!(
        output.stderr.is_empty() && output.stdout.ends_with('\n'),
        "{output}"
    );
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("{output}"));
    output.stdout.lines().map(parse).collect()
}

#[track_caller]
fn last(device: &Device, command: &str, code: i32) -> Value {
    let output = device.command(&[command, "--json"]).code(code);
    let event = events(&output).pop().expect("an event");
    assert_eq!(event["event"], command, "{output}");
    event
}

#[test]
fn every_outcome_is_an_event() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let deck = another(&world, "deck");
    let event = last(&deck, "pull", 0);
    assert_eq!(event["outcome"], "applied");
    let taken = event["changes"]["taken"].as_array().expect("a list");
    assert!(taken.contains(&"saves/My World".into()), "{event}");
    assert_eq!(last(&deck, "pull", 0)["outcome"], "up-to-date");
    assert_eq!(last(&deck, "push", 0)["outcome"], "up-to-date");

    play::session(&deck.pack, "My World", 2);
    let event = last(&deck, "push", 0);
    assert_eq!(event["outcome"], "pushed");
    assert_eq!(event["units"], serde_json::json!(["saves/My World"]));
    assert_eq!(event["snapshot"].as_str().expect("an id").len(), 64);
    let status = desktop.command(&["status", "--json"]).ok().json();
    assert_eq!(
        status["cloud"],
        serde_json::json!({"state": "ahead", "snapshots": 1})
    );

    play::session(&desktop.pack, "My World", 3);
    let event = last(&desktop, "pull", 3);
    assert_eq!(event["outcome"], "conflict");
    assert_eq!(event["units"], serde_json::json!(["saves/My World"]));
    let status = desktop
        .command(&["status", "--offline", "--json"])
        .ok()
        .json();
    assert_eq!(status["conflicts"], serde_json::json!(["saves/My World"]));

    std::fs::rename(world.cloud(), world.path("away")).unwrap();
    assert_eq!(last(&deck, "pull", 0)["outcome"], "offline");
    play::session(&deck.pack, "My World", 4);
    assert_eq!(last(&deck, "push", 0)["outcome"], "pending");
}

#[test]
fn init_and_setup_say_how_the_folder_was_opted_in() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck) = (world.device("desktop"), world.device("deck"));
    let url = format!("--url={}", world.cloud().display());
    let init =
        |device: &Device| device.command(&["init", &url, "--token=alice:desktop-secret", "--json"]);
    let done = init(&desktop).ok().json();
    assert_eq!(done["how"], "created");
    let id = done["instance_id"].as_str().unwrap().to_owned();
    // The answers: token, passphrase (none), and the instance to join.
    let setup = deck.command(&["setup", &url, "--json"]);
    let answers = format!("alice:desktop-secret\n\n{id}\n");
    // On a slow machine a notice comes before.
    let said = setup.stdin(answers).ok();
    let last = said.stdout.lines().last().unwrap();
    let done: serde_json::Value = serde_json::from_str(last).unwrap();
    assert_eq!(
        (&done["how"], &done["instance_id"]),
        (&"joined".into(), &id.into())
    );
}

/// One line for each thing that happened, and none for nothing.
#[test]
fn hooks_say_little_in_ascii_and_mark_warnings_for_the_launcher() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let deck = another(&world, "deck");
    let name = "\u{65b0}\u{3057}\u{3044}\u{4e16}\u{754c} \u{e9}\u{1f3ae}";
    let hook = |device: &Device, command: &str, code: i32, lines: usize| {
        let output = device
            .command(&[command])
            .env("INST_ID", "Skyblock")
            .env("LANG", "C")
            .code(code);
        assert!(
            output.stderr.is_empty() && output.stdout.is_ascii(),
            "{output}"
        );
        assert_eq!(output.stdout.lines().count(), lines, "{output}");
        assert!(lines == 0 || output.stdout.ends_with('\n'), "{output}");
        output.assert_never_says("desktop-secret");
        output
    };
    hook(&deck, "pull", 0, 1);
    play::world(&desktop.pack, name, 2);
    hook(&desktop, "push", 0, 1).assert_says("\\u{65b0}");
    hook(&desktop, "push", 0, 0);
    hook(&desktop, "pull", 0, 0);
    hook(&deck, "pull", 0, 1).assert_says("\\u{65b0}");
    hook(&deck, "pull", 0, 0);
    play::session(&desktop.pack, name, 3);
    play::session(&deck.pack, name, 4);
    hook(&deck, "push", 0, 1);
    let output = desktop
        .command(&["pull"])
        .env("INST_ID", "Skyblock")
        .env("LANG", "C")
        .code(3);
    let warnings = output
        .stdout
        .lines()
        .filter(|line| line.starts_with("!![Warning]!"));
    assert!(warnings.count() >= 1, "{output}");
    assert!(
        output.stdout.is_ascii() && output.stderr.is_empty(),
        "{output}"
    );
}

#[test]
fn a_folder_that_takes_long_to_read_is_progress() {
    let world = World::new();
    let device =
        crate::support::opted::played(&world, "deck", &world.cloud().display().to_string());
    // It takes no room, and seconds to read.
    let large = std::fs::File::create(device.pack.join("saves/My World/large")).unwrap();
    large.set_len(3 << 30).unwrap();
    let said = device.command(&["status", "--json", "--offline"]).any();
    let events: Vec<serde_json::Value> = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let progress = events.iter().filter(|event| event["event"] == "progress");
    let phases: Vec<_> = progress
        .map(|event| event["phase"].as_str().unwrap())
        .collect();
    assert!(!phases.is_empty(), "{said}");
    assert!(phases.iter().all(|phase| *phase == "Reading"), "{said}");
}
