//! How the folder stands to its history: what lies here now, by digests.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Deed, Here, Named};
use crate::{
    domain::{
        agreement::Agreement,
        digest::Digest,
        history::{History, Moment},
        ids::SnapshotId,
        path::RelPath,
        record::{UnitState, UnitVersion},
        version::Dot,
    },
    sync::{observe, session::Session},
    workdir::scan,
};

/// What lies in the folder.
pub struct Contents {
    /// Each unit; `None` where it cannot be read whole.
    units: BTreeMap<RelPath, Option<Digest>>,
    agreement: Agreement,
    base: Option<SnapshotId>,
}

/// How the folder stands to its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Folder {
    /// The newest snapshot that holds just what is here.
    pub same: Option<SnapshotId>,
    /// Else the one that what is here was made of, where that is known.
    pub made_of: Option<SnapshotId>,
    /// What is otherwise here than there.
    pub units: Vec<Unsaved>,
}

/// A unit that is otherwise here than in what the folder was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unsaved {
    /// The unit.
    pub unit: RelPath,
    /// `added`, `changed` or `deleted`.
    pub change: Deed,
    /// The newest snapshot that has it as it is here, where one has.
    pub same_as: Option<Named>,
}

impl Contents {
    /// Reads the folder of a session.
    pub fn of(session: &Session<'_>) -> Self {
        let state = &session.state;
        let scan = scan::scan(
            session.layout.pack(),
            &session.scope,
            &state.stamps,
            state.scan_time(),
            &mut |bytes| observe::reading(session.listener, bytes),
        );
        let units = scan.units.into_iter().map(|(unit, scanned)| {
            let whole = scanned.unreadable.is_none();
            (unit, whole.then(|| scanned.content.digest()))
        });
        Self {
            units: units.collect(),
            agreement: state.agreement.clone(),
            base: state.base.clone(),
        }
    }

    /// Returns whether a unit is here.
    pub fn has(&self, unit: &RelPath) -> bool {
        self.units.contains_key(unit)
    }

    /// Returns every unit that is here.
    pub fn units(&self) -> impl Iterator<Item = &RelPath> {
        self.units.keys()
    }

    /// Returns what a unit holds here; `None` where it is not here, or cannot be read whole.
    pub fn digest(&self, unit: &RelPath) -> Option<Digest> {
        self.units.get(unit).copied().flatten()
    }

    /// Returns the change that what lies here of a unit was made on top of.
    pub fn agreed(&self, unit: &RelPath) -> Option<Dot> {
        Some(self.agreement.get(unit)?.version.dot)
    }

    /// Returns the snapshot that is here, or that what is here was made of.
    pub fn place(&self, history: &History) -> Option<(SnapshotId, Here)> {
        let pushes = || {
            let moments = history.moments().iter().rev();
            moments.filter(|moment| !moment.is_safety_copy())
        };
        if let Some(same) = pushes().find(|moment| self.difference(moment).is_empty()) {
            return Some((same.snapshot.clone(), Here::Same));
        }
        let base = self
            .base
            .as_ref()
            .filter(|base| history.get(base).is_some());
        base.map(|base| (base.clone(), Here::Changed))
    }

    /// Returns how the folder stands to the whole history.
    pub fn folder(&self, history: &History) -> Folder {
        let place = self.place(history);
        let (same, made_of) = match place {
            Some((same, Here::Same)) => (Some(same), None),
            Some((base, Here::Changed)) => (None, Some(base)),
            None => (None, None),
        };
        let moment = made_of.as_ref().and_then(|base| history.get(base));
        let differing = match (&same, moment) {
            (Some(_), _) => Vec::new(),
            (None, Some(moment)) => self.difference(moment),
            (None, None) => self.units.keys().cloned().collect(),
        };
        let units = differing.into_iter().map(|unit| Unsaved {
            change: match (
                moment.and_then(|moment| present(moment, &unit)),
                self.has(&unit),
            ) {
                (_, false) => Deed::Deleted,
                (None, true) => Deed::Added,
                (Some(_), true) => Deed::Changed,
            },
            same_as: self.as_in(history, &unit).map(Named::from),
            unit,
        });
        Folder {
            units: units.collect(),
            same,
            made_of,
        }
    }

    /// Returns the newest snapshot that has a unit as it is here.
    fn as_in<'a>(&self, history: &'a History, unit: &RelPath) -> Option<&'a Moment> {
        let digest = self.digest(unit)?;
        let mut newest_first = history.moments().iter().rev();
        newest_first.find(|moment| {
            let row = moment.record.units.get(unit);
            row.is_some_and(|row| row.state == UnitState::Here(digest))
        })
    }

    /// Returns the units that are otherwise here than at a snapshot.
    fn difference(&self, moment: &Moment) -> Vec<RelPath> {
        let rows = &moment.record.units;
        let other = rows.iter().filter(|(unit, row)| match row.digest() {
            // What that device left out may be impossible here too, or out of scope.
            _ if !self.has(unit) && matches!(row.state, UnitState::Held { .. }) => false,
            Some(digest) => self.digest(unit) != Some(digest),
            None => self.has(unit),
        });
        let other = other.map(|(unit, _)| unit.clone());
        let more = self.units.keys().filter(|unit| !rows.contains_key(unit));
        other.chain(more.cloned()).collect()
    }
}

/// Returns the row of a unit that a snapshot knows to be somewhere.
fn present<'a>(moment: &'a Moment, unit: &RelPath) -> Option<&'a UnitVersion> {
    let row = moment.record.units.get(unit)?;
    row.digest().map(|_| row)
}

#[cfg(test)]
impl Contents {
    /// Returns a folder with these units, that agrees with the cloud on these.
    pub fn of_test<const UNITS: usize>(
        units: [(RelPath, Option<Digest>); UNITS],
        agreement: Agreement,
    ) -> Self {
        Self {
            units: units.into(),
            agreement,
            base: None,
        }
    }
}
