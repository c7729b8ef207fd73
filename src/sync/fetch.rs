//! Getting versions into staging, and checking them there. Nothing of the player's is touched.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::{
    cloud::{self, Store},
    event::{self, Event, Phase, Progress},
    graph, landing,
    observe::Local,
    session::Session,
    sources::{self, Contents, Holders},
    swap::Basis,
};
use crate::{
    config::layout::{Layout, below},
    domain::{
        digest::Digest,
        ids::SnapshotId,
        local::Hold,
        names::{self, Naming},
        path::{InnerPath, RelPath},
        plan::{Plan, Step, Take, held_version},
        record::{PushRecord, UnitVersion},
        unit::{FileFact, UnitContent},
    },
    error::{Context, Error, Kind, Result},
    store::messages::Status,
    texts::text,
    workdir::{files, in_the_way::in_the_way, lock, scan::Scanned, stage::Staging},
};

/// Where content comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A unit of a snapshot.
    Cloud(SnapshotId, RelPath),
    /// A unit that is here.
    Here(RelPath),
}

/// What a unit will be.
#[derive(Debug, Clone)]
pub struct Want {
    /// Where it comes from.
    pub source: Source,
    /// What it holds.
    pub content: UnitContent,
    /// Its own `level.dat`, where it is a copy that is called otherwise than what it comes from.
    pub level: Option<Vec<u8>>,
    /// The unit whose step it is a part of: a copy belongs to a decision about another unit.
    pub step: RelPath,
}

impl Want {
    /// Returns whether what lands at `target` is a copy: it takes no other version's place, and the game
    /// lists it beside the unit that it is a version of.
    pub fn is_copy(&self, target: &RelPath) -> bool {
        self.step != *target
    }

    /// Returns whether it comes from another name than the one that it lands under: a copy, or a unit
    /// that was renamed since.
    fn is_renamed(&self, target: &RelPath) -> bool {
        let (Source::Cloud(_, unit) | Source::Here(unit)) = &self.source;
        unit != target
    }
}

/// Everything that a plan puts in place, by where it lands.
pub type Wants = BTreeMap<RelPath, Want>;

/// Units that cannot be had, and why.
pub type Lost = BTreeMap<RelPath, String>;

/// Looks up the file lists of everything that `plan` puts in place. What cannot exist on this device
/// is held instead; what no snapshot has any more is lost.
pub fn wants(
    session: &Session<'_>,
    store: &dyn Store,
    local: &Local,
    basis: &Basis<'_>,
    plan: &mut Plan,
) -> Result<(Wants, Lost)> {
    let holders = sources::find(session, store, basis.listed, pruned(basis, plan))?;
    let mut records = Records {
        session,
        store,
        basis,
        holders,
        older: BTreeMap::new(),
    };
    let mut wants = Wants::new();
    let mut lost = Lost::new();
    let mut present: BTreeSet<RelPath> = local.scan.units.keys().cloned().collect();
    for (unit, step) in &mut plan.steps {
        let found = match records.wants_of(local, unit, step) {
            Ok(found) => found,
            Err(error) if error.kind() == Kind::Damaged => {
                lost.insert(unit.clone(), error.to_string());
                continue;
            }
            Err(error) => return Err(error),
        };
        if let Some(want) = found.get(unit)
            && let Some((hold, why)) = obstacle(session, local, unit, &want.content, &present)?
        {
            event::warn(
                session.listener,
                text!("fetch-stays", unit = unit.as_str(), why = why),
            );
            let version = match hold {
                Hold::Name => taken(step).map(|take| held_version(&take.version, &take.from)),
                _ => news_of(step),
            };
            *step = Step::Hold { version, why: hold };
            continue;
        }
        for (name, want) in found {
            let obstacle = if name == *unit {
                None
            } else {
                obstacle(session, local, &name, &want.content, &present)?
            };
            match obstacle.map(|(_, why)| why) {
                None => {
                    present.insert(name.clone());
                    wants.insert(name, want);
                }
                // A copy of what is in the cloud.
                Some(why) => event::warn(
                    session.listener,
                    text!("fetch-copy-stays", unit = name.as_str(), why = why),
                ),
            }
        }
    }
    Ok((wants, lost))
}

/// Returns the version that a step brings, to be known as one that did not come.
pub fn news_of(step: &Step) -> Option<UnitVersion> {
    match step {
        Step::Take(take) | Step::Follow(take) => Some(held_version(&take.version, &take.from)),
        Step::Settle(settlement) => Some(settlement.agreed.clone()),
        _ => None,
    }
}

/// Returns why a version cannot be put in a place, if it cannot: its names, or what lies there.
pub fn obstacle<'a>(
    session: &Session<'_>,
    local: &Local,
    lands: &RelPath,
    content: &UnitContent,
    others: impl IntoIterator<Item = &'a RelPath>,
) -> Result<Option<(Hold, String)>> {
    if let Some(why) = names::obstacle(Naming::native(), lands, content, others) {
        return Ok(Some((Hold::Name, why)));
    }
    let here = local.scan.units.get(lands);
    let why = in_the_way(&session.layout, lands, content, here)?;
    Ok(why.map(|why| (Hold::InTheWay, why)))
}

/// Returns what a plan wants from snapshots that are gone.
fn pruned(basis: &Basis<'_>, plan: &mut Plan) -> Contents {
    let mut pruned = Contents::new();
    for (unit, step) in &mut plan.steps {
        let mut want = |from: &SnapshotId, digest: Option<Digest>| {
            if !basis.ids.contains(from) {
                pruned.extend(digest.map(|digest| (unit.clone(), digest)));
            }
        };
        if let Some(take) = taken(step) {
            want(&take.from, take.version.digest());
        }
        if let Step::Settle(settlement) = step {
            for copy in &settlement.copies {
                copy.from
                    .iter()
                    .for_each(|from| want(from, Some(copy.digest)));
            }
        }
    }
    pruned
}

/// What a step fetches under the unit's own name.
fn taken(step: &mut Step) -> Option<&mut Take> {
    match step {
        Step::Take(take) | Step::Follow(take) => Some(take),
        Step::Settle(settlement) => settlement.take.as_mut(),
        _ => None,
    }
}

/// The records that file lists are looked up in.
struct Records<'a> {
    session: &'a Session<'a>,
    store: &'a dyn Store,
    basis: &'a Basis<'a>,
    /// For what is wanted from snapshots that are gone.
    holders: Holders,
    older: BTreeMap<SnapshotId, PushRecord>,
}

impl Records<'_> {
    /// What one step puts in place.
    fn wants_of(&mut self, local: &Local, unit: &RelPath, step: &mut Step) -> Result<Wants> {
        let mut found = Wants::new();
        let mut add = |name: RelPath, source, content, level: Option<Vec<u8>>| {
            let step = unit.clone();
            let content = match &level {
                Some(level) => landing::with_level(content, level),
                None => content,
            };
            let want = Want {
                source,
                content,
                level,
                step,
            };
            found.insert(name, want);
        };
        if let Some(take) = taken(step) {
            take.from = self.holder(unit, take.version.digest(), &take.from)?;
            let content = self.content(&take.from, unit, take.version.digest())?;
            let source = Source::Cloud(take.from.clone(), unit.clone());
            add(unit.clone(), source, content, None);
        }
        let Step::Settle(settlement) = step else {
            return Ok(found);
        };
        for copy in &settlement.copies {
            let digest = Some(copy.digest);
            let level = copy.level.clone();
            match &copy.from {
                Some(from) => {
                    let from = self.holder(unit, digest, from)?;
                    let content = self.content(&from, unit, digest)?;
                    add(
                        copy.name.clone(),
                        Source::Cloud(from, unit.clone()),
                        content,
                        level,
                    );
                }
                None => {
                    if let Some(here) = local.scan.units.get(unit) {
                        let source = Source::Here(unit.clone());
                        add(copy.name.clone(), source, here.content.clone(), level);
                    }
                }
            }
        }
        Ok(found)
    }

    /// Returns the snapshot to restore content from: `source`, or where that is gone another that
    /// holds the same.
    fn holder(
        &self,
        unit: &RelPath,
        digest: Option<Digest>,
        source: &SnapshotId,
    ) -> Result<SnapshotId> {
        let Some(digest) = digest.filter(|_| !self.basis.ids.contains(source)) else {
            return Ok(source.clone());
        };
        let holder = self.holders.get(&(unit.clone(), digest));
        holder.cloned().ok_or_else(|| sources::gone(unit, source))
    }

    fn content(
        &mut self,
        from: &SnapshotId,
        unit: &RelPath,
        digest: Option<Digest>,
    ) -> Result<UnitContent> {
        let damaged = || {
            Error::new(
                Kind::Damaged,
                text!("fetch-not-listed", id = from.short(), unit = unit.as_str()),
            )
        };
        let heads = self.basis.heads;
        let head = heads.iter().find(|head| head.snapshot == *from);
        if head.is_none() && !self.older.contains_key(from) {
            let record = graph::read_record(self.session, self.store, from)?.ok_or_else(damaged)?;
            self.older.insert(from.clone(), record);
        }
        let record = head
            .map(|head| &head.record)
            .or_else(|| self.older.get(from));
        let content = record.and_then(|record| record.contents.get(unit));
        match content {
            Some(content) if Some(content.digest()) == digest => Ok(content.clone()),
            _ => Err(damaged()),
        }
    }
}

/// Which files of a unit differ from what is here.
pub fn missing<'a>(
    unit: &'a RelPath,
    content: &'a UnitContent,
    here: Option<&'a Scanned>,
) -> impl Iterator<Item = (RelPath, InnerPath, FileFact)> + 'a {
    content
        .files
        .iter()
        .filter(move |(inner, fact)| {
            here.and_then(|here| here.content.files.get(*inner)) != Some(*fact)
        })
        .map(move |(inner, fact)| (unit.join(inner), inner.clone(), *fact))
}

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
            relabel(staging, target, level)?;
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
                rename_in(staging, &below(&aside, unit), target, &want.content)
            }
            Source::Here(unit) => {
                copy_in(&self.session.layout, staging, unit, target, &want.content)
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

/// Moves a restored unit to where it is staged under another name.
fn rename_in(
    staging: &Staging,
    restored: &std::path::Path,
    target: &RelPath,
    content: &UnitContent,
) -> Result<()> {
    let to = staging.place(target);
    let what = || text!("fetch-cannot-stage", unit = target.as_str());
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).context(what)?;
    }
    // What did not come is noticed by the check of every file.
    match fs::rename(restored, &to) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::failed(what()).because(error))
        }
        _ => files::make_folders(&staging.tree(), target, content),
    }
}

/// Gives a staged copy the `level.dat` that says what it is called.
fn relabel(staging: &Staging, target: &RelPath, level: &[u8]) -> Result<()> {
    let Ok(inner) = InnerPath::new(landing::LEVEL) else {
        return Ok(());
    };
    let place = staging.place(&target.join(&inner));
    match fs::write(place, level) {
        // What did not come is noticed by the check of every file.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        written => written.context(|| text!("fetch-cannot-stage", unit = target.as_str())),
    }
}

fn copy_in(
    layout: &Layout,
    staging: &Staging,
    unit: &RelPath,
    target: &RelPath,
    content: &UnitContent,
) -> Result<()> {
    for inner in content.files.keys() {
        let (from, to) = (unit.join(inner), target.join(inner));
        files::copy(&layout.live(&from), &staging.place(&to))
            .context(|| text!("fetch-cannot-copy", path = from.as_str()))?;
    }
    files::make_folders(&staging.tree(), target, content)
}

/// Is there room for this and some to spare?
pub fn check_room(session: &Session<'_>, bytes: u64) -> Result<()> {
    check_room_in(session.layout.own(), bytes)
        .map_err(|error| error.hint(text!("fetch-no-room-hint")))
}

/// Is there room for this in a folder, and some to spare?
pub fn check_room_in(folder: &Path, bytes: u64) -> Result<()> {
    /// Left over for the system and the game.
    const SPARE: u64 = 16 << 20;
    let needed = bytes.saturating_add(SPARE);
    // Where the free space is not known, a full disk shows itself.
    let free = lock::free_space(folder).unwrap_or(u64::MAX);
    if free < needed {
        let mb = |bytes: u64| bytes.div_ceil(1 << 20);
        return Err(Error::new(
            Kind::Full,
            text!("fetch-no-room", free = mb(free), needed = mb(needed)),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::fixtures::{snapshot, unit},
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

    /// A game folder and what is staged for it.
    fn staged() -> (tempfile::TempDir, Layout, Staging) {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        fs::create_dir_all(layout.own()).expect("made");
        let staging = Staging::create(&layout).expect("made");
        (folder, layout, staging)
    }

    #[test]
    fn what_did_not_come_is_not_missed_before_it_is_checked_and_other_troubles_are_told() {
        let (folder, _layout, staging) = staged();
        let (world, content) = (unit("saves/Copy"), files(&[("level.dat", "x")]));
        let restored = folder.path().join("restored");
        rename_in(&staging, &restored, &world, &content).expect("nothing came");
        relabel(&staging, &world, b"level").expect("nothing came");
        fs::create_dir(&restored).expect("made");
        fs::write(restored.join("level.dat"), "x").expect("written");
        rename_in(&staging, &restored, &world, &content).expect("moved");
        assert!(!restored.exists());
        relabel(&staging, &world, b"level").expect("written");
        let level = staging.place(&unit("saves/Copy/level.dat"));
        assert_eq!(fs::read(&level).expect("there"), b"level");
        // A file where a folder would be.
        fs::write(&restored, "x").expect("written");
        assert!(rename_in(&staging, &restored.join("x"), &world, &content).is_err());
        fs::remove_file(&level).expect("there");
        fs::create_dir(&level).expect("made");
        assert!(relabel(&staging, &world, b"level").is_err());
    }

    #[test]
    fn a_copy_of_what_is_here_is_staged_with_all_its_files() {
        let (_folder, layout, staging) = staged();
        let live = layout.live(&unit("saves/A/region/r"));
        fs::create_dir_all(live.parent().expect("a folder")).expect("made");
        fs::write(&live, "x").expect("written");
        let (from, to) = (unit("saves/A"), unit("saves/Copy"));
        let content = files(&[("region/r", "x")]);
        copy_in(&layout, &staging, &from, &to, &content).expect("copied");
        let copied = fs::read(staging.place(&unit("saves/Copy/region/r")));
        assert_eq!(copied.expect("there"), b"x");
        let gone = files(&[("region/gone", "x")]);
        assert!(copy_in(&layout, &staging, &from, &to, &gone).is_err());
    }

    #[test]
    fn a_disk_without_room_is_told_before_anything_is_fetched() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(check_room_in(folder.path(), 0).is_ok());
        let error = check_room_in(folder.path(), 1 << 62).expect_err("no disk has that");
        assert_eq!(error.kind(), Kind::Full);
        let needed = (1_u64 << 42) + 16;
        assert!(error.to_string().contains(&needed.to_string()), "{error}");
        // What cannot be added up is too much as well.
        assert!(check_room_in(folder.path(), u64::MAX).is_err());
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
