//! Which versions a drill restores, and where they are.

use std::collections::BTreeSet;

use super::{Damage, Extent, Found};
use crate::{
    domain::{
        drill::{self, Part},
        history::History,
        ids::SnapshotId,
        record::{PushRecord, UnitState},
    },
    error::{Error, Kind, Result},
    sync::{cloud::Store, graph, past, session::Session},
    texts::text,
};

/// Returns what is to be restored, and notes what is damaged already by what the snapshots say of
/// themselves.
pub fn parts(
    session: &mut Session<'_>,
    store: &dyn Store,
    extent: Extent,
    found: &mut Found,
) -> Result<Vec<Part>> {
    if extent == Extent::Newest {
        return of_heads(session, store, found);
    }
    // The list comes from the repository itself. What older snapshots say of themselves may be
    // remembered: so what cannot be had any more can be named.
    session.trust_cache = true;
    let past = past::read(session, store);
    session.trust_cache = false;
    let mut past = past?;
    if extent == Extent::All {
        past.unreadable
            .extend(unreadable_records(store, &past.history)?);
    }
    for (id, why) in &past.unreadable {
        found.checked.unreadable.push(id.clone());
        if past.listed.iter().any(|one| one.id == *id) {
            found.checked.whys.insert(id.clone(), why.clone());
        }
    }
    let history = &past.history;
    let mut newest = Vec::new();
    for head in history.heads() {
        found.checked.heads.push(head.snapshot.clone());
        let holder = |id: &SnapshotId| Ok(history.record(id));
        if let Some(record) = history.record(&head.snapshot) {
            of_head(&head.snapshot, &record, holder, found, &mut newest)?;
        }
    }
    let older = of_past(history, &newest, found);
    Ok(match extent {
        Extent::Sample(amount, seed) => {
            let all = drill::bytes(&newest).saturating_add(drill::bytes(&older));
            drill::sample(newest, older, amount.of(all), seed)
        }
        _ => [newest, older].concat(),
    })
}

/// Reads every record from the repository, whatever is remembered of it.
fn unreadable_records(store: &dyn Store, history: &History) -> Result<Vec<(SnapshotId, String)>> {
    let ids: Vec<SnapshotId> = history
        .moments()
        .iter()
        .map(|moment| moment.snapshot.clone())
        .collect();
    let read = store.records(&ids)?;
    let mut unreadable = Vec::new();
    for id in ids.into_iter().filter(|id| !read.contains_key(id)) {
        match store.push_record(&id) {
            Err(error) if error.kind() == Kind::Damaged => unreadable.push((id, error.to_string())),
            other => drop(other?),
        }
    }
    Ok(unreadable)
}

/// Reads the records of the heads alone.
fn of_heads(session: &Session<'_>, store: &dyn Store, found: &mut Found) -> Result<Vec<Part>> {
    let listed = store.snapshots()?;
    // restic leaves out silently what it cannot read, in heads and in what came before them.
    let readable: BTreeSet<&SnapshotId> = listed.iter().map(|one| &one.id).collect();
    let mut unreadable = store.snapshot_ids()?;
    unreadable.retain(|id| !readable.contains(id));
    found.checked.unreadable = unreadable;
    let heads = graph::all_heads(session, store, &listed).map_err(|error| match error.kind() {
        Kind::Damaged => Error::new(Kind::Damaged, error.to_string()).hint(super::repair()),
        _ => error,
    })?;
    let mut parts = Vec::new();
    for head in &heads {
        found.checked.heads.push(head.snapshot.clone());
        let holder = |id: &SnapshotId| graph::read_record(session, store, id);
        of_head(&head.snapshot, &head.record, holder, found, &mut parts)?;
    }
    Ok(parts)
}

/// Adds every unit of a head. `holder` reads the record of another snapshot.
fn of_head(
    snapshot: &SnapshotId,
    record: &PushRecord,
    holder: impl Fn(&SnapshotId) -> Result<Option<PushRecord>>,
    found: &mut Found,
    parts: &mut Vec<Part>,
) -> Result<()> {
    for (unit, row) in &record.units {
        let (within, content) = match &row.state {
            UnitState::Gone => continue,
            UnitState::Here(_) => (snapshot, record.contents.get(unit).cloned()),
            UnitState::Held { within, .. } => {
                let held = holder(within)?;
                let content = held.and_then(|held| held.contents.get(unit).cloned());
                (within, content)
            }
        };
        found.newest.insert(unit.clone());
        match content.filter(|content| Some(content.digest()) == row.digest()) {
            Some(content) => {
                let part = {
                    let (unit, within) = (unit.clone(), within.clone());
                    Part::whole(unit, within, &content, row.origin.clone(), true)
                };
                let known = |one: &Part| (&one.unit, one.digest) == (unit, part.digest);
                if !parts.iter().any(known) {
                    parts.push(part);
                }
            }
            None => found.checked.damaged.push(Damage {
                unit: unit.clone(),
                snapshot: within.clone(),
                newest: true,
                why: text!("verify-not-listed"),
            }),
        }
    }
    Ok(())
}

fn of_past(history: &History, newest: &[Part], found: &mut Found) -> Vec<Part> {
    let past = drill::past(history, newest);
    let unlisted = past.unlisted.into_iter();
    let damaged = unlisted.map(|(unit, snapshot)| Damage {
        unit,
        snapshot,
        newest: false,
        why: text!("verify-not-listed"),
    });
    let known = found.checked.damaged.clone();
    let is_new = |one: &Damage| {
        let same = |other: &Damage| (&other.unit, &other.snapshot) == (&one.unit, &one.snapshot);
        !known.iter().any(same)
    };
    found.checked.damaged.extend(damaged.filter(is_new));
    past.parts
}
