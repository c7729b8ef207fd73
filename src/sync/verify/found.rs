//! What a drill has found so far, and what is remembered of it. It is worth something too where the drill
//! broke off.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Checked, DrillKind};
use crate::{
    domain::{digest::Digest, ids::SnapshotId, path::RelPath},
    sync::proof::{Drilled, Noted, Proofs},
};

/// How a drill ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It did what it was to do.
    Whole,
    /// Its time was up before.
    OutOfTime,
    /// Somebody came to work in the folder.
    GaveWay,
}

/// What a drill has found.
#[derive(Debug)]
pub struct Found {
    /// What is told of it.
    pub checked: Checked,
    /// Which versions of the newest state were restored, each as a whole.
    pub sound: BTreeSet<(RelPath, Digest)>,
    /// The versions of the past of which everything came that was asked for.
    pub older: BTreeSet<(RelPath, Digest)>,
    /// All units of the newest state.
    pub newest: BTreeSet<RelPath>,
    /// The versions that were compared as a whole, whatever came of it.
    pub tried: BTreeSet<(RelPath, SnapshotId)>,
    /// Contents of files that did not come as recorded.
    pub bad: BTreeSet<Digest>,
    /// Every snapshot that there is; `None` before that is known.
    pub listed: Option<BTreeSet<SnapshotId>>,
    /// Snapshots that an earlier drill could not read.
    pub doubted: Vec<SnapshotId>,
    /// Those of them that can be read now.
    pub readable: BTreeSet<SnapshotId>,
}

impl Found {
    /// Returns what is found at the beginning of a drill.
    pub fn new(kind: DrillKind, known: &Proofs) -> Self {
        Self {
            checked: Checked {
                kind,
                heads: Vec::new(),
                sound: Vec::new(),
                older: 0,
                damaged: Vec::new(),
                suspect: Vec::new(),
                unreadable: Vec::new(),
                findings: Vec::new(),
                bytes: 0,
                whys: BTreeMap::new(),
            },
            sound: BTreeSet::new(),
            older: BTreeSet::new(),
            newest: BTreeSet::new(),
            tried: BTreeSet::new(),
            bad: BTreeSet::new(),
            listed: None,
            doubted: known.unreadable.clone(),
            readable: BTreeSet::new(),
        }
    }

    /// Notes a snapshot whose state is the newest.
    pub fn is_head(&mut self, snapshot: &SnapshotId) {
        if !self.checked.heads.contains(snapshot) {
            self.checked.heads.push(snapshot.clone());
        }
    }

    /// Notes that a version of the newest state came as a whole.
    pub fn came(&mut self, unit: &RelPath, digest: Digest) {
        self.sound.insert((unit.clone(), digest));
        if let Err(place) = self.checked.sound.binary_search(unit) {
            self.checked.sound.insert(place, unit.clone());
        }
    }

    /// Notes what became of an older version.
    pub fn came_of_past(&mut self, version: (RelPath, Digest), is_sound: bool) {
        if is_sound {
            self.older.insert(version);
        } else {
            self.older.remove(&version);
        }
        self.checked.older = self.older.len();
    }

    /// Takes back what seems to be damaged: it is looked at again, or nobody knows why it did not come.
    pub fn believe_no_damage(&mut self) {
        for one in self.checked.damaged.drain(..) {
            self.tried.remove(&(one.unit, one.snapshot));
        }
        self.checked.unreadable.clear();
        self.checked.whys.clear();
    }

    /// Notes it in what is remembered.
    pub fn note_in(&self, proofs: &mut Proofs, time: Timestamp, end: End) {
        let checked = &self.checked;
        let drilled = Drilled {
            time,
            kind: checked.kind,
            heads: checked.heads.clone(),
            units: checked.sound.len(),
            of_units: self.newest.len(),
            older: checked.older,
            bytes: checked.bytes,
            whole: end == End::Whole,
            sound: checked.damaged.is_empty()
                && checked.unreadable.is_empty()
                && checked.findings.is_empty(),
        };
        proofs.note(&Noted {
            // One that had no time to compare anything is due again.
            counts: end == End::Whole || end == End::OutOfTime && checked.bytes > 0,
            drilled,
            sound: &self.sound,
            tried: &self.tried,
            listed: self.listed.as_ref(),
            readable: &self.readable,
            damaged: &checked.damaged,
            unreadable: &checked.unreadable,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures::{digest, snapshot, unit};

    fn at(time: &str) -> Timestamp {
        time.parse().expect("a time")
    }

    #[test]
    fn a_drill_without_time_for_anything_counts_for_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = crate::config::layout::Layout::new(folder.path());
        let instance = "00000000000000000000000001".parse().expect("a ULID");
        let mut proofs = Proofs::load(&layout, instance).expect("nothing");
        let now = at("2026-11-21T00:00:00Z");
        let mut found = Found::new(DrillKind::Sample, &proofs);
        found.note_in(&mut proofs, now, End::OutOfTime);
        assert!(proofs.last.is_none());
        found.came(&unit("saves/A"), digest("1"));
        found.checked.bytes = 1;
        found.note_in(&mut proofs, now, End::GaveWay);
        assert!(proofs.last.is_none());
        assert_eq!(proofs.of(&unit("saves/A"), digest("1")), Some(now));
        found.note_in(&mut proofs, now, End::OutOfTime);
        assert!(proofs.last.is_some_and(|last| !last.whole && last.sound));
    }

    #[test]
    fn what_was_not_looked_at_twice_is_believed_of_neither_kind() {
        let proofs = {
            let folder = tempfile::tempdir().expect("a folder");
            let layout = crate::config::layout::Layout::new(folder.path());
            let instance = "00000000000000000000000001".parse().expect("a ULID");
            Proofs::load(&layout, instance).expect("nothing")
        };
        let mut found = Found::new(DrillKind::All, &proofs);
        found.tried.insert((unit("saves/A"), snapshot('1')));
        found.tried.insert((unit("saves/B"), snapshot('1')));
        found.checked.damaged.push(super::super::Damage {
            unit: unit("saves/A"),
            snapshot: snapshot('1'),
            newest: true,
            why: "gone".to_owned(),
        });
        found.believe_no_damage();
        assert!(found.checked.damaged.is_empty());
        assert_eq!(found.tried, [(unit("saves/B"), snapshot('1'))].into());
        let older = (unit("saves/A"), digest("0"));
        found.came_of_past(older.clone(), true);
        found.came_of_past(older.clone(), true);
        assert_eq!(found.checked.older, 1);
        found.came_of_past(older, false);
        assert_eq!(found.checked.older, 0);
    }
}
