//! Reading the graph of snapshots: what each that is new here says of itself.

use std::collections::BTreeSet;

use super::{event::warn, session::Session};
use crate::{
    domain::{
        agreement::Agreed,
        ids::SnapshotId,
        lineage::Head,
        record::{PushRecord, SCHEMA, UnitState},
    },
    error::{Kind, Result},
    store::{messages::Listed, repository::Repository},
};

/// What the repository holds that is new here.
#[derive(Debug)]
pub struct Graph {
    /// Every visible snapshot.
    pub ids: BTreeSet<SnapshotId>,
    /// The new ones that say something of themselves and are not covered by another of them.
    pub records: Vec<Head>,
    /// How many new ones say nothing: made by a person with plain restic.
    pub foreign: usize,
    /// Set where something cannot be read: then nothing is decided.
    pub unknown: Option<String>,
    /// Whether no visible snapshot covers what this folder had pushed or merged.
    pub lost: bool,
}

/// Reads what is new in the repository. `probed` is what the server listed.
pub fn read(
    session: &mut Session<'_>,
    repository: &Repository,
    probed: &BTreeSet<SnapshotId>,
) -> Result<Graph> {
    let listed = repository.snapshots()?;
    let ids: BTreeSet<SnapshotId> = listed.iter().map(|snapshot| snapshot.id.clone()).collect();
    let mut graph = Graph {
        unknown: None,
        ids,
        records: Vec::new(),
        foreign: 0,
        lost: false,
    };
    // restic leaves out silently what it cannot read.
    let unreadable: Vec<&SnapshotId> = probed.difference(&graph.ids).collect();
    if let Some(first) = unreadable.first() {
        graph.unknown = Some(format!(
            "{} snapshots cannot be read, {} among them",
            unreadable.len(),
            first.short()
        ));
        return Ok(graph);
    }
    let read = adopt_pending(session, repository, &listed)
        .and_then(|()| read_news(session, repository, &listed, &mut graph));
    match read {
        Err(error) if error.kind() == Kind::Damaged => graph.unknown = Some(error.to_string()),
        other => other?,
    }
    Ok(graph)
}

fn read_news(
    session: &Session<'_>,
    repository: &Repository,
    listed: &[Listed],
    graph: &mut Graph,
) -> Result<()> {
    let mut covered = BTreeSet::new();
    for snapshot in newest_first(listed, |id| !session.state.known.contains(id)) {
        if covered.contains(&snapshot.id) {
            continue;
        }
        match record_of(session, repository, snapshot)? {
            Some(record) => {
                covered.extend(record.covers.iter().cloned());
                graph.records.push(Head {
                    snapshot: snapshot.id.clone(),
                    record,
                });
            }
            None => graph.foreign += 1,
        }
    }
    graph.lost = is_lost(session, repository, graph, listed)?;
    Ok(())
}

/// The order in which snapshots are read: a guess that saves reading, and decides nothing.
fn newest_first(listed: &[Listed], wanted: impl Fn(&SnapshotId) -> bool) -> Vec<&Listed> {
    let mut news: Vec<&Listed> = listed
        .iter()
        .filter(|snapshot| wanted(&snapshot.id))
        .collect();
    news.sort_by(|a, b| b.time.cmp(&a.time));
    news
}

/// Returns what a snapshot says of itself, where it says something that can be used.
fn record_of(
    session: &Session<'_>,
    repository: &Repository,
    snapshot: &Listed,
) -> Result<Option<PushRecord>> {
    if snapshot.is_incomplete() {
        let id = snapshot.id.short();
        warn(
            session.listener,
            format!("snapshot {id} is not complete and is left aside (its device will push again)"),
        );
        return Ok(None);
    }
    read_record(session, repository, &snapshot.id)
}

/// Reads what one snapshot says of itself; `None` where it says nothing that can be trusted.
pub fn read_record(
    session: &Session<'_>,
    repository: &Repository,
    id: &SnapshotId,
) -> Result<Option<PushRecord>> {
    let Some(bytes) = repository.push_record(id)? else {
        return Ok(None);
    };
    if is_newer(&bytes) {
        return Err(crate::error::Error::new(
            Kind::Damaged,
            format!(
                "snapshot {} was made by a newer version of instance-sync: update it on this device",
                id.short()
            ),
        ));
    }
    let record = serde_json::from_slice::<PushRecord>(&bytes).map_err(|error| {
        crate::error::Error::new(
            Kind::Damaged,
            format!("what snapshot {} says of itself cannot be read", id.short()),
        )
        .because(error)
    })?;
    let sound = record.validate(session.sync.instance_id).map(|()| record);
    match sound {
        Ok(record) => Ok(Some(record)),
        Err(why) => {
            warn(
                session.listener,
                format!("snapshot {} is left aside: {why}", id.short()),
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
    repository: &Repository,
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
        && let Some(record) = read_record(session, repository, &snapshot.id)?
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
    state.agreement = record
        .units
        .iter()
        .map(|(unit, version)| {
            let holder = match &version.state {
                UnitState::Held { within, .. } => within.clone(),
                UnitState::Here(_) | UnitState::Gone => snapshot.clone(),
            };
            let agreed = Agreed {
                version: version.clone(),
                snapshot: holder,
            };
            (unit.clone(), agreed)
        })
        .collect();
    state.base = Some(snapshot.clone());
    state.pending = None;
    state.republish = false;
}

/// Returns whether everything visible lacks something that this folder had shared.
fn is_lost(
    session: &Session<'_>,
    repository: &Repository,
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
        if read_record(session, repository, &snapshot.id)?
            .is_some_and(|record| covers_mine(&record))
        {
            return Ok(false);
        }
    }
    Ok(true)
}
