//! What a pull would do, as data: every unit of this folder against every unit of the cloud.

mod step;

use std::collections::BTreeMap;

use self::step::{newcomer, step};
use super::{
    digest::Digest,
    ids::{ReplicaId, SnapshotId},
    lineage::{Candidate, CloudSide},
    local::{Hold, LocalSide},
    path::RelPath,
    record::{UnitState, UnitVersion},
    settle::Settlement,
    unit::UnitKind,
    version::VersionVector,
};

/// What a pull would do with one unit.
#[derive(Debug, Clone)]
pub enum Step {
    /// Both sides hold the same, and already agree on it.
    Nothing,
    /// Both sides hold the same content: only remember the cloud's version.
    Agree(UnitVersion),
    /// The cloud's version is newer: fetch it.
    Take(Take),
    /// It was deleted in the cloud and is unchanged here: move it to `undo/`.
    Remove(UnitVersion),
    /// This folder's version is newer; the next push publishes it.
    Keep {
        /// Set where the unit was changed here and deleted in the cloud.
        beats_deletion: bool,
    },
    /// There are versions that do not know of each other, and nobody has decided.
    Dispute(Dispute),
    /// They were decided.
    Settle(Box<Settlement>),
    /// Others have to decide; this folder, which has no version of its own, goes on with one of
    /// theirs meanwhile.
    Follow(Take),
    /// This device leaves it alone.
    Hold {
        /// What the cloud says, where it says anything that is new here.
        version: Option<UnitVersion>,
        /// Why it is left alone.
        why: Hold,
    },
}

/// A version to fetch.
#[derive(Debug, Clone)]
pub struct Take {
    /// The snapshot that holds it.
    pub from: SnapshotId,
    /// What the unit will be.
    pub version: UnitVersion,
    /// Set where the unit was deleted here and changed in the cloud.
    pub revived: bool,
}

/// Who has to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// This folder: its own change is one of the versions, and no other device was told of it
    /// first.
    Own,
    /// Others, or nobody in particular.
    Others,
}

/// What this folder holds of a disputed unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Here {
    /// None of the versions: nothing, or something that all of them replace.
    None,
    /// A version of the cloud's history.
    Version(UnitVersion),
    /// Something that was never published as a version: a folder that joins.
    Unpublished(Digest),
}

impl Here {
    /// Returns the content that is one of the disputed ones.
    pub fn digest(&self) -> Option<Digest> {
        match self {
            Self::None => None,
            Self::Version(version) => version.digest(),
            Self::Unpublished(digest) => Some(*digest),
        }
    }
}

/// Versions of one unit that do not know of each other.
#[derive(Debug, Clone)]
pub struct Dispute {
    /// What it is to a player.
    pub kind: UnitKind,
    /// Who has to decide.
    pub party: Party,
    /// This folder's version.
    pub here: Here,
    /// The cloud's other versions, the latest first. Never empty.
    pub versions: Vec<Candidate>,
}

/// One step for each unit that either side knows.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The steps, by unit.
    pub steps: BTreeMap<RelPath, Step>,
}

impl Plan {
    /// Returns the disputes that nobody has decided, of one party.
    pub fn disputes(&self, party: Party) -> impl Iterator<Item = (&RelPath, &Dispute)> {
        self.steps
            .iter()
            .filter_map(move |(unit, step)| match step {
                Step::Dispute(dispute) if dispute.party == party => Some((unit, dispute)),
                _ => None,
            })
    }

    /// Returns all disputes, of whatever party.
    pub fn all_disputes(&self) -> Vec<(RelPath, Dispute)> {
        let disputed = self.steps.iter().filter_map(|(unit, step)| match step {
            Step::Dispute(dispute) => Some((unit.clone(), dispute.clone())),
            _ => None,
        });
        disputed.collect()
    }

    /// Returns the units about which other devices disagree.
    pub fn forks(&self) -> impl Iterator<Item = &RelPath> {
        self.steps
            .iter()
            .filter(|(_, step)| match step {
                Step::Follow(_) => true,
                Step::Dispute(dispute) => dispute.party == Party::Others,
                _ => false,
            })
            .map(|(unit, _)| unit)
    }

    /// Returns whether every unit has a step that settles it: only then may the cloud's vectors be
    /// joined to this folder's.
    pub fn is_whole(&self) -> bool {
        !self.steps.values().any(|step| match step {
            Step::Dispute(_) | Step::Follow(_) => true,
            Step::Hold {
                version: Some(_),
                why,
            } => why.keeps_news(),
            _ => false,
        })
    }
}

/// Plans a pull: the `local` side of the folder `mine` against the `cloud`.
///
/// | here \ cloud | unchanged | changed | added | deleted |
/// |---|---|---|---|---|
/// | unchanged | nothing | take | take | remove |
/// | changed | keep | dispute | dispute | keep, and say so |
/// | added | keep | dispute | dispute | keep, and say so |
/// | deleted | keep (deleted) | take, and say so | take, and say so | agree |
///
/// Equal content is never disputed, and absence from a head's table never deletes.
pub fn plan(local: &LocalSide, mine: &Mine<'_>, cloud: &CloudSide) -> Plan {
    let mut steps = BTreeMap::new();
    for (unit, candidates) in cloud {
        let step = match local.get(unit) {
            Some(side) => step(side, mine, candidates),
            None => newcomer(candidates),
        };
        steps.insert(unit.clone(), step);
    }
    for (unit, side) in local.iter().filter(|(unit, _)| !cloud.contains_key(*unit)) {
        let step = match (side.hold, side.changed()) {
            (Some(why), _) => Step::Hold { version: None, why },
            (None, true) => Step::Keep {
                beats_deletion: false,
            },
            (None, false) => Step::Nothing,
        };
        steps.insert(unit.clone(), step);
    }
    Plan { steps }
}

/// Who is pulling.
#[derive(Debug, Clone, Copy)]
pub struct Mine<'a> {
    /// This folder.
    pub replica: ReplicaId,
    /// What it covers.
    pub vector: &'a VersionVector,
    /// Whether its last push went out beside somebody else's: then it is the one to decide. A
    /// change that is not published yet makes it so in any case.
    pub deciding: bool,
}

/// Returns what it takes to have a candidate here.
pub fn take(one: &Candidate, revived: bool) -> Take {
    Take {
        from: one.source(),
        version: as_here(&one.version),
        revived,
    }
}

/// Returns `version` as it is once it has been fetched: simply here, wherever it was held.
pub fn as_here(version: &UnitVersion) -> UnitVersion {
    let state = match version.digest() {
        Some(digest) => UnitState::Here(digest),
        None => UnitState::Gone,
    };
    UnitVersion {
        state,
        ..version.clone()
    }
}

/// What this device passes on of a unit that it leaves alone.
fn as_held(one: &Candidate) -> UnitVersion {
    held_version(&one.version, &one.source())
}

/// Returns `version` as one that stays what it was in `snapshot`.
pub fn held_version(version: &UnitVersion, snapshot: &SnapshotId) -> UnitVersion {
    let state = match version.digest() {
        Some(digest) => UnitState::Held {
            digest,
            within: snapshot.clone(),
        },
        None => UnitState::Gone,
    };
    UnitVersion {
        state,
        ..version.clone()
    }
}

/// What a unit's content is after its step, where the step changes it: for tests and previews.
pub fn content_after(step: &Step, before: Option<Digest>) -> Option<Digest> {
    match step {
        Step::Take(take) | Step::Follow(take) => take.version.digest(),
        Step::Settle(settlement) => match &settlement.take {
            Some(take) => take.version.digest(),
            None => before,
        },
        Step::Remove(_) => None,
        _ => before,
    }
}

#[cfg(test)]
mod tests;
