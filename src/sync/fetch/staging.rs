//! Fetching what differs into the staging folder, and checking it there.

use std::collections::BTreeMap;

use super::{Lost, Source, Want, Wants, aside, missing, room::check_room};
use crate::{
    config::layout::below,
    domain::{ids::SnapshotId, path::RelPath, unit::FileFact},
    error::Result,
    store::messages::Status,
    sync::{
        cloud::{self, Store},
        event::{Event, Phase, Progress},
        observe::Local,
        session::Session,
    },
    workdir::stage::Staging,
};

/// What came of staging.
#[derive(Debug, Default)]
pub struct Staged {
    /// Bytes fetched.
    pub bytes: u64,
    /// The units that could not be had; nothing of them may be swapped in.
    pub lost: Lost,
}

/// Fetches what differs into the staging folder and checks it.
pub fn stage(
    session: &Session<'_>,
    store: &dyn Store,
    local: &Local,
    staging: &Staging,
    wants: &Wants,
) -> Result<Staged> {
    let expected = expected(local, wants);
    let bytes = expected
        .values()
        .fold(0_u64, |sum, fact| sum.saturating_add(fact.size));
    check_room(session, bytes)?;
    let mut fetch = Fetch {
        session,
        store,
        total: bytes,
        before: 0,
        why: None,
    };
    for (snapshot, units) in in_place(local, wants) {
        fetch.restore(&snapshot, &staging.tree(), &units)?;
    }
    for (number, (target, want)) in wants.iter().enumerate() {
        if want.is_renamed(target) {
            fetch.stage_renamed(staging, number, target, want)?;
        }
        if let Some(level) = &want.level {
            aside::relabel(staging, target, level)?;
        }
    }
    let damaged = staging.verify(&expected)?;
    let mut lost = Lost::new();
    for (path, why) in damaged {
        let holder = wants.iter().find(|(unit, want)| {
            want.content
                .files
                .keys()
                .any(|inner| unit.join(inner) == path)
        });
        if let Some((_, want)) = holder {
            let why = fetch.why.clone().unwrap_or(why);
            lost.entry(want.step.clone())
                .or_insert_with(|| format!("{path}: {why}"));
        }
    }
    Ok(Staged { bytes, lost })
}

/// Every file that must be in staging.
fn expected(local: &Local, wants: &Wants) -> BTreeMap<RelPath, FileFact> {
    wants
        .iter()
        .flat_map(|(unit, want)| missing(unit, &want.content, local.scan.units.get(unit)))
        .map(|(path, _, fact)| (path, fact))
        .collect()
}

/// What each snapshot is asked for that lands under its own name, unit by unit.
fn in_place(local: &Local, wants: &Wants) -> BTreeMap<SnapshotId, Vec<Vec<RelPath>>> {
    let mut by_source: BTreeMap<SnapshotId, Vec<Vec<RelPath>>> = BTreeMap::new();
    for (target, want) in wants {
        let Source::Cloud(snapshot, unit) = &want.source else {
            continue;
        };
        if unit != target {
            continue;
        }
        let here = local.scan.units.get(unit);
        let mut paths: Vec<RelPath> = missing(unit, &want.content, here)
            .map(|(path, _, _)| path)
            .collect();
        // A unit that is new here is asked for by its own name as well: so its empty folders
        // come, and the times of all its folders.
        if here.is_none() && !want.content.folders.is_empty() {
            paths.push(unit.clone());
        }
        if !paths.is_empty() {
            by_source.entry(snapshot.clone()).or_default().push(paths);
        }
    }
    by_source
}

/// What is fetched: the folder that all of it lies in, or the first of several.
fn item(units: &[Vec<RelPath>]) -> Option<String> {
    let first = units.first()?.first()?.as_str();
    let last = units.last()?.last()?.as_str();
    let same = first.split('/').zip(last.split('/'));
    let same: Vec<&str> = same.take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    Some(if same.is_empty() {
        first.to_owned()
    } else {
        same.join("/")
    })
}

/// A fetch that is under way.
struct Fetch<'a> {
    session: &'a Session<'a>,
    store: &'a dyn Store,
    total: u64,
    before: u64,
    why: Option<String>,
}

impl Fetch<'_> {
    /// Stages what lands under another name than it has where it comes from. Every copy comes this
    /// way (see [`Want::is_copy`]).
    fn stage_renamed(
        &mut self,
        staging: &Staging,
        number: usize,
        target: &RelPath,
        want: &Want,
    ) -> Result<()> {
        match &want.source {
            Source::Cloud(snapshot, unit) => {
                let aside = staging.aside(number);
                self.restore(snapshot, &aside, &[vec![unit.clone()]])?;
                aside::rename_in(staging, &below(&aside, unit), target, &want.content)
            }
            Source::Here(unit) => {
                aside::copy_in(&self.session.layout, staging, unit, target, &want.content)
            }
        }
    }

    fn restore(
        &mut self,
        snapshot: &SnapshotId,
        target: &std::path::Path,
        units: &[Vec<RelPath>],
    ) -> Result<()> {
        let mut last = 0;
        let item = item(units);
        let mut progress = |status: &Status| {
            last = status.bytes_restored;
            (self.session.listener)(Event::Progress(Progress {
                phase: Phase::Fetch,
                item: item.clone(),
                done: self.before + last,
                total: Some(self.total),
            }));
        };
        let failed = cloud::restore_units(self.store, snapshot, target, units, &mut progress)?;
        self.before += last;
        if self.why.is_none() {
            self.why = failed;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        domain::{
            fixtures::{snapshot, unit},
            path::InnerPath,
            unit::UnitContent,
        },
        sync::fixtures::{files, local},
    };

    #[test]
    fn what_is_fetched_is_named_by_its_folder_or_by_the_first_of_several() {
        for (units, name) in [
            (
                vec![vec!["saves/A/level.dat", "saves/A/region/r"]],
                "saves/A",
            ),
            (vec![vec!["saves/A/level.dat"], vec!["saves/B/x"]], "saves"),
            (vec![vec!["options.txt"], vec!["saves/B/x"]], "options.txt"),
            (vec![vec!["options.txt"]], "options.txt"),
        ] {
            let paths = |names: Vec<&str>| names.into_iter().map(unit).collect();
            let units: Vec<Vec<RelPath>> = units.into_iter().map(paths).collect();
            assert_eq!(item(&units).as_deref(), Some(name));
        }
        assert_eq!(item(&[]), None);
    }

    #[test]
    fn only_what_differs_is_asked_for_and_a_new_world_by_its_own_name_too() {
        let root = || BTreeSet::from([InnerPath::new("").expect("sound")]);
        let want = |name: &str, source: Source| Want {
            content: UnitContent {
                folders: root(),
                ..files(&[("level.dat", "new"), ("same", "x")])
            },
            step: unit(name),
            ..wanted(source)
        };
        let cloud = |name: &str| Source::Cloud(snapshot('1'), unit(name));
        let wants: Wants = [
            ("changed", want("changed", cloud("changed"))),
            ("new", want("new", cloud("new"))),
            ("whole", want("whole", cloud("whole"))),
            ("copy", want("copy", cloud("new"))),
            ("twin", want("twin", Source::Here(unit("whole")))),
            ("options.txt", wanted(cloud("options.txt"))),
        ]
        .into_iter()
        .map(|(name, want)| (unit(name), want))
        .collect();
        let old = files(&[("level.dat", "old"), ("same", "x")]);
        let whole = files(&[("level.dat", "new"), ("same", "x")]);
        let local = local([("changed", old), ("whole", whole)]);
        let expected: Vec<Vec<RelPath>> = vec![
            vec![unit("changed/level.dat")],
            vec![unit("new/level.dat"), unit("new/same"), unit("new")],
            vec![unit("options.txt")],
        ];
        let found = in_place(&local, &wants);
        assert_eq!(found, BTreeMap::from([(snapshot('1'), expected)]));
    }

    /// A file that comes from there.
    fn wanted(source: Source) -> Want {
        Want {
            source,
            content: files(&[("", "x")]),
            level: None,
            step: unit("options.txt"),
        }
    }
}
