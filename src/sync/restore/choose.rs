//! Which versions a restore is about.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{LastSession, NotThere, Request};
use crate::{
    domain::{
        digest::Digest,
        history::{Absent, Choice, History, Lack, Moment, Selection, States, Version},
        ids::SnapshotId,
        path::RelPath,
        record::UnitVersion,
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
            return before_last(session, history, request, local);
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

/// What was there before the last session: what is not pushed yet, else the last push.
fn before_last(
    session: &Session<'_>,
    history: &History,
    request: &Request,
    local: Option<&Local>,
) -> Result<Chosen> {
    let changed = local.map(|local| unpushed(session, history, local));
    let changed = changed.unwrap_or_default();
    if request.units.is_empty() && !changed.is_empty() {
        let mut selection = Selection::default();
        for (unit, agreed) in changed {
            if let Some(version) = agreed {
                selection.choices.push(choice(unit, vec![version])?);
                continue;
            }
            // What was deleted before it came to be again is not in the cloud yet either.
            let agreed = session.state.agreement.get(&unit);
            let is_gone = agreed.is_some_and(|agreed| agreed.version.digest().is_none());
            selection.absent.push(Absent {
                since: history.since(&unit).filter(|_| !is_gone),
                unit,
            });
        }
        return Ok(Chosen {
            selection,
            session: Some(unpushed_session(session)),
        });
    }
    if request.units.is_empty() {
        let Some(moment) = history.last_session(&session.state.vector) else {
            return Err(
                Error::usage(text!("restore-no-session")).hint(text!("restore-no-session-hint"))
            );
        };
        let last = LastSession {
            snapshot: Some(moment.snapshot.clone()),
            device: moment.record.device.name.clone(),
            time: moment.time,
        };
        return Ok(Chosen {
            selection: history.undoing(moment),
            session: Some(last),
        });
    }
    let mut selection = Selection::default();
    let mut sessions: Vec<Option<LastSession>> = Vec::new();
    for unit in &request.units {
        let nothing = || {
            Error::usage(text!("restore-no-earlier", unit = unit.as_str()))
                .hint(text!("restore-no-earlier-hint"))
        };
        let before = if let Some(agreed) = changed.get(unit) {
            sessions.push(Some(unpushed_session(session)));
            agreed.iter().cloned().collect()
        } else {
            let agreed = session.state.agreement.get(unit).ok_or_else(nothing)?;
            sessions.push(session_of(history, unit, &agreed.version));
            history.states_before(unit, agreed.version.dot)
        };
        let there = before
            .first()
            .is_some_and(|version| version.digest().is_some());
        if !there {
            return Err(nothing());
        }
        selection.choices.push(choice(unit.clone(), before)?);
    }
    // Several units may have been played last in several sessions: then none of them is named.
    sessions.dedup();
    let last = if sessions.len() == 1 {
        sessions.pop().flatten()
    } else {
        None
    };
    Ok(Chosen {
        selection,
        session: last,
    })
}

/// The session that nobody pushed yet.
fn unpushed_session(session: &Session<'_>) -> LastSession {
    LastSession {
        snapshot: None,
        device: session.device.name.clone(),
        time: None,
    }
}

/// The session that made a version, by the first snapshot that is left of it.
fn session_of(history: &History, unit: &RelPath, row: &UnitVersion) -> Option<LastSession> {
    let mut versions = history.versions(unit).iter();
    let made = versions.find(|version| !version.safety_copy && version.row.dot == row.dot)?;
    Some(LastSession {
        snapshot: Some(made.since.clone()),
        device: made.row.origin.device.clone(),
        time: made.time,
    })
}

fn choice(unit: RelPath, versions: Vec<Version>) -> Result<Choice> {
    let mut versions = versions.into_iter();
    let version = versions.next();
    Ok(Choice {
        version: version.ok_or_else(|| Error::failed(text!("restore-no-session")))?,
        others: versions.collect(),
        unit,
    })
}

/// The units that were played here and not pushed, with what was agreed before. What is just as an
/// earlier version was brought back and not played: its last session is the one that is pushed.
fn unpushed(
    session: &Session<'_>,
    history: &History,
    local: &Local,
) -> BTreeMap<RelPath, Option<Version>> {
    let changed = local.side.iter().filter(|(_, side)| side.changed());
    let is_played = |unit: &RelPath, content: Option<Digest>| {
        content.is_none()
            || !history
                .tale(unit)
                .versions
                .iter()
                .any(|version| !version.safety_copy && version.digest() == content)
    };
    changed
        .filter(|(unit, side)| is_played(unit, side.content))
        .map(|(unit, _)| {
            let agreed = session.state.agreement.get(unit);
            let version = agreed.and_then(|agreed| {
                let row = agreed.last_here()?;
                row.digest()?;
                let mut known = history.versions(unit).iter();
                let same = |version: &&Version| {
                    version.row.dot == row.dot && version.digest() == row.digest()
                };
                let known = known.rfind(same).cloned();
                Some(known.unwrap_or_else(|| bare(unit, row, agreed.source())))
            });
            (unit.clone(), version)
        })
        .collect()
}

/// A version that the past does not list any more.
fn bare(unit: &RelPath, row: &UnitVersion, source: SnapshotId) -> Version {
    Version {
        unit: unit.clone(),
        row: row.clone(),
        sources: vec![source.clone()],
        since: source,
        time: Some(row.origin.time),
        extent: None,
        parents: Vec::new(),
        safety_copy: false,
    }
}

impl From<Absent> for NotThere {
    fn from(absent: Absent) -> Self {
        Self {
            unit: absent.unit,
            since: absent.since,
        }
    }
}
