//! Handing what a record names to restic.

use std::{collections::BTreeSet, fs::File, io::Write, iter, path::Path};

use crate::{
    domain::{
        ids::SnapshotId,
        path::{OWN_FOLDER, RelPath},
        record::PushRecord,
        targets,
        unit::UnitContent,
    },
    error::{Context, Kind, Result},
    store::{argv::Backup, messages::Status, repository::Backed},
    sync::{
        cloud::Store,
        event::{Event, Phase, Progress},
        observe::Local,
        session::Session,
    },
    texts::text,
};

/// What restic is given.
pub(super) struct Cargo<'a> {
    /// The folder that everything is in.
    pub(super) root: &'a Path,
    /// Paths from there.
    pub(super) targets: Vec<String>,
    /// The tag before those that every snapshot has.
    pub(super) tag: Option<String>,
    /// What restic may compare with instead of reading.
    pub(super) parent: Option<&'a SnapshotId>,
}

/// Hands everything that `record` names to restic.
pub(super) fn send(
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
pub(super) fn all_folders(record: &PushRecord) -> BTreeSet<RelPath> {
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
pub(super) fn targets(record: &PushRecord, partial: &BTreeSet<RelPath>) -> Vec<String> {
    let units = record.contents.iter();
    let named = units.flat_map(|(unit, content)| targets::targets(unit, content, partial));
    let named = named.map(|path| path.to_string());
    iter::once(format!("{OWN_FOLDER}/push.json"))
        .chain(named)
        .collect()
}

/// Leaves lists that a person can read. Nothing depends on them.
pub(super) fn for_people(session: &Session<'_>, local: &Local, paths: &[String]) {
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
