//! The versions of one unit, and what each was made of.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    History, Moment,
    descent::{self, Knowledge},
};
use crate::domain::{
    digest::Digest,
    ids::SnapshotId,
    path::RelPath,
    record::{UnitState, UnitVersion},
    unit::Extent,
    version::{Dot, VersionVector},
};

/// One version of a unit: what it was from one change to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its name then.
    pub unit: RelPath,
    /// The row that says so.
    pub row: UnitVersion,
    /// The snapshots that hold it, its own push first where that is still there. None of a deletion.
    pub sources: Vec<SnapshotId>,
    /// The first snapshot that lists it.
    pub since: SnapshotId,
    /// When, as far as clocks can be believed.
    pub time: Option<Timestamp>,
    /// How large it is.
    pub extent: Option<Extent>,
    /// The versions of this unit that it was made on top of, by their dots. What only safety copies hold
    /// was made on top of nothing, and nothing on top of it.
    pub parents: Vec<Dot>,
    /// Whether only safety copies hold it: nobody's state.
    pub safety_copy: bool,
}

impl Version {
    /// Returns what it holds, or `None` where it is a deletion.
    pub fn digest(&self) -> Option<Digest> {
        self.row.digest()
    }
}

/// What became of one unit, through its names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tale {
    /// Its versions. Each comes after those that it was made on top of.
    pub versions: Vec<Version>,
}

/// Of two units, how much must be the same for one to be the other under a new name: half.
const SAME: u64 = 2;

impl History {
    /// Returns every unit that any snapshot lists.
    pub fn units(&self) -> BTreeSet<&RelPath> {
        self.versions.keys().collect()
    }

    /// Returns the versions of a unit under this name. Each comes after those that it was made on top of.
    pub fn versions(&self, unit: &RelPath) -> &[Version] {
        let known = self.versions.get(unit);
        known.map_or(&[], |versions| {
            versions.get_or_init(|| self.find_versions(unit))
        })
    }

    fn find_versions(&self, unit: &RelPath) -> Vec<Version> {
        let mut versions: Vec<Version> = Vec::new();
        let mut places: BTreeMap<(Dot, Option<Digest>), usize> = BTreeMap::new();
        let mut known = Vec::new();
        for moment in self.moments() {
            let Some(row) = moment.record.units.get(unit) else {
                continue;
            };
            let here = matches!(row.state, UnitState::Here(_)).then(|| moment.snapshot.clone());
            let own = row.dot == moment.record.dot();
            let key = (row.dot, row.digest());
            if let Some(place) = places.get(&key) {
                let version = &mut versions[*place];
                version.extent = version.extent.or_else(|| self.extent(moment, unit));
                version.safety_copy &= moment.is_safety_copy();
                if own {
                    known[*place] = Knowledge {
                        vector: &moment.record.vector,
                        own,
                    };
                }
                match here {
                    Some(here) if own => version.sources.insert(0, here),
                    here => version.sources.extend(here),
                }
                continue;
            }
            places.insert(key, versions.len());
            known.push(Knowledge {
                vector: &moment.record.vector,
                own,
            });
            versions.push(Version {
                unit: unit.clone(),
                row: row.clone(),
                sources: here.into_iter().collect(),
                since: moment.snapshot.clone(),
                time: moment.time.map(|time| dated(moment, row, time)),
                extent: self.extent(moment, unit),
                parents: Vec::new(),
                safety_copy: moment.is_safety_copy(),
            });
        }
        let parents = descent::made_of(&versions, &known);
        for (version, parents) in versions.iter_mut().zip(parents) {
            version.parents = parents;
        }
        versions
    }

    /// Returns the versions of a unit, and of what it was called before.
    pub fn tale(&self, unit: &RelPath) -> Tale {
        let mut versions = self.versions(unit).to_vec();
        let mut names: BTreeSet<RelPath> = [unit.clone()].into();
        let mut name = unit.clone();
        while let Some((renaming, before)) = self.renamed_from(&name, &versions) {
            if !names.insert(before.clone()) {
                break;
            }
            let older = self.versions(&before);
            let first = renaming.record.dot();
            let gone = older
                .iter()
                .find(|version| version.row.dot == first && version.digest().is_none());
            let last = gone.map(|gone| gone.parents.clone()).unwrap_or_default();
            let mut older = ancestors(older.to_vec(), &last, &renaming.record.vector);
            if let Some(version) = versions
                .iter_mut()
                .find(|version| version.unit == name && version.row.dot == first)
            {
                version.parents = last;
            }
            older.append(&mut versions);
            versions = older;
            name = before;
        }
        Tale { versions }
    }

    /// Returns the push in which a unit got this name, and what it was called before.
    fn renamed_from(&self, unit: &RelPath, versions: &[Version]) -> Option<(&Moment, RelPath)> {
        let first = versions
            .iter()
            .find(|version| version.unit == *unit && !version.safety_copy)?;
        let moment = self.get(&first.since)?;
        let name = self.called_before(moment, unit)?;
        Some((moment, name))
    }

    /// Returns what a unit was called before the snapshot that brought it: the unit that went with the
    /// same push, and was mostly the same.
    pub fn called_before(&self, moment: &Moment, unit: &RelPath) -> Option<RelPath> {
        let dot = moment.record.dot();
        let new = moment.record.units.get(unit)?;
        let content = self.listed(moment, unit)?;
        if new.dot != dot {
            return None;
        }
        let gone = moment
            .record
            .units
            .iter()
            .filter(|(_, row)| row.dot == dot && row.state == UnitState::Gone);
        let alike = gone.filter_map(|(name, row)| {
            let before = self.before(moment, name)?;
            let same = content.bytes_in_common(before);
            let all = content.extent().bytes.max(before.extent().bytes);
            (row.kind == new.kind && same.saturating_mul(SAME) >= all && same > 0)
                .then_some((same, name.clone()))
        });
        let (_, name) = alike.max()?;
        Some(name)
    }

    /// Returns what each unit was at a time: see [`History::states_at`].
    pub fn at(&self, time: Timestamp) -> BTreeMap<RelPath, Version> {
        let states = self.states_at(time).into_iter();
        let last =
            |(unit, versions): (RelPath, Vec<Version>)| Some((unit, versions.into_iter().next()?));
        states.filter_map(last).collect()
    }
}

/// Returns when a version was made, where the first snapshot that lists it may be a later one.
fn dated(moment: &Moment, row: &UnitVersion, time: Timestamp) -> Timestamp {
    if row.dot == moment.record.dot() {
        time
    } else {
        row.origin.time.min(time)
    }
}

/// Keeps the versions that are in `last`, or that one of them was made of, and the safety copies that
/// were made before what is `known`.
fn ancestors(mut versions: Vec<Version>, last: &[Dot], known: &VersionVector) -> Vec<Version> {
    let mut wanted: BTreeSet<Dot> = last.iter().copied().collect();
    for version in versions.iter().rev() {
        if wanted.contains(&version.row.dot) {
            wanted.extend(&version.parents);
        }
    }
    versions.retain(|version| {
        let dot = version.row.dot;
        wanted.contains(&dot) || version.safety_copy && known.covers_dot(dot)
    });
    versions
}
