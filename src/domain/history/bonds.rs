//! What ties snapshots to each other besides what each was made on top of: who played at the same
//! time, and what was there before.

use std::collections::BTreeMap;

use super::{History, Moment};
use crate::domain::{digest::Digest, ids::SnapshotId, path::RelPath};

/// The ties of a history, found out once for all of its snapshots.
#[derive(Debug)]
pub struct Bonds<'a> {
    /// The pushes that were made right on top of each.
    above: BTreeMap<&'a SnapshotId, Vec<&'a Moment>>,
    /// The pushes that gave a unit each of its contents, in their order.
    given: BTreeMap<(&'a RelPath, Digest), Vec<&'a Moment>>,
}

impl<'a> Bonds<'a> {
    /// Finds the ties of a history.
    pub fn of(history: &'a History) -> Self {
        let mut above: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut given: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let pushes = history.moments().iter();
        for moment in pushes.filter(|moment| !moment.is_safety_copy()) {
            for parent in &moment.parents {
                above.entry(parent).or_default().push(moment);
            }
            let dot = moment.record.dot();
            let own = moment.record.units.iter().filter(|(_, row)| row.dot == dot);
            for (unit, digest) in own.filter_map(|(unit, row)| Some((unit, row.digest()?))) {
                given.entry((unit, digest)).or_default().push(moment);
            }
        }
        Self { above, given }
    }

    /// Returns the pushes that other devices made on top of the same as this one, each without the
    /// other's.
    pub fn beside(&self, moment: &Moment) -> Vec<&'a Moment> {
        let mut beside: Vec<&Moment> = Vec::new();
        for parent in &moment.parents {
            let others = self.above.get(parent).into_iter().flatten();
            for other in others.filter(|other| other.snapshot != moment.snapshot) {
                if beside.iter().all(|one| one.snapshot != other.snapshot) {
                    beside.push(other);
                }
            }
        }
        beside
    }

    /// Returns the last push below this one that gave a unit the content that it has here, where it
    /// had another one in between: an undo, a restore.
    pub fn earlier(&self, moment: &Moment, unit: &RelPath) -> Option<&'a Moment> {
        let row = moment.record.units.get(unit)?;
        if moment.is_safety_copy() || row.dot != moment.record.dot() {
            return None;
        }
        let given = self.given.get(&(unit, row.digest()?))?;
        let is_below = |earlier: &&&Moment| {
            earlier.snapshot != moment.snapshot
                && moment.record.vector.covers_dot(earlier.record.dot())
        };
        given.iter().rev().find(is_below).copied()
    }
}
