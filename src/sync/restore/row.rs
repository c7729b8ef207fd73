//! A version that is put somewhere, as it is shown.

use super::{Fate, Left, Restored, Shown};
use crate::{
    domain::{
        history::{Choice, Version},
        ids::SnapshotId,
        path::RelPath,
    },
    texts::text,
};

/// A version, with where it is.
pub struct Row<'a> {
    /// The version.
    pub choice: &'a Choice,
    /// A snapshot that holds it.
    pub source: &'a SnapshotId,
}

impl Row<'_> {
    /// Returns what is shown of it, without what happens to files.
    pub fn shown(&self, fate: Fate, lands: Option<RelPath>) -> Restored {
        let Choice {
            unit,
            version,
            others,
        } = self.choice;
        let others = others.iter();
        let other = |other: &Version| Shown::of(other, other.sources.first());
        Restored {
            unit: unit.clone(),
            was: (version.unit != *unit).then(|| version.unit.clone()),
            lands,
            fate,
            version: Shown::of(version, Some(self.source)),
            others: others.map(other).collect(),
            coming: 0,
            changing: 0,
            going: 0,
            bytes: 0,
            saved_first: false,
        }
    }
}

/// A version that no snapshot holds any more.
pub fn gone(unit: &RelPath, version: &Version) -> Left {
    let id = version.since.short();
    Left {
        unit: unit.clone(),
        why: text!("graph-gone", id = id, unit = version.unit.as_str()),
    }
}
