//! Publishing this folder as a snapshot that says what it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::Write,
    iter,
    path::Path,
};

use ulid::Ulid;

use super::{
    cloud::Store,
    event::{Event, Phase, Progress, warn},
    graph,
    observe::{self, Local},
    session::Session,
    sources,
};
use crate::{
    config::{
        json_file::{self, Access},
        layout::below,
    },
    domain::{
        agreement::{Mark, next_table},
        ids::{PushId, SnapshotId},
        path::{OWN_FOLDER, RelPath},
        record::{Before, Origin, Purpose, PushRecord, SCHEMA, UnitState, UnitTable, UnitVersion},
        save::About,
        targets,
        unit::{UnitContent, UnitKind},
        version::{Dot, VersionVector},
    },
    error::{Context, Error, Kind, Result},
    store::{argv::Backup, messages::Status, repository::Backed},
    texts::text,
    workdir::{about, scan::Scan},
};

/// How often a push is tried, because files changed while they were read.
const ATTEMPTS: usize = 3;

/// What was published.
#[derive(Debug)]
pub struct Published {
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// The units that changed.
    pub units: Vec<RelPath>,
    /// The units that were deleted here.
    pub deleted: Vec<RelPath>,
    /// New bytes, before compression.
    pub bytes: u64,
}

/// Publishes what is here, as a head of its own; `local` is measured anew where it changed under
/// the hands.
///
/// `visible` are the snapshots that there are. The agreement advances only once the snapshot is known to hold exactly what was scanned.
pub fn publish(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: &mut Local,
    visible: &BTreeSet<SnapshotId>,
) -> Result<Published> {
    let mut wrong: Option<Wrong> = None;
    let mut by_file = false;
    for _ in 0..ATTEMPTS {
        if let Some(wrong) = wrong.take() {
            warn(session.listener, wrong.again());
        }
        // restic compares size and mtime with the parent: where that would miss a change, or where
        // the parent is gone, it must read everything.
        let parent = session.state.parent.clone();
        let parent = parent.filter(|parent| visible.contains(parent));
        let mut units = Vec::new();
        let mut deleted = Vec::new();
        for (unit, side) in local.side.iter().filter(|(_, side)| side.changed()) {
            let list = if side.content.is_some() {
                &mut units
            } else {
                &mut deleted
            };
            list.push(unit.clone());
        }
        let mut record = record(session, local);
        if sources::mend_agreement(session, store, visible, &record.units)? {
            record = self::record(session, local);
        }
        announce(session, &record)?;
        let targets = if by_file {
            targets(&record, &all_folders(&record))
        } else {
            targets(&record, &local.scan.partial)
        };
        let backed = back_up(session, store, local, &record, targets, parent.as_ref())?;
        let again = observe::rescan(session, &local.scan);
        observe::distrust_looks(session, &again);
        let again = observe::measure(session, again, local.open.clone());
        let still = again.scan.units.len() == local.scan.units.len()
            && record.contents.iter().all(|(unit, content)| {
                let now = again.scan.units.get(unit);
                now.is_some_and(|now| now.unreadable.is_none() && now.content == *content)
                    && is_untouched(&local.scan, &again.scan, unit)
            });
        *local = again;
        let whole = backed.files == record.file_count();
        wrong = match (still, backed.unread) {
            (false, _) => Some(Wrong::Changed),
            (true, Some(why)) => Some(Wrong::Unread(why)),
            (true, None) if !whole => Some(Wrong::Counted),
            (true, None) => None,
        };
        if wrong.is_none() {
            if let Some(why) = backed.forgotten {
                tell_of_damage(session, &why);
            }
            graph::adopt(session, &backed.snapshot, &record);
            session.state.parent = Some(backed.snapshot.clone());
            let (stamps, taken) = (local.scan.stamps.clone(), local.scan.taken);
            session.state.remember_scan(stamps, taken);
            session.save()?;
            *local = observe::measure(session, local.scan.clone(), local.open.clone());
            return Ok(Published {
                snapshot: backed.snapshot,
                units,
                deleted,
                bytes: backed.bytes_added,
            });
        }
        if !matches!(wrong, Some(Wrong::Changed)) {
            // Whatever it was, restic is to go by the files alone now, each by its name.
            session.state.parent = None;
            by_file = true;
        }
    }
    Err(wrong.unwrap_or(Wrong::Changed).error())
}

/// Returns whether nobody wrote to the files of a unit between two scans. One that holds what it held may
/// have held something else when restic read it.
fn is_untouched(before: &Scan, after: &Scan, unit: &RelPath) -> bool {
    let looks = |scan: &Scan| -> Option<Vec<(u64, i64, u64)>> {
        let stamps = scan.stamps.get(unit)?.values().map(|known| known.stamp);
        Some(stamps.map(|it| (it.size, it.mtime, it.inode)).collect())
    };
    looks(before) == looks(after)
}

/// Why a snapshot is not what it should be.
enum Wrong {
    /// Files changed meanwhile.
    Changed,
    /// Nothing changed, and restic could not read something.
    Unread(String),
    /// Nothing changed, and restic counted otherwise.
    Counted,
}

impl Wrong {
    fn again(&self) -> String {
        match self {
            Self::Changed => text!("publish-again-changed"),
            Self::Unread(why) => text!("publish-again-unread", why = why),
            Self::Counted => text!("publish-again-counted"),
        }
    }

    fn error(self) -> Error {
        match self {
            Self::Changed => {
                Error::failed(text!("publish-changed")).hint(text!("publish-changed-hint"))
            }
            Self::Unread(why) => {
                Error::failed(text!("publish-unread", why = why)).hint(text!("publish-unread-hint"))
            }
            Self::Counted => {
                Error::failed(text!("publish-counted")).hint(text!("publish-counted-hint"))
            }
        }
    }
}

/// What was saved before is not whole in the cloud any more; this snapshot has the files anew.
fn tell_of_damage(session: &Session<'_>, why: &str) {
    (session.listener)(Event::Warning(
        text!("publish-damage"),
        vec![
            text!("publish-damage-mended", why = why),
            text!("publish-damage-verify", folder = session.folder()),
        ],
    ));
}

/// The next change of this replica; no dot is ever used twice.
fn next_dot(session: &Session<'_>) -> Dot {
    let state = &session.state;
    let used = state.vector.get(state.replica).max(state.last_counter);
    Dot {
        replica: state.replica,
        counter: used.saturating_add(1),
    }
}

fn origin(session: &Session<'_>) -> Origin {
    Origin {
        device: session.device.name.clone(),
        time: session.settings.now(),
    }
}

/// What the next snapshot says about itself.
fn record(session: &Session<'_>, local: &Local) -> PushRecord {
    let state = &session.state;
    let dot = next_dot(session);
    let mut vector = state.vector.clone();
    vector.add(dot);
    let origin = origin(session);
    let mark = Mark {
        dot,
        origin: &origin,
        vector: &vector,
    };
    let mut units = next_table(&state.agreement, &local.side, &mark);
    let contents: BTreeMap<_, _> = units
        .iter()
        .filter(|(_, version)| matches!(version.state, UnitState::Here(_)))
        .filter_map(|(unit, _)| Some((unit.clone(), local.scan.units.get(unit)?.content.clone())))
        .collect();
    let root = session.layout.pack();
    for (unit, row) in units.iter_mut().filter(|(_, row)| row.dot == dot) {
        row.about = contents
            .get(unit)
            .and_then(|content| card(root, unit, row.kind, content))
            .map(Box::new);
    }
    PushRecord {
        vector,
        covers: state.known.clone(),
        units,
        contents,
        ..blank(session, dot, &origin, Purpose::Push)
    }
}

/// Returns what a world below `root` is about. Whether that can be told is no matter of its save.
fn card(root: &Path, unit: &RelPath, kind: UnitKind, content: &UnitContent) -> Option<About> {
    let is_world = kind == UnitKind::World;
    is_world.then(|| about::read(&below(root, unit), content))?
}

/// A record of this folder that lists nothing yet.
fn blank(session: &Session<'_>, dot: Dot, origin: &Origin, purpose: Purpose) -> PushRecord {
    PushRecord {
        schema: SCHEMA,
        instance_id: session.sync.instance_id,
        purpose,
        before: None,
        push: PushId::new(Ulid::generate()),
        replica: dot.replica,
        counter: dot.counter,
        vector: VersionVector::default(),
        covers: BTreeSet::new(),
        device: session.device.clone(),
        time: origin.time.to_string(),
        scope: session.scope.digest(),
        units: UnitTable::new(),
        contents: BTreeMap::new(),
    }
}

/// Publishes a safety copy of the units `contents`, whose files are below `root`, beside what
/// `partial` folders hold else: of what was never part of a head, and something else takes the place of. It is nobody's state, and no head.
pub fn rescue(
    session: &mut Session<'_>,
    store: &dyn Store,
    root: &Path,
    contents: BTreeMap<RelPath, (UnitKind, UnitContent)>,
    partial: &BTreeSet<RelPath>,
    before: Before,
) -> Result<SnapshotId> {
    let dot = next_dot(session);
    let origin = origin(session);
    let mut vector = VersionVector::default();
    vector.add(dot);
    let row = |kind: UnitKind, content: &UnitContent| UnitVersion {
        kind,
        dot,
        also: BTreeSet::new(),
        over: BTreeSet::new(),
        origin: origin.clone(),
        state: UnitState::Here(content.digest()),
        about: None,
    };
    let units = contents
        .iter()
        .map(|(unit, (kind, content))| {
            let mut row = row(*kind, content);
            row.about = card(root, unit, *kind, content).map(Box::new);
            (unit.clone(), row)
        })
        .collect();
    let contents = contents
        .into_iter()
        .map(|(unit, (_, content))| (unit, content))
        .collect();
    let record = PushRecord {
        before: Some(before),
        vector,
        units,
        contents,
        ..blank(session, dot, &origin, Purpose::Rescue)
    };
    session.state.last_counter = dot.counter;
    session.save()?;
    // restic reads all below one folder: the record goes where the units are.
    let place = root.join(OWN_FOLDER);
    std::fs::create_dir_all(&place)
        .context(|| text!("sync-cannot-make", path = place.display().to_string()))?;
    json_file::write_compact(&place.join("push.json"), &record, Access::Private)?;
    let cargo = Cargo {
        root,
        targets: targets(&record, partial),
        tag: Some("kind=rescue".to_owned()),
        parent: None,
    };
    let backed = send(session, store, &record, &cargo)?;
    if backed.unread.is_some() || backed.files != record.file_count() {
        return Err(Error::failed(text!("publish-rescue-changed"))
            .hint(text!("publish-rescue-changed-hint")));
    }
    // It decides nothing, here or anywhere: it is no news to whoever made it.
    session.state.known.insert(backed.snapshot.clone());
    Ok(backed.snapshot)
}

/// Notes on disk that this push may have happened, before it can.
fn announce(session: &mut Session<'_>, record: &PushRecord) -> Result<()> {
    json_file::write_compact(&session.layout.push_json(), record, Access::Private)?;
    session.state.pending = Some(record.push);
    session.state.last_counter = record.counter;
    session.save()
}

fn back_up(
    session: &Session<'_>,
    store: &dyn Store,
    local: &Local,
    record: &PushRecord,
    targets: Vec<String>,
    parent: Option<&SnapshotId>,
) -> Result<Backed> {
    for_people(session, local, &targets);
    let base = session.state.base.as_ref();
    let cargo = Cargo {
        root: session.layout.pack(),
        targets,
        tag: base.map(|base| format!("base={base}")),
        parent,
    };
    send(session, store, record, &cargo)
}

/// What restic is given.
struct Cargo<'a> {
    /// The folder that everything is in.
    root: &'a Path,
    /// Paths from there.
    targets: Vec<String>,
    /// The tag before those that every snapshot has.
    tag: Option<String>,
    /// What restic may compare with instead of reading.
    parent: Option<&'a SnapshotId>,
}

/// Hands everything that `record` names to restic.
fn send(
    session: &Session<'_>,
    store: &dyn Store,
    record: &PushRecord,
    cargo: &Cargo<'_>,
) -> Result<Backed> {
    let what = || text!("publish-no-list");
    let mut list = tempfile::Builder::new()
        .prefix(".writing-")
        .tempfile_in(session.layout.own())
        .context(what)?;
    for path in &cargo.targets {
        list.write_all(path.as_bytes())
            .and_then(|()| list.write_all(b"\0"))
            .context(what)?;
    }
    list.flush().context(what)?;
    let total = record
        .contents
        .values()
        .map(|content| content.extent().bytes)
        .sum();
    let own = [
        format!("push={}", record.push),
        format!("n={}", record.file_count()),
    ];
    let tags: Vec<String> = cargo.tag.iter().cloned().chain(own).collect();
    let backup = Backup {
        files: list.path(),
        host: &session.device.name,
        tags: &tags,
        lock_patience: if session.launching { 3 } else { 20 },
        parent: cargo.parent,
    };
    let backed = store.backup(cargo.root, &backup, &mut |status| {
        (session.listener)(Event::Progress(Progress {
            phase: Phase::Push,
            item: item(cargo.root, status),
            done: status.bytes_done,
            total: Some(total),
        }));
    });
    backed.map_err(|error| match error.kind() {
        Kind::Damaged => error.with_kind(Kind::Failed),
        _ => error,
    })
}

/// What restic reads just now, below the game folder.
fn item(root: &Path, status: &Status) -> Option<String> {
    let file = Path::new(status.current_files.first()?);
    let below = file.strip_prefix(root).unwrap_or(file);
    Some(below.display().to_string())
}

/// Returns all folders of all units: without a whole one, every file is named.
fn all_folders(record: &PushRecord) -> BTreeSet<RelPath> {
    let units = record.contents.iter();
    let folders = |(unit, content): (&RelPath, &UnitContent)| -> Vec<RelPath> {
        content
            .folders
            .iter()
            .map(|inner| unit.join(inner))
            .collect()
    };
    units.flat_map(folders).collect()
}

/// What restic is told to save: every unit that the record lists, and the record.
fn targets(record: &PushRecord, partial: &BTreeSet<RelPath>) -> Vec<String> {
    let units = record.contents.iter();
    let named = units.flat_map(|(unit, content)| targets::targets(unit, content, partial));
    let named = named.map(|path| path.to_string());
    iter::once(format!("{OWN_FOLDER}/push.json"))
        .chain(named)
        .collect()
}

/// Leaves lists that a person can read. Nothing depends on them.
fn for_people(session: &Session<'_>, local: &Local, paths: &[String]) {
    let write = |place: std::path::PathBuf, lines: &mut dyn Iterator<Item = String>| {
        if let Ok(mut file) = File::create(place) {
            for line in lines {
                let _ = writeln!(file, "{line}");
            }
        }
    };
    write(session.layout.files_from(), &mut paths.iter().cloned());
    let left_out = local
        .scan
        .problems
        .iter()
        .map(|problem| format!("{}  # {}", problem.path, problem.why));
    write(session.layout.exclude_from(), &mut left_out.into_iter());
}
