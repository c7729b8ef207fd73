//! Reading the graph of snapshots: what each that is new here says of itself.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    cloud::{Ahead, RecordSource, Store},
    event::warn,
    session::Session,
};
use crate::{
    domain::{
        agreement::{Agreed, Agreement},
        digest::Digest,
        ids::SnapshotId,
        lineage::{Head, heads},
        path::RelPath,
        record::{Purpose, PushRecord, SCHEMA, UnitState},
        version::VersionVector,
    },
    error::{Error, Kind, Result},
    store::messages::Listed,
    texts::text,
};

/// How many records are read beside the listing: mostly there is one snapshot that is new here.
const READ_AHEAD: usize = 2;

/// What the repository holds that is new here.
#[derive(Debug)]
pub struct Graph {
    /// Every visible snapshot.
    pub ids: BTreeSet<SnapshotId>,
    /// The new ones that say something of themselves and are not covered by another of them.
    pub records: Vec<Head>,
    /// The same, as restic lists them.
    pub listed: Vec<Listed>,
    /// How many new ones say nothing: made by a person with plain restic.
    pub foreign: usize,
    /// Set where something cannot be read: then nothing is decided.
    pub unknown: Option<Error>,
    /// Whether no visible snapshot covers what this folder had pushed or merged.
    pub lost: bool,
}

/// Reads what is new in the store. `probed` is what the server listed.
pub fn read(
    session: &mut Session<'_>,
    store: &dyn Store,
    probed: &BTreeSet<SnapshotId>,
) -> Result<Graph> {
    let (listed, records) = store.snapshots_and_records(&few_news(session, probed))?;
    let store = &Ahead::new(store, records);
    let ids: BTreeSet<SnapshotId> = listed.iter().map(|snapshot| snapshot.id.clone()).collect();
    let mut graph = Graph {
        unknown: None,
        ids,
        listed: Vec::new(),
        records: Vec::new(),
        foreign: 0,
        lost: false,
    };
    // restic leaves out silently what it cannot read.
    let unreadable: Vec<&SnapshotId> = probed.difference(&graph.ids).collect();
    if let Some(first) = unreadable.first() {
        graph.unknown = Some(cannot_be_read(unreadable.len(), first));
        return Ok(graph);
    }
    let read = adopt_pending(session, store, &listed)
        .and_then(|()| read_news(session, store, &listed, &mut graph));
    match read {
        Err(error) if error.kind() == Kind::Damaged => graph.unknown = Some(error),
        other => other?,
    }
    graph.listed = listed;
    Ok(graph)
}

/// Returns what is new here, where it is little enough to be read before anybody knows whether one
/// of it covers another.
fn few_news(session: &Session<'_>, probed: &BTreeSet<SnapshotId>) -> Vec<SnapshotId> {
    let news: Vec<_> = probed.difference(&session.state.known).cloned().collect();
    if news.len() <= READ_AHEAD {
        news
    } else {
        Vec::new()
    }
}

fn read_news(
    session: &Session<'_>,
    store: &dyn RecordSource,
    listed: &[Listed],
    graph: &mut Graph,
) -> Result<()> {
    let known = &session.state.known;
    (graph.records, graph.foreign) = read_pushes(session, store, listed, |id| !known.contains(id))?;
    graph.lost = is_lost(session, store, graph, listed)?;
    Ok(())
}

/// Returns the heads of everything that is visible, whatever this folder knows of them.
pub fn all_heads(
    session: &Session<'_>,
    store: &dyn RecordSource,
    listed: &[Listed],
) -> Result<Vec<Head>> {
    let (records, _) = read_pushes(session, store, listed, |_| true)?;
    Ok(heads(records, &VersionVector::default()))
}

/// Reads the pushes among the `wanted` snapshots, but for those that another one of them covers, and
/// counts the snapshots that say nothing of themselves.
fn read_pushes(
    session: &Session<'_>,
    store: &dyn RecordSource,
    listed: &[Listed],
    wanted: impl Fn(&SnapshotId) -> bool,
) -> Result<(Vec<Head>, usize)> {
    let mut covered = BTreeSet::new();
    let mut pushes = Vec::new();
    let mut foreign = 0;
    for snapshot in newest_first(listed, wanted) {
        if covered.contains(&snapshot.id) {
            continue;
        }
        match record_of(session, store, snapshot)? {
            // A safety copy: nobody's state.
            Some(record) if record.purpose == Purpose::Rescue => {}
            Some(record) => {
                covered.extend(record.covers.iter().cloned());
                pushes.push(Head {
                    snapshot: snapshot.id.clone(),
                    record,
                });
            }
            None => foreign += 1,
        }
    }
    Ok((pushes, foreign))
}

/// The order in which snapshots are read: a guess that saves reading, and decides nothing.
pub fn newest_first(listed: &[Listed], wanted: impl Fn(&SnapshotId) -> bool) -> Vec<&Listed> {
    let mut news: Vec<&Listed> = listed
        .iter()
        .filter(|snapshot| wanted(&snapshot.id))
        .collect();
    news.sort_by(|a, b| b.time.cmp(&a.time));
    news
}

/// Returns what a snapshot says of itself, where it says something that can be used.
pub fn record_of(
    session: &Session<'_>,
    store: &dyn RecordSource,
    snapshot: &Listed,
) -> Result<Option<PushRecord>> {
    if snapshot.is_incomplete() {
        warn(
            session.listener,
            text!("graph-incomplete", id = snapshot.id.short()),
        );
        return Ok(None);
    }
    let id = &snapshot.id;
    let record = match read_bytes(store, id) {
        Ok(Some(bytes)) if snapshot.is_rewritten() && !is_json(&bytes) => {
            warn(session.listener, text!("graph-repaired", id = id.short()));
            return Ok(None);
        }
        Ok(Some(bytes)) => parse(session, id, &bytes),
        Ok(None) => return Ok(None),
        Err(error) => Err(error),
    };
    record.map_err(|error| match error.kind() {
        Kind::Damaged if !snapshot.hostname.is_empty() => {
            error.hint(text!("graph-made-by-hint", device = &snapshot.hostname))
        }
        _ => error,
    })
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

/// What becomes of a snapshot that cannot be read, so that it keeps nobody waiting.
fn mend() -> String {
    text!("graph-mend-hint")
}

/// Returns an error for snapshots that restic leaves out of its list.
pub fn cannot_be_read(number: usize, first: &SnapshotId) -> Error {
    let what = text!("graph-unreadable", number = number, id = first.short());
    Error::new(Kind::Damaged, what).hint(text!("graph-unreadable-hint", id = first.to_string()))
}

/// Reads what one snapshot says of itself; `None` where it says nothing that can be trusted.
pub fn read_record(
    session: &Session<'_>,
    store: &dyn RecordSource,
    id: &SnapshotId,
) -> Result<Option<PushRecord>> {
    match read_bytes(store, id)? {
        Some(bytes) => parse(session, id, &bytes),
        None => Ok(None),
    }
}

fn read_bytes(store: &dyn RecordSource, id: &SnapshotId) -> Result<Option<Vec<u8>>> {
    store.push_record(id).map_err(|error| match error.kind() {
        Kind::Damaged => error.hint(mend()),
        _ => error,
    })
}

fn parse(session: &Session<'_>, id: &SnapshotId, bytes: &[u8]) -> Result<Option<PushRecord>> {
    if is_newer(bytes) {
        return Err(Error::new(
            Kind::Damaged,
            text!("graph-newer", id = id.short()),
        ));
    }
    let record = serde_json::from_slice::<PushRecord>(bytes).map_err(|error| {
        Error::new(Kind::Damaged, text!("graph-garbled", id = id.short()))
            .because(error)
            .hint(mend())
    })?;
    let sound = record.validate(session.sync.instance_id).map(|()| record);
    match sound {
        Ok(record) => Ok(Some(record)),
        Err(why) => {
            warn(
                session.listener,
                text!("graph-left-aside", id = id.short(), why = why),
            );
            Ok(None)
        }
    }
}

/// Returns whether a record has a schema that this program does not know yet.
fn is_newer(bytes: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Only {
        schema: u32,
    }
    serde_json::from_slice::<Only>(bytes).is_ok_and(|record| record.schema > SCHEMA)
}

/// A push whose answer was lost may be there: then it is what this folder last agreed on.
fn adopt_pending(
    session: &mut Session<'_>,
    store: &dyn RecordSource,
    listed: &[Listed],
) -> Result<()> {
    let Some(pending) = session.state.pending else {
        return Ok(());
    };
    let mine = listed
        .iter()
        .find(|snapshot| snapshot.tag("push") == Some(pending.to_string().as_str()));
    if let Some(snapshot) = mine
        && !snapshot.is_incomplete()
        && let Some(record) = read_record(session, store, &snapshot.id)?
        && record.push == pending
    {
        adopt(session, &snapshot.id, &record);
    }
    session.state.pending = None;
    Ok(())
}

/// Makes a published push what this folder agrees with the cloud on.
pub fn adopt(session: &mut Session<'_>, snapshot: &SnapshotId, record: &PushRecord) {
    let state = &mut session.state;
    state.vector.join(&record.vector);
    state.last_counter = state.last_counter.max(record.counter);
    let before = std::mem::take(&mut state.agreement);
    state.agreement = record
        .units
        .iter()
        .map(|(unit, version)| {
            let agreed = match (&version.state, before.get(unit)) {
                // Left out of this push: what this folder agreed on is what it still has.
                (UnitState::Held { .. }, Some(agreed)) if agreed.version.dot == version.dot => {
                    agreed.clone()
                }
                _ => Agreed {
                    version: version.clone(),
                    snapshot: version.source(snapshot),
                    extent: record.extent(unit).unwrap_or_default(),
                    was: None,
                },
            };
            (unit.clone(), agreed)
        })
        .collect();
    state.base = Some(snapshot.clone());
    // The files may have changed since, unseen: whoever knows better says so.
    state.parent = None;
    state.pending = None;
    state.republish = false;
    state.merged = false;
}

/// How many records are read, at most, to find out where a unit without a past comes from.
const RECALLED: usize = 20;

/// Finds, for units that this folder has no agreement about, the version of the cloud's history
/// that is exactly what is here, if there is one: the state was lost, or the folder was copied from
/// another device by hand. What is here is then simply that version, and not a rival of the newest.
pub fn recall(
    session: &Session<'_>,
    store: &dyn RecordSource,
    listed: &[Listed],
    mut wanted: BTreeMap<RelPath, Digest>,
) -> Result<Agreement> {
    let mut recalled = Agreement::new();
    for snapshot in newest_first(listed, |_| true).into_iter().take(RECALLED) {
        if wanted.is_empty() {
            break;
        }
        let record = match record_of(session, store, snapshot) {
            Ok(Some(record)) => record,
            Ok(None) => continue,
            // It may be in another one.
            Err(error) if error.kind() == Kind::Damaged => continue,
            Err(error) => return Err(error),
        };
        if record.purpose == Purpose::Rescue {
            continue;
        }
        wanted.retain(|unit, digest| {
            let Some(version) = record
                .units
                .get(unit)
                .filter(|version| version.state == UnitState::Here(*digest))
            else {
                return true;
            };
            let agreed = Agreed {
                version: version.clone(),
                snapshot: snapshot.id.clone(),
                extent: record.extent(unit).unwrap_or_default(),
                was: None,
            };
            recalled.insert(unit.clone(), agreed);
            false
        });
    }
    Ok(recalled)
}

/// Returns whether everything visible lacks something that this folder had shared.
fn is_lost(
    session: &Session<'_>,
    store: &dyn RecordSource,
    graph: &Graph,
    listed: &[Listed],
) -> Result<bool> {
    let state = &session.state;
    let covers_mine = |record: &PushRecord| record.vector.covers(&state.vector);
    let kept = state
        .base
        .as_ref()
        .is_some_and(|base| graph.ids.contains(base));
    if state.vector.is_empty() || kept || graph.records.iter().any(|head| covers_mine(&head.record))
    {
        return Ok(false);
    }
    // The base was pruned: another snapshot that is known here may still cover it.
    for snapshot in newest_first(listed, |id| state.known.contains(id)) {
        if read_record(session, store, &snapshot.id)?.is_some_and(|record| covers_mine(&record)) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_a_later_schema_is_newer() {
        for (text, newer) in [
            (format!("{{\"schema\": {}}}", SCHEMA + 1), true),
            (format!("{{\"schema\": {SCHEMA}, \"x\": 1}}"), false),
            ("{\"schema\": 0}".to_owned(), false),
            ("{}".to_owned(), false),
            ("{".to_owned(), false),
        ] {
            assert_eq!(is_newer(text.as_bytes()), newer, "{text}");
        }
        assert!(is_json(b"{}") && !is_json(b"{"));
    }
}
