//! The logs: one in each opted-in folder, one of the user for all of them. Writing one never fails a
//! command, and costs no wait for a disk.

mod clock;
mod file;

use std::{
    fs,
    path::{Path, PathBuf},
};

pub use clock::on_the_wall;

use crate::{
    config::{layout::Layout, user_dirs::UserDirs},
    domain::log::{self, Entry},
};

/// A log is put aside when it is larger, in bytes. One that was put aside is kept.
const LARGEST: u64 = 256 << 10;

/// Notes an entry in the folder's log and in the user's.
pub fn note(layout: &Layout, dirs: &UserDirs, entry: Entry) {
    let _ = file::append(&layout.log(), &entry.to_text(), LARGEST);
    if let Some(log) = of_user(dirs) {
        let folder = Some(layout.pack().display().to_string());
        let text = Entry { folder, ..entry }.to_text();
        if file::append(&log, &text, LARGEST).is_err()
            && log.parent().is_some_and(|folder| !folder.exists())
        {
            let _ = log.parent().map(fs::create_dir_all);
            let _ = file::append(&log, &text, LARGEST);
        }
    }
}

/// Returns the place of the user's log, if there is one.
pub fn of_user(dirs: &UserDirs) -> Option<PathBuf> {
    dirs.state.as_ref().map(|folder| folder.join("log"))
}

/// Reads a log, the part that was put aside first. None is an empty one.
pub fn read(log: &Path) -> Vec<Entry> {
    // A pipe in its place would never end.
    let is_file = |path: &Path| fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    let text = |path: &Path| {
        let bytes = is_file(path).then(|| fs::read(path).ok()).flatten();
        bytes.unwrap_or_default()
    };
    let mut bytes = text(&file::put_aside(log));
    bytes.extend(text(log));
    log::parse(&String::from_utf8_lossy(&bytes))
}
