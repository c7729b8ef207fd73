//! What is gathered of a history while it is read: the snapshots, in no order.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    page::{Page, Row, Rows},
    shelf::Shelf,
};
use crate::domain::{
    digest::Digest,
    ids::SnapshotId,
    path::RelPath,
    record::{PushRecord, UnitState, UnitVersion},
    version::Dot,
};

/// Snapshots that say what they are, with everything that several of them say held once.
#[derive(Debug, Clone, Default)]
pub struct Book {
    pub(super) pages: BTreeMap<SnapshotId, Page>,
    pub(super) shelf: Shelf,
    /// The rows that are known, by what they are about.
    rows: BTreeMap<RelPath, BTreeMap<Dot, Vec<Row>>>,
    /// What was added last of each unit: the next is likely to be much the same.
    last: BTreeMap<RelPath, Digest>,
}

impl Book {
    /// Adds what a snapshot says. The record was validated.
    pub fn add(&mut self, snapshot: SnapshotId, mut record: PushRecord) {
        let units = std::mem::take(&mut record.units);
        let contents = std::mem::take(&mut record.contents);
        let mut unlisted = BTreeSet::new();
        let mut rows = Vec::with_capacity(units.len());
        for (unit, row) in units {
            if let UnitState::Here(digest) = row.state {
                match contents.get(&unit) {
                    Some(content) => {
                        let base = self.last.insert(unit.clone(), digest);
                        self.shelf.add(digest, content, base);
                    }
                    None => drop(unlisted.insert(unit.clone())),
                }
            }
            rows.push(self.row(unit, row));
        }
        let page = Page::of(record, Rows::new(rows), unlisted);
        self.pages.insert(snapshot, page);
    }

    /// Adds a page whose rows and lists are there already.
    pub(super) fn put(&mut self, snapshot: SnapshotId, page: Page) {
        for (unit, row) in &page.units {
            if let UnitState::Here(digest) = row.state {
                self.last.insert(unit.clone(), digest);
            }
        }
        self.pages.insert(snapshot, page);
    }

    /// Returns a row as it is shared.
    pub(super) fn row(&mut self, unit: RelPath, row: UnitVersion) -> Row {
        let of_unit = match self.rows.get_mut(&unit) {
            Some(rows) => rows,
            None => self.rows.entry(unit.clone()).or_default(),
        };
        let alike = of_unit.entry(row.dot).or_default();
        if let Some(known) = alike.iter().find(|known| known.1 == row) {
            return known.clone();
        }
        let shared = Arc::new((unit, row));
        alike.push(shared.clone());
        shared
    }

    /// Returns whether a snapshot is in it.
    pub fn contains(&self, snapshot: &SnapshotId) -> bool {
        self.pages.contains_key(snapshot)
    }

    /// Returns what a snapshot says.
    pub fn page(&self, snapshot: &SnapshotId) -> Option<&Page> {
        self.pages.get(snapshot)
    }

    /// Returns whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Returns the snapshots in it.
    pub fn snapshots(&self) -> impl Iterator<Item = &SnapshotId> {
        self.pages.keys()
    }

    /// Takes out every snapshot that is not to stay, and returns whether there was one.
    pub fn retain(&mut self, stays: impl Fn(&SnapshotId) -> bool) -> bool {
        let before = self.pages.len();
        self.pages.retain(|snapshot, _| stays(snapshot));
        self.pages.len() < before
    }
}
