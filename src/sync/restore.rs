//! Restore: units as they were at a point in the past; in place, as a copy beside it, or in another
//! folder.
//!
//! What is restored in place counts as an edit made here: the next push publishes it, and no other
//! device loses by it. What is only here is in the cloud before anything is replaced, and what is
//! replaced goes to `undo/`.

mod choose;
mod folder;
mod foreign;
mod last_session;
mod outside;
mod place;
mod row;
mod work;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use serde::Serialize;

pub use super::undo::Finality;
use super::{
    cloud::Store,
    event::{Event, Listener},
    graph, observe, past,
    past::Past,
    session::{self, Hold, Opened, Session},
    settings::Settings,
};
use crate::{
    config::{layout::Layout, sync_file},
    domain::{history::Version, ids::SnapshotId, path::RelPath},
    error::{Error, Kind, Result},
    texts::text,
};

pub use choose::{Point, choose_one};
pub use outside::Inside;

/// How long it waits for another command in the same folder.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is to be restored.
#[derive(Debug, Clone)]
pub struct Request {
    /// These units alone. Else everything.
    pub units: BTreeSet<RelPath>,
    /// As it was when.
    pub point: Point,
    /// Where it lands.
    pub place: Place,
    /// Look, or do it.
    pub finality: Finality,
}

/// Where restored units land.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Where they are.
    InPlace,
    /// Beside them, under names of their own.
    Copy,
    /// Below another folder.
    Folder(PathBuf),
}

/// Who is shown what would happen and says whether it shall.
pub type Confirm<'a> = &'a dyn Fn(&Report) -> Result<bool>;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum RestoreOutcome {
    /// The folder is not opted in.
    NotOptedIn,
    /// The folder is a copy of an opted-in one.
    Copy,
    /// Everything is as it was then, or did not exist.
    Nothing(Report),
    /// This would happen.
    Preview(Report),
    /// This would have happened, and the player did not want it.
    Declined(Report),
    /// This happened.
    Restored(Report),
}

/// What happens, or would.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The units, in order.
    pub units: Vec<Restored>,
    /// Units that did not exist then. They stay as they are.
    pub absent: Vec<NotThere>,
    /// Units that are left alone, each with the reason.
    pub left: Vec<Left>,
    /// Units that the cloud cannot give. They stay as they are.
    pub lost: Vec<Left>,
    /// The session that everything goes back to before, where that was asked for.
    pub session: Option<LastSession>,
    /// The safety copy of what was only here.
    pub safety_copy: Option<SnapshotId>,
    /// Bytes of the files that come.
    pub bytes: u64,
    /// The folder that it lands in, where that is another than the game's.
    pub folder: Option<String>,
    /// Whether the cloud has changes that are not here yet.
    pub news: bool,
    /// Of a preview: worlds that a game has open. While they are, nothing is restored.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<RelPath>,
}

/// A version, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// A snapshot that holds it.
    pub snapshot: Option<SnapshotId>,
    /// The device that made it.
    pub device: String,
    /// When, as far as clocks can be believed.
    pub time: Timestamp,
}

/// What becomes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is as it was then.
    Same,
    /// What is here is replaced.
    Replaced,
    /// It comes back.
    Returned,
    /// It lands beside what is here.
    Copied,
    /// It lands in another folder.
    Written,
}

/// A unit of a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The unit.
    pub unit: RelPath,
    /// What it was called then, where that was something else.
    pub was: Option<RelPath>,
    /// Where it lands, where that is another name.
    pub lands: Option<RelPath>,
    /// What becomes of it.
    pub fate: Fate,
    /// The version.
    pub version: Shown,
    /// Other versions that there were at the same time.
    pub others: Vec<Shown>,
    /// Files that come and are not here.
    pub coming: u64,
    /// Files that become others.
    pub changing: u64,
    /// Files that go.
    pub going: u64,
    /// Bytes of the files that come or become others.
    pub bytes: u64,
    /// Whether what is here is only here, and goes to the cloud first.
    pub saved_first: bool,
}

/// A unit that did not exist then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotThere {
    /// The unit.
    pub unit: RelPath,
    /// When it came to be, where that is known.
    pub since: Option<Timestamp>,
}

/// A unit that stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    /// The unit.
    pub unit: RelPath,
    /// Why.
    pub why: String,
}

/// The session that came last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastSession {
    /// Its push; `None` where it is not pushed yet.
    pub snapshot: Option<SnapshotId>,
    /// The device.
    pub device: String,
    /// When it was pushed, as far as clocks can be believed.
    pub time: Option<Timestamp>,
}

impl Shown {
    /// Returns what is shown of a version that `snapshot` holds.
    pub fn of(version: &Version, snapshot: Option<&SnapshotId>) -> Self {
        Self {
            snapshot: snapshot.cloned(),
            device: version.row.origin.device.clone(),
            time: version.time.unwrap_or(version.row.origin.time),
        }
    }
}

impl Report {
    /// Returns whether anything is to be done.
    pub fn is_empty(&self) -> bool {
        self.units.iter().all(|one| one.fate == Fate::Same)
    }
}

/// Restores. `confirm` is asked before anything happens, where there is somebody to be asked.
pub fn restore(
    settings: &Settings,
    listener: Listener<'_>,
    request: &Request,
    confirm: Option<Confirm<'_>>,
) -> Result<RestoreOutcome> {
    if !sync_file::is_opted_in(&Layout::new(&settings.pack)) {
        return Ok(RestoreOutcome::NotOptedIn);
    }
    let mut session = match session::open(settings, listener, "restore", PATIENCE)? {
        Opened::Session(session) => session,
        Opened::Copy => return Ok(RestoreOutcome::Copy),
    };
    let run = Run {
        request,
        hold: session.hold(),
        confirm: confirm.filter(|_| request.finality == Finality::Final),
    };
    match &request.place {
        Place::Folder(folder) => run.elsewhere(&mut session, folder),
        Place::InPlace | Place::Copy => run.here(&mut session),
    }
}

/// One restore.
struct Run<'a> {
    request: &'a Request,
    hold: Hold,
    confirm: Option<Confirm<'a>>,
}

impl Run<'_> {
    /// Asks, where somebody is to be asked, and lets others work in the folder meanwhile. Nothing has
    /// happened so far, and where an outcome is returned nothing will.
    fn verdict(&self, report: &Report) -> Result<Option<RestoreOutcome>> {
        if report.is_empty() {
            return Ok(Some(RestoreOutcome::Nothing(report.clone())));
        }
        if self.request.finality == Finality::Preview {
            return Ok(Some(RestoreOutcome::Preview(report.clone())));
        }
        let Some(confirm) = self.confirm else {
            return Ok(None);
        };
        // A launch does not wait until somebody has thought about it.
        let (agreed, same) = self.hold.while_open(|| confirm(report))?;
        if !agreed {
            return Ok(Some(RestoreOutcome::Declined(report.clone())));
        }
        if !same && !matches!(self.request.place, Place::Folder(_)) {
            return Err(session::overtaken());
        }
        Ok(None)
    }
}

/// Opens the cloud and reads the past, which every restore needs.
pub fn read_past(session: &mut Session<'_>) -> Result<(Box<dyn Store>, Past)> {
    let opened = session
        .probe()
        .and_then(|_| session.store())
        .and_then(|store| Ok((past::read(session, store.as_ref())?, store)));
    let (past, store) = opened.map_err(|error| match error.kind() {
        Kind::Offline => error.hint(text!("restore-offline-hint")),
        _ => session.without_repository(error),
    })?;
    // What cannot be read may be what was meant.
    if let Some((id, why)) = past.unreadable.first() {
        (session.listener)(Event::Warning(
            cannot_be_read(past.unreadable.len(), id, why),
            vec![text!("restore-unreadable-hint")],
        ));
    }
    Ok((store, past))
}

/// Says that snapshots cannot be read, of which the first is this one; and why, where that says more.
fn cannot_be_read(number: usize, first: &SnapshotId, why: &str) -> String {
    if why == graph::cannot_be_read(1, first).to_string() {
        return graph::cannot_be_read(number, first).to_string();
    }
    text!(
        "restore-unreadable",
        number = number,
        id = first.short(),
        why = why
    )
}

/// Says which units of a session were held, and which the cloud cannot give.
fn damaged(lost: &[Left]) -> Option<Error> {
    let first = lost.first()?;
    let what = text!("restore-lost", unit = first.unit.as_str(), why = &first.why);
    Some(
        Error::new(Kind::Damaged, what)
            .hint(text!("restore-lost-hint"))
            .hint(super::verify::repair()),
    )
}

impl RestoreOutcome {
    /// Returns the error that units are which the cloud cannot give.
    pub fn error(&self) -> Option<Error> {
        match self {
            Self::Nothing(report)
            | Self::Preview(report)
            | Self::Declined(report)
            | Self::Restored(report) => damaged(&report.lost),
            Self::NotOptedIn | Self::Copy => None,
        }
    }
}

/// A state that is older than the folder's own past must not mark two things alike.
fn cope_with_rollback(session: &mut Session<'_>, past: &Past) -> Result<()> {
    let state = &session.state;
    let used = state.last_counter.max(state.vector.get(state.replica));
    let later = past.history.moments().iter().any(|moment| {
        moment.record.replica == state.replica && moment.record.counter > used
            || moment.record.vector.get(state.replica) > used
    });
    if later {
        session.rolled_back();
        session.save()?;
    }
    Ok(())
}

/// Looks at the folder, as a pull does.
fn look(session: &mut Session<'_>) -> observe::Local {
    let local = observe::local(session);
    observe::report_problems(session, &local.scan);
    local
}

/// Returns a folder as it is shown.
fn shown(folder: &Path) -> String {
    folder.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures::snapshot;

    #[test]
    fn what_cannot_be_read_is_said_once() {
        let id = snapshot('a');
        let listed = graph::cannot_be_read(1, &id).to_string();
        let said = |number, why: &str| cannot_be_read(number, &id, why);
        assert_eq!(said(1, &listed), "snapshot aaaaaaaa cannot be read");
        let several = "3 snapshots cannot be read, aaaaaaaa among them";
        assert_eq!(said(3, &listed), several);
        assert_eq!(
            said(1, "a pack is missing"),
            "the snapshot aaaaaaaa cannot be read (a pack is missing)"
        );
    }
}
