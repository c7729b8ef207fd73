//! Fresh repositories without the two seconds of `restic init`: made once, then copied.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

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

fn original(restic: &Path, password: &str) -> PathBuf {
    // A poisoned lock means that another test failed, which is no reason for this one.
    let _making = MAKING.lock();
    let (major, minor) = version_of(restic).expect("a restic that says its version");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let number = Noise::new(password, 0).next();
    let original = folder.join(format!("repository-{major}.{minor}-{number:016x}"));
    if !original.exists() {
        fs::create_dir_all(folder).unwrap();
        let fresh = tempfile::tempdir_in(folder).unwrap();
        let repository = fresh.path().join("repository");
        Repository::local(&repository, password)
            .unwrap()
            .run(&["init"])
            .ok();
        // Lost against another process: its repository is as good.
        assert!(fs::rename(&repository, &original).is_ok() || original.exists());
    }
    original
}
