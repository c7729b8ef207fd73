//! `undo/`: old versions of what pulls overwrote and removed.
//!
//! A pull overwrites only what the repository holds already; these copies are for a quick way
//! back.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::journal::Journal;
use crate::{
    config::{
        json_file::{self, Access},
        layout::Layout,
    },
    error::{Context, Result},
};

/// How many pulls can be taken back. Older copies go; the repository still has what they hold.
const KEPT: usize = 5;

#[derive(Serialize, Deserialize)]
struct Description {
    schema: u64,
    time: String,
    removed: Vec<String>,
    changed: Vec<String>,
}

/// Returns the folder inside an undo folder that mirrors the game folder.
pub fn files_folder(undo: &Path) -> PathBuf {
    undo.join("files")
}

/// Writes what an undo folder is about, once.
pub fn describe(undo: &Path, journal: &Journal) -> Result<()> {
    let files = files_folder(undo);
    fs::create_dir_all(&files).context(|| format!("cannot make {}", files.display()))?;
    let path = undo.join("undo.json");
    if path.exists() {
        return Ok(());
    }
    let description = Description {
        schema: 1,
        time: journal.time.clone(),
        removed: journal
            .files_removed
            .iter()
            .map(ToString::to_string)
            .collect(),
        changed: journal.files.iter().map(ToString::to_string).collect(),
    };
    json_file::write(&path, &description, Access::Private)
}

/// Removes the oldest copies beyond the newest few. Ids are ULIDs: their order is that of their making
/// on this device.
pub fn trim(layout: &Layout) {
    let Ok(entries) = fs::read_dir(layout.undo()) else {
        return;
    };
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    names.sort();
    let surplus = names.len().saturating_sub(KEPT);
    for old in &names[..surplus] {
        let _ = fs::remove_dir_all(old);
    }
}
