//! Packs and indexes that are missing or damaged: what else a snapshot holds can be had.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use instance_sync::domain::ids::SnapshotId;
use instance_sync::domain::path::RelPath;
use instance_sync::error::{Error, Kind};
use instance_sync::store::keys::Keys;
use instance_sync::store::repository::{Repository, Restored};

use super::support::opted::{self, ID, synced};
use super::support::*;

/// A repository with two worlds, each in a pack of its own.
struct Scene {
    world: World,
    repository: Repository,
    folder: PathBuf,
    snapshot: SnapshotId,
    /// What the snapshot holds.
    tree: Tree,
    /// The repository as it was, to go back to.
    sound: PathBuf,
    /// The packs and the index of the second world.
    pack_of_second: PathBuf,
    pack_of_folders: PathBuf,
    index_of_second: PathBuf,
    index_of_first: PathBuf,
}

/// Every object of one kind.
fn objects(folder: &Path, kind: &str) -> BTreeSet<PathBuf> {
    let all = Tree::of_all(&folder.join(kind));
    let files = all.paths().filter(|path| all.content(path).is_some());
    files.map(|path| folder.join(kind).join(path)).collect()
}

fn only<'a>(mut paths: impl Iterator<Item = &'a PathBuf>) -> PathBuf {
    let path = paths.next().expect("one").clone();
    assert!(paths.next().is_none(), "one alone");
    path
}

impl Scene {
    fn new(restic: Program) -> Option<Self> {
        let world = World::with_restic()?;
        let restic = restic.find()?;
        world.use_restic(&restic);
        let url = opted::cloud(&world)?;
        let desktop = world.device("desktop");
        opted::join(&desktop, &url);
        play::world(&desktop.pack, "First", 1);
        desktop.command(&["push"]).ok();
        let folder = world.cloud_repository(ALICE, ID);
        let (packs, indexes) = (objects(&folder, "data"), objects(&folder, "index"));
        play::world(&desktop.pack, "Second", 2);
        desktop.command(&["push"]).ok();
        let new_packs = objects(&folder, "data");
        let size = |path: &&PathBuf| fs::metadata(path).unwrap().len();
        let (large, small): (Vec<_>, Vec<_>) = new_packs
            .difference(&packs)
            .partition(|path| size(path) > 100_000);
        let ids = opted::repository(&world).snapshot_ids();
        let sound = world.path("sound");
        repository::copy_folder(&folder, &sound);
        Some(Self {
            repository: Repository {
                program: restic,
                location: folder.display().to_string(),
                account: None,
                password: ALICE.secret.into(),
                keys: Keys::new(None, None, Box::new(|| Ok(None))),
                ca_file: None,
                cache: Some(world.path("cache")),
            },
            snapshot: ids.last().unwrap().parse().unwrap(),
            tree: synced(&desktop.pack)
                .without("saves/First/session.lock")
                .without("saves/Second/session.lock"),
            pack_of_second: only(large.into_iter()),
            pack_of_folders: only(small.into_iter()),
            index_of_second: only(objects(&folder, "index").difference(&indexes)),
            index_of_first: only(indexes.iter()),
            folder,
            sound,
            world,
        })
    }

    fn paths(&self) -> Vec<RelPath> {
        let files = self.tree.paths().filter(|path| self.is_file(path));
        let name = |path: &Path| RelPath::new(path.to_str().unwrap()).unwrap();
        files.map(name).collect()
    }

    fn is_file(&self, path: &Path) -> bool {
        self.tree.content(path).is_some()
    }

    /// Restores everything into an empty folder, and returns which of the two worlds came whole.
    fn restore(&self) -> (Result<Restored, Error>, [bool; 2]) {
        let target = tempfile::tempdir_in(self.world.path("")).unwrap();
        let paths = self.paths();
        let call = &self.repository;
        let ended =
            call.restore_what_can_be(&self.snapshot, target.path(), Some(&paths), &mut |_| {});
        let came = Tree::of(target.path());
        let whole = ["saves/First", "saves/Second"].map(|world| {
            let mut files = self.tree.paths().filter(|path| path.starts_with(world));
            files.all(|path| self.tree.content(path) == came.content(path))
        });
        (ended, whole)
    }

    /// The other function takes all or nothing.
    fn restore_all(&self) -> Result<(), Error> {
        let target = tempfile::tempdir_in(self.world.path("")).unwrap();
        let paths = self.paths();
        self.repository
            .restore(&self.snapshot, target.path(), &paths, &mut |_| {})
    }

    #[track_caller]
    fn lacks(&self, world: usize, says: &str) {
        let (ended, whole) = self.restore();
        let Ok(Restored::Lacking { items, why }) = ended else {
            panic!("{ended:?}")
        };
        assert!(items > 0 && why.contains(says), "{items} {why}");
        assert_eq!(whole, [world != 0, world != 1], "{why}");
        assert_eq!(self.restore_all().unwrap_err().kind(), Kind::Failed);
        self.mend();
    }

    #[track_caller]
    fn fails(&self, kind: Kind) {
        let (ended, whole) = self.restore();
        assert_eq!(ended.as_ref().unwrap_err().kind(), kind, "{ended:?}");
        assert_eq!(whole, [false, false]);
        self.mend();
    }

    /// The repository is sound again, and nothing of it is in restic's cache.
    fn mend(&self) {
        let cache = self.repository.cache.as_ref().expect("a cache");
        let _ = fs::remove_dir_all(cache);
        fs::remove_dir_all(&self.folder).unwrap();
        repository::copy_folder(&self.sound, &self.folder);
    }
}

/// Overwrites a few bytes in the middle.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8].copy_from_slice(b"damaged!");
    overwrite(path, &bytes);
}

fn overwrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

fn what_can_be_restored_comes(restic: Program) {
    let Some(mut scene) = Scene::new(restic) else {
        return;
    };
    let (ended, whole) = scene.restore();
    assert_eq!((ended.unwrap(), whole), (Restored::Whole, [true, true]));
    scene.mend();

    fs::remove_file(&scene.pack_of_second).unwrap();
    scene.lacks(1, "/saves/Second/");
    let half = fs::read(&scene.pack_of_second).unwrap();
    overwrite(&scene.pack_of_second, &half[..half.len() / 2]);
    scene.lacks(1, "/saves/Second/");
    damage(&scene.pack_of_second);
    scene.lacks(1, "ciphertext verification failed");
    fs::remove_file(&scene.index_of_first).unwrap();
    scene.lacks(0, "not found in repository");

    // What is above both worlds is gone: nothing can be had.
    fs::remove_file(&scene.index_of_second).unwrap();
    scene.fails(Kind::Damaged);
    fs::remove_file(&scene.pack_of_folders).unwrap();
    scene.fails(Kind::Damaged);
    damage(&scene.index_of_second);
    scene.fails(Kind::Damaged);
    let snapshot = scene.folder.join("snapshots").join(scene.snapshot.as_str());
    damage(&snapshot);
    scene.fails(Kind::Damaged);
    fs::remove_file(scene.folder.join("config")).unwrap();
    scene.fails(Kind::NoRepository);
    scene.repository.password = "wrong".into();
    scene.fails(Kind::Credentials);
}

#[test]
fn what_can_be_restored_comes_in_the_newest_restic() {
    what_can_be_restored_comes(Program::Restic);
}

#[test]
fn what_can_be_restored_comes_in_restic_018() {
    what_can_be_restored_comes(Program::Restic018);
}

/// What is not about single files is not taken for a loss.
#[test]
#[cfg(unix)]
fn a_restore_that_fails_otherwise_is_no_loss() {
    let Some(mut scene) = Scene::new(Program::Restic) else {
        return;
    };
    let mut fake = FakeRestic::around(&scene.world.path("fake"), &scene.repository.program);
    scene.repository.program = fake.path();
    fs::remove_file(&scene.pack_of_second).unwrap();
    for (act, kind) in [
        (Act::Exit(1), Kind::Failed),
        (Act::Afterwards(130), Kind::Failed),
        (Act::KilledAfterwards, Kind::Failed),
        (Act::Afterwards(11), Kind::Offline),
        (Act::Retry, Kind::Offline),
    ] {
        println!("{act:?}");
        fake.on("restore", act);
        let (ended, _) = scene.restore();
        assert_eq!(ended.unwrap_err().kind(), kind);
    }
    fake.mend("restore");
    let (ended, whole) = scene.restore();
    assert!(matches!(ended, Ok(Restored::Lacking { .. })) && whole == [true, false]);
}

#[test]
#[cfg(unix)]
fn a_full_disk_is_no_loss() {
    let Some(scene) = Scene::new(Program::Restic) else {
        return;
    };
    let target = scene.world.path("small");
    let Some(disk) = mounted::Mounted::of_megabytes(&target, 1) else {
        return;
    };
    disk.fill_up(100);
    // A pack is missing besides.
    fs::remove_file(&scene.pack_of_second).unwrap();
    let (paths, call) = (scene.paths(), &scene.repository);
    let ended = call.restore_what_can_be(&scene.snapshot, &target, Some(&paths), &mut |_| {});
    assert_eq!(ended.unwrap_err().kind(), Kind::Full);
}

/// It is remembered what was in it, and nothing of it is there any more.
#[test]
fn a_world_of_which_nothing_can_be_had_as_it_was_is_named() {
    let Some((world, desktop)) = opted::pushed() else {
        return;
    };
    let folder = world.cloud_repository(ALICE, ID);
    let packs = objects(&folder, "data");
    let first = opted::repository(&world).snapshot_ids().pop().unwrap();
    play::session(&desktop.pack, "My World", 2);
    desktop.command(&["push"]).ok();
    desktop.command(&["history"]).ok();
    for pack in packs {
        fs::remove_file(pack).unwrap();
    }
    fs::remove_dir_all(desktop.home.join(".cache/instance-sync/restic")).unwrap();
    let point = format!("--snapshot={first}");
    let run = desktop.command(&["restore", "saves/My World", &point]);
    let says = [
        "the cloud cannot give saves/My World as it was",
        "Another point in time",
    ];
    opted::harmless(&desktop, run, 1, &says);
}
