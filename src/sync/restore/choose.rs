//! Which versions a restore is about.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{LastSession, NotThere, Request, last_session};
use crate::{
    domain::{
        history::{Absent, Choice, History, Lack, Moment, Selection, States},
        ids::SnapshotId,
        path::RelPath,
    },
    error::{Error, Kind, Result},
    sync::{decide::minutes, history::close, observe::Local, past::Past, session::Session},
    texts::text,
};

/// A point in the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Point {
    /// As it was then.
    At(Timestamp),
    /// As a snapshot has it, given by the beginning of its id.
    Snapshot(String),
    /// As it was before it was last played.
    BeforeLastSession,
}

/// A snapshot that somebody named.
pub enum Named<'a> {
    /// One that says what it is.
    Ours(&'a Moment),
    /// One made with plain restic.
    Foreign(&'a SnapshotId),
}

/// Returns the one snapshot whose id begins so.
pub fn named<'a>(past: &'a Past, beginning: &str) -> Result<Named<'a>> {
    let wanted = beginning.trim().to_lowercase();
    let hint = || text!("restore-snapshot-hint");
    let listed = past.listed.iter().map(|one| &one.id);
    // restic does not list what it cannot read.
    let unreadable = past.unreadable.iter().map(|(id, _)| id);
    let all: BTreeSet<&SnapshotId> = listed.chain(unreadable).collect();
    let mut found = all
        .into_iter()
        .filter(|id| !wanted.is_empty() && id.as_str().starts_with(&wanted));
    match (found.next(), found.next()) {
        (Some(id), None) => {
            let broken = past.unreadable.iter().find(|(other, _)| other == id);
            match (broken, past.history.get(id)) {
                (_, Some(moment)) => Ok(Named::Ours(moment)),
                (None, None) => Ok(Named::Foreign(id)),
                (Some((_, why)), None) => {
                    let what = super::cannot_be_read(1, id, why);
                    Err(Error::new(Kind::Damaged, what)
                        .hint(text!("restore-lost-hint"))
                        .hint(crate::sync::verify::repair()))
                }
            }
        }
        (Some(_), Some(_)) => {
            Err(Error::usage(text!("restore-snapshot-several", id = beginning)).hint(hint()))
        }
        (None, _) => Err(Error::usage(text!("restore-snapshot-none", id = beginning)).hint(hint())),
    }
}

/// What a restore is about.
#[derive(Debug, Default)]
pub struct Chosen {
    /// Which versions.
    pub selection: Selection,
    /// The session that they were there before.
    pub session: Option<LastSession>,
}

/// Chooses the versions of a request. `local` is this folder's side; without it, what was there then is
/// meant and not what is here now.
pub fn choose(
    session: &Session<'_>,
    past: &Past,
    request: &Request,
    local: Option<&Local>,
) -> Result<Chosen> {
    let history = &past.history;
    let states = match &request.point {
        Point::At(time) => history.states_at(*time),
        Point::Snapshot(beginning) => match named(past, beginning)? {
            Named::Ours(moment) => history.states_in(moment),
            Named::Foreign(id) => {
                return Err(Error::usage(text!("restore-foreign", id = id.short()))
                    .hint(text!("restore-foreign-hint")));
            }
        },
        Point::BeforeLastSession => {
            return last_session::before(session, history, request, local);
        }
    };
    let selection = if request.units.is_empty() {
        let here = local.map(|local| local.scan.units.keys());
        history.choose_all(&states, here.into_iter().flatten())
    } else {
        Selection {
            choices: by_name(history, &states, request)?,
            absent: Vec::new(),
        }
    };
    Ok(Chosen {
        selection,
        session: None,
    })
}

/// Chooses the version of one unit.
pub fn choose_one(
    session: &Session<'_>,
    past: &Past,
    request: &Request,
    local: &Local,
) -> Result<Option<Choice>> {
    let chosen = choose(session, past, request, Some(local))?;
    Ok(chosen.selection.choices.into_iter().next())
}

fn by_name(history: &History, states: &States, request: &Request) -> Result<Vec<Choice>> {
    let units = request.units.iter();
    let choice = |unit: &RelPath| {
        let chosen = history.choose(states, unit);
        chosen.ok_or_else(|| not_there(history, states, unit))
    };
    units.map(choice).collect()
}

/// Why a unit has no version at a point.
fn not_there(history: &History, states: &States, unit: &RelPath) -> Error {
    let tale = history.tale(unit).versions;
    let Some(since) = history.since(unit) else {
        let known = history.units();
        let meant = close(unit.as_str(), known.iter().map(|known| known.as_str()));
        let hint = if !tale.is_empty() {
            text!("restore-undated-hint")
        } else if meant.is_empty() {
            text!("restore-unknown-hint")
        } else {
            text!("restore-meant-hint", units = meant.join(", "))
        };
        return Error::usage(text!("restore-unknown", unit = unit.as_str())).hint(hint);
    };
    let none = Error::usage(text!("restore-not-there", unit = unit.as_str()));
    none.hint(match history.lack(states, unit) {
        Some(Lack::Called(then)) => text!("restore-called", then = then.as_str()),
        Some(Lack::Deleted(Some(time))) => text!("restore-deleted", time = minutes(time)),
        Some(Lack::Deleted(None)) => text!("restore-deleted-then"),
        None => text!("restore-since", since = minutes(since)),
    })
}

impl From<Absent> for NotThere {
    fn from(absent: Absent) -> Self {
        Self {
            unit: absent.unit,
            since: absent.since,
        }
    }
}
