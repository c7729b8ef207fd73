//! What stays whatever its age is.

use std::collections::{BTreeMap, BTreeSet};

use super::Reason;
use crate::domain::{
    digest::Digest,
    history::{History, Moment, Version},
    ids::{ReplicaId, SnapshotId},
    path::RelPath,
    record::{UnitState, UnitVersion},
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

/// For each unit a holder of every version that its own folder did not replace, of what any deletion
/// replaced, and of everything that a decision was between; and what says that it was a deletion or a
/// decision. Safety copies are judged by themselves.
///
/// What counts against a version is said by the folder that made it, and by the very pushes that made
/// others: not by whoever lists them too, with a vector that covers them or one that does not.
pub fn versions(history: &History, keep: &mut Keep) {
    let pushes = || history.moments().iter().filter(|one| !one.is_safety_copy());
    for unit in history.units() {
        let rows = || pushes().filter_map(|push| Some((push, push.record.units.get(unit)?)));
        let made = rows().filter(|(push, row)| row.dot == push.record.dot());
        let made: Vec<(&Moment, &UnitVersion)> = made.collect();
        let replaced = replaced(rows(), &made);
        let mut wanted: BTreeSet<Dot> = rows()
            .filter(|(_, row)| row.digest().is_some() && !replaced.contains(&row.dot))
            .map(|(_, row)| row.dot)
            .collect();
        wanted.extend(at_stake(history.versions(unit), &made));
        let mut holders: BTreeMap<(Dot, Option<Digest>), Vec<&Moment>> = BTreeMap::new();
        for (push, row) in rows().filter(|(_, row)| wanted.contains(&row.dot)) {
            if !matches!(row.state, UnitState::Held { .. }) {
                let version = (row.dot, row.digest());
                holders.entry(version).or_default().push(push);
            }
        }
        for ((dot, _), holders) in holders {
            // Its own push, where that is there. Where it is not, one of each folder: any of them may
            // only claim to have it.
            let own = holders.iter().find(|push| push.record.dot() == dot);
            let mut folders = BTreeSet::new();
            let first = |push: &&&Moment| folders.insert(push.record.replica);
            let chosen: Vec<&&Moment> = match own {
                Some(own) => vec![own],
                None => holders.iter().filter(first).collect(),
            };
            for push in chosen {
                keep.entry(push.snapshot.clone()).or_insert(Reason::Newest);
            }
        }
    }
}

/// Returns the versions of a unit for which the folder that made them has another one, that was made
/// on top of them.
fn replaced<'a>(
    rows: impl Iterator<Item = (&'a Moment, &'a UnitVersion)>,
    made: &[(&'a Moment, &'a UnitVersion)],
) -> BTreeSet<Dot> {
    let made: BTreeMap<Dot, &Moment> = made.iter().map(|(push, row)| (row.dot, *push)).collect();
    let mut dots: BTreeMap<ReplicaId, BTreeSet<Dot>> = BTreeMap::new();
    let mut later: BTreeSet<(ReplicaId, Dot)> = BTreeSet::new();
    for (push, row) in rows {
        dots.entry(row.dot.replica).or_default().insert(row.dot);
        later.insert((push.record.replica, row.dot));
    }
    let mut replaced = BTreeSet::new();
    for (folder, by) in later {
        for dot in dots.get(&folder).into_iter().flatten() {
            let is_on_top = match made.get(&by) {
                Some(push) => by != *dot && push.record.vector.covers_dot(*dot),
                None => by.replica == folder && by.counter > dot.counter,
            };
            if is_on_top {
                replaced.insert(*dot);
            }
        }
    }
    replaced
}

/// Returns what deletions and decisions replaced, and themselves.
fn at_stake(versions: &[Version], made: &[(&Moment, &UnitVersion)]) -> BTreeSet<Dot> {
    let with_content: BTreeSet<Dot> = versions
        .iter()
        .filter(|version| version.digest().is_some())
        .map(|version| version.row.dot)
        .collect();
    let mut parents: BTreeMap<Dot, BTreeSet<Dot>> = BTreeMap::new();
    for (place, (push, row)) in made.iter().enumerate() {
        // The later ones first: each comes after those that it was made on top of.
        let mut last: Vec<&(&Moment, &UnitVersion)> = Vec::new();
        for one in made[..place].iter().rev() {
            let knows = |push: &Moment| push.record.vector.covers_dot(one.1.dot);
            if knows(push) && !last.iter().any(|(push, _)| knows(push)) {
                last.push(one);
            }
        }
        let last = last.into_iter().map(|(_, row)| row.dot);
        parents.entry(row.dot).or_default().extend(last);
    }
    let mut at_stake = BTreeSet::new();
    for version in versions {
        // Where its own push is gone, what those say counts that list it.
        let listed = || version.parents.iter().copied().collect();
        let of_version = parents
            .get(&version.row.dot)
            .cloned()
            .unwrap_or_else(listed);
        let is_decision = of_version.len() > 1;
        let has_content = of_version.iter().any(|dot| with_content.contains(dot));
        if has_content && (is_decision || version.digest().is_none()) {
            // A deletion that lost is a side too: without it there was no decision.
            at_stake.extend(of_version);
            at_stake.insert(version.row.dot);
        }
    }
    at_stake
}

/// What others that stay refer to: for a unit that they left out, and for the time before which they
/// cannot have been made.
pub fn referred_to(history: &History, keep: &mut Keep) {
    let mut open: Vec<SnapshotId> = keep.keys().cloned().collect();
    while let Some(id) = open.pop() {
        let Some(moment) = history.get(&id) else {
            continue;
        };
        let rows = moment.record.units.iter();
        let held = rows.flat_map(|(unit, row)| match &row.state {
            UnitState::Held { digest, within } => holders(history, unit, *digest, within),
            UnitState::Here(_) | UnitState::Gone => Vec::new(),
        });
        let dated_by = dated_by(history, moment);
        let referred: Vec<SnapshotId> = held.chain(dated_by).cloned().collect();
        for one in referred {
            if !keep.contains_key(&one) {
                keep.insert(one.clone(), Reason::ReferredTo);
                open.push(one);
            }
        }
    }
}

/// Returns what holds a unit that was left out: the snapshot that is named for it. Where that one is
/// gone, the first of each folder that has the same: any of them may only claim to have it.
fn holders<'a>(
    history: &'a History,
    unit: &RelPath,
    digest: Digest,
    within: &'a SnapshotId,
) -> Vec<&'a SnapshotId> {
    let named = history.get(within);
    if named.is_some_and(|one| one.record.lists(unit, digest)) {
        return vec![within];
    }
    let mut folders = BTreeSet::new();
    let all = history.moments().iter();
    all.filter(|one| one.record.lists(unit, digest))
        .filter(|one| folders.insert((one.is_safety_copy(), one.record.replica)))
        .map(|one| &one.snapshot)
        .chain(named.map(|one| &one.snapshot))
        .collect()
}

/// Returns the snapshot that says before when one was not made, where its own clock says less.
fn dated_by<'a>(history: &'a History, moment: &'a Moment) -> Option<&'a SnapshotId> {
    let time = moment.time?;
    let mut at = moment;
    while at.claimed() != Some(time) {
        // Of several the latest is the last.
        at = history.get(at.parents.last()?)?;
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
