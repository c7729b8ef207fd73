//! Staging: an empty folder beside the live files, filled by restic and verified before anything
//! is swapped in.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use ulid::Ulid;

use super::{files, lock, threads};
use crate::{
    config::layout::{Layout, below},
    domain::{
        path::RelPath,
        save::{self, Damage},
        unit::FileFact,
    },
    error::{Context, Result},
    texts::text,
};

/// Up to so many files are made durable one by one, so that nobody waits for what other programs
/// write.
const MOST_SYNCED: usize = 32;

/// The name of the one that stands apart.
const APART: &str = "drilling";

/// A staging folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staging {
    /// Names it and everything that belongs to it: its undo folder, its journal.
    pub id: String,
    root: PathBuf,
}

impl Staging {
    /// Makes an empty one.
    pub fn create(layout: &Layout) -> Result<Self> {
        let staging = Self::named(layout, &Ulid::generate().to_string());
        let tree = staging.tree();
        fs::create_dir_all(&tree)
            .context(|| text!("folder-not-made", path = tree.display().to_string()))?;
        Ok(staging)
    }

    /// Makes an empty one that no other command clears away. Whoever makes it holds [`Layout::drill`].
    pub fn apart(layout: &Layout) -> Result<Self> {
        let staging = Self {
            id: APART.to_owned(),
            root: layout.drilling(),
        };
        staging.discard();
        staging.empty()?;
        Ok(staging)
    }

    /// Makes what restic restores into empty.
    pub fn empty(&self) -> Result<()> {
        let tree = self.tree();
        let _ = fs::remove_dir_all(&tree);
        fs::create_dir_all(&tree)
            .context(|| text!("folder-not-made", path = tree.display().to_string()))
    }

    /// Returns the one with this id, which may not be there.
    pub fn named(layout: &Layout, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            root: layout.staging(id),
        }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What restic restores into: the staged files at their relative paths.
    pub fn tree(&self) -> PathBuf {
        self.root.join("tree")
    }

    /// The state that will be true once everything is swapped in.
    pub fn next_state(&self) -> PathBuf {
        self.root.join("state.json")
    }

    /// Where a path is staged.
    pub fn place(&self, path: &RelPath) -> PathBuf {
        below(&self.tree(), path)
    }

    /// Where a version is restored that lands under another name.
    pub fn aside(&self, number: usize) -> PathBuf {
        self.root.join(format!("aside-{number}"))
    }

    /// Checks every staged file against what its push recorded, and makes it durable. Returns the
    /// files that are not what they should be, and why.
    pub fn verify(
        &self,
        expected: &BTreeMap<RelPath, FileFact>,
    ) -> Result<BTreeMap<RelPath, String>> {
        // One after the other, a thousand files take seconds on some disks.
        let all_at_once = expected.len() > MOST_SYNCED && files::sync_all_below(&self.root);
        let checked = threads::each(expected.iter().collect(), |(path, fact)| {
            if let Some(why) = self.damage(path, fact)? {
                return Ok(Some((path.clone(), why)));
            }
            if !all_at_once {
                files::sync_file(&self.place(path))
                    .context(|| text!("staged-not-durable", path = path.as_str()))?;
            }
            Ok(None)
        });
        checked.into_iter().filter_map(Result::transpose).collect()
    }

    /// Looks into staged files whether they are what their names say, and returns those that are not, in
    /// their order. One that this disk does not give is none of them.
    pub fn look_into(&self, files: &BTreeMap<RelPath, FileFact>) -> Vec<(RelPath, Damage)> {
        let looked = threads::each(files.iter().collect(), |(path, fact)| {
            let mut file = fs::File::open(self.place(path)).ok()?;
            match save::check(path.as_str(), &mut file, fact.size) {
                Ok(()) | Err(Damage::Unread(_)) => None,
                Err(damage) => Some((path.clone(), damage)),
            }
        });
        looked.into_iter().flatten().collect()
    }

    fn damage(&self, path: &RelPath, fact: &FileFact) -> Result<Option<String>> {
        objection(&self.place(path), fact)
            .context(|| text!("staged-not-read", path = path.as_str()))
    }

    /// Removes it.
    pub fn discard(&self) {
        // What cannot be removed now is removed by the next run.
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// Returns why a file is not what it should be, if it is not.
pub fn objection(place: &Path, fact: &FileFact) -> io::Result<Option<String>> {
    Ok(match files::found(place.symlink_metadata())? {
        None => Some(text!("staged-missing")),
        Some(metadata) if !metadata.is_file() => Some(text!("staged-no-file")),
        Some(metadata) if metadata.len() != fact.size => Some(text!("staged-size")),
        Some(_) => (files::hash(place)?.sha256 != fact.sha256).then(|| text!("staged-content")),
    })
}

/// Removes what interrupted runs left, but for the staging that a journal names.
pub fn sweep(layout: &Layout, keep: Option<&str>) -> io::Result<()> {
    for entry in fs::read_dir(layout.own())?.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let stale = name
            .strip_prefix("staging-")
            .is_some_and(|id| Some(id) != keep);
        // What a drill left that was killed.
        let stale = stale || (name == APART && !lock::is_held(&layout.drill()));
        if stale {
            let _ = fs::remove_dir_all(entry.path());
        } else if name.starts_with(".writing-") {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}
