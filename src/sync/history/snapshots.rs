//! The history of a whole instance: a row for each snapshot.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::{Change, Deed, Foreign, Here, Known, MadeBefore, Named, Why, here::Contents};
use crate::domain::{
    history::{self, Bonds, Content, History, Moment},
    ids::SnapshotId,
    path::RelPath,
};

/// One snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SnapshotRow {
    /// Its id.
    pub snapshot: SnapshotId,
    /// The snapshots that it was made on top of, as far as they are still there.
    pub parents: Vec<SnapshotId>,
    /// When, as far as clocks can be believed.
    pub time: Option<Timestamp>,
    /// When, by the clock of its device.
    pub claimed: Option<Timestamp>,
    /// The device that made it.
    pub device: String,
    /// Why there is one.
    pub why: Why,
    /// What a safety copy was made before.
    pub made_before: MadeBefore,
    /// What other devices made at the same time, on top of the same.
    pub beside: Vec<Named>,
    /// How what lies here relates to it.
    pub here: Option<Here>,
    /// Whether nothing was made on top of it.
    pub newest: bool,
    /// What it did, by unit.
    pub units: Vec<UnitChange>,
}

/// What became of a unit in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitChange {
    /// The unit.
    pub unit: RelPath,
    /// What became of it.
    #[serde(flatten)]
    pub change: Change,
}

/// Returns the rows, newest first.
pub fn rows(known: &Known, here: &Contents) -> Vec<SnapshotRow> {
    let history = &known.history;
    let bonds = Bonds::of(history);
    let heads: BTreeSet<&SnapshotId> = history.heads().iter().map(|head| &head.snapshot).collect();
    let place = here.place(history);
    let mut foreign: Vec<&Foreign> = known.foreign.iter().collect();
    foreign.sort_by_key(|one| (one.claimed, &one.snapshot));
    let mut foreign = foreign.into_iter().peekable();
    let mut rows = Vec::new();
    for moment in history.moments() {
        // Nothing says what they followed: their clocks alone give them a place.
        while let Some(one) =
            foreign.next_if(|one| moment.time.is_some_and(|time| one.claimed <= Some(time)))
        {
            rows.push(foreign_row(one));
        }
        let mut row = told(history, &bonds, moment);
        row.newest = heads.contains(&moment.snapshot);
        row.here = place
            .as_ref()
            .and_then(|(snapshot, here)| (*snapshot == moment.snapshot).then_some(*here));
        rows.push(row);
    }
    rows.extend(foreign.map(foreign_row));
    rows.reverse();
    rows
}

fn told(history: &History, bonds: &Bonds<'_>, moment: &Moment) -> SnapshotRow {
    let why = match moment.parents.len() {
        _ if moment.is_safety_copy() => Why::SafetyCopy,
        0 | 1 => Why::Push,
        _ => Why::Merge,
    };
    SnapshotRow {
        snapshot: moment.snapshot.clone(),
        parents: moment.parents.clone(),
        time: moment.time,
        claimed: moment.claimed(),
        device: moment.record.device.name.clone(),
        made_before: moment.record.before.filter(|_| why == Why::SafetyCopy),
        why,
        beside: bonds.beside(moment).into_iter().map(Named::from).collect(),
        here: None,
        newest: false,
        units: changes(history, bonds, moment),
    }
}

/// Returns what a snapshot did. A unit that got another name is one change, not two.
fn changes(history: &History, bonds: &Bonds<'_>, moment: &Moment) -> Vec<UnitChange> {
    let mut changes: Vec<UnitChange> = history
        .changes(moment)
        .into_iter()
        .map(|change| told_change(history, bonds, moment, change))
        .collect();
    let renamed: BTreeSet<RelPath> = changes
        .iter()
        .filter_map(|one| one.change.from.clone())
        .collect();
    changes.retain(|one| one.change.change != Deed::Deleted || !renamed.contains(&one.unit));
    changes
}

fn told_change(
    history: &History,
    bonds: &Bonds<'_>,
    moment: &Moment,
    change: history::Change,
) -> UnitChange {
    let unit = change.unit;
    let mut told = Change {
        change: match change.deed {
            _ if moment.is_safety_copy() => Deed::Kept,
            history::Deed::Added => Deed::Added,
            history::Deed::Changed => Deed::Changed,
            history::Deed::Deleted => Deed::Deleted,
        },
        from: None,
        before: change.before,
        after: change.after,
        files_changed: change.files,
        same_as: bonds.earlier(moment, &unit).map(Named::from),
        about: moment
            .record
            .units
            .get(&unit)
            .and_then(|row| row.about.clone()),
    };
    let added = told.change == Deed::Added;
    if let Some(from) = added
        .then(|| history.called_before(moment, &unit))
        .flatten()
    {
        let before = history.before(moment, &from);
        let after = history.content(moment, &unit);
        told.change = Deed::Renamed;
        told.before = before.map(Content::extent);
        told.files_changed = before
            .zip(after)
            .map(|(before, after)| after.difference(before));
        told.from = Some(from);
    }
    UnitChange { unit, change: told }
}

fn foreign_row(foreign: &Foreign) -> SnapshotRow {
    SnapshotRow {
        snapshot: foreign.snapshot.clone(),
        parents: Vec::new(),
        time: foreign.claimed,
        claimed: foreign.claimed,
        device: foreign.device.clone(),
        why: Why::Foreign,
        made_before: None,
        beside: Vec::new(),
        here: None,
        newest: false,
        units: Vec::new(),
    }
}
