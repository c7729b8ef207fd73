//! History: what became of an instance, or of one of its units. A look beside whoever works in the
//! folder: it takes no lock and changes nothing.

mod here;
mod snapshots;
mod versions;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    event::Listener,
    past,
    proof::{self, Standing},
    session::{self, Session},
    settings::Settings,
};
use crate::{
    config::{layout::Layout, sync_file},
    domain::{
        history::History, ids::SnapshotId, path::RelPath, record::Before, save::About, unit::Extent,
    },
    error::{Error, Kind, Result},
    workdir::journal,
};

pub use self::{
    here::{Folder, Unsaved},
    snapshots::{SnapshotRow, UnitChange},
    versions::VersionRow,
};

/// What came of it.
#[derive(Debug)]
pub enum HistoryOutcome {
    /// The folder is not opted in.
    NotOptedIn,
    /// Nothing was ever pushed.
    Empty,
    /// This is what is known.
    Told(Box<Chronicle>),
}

/// All that is told.
#[derive(Debug)]
pub struct Chronicle {
    /// What was asked for, newest first.
    pub rows: Rows,
    /// How the folder stands to it.
    pub folder: Folder,
    /// Snapshots that there are and that cannot be read, each with the reason.
    pub unreadable: Vec<(SnapshotId, String)>,
    /// Whether a pull was interrupted here: half of what lies here is of before it.
    pub interrupted: bool,
    /// What of the newest state was proven restorable, and when; `None` where nobody tried.
    pub proven: Option<Standing>,
    /// Why the cloud could not be asked: then it is what this device remembers.
    pub offline: Option<Error>,
}

/// The rows that were asked for.
#[derive(Debug)]
pub enum Rows {
    /// One for each snapshot.
    Snapshots(Vec<SnapshotRow>),
    /// For each unit that was named, one for each of its versions.
    Units(Vec<UnitRows>),
}

/// The versions of a unit.
#[derive(Debug)]
pub struct UnitRows {
    /// The unit.
    pub unit: RelPath,
    /// Whether it is in the folder.
    pub is_here: bool,
    /// Its versions, newest first.
    pub rows: Vec<VersionRow>,
}

/// Why there is a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Somebody played, or changed something.
    Push,
    /// The same, and it brought together what several devices had.
    Merge,
    /// A safety copy.
    SafetyCopy,
    /// It says nothing of itself: it was made with plain restic, or says what cannot be used.
    Foreign,
}

/// How what lies here relates to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Here {
    /// It is the same.
    Same,
    /// It was made of it, and changed since.
    Changed,
}

/// What became of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// It is new, or came back after a deletion.
    Added,
    /// It is another than before.
    Changed,
    /// It has another name, and may be another than before too.
    Renamed,
    /// It is gone.
    Deleted,
    /// It is in a safety copy.
    Kept,
}

/// A snapshot, as rows name others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Which.
    pub snapshot: SnapshotId,
    /// The device that made it.
    pub device: String,
    /// When, as far as clocks can be believed.
    pub time: Option<Timestamp>,
}

impl From<&crate::domain::history::Moment> for Named {
    fn from(moment: &crate::domain::history::Moment) -> Self {
        Self {
            snapshot: moment.snapshot.clone(),
            device: moment.record.device.name.clone(),
            time: moment.time,
        }
    }
}

/// What became of one unit, with sizes and what the save was about then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What was done.
    pub change: Deed,
    /// What it was called before, where it was renamed.
    pub from: Option<RelPath>,
    /// How large it was before.
    pub before: Option<Extent>,
    /// How large it is since.
    pub after: Option<Extent>,
    /// How many files are new, other or gone, where what was before is known.
    pub files_changed: Option<u64>,
    /// Where it was just the same before, with something else in between: an undo, a restore.
    pub same_as: Option<Named>,
    /// What a player recognizes it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<Box<About>>,
}

/// What a safety copy was made before, as a word for programs.
type MadeBefore = Option<Before>;

/// Looks at the history of the folder's instance, or of these `units` of it.
pub fn history(
    settings: &Settings,
    listener: Listener<'_>,
    units: &[RelPath],
) -> Result<HistoryOutcome> {
    if !sync_file::is_opted_in(&Layout::new(&settings.pack)) {
        return Ok(HistoryOutcome::NotOptedIn);
    }
    let mut session = session::look(settings, listener)?;
    let known = match read(&mut session) {
        Ok(Some(known)) => known,
        Ok(None) => return nothing(&session, units),
        Err(error) if error.kind() == Kind::Offline => remembered(&session, error)?,
        Err(error) => return Err(error),
    };
    let here = here::Contents::of(&session);
    let proofs = proof::peek(&session.layout)
        .filter(|proofs| proofs.instance_id == session.sync.instance_id);
    let rows = if units.is_empty() {
        Rows::Snapshots(snapshots::rows(&known, &here))
    } else {
        let mut all = Vec::new();
        for unit in units {
            let rows = versions::rows(&known.history, &here, proofs.as_ref(), unit);
            if rows.is_empty() && !here.has(unit) {
                return Err(unknown(&known.history, &here, unit));
            }
            all.push(UnitRows {
                unit: unit.clone(),
                is_here: here.has(unit),
                rows,
            });
        }
        Rows::Units(all)
    };
    Ok(HistoryOutcome::Told(Box::new(Chronicle {
        folder: here.folder(&known.history),
        rows,
        unreadable: known.unreadable,
        proven: proofs.map(|proofs| proofs.standing(&session.state.agreement)),
        interrupted: journal::unfinished(&session.layout)?.is_some(),
        offline: known.offline,
    })))
}

/// What is known of the past, from the repository or from memory.
struct Known {
    history: History,
    foreign: Vec<Foreign>,
    unreadable: Vec<(SnapshotId, String)>,
    offline: Option<Error>,
}

/// A snapshot that says nothing of itself.
struct Foreign {
    snapshot: SnapshotId,
    device: String,
    claimed: Option<Timestamp>,
}

/// Reads the past from the repository; `None` where that is still to be created.
fn read(session: &mut Session<'_>) -> Result<Option<Known>> {
    let probed = match session.probe() {
        Err(error) if error.kind() == Kind::NoRepository && session.state.to_create => {
            return Ok(None);
        }
        probed => probed.map_err(|error| session.without_repository(error))?,
    };
    if probed.as_ref().is_some_and(BTreeSet::is_empty) {
        return Ok(None);
    }
    let store = session.store()?;
    let past = match past::read_probed(session, store.as_ref(), probed) {
        Err(error) if error.kind() == Kind::NoRepository && session.state.to_create => {
            return Ok(None);
        }
        past => past?,
    };
    let foreign = past
        .listed
        .iter()
        .filter(|one| past.foreign.contains(&one.id));
    Ok(Some(Known {
        foreign: foreign
            .map(|one| Foreign {
                snapshot: one.id.clone(),
                device: one.hostname.clone(),
                claimed: one.time.parse().ok(),
            })
            .collect(),
        history: past.history,
        unreadable: past.unreadable,
        offline: None,
    }))
}

/// What this device remembers, where the cloud cannot be asked; if it is nothing, that is the error.
fn remembered(session: &Session<'_>, error: Error) -> Result<Known> {
    let history = past::recall(session);
    if history.moments().is_empty() {
        return Err(error);
    }
    Ok(Known {
        history,
        foreign: Vec::new(),
        unreadable: Vec::new(),
        offline: Some(error),
    })
}

/// Nothing was pushed: a unit that is named can be here at most.
fn nothing(session: &Session<'_>, units: &[RelPath]) -> Result<HistoryOutcome> {
    if units.is_empty() {
        return Ok(HistoryOutcome::Empty);
    }
    let here = here::Contents::of(session);
    match units.iter().find(|unit| !here.has(unit)) {
        Some(stranger) => Err(unknown(&History::default(), &here, stranger)),
        None => Ok(HistoryOutcome::Empty),
    }
}

/// How many units are named that may have been meant.
const NAMED: usize = 3;
/// How alike two names are, at least, of which one may be the other mistyped.
const ALIKE: f64 = 0.8;

fn unknown(history: &History, here: &here::Contents, unit: &RelPath) -> Error {
    let known: BTreeSet<&RelPath> = history.units().into_iter().chain(here.units()).collect();
    let meant = close(unit.as_str(), known.iter().map(|known| known.as_str()));
    let error = Error::usage(format!("{unit} is not known here, and in no snapshot"));
    if meant.is_empty() {
        return error.hint("See what there is with: instance-sync history");
    }
    error.hint(format!("Did you mean: {}", meant.join(", ")))
}

/// Returns the names that are most like one, the likeliest first.
pub(super) fn close<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let last = |name: &str| {
        let name = name.rsplit('/').next().unwrap_or(name);
        name.to_lowercase()
    };
    let likeness = |name: &str| {
        // Worlds are known to players by what stands behind `saves/`.
        let whole = strsim::jaro_winkler(&wanted.to_lowercase(), &name.to_lowercase());
        let alone = strsim::normalized_damerau_levenshtein(&last(wanted), &last(name));
        if last(wanted) == last(name) {
            2.0
        } else if alone >= 0.5 {
            whole.max(alone)
        } else {
            0.0
        }
    };
    let mut alike: Vec<(f64, &str)> = known
        .map(|name| (likeness(name), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    alike
        .into_iter()
        .take(NAMED)
        .map(|(_, name)| name)
        .collect()
}

#[cfg(test)]
mod tests;
