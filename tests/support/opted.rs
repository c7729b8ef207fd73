//! Devices that are opted in without asking a server, and the checks that every bad input shares.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::output::Output;
use super::play;
use super::repository::Repository;
use super::rest_server::ALICE;
use super::run::Run;
use super::template;
use super::tree::{Kind, Tree, assert_same_with_metadata};
use super::world::{Device, World};

/// The instance of tests that do not mint one.
pub const ID: &str = "01K4Z3N5T6V7W8X9Y0ZABCDEFG";

/// Returns a world whose devices have a restic that does nothing but say its version: a test on it
/// neither needs a real one nor fetches one.
#[track_caller]
pub fn world() -> World {
    let world = World::new();
    #[cfg(unix)]
    world.use_restic(&super::FakeRestic::new(&world.path("fake")).path());
    world
}

/// Returns a device that has played, and joined [`ID`] at this URL without asking it.
#[track_caller]
pub fn played(world: &World, name: &str, url: &str) -> Device {
    let device = world.device(name);
    play::world(&device.pack, "My World", 1);
    play::settings(&device.pack, 1);
    join(&device, url);
    device
}

/// Lets a device join [`ID`] at this URL without asking it.
#[track_caller]
pub fn join(device: &Device, url: &str) {
    let instance = format!("--instance-id={ID}");
    device.init(url, ALICE.token, &["--offline", &instance]);
}

/// Puts the empty repository of [`ID`] into the world's cloud folder, and returns the folder's URL;
/// `None` where restic is missing.
#[track_caller]
pub fn cloud(world: &World) -> Option<String> {
    let folder = world.cloud_repository(ALICE, ID);
    template::repository(&folder, ALICE.secret)?;
    template::catalogue(&folder, ALICE.secret);
    Some(world.cloud().display().to_string())
}

/// Returns a world with a real restic, a folder as the cloud, and a device that has played, joined
/// and pushed; `None` (the test is skipped) without restic.
#[track_caller]
pub fn pushed() -> Option<(World, Device)> {
    let world = World::with_restic()?;
    let url = cloud(&world)?;
    let desktop = played(&world, "desktop", &url);
    desktop.command(&["push"]).ok();
    Some((world, desktop))
}

/// Returns one more device of the instance in the world's cloud folder, empty so far.
#[track_caller]
pub fn another(world: &World, name: &str) -> Device {
    let device = world.device(name);
    join(&device, &world.cloud().display().to_string());
    device
}

/// Returns one more device of this instance in the world's cloud folder, empty so far.
#[track_caller]
pub fn another_of(world: &World, name: &str, id: &str) -> Device {
    let device = world.device(name);
    let instance = format!("--instance-id={id}");
    device.init(
        &world.cloud().display().to_string(),
        ALICE.token,
        &[&instance],
    );
    device
}

/// Opens the repository of [`ID`] in the world's cloud folder with stock restic.
#[track_caller]
pub fn repository(world: &World) -> Repository {
    Repository::local(&world.cloud_repository(ALICE, ID), ALICE.secret).expect("restic was found")
}

/// Reads the objects of the repository of [`ID`] in the world's cloud folder, byte for byte. What a
/// server still writes, or throws away because its client was killed, is not one yet.
#[track_caller]
pub fn objects(world: &World) -> Tree {
    let folder = world.cloud_repository(ALICE, ID);
    let mut tree = Tree::try_of_all(&folder);
    for _ in 0..100 {
        if tree.is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
        tree = Tree::try_of_all(&folder);
    }
    let tree = tree.unwrap().without("locks");
    let unfinished = |path: &Path| path.to_string_lossy().ends_with(".rest-server-temp");
    let paths: Vec<_> = tree
        .paths()
        .filter(|path| unfinished(path))
        .map(Path::to_owned)
        .collect();
    paths.iter().fold(tree, Tree::without)
}

/// Checks that everything that a repository held before is in it still.
#[track_caller]
pub fn assert_kept(before: &Tree, after: &Tree) {
    for path in before.paths() {
        let same =
            before.get(path).map(|node| &node.kind) == after.get(path).map(|node| &node.kind);
        assert!(same, "the repository lost {}", path.display());
    }
}

/// Returns what of a game folder is synced by default, without the locks of worlds.
#[track_caller]
pub fn synced(pack: &Path) -> Tree {
    let outside = ["logs", "mods", ".packignore", "saves/My World/session.lock"];
    outside.iter().fold(Tree::of(pack), Tree::without)
}

/// Writes a tree into a folder that holds nothing yet, times and mode bits included.
#[track_caller]
pub fn put(tree: &Tree, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for path in tree.paths() {
        let (node, place) = (tree.get(path).unwrap(), folder.join(path));
        match &node.kind {
            Kind::Folder => fs::create_dir_all(&place).unwrap(),
            Kind::File(bytes) => {
                fs::write(&place, bytes).unwrap();
                let file = fs::File::options().write(true).open(&place).unwrap();
                file.set_modified(node.mtime).unwrap();
                #[cfg(unix)]
                {
                    let mode = std::os::unix::fs::PermissionsExt::from_mode(node.mode);
                    file.set_permissions(mode).unwrap();
                }
            }
            Kind::Link(target) => {
                #[cfg(unix)]
                std::os::unix::fs::symlink(target, &place).unwrap();
                #[cfg(not(unix))]
                panic!("a link to {}", target.display());
            }
        }
    }
}

/// Runs a command on a device and checks what holds for all bad input: this exit code, these words,
/// no secret, and a game folder that is the same to the last bit.
#[track_caller]
pub fn harmless(device: &Device, run: Run, code: i32, says: &[&str]) -> Output {
    let before = device.tree();
    let output = run.code(code);
    for text in says {
        output.assert_says(text);
    }
    output.assert_never_says(ALICE.secret);
    output.assert_never_says("panicked");
    assert_same_with_metadata(&before, &device.tree());
    output
}
