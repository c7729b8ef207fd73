//! Worlds that changed on two devices: every policy, every place where it is set, and what a player
//! sees and pastes.

use std::fs;
use std::io::{Read as _, Write as _};

use super::forks::*;
use super::rounds::synced;
use super::support::*;

fn fork(worlds: &[&str]) -> Option<Fork> {
    Some(Fork::of(World::with_restic()?, worlds))
}

#[test]
fn every_policy_of_the_command_line_does_what_it_says_and_loses_nothing() {
    for policy in [
        "keep-both",
        "keep-local",
        "keep-cloud",
        "newest",
        "abort",
        "ask",
    ] {
        println!("{policy}");
        let Some(fork) = fork(&["World"]) else { return };
        let option = format!("--on-conflict={policy}");
        let pull = fork.deck.command(&["pull", &option]);
        // The deck's session is published by this very pull: it is the newest.
        match policy {
            "keep-both" => {
                let pulled = pull.ok();
                let copy = copy_of(&fork.deck, "World", "desktop");
                pulled.assert_says(&format!("Kept both versions: saves/{copy}"));
                let now = saves(&fork.deck);
                assert_same_with_metadata(&now.under("World"), &fork.mine.under("World"));
                assert_same_with_metadata(&now.under(copy), &fork.theirs.under("World"));
                assert_eq!(worlds(&fork.deck).len(), 2);
            }
            "keep-local" | "newest" => {
                pull.ok();
                fork.assert_untouched();
            }
            "keep-cloud" => {
                pull.ok().assert_says("Updated saves/World");
                assert_same_with_metadata(&saves(&fork.deck), &fork.theirs);
            }
            _ => {
                pull.code(3)
                    .assert_says("changed here and in the cloud: saves/World");
                fork.assert_untouched();
                assert_in_history(&fork.world, &fork.deck, "World", &fork.mine.under("World"));
                continue;
            }
        }
        fork.settles();
        for version in [&fork.mine, &fork.theirs] {
            assert_in_history(&fork.world, &fork.deck, "World", &version.under("World"));
        }
    }
}

#[test]
fn a_rule_of_scope_json_decides_for_the_worlds_that_it_names() {
    let Some(fork) = fork(&["Hardcore 1", "World"]) else {
        return;
    };
    let rule = r#"{"conflicts": [{"path": "saves/Hardcore*", "policy": "keep-both"}]}"#;
    fs::write(fork.deck.synced_by("scope.json"), rule).unwrap();
    // The other world is asked about, and nothing happens before that is answered.
    let stopped = fork.deck.command(&["pull"]).code(3);
    stopped.assert_says("changed here and in the cloud: saves/World");
    stopped.assert_never_says("saves/Hardcore");
    fork.assert_untouched();
    fork.deck
        .command(&["resolve", "--keep=cloud", "saves/World"])
        .ok();
    let copy = copy_of(&fork.deck, "Hardcore 1", "desktop");
    let now = saves(&fork.deck);
    assert_same(&now.under("Hardcore 1"), &fork.mine.under("Hardcore 1"));
    assert_same(&now.under(&copy), &fork.theirs.under("Hardcore 1"));
    assert_same(&now.under("World"), &fork.theirs.under("World"));
    fork.settles();
}

#[test]
fn the_command_line_goes_before_scope_json() {
    let Some(fork) = fork(&["Hardcore 1"]) else {
        return;
    };
    let rule = r#"{"conflicts": [{"path": "saves/*", "policy": "keep-both"}]}"#;
    fs::write(fork.deck.synced_by("scope.json"), rule).unwrap();
    fork.deck.command(&["pull", "--on-conflict=abort"]).code(3);
    fork.assert_untouched();
    fork.deck
        .command(&["pull", "--on-conflict=keep-cloud"])
        .ok();
    assert_same(&saves(&fork.deck), &fork.theirs);
    fork.settles();
}

#[test]
fn a_pull_that_nobody_can_be_asked_by_stops_and_its_commands_work_when_pasted() {
    for keep in ["both", "local", "cloud"] {
        let Some(fork) = fork(&["World", "Its other"]) else {
            return;
        };
        let stopped = fork.deck.command(&["pull"]).code(3);
        stopped.assert_says("warning: changed here and in the cloud: saves/Its other, saves/World");
        stopped.assert_says("saves/World changed here and on desktop (saved ");
        stopped.assert_says("Nothing was changed here, and what is here is in the cloud too.");
        fork.assert_untouched();
        let line = printed(&stopped, "instance-sync resolve --keep=both");
        let line = line.replace("--keep=both", &format!("--keep={keep}"));
        if keep == "cloud" {
            // One world alone, by the name that the message gives: the other is still open.
            stopped.assert_says("add its name: \"saves/Its other\".");
            let one = format!("{line} \"saves/Its other\"");
            let left = paste(&fork.world, &fork.deck, &one).code(3);
            left.assert_says("changed here and in the cloud: saves/World.");
            fork.assert_untouched();
        }
        paste(&fork.world, &fork.deck, &line).ok();
        let now = saves(&fork.deck);
        let kept = if keep == "cloud" {
            &fork.theirs
        } else {
            &fork.mine
        };
        for world in ["World", "Its other"] {
            assert_same(&now.under(world), &kept.under(world));
        }
        assert_eq!(worlds(&fork.deck).len(), if keep == "both" { 4 } else { 2 });
        fork.settles();
    }
}

#[test]
fn the_command_to_play_on_without_syncing_works_when_pasted() {
    let Some(fork) = fork(&["World"]) else { return };
    let stopped = fork.deck.command(&["pull"]).code(3);
    let line = printed(&stopped, "instance-sync disable");
    paste(&fork.world, &fork.deck, &line).ok();
    fork.deck.command(&["pull"]).ok().assert_silent();
    fork.assert_untouched();
}

#[test]
fn folders_and_worlds_that_a_shell_would_read_otherwise_can_be_pasted_too() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let mut fork = Fork::of(world, &["$HOME `id` \"x\" it's"]);
    let pack = fork.world.path("It's \"$HOME\" `id`");
    fs::rename(&fork.deck.pack, &pack).unwrap();
    fork.deck.pack = pack;
    let stopped = fork.deck.command(&["pull"]).code(3);
    let said = stopped.stdout.as_str();
    let start = "To keep both versions: ";
    let (from, to) = (
        said.find(start).unwrap() + start.len(),
        said.find(". For one of them").unwrap(),
    );
    let name = said[said.find("add its name: ").unwrap() + 14..]
        .lines()
        .next()
        .unwrap();
    let name = &name[..name.find(". To play").unwrap()];
    paste(
        &fork.world,
        &fork.deck,
        &format!("{} {name}", &said[from..to]),
    )
    .ok();
    assert_eq!(worlds(&fork.deck).len(), 2);
}

/// A launcher's log shows what its locale can; what is printed can be pasted either way.
#[test]
fn folders_and_worlds_with_other_letters_can_be_pasted_from_a_launchers_log() {
    for locale in ["", "en_GB.UTF-8"] {
        let Some(world) = World::with_restic() else {
            return;
        };
        let name = "It's caf\u{e9} \u{65b0}";
        let mut fork = Fork::of(world, &[name]);
        let pack = fork.world.path("Spi\u{eb}le \u{1f3ae}1");
        fs::rename(&fork.deck.pack, &pack).unwrap();
        fork.deck.pack = pack;
        let stopped = fork.deck.command(&["pull"]).env("LANG", locale).code(3);
        assert_eq!(stopped.stdout.is_ascii(), locale.is_empty(), "{stopped}");
        let between = |start: &str, end: &str| {
            let said = &stopped.stdout[stopped.stdout.find(start).unwrap() + start.len()..];
            said[..said.find(end).unwrap()].to_owned()
        };
        let line = between("To keep both versions: ", ". For one of them");
        let unit = between("add its name: ", ". To play");
        paste_into("bash", &fork.world, &fork.deck, &format!("{line} {unit}")).ok();
        assert_eq!(worlds(&fork.deck).len(), 2);
        fork.settles();
    }
}

#[test]
fn a_pull_that_was_stopped_stops_again_without_restic() {
    let Some(fork) = fork(&["World"]) else { return };
    let fake = FakeRestic::around(&fork.world.path("fake"), &Program::Restic.find().unwrap());
    let pull = || {
        let binary = format!("--restic-binary={}", fake.path().display());
        fork.deck.command(&["pull", &binary])
    };
    let first = pull().code(3);
    let ran = fake.calls().len();
    assert!(ran > 0);
    for _ in 0..3 {
        let again = pull().code(3);
        assert_eq!(
            again.stdout,
            first
                .stdout
                .replace("instance-sync: Saving what is only here so far.\n", "")
        );
        fork.assert_untouched();
    }
    assert_eq!(fake.calls().len(), ran);
    // What is played meanwhile is new: it is saved, and the question is the same.
    play::session(&fork.deck.pack, "World", 4);
    pull().code(3);
    assert!(fake.calls().len() > ran);
    fork.deck.command(&["resolve", "--keep=local"]).ok();
    fork.settles();
}

#[test]
fn settings_never_ask_and_the_losing_ones_are_in_history() {
    for policy in ["", "--on-conflict=keep-both", "--on-conflict=abort"] {
        let Some(world) = World::with_restic() else {
            return;
        };
        let [desktop, deck] = devices(&world, ["desktop", "deck"]);
        play::world(&desktop.pack, "World", 1);
        play::settings(&desktop.pack, 1);
        hand_over(&desktop, &deck);
        play::settings(&deck.pack, 2);
        let older = synced(&deck);
        deck.command(&["push"]).ok();
        play::settings(&desktop.pack, 3);
        let newer = synced(&desktop);
        let words: Vec<&str> = ["pull", policy]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect();
        desktop.command(&words).ok().assert_never_says("warning");
        assert_same(&synced(&desktop), &newer);
        hand_over(&desktop, &deck);
        assert_same(&synced(&deck), &newer);
        let repository = world.repository(&deck.instance_id());
        let trees: Vec<Tree> = repository
            .snapshot_ids()
            .iter()
            .map(|id| repository.tree(id))
            .collect();
        for state in [&older, &newer] {
            for file in ["options.txt", "config/jei/bookmarks.ini", "servers.dat"] {
                assert!(
                    trees
                        .iter()
                        .any(|tree| tree.content(file) == state.content(file))
                );
            }
        }
    }
}

#[test]
fn a_copy_is_named_by_the_date_of_utc_in_every_time_zone() {
    let Some(fork) = fork(&["World"]) else { return };
    for zone in ["AAA-14", "BBB+12"] {
        let pull = fork
            .deck
            .command(&["pull", "--on-conflict=keep-both"])
            .env("TZ", zone);
        pull.ok();
        copy_of(&fork.deck, "World", "desktop");
    }
}

#[test]
fn devices_that_keep_both_at_the_same_time_end_with_the_same_worlds_and_one_copy() {
    let Some(fork) = fork(&["World"]) else { return };
    let (desktop, deck) = (&fork.desktop, &fork.deck);
    deck.command(&["push"]).ok();
    // Beside the deck's: from here on both have to decide.
    play::session(&desktop.pack, "World", 4);
    let latest = saves(desktop);
    desktop.command(&["push"]).ok();
    for device in [desktop, deck] {
        device.command(&["pull", "--on-conflict=keep-both"]).ok();
    }
    assert_same(&saves(desktop), &saves(deck));
    for _ in 0..2 {
        for device in [desktop, deck] {
            device.command(&["push"]).ok();
            device.command(&["pull"]).ok();
        }
    }
    let copy = copy_of(desktop, "World", "deck");
    assert_eq!(worlds(desktop), ["World".to_owned(), copy.clone()].into());
    assert_same(&saves(desktop), &saves(deck));
    assert_same(&saves(deck).under("World"), &latest.under("World"));
    assert_same(&saves(deck).under(copy), &fork.mine.under("World"));
    for device in [desktop, deck] {
        device.command(&["pull"]).ok().assert_silent();
        device.command(&["push"]).ok().assert_silent();
    }
}

#[test]
fn two_worlds_can_be_decided_one_after_the_other() {
    let Some(fork) = fork(&["A", "B"]) else {
        return;
    };
    fork.deck.command(&["pull"]).code(3);
    let left = fork
        .deck
        .command(&["resolve", "--keep=cloud", "saves/A"])
        .code(3);
    left.assert_says("changed here and in the cloud: saves/B.");
    fork.assert_untouched();
    // A hook in between asks about the other alone.
    let stopped = fork.deck.command(&["pull"]).code(3);
    stopped.assert_says("changed here and in the cloud: saves/B.");
    fork.assert_untouched();
    fork.deck
        .command(&["resolve", "--keep=both", "saves/B/"])
        .ok();
    let now = saves(&fork.deck);
    assert_same(&now.under("A"), &fork.theirs.under("A"));
    assert_same(&now.under("B"), &fork.mine.under("B"));
    let copy = copy_of(&fork.deck, "B", "desktop");
    assert_same(&now.under(copy), &fork.theirs.under("B"));
    fork.settles();
}

/// What was decided by name stands; everything is about the rest.
#[test]
fn what_was_decided_by_name_is_changed_by_name_alone() {
    let Some(fork) = fork(&["A", "B", "C"]) else {
        return;
    };
    let deck = &fork.deck;
    deck.command(&["pull"]).code(3);
    let noted = deck
        .command(&["resolve", "--keep=local", "saves/A"])
        .code(3);
    noted.assert_says(
        "Noted: this device's version of saves/A. It is done once everything is decided.",
    );
    noted.assert_says("changed here and in the cloud: saves/B, saves/C.");
    // Named again, it is decided anew.
    deck.command(&["resolve", "--keep=cloud", "saves/B"])
        .code(3);
    let noted = deck
        .command(&["resolve", "--keep=local", "saves/B"])
        .code(3);
    noted.assert_says("Noted: this device's version of saves/B.");
    noted.assert_never_says("saves/A");
    let said = deck.command(&["resolve", "--keep=cloud"]).ok();
    for world in ["A", "B"] {
        said.assert_says(&format!(
            "saves/{world} changed on two sides: this device's is kept, as decided before; the other version stays in \
             the cloud."
        ));
    }
    said.assert_says("saves/C changed on two sides: that of desktop is kept; the other version stays in the cloud.");
    let now = saves(deck);
    for (world, kept) in [("A", &fork.mine), ("B", &fork.mine), ("C", &fork.theirs)] {
        assert_same(&now.under(world), &kept.under(world));
    }
    fork.settles();
}

#[test]
fn a_policy_that_decides_says_what_it_kept() {
    for (policy, kept) in [
        ("keep-local", Some("this device's")),
        ("newest", Some("this device's")),
        ("keep-cloud", Some("that of desktop")),
        ("keep-both", None),
    ] {
        let Some(fork) = fork(&["World"]) else { return };
        let option = format!("--on-conflict={policy}");
        let pulled = fork.deck.command(&["pull", &option]).ok();
        match kept {
            Some(kept) => pulled.assert_says(&format!(
                "instance-sync: saves/World changed on two sides: {kept} is kept; the other version stays in the cloud."
            )),
            None => pulled.assert_never_says("changed on two sides"),
        };
    }
}

#[test]
fn resolve_says_what_it_cannot_do() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let stranger = world.device("stranger");
    stranger
        .command(&["resolve"])
        .code(2)
        .assert_says("is not opted in");
    let fork = Fork::of(world, &["World"]);
    let unchanged = |words: &[&str], code: i32, says: &[&str]| {
        let output = opted::harmless(&fork.deck, fork.deck.command(words), code, says);
        fork.assert_untouched();
        output
    };
    unchanged(
        &["resolve", "--keep=both", "saves/Wolrd"],
        2,
        &[
            "nothing is to be decided about saves/Wolrd",
            "Open are: saves/World.",
        ],
    );
    unchanged(
        &["resolve", "saves/World"],
        2,
        &["what is to become of saves/World? Nobody can be asked here"],
    );
    unchanged(
        &["resolve", "--keep=all"],
        2,
        &["both, local, cloud, newest"],
    );
    // Nobody can be asked: it says what is open, and how to decide.
    let stopped = unchanged(
        &["resolve"],
        3,
        &["changed here and in the cloud: saves/World"],
    );
    let line = printed(&stopped, "instance-sync resolve --keep=both");
    paste(&fork.world, &fork.deck, &line)
        .ok()
        .assert_says("Kept both versions");
    let settled = saves(&fork.deck);
    for words in [
        &["resolve"][..],
        &["resolve", "--keep=both"],
        &["resolve", "--keep=cloud"],
    ] {
        fork.deck
            .command(words)
            .ok()
            .assert_says("Nothing is left to decide.");
    }
    let none = fork
        .deck
        .command(&["resolve", "--keep=both", "saves/World"])
        .code(2);
    none.assert_says("Nothing is to be decided at all.");
    assert_same(&saves(&fork.deck), &settled);
    fork.settles();
}

#[test]
fn resolve_speaks_json() {
    let Some(fork) = fork(&["A", "B"]) else {
        return;
    };
    let last = |output: &Output| -> serde_json::Value {
        let lines: Vec<serde_json::Value> = output
            .stdout
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}\n{output}"))
            })
            .collect();
        assert_eq!(output.stderr, "");
        lines.last().unwrap().clone()
    };
    let stopped = last(&fork.deck.command(&["resolve", "--json"]).code(3));
    let expected = serde_json::json!({
        "event": "resolve", "outcome": "conflict", "units": ["saves/A", "saves/B"], "saved": true,
    });
    assert_eq!(stopped, expected);
    let error = last(
        &fork
            .deck
            .command(&["resolve", "--json", "--keep=both", "saves/C"])
            .code(2),
    );
    assert_eq!(error["event"], "error");
    assert_eq!(error["exit_code"], 2);
    let done = last(
        &fork
            .deck
            .command(&["resolve", "--json", "--keep=cloud"])
            .ok(),
    );
    assert_eq!(done["outcome"], "applied");
    assert_eq!(
        done["changes"]["taken"],
        serde_json::json!(["saves/A", "saves/B"])
    );
    assert_eq!(done["changes"]["copied"], serde_json::json!([]));
    let nothing = last(&fork.deck.command(&["resolve", "--json"]).ok());
    assert_eq!(nothing["outcome"], "up-to-date");
}

#[test]
fn who_pushed_first_plays_on_and_is_asked_once_it_pushed_beside_the_other() {
    let Some(world) = World::with_server() else {
        return;
    };
    let fork = Fork::of(world, &["World"]);
    let (desktop, deck) = (&fork.desktop, &fork.deck);
    deck.command(&["pull"]).code(3);
    for _ in 0..2 {
        let warned = desktop.command(&["pull"]).ok();
        warned.assert_says("saves/World changed on two devices at once");
        warned.assert_says("To decide here: instance-sync resolve");
        assert_same_with_metadata(&saves(desktop), &fork.theirs);
    }
    play::session(&desktop.pack, "World", 4);
    let played = saves(desktop);
    desktop.command(&["push"]).ok();
    let stopped = desktop.command(&["pull"]).code(3);
    stopped.assert_says("saves/World changed here and on deck");
    assert_same_with_metadata(&saves(desktop), &played);
    desktop.command(&["resolve", "--keep=both"]).ok();
    desktop.command(&["push"]).ok();
    let copy = copy_of(desktop, "World", "deck");
    // The deck is asked no more: it was decided.
    deck.command(&["pull"]).ok();
    assert_same(&saves(deck), &saves(desktop));
    assert_same(&saves(deck).under(copy), &fork.mine.under("World"));
    assert_same(&saves(deck).under("World"), &played.under("World"));
}

/// A `level.dat` as the game writes it: NBT, packed.
fn level(name: &str, ticks: i64) -> Vec<u8> {
    let tag = |kind: u8, name: &str, payload: &[u8]| {
        let length = u16::try_from(name.len()).unwrap().to_be_bytes();
        [&[kind][..], &length, name.as_bytes(), payload].concat()
    };
    let text = [
        &u16::try_from(name.len()).unwrap().to_be_bytes(),
        name.as_bytes(),
    ]
    .concat();
    let data = [
        tag(4, "DayTime", &(24_000 * 412_i64).to_be_bytes()),
        tag(8, "LevelName", &text),
        tag(4, "Time", &ticks.to_be_bytes()),
        tag(3, "GameType", &0_i32.to_be_bytes()),
        vec![0],
    ];
    let whole = [tag(10, "", &tag(10, "Data", &data.concat())), vec![0]].concat();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&whole).unwrap();
    packed.finish().unwrap()
}

fn unpacked(level: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut packed = flate2::read::GzDecoder::new(level);
    packed.read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn both_versions_of_a_world_are_told_apart_in_the_games_list() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop, deck] = devices(&world, ["desktop", "deck"]);
    play::world(&desktop.pack, "World", 1);
    hand_over(&desktop, &deck);
    let played = |device: &Device, ticks| {
        play::session(&device.pack, "World", ticks);
        let place = device.pack.join("saves/World/level.dat");
        fs::write(place, level("My world", ticks.cast_signed())).unwrap();
    };
    played(&desktop, 2_000_000);
    played(&deck, 3_000_000);
    desktop.command(&["push"]).ok();
    let theirs = saves(&desktop);
    let mine = saves(&deck);
    deck.command(&["pull", "--on-conflict=keep-both"]).ok();
    let name = copy_of(&deck, "World", "desktop");
    let now = saves(&deck);
    assert_same_with_metadata(&now.under("World"), &mine.under("World"));
    let of_copy = |file: &str| fs::read(deck.pack.join("saves").join(&name).join(file)).unwrap();
    let suffix = name.strip_prefix("World").unwrap();
    // Nothing else in it is another.
    let expected = level(&format!("My world{suffix}"), 2_000_000);
    assert_eq!(unpacked(&of_copy("level.dat")), unpacked(&expected));
    let rest = |tree: Tree| tree.without("level.dat");
    assert_same(&rest(now.under(&name)), &rest(theirs.under("World")));
    // The other device takes the very same, and has nothing to say to it.
    hand_over(&deck, &desktop);
    desktop.command(&["push"]).ok().assert_silent();
    deck.command(&["pull"]).ok().assert_silent();
}

#[test]
fn devices_that_keep_both_at_the_same_time_make_the_same_copy() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop, deck] = devices(&world, ["desktop", "deck"]);
    play::world(&desktop.pack, "World", 1);
    hand_over(&desktop, &deck);
    for (device, ticks) in [(&desktop, 2_000_000_i64), (&deck, 3_000_000)] {
        play::session(&device.pack, "World", ticks.unsigned_abs());
        let place = device.pack.join("saves/World/level.dat");
        fs::write(place, level("My world", ticks)).unwrap();
        device.command(&["push"]).ok();
    }
    // Both decide before either hears of the other's decision.
    let keep = ["pull", "--on-conflict=keep-both"];
    desktop.command(&keep).ok();
    deck.command(&keep).ok();
    desktop.command(&["push"]).ok();
    deck.command(&keep).ok();
    deck.command(&["push"]).ok();
    desktop.command(&["pull"]).ok();
    assert_same(&saves(&desktop), &saves(&deck));
    assert_eq!(worlds(&deck).len(), 2);
}

#[test]
fn a_question_says_what_each_save_is_about() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop, deck] = devices(&world, ["desktop", "deck"]);
    play::world(&desktop.pack, "World", 1);
    hand_over(&desktop, &deck);
    for (device, ticks) in [(&desktop, 720_000_i64), (&deck, 2_880_000)] {
        play::session(&device.pack, "World", ticks.unsigned_abs());
        let place = device.pack.join("saves/World/level.dat");
        fs::write(place, level("My world", ticks)).unwrap();
    }
    desktop.command(&["push"]).ok();
    let state = deck.command(&["pull"]).code(3);
    state.assert_says("changed here and in the cloud: saves/World");
    let state = fs::read_to_string(deck.synced_by("state.json")).unwrap();
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    let claims = &state["conflict"]["units"]["saves/World"];
    let played = |place: usize| claims[place]["about"]["played"].as_u64();
    assert_eq!(
        (played(0), played(1)),
        (Some(144_000), Some(36_000)),
        "{claims}"
    );
}
