//! `export`: a world as a zip, as it is here and as it was.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::forks::*;
use super::support::*;

const WORLD: &str = "saves/My World";

/// Unpacks a zip with a reader of its own.
#[track_caller]
fn unpacked(zip: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(fs::File::open(zip).unwrap()).unwrap();
    let mut found = BTreeMap::new();
    for number in 0..zip.len() {
        let mut entry = zip.by_index(number).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let name = entry.name().unwrap().into_owned();
        assert!(found.insert(name, bytes).is_none());
    }
    found
}

/// Checks that a zip holds this world below one folder.
#[track_caller]
fn assert_holds(zip: &Path, world: &Tree) {
    let found = unpacked(zip);
    let files: BTreeMap<_, _> = found
        .iter()
        .filter(|(name, _)| !name.ends_with('/'))
        .collect();
    let mut number = 0;
    for path in world.paths() {
        let name = format!("My World/{}", path.display());
        match world.content(path) {
            Some(bytes) => {
                assert!(files[&name].as_slice() == bytes, "{name}");
                number += 1;
            }
            None if path.as_os_str().is_empty() => {}
            None => assert!(found.contains_key(&format!("{name}/")), "{name}"),
        }
    }
    assert_eq!(files.len(), number);
    assert!(files.contains_key(&"My World/level.dat".to_owned()));
    assert!(!files.contains_key(&"My World/session.lock".to_owned()));
}

#[test]
fn a_world_is_exported_as_it_is_and_as_it_was() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop] = devices(&world, ["desktop"]);
    play::world(&desktop.pack, "My World", 1);
    play::settings(&desktop.pack, 1);
    desktop.command(&["push"]).ok();
    let first = saves(&desktop).under("My World");
    let id = world.repository(&desktop.instance_id()).snapshot_ids()[0].clone();
    play::session(&desktop.pack, "My World", 2);
    let second = saves(&desktop).under("My World");
    let before = desktop.tree();

    let now = world.path("now.zip");
    let to = |zip: &Path| format!("--to={}", zip.display());
    let said = desktop.command(&["export", WORLD, &to(&now)]).ok();
    said.assert_says("as it is here");
    assert_holds(&now, &second);
    let bytes = fs::read(&now).unwrap();
    // Once more: it is there.
    desktop
        .command(&["export", WORLD, &to(&now)])
        .ok()
        .assert_says("There already");
    assert_eq!(fs::read(&now).unwrap(), bytes);

    // Another version does not take its place unless somebody says so.
    let point = format!("--snapshot={}", &id[..8]);
    desktop
        .command(&["export", WORLD, &to(&now), &point])
        .code(1)
        .assert_says("is there and holds something else");
    assert_eq!(fs::read(&now).unwrap(), bytes);
    desktop
        .command(&["export", WORLD, &to(&now), &point, "--force"])
        .ok();
    assert_holds(&now, &first);
    // Into a folder it is called as the world is.
    let folder = world.path("zips");
    fs::create_dir_all(&folder).unwrap();
    let json = desktop
        .command(&[
            "export",
            WORLD,
            &to(&folder),
            "--before-last-session",
            "--json",
        ])
        .ok();
    let json: serde_json::Value =
        serde_json::from_str(json.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(json["outcome"], "exported");
    assert_holds(&folder.join("My World.zip"), &first);
    // Nothing is left beside, and nothing was touched.
    let names: Vec<_> = fs::read_dir(&folder).unwrap().collect();
    assert_eq!(names.len(), 1);
    let changed = |tree: &Tree| Tree::without(tree.clone(), ".cloud-sync");
    assert_same_with_metadata(&changed(&before), &changed(&desktop.tree()));
}

#[test]
fn what_an_interrupted_export_fetched_is_used_and_checked() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop] = devices(&world, ["desktop"]);
    play::world(&desktop.pack, "My World", 1);
    desktop.command(&["push"]).ok();
    let first = saves(&desktop).under("My World");
    let id = world.repository(&desktop.instance_id()).snapshot_ids()[0].clone();
    let zip = world.path("now.zip");
    let part = world
        .path(".instance-sync-now.zip.part")
        .join(&id)
        .join(WORLD);
    // One file came whole, one half.
    play::write(&part.join("level.dat"), first.content("level.dat").unwrap());
    play::write(&part.join("icon.png"), "half");
    let restic = Program::Restic.find().unwrap();
    let fake = FakeRestic::around(&world.path("fake"), &restic);
    let to = format!("--to={}", zip.display());
    let point = format!("--snapshot={id}");
    let binary = format!("--restic-binary={}", fake.path().display());
    desktop
        .command(&["export", WORLD, &to, &point, &binary])
        .ok();
    assert_holds(&zip, &first);
    assert!(!world.path(".instance-sync-now.zip.part").exists());
    assert_eq!(fake.calls_of("restore").len(), 1);
}

#[test]
fn what_cannot_be_exported_is_refused() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop] = devices(&world, ["desktop"]);
    play::world(&desktop.pack, "My World", 1);
    play::settings(&desktop.pack, 1);
    desktop.command(&["push"]).ok();
    let to = format!("--to={}", world.path("x.zip").display());
    let inside = format!(
        "--to={}",
        desktop.pack.join("saves/My World/x.zip").display()
    );
    for (words, code, says) in [
        (&["export", "options.txt", &to][..], 2, "is no folder"),
        (
            &["export", "saves/None", &to],
            2,
            "there is no saves/None here",
        ),
        (&["export", WORLD, &inside], 2, "would be synced"),
        (
            &["export", WORLD, &to, "--snapshot=ffffffffffff"],
            2,
            "no snapshot begins",
        ),
    ] {
        opted::harmless(&desktop, desktop.command(words), code, &[says]);
        assert!(!world.path("x.zip").exists());
    }
}

#[cfg(unix)] // a link
#[test]
fn a_zip_is_written_neither_into_a_world_that_lies_elsewhere_nor_over_what_is_ours() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop] = devices(&world, ["desktop"]);
    play::world(&desktop.pack, "My World", 1);
    desktop.command(&["push"]).ok();
    let elsewhere = world.path("other-disk");
    fs::rename(desktop.pack.join(WORLD), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, desktop.pack.join(WORLD)).unwrap();
    let state = desktop.synced_by("state.json");
    for to in [elsewhere.clone(), elsewhere.join("new.zip"), state] {
        let run = desktop.command(&["export", WORLD, "--force"]);
        let run = run.arg(format!("--to={}", to.display()));
        opted::harmless(&desktop, run, 2, &["cannot write"]);
    }
}

#[test]
fn a_folder_that_is_not_there_is_made_and_a_place_without_rights_is_named() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let [desktop] = devices(&world, ["desktop"]);
    play::world(&desktop.pack, "My World", 1);
    let folder = world.path("new/folder");
    let run = desktop.command(&["export", WORLD]);
    run.arg(format!("--to={}/", folder.display())).ok();
    assert_holds(
        &folder.join("My World.zip"),
        &Tree::of(&desktop.pack).under(WORLD).without("session.lock"),
    );
    let file = folder.join("My World.zip").join("below");
    let run = desktop.command(&["export", WORLD]);
    let run = run.arg(format!("--to={}", file.display()));
    opted::harmless(&desktop, run, 1, &["cannot make", "--to"]);
}
