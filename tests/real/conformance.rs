//! What the engine relies on in a store, checked on the store in memory and on real restic alike: the
//! fleet model is worth as much as its store is like the real one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use instance_sync::domain::ids::SnapshotId;
use instance_sync::domain::path::RelPath;
use instance_sync::error::{Kind, Result};
use instance_sync::store::argv::Backup;
use instance_sync::store::messages::Listed;
use instance_sync::store::repository::Backed;
use instance_sync::sync::cloud::restore_units;

use super::stores::Site;
use super::support::{Program, Tree, assert_same, assert_same_with_metadata, play};

macro_rules! on_every_store {
    ($($check:ident)+) => {
        on_every_store!(@in in_memory, Some(super::Site::in_memory()), $($check)+);
        on_every_store!(@in of_restic_in_a_folder, super::Site::in_a_folder(super::Program::Restic), $($check)+);
        on_every_store!(@in of_restic_on_a_server, super::Site::on_a_server(super::Program::Restic), $($check)+);
        on_every_store!(@in of_restic_018_in_a_folder, super::Site::in_a_folder(super::Program::Restic018), $($check)+);
        on_every_store!(@in of_restic_018_on_a_server, super::Site::on_a_server(super::Program::Restic018), $($check)+);
    };
    (@in $place:ident, $site:expr, $($check:ident)+) => {
        mod $place {
            $(#[test]
            fn $check() {
                let Some(site) = $site else { return };
                super::$check(&site);
            })+
        }
    };
}

on_every_store! {
    an_empty_one_lists_nothing
    a_backup_is_listed_with_its_tags_its_host_and_its_count
    what_is_backed_up_twice_has_two_ids
    the_listings_agree
    a_record_is_given_to_the_byte
    a_snapshot_without_a_record_says_so_and_an_unknown_one_is_an_error
    what_is_asked_for_comes_and_nothing_else
    all_of_a_unit_comes_back_as_it_was
    what_a_snapshot_does_not_hold_does_not_come_and_is_no_error
    a_file_that_vanished_is_told_of
    a_backup_of_nothing_that_is_there_fails
    a_folder_that_filled_meanwhile_is_saved_with_what_is_in_it
    another_folder_can_be_backed_up
    a_snapshot_never_changes
    a_file_that_looks_as_in_the_parent_is_not_read
    what_was_pruned_fails
    backups_at_the_same_time_are_both_there
    content_that_was_lost_is_told_of_and_the_rest_comes
    creating_it_again_changes_nothing
}

const RECORD: &str = ".cloud-sync/push.json";

/// A game folder of one device.
struct Folder<'a> {
    site: &'a Site,
    device: usize,
    root: PathBuf,
}

impl<'a> Folder<'a> {
    fn new(site: &'a Site) -> Self {
        Self::of(site, 0)
    }

    fn of(site: &'a Site, device: usize) -> Self {
        let root = site.path(&format!("folder {device}"));
        fs::create_dir_all(&root).unwrap();
        Self { site, device, root }
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        play::write(&self.root.join(path), content);
    }

    fn list(&self, paths: &[&str]) -> PathBuf {
        let list = self.site.path(&format!("list {}", self.device));
        let text = paths.join("\0") + "\0";
        fs::write(&list, text).unwrap();
        list
    }

    fn try_back_up(&self, paths: &[&str], parent: Option<&SnapshotId>) -> Result<Backed> {
        let tags = [
            "push=01K4Z3N5T6V7W8X9Y0ZABCDEFG".to_owned(),
            "n=3".to_owned(),
        ];
        let list = self.list(paths);
        let backup = Backup {
            lock_patience: 1,
            files: &list,
            host: "Deck, the \u{2603} one",
            tags: &tags,
            parent,
        };
        let store = self.site.store(self.device);
        store.backup(&self.root, &backup, &mut |_| ())
    }

    #[track_caller]
    fn back_up(&self, paths: &[&str]) -> Backed {
        let backed = self.try_back_up(paths, None).unwrap();
        assert_eq!(backed.unread, None);
        backed
    }
}

fn paths(paths: &[&str]) -> Vec<RelPath> {
    let path = |path: &&str| RelPath::new(*path).unwrap();
    paths.iter().map(path).collect()
}

/// Restores into an empty folder; returns what came, and what the rest failed for.
fn try_restore(site: &Site, id: &SnapshotId, wanted: &[&str]) -> Result<(Tree, Option<String>)> {
    let target = tempfile::tempdir_in(site.path("")).unwrap();
    let target = target.path().join("tree");
    fs::create_dir(&target).unwrap();
    let store = site.store(0);
    let units = [paths(wanted)];
    let failed = restore_units(store.as_ref(), id, &target, &units, &mut |_| ())?;
    Ok((Tree::of_all(&target), failed))
}

#[track_caller]
fn restore(site: &Site, id: &SnapshotId, wanted: &[&str]) -> Tree {
    let (tree, failed) = try_restore(site, id, wanted).unwrap();
    assert_eq!(failed, None);
    tree
}

/// The files of a tree.
fn files(tree: &Tree) -> Vec<&str> {
    let file = |path: &&Path| tree.content(path).is_some();
    let files = tree.paths().filter(file);
    files.map(|path| path.to_str().unwrap()).collect()
}

fn listed(site: &Site) -> BTreeMap<SnapshotId, Listed> {
    let all = site.store(0).snapshots().unwrap();
    all.into_iter().map(|one| (one.id.clone(), one)).collect()
}

#[track_caller]
fn unknown() -> SnapshotId {
    "0123456789abcdef".repeat(4).parse().unwrap()
}

fn an_empty_one_lists_nothing(site: &Site) {
    let store = site.store(0);
    assert!(store.snapshots().unwrap().is_empty());
    assert!(store.snapshot_ids().unwrap().is_empty());
    assert!(site.probe().is_empty());
}

fn a_backup_is_listed_with_its_tags_its_host_and_its_count(site: &Site) {
    let folder = Folder::new(site);
    folder.write("options.txt", "same");
    folder.write("saves/A/level.dat", "same");
    folder.write("saves/A/nothing.dat", "");
    folder.write("saves/A/left out.dat", "x");
    fs::create_dir_all(folder.root.join("saves/A/datapacks")).unwrap();
    let backed = folder.back_up(&[
        "options.txt",
        "saves/A/level.dat",
        "saves/A/nothing.dat",
        "saves/A/datapacks",
    ]);
    assert_eq!(backed.files, 3, "folders do not count, equal content does");
    let all = listed(site);
    let one = &all[&backed.snapshot];
    assert_eq!(one.tag("push"), Some("01K4Z3N5T6V7W8X9Y0ZABCDEFG"));
    assert_eq!(one.tag("n"), Some("3"));
    assert_eq!(one.tags.as_ref().map(Vec::len), Some(2));
    assert_eq!(one.hostname, "Deck, the \u{2603} one");
    assert_eq!(one.summary.as_ref().unwrap().total_files_processed, 3);
    assert!(!one.is_incomplete());
    assert!(!one.time.is_empty());
}

fn what_is_backed_up_twice_has_two_ids(site: &Site) {
    let folder = Folder::new(site);
    folder.write("options.txt", "x");
    let ids = [0; 2].map(|_| folder.back_up(&["options.txt"]).snapshot);
    assert_ne!(ids[0], ids[1]);
    assert_eq!(
        listed(site).into_keys().collect::<BTreeSet<_>>(),
        ids.into()
    );
}

fn the_listings_agree(site: &Site) {
    for device in 0..3 {
        let folder = Folder::of(site, device);
        folder.write("options.txt", device.to_string());
        folder.back_up(&["options.txt"]);
        let ids: Vec<_> = site.store(1).snapshot_ids().unwrap();
        assert_eq!(ids.len(), device + 1);
        let ids: BTreeSet<_> = ids.into_iter().collect();
        assert_eq!(ids, listed(site).into_keys().collect());
        assert_eq!(ids, site.probe());
    }
}

fn a_record_is_given_to_the_byte(site: &Site) {
    let folder = Folder::new(site);
    let long = vec![b'x'; 300_000];
    let texts = [&b"{\"schema\": 1}"[..], b"", b"\xff\xfe\0\r\n", &long];
    let ids = texts.map(|text| {
        folder.write(RECORD, text);
        folder.write("saves/A/push.json", "another");
        folder.back_up(&[RECORD, "saves/A/push.json"]).snapshot
    });
    for (id, text) in ids.iter().zip(texts) {
        let record = site.store(1).push_record(id).unwrap();
        assert!(record.as_deref() == Some(text), "{record:?}");
    }
}

fn a_snapshot_without_a_record_says_so_and_an_unknown_one_is_an_error(site: &Site) {
    let folder = Folder::new(site);
    folder.write("push.json", "not it");
    folder.write(".cloud-sync/scope.json", "nor this");
    for list in [&["push.json"][..], &["push.json", ".cloud-sync/scope.json"]] {
        let id = folder.back_up(list).snapshot;
        assert_eq!(site.store(0).push_record(&id).unwrap(), None);
    }
    let error = site.store(0).push_record(&unknown()).unwrap_err();
    assert_eq!(error.kind(), Kind::Failed, "{error}");
    let error = try_restore(site, &unknown(), &["push.json"]).unwrap_err();
    assert_eq!(error.kind(), Kind::Failed, "{error}");
}

/// Names that are like what is asked for, and are not it.
const NAMES: [&str; 10] = [
    RECORD,
    "options.txt",
    "options.txt.old",
    "saves/A/level.dat",
    "saves/A/region/r.0.0.mca",
    "saves/AB/level.dat",
    "saves/a/level.dat",
    "saves/[A]*/level.dat",
    "saves/\u{2603} B /sub/level.dat",
    "other/saves/A/level.dat",
];

fn what_is_asked_for_comes_and_nothing_else(site: &Site) {
    let folder = Folder::new(site);
    for name in NAMES {
        folder.write(name, name);
    }
    let empty = ["saves/A/datapacks", "saves/Void"];
    for name in empty {
        fs::create_dir_all(folder.root.join(name)).unwrap();
    }
    let id = folder.back_up(&[&NAMES[..], &empty[..]].concat()).snapshot;
    let expect = |wanted: &[&str], brought: &[&str]| {
        let tree = restore(site, &id, wanted);
        assert_eq!(files(&tree), brought, "for {wanted:?}");
        for path in brought {
            assert_eq!(tree.content(path), Some(path.as_bytes()), "{path}");
        }
        tree
    };
    expect(&["options.txt"], &["options.txt"]);
    expect(&["saves/A/level.dat"], &["saves/A/level.dat"]);
    let unit = ["saves/A/level.dat", "saves/A/region/r.0.0.mca"];
    let tree = expect(&["saves/A"], &unit);
    assert!(tree.get("saves/A/datapacks").is_some());
    assert!(tree.get("saves/Void").is_none());
    expect(&["saves/[A]*"], &["saves/[A]*/level.dat"]);
    expect(&["saves/\u{2603} B "], &["saves/\u{2603} B /sub/level.dat"]);
    expect(
        &["saves/a", "options.txt"],
        &["options.txt", "saves/a/level.dat"],
    );
    for name in empty {
        let tree = expect(&[name], &[]);
        assert!(tree.get(name).is_some(), "{name}");
    }
}

fn all_of_a_unit_comes_back_as_it_was(site: &Site) {
    let folder = Folder::new(site);
    play::world(&folder.root, "My World", 1);
    play::oddities(&folder.root, "My World", play::UNUSUAL_NAMES);
    let tree = Tree::of(&folder.root);
    let list: Vec<&str> = tree.paths().map(|path| path.to_str().unwrap()).collect();
    // Folders that hold nothing else are listed by themselves.
    let holds = |one: &str| {
        list.iter()
            .any(|other| other.starts_with(&format!("{one}/")))
    };
    let list: Vec<&str> = list.iter().copied().filter(|one| !holds(one)).collect();
    let id = folder.back_up(&list).snapshot;
    assert_same_with_metadata(&restore(site, &id, &["saves/My World"]), &tree);
    let file = "saves/My World/region/r.0.0.mca";
    let one = restore(site, &id, &[file]);
    assert_eq!(one.get(file), tree.get(file));
}

fn what_a_snapshot_does_not_hold_does_not_come_and_is_no_error(site: &Site) {
    let folder = Folder::new(site);
    folder.write("saves/A/level.dat", "x");
    let id = folder.back_up(&["saves/A/level.dat"]).snapshot;
    assert_eq!(files(&restore(site, &id, &["saves/B"])), [""; 0]);
    let inside = [
        "saves/A/level.dat/x",
        "saves/A/none.dat",
        "saves/A/level.dat",
    ];
    assert_eq!(files(&restore(site, &id, &inside)), ["saves/A/level.dat"]);
}

/// restic 0.18 says nothing of it, but does not count the file.
fn a_file_that_vanished_is_told_of(site: &Site) {
    let folder = Folder::new(site);
    folder.write("options.txt", "x");
    let listed_files = ["options.txt", "saves/A/level.dat"];
    let backed = folder.try_back_up(&listed_files, None).unwrap();
    assert!(backed.unread.is_some() || backed.files != 2, "{backed:?}");
    assert_eq!(backed.files, 1);
    assert!(listed(site).contains_key(&backed.snapshot));
    let tree = restore(site, &backed.snapshot, &listed_files);
    assert_eq!(files(&tree), ["options.txt"]);
}

fn a_backup_of_nothing_that_is_there_fails(site: &Site) {
    let folder = Folder::new(site);
    let error = folder.try_back_up(&["saves/A/level.dat"], None);
    assert_eq!(error.unwrap_err().kind(), Kind::Failed);
    assert!(site.probe().is_empty());
}

fn a_folder_that_filled_meanwhile_is_saved_with_what_is_in_it(site: &Site) {
    let folder = Folder::new(site);
    folder.write("saves/A/datapacks/new/pack.zip", "x");
    folder.write("saves/A/level.dat", "x");
    let backed = folder.back_up(&["saves/A/level.dat", "saves/A/datapacks"]);
    assert_eq!(backed.files, 2);
    let tree = restore(site, &backed.snapshot, &["saves/A"]);
    assert_same(&tree, &Tree::of(&folder.root));
}

/// Such as `undo/<id>/files`, of which safety copies are made.
fn another_folder_can_be_backed_up(site: &Site) {
    let folder = Folder::new(site);
    folder.write("saves/A/level.dat", "live");
    let inside = Folder {
        root: folder.root.join(".cloud-sync/undo/1/files"),
        site,
        device: 0,
    };
    inside.write("saves/A/level.dat", "old");
    inside.write(RECORD, "its own");
    let id = inside.back_up(&[RECORD, "saves/A/level.dat"]).snapshot;
    assert_eq!(
        site.store(0).push_record(&id).unwrap().as_deref(),
        Some(&b"its own"[..])
    );
    let tree = restore(site, &id, &["saves/A"]);
    assert_eq!(files(&tree), ["saves/A/level.dat"]);
    assert_eq!(tree.content("saves/A/level.dat"), Some(&b"old"[..]));
}

fn a_snapshot_never_changes(site: &Site) {
    let folder = Folder::new(site);
    folder.write(RECORD, "first");
    folder.write("saves/A/level.dat", "first");
    folder.write("saves/B/level.dat", "first");
    let all = [RECORD, "saves/A/level.dat", "saves/B/level.dat"];
    let first = folder.back_up(&all).snapshot;
    let before = format!("{:?}", listed(site)[&first]);
    let tree = restore(site, &first, &["saves"]);
    folder.write(RECORD, "second");
    folder.write("saves/A/level.dat", "second");
    let second = folder
        .try_back_up(&all[..2], Some(&first))
        .unwrap()
        .snapshot;
    assert_eq!(format!("{:?}", listed(site)[&first]), before);
    assert_same_with_metadata(&restore(site, &first, &["saves"]), &tree);
    let record = |id| site.store(0).push_record(id).unwrap().unwrap();
    assert_eq!(record(&first), b"first");
    assert_eq!(record(&second), b"second");
    // What was not listed is not in it, whatever the parent holds.
    let tree = restore(site, &second, &["saves"]);
    assert_eq!(files(&tree), ["saves/A/level.dat"]);
    assert_eq!(tree.content("saves/A/level.dat"), Some(&b"second"[..]));
}

/// An edit that keeps size and time is only seen without a parent: the engine gives none then.
fn a_file_that_looks_as_in_the_parent_is_not_read(site: &Site) {
    let folder = Folder::new(site);
    let all = ["saves/A/level.dat", "saves/A/other.dat"];
    let write = |path, content, time| {
        folder.write(path, content);
        play::set_mtime(&folder.root.join(path), time, 5);
    };
    write(all[0], "one", 1_000_000);
    write(all[1], "one", 1_000_000);
    let first = folder.back_up(&all).snapshot;
    write(all[0], "two", 1_000_000);
    write(all[1], "two", 1_000_001);
    let blind = folder.try_back_up(&all, Some(&first)).unwrap();
    assert_eq!((blind.unread, blind.files), (None, 2));
    let seeing = folder.back_up(&all);
    for (id, contents) in [
        (first, ["one", "one"]),
        (blind.snapshot, ["one", "two"]),
        (seeing.snapshot, ["two", "two"]),
    ] {
        let tree = restore(site, &id, &["saves/A"]);
        for (path, content) in all.iter().zip(contents) {
            assert_eq!(tree.content(path), Some(content.as_bytes()), "{path}");
        }
    }
}

fn what_was_pruned_fails(site: &Site) {
    let folder = Folder::new(site);
    folder.write(RECORD, "first");
    folder.write("saves/A/level.dat", "first");
    let all = [RECORD, "saves/A/level.dat"];
    let first = folder.back_up(&all).snapshot;
    // It was read here before, so that a cache may know of it.
    site.store(0).push_record(&first).unwrap();
    restore(site, &first, &["saves/A"]);
    folder.write(RECORD, "second");
    folder.write("saves/A/level.dat", "second");
    let second = folder.back_up(&all).snapshot;
    site.prune(&first);
    assert_eq!(site.probe(), [second.clone()].into());
    assert!(listed(site).into_keys().eq([second.clone()]));
    for device in 0..2 {
        assert!(site.store(device).push_record(&first).is_err());
    }
    let restored = try_restore(site, &first, &["saves/A"]);
    restored.expect_err("it is gone");
    let tree = restore(site, &second, &["saves/A"]);
    assert_eq!(tree.content(all[1]), Some(&b"second"[..]));
}

fn backups_at_the_same_time_are_both_there(site: &Site) {
    let made: Vec<(usize, SnapshotId)> = thread::scope(|scope| {
        let one = |device: usize| {
            let folder = Folder::of(site, device);
            play::world(&folder.root, "My World", device as u64);
            folder.write(RECORD, device.to_string());
            let list = [RECORD, "saves/My World/region", "saves/My World/level.dat"];
            (device, folder.back_up(&list).snapshot)
        };
        let runs: Vec<_> = (0..3)
            .map(|device| scope.spawn(move || one(device)))
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let ids: BTreeSet<_> = made.iter().map(|(_, id)| id.clone()).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(site.probe(), ids);
    assert_eq!(listed(site).into_keys().collect::<BTreeSet<_>>(), ids);
    for (device, id) in made {
        let record = site.store(0).push_record(&id).unwrap();
        assert_eq!(record.unwrap(), device.to_string().into_bytes());
        let region = "saves/My World/region";
        let live = Tree::of(&Folder::of(site, device).root.join(region));
        assert_same_with_metadata(&restore(site, &id, &[region]).under(region), &live);
    }
}

fn content_that_was_lost_is_told_of_and_the_rest_comes(site: &Site) {
    let folder = Folder::new(site);
    let (one, other) = ("saves/One/level.dat", "saves/Other/level.dat");
    play::write_noise(&folder.root.join(one), 1, 200_000);
    play::write_noise(&folder.root.join(other), 2, 200_000);
    folder.write(RECORD, "x");
    folder.back_up(&[RECORD, one]);
    let packs = site.packs();
    let id = folder.back_up(&[RECORD, one, other]).snapshot;
    site.lose(&id, "saves/Other", &packs);
    let live = Tree::of(&folder.root);
    for wanted in [&["saves/One", "saves/Other"][..], &["saves/Other"]] {
        let (tree, failed) = try_restore(site, &id, wanted).unwrap();
        assert!(failed.is_some());
        let came = tree.content(one) == live.content(one);
        assert_eq!(came, wanted.len() == 2);
        // It may be there with its size and a hole in it.
        assert_ne!(tree.content(other), live.content(other));
    }
    let tree = restore(site, &id, &["saves/One"]);
    assert_eq!(tree.content(one), live.content(one));
    assert_eq!(site.store(0).push_record(&id).unwrap().unwrap(), b"x");
}

fn creating_it_again_changes_nothing(site: &Site) {
    let folder = Folder::new(site);
    folder.write("options.txt", "x");
    let id = folder.back_up(&["options.txt"]).snapshot;
    site.store(1).init().unwrap();
    assert_eq!(site.probe(), [id.clone()].into());
    assert_eq!(
        files(&restore(site, &id, &["options.txt"])),
        ["options.txt"]
    );
}
