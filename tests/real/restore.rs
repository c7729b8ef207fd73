//! `restore`: a world, or everything, as it was; in place, as a copy, in another folder.

use std::fs;
use std::path::Path;

use super::forks::*;
use super::lib::config::user_dirs::UserDirs;
use super::lib::domain::path::RelPath;
use super::lib::sync::restore::{Finality, Place, Point, Report, Request, RestoreOutcome, restore};
use super::lib::sync::settings::Settings;
use super::support::level::{level, unpacked};
use super::support::terminal::type_in;
use super::support::*;

/// A desktop that pushed three sessions, and a deck that has them all.
struct Scene {
    world: World,
    desktop: Device,
    deck: Device,
    /// The desktop's worlds after each push.
    past: Vec<Tree>,
    /// The snapshots of those pushes.
    ids: Vec<String>,
}

impl Scene {
    #[track_caller]
    fn set() -> Option<Self> {
        Some(Self::of(World::with_restic()?))
    }

    #[track_caller]
    fn of(world: World) -> Self {
        let [desktop, deck] = devices(&world, ["desktop", "deck"]);
        let (mut past, mut ids) = (Vec::new(), Vec::new());
        play::settings(&desktop.pack, 1);
        for seed in 1..=3 {
            if seed == 1 {
                play::world(&desktop.pack, "My World", 1);
                play::world(&desktop.pack, "Same", 1);
            } else {
                play::session(&desktop.pack, "My World", seed);
            }
            ids.push(push(&desktop));
            past.push(saves(&desktop));
        }
        deck.command(&["pull"]).ok();
        Self {
            world,
            desktop,
            deck,
            past,
            ids,
        }
    }

    fn short(&self, push: usize) -> String {
        format!("--snapshot={}", &self.ids[push][..8])
    }

    #[track_caller]
    fn assert_past(&self, device: &Device, push: usize) {
        let (now, then) = (saves(device), &self.past[push]);
        assert_same_with_metadata(&now.under("My World"), &then.under("My World"));
        assert_same_with_metadata(&now.under("Same"), &then.under("Same"));
    }
}

/// Pushes, and returns the snapshot.
#[track_caller]
fn push(device: &Device) -> String {
    last(device, &["push"])["snapshot"]
        .as_str()
        .expect("something was pushed")
        .to_owned()
}

/// Runs a command with `--json` and returns its last line.
#[track_caller]
fn last(device: &Device, words: &[&str]) -> serde_json::Value {
    let output = device.command(words).arg("--json").ok();
    let line = output.stdout.lines().last().expect("a line").to_owned();
    serde_json::from_str(&line).expect("JSON")
}

const WORLD: &str = "saves/My World";

#[test]
fn a_world_goes_back_in_place_and_undo_takes_it_back() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    let point = scene.short(0);
    let preview = opted::harmless(
        deck,
        deck.command(&["restore", WORLD, &point, "--dry-run"]),
        0,
        &["saves/My World", "desktop", "replaces what is here"],
    );
    println!("{preview}");
    preview.assert_says(&scene.ids[0][..8]);
    let done = deck.command(&["restore", "./saves/My World/", &point]).ok();
    println!("{done}");
    done.assert_says("To take it back: instance-sync undo");
    scene.assert_past(deck, 0);
    deck.command(&["restore", WORLD, &point])
        .ok()
        .assert_says("is as it was then");
    let listed = deck.command(&["undo", "--list"]).ok();
    listed.assert_says("replaced");
    let undone = deck.command(&["undo"]).ok();
    undone.assert_says("Brought back what the restore of ");
    scene.assert_past(deck, 2);
    deck.command(&["push"]).ok().assert_silent();
}

#[test]
fn what_was_restored_travels_as_a_change_and_nobody_loses() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    deck.command(&["restore", WORLD, &scene.short(0)]).ok();
    deck.command(&["push"]).ok();
    // Without edits of its own a device takes it.
    desktop.command(&["pull"]).ok();
    scene.assert_past(desktop, 0);
    // With edits it is the usual conflict.
    play::session(&desktop.pack, "My World", 7);
    let edited = saves(desktop);
    deck.command(&["restore", WORLD, &scene.short(1)]).ok();
    deck.command(&["push"]).ok();
    desktop.command(&["pull"]).code(3);
    assert_same_with_metadata(&saves(desktop), &edited);
    desktop.command(&["resolve", "--keep=both"]).ok();
    assert_eq!(worlds(desktop).len(), 3);
}

#[test]
fn what_is_only_here_is_in_a_safety_copy_first() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    play::session(&deck.pack, "My World", 9);
    let edited = saves(deck);
    let said = last(deck, &["restore", WORLD, &scene.short(1)]);
    assert_eq!(said["outcome"], "restored", "{said:#}");
    assert_eq!(said["units"][0]["saved_first"], true);
    let copy = said["safety_copy"].as_str().expect("a safety copy");
    scene.assert_past(deck, 1);
    let repository = scene.world.repository(&deck.instance_id());
    let record = repository.dump(copy, "/.cloud-sync/push.json");
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    assert_eq!(
        (&record["purpose"], &record["before"]),
        (&"rescue".into(), &"restore".into())
    );
    // The safety copy is restored from like any snapshot.
    deck.command(&["restore", WORLD, "--snapshot", copy]).ok();
    assert_same_with_metadata(&saves(deck).under("My World"), &edited.under("My World"));
}

#[test]
fn where_no_safety_copy_can_be_made_nothing_is_replaced() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    play::session(&deck.pack, "My World", 9);
    let restic = Program::Restic.find().unwrap();
    let mut fake = FakeRestic::around(&scene.world.path("fake"), &restic);
    fake.on("backup", Act::Say("", "Fatal: no room", 1));
    let before = saves(deck);
    let restic = format!("--restic-binary={}", fake.path().display());
    deck.command(&["restore", WORLD, &scene.short(0), &restic])
        .code(1)
        .assert_says("What is only here must be in the cloud before it is replaced.");
    assert_same_with_metadata(&saves(deck), &before);
}

#[test]
fn without_the_cloud_nothing_is_touched_and_it_says_so() {
    let Some(scene) = Scene::set() else { return };
    fs::rename(scene.world.cloud(), scene.world.path("away")).unwrap();
    let run = scene.deck.command(&["restore", WORLD, "--at=1h ago"]);
    opted::harmless(&scene.deck, run, 1, &["Old versions come from the cloud."]);
}

#[test]
fn a_copy_lands_beside_it_once_and_is_a_world_of_its_own() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    let said = last(deck, &["restore", WORLD, &scene.short(0), "--as-copy"]);
    let copy = said["units"][0]["lands"]
        .as_str()
        .expect("a name")
        .to_owned();
    assert!(copy.starts_with("saves/My World (desktop, 20"), "{copy}");
    scene.assert_past(deck, 2);
    let name = copy.strip_prefix("saves/").unwrap();
    assert_same_with_metadata(&saves(deck).under(name), &scene.past[0].under("My World"));
    deck.command(&["restore", WORLD, &scene.short(0), "--as-copy"])
        .ok()
        .assert_says("is there already");
    // Another version of the same day has a name of its own.
    deck.command(&["restore", WORLD, &scene.short(1), "--as-copy"])
        .ok();
    assert_eq!(worlds(deck).len(), 4);
    deck.command(&["push"]).ok();
    scene.desktop.command(&["pull"]).ok();
    assert_same(&saves(&scene.desktop), &saves(deck));
    deck.command(&["restore", "options.txt", &scene.short(0), "--as-copy"])
        .code(2)
        .assert_says("is no world");
}

#[test]
fn a_copy_is_told_apart_in_the_games_list() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop, deck] = devices(&world, ["desktop", "deck"]);
    let played = |ticks| {
        let place = desktop.pack.join("saves/World/level.dat");
        fs::write(place, level("My world", ticks)).unwrap();
        push(&desktop)
    };
    play::world(&desktop.pack, "World", 1);
    let (first, _) = (played(720_000), played(900_000));
    deck.command(&["pull"]).ok();
    let before = saves(&deck);
    let restore = ["restore", "saves/World", "--snapshot", &first, "--as-copy"];
    let said = last(&deck, &restore);
    let name = said["units"][0]["lands"].as_str().expect("a name");
    let copy = fs::read(deck.pack.join(name).join("level.dat")).unwrap();
    let suffix = name.strip_prefix("saves/World").expect("beside it");
    let expected = level(&format!("My world{suffix}"), 720_000);
    assert_eq!(unpacked(&copy), unpacked(&expected));
    assert_same(&saves(&deck).under("World"), &before.under("World"));
    // The same copy is there already, whoever asks for it again.
    let again = last(&deck, &restore);
    assert_eq!(again["units"][0]["lands"], name, "{again}");
    assert_eq!(worlds(&deck).len(), 2);
    hand_over(&deck, &desktop);
}

#[test]
fn before_the_last_session_is_what_was_agreed_or_what_came_before() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    // Nothing is unpushed: what the newest version was made on top of.
    let said = deck.command(&["restore", "--before-last-session"]).ok();
    said.assert_says("The last session is the push of ");
    scene.assert_past(deck, 1);
    deck.command(&["undo"]).ok();
    deck.command(&["restore", WORLD, "--before-last-session"])
        .ok();
    scene.assert_past(deck, 1);
    // Unpushed: what was agreed before, and the edits are safe.
    play::session(&desktop.pack, "My World", 8);
    play::world(&desktop.pack, "New", 8);
    let said = desktop.command(&["restore", "--before-last-session"]).ok();
    said.assert_says("what was changed here and not pushed yet");
    said.assert_says("saves/New stays as it is");
    said.assert_says("is in the safety copy");
    scene.assert_past(desktop, 2);
    desktop
        .command(&["restore", "saves/New", "--before-last-session"])
        .code(2);
}

/// A safety copy is a note beside the row of pushes: it is what neither a session nor a version was
/// made on top of.
#[test]
fn a_safety_copy_is_never_what_was_before_a_session() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    let before = ["restore", WORLD, "--before-last-session", "--dry-run"];
    // What was restored, played and given up again is in a safety copy.
    deck.command(&["restore", WORLD, &scene.short(0)]).ok();
    play::session(&deck.pack, "My World", 7);
    deck.command(&["undo"])
        .ok()
        .assert_says("Saving a safety copy");
    play::session(&deck.pack, "My World", 8);
    push(deck);
    let said = last(deck, &before);
    assert_eq!(said["units"][0]["version"]["snapshot"], scene.ids[2]);
    assert_eq!(said["units"][0]["others"], serde_json::json!([]));

    // What was played is in one, and then published after all.
    desktop.command(&["pull"]).ok();
    let agreed = saves(desktop);
    play::session(&desktop.pack, "My World", 9);
    let said = desktop.command(&["restore", "--before-last-session"]).ok();
    said.assert_says("is in the safety copy");
    desktop.command(&["undo"]).ok();
    let pushed = push(desktop);
    let row = |words: &[&str]| -> serde_json::Value {
        let said = desktop.command(words).ok();
        let rows = said.stdout.lines().map(serde_json::from_str);
        let mut rows = rows.map(|row: Result<serde_json::Value, _>| row.unwrap());
        rows.find(|row| row["snapshot"] == pushed).expect("a row")
    };
    let of_instance = &row(&["history", "--json"])["units"][0];
    let of_unit = &row(&["history", WORLD, "--json"]);
    assert_eq!(of_unit["files_changed"], of_instance["files_changed"]);
    assert_ne!(of_unit["files_changed"], 0);
    desktop.command(&["restore", "--before-last-session"]).ok();
    let now = saves(desktop);
    assert_same_with_metadata(&now.under("My World"), &agreed.under("My World"));
}

/// What was brought back and not pushed is no session: whoever asks twice is not sent forward again.
#[test]
fn before_the_last_session_stays_what_it_was_until_somebody_plays() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    for words in [&["restore"][..], &["restore", WORLD]] {
        let words: Vec<&str> = words
            .iter()
            .copied()
            .chain(["--before-last-session"])
            .collect();
        deck.command(&words).ok().assert_says("Restored.");
        scene.assert_past(deck, 1);
        let again = deck.command(&words).ok();
        again.assert_says(&format!("by desktop ({})", &scene.ids[2][..8]));
        again.assert_says("saves/My World");
        again.assert_says("is as it was then");
        again.assert_says("There is nothing to restore.");
        scene.assert_past(deck, 1);
        deck.command(&["undo"]).ok();
        scene.assert_past(deck, 2);
    }
    // Played on from there, that is the last session.
    deck.command(&["restore", "--before-last-session"]).ok();
    play::session(&deck.pack, "My World", 6);
    let said = deck
        .command(&["restore", WORLD, "--before-last-session"])
        .ok();
    said.assert_says("what was changed here and not pushed yet");
    scene.assert_past(deck, 2);
}

/// What was not there at a time is told with why: it was deleted, or had another name.
#[test]
fn what_was_deleted_or_called_otherwise_then_is_told_so() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    let saves = deck.pack.join("saves");
    fs::rename(saves.join("Same"), saves.join("Renamed")).unwrap();
    fs::remove_dir_all(deck.pack.join(WORLD)).unwrap();
    let gone = push(deck);
    play::world(&deck.pack, "My World", 4);
    play::world(&deck.pack, "Same", 4);
    push(deck);
    let at = format!("--snapshot={}", &gone[..8]);
    let said = deck.command(&["restore", WORLD, &at]).code(2);
    said.assert_says("saves/My World did not exist then");
    said.assert_says("It was deleted on 20");
    said.assert_never_says("exists since");
    let said = deck.command(&["restore", "saves/Same", &at]).code(2);
    said.assert_says("It was called saves/Renamed then");
    let said = deck
        .command(&["restore", &scene.short(1), "saves/Renamed", "--dry-run"])
        .ok();
    said.assert_says("then saves/Same");
}

#[test]
fn everything_goes_back_and_what_was_not_there_stays() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    fs::remove_dir_all(deck.pack.join("saves/Same")).unwrap();
    fs::rename(deck.pack.join(WORLD), deck.pack.join("saves/Renamed")).unwrap();
    play::world(&deck.pack, "New", 5);
    play::settings(&deck.pack, 5);
    deck.command(&["push"]).ok();
    let said = last(deck, &["restore", &scene.short(0)]);
    let now = saves(deck);
    assert_same_with_metadata(&now.under("Renamed"), &scene.past[0].under("My World"));
    assert_same_with_metadata(&now.under("Same"), &scene.past[0].under("Same"));
    assert_eq!(worlds(deck).len(), 3);
    assert_eq!(said["absent"][0]["unit"], "saves/New");
    let options = fs::read_to_string(deck.pack.join("options.txt")).unwrap();
    assert!(options.contains("fov:0.1"), "{options}");
    deck.command(&["restore", "saves/New", &scene.short(0)])
        .code(2)
        .assert_says("did not exist then");
}

#[test]
fn another_folder_gets_it_and_nothing_there_is_overwritten() {
    let Some(scene) = Scene::set() else { return };
    let (deck, point) = (&scene.deck, scene.short(0));
    let target = scene.world.path("elsewhere/deep");
    let to = format!("--to={}", target.display());
    let state = deck.json("state.json");
    deck.command(&["restore", &point, &to]).ok();
    let there = |name: &str| Tree::of(&target.join("saves")).under(name);
    assert_same_with_metadata(&there("My World"), &scene.past[0].under("My World"));
    assert_same_with_metadata(&there("Same"), &scene.past[0].under("Same"));
    assert_eq!(deck.json("state.json"), state);
    scene.assert_past(deck, 2);
    // An interrupted run left out a file, and half of another where files are put together.
    fs::remove_file(target.join("saves/My World/level.dat")).unwrap();
    let part = target
        .join(".instance-sync-restore")
        .join(&scene.ids[0])
        .join(WORLD);
    play::write(&part.join("level.dat"), "half");
    deck.command(&["restore", &point, &to]).ok();
    assert_same_with_metadata(&there("My World"), &scene.past[0].under("My World"));
    assert!(!target.join(".instance-sync-restore").exists());
    // So it is where a run was killed at its very end.
    fs::create_dir(target.join(".instance-sync-restore")).unwrap();
    deck.command(&["restore", &point, &to]).ok();
    assert!(!target.join(".instance-sync-restore").exists());
    // What is there and holds something else stays.
    let before = Tree::of_all(&target);
    deck.command(&["restore", &scene.short(2), &to])
        .code(1)
        .assert_says("other files under these names");
    assert_same_with_metadata(&Tree::of_all(&target), &before);
    for inside in [
        "",
        "saves",
        "saves/My World",
        "saves/Else",
        ".cloud-sync/x",
        "config/a",
    ] {
        let to = format!("--to={}", deck.pack.join(inside).display());
        let run = deck.command(&["restore", WORLD, &point, &to]);
        opted::harmless(deck, run, 2, &["cannot restore into"]);
    }
}

#[test]
fn a_snapshot_of_plain_restic_comes_into_a_folder_alone() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    let plain = scene.world.path("plain");
    play::world(&plain, "By hand", 1);
    let repository = scene.world.repository(&deck.instance_id());
    repository.back_up(&plain);
    let ids = repository.snapshot_ids();
    let id = ids.iter().find(|id| !scene.ids.contains(id)).unwrap();
    let point = format!("--snapshot={}", &id[..10]);
    let run = deck.command(&["restore", &point]);
    opted::harmless(deck, run, 2, &["was made by restic alone", "--to=FOLDER"]);
    let target = scene.world.path("elsewhere");
    let to = format!("--to={}", target.display());
    deck.command(&["restore", &point, &to]).ok();
    let found = Tree::of(&target);
    assert_same(&found, &repository.tree(id));
    deck.command(&["restore", &point, &to]).ok();
}

/// Somebody saved the folder above the game's with plain restic.
#[test]
fn a_snapshot_of_plain_restic_writes_nothing_into_the_game_folder() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    let above = deck.pack.parent().unwrap();
    let plain = scene.world.path("plain");
    let name = deck.pack.file_name().unwrap();
    repository::copy_folder(&deck.pack, &plain.join(name));
    let repository = scene.world.repository(&deck.instance_id());
    repository.back_up(&plain);
    let ids = repository.snapshot_ids();
    let id = ids.iter().find(|id| !scene.ids.contains(id)).unwrap();
    fs::remove_file(deck.pack.join(WORLD).join("region/r.0.0.mca")).unwrap();
    let before = Tree::of_all(above);
    deck.command(&["restore", &format!("--snapshot={id}")])
        .arg(format!("--to={}", above.display()))
        .code(2)
        .assert_says("cannot restore into");
    // Neither a file of the world came back, nor does anything lie around that was fetched.
    let own = Path::new(name).join(".cloud-sync");
    assert_same(&Tree::of_all(above).without(&own), &before.without(&own));
}

#[test]
fn a_bad_point_is_told_with_what_is_understood() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    for (words, says) in [
        (&["restore"][..], "say to what to go back"),
        (&["restore", "--at=soon"], "it is not understood"),
        (&["restore", "--at=yesterday"], "that is a whole day"),
        (&["restore", "--at=2999-01-01 00:00"], "still to come"),
        (&["restore", "--snapshot=zz"], "no snapshot begins with zz"),
        (
            &["restore", "saves/None", "--at=0s ago"],
            "the cloud has no saves/None",
        ),
        (
            &["restore", WORLD, "--at=2001-01-01 00:00"],
            "did not exist then",
        ),
    ] {
        opted::harmless(deck, deck.command(words), 2, &[says]);
    }
}

#[test]
fn a_world_that_cannot_be_had_is_named_and_the_others_come() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    let packs = || {
        let folder = scene.world.cloud_repository(ALICE, &deck.instance_id());
        let all = Tree::of_all(&folder.join("data"));
        let files = all
            .paths()
            .filter_map(|path| Some((folder.join("data").join(path), all.content(path)?.len())));
        files.collect::<std::collections::BTreeMap<_, _>>()
    };
    // Every byte of the new world is in one pack, the largest of what its push added.
    let before = packs();
    // Of a seed of its own: worlds of one seed share what is in their files.
    play::world(&desktop.pack, "Lost", 6);
    let first = push(desktop);
    let new = packs()
        .into_iter()
        .filter(|(path, _)| !before.contains_key(path));
    let (pack, _) = new.max_by_key(|(_, size)| *size).expect("a pack");
    // The record of this one is elsewhere.
    play::session(&desktop.pack, "My World", 5);
    let id = push(desktop);
    let then = saves(desktop).under("My World");
    deck.command(&["pull"]).ok();
    play::session(&deck.pack, "Lost", 4);
    play::session(&deck.pack, "My World", 4);
    deck.command(&["push"]).ok();
    let lost = saves(deck).under("Lost");
    fs::remove_file(pack).unwrap();
    let said = deck.command(&["restore", "--snapshot", &id]).code(1);
    said.assert_says("saves/Lost cannot be had from the cloud");
    assert_same_with_metadata(&saves(deck).under("Lost"), &lost);
    assert_same_with_metadata(&saves(deck).under("My World"), &then);
    let run = deck.command(&["restore", "saves/Lost", "--snapshot", &id]);
    opted::harmless(deck, run, 1, &["the cloud cannot give saves/Lost"]);
    // The record of the first one is lost with the pack: nobody takes that for one of plain restic.
    let run = deck.command(&["restore", "saves/Lost", "--snapshot", &first]);
    opted::harmless(deck, run, 1, &["cannot be read"]).assert_never_says("by restic alone");
}

#[test]
#[cfg(target_os = "linux")]
fn a_restore_killed_at_every_rename_leaves_no_mix() {
    let Some(strace) = Program::Strace.find() else {
        return;
    };
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    let before = scene.world.path("before");
    let copy = |from: &Path, to: &Path| {
        let _ = fs::remove_dir_all(to);
        let done = std::process::Command::new("cp")
            .arg("-a")
            .arg(from)
            .arg(to)
            .status();
        assert!(done.unwrap().success());
    };
    copy(&deck.pack, &before);
    let mut kills = 0;
    for nth in 1.. {
        copy(&before, &deck.pack);
        let inject = format!("inject=rename,renameat,renameat2:signal=SIGKILL:when={nth}");
        let log = scene.world.path("strace");
        let run = deck.command(&["restore", WORLD, &scene.short(0)]).under([
            strace.as_os_str(),
            "-qq".as_ref(),
            "-o".as_ref(),
            log.as_os_str(),
            "-e".as_ref(),
            inject.as_ref(),
        ]);
        let ended = run.any();
        if ended.status.code() == Some(0) {
            scene.assert_past(deck, 0);
            break;
        }
        assert!(ended.status.code().is_none(), "not killed: {ended}");
        kills += 1;
        // The next command finishes it, or it never began.
        fs::rename(scene.world.cloud(), scene.world.path("away")).unwrap();
        deck.command(&["pull"]).ok();
        fs::rename(scene.world.path("away"), scene.world.cloud()).unwrap();
        let now = saves(deck);
        let is = |push: usize| {
            now.under("My World")
                .same(&scene.past[push].under("My World"))
        };
        assert!(is(0) || is(2), "killed at rename {nth}: a mix");
    }
    assert!(kills > 5, "{kills} kills cannot be all");
}

#[test]
fn a_world_that_was_small_then_is_pushed_without_more_words() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop, deck] = devices(&world, ["desktop", "deck"]);
    play::write(&desktop.pack.join("saves/My World/level.dat"), "small");
    let id = push(&desktop);
    let small = saves(&desktop);
    play::world(&desktop.pack, "My World", 1);
    push(&desktop);
    deck.command(&["pull"]).ok();
    deck.command(&["restore", WORLD, "--snapshot", &id]).ok();
    assert_same_with_metadata(&saves(&deck), &small);
    let said = deck.command(&["push"]).ok();
    said.assert_never_says("missing here");
    desktop.command(&["pull"]).ok();
    assert_same_with_metadata(&saves(&desktop), &small);
}

#[test]
fn a_folder_that_never_pulled_restores_beside_and_elsewhere_alone() {
    let Some(scene) = Scene::set() else { return };
    let laptop = opted::another_of(&scene.world, "laptop", &scene.deck.instance_id());
    let point = scene.short(0);
    let run = laptop.command(&["restore", WORLD, &point]);
    opted::harmless(&laptop, run, 2, &["was never here; pull first"]);
    laptop
        .command(&["restore", WORLD, &point, "--as-copy"])
        .ok();
    assert_eq!(worlds(&laptop).len(), 1);
}

#[test]
fn on_a_terminal_it_is_shown_and_asked_before_anything_happens() {
    let Some(scene) = Scene::set() else { return };
    let (deck, point) = (&scene.deck, scene.short(0));
    let words = ["restore", WORLD, point.as_str()];
    let no = type_in(deck.command(&words), &[("Go on? [y/N]", "n\r")]);
    let Some(no) = no else { return };
    println!("{}", no.last());
    assert!(no.last().contains("replaces what is here"), "{no:?}");
    assert!(no.last().contains("Nothing was changed."), "{no:?}");
    assert_eq!(no.code, 0);
    scene.assert_past(deck, 2);
    let yes = type_in(deck.command(&words), &[("Go on? [y/N]", "y\r")]).unwrap();
    assert!(yes.last().contains("instance-sync undo"), "{yes:?}");
    scene.assert_past(deck, 0);
    // With --yes nobody is asked.
    let words = ["restore", WORLD, &scene.short(1), "--yes"];
    let seen = type_in(deck.command(&words), &[]).unwrap();
    assert!(!seen.last().contains("Go on?"), "{seen:?}");
    scene.assert_past(deck, 1);
}

/// A question may stay open for hours: the hooks of a launcher do not wait for it, and what they did is
/// seen before anything is replaced.
#[test]
fn while_it_asks_hooks_work_and_what_they_changed_is_noticed() {
    let Some(scene) = Scene::set() else { return };
    let (desktop, deck) = (&scene.desktop, &scene.deck);
    let mut settings = Settings::new(&deck.pack);
    let home = |path: &str| Some(deck.home.join(path).join("instance-sync"));
    settings.dirs = UserDirs {
        data: home(".local/share"),
        cache: home(".cache"),
        state: home(".local/state"),
    };
    settings.restic_binary = Program::Restic.find();
    settings.device_name = Some(deck.name.clone());
    let request = Request {
        units: [RelPath::new(WORLD).unwrap()].into(),
        point: Point::Snapshot(scene.ids[0].clone()),
        place: Place::InPlace,
        finality: Finality::Final,
    };
    let asked = |beside: &dyn Fn()| {
        let confirm = |_: &Report| {
            beside();
            Ok(true)
        };
        restore(&settings, &|_| (), &request, Some(&confirm))
    };
    // Another device pushed: the pull of a launch takes it, while the question waits.
    play::session(&desktop.pack, "My World", 5);
    push(desktop);
    let launch = || {
        let pull = deck.command(&["pull"]).ok();
        assert!(pull.elapsed.as_secs() < 8, "{pull}");
        pull.assert_says("Updated saves/My World");
    };
    let refused = asked(&launch).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "another command worked in this folder while the question waited"
    );
    assert_same_with_metadata(&saves(deck), &saves(desktop));
    // So it is where somebody played.
    let play = || play::session(&deck.pack, "My World", 6);
    let refused = asked(&play).unwrap_err();
    assert!(
        refused.to_string().contains("saves/My World changed"),
        "{refused}"
    );
    // And where nothing happened but a hook without work, the answer counts.
    deck.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    let idle = || {
        deck.command(&["pull"]).ok();
    };
    let done = asked(&idle).unwrap();
    assert!(matches!(done, RestoreOutcome::Restored(_)), "{done:?}");
    scene.assert_past(deck, 0);
}

#[test]
fn a_dry_run_says_that_an_open_world_would_be_refused() {
    let Some(scene) = Scene::set() else { return };
    let deck = &scene.deck;
    let Some(game) = Game::opens(&deck.pack.join(WORLD)) else {
        return;
    };
    let words = ["restore", WORLD, &scene.short(0), "--dry-run"];
    let run = opted::harmless(deck, deck.command(&words), 0, &[]);
    run.assert_says("saves/My World is open in a running game: a restore refuses that");
    assert_eq!(last(deck, &words)["open"], serde_json::json!([WORLD]));
    deck.command(&words[..3]).code(1).assert_says("is open");
    drop(game);
    let closed = deck.command(&words).ok();
    closed.assert_never_says("is open");
    assert_eq!(last(deck, &words)["open"], serde_json::Value::Null);
}

#[test]
fn a_name_that_is_not_quite_right_is_answered_with_the_one_that_may_be_meant() {
    let Some(scene) = Scene::set() else { return };
    for name in ["saves/my world", "saves/My Wrld", "My World"] {
        let run = scene.deck.command(&["restore", name, &scene.short(0)]);
        let says = ["the cloud has no", "Did you mean: saves/My World"];
        opted::harmless(&scene.deck, run, 2, &says);
    }
    let run = scene
        .deck
        .command(&["restore", "saves/Zzz", &scene.short(0)]);
    opted::harmless(&scene.deck, run, 2, &["the cloud has no saves/Zzz"])
        .assert_never_says("Did you mean");
}

/// Whoever answered the one knows how to answer the other; what is no yes is none.
#[test]
fn prune_asks_in_the_same_form() {
    let Some(scene) = Scene::set() else { return };
    let repository = scene.world.repository(&scene.desktop.instance_id());
    let words = ["prune", "--keep-all=0h", "--keep-daily=0h"];
    let question = "Remove it? It cannot be brought back. [y/N]";
    for (keys, left) in [("n\r", 3), ("\r", 3), ("perhaps\r", 3), ("y\r", 2)] {
        let Some(seen) = type_in(scene.desktop.command(&words), &[(question, keys)]) else {
            return;
        };
        assert_eq!(seen.code, 0, "{seen:?}");
        let says = if left == 3 {
            "Nothing was removed."
        } else {
            "Removed 1 snapshot ("
        };
        assert!(seen.last().contains(says), "{seen:?}");
        assert_eq!(repository.snapshot_ids().len(), left);
    }
}
