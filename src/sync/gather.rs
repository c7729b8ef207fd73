//! Getting units into a folder that is not the game's, such that an interrupted run is continued: what
//! is there and right is not fetched again.

use std::{collections::BTreeMap, fs, path::Path};

use super::{
    cloud::{self, Store},
    event::{Event, Phase, Progress},
    session::Session,
};
use crate::{
    config::layout::below,
    domain::{
        ids::SnapshotId,
        path::{InnerPath, RelPath},
        unit::{FileFact, UnitContent},
    },
    error::{Context, Result},
    store::messages::Status,
    texts::text,
    workdir::{files, stage, threads},
};

/// One fetch of several units.
pub struct Gather<'a> {
    /// The run.
    pub session: &'a Session<'a>,
    /// Where from.
    pub store: &'a dyn Store,
    /// Bytes in all.
    pub total: u64,
    /// Bytes of the units that are done.
    pub done: u64,
}

impl Gather<'_> {
    /// Fetches the files of a unit, as a snapshot names it, into `folder`. Returns why it cannot be had
    /// whole, if it cannot; `skip` says which files are not needed.
    pub fn unit(
        &mut self,
        folder: &Path,
        snapshot: &SnapshotId,
        unit: &RelPath,
        content: &UnitContent,
        skip: &dyn Fn(&InnerPath) -> bool,
    ) -> Result<Option<String>> {
        let wanted: BTreeMap<RelPath, FileFact> = content
            .files
            .iter()
            .filter(|(inner, _)| !skip(inner))
            .map(|(inner, fact)| (unit.join(inner), *fact))
            .collect();
        let wrong = wrong(folder, &wanted)?;
        for path in wrong.keys() {
            discard(&below(folder, path))
                .context(|| text!("restore-not-removed", path = path.as_str()))?;
        }
        let paths: Vec<RelPath> = wrong.into_keys().collect();
        let here: u64 = sum(&wanted).saturating_sub(sum_of(&wanted, &paths));
        let mut failed = None;
        if !paths.is_empty() {
            let before = self.done.saturating_add(here);
            let (listener, total) = (self.session.listener, self.total);
            let mut progress = |status: &Status| {
                listener(Event::Progress(Progress {
                    phase: Phase::Fetch,
                    item: Some(unit.to_string()),
                    done: before.saturating_add(status.bytes_restored),
                    total: Some(total),
                }));
            };
            failed = cloud::restore_units(self.store, snapshot, folder, &[paths], &mut progress)?;
        }
        self.done = self.done.saturating_add(sum(&wanted));
        let wrong = self::wrong(folder, &wanted)?.into_iter().next();
        Ok(wrong.map(|(path, why)| format!("{path}: {}", failed.unwrap_or(why))))
    }
}

fn sum(files: &BTreeMap<RelPath, FileFact>) -> u64 {
    files
        .values()
        .fold(0, |sum, fact| sum.saturating_add(fact.size))
}

fn sum_of(files: &BTreeMap<RelPath, FileFact>, paths: &[RelPath]) -> u64 {
    let facts = paths.iter().filter_map(|path| files.get(path));
    facts.fold(0, |sum, fact| sum.saturating_add(fact.size))
}

/// Returns the files below a folder that are not what they should be, each with the reason.
pub fn wrong(
    folder: &Path,
    wanted: &BTreeMap<RelPath, FileFact>,
) -> Result<BTreeMap<RelPath, String>> {
    let checked = threads::each(wanted.iter().collect(), |(path, fact)| {
        let why = stage::objection(&below(folder, path), fact)
            .context(|| text!("staged-not-read", path = path.as_str()))?;
        Ok(why.map(|why| (path.clone(), why)))
    });
    checked.into_iter().filter_map(Result::transpose).collect()
}

/// Removes whatever lies there, if anything does.
pub fn discard(place: &Path) -> std::io::Result<()> {
    match files::found(place.symlink_metadata())? {
        None => Ok(()),
        Some(metadata) if metadata.is_dir() => fs::remove_dir_all(place),
        Some(_) => fs::remove_file(place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_lies_there_is_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("there");
        discard(&place).expect("nothing is there");
        fs::write(&place, "x").expect("written");
        discard(&place).expect("a file");
        assert!(!place.exists());
        fs::create_dir_all(place.join("more")).expect("made");
        discard(&place).expect("a folder");
        assert!(!place.exists());
    }
}
