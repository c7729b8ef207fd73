//! What `prune` may take out of a repository, and why everything else stays.
//!
//! Nothing here counts snapshots: who adds any number of them, dated as they like, makes none of the
//! others go. One goes only in favour of another of the same folder and the same day (or month) that
//! was made on top of it; so everything that goes is covered by something that stays.

mod needed;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use super::{
    history::{History, Moment},
    ids::{ReplicaId, SnapshotId},
};

/// How long what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Everything that is no older.
    pub all: SignedDuration,
    /// The last of each day and folder that is no older; of what is older, the last of each month.
    pub daily: SignedDuration,
}

const DAY: i64 = 24;

impl Default for Rules {
    fn default() -> Self {
        Self {
            all: SignedDuration::from_hours(30 * DAY),
            daily: SignedDuration::from_hours(365 * DAY),
        }
    }
}

/// Why a snapshot stays. The first reason that holds is the one that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its clock was ahead of today's, behind what it was made on top of, or from before this program:
    /// its age is not known.
    Clock,
    /// Nothing was made on top of it.
    Head,
    /// It is as young as everything that stays.
    Recent,
    /// It is the last of its day.
    Daily,
    /// It is the last of its month.
    Monthly,
    /// Two devices went on from it, or it is a side of such a fork.
    Fork,
    /// It has a folder's newest version of a unit, the last before a deletion, or a side of a conflict.
    Newest,
    /// It is a safety copy of something that no push holds that stays.
    SafetyCopy,
    /// Another that stays refers to it, for a unit that it left out or for when it was made.
    ReferredTo,
    /// This folder refers to it.
    Here,
}

/// What goes, and in favour of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Thinned {
    /// A later one of its day stays.
    ToDays,
    /// A later one of its month stays.
    ToMonths,
    /// A safety copy: pushes that stay have all of it.
    SafetyCopy,
}

/// What becomes of each snapshot that says what it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retention {
    /// What stays.
    pub keep: BTreeMap<SnapshotId, Reason>,
    /// What goes.
    pub go: BTreeMap<SnapshotId, Thinned>,
}

/// No snapshot is older than the program that made it.
const FIRST: Date = jiff::civil::date(2026, 1, 1);

/// Judges every snapshot of a history. Those that `here` names stay.
pub fn judge(
    history: &History,
    rules: Rules,
    here: &BTreeSet<SnapshotId>,
    now: Timestamp,
) -> Retention {
    let mut keep = BTreeMap::new();
    let mut stay = |moment: &Moment, reason: Reason| {
        keep.entry(moment.snapshot.clone()).or_insert(reason);
    };
    let ages: BTreeMap<&SnapshotId, Age> = history
        .moments()
        .iter()
        .map(|moment| (&moment.snapshot, Age::of(moment, rules, now)))
        .collect();
    for moment in history.moments() {
        match ages[&moment.snapshot] {
            Age::Unknown => stay(moment, Reason::Clock),
            Age::Recent => stay(moment, Reason::Recent),
            Age::Within(_) => {}
        }
    }
    for head in history.heads() {
        stay(head, Reason::Head);
    }
    // Of each folder and period, everything but what the last one was made on top of.
    let mut last: BTreeMap<(ReplicaId, Period), &Moment> = BTreeMap::new();
    let pushes = || history.moments().iter().filter(|one| !one.is_safety_copy());
    for moment in pushes() {
        if let Age::Within(period) = ages[&moment.snapshot] {
            last.insert((moment.record.replica, period), moment);
        }
    }
    let mut go = BTreeMap::new();
    for moment in pushes() {
        let Age::Within(period) = ages[&moment.snapshot] else {
            continue;
        };
        let last = last[&(moment.record.replica, period)];
        let is_below =
            last.snapshot != moment.snapshot && last.record.vector.covers(&moment.record.vector);
        let (reason, thinned) = match period {
            Period::Day(_) => (Reason::Daily, Thinned::ToDays),
            Period::Month(..) => (Reason::Monthly, Thinned::ToMonths),
        };
        if is_below {
            go.insert(moment.snapshot.clone(), thinned);
        } else {
            stay(moment, reason);
        }
    }
    needed::forks(history, &mut keep);
    needed::versions(history, &mut keep);
    for id in here {
        if history.get(id).is_some() {
            keep.entry(id.clone()).or_insert(Reason::Here);
        }
    }
    needed::referred_to(history, &mut keep);
    let safety_copies = needed::safety_copies(history, &mut keep);
    needed::referred_to(history, &mut keep);
    go.extend(
        safety_copies
            .into_iter()
            .map(|id| (id, Thinned::SafetyCopy)),
    );
    go.retain(|id, _| !keep.contains_key(id));
    Retention { keep, go }
}

/// A stretch of time of which one stays, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Period {
    Day(Date),
    Month(i16, i8),
}

/// How old a snapshot is, as far as that can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Unknown,
    Recent,
    Within(Period),
}

impl Age {
    fn of(moment: &Moment, rules: Rules, now: Timestamp) -> Self {
        let Some(time) = moment.time else {
            return Self::Unknown;
        };
        let date = time.to_zoned(TimeZone::UTC).date();
        let age = now.duration_since(time);
        if date < FIRST {
            Self::Unknown
        } else if age <= rules.all {
            Self::Recent
        } else if moment.claimed().is_some_and(|claimed| claimed < time) {
            // It was made on top of something that is later by its clock: that clock is behind, and
            // nobody knows by how much. What is below says only before when it was not made.
            Self::Unknown
        } else if age <= rules.daily {
            Self::Within(Period::Day(date))
        } else {
            Self::Within(Period::Month(date.year(), date.month()))
        }
    }
}

#[cfg(test)]
mod tests;
