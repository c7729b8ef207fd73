//! What a push records about itself: `.cloud-sync/push.json` inside its own snapshot.
//!
//! The format lasts as long as the repositories do. `docs/formats.md` describes it for people.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    digest::Digest,
    ids::{DeviceId, InstanceId, PushId, ReplicaId, SnapshotId},
    path::RelPath,
    save::{self, About},
    unit::{Extent, UnitContent, UnitKind},
    version::{Dot, VersionVector},
};
use crate::texts::text;

/// The schema that this program writes, and the newest that it reads.
pub const SCHEMA: u32 = 1;

/// What one unit is, at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitState {
    /// It is in the snapshot that says so.
    Here(Digest),
    /// It was deleted. The only way in which a unit is ever deleted.
    Gone,
    /// It is left out on purpose and stays what it was in another snapshot.
    Held {
        /// Its content there.
        digest: Digest,
        /// The snapshot that holds it.
        within: SnapshotId,
    },
}

/// Who made a change, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The device's name at that time.
    pub device: String,
    /// By that device's clock. It is shown, and it chooses which of several versions that nobody
    /// saw coming keeps the plain name: whatever it says, all of them stay.
    pub time: Timestamp,
}

/// One unit at one version: the row of a unit table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "VersionRow", into = "VersionRow")]
pub struct UnitVersion {
    /// What it is to a player.
    pub kind: UnitKind,
    /// The mark of its last change.
    pub dot: Dot,
    /// Changes that made the same content elsewhere at the same time: this version is each of them.
    pub also: BTreeSet<Dot>,
    /// Changes that this version replaced although the vector beside it need not cover them: what
    /// lost to it in a decision, and what was edited after a partial pull.
    pub over: BTreeSet<Dot>,
    /// Who made that change.
    pub origin: Origin,
    /// What it is.
    pub state: UnitState,
    /// What a player recognizes it by, where its files tell. For display.
    pub about: Option<Box<About>>,
}

impl UnitVersion {
    /// Returns whether this version is, or was made from, the change that `dot` marks.
    pub fn includes(&self, dot: Dot) -> bool {
        self.included().any(|own| own == dot)
    }

    /// Returns every change that this version is.
    pub fn changes(&self) -> impl Iterator<Item = Dot> {
        std::iter::once(self.dot).chain(self.also.iter().copied())
    }

    /// Returns every change that this version is, or says that it replaced.
    pub fn included(&self) -> impl Iterator<Item = Dot> {
        self.changes().chain(self.over.iter().copied())
    }

    /// Makes one version of this one and another that has the same content and was made at the same
    /// time: whoever does that gets the same one.
    #[must_use]
    pub fn united_with(&self, other: &Self) -> Self {
        let later = if other.rank() > self.rank() {
            other
        } else {
            self
        };
        let mut also: BTreeSet<Dot> = self.changes().chain(other.changes()).collect();
        also.remove(&later.dot);
        let over = self.over.union(&other.over).copied();
        Self {
            over: over.filter(|dot| !also.contains(dot)).collect(),
            also,
            ..later.clone()
        }
    }

    /// Returns this version as one that won over `losers` in a decision.
    #[must_use]
    pub fn decided_over<'a>(&self, losers: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut won = self.clone();
        won.over.extend(losers.into_iter().flat_map(Self::included));
        won.over
            .retain(|dot| !self.changes().any(|own| own == *dot));
        won
    }

    /// Returns what orders versions that do not know of each other: the later one is greater. Every
    /// device computes the same, whatever the clocks were.
    pub fn rank(&self) -> (Timestamp, Dot) {
        (self.origin.time, self.dot)
    }

    /// Returns whether everybody who knows both this version and `other`, neither of which replaced the
    /// other, goes on with this one: an edit beats a deletion, and the later one the earlier.
    pub fn outranks(&self, other: &Self) -> bool {
        (self.digest().is_some(), self.rank()) > (other.digest().is_some(), other.rank())
    }

    /// Returns the content's digest, or `None` where the unit is gone.
    pub fn digest(&self) -> Option<Digest> {
        match &self.state {
            UnitState::Here(digest) | UnitState::Held { digest, .. } => Some(*digest),
            UnitState::Gone => None,
        }
    }

    /// Returns the snapshot to restore it from, where `snapshot` is the one that lists it.
    pub fn source(&self, snapshot: &SnapshotId) -> SnapshotId {
        match &self.state {
            UnitState::Held { within, .. } => within.clone(),
            UnitState::Here(_) | UnitState::Gone => snapshot.clone(),
        }
    }
}

/// A row of a unit table, as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct VersionRow {
    state: StateName,
    kind: UnitKind,
    dot: Dot,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    also: BTreeSet<Dot>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    over: BTreeSet<Dot>,
    by: String,
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    within: Option<SnapshotId>,
    #[serde(
        default,
        deserialize_with = "save::leniently",
        skip_serializing_if = "Option::is_none"
    )]
    about: Option<About>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StateName {
    Here,
    Gone,
    Held,
}

impl TryFrom<VersionRow> for UnitVersion {
    type Error = String;

    fn try_from(row: VersionRow) -> Result<Self, Self::Error> {
        let state = match (row.state, row.digest, row.within) {
            (StateName::Here, Some(digest), None) => UnitState::Here(digest),
            (StateName::Gone, None, None) => UnitState::Gone,
            (StateName::Held, Some(digest), Some(within)) => UnitState::Held { digest, within },
            _ => return Err(text!("record-state-odd")),
        };
        Ok(Self {
            kind: row.kind,
            dot: row.dot,
            also: row.also,
            over: row.over,
            origin: Origin {
                device: row.by,
                time: row.at,
            },
            state,
            about: row.about.map(Box::new),
        })
    }
}

impl From<UnitVersion> for VersionRow {
    fn from(version: UnitVersion) -> Self {
        let (state, digest, within) = match version.state {
            UnitState::Here(digest) => (StateName::Here, Some(digest), None),
            UnitState::Gone => (StateName::Gone, None, None),
            UnitState::Held { digest, within } => (StateName::Held, Some(digest), Some(within)),
        };
        Self {
            state,
            kind: version.kind,
            dot: version.dot,
            also: version.also,
            over: version.over,
            by: version.origin.device,
            at: version.origin.time,
            digest,
            within,
            about: version.about.map(|about| *about),
        }
    }
}

/// Every unit that a replica or a snapshot knows of, deleted ones included.
pub type UnitTable = BTreeMap<RelPath, UnitVersion>;

/// The machine that pushed, for people: it never decides anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceLabel {
    /// Its stable id.
    pub id: Option<DeviceId>,
    /// Its name at that time.
    pub name: String,
}

/// What a snapshot is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// The state of a folder: it can be a head.
    #[default]
    Push,
    /// A safety copy of units that something else takes the place of. Never a head.
    Rescue,
}

/// What a safety copy was made before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Before {
    /// A pull, or a decision, that replaced the units or waits for one.
    Pull,
    /// An `undo`.
    Undo,
    /// A `restore`.
    Restore,
    /// Something that a newer version knows.
    #[serde(other)]
    Other,
}

/// The content of `push.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushRecord {
    /// See [`SCHEMA`].
    pub schema: u32,
    /// The instance that this is about: a record of another one is not trusted.
    pub instance_id: InstanceId,
    /// What it is for.
    #[serde(default)]
    pub purpose: Purpose,
    /// What a safety copy was made before, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// The attempt, also written as the tag `push=`.
    pub push: PushId,
    /// The folder that pushed.
    pub replica: ReplicaId,
    /// Which of its pushes this is.
    pub counter: u64,
    /// Everything that this push knows of and includes.
    pub vector: VersionVector,
    /// The visible snapshots that the vector covers, so that a reader need not open each of them.
    pub covers: BTreeSet<SnapshotId>,
    /// Who pushed.
    pub device: DeviceLabel,
    /// When, by that device's clock, in RFC 3339. For display.
    pub time: String,
    /// A digest of the scope rules in force.
    pub scope: Digest,
    /// What each unit is.
    pub units: UnitTable,
    /// The files of each unit that is here.
    pub contents: BTreeMap<RelPath, UnitContent>,
}

impl PushRecord {
    /// Returns the dot that this push gave to the units that it changed.
    pub fn dot(&self) -> Dot {
        Dot {
            replica: self.replica,
            counter: self.counter,
        }
    }

    /// Returns how large a unit is that is here in this push.
    pub fn extent(&self, unit: &RelPath) -> Option<Extent> {
        self.contents.get(unit).map(UnitContent::extent)
    }

    /// Returns the number of regular files in the snapshot, `push.json` included.
    pub fn file_count(&self) -> u64 {
        let files: usize = self
            .contents
            .values()
            .map(|content| content.files.len())
            .sum();
        files as u64 + 1
    }

    /// Checks what the types do not: that every claim fits every other.
    pub fn validate(&self, instance: InstanceId) -> Result<(), String> {
        if self.instance_id != instance {
            return Err(text!(
                "record-of-another-instance",
                instance = self.instance_id.to_string()
            ));
        }
        if !self.vector.covers_dot(self.dot()) || self.counter == 0 {
            return Err(text!("record-vector-odd"));
        }
        for (unit, version) in &self.units {
            let content = self.contents.get(unit);
            let sound = match &version.state {
                UnitState::Here(digest) => {
                    content.is_some_and(|content| content.digest() == *digest)
                }
                UnitState::Gone | UnitState::Held { .. } => content.is_none(),
            };
            if !sound {
                return Err(text!("record-list-odd", unit = unit.as_str()));
            }
        }
        match self
            .contents
            .keys()
            .find(|unit| !self.units.contains_key(*unit))
        {
            Some(unit) => Err(text!("record-list-unnamed", unit = unit.as_str())),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
