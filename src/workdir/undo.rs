//! `undo/`: old versions of what swaps replaced and removed.
//!
//! What a swap replaces is in the repository already, or else stays here until it is: these copies
//! are the quick way back, and the only one without the network.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{files, journal::Journal};
use crate::{
    config::{
        json_file::{self, Access},
        layout::{Layout, below},
    },
    domain::{
        digest::Digest,
        ids::SnapshotId,
        path::RelPath,
        unit::{FileFact, UnitContent, UnitKind},
    },
    error::{Context, Result},
    texts::text,
};

/// The schema of `undo.json`.
pub const SCHEMA: u64 = 2;
/// How old a copy may become whose content the repository has.
const OLDEST: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);
/// How much all of them may take.
const LARGEST: u64 = 2 << 30;
/// How many are kept whatever their age and size.
const KEPT: usize = 1;

/// Why files were swapped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// A pull, or a decision about a conflict.
    #[default]
    Pull,
    /// An undo.
    Undo,
    /// A restore.
    Restore,
    /// The end of an interrupted swap: what was played since it began.
    Interrupted,
}

impl Reason {
    /// Returns whether it is what an undo without an id is about.
    pub fn is_taken_back(self) -> bool {
        matches!(self, Self::Pull | Self::Restore)
    }

    /// Returns whether somebody on this device wished it so.
    pub fn is_wish(self) -> bool {
        matches!(self, Self::Undo | Self::Restore)
    }
}

/// What was done to a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It was not here.
    Added,
    /// It went away.
    Removed,
    /// It was something else.
    Replaced,
}

/// What a swap did to one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// What it is to a player.
    pub kind: UnitKind,
    /// What it was; `None` where it was not here.
    pub before: Option<UnitContent>,
    /// What it became; `None` where it was removed.
    pub after: Option<Digest>,
    /// A snapshot that holds what it was, where one does.
    pub saved: Option<SnapshotId>,
}

impl Replaced {
    /// Returns whether it can be made again what it was before a swap of this `reason`.
    ///
    /// What a pull brought is not taken away: that would be a deletion, on every device. What a restore or an
    /// undo brought goes again.
    pub fn can_return(&self, reason: Reason) -> bool {
        let changed = self.before.as_ref().map(UnitContent::digest) != self.after;
        changed && (self.before.is_some() || reason != Reason::Pull)
    }

    /// Returns what was done to it.
    pub fn change(&self) -> Change {
        match (&self.before, &self.after) {
            (None, _) => Change::Added,
            (Some(_), None) => Change::Removed,
            (Some(_), Some(_)) => Change::Replaced,
        }
    }
}

/// What an undo folder is about: its `undo.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    schema: u64,
    /// Its place among the swaps of this folder.
    pub number: u64,
    /// When, by this device's clock.
    pub time: String,
    /// Why.
    pub reason: Reason,
    /// What happened to each unit.
    pub units: BTreeMap<RelPath, Replaced>,
    /// Whether it was taken back.
    #[serde(default)]
    pub taken_back: bool,
}

/// An undo folder.
#[derive(Debug, Clone)]
pub struct Undo {
    /// Its name: the id of the staging folder that it belonged to.
    pub id: String,
    /// Where it is.
    pub folder: PathBuf,
    /// What it is about.
    pub entry: Entry,
}

impl Undo {
    /// Returns the old version of a file, if it is here: its content decides, not its name.
    pub fn file(&self, path: &RelPath, fact: &FileFact) -> Option<PathBuf> {
        let plain = below(&files_folder(&self.folder), path);
        let numbered = (1_u32..).map(|number| numbered(&plain, number));
        std::iter::once(plain.clone())
            .chain(numbered)
            .map_while(|place| {
                let metadata = place.symlink_metadata().ok()?;
                Some((place, metadata))
            })
            .filter(|(_, metadata)| metadata.is_file() && metadata.len() == fact.size)
            .map(|(place, _)| place)
            .find(|place| files::hash(place).is_ok_and(|known| known.sha256 == fact.sha256))
    }

    /// Returns whether every file of a unit is here under its own name.
    pub fn is_whole(&self, unit: &RelPath, content: &UnitContent) -> bool {
        content.files.iter().all(|(inner, fact)| {
            let path = unit.join(inner);
            self.file(&path, fact) == Some(below(&files_folder(&self.folder), &path))
        })
    }

    /// Writes what is known of it now.
    pub fn save(&self) -> Result<()> {
        json_file::write(&self.folder.join(ENTRY), &self.entry, Access::Private)
    }

    /// Returns whether a unit of it was taken back.
    pub fn is_back(&self, replaced: &Replaced) -> bool {
        self.entry.taken_back && replaced.can_return(self.entry.reason)
    }

    /// Returns the units that are nowhere but here.
    pub fn unsaved(&self) -> impl Iterator<Item = (&RelPath, &UnitContent)> {
        self.entry.units.iter().filter_map(|(unit, replaced)| {
            match (&replaced.before, &replaced.saved) {
                (Some(before), None) => Some((unit, before)),
                _ => None,
            }
        })
    }
}

const ENTRY: &str = "undo.json";

/// Returns the folder inside an undo folder that mirrors the game folder.
pub fn files_folder(undo: &Path) -> PathBuf {
    undo.join("files")
}

/// Returns the name of the `number`-th old version of one path.
pub fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.to_path_buf().into_os_string();
    name.push(format!(".~{number}"));
    PathBuf::from(name)
}

/// Writes what an undo folder is about, once.
pub fn describe(undo: &Path, journal: &Journal) -> Result<()> {
    let files = files_folder(undo);
    fs::create_dir_all(&files)
        .context(|| text!("folder-not-made", path = files.display().to_string()))?;
    let path = undo.join(ENTRY);
    if path.exists() {
        return Ok(());
    }
    let entry = Entry {
        schema: SCHEMA,
        number: journal.number,
        time: journal.time.clone(),
        reason: journal.reason,
        units: journal.units.clone(),
        taken_back: false,
    };
    json_file::write(&path, &entry, Access::Private)
}

/// Returns an id as it is shown.
pub fn short(id: &str) -> &str {
    // The first 10 characters of a ULID are its time: the rest tells two of one moment apart.
    id.get(..12).unwrap_or(id)
}

/// An entry for a unit that is kept whole. It is one once it is described.
pub struct Kept {
    id: String,
    folder: PathBuf,
}

impl Kept {
    /// Makes its folder.
    pub fn begin(layout: &Layout) -> Result<Self> {
        let id = ulid::Ulid::generate().to_string();
        let folder = layout.undo().join(&id);
        let files = files_folder(&folder);
        fs::create_dir_all(&files)
            .context(|| text!("folder-not-made", path = files.display().to_string()))?;
        Ok(Self { id, folder })
    }

    /// Returns the folder that mirrors the game folder.
    pub fn files(&self) -> PathBuf {
        files_folder(&self.folder)
    }

    /// Says what it is: what was here of `unit` before `journal` was carried to its end. Returns its id.
    pub fn describe(
        self,
        journal: &Journal,
        unit: &RelPath,
        kind: UnitKind,
        content: UnitContent,
    ) -> Result<String> {
        let replaced = Replaced {
            kind,
            before: Some(content),
            after: journal.units.get(unit).and_then(|unit| unit.after),
            saved: None,
        };
        let entry = Entry {
            schema: SCHEMA,
            number: journal.number,
            time: journal.time.clone(),
            reason: Reason::Interrupted,
            units: BTreeMap::from([(unit.clone(), replaced)]),
            taken_back: false,
        };
        json_file::write(&self.folder.join(ENTRY), &entry, Access::Private)?;
        Ok(self.id)
    }
}

/// Removes what a swap prepared that never began.
pub fn sweep(layout: &Layout) {
    let entries = fs::read_dir(layout.undo()).into_iter().flatten().flatten();
    for folder in entries.map(|entry| entry.path()) {
        // What cannot be looked at is not known to be rubbish.
        if matches!(folder.join(ENTRY).try_exists(), Ok(false)) {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Lists what can be taken back, the newest first. What cannot be read is left alone.
pub fn list(layout: &Layout) -> Vec<Undo> {
    let entries = fs::read_dir(layout.undo()).into_iter().flatten().flatten();
    let mut found: Vec<Undo> = entries
        .filter_map(|folder| {
            let id = folder.file_name().into_string().ok()?;
            let folder = folder.path();
            let entry = json_file::read(&folder.join(ENTRY), SCHEMA).ok()??;
            Some(Undo { id, folder, entry })
        })
        .collect();
    found.sort_by_key(|undo| std::cmp::Reverse(undo.entry.number));
    found
}

/// Returns the number of the next swap.
pub fn next_number(layout: &Layout) -> u64 {
    list(layout)
        .first()
        .map_or(1, |newest| newest.entry.number.saturating_add(1))
}

/// Returns the entries that are old, or too much.
pub fn surplus(layout: &Layout, now: Timestamp) -> Vec<Undo> {
    let mut total = 0_u64;
    let mut surplus = Vec::new();
    for (place, undo) in list(layout).into_iter().enumerate() {
        total = total.saturating_add(size(&undo.folder).unwrap_or(u64::MAX));
        let age = undo
            .entry
            .time
            .parse::<Timestamp>()
            .map(|time| now.duration_since(time));
        let is_old = age.is_ok_and(|age| age > OLDEST);
        if place >= KEPT && (total > LARGEST || is_old) {
            surplus.push(undo);
        }
    }
    surplus
}

/// Removes an entry, if one of the `visible` snapshots has what each of its units was.
pub fn trim(undo: &Undo, visible: &BTreeSet<SnapshotId>) {
    let safe = undo.entry.units.values().all(|replaced| {
        replaced.before.is_none()
            || replaced
                .saved
                .as_ref()
                .is_some_and(|saved| visible.contains(saved))
    });
    if safe {
        let _ = fs::remove_dir_all(&undo.folder);
    }
}

fn size(folder: &Path) -> io::Result<u64> {
    let mut total = 0;
    for entry in walkdir::WalkDir::new(folder) {
        let metadata = entry?.metadata()?;
        total += if metadata.is_file() {
            metadata.len()
        } else {
            0
        };
    }
    Ok(total)
}
