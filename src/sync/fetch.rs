//! Fetching a plan's units into staging, checking them, and swapping them in.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use jiff::Timestamp;

use super::{
    event::{Event, Phase, Progress},
    graph,
    observe::Local,
    outcome::Changes,
    session::Session,
};
use crate::{
    config::json_file::{self, Access},
    domain::{
        agreement::Agreed,
        ids::SnapshotId,
        lineage::Head,
        local::Hold,
        names::{self, Naming},
        path::{InnerPath, RelPath},
        plan::{Plan, Step, held_version},
        record::{PushRecord, UnitVersion},
        unit::{FileFact, UnitContent},
    },
    error::{Context, Error, Kind, Result},
    store::repository::Repository,
    workdir::{
        apply, files,
        journal::{self, Journal},
        lock,
        scan::Scanned,
        stage::Staging,
        stamp::{Known, Stamp},
        state::State,
        undo,
    },
};

/// What has to be fetched of one unit.
struct Wanted {
    from: SnapshotId,
    content: UnitContent,
}

/// Carries out `plan` and makes the heads' versions this folder's own.
///
/// Until the journal is written nothing of the player's is touched.
pub fn apply(
    session: &mut Session<'_>,
    repository: &Repository,
    local: &Local,
    heads: &[Head],
    mut plan: Plan,
    ids: BTreeSet<SnapshotId>,
) -> Result<Changes> {
    let wanted = wanted(session, repository, local, heads, &mut plan)?;
    let mut changes = Changes::default();
    for (unit, step) in &plan.steps {
        match step {
            Step::Take { .. } => changes.taken.push(unit.clone()),
            Step::Remove(_) => changes.removed.push(unit.clone()),
            Step::Hold {
                why: Hold::Name, ..
            } => changes.held.push(unit.clone()),
            _ => {}
        }
    }
    let mut next = next_state(session, local, heads, &plan, ids);
    if !plan.touches_files() {
        next.save(&session.layout)?;
        session.state = next;
        return Ok(changes);
    }
    let staging = Staging::create(&session.layout)?;
    let swapped = stage(session, repository, local, &staging, &wanted).and_then(|bytes| {
        changes.bytes = bytes;
        swap(session, local, &staging, &plan, &wanted, &mut next)
    });
    match swapped {
        Ok(()) => {
            session.state = next;
            undo::trim(&session.layout);
            Ok(changes)
        }
        Err(error) => {
            // With a journal the next run carries on; without, nothing happened.
            if !session.layout.journal().exists() {
                staging.discard();
            }
            Err(error)
        }
    }
}

/// Looks up the file lists of everything that is to be taken. What cannot exist on this device is
/// held instead.
fn wanted(
    session: &Session<'_>,
    repository: &Repository,
    local: &Local,
    heads: &[Head],
    plan: &mut Plan,
) -> Result<BTreeMap<RelPath, Wanted>> {
    let mut older: BTreeMap<SnapshotId, PushRecord> = BTreeMap::new();
    let mut wanted = BTreeMap::new();
    let mut present: BTreeSet<RelPath> = local.scan.units.keys().cloned().collect();
    for (unit, step) in &mut plan.steps {
        let Step::Take { from, version, .. } = step else {
            continue;
        };
        let damaged = || {
            Error::new(
                Kind::Damaged,
                format!(
                    "the snapshot {} does not list {unit} as it should",
                    from.short()
                ),
            )
            .hint("Nothing was changed on this device.")
        };
        if !heads.iter().any(|head| head.snapshot == *from) && !older.contains_key(from) {
            let record = graph::read_record(session, repository, from)?.ok_or_else(damaged)?;
            older.insert(from.clone(), record);
        }
        let head = heads
            .iter()
            .find(|head| head.snapshot == *from)
            .map(|head| &head.record);
        let record = head.or_else(|| older.get(from)).ok_or_else(damaged)?;
        let content = record.contents.get(unit).cloned().ok_or_else(damaged)?;
        if Some(content.digest()) != version.digest() {
            return Err(damaged());
        }
        if let Some(why) = names::obstacle(Naming::native(), unit, &content, &present) {
            super::event::warn(
                session.listener,
                format!("{unit} stays in the cloud: {why}"),
            );
            let version = Some(held_version(version, from));
            *step = Step::Hold {
                version,
                why: Hold::Name,
            };
            continue;
        }
        present.insert(unit.clone());
        let from = from.clone();
        wanted.insert(unit.clone(), Wanted { from, content });
    }
    Ok(wanted)
}

/// The state once the plan is carried out.
fn next_state(
    session: &Session<'_>,
    local: &Local,
    heads: &[Head],
    plan: &Plan,
    ids: BTreeSet<SnapshotId>,
) -> State {
    let mut next = session.state.clone();
    for (unit, step) in &plan.steps {
        let (version, snapshot): (&UnitVersion, Option<SnapshotId>) = match step {
            Step::Take { from, version, .. } => (version, Some(from.clone())),
            Step::Agree(version)
            | Step::Remove(version)
            | Step::Hold {
                version: Some(version),
                ..
            } => (version, None),
            _ => continue,
        };
        let lists = |head: &&Head| {
            head.record
                .units
                .get(unit)
                .is_some_and(|row| row.dot == version.dot)
        };
        let named = heads.iter().find(lists).map(|head| head.snapshot.clone());
        let Some(snapshot) = snapshot.or(named) else {
            continue;
        };
        let version = version.clone();
        next.agreement
            .insert(unit.clone(), Agreed { version, snapshot });
    }
    for head in heads {
        next.vector.join(&head.record.vector);
    }
    if let Some(head) = heads.first() {
        next.base = Some(head.snapshot.clone());
    }
    next.known = ids;
    next.conflicts.clear();
    next.offline = false;
    next.scope = Some(session.scope.digest());
    let (mut stamps, taken) = (local.scan.stamps.clone(), local.scan.taken);
    // What is swapped in has other stamps: unless they are filled in below, they are read again.
    stamps.retain(|unit, _| {
        !matches!(
            plan.steps.get(unit),
            Some(Step::Take { .. } | Step::Remove(_))
        )
    });
    next.remember_scan(stamps, taken);
    next
}

/// Which files of a unit differ from what is here.
fn missing<'a>(
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

/// Fetches what differs into the staging folder and checks it. Returns how many bytes came.
fn stage(
    session: &Session<'_>,
    repository: &Repository,
    local: &Local,
    staging: &Staging,
    wanted: &BTreeMap<RelPath, Wanted>,
) -> Result<u64> {
    let mut by_source: BTreeMap<&SnapshotId, Vec<RelPath>> = BTreeMap::new();
    let mut expected: BTreeMap<RelPath, FileFact> = BTreeMap::new();
    for (unit, one) in wanted {
        let here = local.scan.units.get(unit);
        let paths = by_source.entry(&one.from).or_default();
        for (path, _, fact) in missing(unit, &one.content, here) {
            paths.push(path.clone());
            expected.insert(path, fact);
        }
        // A unit that is new here is asked for by its own name as well: so its empty folders
        // come, and the times of all its folders.
        if here.is_none() && !one.content.folders.is_empty() {
            paths.push(unit.clone());
        }
    }
    let total: u64 = expected.values().map(|fact| fact.size).sum();
    check_room(session, total)?;
    let mut before = 0;
    for (snapshot, paths) in by_source.iter().filter(|(_, paths)| !paths.is_empty()) {
        let mut last = 0;
        repository.restore(snapshot, &staging.tree(), paths, &mut |status| {
            last = status.bytes_restored;
            (session.listener)(Event::Progress(Progress {
                phase: Phase::Fetch,
                done: before + last,
                total: Some(total),
            }));
        })?;
        before += last;
    }
    staging.verify(&expected)?;
    Ok(total)
}

fn check_room(session: &Session<'_>, bytes: u64) -> Result<()> {
    /// Left over for the system and the game.
    const SPARE: u64 = 16 << 20;
    let needed = bytes.saturating_add(SPARE);
    // Where the free space is not known, a full disk shows itself while staging.
    let free = lock::free_space(session.layout.own()).unwrap_or(u64::MAX);
    if free < needed {
        let mb = |bytes: u64| bytes.div_ceil(1 << 20);
        return Err(Error::new(
            Kind::Full,
            format!("the disk has {} MB free, and this needs {} MB", mb(free), mb(needed)),
        )
        .hint("Free some space and start again; old versions in .cloud-sync/undo can go. Nothing was changed."));
    }
    Ok(())
}

/// Swaps the staged files in.
fn swap(
    session: &Session<'_>,
    local: &Local,
    staging: &Staging,
    plan: &Plan,
    wanted: &BTreeMap<RelPath, Wanted>,
    next: &mut State,
) -> Result<()> {
    let journal = journal(session, local, staging, plan, wanted);
    json_file::write_compact(&staging.next_state(), next, Access::Private)?;
    check_untouched(session, local, &journal)?;
    sync_folders(staging);
    journal.commit(&session.layout)?;
    apply::carry_out(&session.layout, &journal)?;
    // The digests are known: only the new stamps are needed, so that nothing is read again.
    for (unit, one) in wanted {
        let stamps = one.content.files.iter().filter_map(|(inner, fact)| {
            let metadata = fs::metadata(session.layout.live(&unit.join(inner))).ok()?;
            let stamp = Stamp::of(&metadata);
            let sha256 = fact.sha256;
            (stamp.size == fact.size).then(|| (inner.clone(), Known { stamp, sha256 }))
        });
        next.stamps.insert(unit.clone(), stamps.collect());
    }
    let stamps = std::mem::take(&mut next.stamps);
    next.remember_scan(stamps, std::time::SystemTime::now());
    journal::finish_with(&session.layout, &journal, next)
}

fn journal(
    session: &Session<'_>,
    local: &Local,
    staging: &Staging,
    plan: &Plan,
    wanted: &BTreeMap<RelPath, Wanted>,
) -> Journal {
    let mut journal = Journal {
        schema: journal::SCHEMA,
        instance_id: session.sync.instance_id,
        replica: session.state.replica,
        staging: staging.id.clone(),
        time: Timestamp::now().to_string(),
        files_removed: Vec::new(),
        folders_removed: Vec::new(),
        folders_made: Vec::new(),
        files: Vec::new(),
    };
    let empty = UnitContent::default();
    let removed = plan
        .steps
        .iter()
        .filter(|(_, step)| matches!(step, Step::Remove(_)));
    // Only what is synced goes: whatever else lies in a world is in no repository.
    for (unit, here) in removed.filter_map(|(unit, _)| Some((unit, local.scan.units.get(unit)?))) {
        let files = here.content.files.keys().map(|inner| unit.join(inner));
        journal.files_removed.extend(files);
        let folders = here
            .content
            .folders
            .iter()
            .rev()
            .map(|inner| unit.join(inner));
        journal.folders_removed.extend(folders);
    }
    for (unit, one) in wanted {
        let here = local.scan.units.get(unit);
        let before = here.map_or(&empty, |here| &here.content);
        let new = &one.content;
        let gone = before
            .files
            .keys()
            .filter(|inner| !new.files.contains_key(*inner));
        journal
            .files_removed
            .extend(gone.map(|inner| unit.join(inner)));
        let gone = before
            .folders
            .iter()
            .rev()
            .filter(|inner| !new.folders.contains(*inner));
        journal
            .folders_removed
            .extend(gone.map(|inner| unit.join(inner)));
        let made = new
            .folders
            .iter()
            .filter(|inner| !before.folders.contains(*inner))
            .map(|inner| unit.join(inner));
        journal
            .folders_made
            .extend(made.map(|path| journal::folder(path.clone(), &staging.place(&path))));
        journal
            .files
            .extend(missing(unit, new, here).map(|(path, _, _)| path));
    }
    journal
}

/// Whatever changed since the scan is not overwritten: the next pull looks again.
fn check_untouched(session: &Session<'_>, local: &Local, journal: &Journal) -> Result<()> {
    let scanned: BTreeMap<RelPath, Stamp> = local
        .scan
        .stamps
        .iter()
        .flat_map(|(unit, files)| {
            files
                .iter()
                .map(move |(inner, known)| (unit.join(inner), known.stamp))
        })
        .collect();
    let affected = journal.files.iter().chain(&journal.files_removed);
    for path in affected {
        let metadata = files::found(fs::metadata(session.layout.live(path)))
            .context(|| format!("cannot look at {path}"))?;
        let now = metadata
            .as_ref()
            .filter(|metadata| metadata.is_file())
            .map(Stamp::of);
        if now != scanned.get(path).copied() {
            return Err(Error::failed(format!("{path} changed while the pull was under way"))
                .hint("Nothing was changed. Close the game or whatever else writes there, and start again."));
        }
    }
    Ok(())
}

/// Makes the names in the staging folder durable, before a journal promises them.
fn sync_folders(staging: &Staging) {
    for entry in walkdir::WalkDir::new(staging.root()).into_iter().flatten() {
        if entry.file_type().is_dir() {
            let _ = json_file::sync_folder(entry.path());
        }
    }
}
