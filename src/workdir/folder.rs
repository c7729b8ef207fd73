//! The identity of a game folder, which tells a copy from a move.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    config::{
        layout::{Layout, real},
        sync_file,
    },
    domain::{
        ids::{DeviceId, InstanceId},
        path::OWN_FOLDER,
        profile::Profile,
    },
};

/// Where a folder is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderIdentity {
    /// The machine, where it has an id.
    pub device: Option<DeviceId>,
    /// The real path.
    pub path: PathBuf,
    /// The folder's number on its file system; 0 where there is none.
    pub inode: u64,
}

/// What became of a folder since its identity was last written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is where it was.
    Same,
    /// It was moved or renamed: still the same replica.
    Moved,
    /// It came from another machine, or the original is gone: another replica with the same past.
    Transplanted,
    /// The original is still there: a copy (Prism's Copy Instance), which is not opted in.
    Copied,
}

impl FolderIdentity {
    /// Returns the identity of the folder of `layout` on `device`.
    pub fn of(layout: &Layout, device: Option<DeviceId>) -> Self {
        let pack = layout.pack();
        Self {
            device,
            path: real(pack),
            inode: inode(pack),
        }
    }

    /// Returns what became of the folder that had the identity `self` and is `now`.
    pub fn fate(&self, now: &Self, instance: InstanceId) -> Fate {
        if self.device.is_some() && now.device.is_some() && self.device != now.device {
            return Fate::Transplanted;
        }
        if self.path == now.path {
            // A restored or copied folder at the same place has another number; it is still the
            // only one there is.
            return Fate::Same;
        }
        // Where folders have no number, two paths of one folder look like a copy: a question to the
        // player, and never a sync of two folders as one.
        let other = now.inode == 0 || inode(&self.path) != now.inode;
        if other && holds_instance(&self.path, instance) {
            return Fate::Copied;
        }
        if self.inode == now.inode && self.inode != 0 {
            Fate::Moved
        } else {
            Fate::Transplanted
        }
    }
}

/// Returns whether the folder at `path` is opted in as `instance`.
fn holds_instance(path: &Path, instance: InstanceId) -> bool {
    sync_file::read(&Layout::new(path)).is_ok_and(|file| file.instance_id == instance)
}

#[cfg(unix)]
fn inode(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map_or(0, |metadata| metadata.ino())
}

#[cfg(not(unix))]
fn inode(path: &Path) -> u64 {
    let _ = fs::metadata(path);
    0
}
/// Returns whether there is anything that a game folder is synced for: a world; in a folder of another
/// game, anything.
pub fn has_saves(layout: &Layout, profile: Profile) -> bool {
    let (place, own) = match profile {
        Profile::Minecraft => (layout.pack().join("saves"), false),
        Profile::Custom => (layout.pack().to_path_buf(), true),
    };
    let Ok(entries) = fs::read_dir(place) else {
        return false;
    };
    let is_ours = |name: &std::ffi::OsStr| name == OWN_FOLDER || name == ".packignore";
    entries.flatten().any(|entry| {
        if own {
            !is_ours(&entry.file_name())
        } else {
            entry.path().is_dir()
        }
    })
}
