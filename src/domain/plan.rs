//! What a pull would do, as data: every unit of this folder against every unit of the cloud.

use std::collections::BTreeMap;

use super::{
    digest::Digest,
    ids::{ReplicaId, SnapshotId},
    lineage::{Candidate, CloudSide},
    local::{Hold, LocalSide, LocalUnit},
    path::RelPath,
    record::{UnitState, UnitVersion},
    version::{Dot, VersionVector},
};

/// What a pull would do with one unit.
#[derive(Debug, Clone)]
pub enum Step {
    /// Both sides hold the same, and already agree on it.
    Nothing,
    /// Both sides hold the same content: only remember the cloud's version.
    Agree(UnitVersion),
    /// The cloud's version is newer: fetch it from this snapshot.
    Take {
        /// The snapshot that holds it.
        from: SnapshotId,
        /// What it will be.
        version: UnitVersion,
        /// Set where the unit was deleted here and changed in the cloud.
        revived: bool,
    },
    /// It was deleted in the cloud and is unchanged here: move it to `undo/`.
    Remove(UnitVersion),
    /// This folder's version is newer; the next push publishes it.
    Keep {
        /// Set where the unit was changed here and deleted in the cloud.
        beats_deletion: bool,
    },
    /// It changed on both sides.
    Conflict(Vec<Candidate>),
    /// Other devices disagree about it, and this folder has no change of its own: stay.
    Fork(Vec<Candidate>),
    /// This device leaves it alone and passes the cloud's version on.
    Hold {
        /// What the cloud says, where it says anything that is new here.
        version: Option<UnitVersion>,
        /// Why it is left alone.
        why: Hold,
    },
}

/// One step for each unit that either side knows.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The steps, by unit.
    pub steps: BTreeMap<RelPath, Step>,
}

impl Plan {
    /// Returns the units that changed on both sides.
    pub fn conflicts(&self) -> impl Iterator<Item = (&RelPath, &[Candidate])> {
        self.steps.iter().filter_map(|(unit, step)| match step {
            Step::Conflict(candidates) => Some((unit, candidates.as_slice())),
            _ => None,
        })
    }

    /// Returns the units about which other devices disagree.
    pub fn forks(&self) -> impl Iterator<Item = &RelPath> {
        self.steps
            .iter()
            .filter(|(_, step)| matches!(step, Step::Fork(_)))
            .map(|(unit, _)| unit)
    }

    /// Returns whether every unit has a step that can be carried out: only then may the cloud's
    /// vectors be joined to this folder's.
    pub fn is_whole(&self) -> bool {
        !self.steps.values().any(|step| {
            let undecided = matches!(step, Step::Conflict(_) | Step::Fork(_));
            let unread = matches!(
                step,
                Step::Hold {
                    version: Some(_),
                    why: Hold::Unreadable
                }
            );
            undecided || unread
        })
    }

    /// Returns whether carrying it out would change any file of the player's.
    pub fn touches_files(&self) -> bool {
        self.steps
            .values()
            .any(|step| matches!(step, Step::Take { .. } | Step::Remove(_)))
    }
}

/// Plans a pull: the `local` side of the folder `mine` against the `cloud`.
///
/// | here \ cloud | unchanged | changed | added | deleted |
/// |---|---|---|---|---|
/// | unchanged | nothing | take | take | remove |
/// | changed | keep | conflict | conflict | keep, and say so |
/// | added | keep | conflict | conflict | keep, and say so |
/// | deleted | keep (deleted) | take, and say so | take, and say so | agree |
///
/// Equal content is never a conflict, and absence from a head's table never deletes.
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
}

/// A unit that this folder has never known: absent, and not deleted by anyone here.
fn newcomer(candidates: &[Candidate]) -> Step {
    match candidates {
        [one] if one.version.state == UnitState::Gone => Step::Agree(one.version.clone()),
        [one] => adopt(one, false),
        _ => Step::Fork(candidates.to_vec()),
    }
}

/// How a candidate stands to the local version of the same unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// Equal content (or both deleted).
    Same,
    /// This folder's version includes it.
    Older,
    /// It includes this folder's version.
    Newer,
    /// Neither knows of the other.
    Concurrent,
}

fn knows(local: &LocalUnit, mine: &Mine<'_>, dot: Dot) -> bool {
    mine.vector.covers_dot(dot)
        || local
            .agreed
            .as_ref()
            .is_some_and(|agreed| agreed.includes(dot))
}

fn relation(local: &LocalUnit, mine: &Mine<'_>, candidate: &Candidate) -> Relation {
    let includes = |dot| candidate.vector.covers_dot(dot) || candidate.version.includes(dot);
    if candidate.version.digest() == local.content {
        Relation::Same
    } else if knows(local, mine, candidate.version.dot) {
        Relation::Older
    } else if local.dot().is_some_and(includes) {
        Relation::Newer
    } else {
        Relation::Concurrent
    }
}

fn step(local: &LocalUnit, mine: &Mine<'_>, candidates: &[Candidate]) -> Step {
    let having = |wanted: Relation| -> Vec<&Candidate> {
        candidates
            .iter()
            .filter(|one| relation(local, mine, one) == wanted)
            .collect()
    };
    if let Some(why) = local.hold {
        let news = candidates
            .iter()
            .find(|one| !knows(local, mine, one.version.dot));
        return Step::Hold {
            version: news.map(as_held),
            why,
        };
    }
    let concurrent = having(Relation::Concurrent);
    if !concurrent.is_empty() {
        return concurrent_step(local, mine, candidates, &concurrent);
    }
    match having(Relation::Newer).as_slice() {
        [] => {}
        [one] if candidates.len() == 1 => return adopt(one, false),
        _ => return Step::Fork(candidates.to_vec()),
    }
    if let Some(same) = having(Relation::Same).first() {
        return agree(local, mine, same);
    }
    if local.changed() {
        Step::Keep {
            beats_deletion: false,
        }
    } else {
        Step::Nothing
    }
}

/// Both sides changed, and neither knew: an edit beats a deletion, two edits are a conflict of
/// whoever made one of them, and a fork to everybody else.
fn concurrent_step(
    local: &LocalUnit,
    mine: &Mine<'_>,
    all: &[Candidate],
    concurrent: &[&Candidate],
) -> Step {
    let deletions = concurrent
        .iter()
        .all(|one| one.version.state == UnitState::Gone);
    let own = local.dot().is_none_or(|dot| dot.replica == mine.replica);
    match (local.content, concurrent) {
        (Some(_), _) if deletions => Step::Keep {
            beats_deletion: true,
        },
        (None, [one]) if all.len() == 1 => adopt(one, true),
        (Some(_), _) if own => {
            Step::Conflict(concurrent.iter().map(|one| (*one).clone()).collect())
        }
        _ => Step::Fork(all.to_vec()),
    }
}

fn adopt(one: &Candidate, revived: bool) -> Step {
    match one.version.state {
        UnitState::Gone => Step::Remove(one.version.clone()),
        UnitState::Here(_) | UnitState::Held { .. } => Step::Take {
            from: one.source(),
            version: as_here(&one.version),
            revived,
        },
    }
}

/// Equal content on both sides: which mark does it carry from now on?
fn agree(local: &LocalUnit, mine: &Mine<'_>, same: &Candidate) -> Step {
    let theirs = same.version.dot;
    let newer = match local.dot() {
        None => true,
        Some(ours) if ours == theirs => false,
        Some(ours) => match (same.vector.covers_dot(ours), mine.vector.covers_dot(theirs)) {
            (true, false) => true,
            (false, true) => false,
            // Both changed it to the same content, or both know: everybody keeps the larger.
            _ => theirs > ours,
        },
    };
    if newer {
        Step::Agree(as_here(&same.version))
    } else {
        Step::Nothing
    }
}

/// A version that is held elsewhere is simply here once it has been fetched.
fn as_here(version: &UnitVersion) -> UnitVersion {
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
        Step::Take { version, .. } => version.digest(),
        Step::Remove(_) => None,
        _ => before,
    }
}

#[cfg(test)]
mod tests;
