//! Which versions a drill restores, and where they are.

use std::collections::BTreeSet;

use super::{Damage, Extent, Found};
use crate::{
    domain::{
        digest::Digest,
        drill::{self, Part},
        history::{History, Moment},
        ids::SnapshotId,
        lineage::{Head, cloud_side},
        path::RelPath,
        record::UnitState,
        unit::UnitContent,
    },
    error::{Error, Kind, Result},
    sync::{
        cloud::Store,
        graph,
        past::{self, Past},
        session::Session,
        sources,
    },
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
    let (past, newest) = look_back(session, store, extent, found)?;
    let older = of_past(&past.history, &newest, found);
    Ok(match extent {
        Extent::Sample(amount, seed) => {
            let all = drill::bytes(&newest).saturating_add(drill::bytes(&older));
            drill::sample(newest, older, amount.of(all), seed)
        }
        _ => [newest, older].concat(),
    })
}

/// Returns what of it is to be restored once more, since it was `seen` to be damaged, or shares a file
/// with what was.
pub fn again(
    session: &mut Session<'_>,
    store: &dyn Store,
    extent: Extent,
    seen: &[Damage],
    found: &mut Found,
) -> Result<Vec<Part>> {
    if extent == Extent::Newest {
        let is_seen = |part: &Part| {
            let version = (&part.unit, &part.snapshot);
            seen.iter().any(|one| one.version() == version)
        };
        let mut parts = of_heads(session, store, found)?;
        parts.retain(is_seen);
        return Ok(parts);
    }
    let (past, newest) = look_back(session, store, extent, found)?;
    of_past(&past.history, &newest, found);
    let whole = extent == Extent::All;
    Ok(drill::sharing(&past.history, newest, &found.bad, whole))
}

/// Reads all of the past, notes what of it cannot be read, and returns it with every unit of its heads.
fn look_back(
    session: &mut Session<'_>,
    store: &dyn Store,
    extent: Extent,
    found: &mut Found,
) -> Result<(Past, Vec<Part>)> {
    // The list comes from the repository itself. What older snapshots say of themselves may be
    // remembered: so what cannot be had any more can be named.
    session.trust_cache = true;
    let past = past::read(session, store);
    session.trust_cache = false;
    let mut past = past?;
    let unlisted = past.unreadable.iter().map(|(id, _)| id);
    let listed = past.listed.iter().map(|one| &one.id);
    found.listed = Some(listed.chain(unlisted).cloned().collect());
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
    let heads = history.heads().into_iter().filter_map(|moment| {
        let snapshot = moment.snapshot.clone();
        let record = history.record(&snapshot)?;
        Some(Head { snapshot, record })
    });
    let heads: Vec<Head> = heads.collect();
    let offered = offered(&heads);
    let mut newest = Vec::new();
    for head in &heads {
        found.is_head(&head.snapshot);
        let holder = |unit: &RelPath, digest: Digest, within: &SnapshotId| {
            let lists = |one: &&Moment| one.record.lists(unit, digest);
            let named = history.get(within).filter(lists);
            let named = named.and_then(|one| Some((within, history.listed(one, unit)?)));
            let holding = named.or_else(|| history.holding(unit, digest));
            Ok(holding.map(|(id, content)| (id.clone(), content.spelled())))
        };
        of_head(head, &offered, holder, found, &mut newest)?;
    }
    Ok((past, newest))
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
    let past::Listing {
        listed,
        all,
        unreadable,
    } = past::list(store, None)?;
    found.listed = Some(all);
    found.checked.unreadable = unreadable;
    let heads = graph::all_heads(session, store, &listed).map_err(|error| match error.kind() {
        Kind::Damaged => Error::new(Kind::Damaged, error.to_string()).hint(super::repair()),
        _ => error,
    })?;
    // What is held in a snapshot that was pruned is in another one.
    let visible: BTreeSet<SnapshotId> = listed.iter().map(|one| one.id.clone()).collect();
    let rows = heads.iter().flat_map(|head| &head.record.units);
    let lacking = rows.filter_map(|(unit, row)| sources::lacking(unit, row, &visible));
    let holders = sources::find(session, store, &listed, lacking.collect())?;
    let offered = offered(&heads);
    let mut parts = Vec::new();
    for head in &heads {
        found.is_head(&head.snapshot);
        let holder = |unit: &RelPath, digest: Digest, within: &SnapshotId| {
            let named = visible.contains(within).then_some(within);
            let Some(id) = named.or_else(|| holders.get(&(unit.clone(), digest))) else {
                return Ok(None);
            };
            let record = graph::read_record(session, store, id)?;
            let content = record.and_then(|record| record.contents.get(unit).cloned());
            Ok(content.map(|content| (id.clone(), content)))
        };
        of_head(head, &offered, holder, found, &mut parts)?;
    }
    Ok(parts)
}

/// Returns the versions that a pull could be offered: what another head moved on from is nobody's newest.
fn offered(heads: &[Head]) -> BTreeSet<(RelPath, Option<Digest>)> {
    let side = cloud_side(heads).into_iter();
    side.flat_map(|(unit, all)| {
        let digests = all.into_iter().map(|one| one.version.digest());
        let digests: Vec<Option<Digest>> = digests.collect();
        digests
            .into_iter()
            .map(move |digest| (unit.clone(), digest))
    })
    .collect()
}

/// Adds every unit of a head. `holder` returns a snapshot that holds what a head left out, by preference
/// the one that it names, and what that is.
fn of_head(
    head: &Head,
    offered: &BTreeSet<(RelPath, Option<Digest>)>,
    holder: impl Fn(&RelPath, Digest, &SnapshotId) -> Result<Option<(SnapshotId, UnitContent)>>,
    found: &mut Found,
    parts: &mut Vec<Part>,
) -> Result<()> {
    let Head { snapshot, record } = head;
    for (unit, row) in &record.units {
        let (within, content) = match &row.state {
            UnitState::Gone => continue,
            UnitState::Here(_) => (snapshot.clone(), record.contents.get(unit).cloned()),
            UnitState::Held { digest, within } => match holder(unit, *digest, within)? {
                Some((within, content)) => (within, Some(content)),
                // It was pruned since others have replaced it; who left it out does not know yet.
                None if !offered.contains(&(unit.clone(), Some(*digest))) => continue,
                None => (within.clone(), None),
            },
        };
        found.newest.insert(unit.clone());
        match content.filter(|content| Some(content.digest()) == row.digest()) {
            Some(content) => {
                let part = Part::whole(unit.clone(), within, &content, row.origin.clone(), true);
                let known = |one: &Part| (&one.unit, one.digest) == (unit, part.digest);
                if !parts.iter().any(known) {
                    parts.push(part);
                }
            }
            None => found.checked.damaged.push(Damage {
                unit: unit.clone(),
                snapshot: within,
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
    let is_new = |one: &Damage| !known.iter().any(|known| known.version() == one.version());
    found.checked.damaged.extend(damaged.filter(is_new));
    past.parts
}
