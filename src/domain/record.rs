//! What a push records about itself: `.cloud-sync/push.json` inside its own snapshot.
//!
//! The format lasts as long as the repositories do. `docs/formats.md` describes it for people.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    digest::Digest,
    ids::{DeviceId, InstanceId, PushId, ReplicaId, SnapshotId},
    path::RelPath,
    unit::{UnitContent, UnitKind},
    version::{Dot, VersionVector},
};

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

/// One unit at one version: the row of a unit table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "VersionRow", into = "VersionRow")]
pub struct UnitVersion {
    /// What it is to a player.
    pub kind: UnitKind,
    /// The mark of its last change.
    pub dot: Dot,
    /// Changes that this version replaced although the vector beside it does not cover them: only
    /// after a partial pull. Empty otherwise.
    pub over: BTreeSet<Dot>,
    /// What it is.
    pub state: UnitState,
}

impl UnitVersion {
    /// Returns whether this version is, or was made from, the change that `dot` marks.
    pub fn includes(&self, dot: Dot) -> bool {
        self.dot == dot || self.over.contains(&dot)
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
    over: BTreeSet<Dot>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    within: Option<SnapshotId>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StateName {
    Here,
    Gone,
    Held,
}

impl TryFrom<VersionRow> for UnitVersion {
    type Error = &'static str;

    fn try_from(row: VersionRow) -> Result<Self, Self::Error> {
        let state = match (row.state, row.digest, row.within) {
            (StateName::Here, Some(digest), None) => UnitState::Here(digest),
            (StateName::Gone, None, None) => UnitState::Gone,
            (StateName::Held, Some(digest), Some(within)) => UnitState::Held { digest, within },
            _ => return Err("a unit's state does not fit its digest"),
        };
        Ok(Self {
            kind: row.kind,
            dot: row.dot,
            over: row.over,
            state,
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
            over: version.over,
            digest,
            within,
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

/// The content of `push.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushRecord {
    /// See [`SCHEMA`].
    pub schema: u32,
    /// The instance that this is about: a record of another one is not trusted.
    pub instance_id: InstanceId,
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
        if self.schema > SCHEMA {
            return Err(format!(
                "its schema {} is newer than this program",
                self.schema
            ));
        }
        if self.instance_id != instance {
            return Err(format!("it belongs to the instance {}", self.instance_id));
        }
        if !self.vector.covers_dot(self.dot()) || self.counter == 0 {
            return Err("its version vector does not cover itself".to_owned());
        }
        for (unit, version) in &self.units {
            if !self.vector.covers_dot(version.dot) {
                return Err(format!(
                    "the change of {unit} is not covered by its version vector"
                ));
            }
            let content = self.contents.get(unit);
            let sound = match &version.state {
                UnitState::Here(digest) => {
                    content.is_some_and(|content| content.digest() == *digest)
                }
                UnitState::Gone | UnitState::Held { .. } => content.is_none(),
            };
            if !sound {
                return Err(format!("the file list of {unit} does not match its digest"));
            }
        }
        match self
            .contents
            .keys()
            .find(|unit| !self.units.contains_key(*unit))
        {
            Some(unit) => Err(format!("it lists files of {unit}, which it does not name")),
            None => Ok(()),
        }
    }
}
