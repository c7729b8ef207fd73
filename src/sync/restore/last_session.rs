//! What was there before the last session.

use std::collections::BTreeMap;

use super::{LastSession, Request, choose::Chosen};
use crate::{
    domain::{
        digest::Digest,
        history::{Absent, Choice, History, Selection, Version},
        ids::SnapshotId,
        path::RelPath,
        record::UnitVersion,
    },
    error::{Error, Result},
    sync::{observe::Local, session::Session},
    texts::text,
};

/// What was there before the last session: what is not pushed yet, else the last push.
pub fn before(
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
