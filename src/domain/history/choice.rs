//! Which version of each unit a point in the past means.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Deed, History, Moment, Version, effort};
use crate::domain::{
    ids::SnapshotId,
    path::RelPath,
    unit::UnitContent,
    version::{Dot, VersionVector},
};

/// What units were at some point, by their names then: of each the version that counts, and behind it
/// those that did not know of it. Deletions are among them.
pub type States = BTreeMap<RelPath, Vec<Version>>;

/// The version of a unit that a point means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The unit, by the name that it has now.
    pub unit: RelPath,
    /// Its version; its name may be an earlier one.
    pub version: Version,
    /// Other versions that there were at the same time, on other devices.
    pub others: Vec<Version>,
}

/// A unit that did not exist then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// The unit.
    pub unit: RelPath,
    /// When it came to be, where that is known.
    pub since: Option<Timestamp>,
}

/// Why a unit is not there at a point although it was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// It was deleted, at that time, where it is known.
    Deleted(Option<Timestamp>),
    /// It was called so then.
    Called(RelPath),
}

/// What a point means for several units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// What is found.
    pub choices: Vec<Choice>,
    /// What was not there.
    pub absent: Vec<Absent>,
}

impl History {
    /// Returns what each unit was at a time: of the versions that were there by then and that no other
    /// had replaced, the last. A deletion counts only where nothing else does: an edit beats it.
    pub fn states_at(&self, time: Timestamp) -> States {
        let by_then = |made: Option<Timestamp>| made.is_some_and(|made| made <= time);
        let moments = self.moments().iter();
        let moments: Vec<&Moment> = moments
            .filter(|moment| !moment.is_safety_copy() && by_then(moment.time))
            .collect();
        let mut states = States::new();
        for unit in self.units() {
            let versions = self.versions(unit).iter();
            let versions: Vec<&Version> = versions
                .filter(|version| !version.safety_copy && by_then(version.time))
                .collect();
            let mut last = undecided(&moments, unit, &versions);
            if last.is_empty() {
                last = versions;
            }
            let last = best_first(unreplaced(&last));
            if !last.is_empty() {
                states.insert(unit.clone(), last);
            }
        }
        states
    }

    /// Returns what each unit was that a snapshot lists.
    pub fn states_in(&self, moment: &Moment) -> States {
        let rows = moment.record.units.iter();
        let state = |(unit, row): (&RelPath, &crate::domain::record::UnitVersion)| {
            let versions = self.versions(unit).iter();
            let is_it =
                |known: &&Version| known.row.dot == row.dot && known.digest() == row.digest();
            (unit.clone(), versions.filter(is_it).cloned().collect())
        };
        rows.map(state).collect()
    }

    /// Returns what one version of a unit was made on top of, through its names.
    pub fn states_before(&self, unit: &RelPath, dot: Dot) -> Vec<Version> {
        let tale = self.tale(unit);
        let of = tale.versions.iter().find(|version| version.row.dot == dot);
        let parents = of
            .map(|version| version.parents.clone())
            .unwrap_or_default();
        let mut before = tale.versions;
        before.retain(|version| parents.contains(&version.row.dot));
        best_first(before)
    }

    /// Returns the version of a unit that is called `unit` now.
    pub fn choose(&self, states: &States, unit: &RelPath) -> Option<Choice> {
        let plain = states.get(unit).filter(|versions| is_there(versions));
        let found = plain.or_else(|| {
            // Under an earlier name, where that was this unit then.
            let tale = self.tale(unit).versions;
            let mut names: Vec<&RelPath> = Vec::new();
            for version in tale.iter().rev().filter(|version| version.unit != *unit) {
                if !names.contains(&&version.unit) {
                    names.push(&version.unit);
                }
            }
            let same = |one: &Version, other: &Version| {
                one.unit == other.unit && one.row.dot == other.row.dot
            };
            names
                .into_iter()
                .filter_map(|name| states.get(name))
                .filter(|versions| is_there(versions))
                .find(|versions| tale.iter().any(|version| same(version, &versions[0])))
        })?;
        let (version, others) = found.split_first()?;
        Some(Choice {
            unit: unit.clone(),
            version: version.clone(),
            others: others.to_vec(),
        })
    }

    /// Returns why a unit is not there at a point, where that is not that it was yet to come.
    pub fn lack(&self, states: &States, unit: &RelPath) -> Option<Lack> {
        let mut name = unit.clone();
        let mut seen = BTreeSet::new();
        let mut deleted = None;
        while seen.insert(name.clone()) {
            let gone = states.get(&name)?.first()?;
            if gone.digest().is_some() {
                return (name != *unit).then_some(Lack::Called(name));
            }
            deleted = deleted.or(Some(Lack::Deleted(gone.time)));
            match self.renamed_to(gone) {
                Some(next) => name = next,
                None => break,
            }
        }
        deleted
    }

    /// Returns the unit that a deletion goes on as.
    pub fn renamed_to(&self, deletion: &Version) -> Option<RelPath> {
        let moment = self.get(&deletion.since)?;
        let mut others = moment.record.units.keys();
        let is_next =
            |other: &&RelPath| self.called_before(moment, other).as_ref() == Some(&deletion.unit);
        others.find(is_next).cloned()
    }

    /// Returns the versions of everything that is `here`, and of what was there then and is not here.
    pub fn choose_all<'a>(
        &self,
        states: &States,
        here: impl IntoIterator<Item = &'a RelPath>,
    ) -> Selection {
        let mut selection = Selection::default();
        let mut taken = BTreeSet::new();
        for unit in here {
            taken.insert(unit.clone());
            if let Some(choice) = self.choose(states, unit) {
                // What has another name now does not come back under the old one too.
                taken.insert(choice.version.unit.clone());
                selection.choices.push(choice);
                continue;
            }
            let deletion = states.get(unit).and_then(|versions| versions.first());
            selection.absent.push(Absent {
                unit: unit.clone(),
                since: self.since_after(unit, deletion),
            });
        }
        for (unit, versions) in states {
            let (Some((version, others)), false) = (versions.split_first(), taken.contains(unit))
            else {
                continue;
            };
            if is_there(versions) {
                selection.choices.push(Choice {
                    unit: unit.clone(),
                    version: version.clone(),
                    others: others.to_vec(),
                });
            }
        }
        selection.choices.sort_by(|a, b| a.unit.cmp(&b.unit));
        selection
    }

    /// Returns when a unit came to be, by its first version that is still known.
    pub fn since(&self, unit: &RelPath) -> Option<Timestamp> {
        self.since_after(unit, None)
    }

    /// Returns when a unit came to be, or came back after it was deleted.
    fn since_after(&self, unit: &RelPath, deletion: Option<&Version>) -> Option<Timestamp> {
        let tale = self.tale(unit).versions;
        // Each stands behind those that it was made on top of.
        let is_deletion = |version: &Version| {
            deletion.is_some_and(|deletion| {
                (&deletion.unit, deletion.row.dot) == (&version.unit, version.row.dot)
            })
        };
        let after = tale.iter().position(is_deletion);
        // Itself has no content.
        let later = tale.iter().skip(after.unwrap_or_default());
        let times = later
            .filter(|version| version.digest().is_some() && !version.safety_copy)
            .filter_map(|version| version.time);
        times.min()
    }

    /// Returns the last push that somebody who knows `known` knows of and that changed something.
    pub fn last_session(&self, known: &VersionVector) -> Option<&Moment> {
        self.moments().iter().rev().find(|moment| {
            !moment.is_safety_copy()
                && known.covers_dot(moment.record.dot())
                && !self.changes(moment).is_empty()
        })
    }

    /// Returns what the units that a push changed were before it.
    pub fn undoing(&self, moment: &Moment) -> Selection {
        let mut selection = Selection::default();
        let mut renamed = BTreeSet::new();
        let mut deleted = BTreeSet::new();
        for change in self.changes(moment) {
            if change.deed == Deed::Deleted {
                deleted.insert(change.unit.clone());
            }
            let before = self.states_before(&change.unit, moment.record.dot());
            match before.split_first() {
                Some((version, others)) if version.digest().is_some() => {
                    if version.unit != change.unit {
                        renamed.insert(version.unit.clone());
                    }
                    selection.choices.push(Choice {
                        unit: change.unit,
                        version: version.clone(),
                        others: others.to_vec(),
                    });
                }
                before => selection.absent.push(Absent {
                    since: self.since_after(&change.unit, before.map(|(deletion, _)| deletion)),
                    unit: change.unit,
                }),
            }
        }
        selection
            .choices
            .retain(|choice| !(deleted.contains(&choice.unit) && renamed.contains(&choice.unit)));
        selection
    }

    /// Returns a snapshot that holds a version whole, and what that is; `None` where none does any more.
    pub fn source<'a>(&'a self, version: &Version) -> Option<(&'a SnapshotId, &'a UnitContent)> {
        let digest = version.digest()?;
        let named = version.sources.iter().find_map(|source| {
            let moment = self.get(source)?;
            let content = self.listed(moment, &version.unit)?;
            let is_it = moment.record.lists(&version.unit, digest);
            is_it.then_some((&moment.snapshot, content))
        });
        let source = named.or_else(|| self.holding(&version.unit, digest));
        source.map(|(snapshot, content)| (snapshot, content.whole()))
    }

    /// Returns a snapshot that holds exactly this content of a unit.
    pub fn holder(
        &self,
        unit: &RelPath,
        digest: crate::domain::digest::Digest,
    ) -> Option<&SnapshotId> {
        Some(self.holding(unit, digest)?.0)
    }
}

fn is_there(versions: &[Version]) -> bool {
    versions
        .first()
        .is_some_and(|version| version.digest().is_some())
}

/// Leaves out the versions that one of these pushes knew of and had replaced: by an edit, or by a decision
/// for one that was there already.
fn undecided<'a>(
    moments: &[&Moment],
    unit: &RelPath,
    versions: &[&'a Version],
) -> Vec<&'a Version> {
    // The newest push has replaced nearly everything: it is asked first.
    let is_replaced = |version: &Version| {
        moments.iter().rev().any(|moment| {
            effort::compared();
            moment.record.vector.covers_dot(version.row.dot)
                && moment
                    .record
                    .units
                    .get(unit)
                    .is_some_and(|row| row.changes().all(|dot| dot != version.row.dot))
        })
    };
    let versions = versions.iter().copied();
    versions.filter(|version| !is_replaced(version)).collect()
}

/// Leaves out what another of these versions was made on top of.
fn unreplaced(versions: &[&Version]) -> Vec<Version> {
    let replaced: BTreeSet<Dot> = versions
        .iter()
        .flat_map(|version| version.parents.iter().copied())
        .collect();
    let left = versions.iter().copied();
    left.filter(|version| !replaced.contains(&version.row.dot))
        .cloned()
        .collect()
}

/// Puts the one that counts first.
fn best_first(mut versions: Vec<Version>) -> Vec<Version> {
    versions.sort_by_cached_key(|version| {
        let key = (version.digest().is_some(), version.time, version.row.rank());
        std::cmp::Reverse(key)
    });
    versions
}
