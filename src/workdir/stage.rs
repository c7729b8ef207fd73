//! Staging: an empty folder beside the live files, filled by restic and verified before anything
//! is swapped in.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use ulid::Ulid;

use super::files;
use crate::{
    config::layout::{Layout, below},
    domain::{path::RelPath, unit::FileFact},
    error::{Context, Error, Kind, Result},
};

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
        fs::create_dir_all(&tree).context(|| format!("cannot make {}", tree.display()))?;
        Ok(staging)
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

    /// Checks every staged file against what its push recorded, and makes it durable.
    pub fn verify(&self, expected: &BTreeMap<RelPath, FileFact>) -> Result<()> {
        for (path, fact) in expected {
            let place = self.place(path);
            let damaged = |why: &str| {
                Error::new(Kind::Damaged, format!("{path}: {why}")).hint(
                    "Nothing was changed on this device. Push again from the device that made this version, \
                     or check the repository with restic check --read-data.",
                )
            };
            let metadata = files::found(place.symlink_metadata())
                .context(|| format!("cannot look at {path}"))?;
            match metadata {
                None => {
                    return Err(damaged(
                        "the snapshot does not hold it, although it says so",
                    ));
                }
                Some(metadata) if !metadata.is_file() => {
                    return Err(damaged("the snapshot holds no file there"));
                }
                Some(metadata) if metadata.len() != fact.size => {
                    return Err(damaged("the snapshot holds another size than was recorded"));
                }
                Some(_) => {}
            }
            let known = files::hash(&place).context(|| format!("cannot read the staged {path}"))?;
            if known.sha256 != fact.sha256 {
                return Err(damaged(
                    "the snapshot holds other content than was recorded",
                ));
            }
            files::sync_file(&place)
                .context(|| format!("cannot make the staged {path} durable"))?;
        }
        Ok(())
    }

    /// Removes it.
    pub fn discard(&self) {
        // What cannot be removed now is removed by the next run.
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// Removes what interrupted runs left, but for the staging that a journal names.
pub fn sweep(layout: &Layout, keep: Option<&str>) -> io::Result<()> {
    for entry in fs::read_dir(layout.own())?.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let stale = name
            .strip_prefix("staging-")
            .is_some_and(|id| Some(id) != keep);
        if stale {
            let _ = fs::remove_dir_all(entry.path());
        } else if name.starts_with(".writing-") {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}
