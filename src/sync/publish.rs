//! Publishing this folder as a snapshot that says what it is.

use std::{collections::BTreeSet, fs::File, io::Write};

use jiff::Timestamp;
use ulid::Ulid;

use super::{
    event::{Event, Phase, Progress, warn},
    graph,
    observe::{self, Local},
    session::Session,
};
use crate::{
    config::json_file::{self, Access},
    domain::{
        agreement::next_table,
        ids::{PushId, SnapshotId},
        path::{OWN_FOLDER, RelPath},
        record::{PushRecord, SCHEMA, UnitState},
        version::Dot,
    },
    error::{Context, Error, Kind, Result},
    store::{
        argv::Backup,
        repository::{Backed, Repository},
    },
};

/// How often a push is repeated because files changed while they were read.
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
    repository: &Repository,
    local: &mut Local,
    visible: &BTreeSet<SnapshotId>,
) -> Result<Published> {
    for _ in 0..ATTEMPTS {
        // restic compares size and mtime with the parent: where that would miss a change, or where
        // the parent is gone, it must read everything.
        let base = session.state.base.clone();
        let parent = base.filter(|base| visible.contains(base) && !local.scan.same_look);
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
        let record = record(session, local);
        announce(session, &record)?;
        let backed = back_up(session, repository, local, &record, parent.as_ref())?;
        let again = observe::measure(session, rescan(session, local));
        let still = record.contents.iter().all(|(unit, content)| {
            again
                .scan
                .units
                .get(unit)
                .is_some_and(|now| now.unreadable.is_none() && now.content == *content)
        }) && again.scan.units.len() == local.scan.units.len();
        *local = again;
        if backed.complete && backed.files == record.file_count() && still {
            graph::adopt(session, &backed.snapshot, &record);
            let (stamps, taken) = (local.scan.stamps.clone(), local.scan.taken);
            session.state.remember_scan(stamps, taken);
            session.state.scope = Some(session.scope.digest());
            session.save()?;
            *local = observe::measure(session, local.scan.clone());
            return Ok(Published {
                snapshot: backed.snapshot,
                units,
                deleted,
                bytes: backed.bytes_added,
            });
        }
        warn(
            session.listener,
            "Files changed while they were saved; saving again.",
        );
    }
    Err(Error::failed("files kept changing while they were saved").hint(
        "Is the game still running? Everything is still here; run instance-sync push once it has ended.",
    ))
}

fn rescan(session: &Session<'_>, local: &Local) -> crate::workdir::scan::Scan {
    crate::workdir::scan::scan(
        session.layout.pack(),
        &session.scope,
        &local.scan.stamps,
        local.scan.taken,
    )
}

/// What the next snapshot says about itself.
fn record(session: &Session<'_>, local: &Local) -> PushRecord {
    let state = &session.state;
    let counter = state
        .vector
        .get(state.replica)
        .max(state.last_counter)
        .saturating_add(1);
    let dot = Dot {
        replica: state.replica,
        counter,
    };
    let mut vector = state.vector.clone();
    vector.add(dot);
    let units = next_table(&state.agreement, &local.side, dot, &vector);
    let contents = units
        .iter()
        .filter(|(_, version)| matches!(version.state, UnitState::Here(_)))
        .filter_map(|(unit, _)| Some((unit.clone(), local.scan.units.get(unit)?.content.clone())))
        .collect();
    PushRecord {
        schema: SCHEMA,
        instance_id: session.sync.instance_id,
        push: PushId::new(Ulid::generate()),
        replica: state.replica,
        counter,
        vector,
        covers: state.known.clone(),
        device: session.device.clone(),
        time: Timestamp::now().to_string(),
        scope: session.scope.digest(),
        units,
        contents,
    }
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
    repository: &Repository,
    local: &Local,
    record: &PushRecord,
    parent: Option<&SnapshotId>,
) -> Result<Backed> {
    let paths = paths(record);
    let what = || "cannot write the list of files".to_owned();
    let mut list = tempfile::Builder::new()
        .prefix(".writing-")
        .tempfile_in(session.layout.own())
        .context(what)?;
    for path in &paths {
        list.write_all(path.as_bytes())
            .and_then(|()| list.write_all(b"\0"))
            .context(what)?;
    }
    list.flush().context(what)?;
    for_people(session, local, &paths);
    let mut tags = vec![
        format!("push={}", record.push),
        format!("n={}", record.file_count()),
    ];
    let state = &session.state;
    if let Some(base) = &state.base {
        tags.insert(0, format!("base={base}"));
    }
    let total = record
        .contents
        .values()
        .map(crate::domain::unit::UnitContent::bytes)
        .sum();
    let backup = Backup {
        files: list.path(),
        host: &session.device.name,
        tags: &tags,
        parent,
    };
    let backed = repository.backup(session.layout.pack(), &backup, &mut |status| {
        (session.listener)(Event::Progress(Progress {
            phase: Phase::Push,
            done: status.bytes_done,
            total: Some(total),
        }));
    });
    backed.map_err(|error| match error.kind() {
        Kind::Damaged => error.with_kind(Kind::Failed),
        _ => error,
    })
}

/// Every path that the snapshot holds: files, folders that hold nothing else, and the record.
fn paths(record: &PushRecord) -> Vec<String> {
    let mut paths = vec![format!("{OWN_FOLDER}/push.json")];
    for (unit, content) in &record.contents {
        paths.extend(
            content
                .files
                .keys()
                .map(|inner| unit.join(inner).to_string()),
        );
        for folder in &content.folders {
            let prefix = if folder.as_str().is_empty() {
                String::new()
            } else {
                format!("{folder}/")
            };
            let below = |path: &str| path != folder.as_str() && path.starts_with(&prefix);
            let files = content
                .files
                .keys()
                .map(crate::domain::path::InnerPath::as_str);
            let folders = content
                .folders
                .iter()
                .map(crate::domain::path::InnerPath::as_str);
            if !files.chain(folders).any(below) {
                paths.push(unit.join(folder).to_string());
            }
        }
    }
    paths
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
