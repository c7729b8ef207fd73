//! Fresh repositories without the two seconds of `restic init`: made once, then copied. Their only
//! key is a cheap one, so that each call of restic takes 40 ms and not 450.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::cheap_key;
use super::play::Noise;
use super::programs::{Program, version_of};
use super::repository::{Repository, copy_folder};

/// One at a time in a process; between processes the rename decides.
static MAKING: Mutex<()> = Mutex::new(());

/// Puts an empty repository with this password at `target`; `None` where restic is missing.
///
/// The original is kept in `target/tmp`, for each password and version of restic, until a
/// `cargo clean`: its key file holds nothing but the password of a test.
#[track_caller]
pub fn repository(target: &Path, password: &str) -> Option<()> {
    let restic = Program::Restic.find()?;
    let original = original(&restic, password);
    copy_folder(&original, target);
    Some(())
}

/// The account's list of instances.
pub const CATALOGUE: &str = "00000000000000000000000000";

/// Puts an empty catalogue beside the repository of an instance, where there is none, so that no test
/// waits for `restic init`.
#[track_caller]
pub fn catalogue(beside: &Path, password: &str) {
    let place = beside.parent().unwrap().join(CATALOGUE);
    if !place.exists() {
        repository(&place, password).expect("restic was found");
    }
}

fn original(restic: &Path, password: &str) -> PathBuf {
    // A poisoned lock means that another test failed, which is no reason for this one.
    let _making = MAKING.lock();
    let (major, minor) = version_of(restic).expect("a restic that says its version");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let number = Noise::new(password, 0).next();
    let original = folder.join(format!("cheap-{major}.{minor}-{number:016x}"));
    if !original.exists() {
        fs::create_dir_all(folder).unwrap();
        let fresh = tempfile::tempdir_in(folder).unwrap();
        let repository = fresh.path().join("repository");
        let restic = Repository::local(&repository, password).unwrap();
        restic.run(&["init"]).ok();
        make_cheap(&repository, &restic, password);
        // Lost against another process: its repository is as good.
        assert!(fs::rename(&repository, &original).is_ok() || original.exists());
    }
    original
}

/// Replaces the repository's key file by one that is quick to open.
fn make_cheap(folder: &Path, repository: &Repository, password: &str) {
    let master_key = repository
        .run(&["cat", "masterkey", "--no-lock"])
        .ok()
        .stdout;
    let (name, file) = cheap_key::make(&master_key, password);
    let keys = folder.join("keys");
    for old in fs::read_dir(&keys).unwrap() {
        fs::remove_file(old.unwrap().path()).unwrap();
    }
    fs::write(keys.join(name), file).unwrap();
}
