//! The agreement of a folder: for each unit, the version that it last shared with the cloud.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    ids::SnapshotId,
    local::{LocalSide, LocalUnit},
    path::RelPath,
    plan::held_version,
    record::{Origin, UnitState, UnitTable, UnitVersion},
    unit::Extent,
    version::{Dot, VersionVector},
};

/// One unit's agreed version, and the snapshot that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// The version.
    pub version: UnitVersion,
    /// A snapshot that has it, or that says that it is gone.
    pub snapshot: SnapshotId,
    /// How large it was here; nothing where it was never here.
    #[serde(default)]
    pub extent: Extent,
    /// The version that was here last, where this one is held and was never here: what lies here is
    /// that one, or an edit of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<UnitVersion>,
}

impl Agreed {
    /// Returns the version that was here last.
    pub fn last_here(&self) -> Option<&UnitVersion> {
        match self.version.state {
            UnitState::Held { .. } => self.was.as_ref(),
            UnitState::Here(_) | UnitState::Gone => Some(&self.version),
        }
    }

    /// Returns the snapshot to restore it from.
    pub fn source(&self) -> SnapshotId {
        self.version.source(&self.snapshot)
    }
}

/// What a folder and the cloud last agreed on, unit by unit. Kept per unit, so that a partial
/// pull or push is never mistaken for an edit.
pub type Agreement = BTreeMap<RelPath, Agreed>;

/// The mark of a push: what everything that it changed gets.
#[derive(Debug, Clone)]
pub struct Mark<'a> {
    /// The change.
    pub dot: Dot,
    /// Who makes it, and when.
    pub origin: &'a Origin,
    /// What the push covers, itself included.
    pub vector: &'a VersionVector,
}

/// Returns the table of a push that gives its mark to everything that changed here.
///
/// Deleted units stay listed as gone. Units that this device leaves alone stay listed as held in
/// the snapshot that has them.
pub fn next_table(agreement: &Agreement, local: &LocalSide, mark: &Mark<'_>) -> UnitTable {
    let mut table: UnitTable = agreement
        .iter()
        .filter(|(unit, _)| !local.contains_key(*unit))
        .map(|(unit, agreed)| {
            (
                unit.clone(),
                held_version(&agreed.version, &agreed.source()),
            )
        })
        .collect();
    for (unit, side) in local {
        let agreed = agreement.get(unit);
        let left_out = side.hold.is_some() || side.elsewhere.is_some();
        let version = match (left_out, agreed) {
            (true, Some(agreed)) => Some(held_version(&agreed.version, &agreed.source())),
            (true, None) => None,
            (false, _) if side.changed() => Some(changed(side, mark)),
            (false, agreed) => agreed.map(|agreed| {
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

fn changed(side: &LocalUnit, mark: &Mark<'_>) -> UnitVersion {
    let before = side.agreed.iter().flat_map(UnitVersion::included);
    let over: BTreeSet<Dot> = before.filter(|dot| !mark.vector.covers_dot(*dot)).collect();
    UnitVersion {
        kind: side.kind,
        dot: mark.dot,
        also: BTreeSet::new(),
        over,
        origin: mark.origin.clone(),
        state: side.content.map_or(UnitState::Gone, UnitState::Here),
        about: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        fixtures::{WORLD, agreed, digest, dot, snapshot, unit, vector, version},
        local::Hold,
        unit::UnitKind,
    };

    /// The row of the world in the push D:1 of a folder that covers what `known` says.
    fn pushed(base: &UnitVersion, change: impl Fn(&mut LocalUnit), known: &[Dot]) -> UnitVersion {
        let agreement: Agreement = [(unit(WORLD), agreed(base.clone()))].into();
        let mut side = LocalUnit {
            kind: UnitKind::World,
            content: base.digest(),
            agreed: Some(base.clone()),
            hold: None,
            elsewhere: None,
        };
        change(&mut side);
        let covered = vector(&[&[dot('D', 1)], known].concat());
        let mark = Mark {
            dot: dot('D', 1),
            origin: &base.origin,
            vector: &covered,
        };
        let mut table = next_table(&agreement, &[(unit(WORLD), side)].into(), &mark);
        table.remove(&unit(WORLD)).expect("a row")
    }

    #[test]
    fn what_is_left_alone_is_passed_on_as_held() {
        let base = version(Some("base"), dot('A', 1));
        let is_held = |row: &UnitVersion| matches!(row.state, UnitState::Held { .. });
        let other = version(Some("other"), dot('B', 1));
        let row = pushed(&base, |side| side.hold = Some(Hold::Open), &[]);
        assert!(is_held(&row) && row.dot == base.dot);
        let row = pushed(&base, |side| side.elsewhere = Some(other.clone()), &[]);
        assert!(is_held(&row) && row.dot == base.dot);
        let row = pushed(&base, |_| {}, &[]);
        assert_eq!(row, base);
    }

    #[test]
    fn what_nobody_saw_here_is_passed_on_as_held() {
        let base = version(Some("base"), dot('A', 1));
        let agreement: Agreement = [(unit(WORLD), agreed(base.clone()))].into();
        let covered = vector(&[dot('D', 1), dot('A', 1)]);
        let mark = Mark {
            dot: dot('D', 1),
            origin: &base.origin,
            vector: &covered,
        };
        let table = next_table(&agreement, &LocalSide::new(), &mark);
        let held = held_version(&base, &snapshot('1'));
        assert_eq!(table, [(unit(WORLD), held)].into());
    }

    #[test]
    fn of_what_is_held_the_version_before_it_was_here_last() {
        let (base, theirs) = (
            version(Some("base"), dot('A', 1)),
            version(Some("b"), dot('B', 1)),
        );
        assert_eq!(agreed(base.clone()).last_here(), Some(&base));
        let mut known = agreed(held_version(&theirs, &snapshot('2')));
        assert_eq!(known.last_here(), None);
        known.was = Some(base.clone());
        assert_eq!(known.last_here(), Some(&base));
    }

    #[test]
    fn an_edit_says_what_it_is_on_top_of_where_its_vector_does_not() {
        let base = version(Some("base"), dot('A', 1));
        let edit = |side: &mut LocalUnit| side.content = Some(digest("edit"));
        let row = pushed(&base, edit, &[]);
        assert_eq!((row.dot, row.over), (dot('D', 1), [dot('A', 1)].into()));
        let row = pushed(&base, edit, &[dot('A', 1)]);
        assert_eq!((row.dot, row.over), (dot('D', 1), BTreeSet::new()));
    }
}
