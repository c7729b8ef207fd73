//! `history`: what became of an instance and of its worlds, as it is told.

use std::fs;
use std::path::Path;

use super::forks::*;
use super::support::*;

/// Two devices: a fork that both versions survived, a world with a new name, one that is gone, an
/// undo, and a snapshot that a person made.
struct Story {
    world: World,
    desktop: Device,
    deck: Device,
}

impl Story {
    fn told() -> Option<Self> {
        let Fork {
            world,
            desktop,
            deck,
            ..
        } = Fork::of(World::with_restic()?, &["World"]);
        // Saves what is only here, and asks.
        deck.command(&["pull"]).code(3);
        deck.command(&["resolve", "--keep=both"]).ok();
        hand_over(&deck, &desktop);
        rename(&desktop, "World", "Home");
        hand_over(&desktop, &deck);
        let copy = copy_of(&desktop, "World", "desktop");
        fs::remove_dir_all(desktop.pack.join("saves").join(&copy)).unwrap();
        hand_over(&desktop, &deck);
        deck.command(&["undo"]).ok();
        hand_over(&deck, &desktop);
        let by_hand = world.path("by-hand");
        play::write(&by_hand.join("a"), "b");
        let repository = world.repository(&deck.instance_id());
        let by = ["backup", "--host", "tv", "."];
        repository.run(&by).in_folder(&by_hand).ok();
        Some(Self {
            world,
            desktop,
            deck,
        })
    }

    /// What `history` prints, with times and ids that are the same in every run.
    #[track_caller]
    fn masked(&self, device: &Device, words: &[&str]) -> String {
        let mut all = vec!["history"];
        all.extend(words);
        let said = device.command(&all).ok();
        assert_eq!(said.stderr, "", "{said}");
        masked(&self.world, device, &said.stdout)
    }
}

fn rename(device: &Device, from: &str, to: &str) {
    let saves = device.pack.join("saves");
    fs::rename(saves.join(from), saves.join(to)).unwrap();
}

/// How a line names the game folder, which these tests name.
fn folder_option(device: &Device) -> String {
    format!(
        " {}",
        instance_sync::domain::shell::pack_folder(&device.pack)
    )
}

/// Gives snapshots numbers in the order of their making, and takes out what clocks said.
fn masked(world: &World, device: &Device, text: &str) -> String {
    let mut text = text.to_owned();
    let ids = world.repository(&device.instance_id()).snapshot_ids();
    for (number, id) in ids.iter().enumerate() {
        text = text.replace(&id[..8], &format!("snap-{:03}", number + 1));
    }
    // A folder of this run alone.
    text = text.replace(&folder_option(device), "");
    let is_date = |date: &str| date.parse::<jiff::civil::Date>().is_ok();
    let is_time =
        |time: &str| time.starts_with(' ') && time[1..].parse::<jiff::civil::Time>().is_ok();
    let mut masked = String::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        if rest.get(..10).is_some_and(is_date) {
            masked.push_str("YYYY-MM-DD");
            rest = &rest[10..];
            if rest.get(..6).is_some_and(is_time) {
                masked.push_str(" hh:mm");
                rest = &rest[6..];
            }
        } else {
            masked.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    masked
}

#[track_caller]
fn lines(output: &Output) -> Vec<serde_json::Value> {
    let parse = |line: &str| {
        let value: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}\n{output}"));
        if value["event"] == "history" {
            schema::assert_valid("history", &value);
        }
        value
    };
    output.stdout.lines().map(parse).collect()
}

/// Compares what was said with `tests/golden/history`; `UPDATE_DOCS=1` writes it there.
#[track_caller]
fn assert_golden(name: &str, said: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/history");
    let path = Path::new(folder).join(format!("{name}.txt"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        play::write(&path, said);
    }
    let golden = fs::read_to_string(&path).unwrap();
    assert_eq!(said, golden, "\n{said}");
}

#[test]
fn the_whole_history_is_a_table_and_a_drawing() {
    let Some(story) = Story::told() else { return };
    assert_golden("table", &story.masked(&story.desktop, &[]));
    let drawn = story.masked(&story.desktop, &["--graph"]);
    assert_golden("graph", &drawn);
    let ascii = story
        .desktop
        .command(&["history", "--graph"])
        .env("LANG", "C")
        .ok();
    assert!(ascii.stdout.is_ascii(), "{ascii}");
    let ascii = masked(&story.world, &story.desktop, &ascii.stdout);
    assert_golden("graph-in-ascii", &ascii);
    // What has changed here since is said.
    play::session(&story.deck.pack, "Home", 9);
    play::world(&story.deck.pack, "New", 1);
    let said = story.masked(&story.deck, &["--limit=1"]);
    assert_golden("changed", &said);
}

#[test]
fn a_world_keeps_its_history_through_its_names() {
    let Some(story) = Story::told() else { return };
    let (desktop, deck) = (&story.desktop, &story.deck);
    assert_golden("renamed", &story.masked(desktop, &["saves/Home"]));
    assert_golden("gone", &story.masked(desktop, &["saves/World", "--graph"]));
    // The hint works wherever it is pasted.
    let said = desktop.command(&["history", "saves/Home"]).ok();
    let hint = printed(&said, "instance-sync restore");
    let first = &story
        .world
        .repository(&desktop.instance_id())
        .snapshot_ids()[0];
    let line = format!("{hint} --snapshot {first} --dry-run");
    paste(&story.world, desktop, &line)
        .ok()
        .assert_says("then saves/World");
    play::session(&deck.pack, "Home", 9);
    let said = story.masked(deck, &["saves/Home", "--limit=1"]);
    assert!(said.contains("here, changed since"), "{said}");
    assert!(said.contains("is in no version yet"), "{said}");
    play::world(&deck.pack, "New", 1);
    let said = story.masked(deck, &["saves/New"]);
    assert_eq!(said, "saves/New is in this folder and was never pushed.\n");
}

#[test]
fn every_line_of_json_keeps_to_its_schema() {
    let Some(story) = Story::told() else { return };
    let said = story.desktop.command(&["history", "--json"]).ok();
    let rows = lines(&said);
    let repository = story.world.repository(&story.desktop.instance_id());
    let mut ids = repository.snapshot_ids();
    ids.reverse();
    let named: Vec<&str> = rows
        .iter()
        .filter(|row| row["row"] == "snapshot")
        .map(|row| row["snapshot"].as_str().unwrap())
        .collect();
    assert_eq!(named, ids);
    assert_eq!(rows.last().unwrap()["row"], "folder");
    let why = |why: &str| rows.iter().filter(|row| row["why"] == why).count();
    assert_eq!((why("merge"), why("foreign")), (1, 1), "{said}");
    let merge = rows.iter().find(|row| row["why"] == "merge").unwrap();
    assert_eq!(merge["parents"].as_array().unwrap().len(), 2);
    // One of the two is enough to ask for.
    let said = story
        .deck
        .command(&["history", "--json", "saves/Home", "saves/World", "-n", "1"])
        .ok();
    let rows = lines(&said);
    let of: Vec<&str> = rows.iter().filter_map(|row| row["of"].as_str()).collect();
    assert_eq!(of, ["saves/Home", "saves/World"]);
}

/// Safety copies say what they were made before.
#[test]
fn safety_copies_say_what_they_were_made_before() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop, deck] = devices(&world, ["desktop", "deck"]);
    play::world(&desktop.pack, "World", 1);
    desktop.command(&["push"]).ok();
    // It joins with a world of its own, and takes the cloud's.
    play::world(&deck.pack, "World", 2);
    deck.command(&["pull"]).code(3);
    deck.command(&["resolve", "--keep=cloud"]).ok();
    let said = deck.command(&["history"]).ok();
    said.assert_says("safety copy before a pull; saves/World  12 files");
    // An edit that was not pushed, and an undo over it.
    play::session(&deck.pack, "World", 3);
    deck.command(&["undo"]).ok();
    let said = deck.command(&["history"]).ok();
    said.assert_says("safety copy before an undo; saves/World");
    // They are nobody's newest.
    for line in said.stdout.lines().filter(|line| line.contains("safety")) {
        assert!(!line.contains("newest"), "{said}");
    }
}

/// Makes a snapshot anew, as if the clock of its device had said this time.
#[track_caller]
fn redate(world: &World, device: &Device, id: &str, time: &str) {
    let repository = world.repository(&device.instance_id());
    let folder = repository.restore(id);
    let record = folder.join(".cloud-sync/push.json");
    let mut said: serde_json::Value = serde_json::from_slice(&fs::read(&record).unwrap()).unwrap();
    said["time"] = time.into();
    fs::write(&record, said.to_string()).unwrap();
    repository.back_up(&folder);
    repository.run(&["forget", id]).ok();
}

/// Order comes from what followed what. A clock that is ahead gives no time at all.
#[test]
fn clocks_that_are_wrong_by_years_turn_nothing_round() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop, deck] = devices(&world, ["desktop", "deck"]);
    play::world(&desktop.pack, "World", 1);
    hand_over(&desktop, &deck);
    play::session(&deck.pack, "World", 2);
    hand_over(&deck, &desktop);
    play::session(&desktop.pack, "World", 3);
    hand_over(&desktop, &deck);
    let ids = world.repository(&desktop.instance_id()).snapshot_ids();
    redate(&world, &desktop, &ids[1], "2042-01-02T03:04:05Z");
    redate(&world, &desktop, &ids[2], "1971-01-02T03:04:05Z");
    let said = desktop.command(&["history", "--json"]).ok();
    let rows = lines(&said);
    let devices: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["device"].as_str())
        .collect();
    assert_eq!(devices, ["desktop", "deck", "desktop"], "{said}");
    assert_eq!(rows[1]["time"], serde_json::Value::Null);
    assert_eq!(rows[1]["claimed"], "2042-01-02T03:04:05Z");
    // Not before what it was made on top of.
    assert_eq!(rows[0]["claimed"], "1971-01-02T03:04:05Z");
    assert_eq!(rows[0]["time"], rows[2]["time"]);
    assert_eq!(rows[0]["parents"], serde_json::json!([rows[1]["snapshot"]]));
    desktop
        .command(&["history"])
        .ok()
        .assert_says("time unknown");
}

#[test]
fn a_snapshot_that_cannot_be_read_is_named_and_the_rest_is_shown() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop] = devices(&world, ["desktop"]);
    for seed in 1..4 {
        play::world(&desktop.pack, "World", seed);
        desktop.command(&["push"]).ok();
    }
    let id = desktop.instance_id();
    let ids = world.repository(&id).snapshot_ids();
    let file = world
        .cloud_repository(ALICE, &id)
        .join("snapshots")
        .join(&ids[1]);
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let sound = fs::read(&file).unwrap();
    fs::write(&file, vec![0; sound.len()]).unwrap();
    // A device that has not read it before: others have it still, in restic's cache.
    let deck = opted::another_of(&world, "deck", &id);
    let said = deck.command(&["history"]).ok();
    said.assert_says(&format!(
        "warning: snapshot {} cannot be read",
        &ids[1][..8]
    ));
    for id in [&ids[0], &ids[2]] {
        assert!(said.stdout.contains(&id[..8]), "{said}");
    }
    assert!(!said.stdout.contains(&ids[1][..8]), "{said}");
    // With --strict a warning is a failure.
    deck.command(&["history", "--strict"]).code(1);
}

#[test]
fn where_there_is_nothing_to_tell_that_is_said() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop] = devices(&world, ["desktop"]);
    desktop
        .command(&["history"])
        .ok()
        .assert_says("Nothing was pushed yet.");
    let stranger = world.device("stranger");
    stranger
        .command(&["history"])
        .ok()
        .assert_says("is not opted in");
    play::world(&desktop.pack, "World", 1);
    play::world(&desktop.pack, "Skyblock", 1);
    desktop.command(&["push"]).ok();
    for (asked, meant) in [
        ("World", "Did you mean: saves/World"),
        ("saves/skyblok", "Did you mean: saves/Skyblock"),
        ("saves/Quite Another", "instance-sync history"),
    ] {
        let said = desktop.command(&["history", asked]).code(2);
        said.assert_says(&format!(
            "error: {asked} is not known here, and in no snapshot"
        ));
        said.assert_says(meant);
        assert_eq!(said.stdout, "");
    }
}

/// Nothing of the folder is written, and nobody is kept waiting.
#[test]
fn a_look_changes_nothing_and_waits_for_nobody() {
    let Some(story) = Story::told() else { return };
    let desktop = &story.desktop;
    desktop.command(&["history"]).ok();
    let own = |device: &Device| Tree::of_all(&device.pack);
    let before = own(desktop);
    let repository = || {
        let folder = story.world.cloud_repository(ALICE, &desktop.instance_id());
        Tree::of_all(&folder)
    };
    let cloud = repository();
    // Another command works in the folder.
    let lock = fs::File::options()
        .write(true)
        .open(desktop.synced_by("lock"))
        .unwrap();
    fs2_lock(&lock);
    desktop.command(&["history"]).ok();
    desktop.command(&["history", "saves/Home"]).ok();
    drop(lock);
    assert_same_with_metadata(&own(desktop), &before);
    assert_same(&repository(), &cloud);
}

fn fs2_lock(file: &fs::File) {
    file.lock().unwrap();
}

/// A record is read from the repository once; and what is remembered is shown without a network.
#[test]
fn a_record_is_read_once_and_is_there_offline_too() {
    let Some(story) = Story::told() else { return };
    let (world, desktop) = (&story.world, &story.desktop);
    let real = Program::Restic.find().unwrap();
    let fake = FakeRestic::around(&world.path("fake"), &real);
    world.use_restic(&fake.path());
    let reads = || fake.calls_of("dump").len();
    let told = desktop.command(&["history"]).ok();
    let first = reads();
    let snapshots = world
        .repository(&desktop.instance_id())
        .snapshot_ids()
        .len();
    assert!((1..=snapshots).contains(&first), "{first} of {snapshots}");
    let calls = fake.calls().len();
    assert_eq!(desktop.command(&["history"]).ok().stdout, told.stdout);
    // That which says nothing of itself is asked again.
    assert_eq!(reads() - first, 1);
    let listing: Vec<_> = fake.calls()[calls..]
        .iter()
        .filter(|call| {
            call.args
                .iter()
                .any(|arg| arg == "snapshots" || arg == "list")
        })
        .map(|call| call.args.clone())
        .collect();
    assert_eq!(listing.len(), 1, "{listing:?}");

    // A repository that is gone is no cloud that cannot be reached.
    let repository = world.cloud_repository(ALICE, &desktop.instance_id());
    let (config, aside) = (repository.join("config"), world.path("config-aside"));
    fs::rename(&config, &aside).unwrap();
    let said = desktop.command(&["history"]).code(1);
    said.assert_never_says("remembers");
    assert_eq!(said.stdout, "");
    fs::rename(&aside, &config).unwrap();

    fs::rename(world.cloud(), world.path("away")).unwrap();
    let said = desktop.command(&["history"]).code(1);
    said.assert_says("error: the folder ");
    said.assert_says("is not there");
    said.assert_says("This is what this device remembers of the history.");
    let is_foreign = |line: &&str| line.contains("plain restic");
    let known: Vec<&str> = told
        .stdout
        .lines()
        .filter(|line| !is_foreign(line))
        .collect();
    let remembered: Vec<&str> = said.stdout.lines().collect();
    assert_eq!(remembered, known);
    // A device that never looked remembers nothing.
    let said = story.deck.command(&["history"]).code(1);
    assert_eq!(said.stdout, "");
    said.assert_never_says("remembers");
}
