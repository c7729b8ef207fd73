//! What one snapshot says of itself, but for the files in it.

use std::{collections::BTreeSet, iter::Map, slice, sync::Arc};

use crate::domain::{
    digest::Digest,
    ids::{InstanceId, PushId, ReplicaId},
    path::RelPath,
    record::{Before, DeviceLabel, Purpose, PushRecord, UnitState, UnitVersion},
    version::{Dot, VersionVector},
};

/// A row, with the unit that it is about.
pub type Row = Arc<(RelPath, UnitVersion)>;

/// What a snapshot says of itself. Its file lists are the history's: see
/// [`History::content`](super::History::content).
#[derive(Debug, Clone)]
pub struct Page {
    /// The schema of the record.
    pub schema: u32,
    /// The instance.
    pub instance_id: InstanceId,
    /// What it is for.
    pub purpose: Purpose,
    /// What a safety copy was made before.
    pub before: Option<Before>,
    /// The attempt.
    pub push: PushId,
    /// The folder that pushed.
    pub replica: ReplicaId,
    /// Which of its pushes this is.
    pub counter: u64,
    /// Everything that it knows of and includes.
    pub vector: VersionVector,
    /// Who pushed.
    pub device: DeviceLabel,
    /// When, by that device's clock.
    pub time: String,
    /// A digest of the scope rules in force.
    pub scope: Digest,
    /// What each unit is.
    pub units: Rows,
    /// Units that are here by their rows, and of which it lists no files.
    pub(super) unlisted: BTreeSet<RelPath>,
}

impl Page {
    /// Returns the dot that this push gave to the units that it changed.
    pub fn dot(&self) -> Dot {
        Dot {
            replica: self.replica,
            counter: self.counter,
        }
    }

    /// Returns whether its snapshot holds just this content of a unit itself, and lists its files.
    pub fn lists(&self, unit: &RelPath, digest: Digest) -> bool {
        let row = self.units.get(unit);
        row.is_some_and(|row| row.state == UnitState::Here(digest)) && !self.unlisted.contains(unit)
    }

    /// Takes what a record says, with the rows that were made of it.
    pub(super) fn of(record: PushRecord, units: Rows, unlisted: BTreeSet<RelPath>) -> Self {
        Self {
            schema: record.schema,
            instance_id: record.instance_id,
            purpose: record.purpose,
            before: record.before,
            push: record.push,
            replica: record.replica,
            counter: record.counter,
            vector: record.vector,
            device: record.device,
            time: record.time,
            scope: record.scope,
            units,
            unlisted,
        }
    }

    /// Returns the record that says the same, without rows, file lists, and the snapshots that it covers.
    pub(super) fn bare(&self) -> PushRecord {
        PushRecord {
            schema: self.schema,
            instance_id: self.instance_id,
            purpose: self.purpose,
            before: self.before,
            push: self.push,
            replica: self.replica,
            counter: self.counter,
            vector: self.vector.clone(),
            covers: BTreeSet::new(),
            device: self.device.clone(),
            time: self.time.clone(),
            scope: self.scope,
            units: std::collections::BTreeMap::new(),
            contents: std::collections::BTreeMap::new(),
        }
    }
}

/// Goes through rows in the order of their units.
pub type Each<'a> = Map<slice::Iter<'a, Row>, fn(&'a Row) -> (&'a RelPath, &'a UnitVersion)>;

/// The rows of a snapshot, by unit. A row that several snapshots have is held once.
#[derive(Debug, Clone, Default)]
pub struct Rows(Box<[Row]>);

impl Rows {
    /// Takes rows; each unit counts once.
    pub(super) fn new(mut rows: Vec<Row>) -> Self {
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        rows.dedup_by(|a, b| a.0 == b.0);
        Self(rows.into())
    }

    /// Returns the row of a unit.
    pub fn get(&self, unit: &RelPath) -> Option<&UnitVersion> {
        let place = self.0.binary_search_by(|row| row.0.cmp(unit)).ok()?;
        Some(&self.0[place].1)
    }

    /// Returns whether there is a row of a unit.
    pub fn contains_key(&self, unit: &RelPath) -> bool {
        self.get(unit).is_some()
    }

    /// Returns all rows, in the order of their units.
    pub fn iter(&self) -> Each<'_> {
        self.0.iter().map(|row| (&row.0, &row.1))
    }

    /// Returns all units.
    pub fn keys(&self) -> impl Iterator<Item = &RelPath> {
        self.0.iter().map(|row| &row.0)
    }

    /// Returns all rows without their units.
    pub fn values(&self) -> impl Iterator<Item = &UnitVersion> {
        self.0.iter().map(|row| &row.1)
    }

    pub(super) fn shared(&self) -> &[Row] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a Rows {
    type Item = (&'a RelPath, &'a UnitVersion);
    type IntoIter = Each<'a>;

    fn into_iter(self) -> Each<'a> {
        self.iter()
    }
}
