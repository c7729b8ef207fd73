//! The agreement of a folder: for each unit, the version that it last shared with the cloud.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    ids::SnapshotId,
    local::{Hold, LocalSide, LocalUnit},
    path::RelPath,
    plan::held_version,
    record::{UnitState, UnitTable, UnitVersion},
    version::{Dot, VersionVector},
};

/// One unit's agreed version, and the snapshot that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// The version.
    pub version: UnitVersion,
    /// A snapshot that has it, or that says that it is gone.
    pub snapshot: SnapshotId,
}

/// What a folder and the cloud last agreed on, unit by unit. Kept per unit, so that a partial
/// pull or push is never mistaken for an edit.
pub type Agreement = BTreeMap<RelPath, Agreed>;

/// Returns the table of a push that gives `dot` to everything that changed here.
///
/// Deleted units stay listed as gone. Units that this device leaves alone stay listed as held in
/// the snapshot that has them.
pub fn next_table(
    agreement: &Agreement,
    local: &LocalSide,
    dot: Dot,
    vector: &VersionVector,
) -> UnitTable {
    let mut table: UnitTable = agreement
        .iter()
        .filter(|(unit, _)| !local.contains_key(*unit))
        .map(|(unit, agreed)| {
            (
                unit.clone(),
                held_version(&agreed.version, &agreed.version.source(&agreed.snapshot)),
            )
        })
        .collect();
    for (unit, side) in local {
        let agreed = agreement.get(unit);
        let version = match (side.hold, agreed) {
            (Some(Hold::Unreadable | Hold::OutOfScope | Hold::Name), Some(agreed)) => Some(
                held_version(&agreed.version, &agreed.version.source(&agreed.snapshot)),
            ),
            (Some(_), None) => None,
            (None, _) if side.changed() => Some(changed(side, dot, vector)),
            (None, agreed) => agreed.map(|agreed| {
                let mut version = agreed.version.clone();
                version.kind = side.kind;
                version.state = side.content.map_or(UnitState::Gone, UnitState::Here);
                version
            }),
        };
        if let Some(version) = version {
            table.insert(unit.clone(), version);
        }
    }
    table
}

fn changed(side: &LocalUnit, dot: Dot, vector: &VersionVector) -> UnitVersion {
    let before = side
        .agreed
        .iter()
        .flat_map(|agreed| agreed.over.iter().chain([&agreed.dot]));
    let over: BTreeSet<Dot> = before
        .copied()
        .filter(|dot| !vector.covers_dot(*dot))
        .collect();
    UnitVersion {
        kind: side.kind,
        dot,
        over,
        state: side.content.map_or(UnitState::Gone, UnitState::Here),
    }
}
