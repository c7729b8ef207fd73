//! The history of an instance: which snapshot followed which, and when each was made as far as
//! clocks can be believed.
//!
//! What followed what is said by version vectors. Clocks are for people: a time counts only as far
//! as the vectors do not contradict it.

mod bonds;
mod book;
mod choice;
mod descent;
mod page;
mod shelf;
mod stored;
mod version;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use jiff::{Timestamp, ToSpan};

use self::shelf::Shelf;
use super::{
    digest::Digest,
    ids::{ReplicaId, SnapshotId},
    path::RelPath,
    record::{Purpose, PushRecord, UnitState, UnitVersion},
    unit::Extent,
};

pub use bonds::Bonds;
pub use book::Book;
pub use choice::{Absent, Choice, Lack, Selection, States};
pub use page::{Page, Rows};
pub use shelf::{Content, closest};
pub use version::{Tale, Version};

/// One snapshot that says what it is.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Its id.
    pub snapshot: SnapshotId,
    /// What it says.
    pub record: Page,
    /// The snapshots that it was made on top of, as far as they are still there; the latest is the
    /// last. None for the first one, and for safety copies.
    pub parents: Vec<SnapshotId>,
    /// When it was made: by the clock of its device, but never before what it was made on top of.
    /// `None` where that clock was ahead of today's.
    pub time: Option<Timestamp>,
}

impl Moment {
    /// Returns when it was made by the clock of its device, whatever that was.
    pub fn claimed(&self) -> Option<Timestamp> {
        self.record.time.parse().ok()
    }

    /// Returns whether it is a safety copy: nobody's state.
    pub fn is_safety_copy(&self) -> bool {
        self.record.purpose == Purpose::Rescue
    }
}

/// What a push did to a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It is new, or came back after a deletion.
    Added,
    /// It is another than before.
    Changed,
    /// It is gone.
    Deleted,
}

/// A unit that a push changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The unit.
    pub unit: RelPath,
    /// What was done to it.
    pub deed: Deed,
    /// How large it was before.
    pub before: Option<Extent>,
    /// How large it is since.
    pub after: Option<Extent>,
    /// How many of its files are new, other, or gone; `None` where what was before is not there to
    /// be compared with.
    pub files: Option<u64>,
}

/// How far a clock may be ahead before it is not believed.
const AHEAD_HOURS: i64 = 24;

/// All that a repository says of an instance's past.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// What followed comes later; what neither followed is in order of time.
    moments: Vec<Moment>,
    places: BTreeMap<SnapshotId, usize>,
    /// The file lists.
    shelf: Arc<Shelf>,
    /// The versions of each unit, once somebody asked for them.
    versions: BTreeMap<RelPath, OnceLock<Vec<Version>>>,
}

impl History {
    /// Puts snapshots in order. `now` is for the clocks that are ahead of it.
    pub fn new(records: Vec<(SnapshotId, PushRecord)>, now: Timestamp) -> Self {
        let mut book = Book::default();
        for (snapshot, record) in records {
            book.add(snapshot, record);
        }
        Self::of(book, now)
    }

    /// Puts the snapshots of a book in order. `now` is for the clocks that are ahead of it.
    pub fn of(book: Book, now: Timestamp) -> Self {
        let mut pages: Vec<(SnapshotId, Page)> = book.pages.into_iter().collect();
        // What a vector covers has a smaller one: each comes after everything that it covers.
        pages.sort_by_cached_key(|(id, page)| (page.vector.total(), id.clone()));
        let mut moments: Vec<Moment> = Vec::with_capacity(pages.len());
        let mut marks = Marks::new();
        for (snapshot, record) in pages {
            let parents = parents(&moments, &marks, &record);
            if record.purpose != Purpose::Rescue {
                let of_replica = marks.entry(record.replica).or_default();
                of_replica.insert(record.counter, moments.len());
            }
            moments.push(Moment {
                time: None,
                parents,
                snapshot,
                record,
            });
        }
        let units = moments.iter().flat_map(|moment| moment.record.units.keys());
        let units: BTreeSet<&RelPath> = units.collect();
        let versions = units.into_iter().cloned();
        let mut history = Self {
            places: BTreeMap::new(),
            shelf: Arc::new(book.shelf),
            versions: versions.map(|unit| (unit, OnceLock::new())).collect(),
            moments,
        };
        history.index();
        history.date(now);
        history
    }

    /// Returns all snapshots; each comes after those that it was made on top of.
    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// Returns one of them.
    pub fn get(&self, snapshot: &SnapshotId) -> Option<&Moment> {
        self.places.get(snapshot).map(|place| &self.moments[*place])
    }

    /// Returns the snapshots whose id begins so.
    pub fn find<'a>(&'a self, beginning: &'a str) -> impl Iterator<Item = &'a Moment> {
        let begins = move |moment: &&Moment| moment.snapshot.to_string().starts_with(beginning);
        self.moments.iter().filter(begins)
    }

    /// Returns the snapshots that nothing was made on top of, safety copies left aside.
    pub fn heads(&self) -> Vec<&Moment> {
        let followed: BTreeSet<&SnapshotId> = self
            .moments
            .iter()
            .flat_map(|moment| &moment.parents)
            .collect();
        let is_head =
            |moment: &&Moment| !moment.is_safety_copy() && !followed.contains(&moment.snapshot);
        self.moments.iter().filter(is_head).collect()
    }

    /// Returns what a snapshot did to units, by name; of a safety copy, what is in it.
    ///
    /// Besides what its own push changed that is whatever none of its parents has: what a merge landed
    /// beside something else, and what snapshots did that are gone.
    pub fn changes(&self, moment: &Moment) -> Vec<Change> {
        let dot = moment.record.dot();
        let parents: Vec<&Moment> = moment
            .parents
            .iter()
            .filter_map(|parent| self.get(parent))
            .collect();
        let is_in = |parent: &&Moment, unit: &RelPath, row: &UnitVersion| {
            let theirs = parent.record.units.get(unit);
            theirs.is_some_and(|theirs| {
                theirs.digest() == row.digest() && theirs.changes().any(|dot| row.includes(dot))
            })
        };
        let is_news = |unit: &RelPath, row: &UnitVersion| {
            row.dot == dot
                || !parents.is_empty() && !parents.iter().any(|parent| is_in(parent, unit, row))
        };
        let rows = moment.record.units.iter();
        rows.filter(|(unit, row)| is_news(unit, row))
            .map(|(unit, row)| {
                let before = self.before(moment, unit);
                let after = self.content(moment, unit);
                let deed = match (&row.state, before) {
                    (UnitState::Gone, _) => Deed::Deleted,
                    (_, None) if !moment.is_safety_copy() => Deed::Added,
                    _ => Deed::Changed,
                };
                Change {
                    unit: unit.clone(),
                    deed,
                    before: before.map(Content::extent),
                    after: after.map(Content::extent),
                    files: before.map(|before| changed_files(before, after)),
                }
            })
            .collect()
    }

    /// Returns what a unit held in what a snapshot was made on top of; of several, what is most like it.
    pub fn before(&self, moment: &Moment, unit: &RelPath) -> Option<Content<'_>> {
        let parents = moment.parents.iter();
        let before = parents
            .filter_map(|parent| self.get(parent))
            .filter_map(|parent| self.content(parent, unit));
        closest(self.content(moment, unit), before)
    }

    /// Returns what a unit held at a snapshot, where that is still known: for what was left out there
    /// any snapshot that has the same will do.
    pub fn content(&self, moment: &Moment, unit: &RelPath) -> Option<Content<'_>> {
        match &moment.record.units.get(unit)?.state {
            UnitState::Here(_) => self.listed(moment, unit),
            UnitState::Held { digest, .. } => self.shelf.get(*digest),
            UnitState::Gone => None,
        }
    }

    /// Returns a snapshot that holds exactly this content of a unit, a push where there is one, and what
    /// that is. Which one a snapshot names for what it left out is a hint: that one may be gone.
    pub fn holding(&self, unit: &RelPath, digest: Digest) -> Option<(&SnapshotId, Content<'_>)> {
        let all = self.moments.iter();
        let holding = all.filter(|moment| moment.record.lists(unit, digest));
        let moment = holding.min_by_key(|moment| moment.is_safety_copy())?;
        Some((&moment.snapshot, self.shelf.get(digest)?))
    }

    /// Returns what a snapshot itself holds of a unit, and lists.
    pub fn listed(&self, moment: &Moment, unit: &RelPath) -> Option<Content<'_>> {
        match moment.record.units.get(unit)?.state {
            UnitState::Here(digest) if !moment.record.unlisted.contains(unit) => {
                self.shelf.get(digest)
            }
            _ => None,
        }
    }

    /// Returns how large what a snapshot itself holds of a unit is.
    fn extent(&self, moment: &Moment, unit: &RelPath) -> Option<Extent> {
        self.listed(moment, unit).map(Content::extent)
    }

    /// Returns the record of a snapshot with its file lists; which snapshots it covers is not kept.
    pub fn record(&self, snapshot: &SnapshotId) -> Option<PushRecord> {
        let moment = self.get(snapshot)?;
        let page = &moment.record;
        let listed = |unit: &RelPath| Some((unit.clone(), self.listed(moment, unit)?.spelled()));
        let rows = page.units.iter();
        Some(PushRecord {
            units: rows
                .map(|(unit, row)| (unit.clone(), row.clone()))
                .collect(),
            contents: page.units.keys().filter_map(listed).collect(),
            ..page.bare()
        })
    }

    fn index(&mut self) {
        let places = self.moments.iter().enumerate();
        self.places = places
            .map(|(place, moment)| (moment.snapshot.clone(), place))
            .collect();
    }

    /// Dates each by its device's clock, and not before what it was made on top of; then puts those
    /// that do not follow each other in order of time.
    fn date(&mut self, now: Timestamp) {
        let newest = now.checked_add(AHEAD_HOURS.hours()).unwrap_or(now);
        // The latest date of each and of all below it.
        let mut floors: Vec<Timestamp> = Vec::with_capacity(self.moments.len());
        for moment in &mut self.moments {
            let parents = moment.parents.iter();
            let below = parents.filter_map(|parent| floors.get(*self.places.get(parent)?));
            let below = below.max().copied().unwrap_or(Timestamp::MIN);
            let claimed = moment.claimed().filter(|time| *time <= newest);
            moment.time = claimed.map(|time| time.max(below));
            floors.push(moment.time.unwrap_or(below));
        }
        // Of equal dates, what was made on top of the other stays behind it: the sort is stable.
        let mut dated: Vec<(Timestamp, Moment)> = floors
            .into_iter()
            .zip(std::mem::take(&mut self.moments))
            .collect();
        dated.sort_by_key(|(date, _)| *date);
        self.moments = dated.into_iter().map(|(_, moment)| moment).collect();
        self.index();
        for moment in &mut self.moments {
            let places = &self.places;
            moment.parents.sort_by_key(|parent| places.get(parent));
        }
    }
}

/// Returns how many files are other than `before`; of what is gone, all that there were.
pub fn changed_files(before: Content<'_>, after: Option<Content<'_>>) -> u64 {
    match after {
        Some(after) => after.difference(before),
        None => before.extent().files,
    }
}

/// The places of pushes, by the marks that they gave.
type Marks = BTreeMap<ReplicaId, BTreeMap<u64, usize>>;

/// Returns the latest of the `earlier` snapshots that a record was made on top of.
fn parents(earlier: &[Moment], marks: &Marks, record: &Page) -> Vec<SnapshotId> {
    if record.purpose == Purpose::Rescue {
        return Vec::new();
    }
    // Of each folder the last one that the vector covers: that knows of all before it.
    let mut below: Vec<usize> = record
        .vector
        .iter()
        .filter_map(|(replica, counter)| {
            let (_, place) = marks.get(&replica)?.range(..=counter).next_back()?;
            Some(*place)
        })
        .collect();
    below.sort_unstable();
    let mut parents: Vec<&Moment> = Vec::new();
    for place in below.into_iter().rev() {
        let moment = &earlier[place];
        let dot = moment.record.dot();
        if !parents.iter().any(|parent| {
            effort::compared();
            parent.record.vector.covers_dot(dot)
        }) {
            parents.push(moment);
        }
    }
    let parents = parents.into_iter();
    parents.map(|moment| moment.snapshot.clone()).collect()
}

/// How often vectors are compared, for a test of what grows with a history.
mod effort {
    #[cfg(test)]
    thread_local! {
        pub static COMPARED: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
    }

    /// Counts one.
    pub fn compared() {
        #[cfg(test)]
        COMPARED.with(|count| count.set(count.get() + 1));
    }
}

#[cfg(test)]
mod tests;
