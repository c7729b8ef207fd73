//! The lock: one instance-sync at a time in one game folder. The only file that uses `fs2`.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use fs2::FileExt;
use serde::{Deserialize, Serialize};

use crate::{
    config::layout::Layout,
    error::{Context, Error, Kind, Result},
    texts::text,
};

/// Who works on a game folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Which command: `pull`, `push` ...
    pub command: String,
    /// Its process id.
    pub pid: u32,
}

/// The lock, held until it is dropped; the system releases it however the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Takes the lock for `command`, waiting at most `patience`.
///
/// The error is of [`Kind::Busy`], and names whoever holds it.
pub fn take(layout: &Layout, command: &str, patience: Duration) -> Result<Lock> {
    let path = layout.lock();
    let file = OpenOptions::new()
        .create(true)
        .read(true)
        .write(true)
        .truncate(false)
        .open(&path)
        .context(|| text!("file-not-opened", path = path.display().to_string()))
        .map_err(|error| error.hint(text!("folder-is-writable")))?;
    let deadline = Instant::now() + patience;
    loop {
        match file.try_lock_exclusive() {
            Ok(()) => break,
            Err(error) if is_contended(&error) => {
                if Instant::now() >= deadline {
                    return Err(busy(owner(layout).as_ref(), patience));
                }
                thread::sleep(Duration::from_millis(50));
            }
            Err(error) => {
                let path = path.display().to_string();
                return Err(Error::failed(text!("file-not-locked", path = path)).because(error));
            }
        }
    }
    let owner = Owner {
        command: command.to_owned(),
        pid: std::process::id(),
    };
    // For whoever waits; its own file, since a locked one cannot be read on Windows. Worth no
    // fsync, and no failure.
    let _ = serde_json::to_vec(&owner).map(|text| fs::write(layout.lock_owner(), text));
    Ok(Lock { _file: file })
}

/// A file that is held until this is dropped; the system releases it however the process ends.
#[derive(Debug)]
pub struct Hold {
    _file: File,
}

/// Holds this file, which is made where it is missing; `None` where somebody else does.
pub fn hold(path: &Path) -> io::Result<Option<Hold>> {
    let file = OpenOptions::new()
        .create(true)
        .read(true)
        .write(true)
        .truncate(false)
        .open(path)?;
    match file.try_lock_exclusive() {
        Ok(()) => Ok(Some(Hold { _file: file })),
        Err(error) if is_contended(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns whether somebody holds this file.
pub fn is_held(path: &Path) -> bool {
    let Ok(file) = OpenOptions::new().read(true).write(true).open(path) else {
        return false;
    };
    FileExt::try_lock_shared(&file).is_err_and(|error| is_contended(&error))
}

/// Returns who holds the lock, or held it last.
pub fn owner(layout: &Layout) -> Option<Owner> {
    serde_json::from_slice(&fs::read(layout.lock_owner()).ok()?).ok()
}

/// Returns the free space in bytes of the file system that holds `path`.
pub fn free_space(path: &Path) -> io::Result<u64> {
    fs2::available_space(path)
}

fn is_contended(error: &io::Error) -> bool {
    error.raw_os_error() == fs2::lock_contended_error().raw_os_error()
        || error.kind() == io::ErrorKind::WouldBlock
}

fn busy(owner: Option<&Owner>, patience: Duration) -> Error {
    let seconds = patience.as_secs();
    let message = if let Some(owner) = owner {
        text!(
            "busy-named",
            command = owner.command.as_str(),
            process = owner.pid,
            seconds = seconds
        )
    } else {
        text!("busy-unnamed", seconds = seconds)
    };
    Error::new(Kind::Busy, message).hint(text!("busy-wait"))
}
