//! Getting files out of a snapshot.

use std::{io::Write, path::Path};

use super::{BRISK, Repository, told};
use crate::{
    domain::{ids::SnapshotId, path::RelPath},
    error::{Context, Error, Kind, Result},
    process::restic::Ended,
    store::{argv, doing::Doing, failure, lacking::Lacking, messages::Status, pattern},
    texts::text,
};

/// How far a restore got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restored {
    /// Everything came.
    Whole,
    /// Some of it is not in the repository any more, or is damaged there. The rest came.
    Lacking {
        /// How many files are lacking, or whole folders.
        items: usize,
        /// What restic said of the first.
        why: String,
    },
    /// Nothing came, since restic stopped at one file that is not in the repository any more. Asked for
    /// less at a time, it may give the rest.
    Nothing {
        /// What restic said of it.
        why: String,
    },
}

impl Repository {
    /// Restores `paths` of a snapshot into the empty folder `target`.
    ///
    /// More than was asked for may come out where a name cannot be written exactly.
    pub fn restore(
        &self,
        snapshot: &SnapshotId,
        target: &Path,
        paths: &[RelPath],
        progress: &mut dyn FnMut(&Status),
    ) -> Result<()> {
        let (ended, _) = self.fetch(snapshot, target, Some(paths), progress)?;
        self.check_fetched(&ended)
    }

    /// Restores what can be had of `paths` of a snapshot into the empty folder `target`: what is
    /// missing or damaged in the repository does not keep the rest from coming.
    ///
    /// What comes has to be checked file by file against its digest: a file that is lacking may be
    /// there, of its right size, with a hole in it.
    ///
    /// # Errors
    /// Whatever is not about single files of the snapshot: offline, refused, no repository, an index
    /// that cannot be read, a snapshot that is not there, a full disk, a restic that was killed. And
    /// [`Kind::Damaged`] where nothing can be had.
    pub fn restore_what_can_be(
        &self,
        snapshot: &SnapshotId,
        target: &Path,
        paths: Option<&[RelPath]>,
        progress: &mut dyn FnMut(&Status),
    ) -> Result<Restored> {
        let (ended, lacking) = self.fetch(snapshot, target, paths, progress)?;
        if failure::is_of_one_file(&ended) {
            let why = failure::last_words(&ended.stderr, &self.secrets());
            return Ok(Restored::Nothing { why });
        }
        // Otherwise it ended over something else than what it said of files.
        let counted = ended.code == Some(1)
            && ended.stopped.is_none()
            && failure::last_words(&ended.stderr, &[]).starts_with("There were ");
        let Some(items) = lacking.count().filter(|_| counted) else {
            return self.check_fetched(&ended).map(|()| Restored::Whole);
        };
        let why = failure::masked(lacking.why(), &self.secrets());
        if lacking.is_everything() {
            let message = format!("{}: {why}", Doing::Fetching);
            return Err(Error::new(Kind::Damaged, message).hint(text!("repository-unchanged-here")));
        }
        Ok(Restored::Lacking { items, why })
    }

    fn fetch(
        &self,
        snapshot: &SnapshotId,
        target: &Path,
        paths: Option<&[RelPath]>,
        progress: &mut dyn FnMut(&Status),
    ) -> Result<(Ended, Lacking)> {
        let cannot = || {
            text!(
                "restic-list-not-written",
                doing = Doing::Fetching.to_string()
            )
        };
        let list = match paths {
            None => None,
            Some(paths) => {
                let mut list = tempfile::NamedTempFile::new().context(cannot)?;
                for path in paths {
                    list.write_all(pattern::include_line(path.as_str()).as_bytes())
                        .context(cannot)?;
                }
                Some(list)
            }
        };
        let list = list.as_ref().map(tempfile::NamedTempFile::path);
        let args = argv::restore(snapshot, target, list);
        let call = || self.call(args.clone(), None, BRISK);
        let (ended, told) = self.with_right_key(|| told::stream(&call(), progress))?;
        Ok((ended, told.lacking))
    }

    fn check_fetched(&self, ended: &Ended) -> Result<()> {
        self.check(Doing::Fetching, ended, BRISK)
            .map_err(|error| match error.kind() {
                Kind::Failed if ended.code == Some(1) => {
                    error.hint(text!("repository-unchanged-here"))
                }
                _ => error,
            })
    }
}
