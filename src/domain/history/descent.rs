//! What each version of a unit was made on top of, found without comparing all with all.

use std::collections::{BTreeMap, BTreeSet};

use super::{Version, effort};
use crate::domain::{
    ids::ReplicaId,
    version::{Dot, VersionVector},
};

/// What whoever made a version knew.
#[derive(Debug, Clone, Copy)]
pub(super) struct Knowledge<'a> {
    /// The vector of its push, or of the first snapshot that lists it.
    pub vector: &'a VersionVector,
    /// Whether it is that of its push.
    pub own: bool,
}

/// Returns for each version the last of those that it was made on top of.
///
/// A safety copy has a mark of its device's own row of pushes: what that device pushed later covers it,
/// and it covers what was pushed before. It is no step between the two.
pub(super) fn made_of(versions: &[Version], known: &[Knowledge<'_>]) -> Vec<Vec<Dot>> {
    let descent = Descent::of(versions, known);
    let parents = |place: usize| {
        if versions[place].safety_copy {
            return Vec::new();
        }
        let below = descent.below(place);
        let last = below.iter().copied();
        let last = last.filter(|other| descent.is_last(place, *other, &below));
        last.map(|other| versions[other].row.dot).collect()
    };
    (0..versions.len()).map(parents).collect()
}

struct Descent<'a> {
    versions: &'a [Version],
    known: &'a [Knowledge<'a>],
    /// The versions by the marks of their changes.
    marks: BTreeMap<ReplicaId, BTreeMap<u64, Vec<usize>>>,
    /// The versions whose rows say that they are, or replaced, a change.
    said: BTreeMap<Dot, Vec<usize>>,
    /// The versions whose own pushes are gone.
    orphans: Vec<usize>,
}

impl<'a> Descent<'a> {
    fn of(versions: &'a [Version], known: &'a [Knowledge<'a>]) -> Self {
        let mut descent = Self {
            versions,
            known,
            marks: BTreeMap::new(),
            said: BTreeMap::new(),
            orphans: Vec::new(),
        };
        let pushed = versions.iter().enumerate();
        for (place, version) in pushed.filter(|(_, version)| !version.safety_copy) {
            let own = version.row.dot;
            let of_replica = descent.marks.entry(own.replica).or_default();
            of_replica.entry(own.counter).or_default().push(place);
            for dot in version.row.included().filter(|dot| *dot != own) {
                descent.said.entry(dot).or_default().push(place);
            }
            if !known[place].own {
                descent.orphans.push(place);
            }
        }
        descent
    }

    fn knows(&self, one: usize, other: usize) -> bool {
        effort::compared();
        let (row, dot) = (&self.versions[one].row, self.versions[other].row.dot);
        row.dot != dot && (self.known[one].vector.covers_dot(dot) || row.includes(dot))
    }

    fn is_below(&self, place: usize, other: usize) -> bool {
        self.knows(place, other) && !self.knows(other, place)
    }

    /// Returns those that one was made on top of, but for what others among them were made of for certain:
    /// of each folder the last, which knows of all that the same folder made before, and what the row
    /// itself names.
    fn below(&self, place: usize) -> BTreeSet<usize> {
        let mut below = BTreeSet::new();
        for (replica, counter) in self.known[place].vector.iter() {
            let Some(marks) = self.marks.get(&replica) else {
                continue;
            };
            for (counter, others) in marks.range(..=counter).rev() {
                let counter = *counter;
                let dot = Dot { replica, counter };
                let others = others.iter().copied();
                let last = others.filter(|other| self.is_below(place, *other));
                let last: Vec<usize> = last.collect();
                let settles = |one: &usize| self.known[*one].vector.covers_dot(dot);
                let is_settled = last.iter().any(settles);
                below.extend(last);
                if is_settled {
                    break;
                }
            }
        }
        for dot in self.versions[place].row.included() {
            let marks = self.marks.get(&dot.replica);
            let others = marks.and_then(|marks| marks.get(&dot.counter));
            let others = others.into_iter().flatten().copied();
            below.extend(others.filter(|other| self.is_below(place, *other)));
        }
        below
    }

    /// Returns whether nothing below `place` was made on top of `other`.
    ///
    /// What a folder knew it knows in all its later pushes, so that the last ones say it. But a row can say
    /// more than the vector beside it; and where its push is gone, the vector is of somebody who came
    /// later: those are asked too.
    fn is_last(&self, place: usize, other: usize, below: &BTreeSet<usize>) -> bool {
        if below.iter().any(|one| self.knows(*one, other)) {
            return false;
        }
        let said = self.said.get(&self.versions[other].row.dot);
        let mut odd = said.into_iter().flatten().chain(&self.orphans);
        !odd.any(|one| self.knows(*one, other) && self.is_below(place, *one))
    }
}
