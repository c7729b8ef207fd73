//! What a pull does with one unit: this folder's version of it against those that the cloud offers.

use super::{Dispute, Here, Mine, Party, Step, as_held, as_here, take};
use crate::domain::{
    lineage::Candidate,
    local::LocalUnit,
    record::{UnitState, UnitVersion},
};

/// A unit that this folder has never known: absent, and not deleted by anyone here.
pub(super) fn newcomer(candidates: &[Candidate]) -> Step {
    match candidates {
        [one] if one.version.state == UnitState::Gone => Step::Agree(one.version.clone()),
        [one] => adopt(one, false),
        [first, ..] => Step::Dispute(Dispute {
            kind: first.version.kind,
            party: Party::Others,
            here: Here::None,
            versions: candidates.to_vec(),
        }),
        [] => Step::Nothing,
    }
}

/// Returns the step of a unit that this folder knows.
pub(super) fn step(local: &LocalUnit, mine: &Mine<'_>, candidates: &[Candidate]) -> Step {
    if let Some(why) = local.hold {
        let news = candidates
            .iter()
            .find(|one| !knows(local, mine, &one.version));
        return Step::Hold {
            version: news.map(as_held),
            why,
        };
    }
    let having = |wanted: Relation| {
        candidates
            .iter()
            .filter(move |one| relation(local, mine, one) == wanted)
    };
    let same = having(Relation::Same).next();
    let newer = having(Relation::Newer).count() > 0;
    let others: Vec<&Candidate> = candidates
        .iter()
        .filter(|one| {
            matches!(
                relation(local, mine, one),
                Relation::Newer | Relation::Concurrent
            )
        })
        .collect();
    match (others.as_slice(), same) {
        ([], Some(same)) => agree(local, mine, same),
        ([], None) if local.changed() => Step::Keep {
            beats_deletion: false,
        },
        ([], None) => Step::Nothing,
        // What is here is older than the only other version, or is a deletion that an edit beats.
        ([one], None) if newer => adopt(one, false),
        ([one], None) if local.content.is_none() => adopt(one, true),
        ([one], _) if one.version.state == UnitState::Gone => Step::Keep {
            beats_deletion: true,
        },
        _ => Step::Dispute(dispute(local, mine, &others, same, newer)),
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

/// Whether everything that a version includes is known here.
fn knows(local: &LocalUnit, mine: &Mine<'_>, version: &UnitVersion) -> bool {
    version.changes().all(|dot| {
        (local.elsewhere.is_none() && mine.vector.covers_dot(dot))
            || local
                .agreed
                .as_ref()
                .is_some_and(|agreed| agreed.includes(dot))
    })
}

fn relation(local: &LocalUnit, mine: &Mine<'_>, candidate: &Candidate) -> Relation {
    let includes = |dot| candidate.vector.covers_dot(dot) || candidate.version.includes(dot);
    if candidate.version.digest() == local.content {
        return Relation::Same;
    }
    let known = knows(local, mine, &candidate.version);
    let includes_ours = local.dot().is_some_and(includes);
    match (known, includes_ours) {
        (false, false) => Relation::Concurrent,
        (false, true) => Relation::Newer,
        (true, true) if outlives(local, mine, candidate) => Relation::Newer,
        (true, _) => Relation::Older,
    }
}

/// Both sides know both versions, and go on with different ones: they merged at the same time, and
/// one of them saw more. Whoever saw all that the other did is right; else both take the same one.
fn outlives(local: &LocalUnit, mine: &Mine<'_>, candidate: &Candidate) -> bool {
    if candidate.vector.covers(mine.vector) {
        return true;
    }
    local
        .agreed
        .as_ref()
        .is_some_and(|ours| candidate.version.outranks(ours))
}

fn dispute(
    local: &LocalUnit,
    mine: &Mine<'_>,
    others: &[&Candidate],
    same: Option<&Candidate>,
    newer: bool,
) -> Dispute {
    let here = match (local.content, same) {
        (Some(digest), Some(same)) => match agree(local, mine, same) {
            Step::Agree(version) => Here::Version(version),
            _ if local.dot().is_none() => Here::Unpublished(digest),
            _ => Here::Version(
                local
                    .agreed
                    .clone()
                    .unwrap_or_else(|| as_here(&same.version)),
            ),
        },
        (Some(digest), None) if !newer => match (local.dot(), &local.agreed) {
            (Some(_), Some(agreed)) => Here::Version(agreed.clone()),
            _ => Here::Unpublished(digest),
        },
        _ => Here::None,
    };
    let own = match local.dot() {
        None => true,
        Some(dot) => dot.replica == mine.replica && mine.deciding,
    };
    Dispute {
        kind: local.kind,
        party: if own && here != Here::None {
            Party::Own
        } else {
            Party::Others
        },
        here,
        versions: others.iter().map(|one| (*one).clone()).collect(),
    }
}

fn adopt(one: &Candidate, revived: bool) -> Step {
    match one.version.state {
        UnitState::Gone => Step::Remove(one.version.clone()),
        UnitState::Here(_) | UnitState::Held { .. } => Step::Take(take(one, revived)),
    }
}

/// Equal content on both sides: which marks does it carry from now on?
fn agree(local: &LocalUnit, mine: &Mine<'_>, same: &Candidate) -> Step {
    let theirs = as_here(&same.version);
    let knows_of = |ours: &UnitVersion| {
        ours.changes()
            .all(|dot| same.vector.covers_dot(dot) || theirs.includes(dot))
    };
    let (Some(_), Some(ours)) = (local.dot(), &local.agreed) else {
        // An edit on top of something that they do not know is more than theirs, though it looks the
        // same: such as a decision for it that was carried out in a pull that was not whole.
        return match &local.agreed {
            Some(ours) if !knows_of(ours) => Step::Keep {
                beats_deletion: false,
            },
            _ => Step::Agree(theirs),
        };
    };
    let theirs_knows = knows_of(ours);
    let agreed = match (theirs_knows, knows(local, mine, &theirs)) {
        (true, false) => theirs,
        (false, true) => return Step::Nothing,
        // Both made it the same, or both know: everybody keeps one of both.
        _ => ours.united_with(&theirs),
    };
    if agreed == *ours {
        Step::Nothing
    } else {
        Step::Agree(agreed)
    }
}
