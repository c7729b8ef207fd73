//! What stays whatever its age is.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Reason;
use crate::domain::{
    digest::Digest,
    history::{History, Moment, Version},
    ids::SnapshotId,
    path::RelPath,
    record::UnitState,
    version::Dot,
};

/// What stays so far.
type Keep = BTreeMap<SnapshotId, Reason>;

/// Every snapshot that several went on from, the first of each side, and what merges were made of.
pub fn forks(history: &History, keep: &mut Keep) {
    let mut children: BTreeMap<&SnapshotId, Vec<&SnapshotId>> = BTreeMap::new();
    for moment in history.moments() {
        for parent in &moment.parents {
            children.entry(parent).or_default().push(&moment.snapshot);
        }
        if moment.parents.len() > 1 {
            for side in &moment.parents {
                keep.entry(side.clone()).or_insert(Reason::Fork);
            }
        }
    }
    for (from, sides) in children {
        if sides.len() > 1 {
            for one in sides.into_iter().chain([from]) {
                keep.entry(one.clone()).or_insert(Reason::Fork);
            }
        }
    }
}

/// For each unit a holder of every version that nothing replaced, of what any deletion replaced, and of
/// everything that a decision was between; and what says that it was a deletion or a decision. Safety
/// copies are judged by themselves.
pub fn versions(history: &History, keep: &mut Keep) {
    for unit in history.units() {
        let versions = history.versions(unit);
        let replaced: BTreeSet<Dot> = versions
            .iter()
            .flat_map(|version| version.parents.iter().copied())
            .collect();
        let with_content: BTreeSet<Dot> = versions
            .iter()
            .filter(|version| version.digest().is_some())
            .map(|version| version.row.dot)
            .collect();
        let mut wanted: BTreeSet<Dot> = with_content.difference(&replaced).copied().collect();
        for version in &versions {
            let parents = || {
                version
                    .parents
                    .iter()
                    .filter(|dot| with_content.contains(dot))
            };
            let is_at_stake = version.digest().is_none() || version.parents.len() > 1;
            if is_at_stake && parents().next().is_some() {
                wanted.extend(parents());
                wanted.insert(version.row.dot);
            }
        }
        let is_wanted = |one: &&Version| wanted.contains(&one.row.dot) && !one.safety_copy;
        for version in versions.iter().filter(is_wanted) {
            let made = history.moments().iter();
            let mut made = made.filter(|moment| moment.record.dot() == version.row.dot);
            let made = made
                .next()
                .map_or(&version.since, |moment| &moment.snapshot);
            let holders = match version.digest() {
                Some(_) => &version.sources[..],
                // Nothing holds a deletion but the row that says so.
                None => std::slice::from_ref(made),
            };
            let Some(first) = holders.first() else {
                continue;
            };
            // Its own push, where that is there: another may only claim to have it.
            let own = history.get(first).map(|moment| moment.record.dot());
            let is_own = own == Some(version.row.dot);
            if is_own || !holders.iter().any(|id| keep.contains_key(id)) {
                keep.entry(first.clone()).or_insert(Reason::Newest);
            }
        }
    }
}

/// What others that stay refer to: for a unit that they left out, and for the time before which they
/// cannot have been made.
pub fn referred_to(history: &History, keep: &mut Keep) {
    let floors = floors(history);
    let mut open: Vec<SnapshotId> = keep.keys().cloned().collect();
    while let Some(id) = open.pop() {
        let Some(moment) = history.get(&id) else {
            continue;
        };
        let rows = moment.record.units.values();
        let held = rows.filter_map(|row| match &row.state {
            UnitState::Held { within, .. } => Some(within),
            UnitState::Here(_) | UnitState::Gone => None,
        });
        let dated_by = dated_by(history, &floors, moment);
        let referred: Vec<SnapshotId> = held.chain(dated_by).cloned().collect();
        for one in referred {
            if history.get(&one).is_some() && !keep.contains_key(&one) {
                keep.insert(one.clone(), Reason::ReferredTo);
                open.push(one);
            }
        }
    }
}

/// Returns for each snapshot the latest time at or below it.
fn floors(history: &History) -> BTreeMap<&SnapshotId, Option<Timestamp>> {
    let mut floors: BTreeMap<&SnapshotId, Option<Timestamp>> = BTreeMap::new();
    for moment in history.moments() {
        let parents = moment.parents.iter();
        let below = parents.filter_map(|parent| floors.get(parent).copied().flatten());
        let floor = moment.time.or_else(|| below.max());
        floors.insert(&moment.snapshot, floor);
    }
    floors
}

/// Returns the snapshot that says before when one was not made, where its own clock says less.
fn dated_by<'a>(
    history: &'a History,
    floors: &BTreeMap<&SnapshotId, Option<Timestamp>>,
    moment: &'a Moment,
) -> Option<&'a SnapshotId> {
    let time = moment.time?;
    let mut at = moment;
    while at.claimed() != Some(time) {
        let parents = at.parents.iter().filter_map(|parent| history.get(parent));
        at = parents.max_by_key(|parent| floors.get(&parent.snapshot))?;
    }
    (at.snapshot != moment.snapshot).then_some(&at.snapshot)
}

/// Keeps every safety copy with something that no push has that stays, and returns the others.
pub fn safety_copies(history: &History, keep: &mut Keep) -> Vec<SnapshotId> {
    let copies = || history.moments().iter().filter(|one| one.is_safety_copy());
    let here = |moment: &Moment| -> Vec<(RelPath, Digest)> {
        let rows = moment.record.units.iter();
        rows.filter_map(|(unit, row)| match row.state {
            UnitState::Here(digest) => Some((unit.clone(), digest)),
            UnitState::Held { .. } | UnitState::Gone => None,
        })
        .collect()
    };
    let pushed: BTreeSet<(RelPath, Digest)> = history
        .moments()
        .iter()
        .filter(|one| !one.is_safety_copy() && keep.contains_key(&one.snapshot))
        .flat_map(here)
        .collect();
    let mut go = Vec::new();
    for copy in copies() {
        if here(copy).iter().all(|one| pushed.contains(one)) {
            go.push(copy.snapshot.clone());
        } else {
            keep.entry(copy.snapshot.clone())
                .or_insert(Reason::SafetyCopy);
        }
    }
    go
}
