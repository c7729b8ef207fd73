//! The journal of a swap: once it is on disk, the swap is carried out to its end, by this process
//! or by the next.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    stage::Staging,
    state::State,
    undo::{Reason, Replaced},
};
use crate::{
    config::{
        json_file::{self, Access},
        layout::Layout,
    },
    domain::{
        ids::{InstanceId, ReplicaId},
        path::RelPath,
    },
    error::{Error, Result},
    texts::text,
};

/// The schema that this program writes, and the newest that it reads.
pub const SCHEMA: u64 = 1;

/// Everything that a swap does, such that each step can be repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// See [`SCHEMA`].
    pub schema: u64,
    /// The instance; another one's journal is refused.
    pub instance_id: InstanceId,
    /// The folder; another one's journal is refused.
    pub replica: ReplicaId,
    /// The staging folder's id, a ULID, which names the undo folder too.
    pub staging: String,
    /// When it was written, in RFC 3339, for people.
    pub time: String,
    /// What the swap is part of.
    #[serde(default)]
    pub reason: Reason,
    /// Its place among the swaps of this folder; clocks may lie about that.
    #[serde(default)]
    pub number: u64,
    /// What each unit was, and will be: so that it can be taken back.
    #[serde(default)]
    pub units: BTreeMap<RelPath, Replaced>,
    /// Files that go away.
    pub files_removed: Vec<RelPath>,
    /// Folders that go away where they are empty, deepest first.
    pub folders_removed: Vec<RelPath>,
    /// Folders that come, outermost first.
    pub folders_made: Vec<Folder>,
    /// Files that are staged and take the place of what is there.
    pub files: Vec<RelPath>,
}

/// A folder that a swap makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    /// Its path.
    pub path: RelPath,
    /// Its permission bits, where the platform has them and they are known.
    pub mode: Option<u32>,
    /// When it was last changed, in nanoseconds since 1970, where that is known.
    pub mtime: Option<i64>,
}

impl Journal {
    /// Writes the journal: from here on the swap happens.
    pub fn commit(&self, layout: &Layout) -> Result<()> {
        json_file::write(&layout.journal(), self, Access::Private)
    }

    /// Returns the units of which a file is still to be moved.
    pub fn left_to_do(&self, layout: &Layout) -> BTreeSet<RelPath> {
        let staging = Staging::named(layout, &self.staging);
        let is_there = |place: PathBuf| place.symlink_metadata().is_ok();
        let removed = self.files_removed.iter();
        let removed = removed.filter(|path| is_there(layout.live(path)));
        let coming = self.files.iter();
        let coming = coming.filter(|path| is_there(staging.place(path)));
        let units = removed.chain(coming).filter_map(|path| self.unit_of(path));
        units.cloned().collect()
    }

    /// Returns everything that it does to other units than `these`.
    #[must_use]
    pub fn without(&self, these: &BTreeSet<RelPath>) -> Self {
        let mut rest = self.clone();
        let is_other = |path: &RelPath| self.unit_of(path).is_none_or(|unit| !these.contains(unit));
        rest.files_removed.retain(is_other);
        rest.folders_removed.retain(is_other);
        rest.folders_made.retain(|folder| is_other(&folder.path));
        rest.files.retain(is_other);
        rest
    }

    /// Returns the unit that a path is of.
    fn unit_of(&self, path: &RelPath) -> Option<&RelPath> {
        self.units.keys().find(|unit| {
            let inner = path.as_str().strip_prefix(unit.as_str());
            inner.is_some_and(|inner| inner.is_empty() || inner.starts_with('/'))
        })
    }

    /// Returns where the old versions go.
    pub fn undo_folder(&self, layout: &Layout) -> PathBuf {
        layout.undo().join(&self.staging)
    }
}

/// Returns the unfinished swap, if there is one.
pub fn unfinished(layout: &Layout) -> Result<Option<Journal>> {
    read(layout).map_err(|error| error.hint(text!("journal-unreadable")))
}

fn read(layout: &Layout) -> Result<Option<Journal>> {
    let path = layout.journal();
    let journal: Option<Journal> = json_file::read(&path, SCHEMA)?;
    // It names a folder that is made and one that is removed in the end: no path may be hidden in it.
    if let Some(Journal { staging, .. }) = &journal
        && Ulid::from_string(staging).is_err()
    {
        return Err(Error::usage(text!(
            "journal-no-staging",
            path = path.display().to_string(),
            staging = format!("{staging:?}")
        )));
    }
    Ok(journal)
}

/// Returns the interrupted swap of this instance, if there is one.
pub fn begun(layout: &Layout, instance: InstanceId) -> Result<Option<Journal>> {
    let Some(journal) = unfinished(layout)? else {
        return Ok(None);
    };
    // A state from another machine, or one that was lost, does not name the journal's replica.
    if journal.instance_id != instance {
        let path = layout.journal().display().to_string();
        return Err(
            Error::failed(text!("journal-of-another", path = path)).hint(text!("journal-left"))
        );
    }
    Ok(Some(journal))
}

/// Makes the state true that the swap leads to, and forgets the journal.
pub fn finish(layout: &Layout, journal: &Journal) -> Result<()> {
    let staging = Staging::named(layout, &journal.staging);
    // Absent where a crash came between this step and the next.
    if let Some(bytes) = json_file::read_bytes(&staging.next_state())? {
        json_file::write_bytes(&layout.state_json(), &bytes, Access::Private)?;
    }
    forget(layout, &staging)
}

/// Like [`finish`], with a state that is known better than the staged one.
pub fn finish_with(layout: &Layout, journal: &Journal, state: &State) -> Result<()> {
    state.save(layout)?;
    forget(layout, &Staging::named(layout, &journal.staging))
}

fn forget(layout: &Layout, staging: &Staging) -> Result<()> {
    json_file::remove(&layout.journal())?;
    let _ = json_file::sync_folder(layout.own());
    staging.discard();
    Ok(())
}

/// Reads what the journal needs to know of a staged folder.
pub fn folder(path: RelPath, staged: &Path) -> Folder {
    let metadata = fs::metadata(staged).ok().filter(fs::Metadata::is_dir);
    Folder {
        path,
        mode: metadata.as_ref().and_then(mode),
        mtime: metadata
            .and_then(|metadata| metadata.modified().ok())
            .map(super::stamp::nanos),
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)]
fn mode(metadata: &fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(metadata.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> Option<u32> {
    None
}
