//! The restore drill: planted damage is found and named, in the newest state and in the past; what was
//! proven is remembered; and in the background it is in nobody's way.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::*;

/// A world that was pushed twice, and shares nothing between the two; then something else was.
struct Twice {
    world: World,
    desktop: Device,
    /// The snapshots of the three, the older first.
    snapshots: Vec<String>,
    /// The pack with the content of each.
    packs: Vec<PathBuf>,
}

impl Twice {
    #[track_caller]
    fn set() -> Option<Self> {
        let world = World::with_restic()?;
        let desktop = world.device("desktop");
        let id = world.opt_in(&[&desktop]);
        play::settings(&desktop.pack, 1);
        desktop.command(&["push"]).ok();
        let mut packs = Vec::new();
        for seed in [1, 2] {
            let before = data(&world, &id);
            play::world(&desktop.pack, "First", seed);
            desktop.command(&["push"]).ok();
            let new: Vec<PathBuf> = data(&world, &id).difference(&before).cloned().collect();
            let size = |path: &&PathBuf| fs::metadata(path).unwrap().len();
            packs.push(new.iter().max_by_key(size).unwrap().clone());
        }
        // What the newest snapshot says of itself is in a pack of its own.
        play::write(&desktop.pack.join("options.txt"), "fov:0.5");
        desktop.command(&["push"]).ok();
        let snapshots = world.repository(&id).snapshot_ids().split_off(1);
        Some(Self {
            world,
            desktop,
            snapshots,
            packs,
        })
    }
}

fn data(world: &World, id: &str) -> BTreeSet<PathBuf> {
    let folder = world.cloud_repository(ALICE, id).join("data");
    let tree = Tree::of_all(&folder);
    let files = tree.paths().filter(|path| tree.content(path).is_some());
    files.map(|path| folder.join(path)).collect()
}

#[cfg(unix)]
fn writable(path: &Path) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

fn flip_a_byte(path: &Path) {
    writable(path);
    let mut bytes = fs::read(path).unwrap();
    // Among the regions: what lies at either end may be small.
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn cut_short(path: &Path) {
    writable(path);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_len(fs::metadata(path).unwrap().len() / 2).unwrap();
}

fn remove(path: &Path) {
    fs::remove_file(path).unwrap();
}

fn report(output: &Output) -> Value {
    let line = output
        .stdout
        .lines()
        .find(|line| line.contains("\"verify\""));
    serde_json::from_str(line.unwrap_or_else(|| panic!("{output}"))).unwrap()
}

const DAMAGES: [fn(&Path); 3] = [remove, flip_a_byte, cut_short];

#[test]
fn damage_of_the_newest_state_is_found_by_every_drill_and_named() {
    for damage in DAMAGES {
        let Some(scene) = Twice::set() else { return };
        damage(&scene.packs[1]);
        for words in [
            &["verify"][..],
            &["verify", "--all"],
            &["verify", "--sample=100%"],
        ] {
            let said = scene.desktop.command(words).arg("--json").code(1);
            let found = report(&said);
            let newest = |one: &&Value| one["newest"] == true;
            let named: Vec<&Value> = found["damaged"]
                .as_array()
                .unwrap()
                .iter()
                .filter(newest)
                .collect();
            assert_eq!(named.len(), 1, "{said}");
            assert_eq!(named[0]["unit"], "saves/First", "{said}");
            assert_eq!(named[0]["snapshot"], scene.snapshots[2].as_str(), "{said}");
            let others = found["sound"].as_array().unwrap();
            assert!(others.contains(&"options.txt".into()), "{said}");
            let read_all = words.contains(&"--all");
            assert_eq!(
                !found["findings"].as_array().unwrap().is_empty(),
                read_all,
                "{said}"
            );
        }
        scene
            .desktop
            .command(&["verify"])
            .code(1)
            .assert_says("error: saves/First cannot be restored")
            .assert_says("restic check --read-data");
        let status = scene.desktop.command(&["status"]).ok();
        status.assert_says("DAMAGED in the cloud: saves/First");
    }
}

/// Another device packs the repository anew under a drill: what its restic knew of is gone, and has
/// another place by the time at which one looks again.
#[cfg(unix)]
#[test]
fn what_is_there_at_a_second_look_is_not_damaged() {
    let Some(scene) = Twice::set() else { return };
    let real = Program::Restic.find().unwrap();
    // The last of these looks again.
    for (words, restored) in [(&["verify"][..], 2), (&["verify", "--sample=100%"], 4)] {
        let folder = scene.world.path(format!("swings-{}", words.len()));
        let mut restic = FakeRestic::around(&folder, &real);
        restic.on("restore", Act::Swings(scene.packs[1].clone()));
        scene.world.use_restic(&restic.path());
        let said = scene.desktop.command(words).arg("--json").ok();
        let found = report(&said);
        assert_eq!(found["damaged"], json!([]), "{said}");
        let sound = found["sound"].as_array().unwrap();
        assert!(sound.contains(&"saves/First".into()), "{said}");
        assert_eq!(restic.calls_of("restore").len(), restored, "{said}");
    }
    // What restic alone finds is looked for once more as well, and only then.
    for (swings, checks) in [(true, 2), (false, 1)] {
        let folder = scene.world.path(format!("checks-{swings}"));
        let mut restic = FakeRestic::around(&folder, &real);
        if swings {
            restic.on("check", Act::Swings(scene.packs[1].clone()));
        }
        scene.world.use_restic(&restic.path());
        let said = scene.desktop.command(&["verify", "--all", "--json"]).ok();
        assert_eq!(report(&said)["findings"], json!([]), "{said}");
        assert_eq!(restic.calls_of("check").len(), checks, "{said}");
    }
    let status = scene.desktop.command(&["status"]).ok();
    status.assert_says("last proven restorable");
    assert!(!status.to_string().contains("DAMAGED"), "{status}");
}

/// Between the two lists that are compared, another device pushes.
#[cfg(unix)]
#[test]
fn a_snapshot_that_comes_while_one_looks_is_not_unreadable() {
    let Some(scene) = Twice::set() else { return };
    let (desktop, id) = (&scene.desktop, scene.desktop.instance_id());
    let real = Program::Restic.find().unwrap();
    let newest = scene.world.cloud_repository(ALICE, &id).join("snapshots");
    let newest = newest.join(scene.snapshots.last().unwrap());
    for words in [
        &["verify"][..],
        &["verify", "--sample=100%"],
        &[
            "restore",
            "saves/First",
            "--before-last-session",
            "--dry-run",
        ],
    ] {
        let folder = scene.world.path(format!("comes-{}", words.len()));
        let mut restic = FakeRestic::around(&folder, &real);
        restic.on("list", Act::Returns(newest.clone()));
        scene.world.use_restic(&restic.path());
        fs::rename(&newest, folder.join("aside")).unwrap();
        let said = desktop.command(words).ok();
        assert!(!said.to_string().contains("cannot be read"), "{said}");
        assert!(newest.exists(), "it did not come: {said}");
    }
}

/// What a version shares with one that is damaged is damaged in it as well.
#[test]
fn every_version_with_a_file_that_is_damaged_is_named() {
    let Some(scene) = Twice::set() else { return };
    let (desktop, id) = (&scene.desktop, scene.desktop.instance_id());
    // Another version, which has all but one file of the second.
    play::write(&desktop.pack.join("saves/First/data/more.dat"), "more");
    desktop.command(&["push"]).ok();
    let newest = scene.world.repository(&id).snapshot_ids().pop().unwrap();
    desktop.command(&["verify", "--sample=100%"]).ok();
    remove(&scene.packs[1]);
    for words in [["verify", "--all"], ["verify", "--sample=100%"]] {
        let said = desktop.command(&words).arg("--json").code(1);
        let found = report(&said);
        let all = found["damaged"].as_array().unwrap();
        let named = |id: &str| all.iter().any(|one| one["snapshot"] == id);
        // The second version is in two snapshots.
        let second = named(&scene.snapshots[1]) || named(&scene.snapshots[2]);
        assert!(named(&newest) && second, "{said}");
        assert!(!named(&scene.snapshots[0]), "{said}");
        assert_eq!(found["older"], 2, "{said}");
    }
    // A look at the newest state alone takes nothing of that back.
    desktop.command(&["verify"]).code(1);
    let proofs = desktop.json("verified.json");
    assert_eq!(proofs["damaged"].as_array().unwrap().len(), 2, "{proofs}");
}

#[test]
fn damage_of_the_past_alone_is_found_by_a_look_at_everything() {
    for damage in DAMAGES {
        let Some(scene) = Twice::set() else { return };
        // Whoever has looked at the past can name what is gone of it.
        scene.desktop.command(&["verify", "--sample=100%"]).ok();
        damage(&scene.packs[0]);
        scene
            .desktop
            .command(&["verify"])
            .ok()
            .assert_says("Restored and compared 4 units")
            .assert_says("Older versions were not looked at: verify --all does that.");
        for words in [["verify", "--all"], ["verify", "--sample=100%"]] {
            let said = scene.desktop.command(&words).code(1);
            said.assert_says(&format!(
                "saves/First ({}, an older version): ",
                &scene.snapshots[0][..8]
            ));
            said.assert_says("Restored and compared 4 units and 1 older version ");
        }
    }
}

#[test]
fn a_snapshot_of_the_past_that_cannot_be_read_is_named_by_every_drill() {
    let Some(scene) = Twice::set() else { return };
    let folder = scene
        .world
        .cloud_repository(ALICE, &scene.desktop.instance_id());
    let file = folder.join("snapshots").join(&scene.snapshots[0]);
    flip_all(&file);
    for words in [
        &["verify"][..],
        &["verify", "--all"],
        &["verify", "--sample=10%"],
    ] {
        let said = scene.desktop.command(words).arg("--json").code(1);
        assert_eq!(
            report(&said)["unreadable"],
            json!([scene.snapshots[0]]),
            "{said}"
        );
    }
    // Nothing is thinned where nobody knows what is needed.
    let said = scene.desktop.command(&["prune", "--yes"]).code(1);
    said.assert_says(&format!(
        "snapshot {} cannot be read",
        &scene.snapshots[0][..8]
    ));
    said.assert_says("Nothing was removed");
}

/// What this device remembers of the past proves nothing where everything is looked at.
#[test]
fn what_an_older_snapshot_says_of_itself_is_read_again_by_a_look_at_everything() {
    let Some(scene) = Twice::set() else { return };
    let (desktop, id) = (&scene.desktop, scene.desktop.instance_id());
    let before = data(&scene.world, &id);
    for text in ["fov:0.6", "fov:0.7"] {
        play::write(&desktop.pack.join("options.txt"), text);
        desktop.command(&["push"]).ok();
    }
    let ids = scene.world.repository(&id).snapshot_ids();
    let [.., older, _] = &ids[..] else {
        panic!("{ids:?}");
    };
    desktop.command(&["verify", "--sample=100%"]).ok();
    // Its record, and the small file that it was made for; the other one is that of the newest.
    let packs: Vec<PathBuf> = data(&scene.world, &id)
        .difference(&before)
        .cloned()
        .collect();
    let newest = |path: &&PathBuf| fs::metadata(path).unwrap().modified().unwrap();
    let mut packs: Vec<&PathBuf> = packs.iter().collect();
    packs.sort_by_key(newest);
    packs[..packs.len() / 2]
        .iter()
        .for_each(|pack| remove(pack));
    let said = desktop.command(&["verify", "--all", "--json"]).code(1);
    assert_eq!(report(&said)["unreadable"], json!([older]), "{said}");
    // What could not be looked at is no damage.
    let real = Program::Restic.find().unwrap();
    let mut fails = FakeRestic::around(&scene.world.path("fails"), &real);
    fails.on("dump", Act::Exit(1));
    scene.world.use_restic(&fails.path());
    let said = desktop.command(&["verify", "--all", "--json"]).code(1);
    let lines = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let named: Vec<Value> = lines
        .filter(|line| line.get("unreadable").is_some())
        .collect();
    assert!(named.is_empty(), "{said}");
}

fn flip_all(file: &Path) {
    writable(file);
    let bytes = fs::read(file).unwrap();
    fs::write(file, vec![0; bytes.len()]).unwrap();
}

#[test]
fn everything_is_restored_once_and_a_sample_keeps_to_its_bound() {
    let Some(scene) = Twice::set() else { return };
    let (desktop, deck) = (&scene.desktop, another(&scene));
    let before = desktop.tree();
    let all = report(&desktop.command(&["verify", "--all", "--json"]).ok());
    assert_eq!((&all["kind"], &all["older"]), (&"all".into(), &2.into()));
    assert_eq!(all["findings"], json!([]));
    // The world is there twice, and so are the options.
    let older_options = "version:3465\nfov:0.1\nlang:en_us\n".len() as u64;
    let newest = fs_bytes(&desktop.pack.join("saves")) * 2 + fs_bytes_of_settings(&desktop.pack);
    let whole = newest + older_options;
    assert_eq!(all["bytes"].as_u64(), Some(whole));
    for (words, bound) in [
        ("--sample=50k", 50 << 10),
        ("--sample=10%", whole.div_ceil(10)),
    ] {
        let some = report(&desktop.command(&["verify", words, "--json"]).ok());
        let bytes = some["bytes"].as_u64().unwrap();
        assert!(bytes > 0 && bytes <= bound, "{some}");
    }
    // From whichever device, and nothing is left behind.
    deck.command(&["verify", "--sample=100%"]).ok();
    assert_same_with_metadata(&desktop.tree(), &before);
    let left = fs::read_dir(desktop.synced_by("")).unwrap();
    let names = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: Vec<String> = names.collect();
    assert!(
        !names.iter().any(|name| name.starts_with("staging")),
        "{names:?}"
    );
    for wrong in [
        "--sample=0",
        "--sample=101%",
        "--sample=x",
        "--every=0d",
        "--every=often",
    ] {
        desktop.command(&["verify", wrong]).code(2);
    }
}

fn another(scene: &Twice) -> Device {
    opted::another_of(&scene.world, "deck", &scene.desktop.instance_id())
}

fn fs_bytes(folder: &Path) -> u64 {
    let tree = Tree::of(folder);
    let contents = tree
        .paths()
        .filter(|path| path.file_name().is_some_and(|name| name != "session.lock"))
        .filter_map(|path| tree.content(path));
    contents.map(|content| content.len() as u64).sum()
}

fn fs_bytes_of_settings(pack: &Path) -> u64 {
    let files = ["options.txt", "servers.dat"];
    let files = files.map(|name| fs::metadata(pack.join(name)).unwrap().len());
    files.into_iter().sum::<u64>() + fs_bytes(&pack.join("config"))
}

#[test]
fn status_says_when_it_was_last_proven_and_what_changed_since() {
    let Some(scene) = Twice::set() else { return };
    let desktop = &scene.desktop;
    desktop
        .command(&["status"])
        .ok()
        .assert_says("proven    never");
    desktop.command(&["verify"]).ok();
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    let day = today.strftime("%-d %b %Y").to_string();
    desktop
        .command(&["status"])
        .ok()
        .assert_says(&format!("last proven restorable on {day} (all units)"));
    schema::assert_file("verified", &desktop.synced_by("verified.json"));
    desktop.command(&["history"]).ok().assert_says(&format!(
        "As last synced here: last proven restorable on {day} (all units)"
    ));
    let versions = desktop.command(&["history", "saves/First", "--json"]).ok();
    let rows = versions.stdout.lines();
    let proven: Vec<bool> = rows
        .map(|row| serde_json::from_str::<Value>(row).unwrap())
        .filter(|row| row["row"] == "version")
        .map(|row| row["proven"].is_string())
        .collect();
    assert_eq!(proven, [true, false], "the newest version alone was tried");
    play::session(&desktop.pack, "First", 5);
    desktop.command(&["push"]).ok();
    let said = desktop.command(&["status"]).ok();
    said.assert_says("(3 of 4 units); changed since, or not tried: saves/First");
    let status = desktop.command(&["status", "--json"]).ok().json();
    assert_eq!(status["proven"]["since"], json!(["saves/First"]));
    assert_eq!(status["proven"]["last"]["kind"], "newest");

    // Where all of it changed, the drill is told all the same.
    play::settings(&desktop.pack, 9);
    desktop.command(&["push"]).ok();
    desktop.command(&["status"]).ok().assert_says(&format!(
        "proven    not as it is now: since the drill of {day} (4 of 4 units sound) every unit changed"
    ));

    // A file of a newer program is neither used nor lost.
    let newer = r#"{"schema":2,"instance_id":"x"}"#;
    fs::write(desktop.synced_by("verified.json"), newer).unwrap();
    desktop.command(&["verify"]).code(2);
    play::session(&desktop.pack, "First", 6);
    desktop.command(&["push"]).ok();
    let left = fs::read_to_string(desktop.synced_by("verified.json")).unwrap();
    assert_eq!(left, newer);
}

/// Waits for what `verified.json` says of the last drill.
#[track_caller]
fn last_drill(device: &Device) -> Value {
    let since = Instant::now();
    loop {
        let last = device.json("verified.json")["last"].clone();
        if !last.is_null() {
            return last;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "no drill");
        thread::sleep(Duration::from_millis(100));
    }
}

const CALM: &str = "INSTANCE_SYNC_CALM";

#[test]
fn a_push_starts_a_drill_that_nobody_waits_for_and_the_next_hook_tells_of_damage_once() {
    let Some(scene) = Twice::set() else { return };
    let desktop = &scene.desktop;
    desktop
        .command(&["verify", "--every=1w"])
        .ok()
        .assert_says("older than 7d");
    desktop
        .command(&["status"])
        .ok()
        .assert_says("by itself, every 7d");
    desktop.command(&["verify", "--sample=100%"]).ok();
    let mut proofs = desktop.json("verified.json");
    proofs["last"] = Value::Null;
    fs::write(desktop.synced_by("verified.json"), proofs.to_string()).unwrap();
    remove(&scene.packs[1]);
    // Nothing to push, but it is time.
    let said = desktop.command(&["push"]).env(CALM, "yes").ok();
    said.assert_silent();
    let last = last_drill(desktop);
    assert_eq!(
        (&last["sound"], &last["whole"]),
        (&false.into(), &true.into())
    );
    schema::assert_file("verified", &desktop.synced_by("verified.json"));
    let told = desktop.command(&["pull"]).ok();
    told.assert_says("A restore drill found that the cloud cannot give saves/First any more");
    told.assert_says("instance-sync verify ");
    for hook in ["pull", "push"] {
        desktop.command(&[hook]).ok().assert_silent();
    }
    // It is not due again.
    let before = desktop.json("verified.json");
    fs::remove_file(desktop.synced_by("drill")).unwrap();
    desktop.command(&["push"]).env(CALM, "yes").ok();
    thread::sleep(Duration::from_millis(500));
    assert!(!desktop.synced_by("drill").exists());
    assert_eq!(desktop.json("verified.json"), before);
    let log = fs::read_to_string(desktop.synced_by("log")).unwrap();
    assert!(log.contains("  drill  "), "{log}");

    desktop.command(&["verify", "--every=never"]).ok();
    assert_eq!(desktop.json("verified.json")["every"], Value::Null);
}

#[test]
fn without_the_wish_no_push_starts_anything() {
    let Some(scene) = Twice::set() else { return };
    let desktop = &scene.desktop;
    play::session(&desktop.pack, "First", 4);
    desktop.command(&["push"]).env(CALM, "yes").ok();
    thread::sleep(Duration::from_millis(300));
    assert!(!desktop.synced_by("verified.json").exists());
    assert!(!desktop.synced_by("drill").exists());
}

/// It looks every now and then whether the game has ended.
#[cfg(target_os = "linux")]
#[test]
fn no_drill_begins_while_somebody_plays() {
    let Some(scene) = Twice::set() else { return };
    let desktop = &scene.desktop;
    desktop.command(&["verify", "--every=7d"]).ok();
    let lock = fs::File::create(desktop.synced_by("playing")).unwrap();
    lock.lock().unwrap();
    let drill = desktop.command(&["__drilling"]).env(CALM, "yes").start();
    let since = Instant::now();
    while !desktop.synced_by("drill").exists() {
        assert!(since.elapsed() < Duration::from_secs(60), "no drill");
        thread::sleep(Duration::from_millis(50));
    }
    // With nobody there it has restored everything in less.
    thread::sleep(Duration::from_secs(4));
    assert_eq!(desktop.json("verified.json")["last"], Value::Null);
    drill.signal(Signal::Kill);
    drill.wait();
}

#[cfg(target_os = "linux")]
#[test]
fn a_drill_gives_way_to_whoever_wants_to_work() {
    let Some(scene) = Twice::set() else { return };
    let desktop = &scene.desktop;
    desktop.command(&["verify", "--every=7d"]).ok();
    let real = Program::Restic.find().unwrap();
    let mut slow = FakeRestic::around(&scene.world.path("slow"), &real);
    slow.on("restore", Act::Hang);
    scene.world.use_restic(&slow.path());
    desktop.command(&["status"]).ok();
    let drill = desktop.command(&["__drilling"]).env(CALM, "yes").start();
    let since = Instant::now();
    while slow.calls_of("restore").is_empty() {
        assert!(since.elapsed() < Duration::from_secs(60), "no restore");
        thread::sleep(Duration::from_millis(50));
    }
    // Another one finds that one is under way.
    desktop.command(&["__drilling"]).env(CALM, "yes").ok();
    // The hook has the lock at once, and the drill ends.
    let since = Instant::now();
    play::session(&desktop.pack, "First", 4);
    desktop
        .command(&["push"])
        .env(CALM, "no")
        .ok()
        .assert_says("Saved saves/First");
    assert!(
        since.elapsed() < Duration::from_secs(8),
        "{:?}",
        since.elapsed()
    );
    let said = drill.wait();
    assert_eq!(said.status.code(), Some(0), "{said}");
    assert!(!desktop.synced_by("drilling").exists());
    assert_eq!(desktop.json("verified.json")["last"], Value::Null);
    let log = fs::read_to_string(desktop.synced_by("log")).unwrap();
    assert!(log.contains("gave way"), "{log}");
}
