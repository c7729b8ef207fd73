//! What the engine needs of the cloud. The fleet model has one of its own, in memory; everything
//! else is restic, and a probe by HTTP.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    path::Path,
    thread,
};

use crate::{
    domain::{ids::SnapshotId, path::RelPath},
    error::{Error, Kind, Result},
    store::{
        argv::Backup,
        messages::{Listed, Status},
        repository::{Backed, Repository, Restored},
    },
    texts::text,
};

/// Who is told how far a call is.
pub type Progress<'a> = &'a mut dyn FnMut(&Status);

/// The `push.json` of some snapshots; `None` where one has none.
pub type Records = BTreeMap<SnapshotId, Option<Vec<u8>>>;

/// Where what snapshots say of themselves is read.
pub trait RecordSource {
    /// Returns the `push.json` of a snapshot, or `None` where it has none.
    fn push_record(&self, snapshot: &SnapshotId) -> Result<Option<Vec<u8>>>;
}

/// A store of which some records were read already; the others are asked for.
pub struct Ahead<'a> {
    store: &'a dyn Store,
    records: Records,
}

impl<'a> Ahead<'a> {
    /// Returns `store` with these `records`.
    pub fn new(store: &'a dyn Store, records: Records) -> Self {
        Self { store, records }
    }
}

impl RecordSource for Ahead<'_> {
    fn push_record(&self, snapshot: &SnapshotId) -> Result<Option<Vec<u8>>> {
        match self.records.get(snapshot) {
            Some(record) => Ok(record.clone()),
            None => self.store.push_record(snapshot),
        }
    }
}

/// An open repository.
pub trait Store: RecordSource {
    /// Lists the snapshots that can be read.
    fn snapshots(&self) -> Result<Vec<Listed>>;
    /// Lists the snapshots that can be read, and may read the records of `wanted` meanwhile: those of
    /// them that it returns need not be asked for again.
    fn snapshots_and_records(&self, wanted: &[SnapshotId]) -> Result<(Vec<Listed>, Records)> {
        let _ = wanted;
        Ok((self.snapshots()?, Records::new()))
    }
    /// Reads the records of `wanted`, side by side where that is quicker. Those that cannot be read
    /// are left out: who asks for one by itself is told why.
    fn records(&self, wanted: &[SnapshotId]) -> Result<Records> {
        let read = |id: &SnapshotId| Some((id.clone(), self.push_record(id).ok()?));
        Ok(wanted.iter().filter_map(read).collect())
    }
    /// Lists the ids of all snapshots, readable or not.
    fn snapshot_ids(&self) -> Result<Vec<SnapshotId>>;
    /// Publishes a snapshot of the listed files of `folder`.
    fn backup(&self, folder: &Path, backup: &Backup<'_>, progress: Progress<'_>) -> Result<Backed>;
    /// Restores what can be restored of `paths` into the folder `target`, which has none of them.
    fn restore(
        &self,
        snapshot: &SnapshotId,
        target: &Path,
        paths: &[RelPath],
        progress: Progress<'_>,
    ) -> Result<Restored>;
    /// Restores what can be restored of a whole snapshot into the folder `target`, over what an
    /// interrupted run left there.
    fn restore_everything(
        &self,
        snapshot: &SnapshotId,
        target: &Path,
        progress: Progress<'_>,
    ) -> Result<Restored>;
    /// Creates the repository.
    fn init(&self) -> Result<()>;
}

/// Restores what can be restored of several units, each given by what is asked for of it, into the
/// empty folder `target`. Returns what the rest failed for.
pub fn restore_units(
    store: &dyn Store,
    snapshot: &SnapshotId,
    target: &Path,
    units: &[Vec<RelPath>],
    progress: Progress<'_>,
) -> Result<Option<String>> {
    match store.restore(snapshot, target, &units.concat(), progress)? {
        Restored::Whole => Ok(None),
        Restored::Lacking { why, .. } => Ok(Some(why)),
        Restored::Nothing { why } if units.len() < 2 => Ok(Some(why)),
        // One that is damaged keeps no other from coming.
        Restored::Nothing { .. } => {
            let mut failed = None;
            for unit in units {
                let one = std::slice::from_ref(unit);
                let why = restore_units(store, snapshot, target, one, progress)?;
                failed = failed.or(why);
            }
            Ok(failed)
        }
    }
}

/// The way to a repository.
pub trait Cloud: Debug + Send + Sync {
    /// Asks which snapshots there are, or returns `None` where only an open repository can tell.
    fn probe(&self) -> Result<Option<BTreeSet<SnapshotId>>>;
    /// Opens the repository.
    fn open(&self) -> Result<Box<dyn Store>>;
}

/// How many records are read at a time: each is a process of restic's, and a few requests.
const SIDE_BY_SIDE: usize = 4;

fn read_side_by_side(repository: &Repository, wanted: &[SnapshotId]) -> Result<Records> {
    thread::scope(|scope| {
        let read = |id| move || repository.push_record(id);
        let started: Vec<_> = wanted
            .iter()
            .map(|id| (id, scope.spawn(read(id))))
            .collect();
        let mut records = Records::new();
        for (id, read) in started {
            match read.join() {
                Ok(Ok(record)) => drop(records.insert(id.clone(), record)),
                // Asked once more, it would take as long once more.
                Ok(Err(error)) if error.kind() == Kind::Offline => return Err(error),
                // Whatever else went wrong is met again by who asks for it.
                Ok(Err(_)) | Err(_) => {}
            }
        }
        Ok(records)
    })
}

impl RecordSource for Repository {
    fn push_record(&self, snapshot: &SnapshotId) -> Result<Option<Vec<u8>>> {
        self.push_record(snapshot)
    }
}

impl Store for Repository {
    fn snapshots(&self) -> Result<Vec<Listed>> {
        self.snapshots()
    }

    fn snapshots_and_records(&self, wanted: &[SnapshotId]) -> Result<(Vec<Listed>, Records)> {
        thread::scope(|scope| {
            let records = scope.spawn(|| read_side_by_side(self, wanted));
            let listed = self.snapshots();
            let died = |_| Err(Error::failed(text!("session-probe-died")));
            let records = records.join().unwrap_or_else(died)?;
            Ok((listed?, records))
        })
    }

    fn records(&self, wanted: &[SnapshotId]) -> Result<Records> {
        let mut records = Records::new();
        for some in wanted.chunks(SIDE_BY_SIDE) {
            records.extend(read_side_by_side(self, some)?);
        }
        Ok(records)
    }

    fn snapshot_ids(&self) -> Result<Vec<SnapshotId>> {
        self.snapshot_ids()
    }

    fn backup(&self, folder: &Path, backup: &Backup<'_>, progress: Progress<'_>) -> Result<Backed> {
        self.backup(folder, backup, progress)
    }

    fn restore(
        &self,
        snapshot: &SnapshotId,
        target: &Path,
        paths: &[RelPath],
        progress: Progress<'_>,
    ) -> Result<Restored> {
        match self.restore_what_can_be(snapshot, target, Some(paths), progress) {
            // Nothing of this snapshot; of others, perhaps.
            Err(error) if error.kind() == Kind::Damaged => Ok(Restored::Lacking {
                items: paths.len(),
                why: error.to_string(),
            }),
            restored => restored,
        }
    }

    fn restore_everything(
        &self,
        snapshot: &SnapshotId,
        target: &Path,
        progress: Progress<'_>,
    ) -> Result<Restored> {
        self.restore_what_can_be(snapshot, target, None, progress)
    }

    fn init(&self) -> Result<()> {
        self.init()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::domain::fixtures::{snapshot, unit};

    /// A repository that gives nothing at all where one of these is damaged, and notes what it was asked for.
    struct Damaged {
        units: Vec<RelPath>,
        asked: RefCell<Vec<usize>>,
    }

    impl RecordSource for Damaged {
        fn push_record(&self, _: &SnapshotId) -> Result<Option<Vec<u8>>> {
            Ok(None)
        }
    }

    impl Store for Damaged {
        fn snapshots(&self) -> Result<Vec<Listed>> {
            Ok(Vec::new())
        }

        fn snapshot_ids(&self) -> Result<Vec<SnapshotId>> {
            Ok(Vec::new())
        }

        fn backup(&self, _: &Path, _: &Backup<'_>, _: Progress<'_>) -> Result<Backed> {
            Err(Error::failed("not asked for here"))
        }

        fn restore(
            &self,
            _: &SnapshotId,
            _: &Path,
            paths: &[RelPath],
            _: Progress<'_>,
        ) -> Result<Restored> {
            self.asked.borrow_mut().push(paths.len());
            let damaged = paths.iter().find(|path| self.units.contains(path));
            Ok(damaged.map_or(Restored::Whole, |path| Restored::Nothing {
                why: format!("{path} is damaged"),
            }))
        }

        fn restore_everything(
            &self,
            snapshot: &SnapshotId,
            target: &Path,
            progress: Progress<'_>,
        ) -> Result<Restored> {
            self.restore(snapshot, target, &[], progress)
        }

        fn init(&self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn one_unit_that_is_damaged_keeps_no_other_from_coming() {
        let asked_for = |damaged: &[&str], units: &[&str]| {
            let store = Damaged {
                units: damaged.iter().map(|name| unit(name)).collect(),
                asked: RefCell::default(),
            };
            let units: Vec<Vec<RelPath>> = units.iter().map(|name| vec![unit(name)]).collect();
            let why = restore_units(&store, &snapshot('1'), Path::new(""), &units, &mut |_| ());
            (why.expect("no failure"), store.asked.into_inner())
        };
        let why = Some("saves/B is damaged".to_owned());
        assert_eq!(asked_for(&[], &["saves/A", "saves/B"]), (None, vec![2]));
        assert_eq!(
            asked_for(&["saves/B"], &["saves/B"]),
            (why.clone(), vec![1])
        );
        let all = ["saves/A", "saves/B", "saves/C"];
        assert_eq!(
            asked_for(&["saves/B"], &all),
            (why.clone(), vec![3, 1, 1, 1])
        );
        assert_eq!(asked_for(&["saves/B"], &all[..2]), (why, vec![2, 1, 1]));
    }
}
