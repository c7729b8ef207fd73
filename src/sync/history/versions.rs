//! The history of one unit: a row for each version, through its names.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::{Change, Deed, Here, MadeBefore, Named, here::Contents};
use crate::{
    domain::{
        history::{Bonds, Content, History, Version, changed_files, closest},
        ids::SnapshotId,
        path::RelPath,
        version::Dot,
    },
    sync::proof::Proofs,
};

/// One version of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionRow {
    /// Its name then.
    pub unit: RelPath,
    /// The first snapshot that lists it.
    pub snapshot: SnapshotId,
    /// The same of the versions that it was made on top of.
    pub parents: Vec<SnapshotId>,
    /// The snapshots that hold it, the one to name first: none of a deletion, and where all of them are
    /// gone.
    pub sources: Vec<SnapshotId>,
    /// When, as far as clocks can be believed.
    pub time: Option<Timestamp>,
    /// The device that made it.
    pub device: String,
    /// Whether only safety copies hold it.
    pub safety_copy: bool,
    /// What the safety copy was made before.
    pub made_before: MadeBefore,
    /// How what lies here relates to it.
    pub here: Option<Here>,
    /// Whether it is the newest in the cloud, or one of them.
    pub newest: bool,
    /// What the unit was called afterwards, where this version is the end of its old name.
    pub to: Option<RelPath>,
    /// When it was last restored to see whether that works, and did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proven: Option<Timestamp>,
    /// What became of the unit.
    #[serde(flatten)]
    pub change: Change,
}

/// Returns the rows of a unit, newest first; none where no snapshot knows it.
pub fn rows(
    history: &History,
    here: &Contents,
    proofs: Option<&Proofs>,
    unit: &RelPath,
) -> Vec<VersionRow> {
    let versions = history.tale(unit).versions;
    let bonds = Bonds::of(history);
    let newest = newest(history, &versions, unit);
    let place = place(here, &versions, unit);
    let by_dot: BTreeMap<Dot, &Version> = versions
        .iter()
        .map(|version| (version.row.dot, version))
        .collect();
    let rows = versions.iter().enumerate().map(|(number, version)| {
        let parents: Vec<&Version> = version
            .parents
            .iter()
            .filter_map(|dot| by_dot.get(dot).copied())
            .collect();
        let moment = history.get(&version.since);
        let safety = moment.filter(|_| version.safety_copy);
        VersionRow {
            unit: version.unit.clone(),
            snapshot: version.since.clone(),
            parents: parents.iter().map(|parent| parent.since.clone()).collect(),
            sources: version.sources.clone(),
            time: version.time,
            device: version.row.origin.device.clone(),
            safety_copy: version.safety_copy,
            made_before: safety.and_then(|moment| moment.record.before),
            here: place.and_then(|(at, here)| (at == number).then_some(here)),
            newest: newest.contains(&number),
            to: history.renamed_to(version),
            proven: version
                .digest()
                .and_then(|digest| proofs?.of(&version.unit, digest)),
            change: Change {
                same_as: moment
                    .and_then(|moment| bonds.earlier(moment, &version.unit))
                    .map(Named::from),
                ..change(history, version, &parents)
            },
        }
    });
    let mut rows: Vec<VersionRow> = rows.collect();
    rows.reverse();
    rows
}

fn change(history: &History, version: &Version, parents: &[&Version]) -> Change {
    let after = held(history, version);
    let before = parents.iter().filter_map(|parent| held(history, parent));
    let before = closest(after, before);
    let from = parents
        .iter()
        .map(|parent| &parent.unit)
        .find(|unit| **unit != version.unit);
    let deed = match (version.digest(), before, from) {
        _ if version.safety_copy => Deed::Kept,
        (None, ..) => Deed::Deleted,
        (Some(_), _, Some(_)) => Deed::Renamed,
        (Some(_), Some(_), None) => Deed::Changed,
        (Some(_), None, None) if parents.iter().any(|parent| parent.digest().is_some()) => {
            Deed::Changed
        }
        (Some(_), None, None) => Deed::Added,
    };
    let known = after.is_some() || version.digest().is_none();
    Change {
        change: deed,
        from: from.cloned(),
        before: before.map(Content::extent),
        after: version.extent.or_else(|| after.map(Content::extent)),
        files_changed: before
            .filter(|_| known)
            .map(|before| changed_files(before, after)),
        same_as: None,
        about: version.row.about.clone(),
    }
}

/// Returns what a version holds, where a snapshot still says it.
fn held<'a>(history: &'a History, version: &Version) -> Option<Content<'a>> {
    let source = history.get(version.sources.first()?)?;
    history.listed(source, &version.unit)
}

/// Returns which versions are the newest: those of the heads, but for what another of them was made
/// of.
fn newest(history: &History, versions: &[Version], unit: &RelPath) -> BTreeSet<usize> {
    let mut of_heads = BTreeSet::new();
    for head in history.heads() {
        let row = head.record.units.get(unit);
        let place = versions.iter().position(|version| {
            version.unit == *unit
                && row.is_some_and(|row| {
                    row.dot == version.row.dot && row.digest() == version.digest()
                })
        });
        of_heads.extend(place);
    }
    let mut replaced: BTreeSet<Dot> = BTreeSet::new();
    for place in of_heads.iter().rev() {
        let mut below: BTreeSet<Dot> = versions[*place].parents.iter().copied().collect();
        for version in versions[..*place].iter().rev() {
            if below.contains(&version.row.dot) {
                below.extend(&version.parents);
            }
        }
        replaced.extend(below);
    }
    of_heads.retain(|place| !replaced.contains(&versions[*place].row.dot));
    of_heads
}

/// Returns which version is here, or which one what is here was made of.
fn place(here: &Contents, versions: &[Version], unit: &RelPath) -> Option<(usize, Here)> {
    let last = |is: &dyn Fn(&Version) -> bool| {
        let pushed = |version: &Version| !version.safety_copy && is(version);
        let pushed = versions.iter().rposition(pushed);
        pushed.or_else(|| versions.iter().rposition(is))
    };
    let is_agreed =
        |version: &Version| version.unit == *unit && here.agreed(unit) == Some(version.row.dot);
    let same = match here.digest(unit) {
        Some(digest) => last(&|version| version.digest() == Some(digest)),
        None if here.has(unit) => None,
        None => last(&|version| version.digest().is_none() && is_agreed(version)),
    };
    let changed = || last(&is_agreed).map(|place| (place, Here::Changed));
    same.map(|place| (place, Here::Same)).or_else(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures::{agreed, digest, dot, snapshot, unit, version};

    /// A world that was made, and deleted; this folder knows of both.
    #[test]
    fn what_cannot_be_read_whole_was_made_of_something_and_is_the_same_as_nothing() {
        let world = unit("saves/World");
        let rows = [version(Some("a"), dot('a', 1)), version(None, dot('a', 2))];
        let versions = rows.clone().map(|row| Version {
            unit: world.clone(),
            row,
            sources: Vec::new(),
            since: snapshot('e'),
            time: None,
            extent: None,
            parents: Vec::new(),
            safety_copy: false,
        });
        let [_, gone] = rows;
        let agreement = || [(world.clone(), agreed(gone.clone()))].into();
        let here = |content| Contents::of_test([(world.clone(), content)], agreement());
        let place = |here: &Contents| place(here, &versions, &world);
        assert_eq!(place(&here(None)), Some((1, Here::Changed)));
        assert_eq!(place(&here(Some(digest("b")))), Some((1, Here::Changed)));
        assert_eq!(place(&here(Some(digest("a")))), Some((0, Here::Same)));
        let nothing = Contents::of_test([], agreement());
        assert_eq!(place(&nothing), Some((1, Here::Same)));
    }
}
