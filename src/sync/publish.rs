//! Publishing this folder as a snapshot that says what it is.

mod cargo;
mod describe;
mod rescue;

pub use rescue::rescue;

use std::collections::BTreeSet;

use self::cargo::Cargo;
use super::{
    cloud::Store,
    event::{Event, warn},
    graph,
    observe::{self, Local},
    session::Session,
    sources,
};
use crate::{
    config::json_file::{self, Access},
    domain::{ids::SnapshotId, path::RelPath, record::PushRecord},
    error::{Error, Result},
    store::repository::Backed,
    texts::text,
    workdir::scan::Scan,
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
        let mut record = describe::record(session, local);
        if sources::mend_agreement(session, store, visible, &record.units)? {
            record = describe::record(session, local);
        }
        announce(session, &record)?;
        let targets = if by_file {
            cargo::targets(&record, &cargo::all_folders(&record))
        } else {
            cargo::targets(&record, &local.scan.partial)
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
    cargo::for_people(session, local, &targets);
    let base = session.state.base.as_ref();
    let cargo = Cargo {
        root: session.layout.pack(),
        targets,
        tag: base.map(|base| format!("base={base}")),
        parent,
    };
    cargo::send(session, store, record, &cargo)
}
