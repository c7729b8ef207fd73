//! Push: what was played here, into the cloud, after the game has ended.

use std::{collections::BTreeSet, time::Duration};

use super::{
    catalogue,
    cloud::Store,
    event::Listener,
    graph::{self, Graph},
    observe::{self, Local},
    outcome::{PullOutcome, PushOutcome},
    publish, pull, safety,
    server::report,
    session::{self, Opened, Session},
    settings::Settings,
    swap,
};
use crate::{
    cancel,
    config::{layout::Layout, sync_file},
    domain::{ids::SnapshotId, location::Location, path::RelPath, record::Before},
    error::{Kind, Result},
    texts::text,
    workdir::state::{Loaded, State},
};

/// How long a push waits for another command in the same folder: nobody waits for it.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long a push waits for a world to be closed: a game that has ended may still be writing.
const OPEN_PATIENCE: Duration = Duration::from_secs(15);

/// Pushes. Silent where the folder is not opted in.
pub fn push(settings: &Settings, listener: Listener<'_>) -> Result<PushOutcome> {
    let layout = Layout::new(&settings.pack);
    if !sync_file::is_opted_in(&layout) {
        return Ok(PushOutcome::NotOptedIn);
    }
    let mut session = match session::open(settings, listener, "push", PATIENCE) {
        Ok(Opened::Session(session)) => session,
        Ok(Opened::Copy) => return Ok(PushOutcome::Copy),
        // What lies here may be of two versions.
        Err(error) if error.kind() == Kind::Unfinished => {
            return Ok(PushOutcome::Pending {
                why: error.to_string(),
                hints: error.hints().to_vec(),
            });
        }
        Err(error) => return Err(error),
    };
    let outcome = carried(&mut session);
    report::after_push(&mut session, &outcome);
    outcome
}

/// The push of an open folder: what cannot go out now is pending.
fn carried(session: &mut Session<'_>) -> Result<PushOutcome> {
    match run(session) {
        Err(error) if error.kind() == Kind::Offline => {
            session.state.offline = true;
            session.save()?;
            Ok(PushOutcome::Pending {
                why: error.to_string(),
                hints: error.hints().to_vec(),
            })
        }
        // It goes out with the next one.
        Err(error) if error.kind() == Kind::Cancelled => {
            waits(session);
            Ok(PushOutcome::Pending {
                why: error.to_string(),
                hints: Vec::new(),
            })
        }
        Err(error) if error.kind() == Kind::NoRepository => Err(session
            .without_repository(error)
            .hint(text!("push-still-here-hint"))),
        Err(error) if error.kind() == Kind::Trashed => {
            waits(session);
            Err(error.hint(text!("push-still-here-hint")))
        }
        Err(error) => {
            waits(session);
            Err(error)
        }
        outcome => outcome,
    }
}

/// Remembers that something waits to go out, and nothing else of a run that failed.
fn waits(session: &Session<'_>) {
    if let Ok(Loaded::State(mut state)) = State::load(&session.layout, session.sync.instance_id) {
        state.offline = true;
        // It failed already, and says why.
        let _ = state.save(&session.layout);
    }
}

fn run(session: &mut Session<'_>) -> Result<PushOutcome> {
    let mut local = observe::local(session);
    cancel::check()?;
    observe::report_problems(session, &local.scan);
    observe::report_vanished(session);
    observe::wait_for_worlds(session, &mut local, OPEN_PATIENCE);
    if !is_needed(session, &local) && !session.state.to_create {
        return unchanged(session, local);
    }
    make_base(session);
    // The server's answer comes first: restic may have to be fetched, and its failure must not hide it.
    let mut probed = absent_if_to_create(session.state.to_create, session.probe())?;
    let mut store = session.store()?;
    if let Some(None) = probed {
        // Only restic can ask such a place.
        let listed = store
            .snapshot_ids()
            .map(|ids| Some(ids.into_iter().collect()));
        probed = absent_if_to_create(session.state.to_create, listed)?;
    }
    let mut before = if let Some(ids) = probed {
        ids.unwrap_or_default()
    } else {
        session.create(store.as_ref())?;
        store = session.store()?;
        BTreeSet::new()
    };
    session.state.to_create = false;
    let mut news = false;
    if before != session.state.known {
        let graph = graph::read(session, store.as_ref(), &before)?;
        match &graph.unknown {
            // Publishing decides nothing and loses nothing.
            Some(why) => {
                pull::warn_unknown(session, why);
                news = true;
            }
            None => pull::cope_with_rollback(session, &graph),
        }
        local = observe::measure(session, local.scan, local.open);
        let vectors: Vec<_> = graph
            .records
            .iter()
            .map(|head| head.record.vector.clone())
            .collect();
        if let Some(conflict) = join_first(session, store.as_ref(), &mut local, graph)? {
            return Ok(conflict);
        }
        news |= !vectors
            .iter()
            .all(|vector| session.state.vector.covers(vector));
    }
    before.extend(keep_safe(session, store.as_ref(), &local)?);
    let state = &session.state;
    if !local.changed() && !state.republish && !state.merged {
        return unchanged(session, local);
    }
    // Known before it is published: whoever publishes beside others is the one to decide.
    session.state.deciding |= news;
    let published = publish::publish(session, store.as_ref(), &mut local, &before)?;
    session.state.offline = false;
    before.insert(published.snapshot.clone());
    look_after(session, store.as_ref(), &before, &published.snapshot);
    session.state.left_open = !local.open.is_empty();
    session.save()?;
    catalogue::after_push(session);
    Ok(PushOutcome::Pushed {
        snapshot: published.snapshot,
        units: published.units,
        deleted: published.deleted,
        bytes: published.bytes,
        news,
        left_open: local.open.into_iter().collect(),
    })
}

/// Whether anything is to be brought to the cloud.
fn is_needed(session: &Session<'_>, local: &Local) -> bool {
    let state = &session.state;
    local.changed()
        || state.republish
        || state.merged
        || state.undone
        || !observe::is_safe(session, local)
}

/// Makes safety copies of what is in no head and does not become one now.
fn keep_safe(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: &Local,
) -> Result<Vec<SnapshotId>> {
    let mut made = swap::save_undone(session, store)?;
    let held = local.side.iter().filter(|(_, side)| !side.changed());
    let held: Vec<RelPath> = held.map(|(unit, _)| unit.clone()).collect();
    made.extend(safety::rescue_units(
        session,
        store,
        local,
        &held,
        Before::Pull,
    )?);
    Ok(made)
}

/// Looks whether somebody else pushed meanwhile: only if nobody did, everything that is visible is
/// known here. `expected` is what should be there.
fn look_after(
    session: &mut Session<'_>,
    store: &dyn Store,
    expected: &BTreeSet<SnapshotId>,
    published: &SnapshotId,
) {
    let after = match session.probe() {
        Ok(None) => store.snapshot_ids().map(|ids| ids.into_iter().collect()),
        Ok(Some(ids)) => Ok(ids),
        Err(error) => Err(error),
    };
    let Ok(after) = after else {
        // Nobody knows: rather both are asked than none.
        session.state.deciding = true;
        return;
    };
    if after.is_subset(expected) {
        let mut mine = session.state.known.clone();
        mine.insert(published.clone());
        mine.extend(
            session
                .state
                .rescued
                .values()
                .map(|one| one.snapshot.clone()),
        );
        if after.is_subset(&mine) {
            session.state.known = after;
        }
    } else {
        session.state.deciding = true;
    }
}

/// Nothing is to be published; or only what a running game has open.
fn unchanged(session: &mut Session<'_>, local: Local) -> Result<PushOutcome> {
    let open = !local.open.is_empty();
    let stale = local.scan.read > 0 || session.state.offline || session.state.left_open != open;
    session.state.offline = false;
    session.state.left_open = open;
    if stale {
        session
            .state
            .remember_scan(local.scan.stamps, local.scan.taken);
        session.save()?;
    }
    match local.open.first() {
        None => Ok(PushOutcome::UpToDate),
        Some(world) => Ok(PushOutcome::Pending {
            why: text!("push-open", world = world.as_str()),
            hints: vec![text!("push-open-hint", folder = session.folder())],
        }),
    }
}

/// Turns "no repository" into `None` for the device that has still to create it.
fn absent_if_to_create<T>(to_create: bool, asked: Result<T>) -> Result<Option<T>> {
    match asked {
        Err(error) if to_create && error.kind() == Kind::NoRepository => Ok(None),
        other => other.map(Some),
    }
}

/// A folder that has just joined, and was never pulled, merges by the rules of a pull before it
/// publishes: a join is decided before there is a head of it. Returns a conflict where units differ.
fn join_first(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: &mut Local,
    graph: Graph,
) -> Result<Option<PushOutcome>> {
    if !session.state.vector.is_empty() || graph.records.is_empty() || graph.unknown.is_some() {
        return Ok(None);
    }
    let merged = pull::merge(session, store, local.clone(), graph)?;
    *local = observe::local(session);
    observe::hold_open_worlds(session, local, &BTreeSet::new());
    match merged {
        PullOutcome::Conflict { units, saved } => Ok(Some(PushOutcome::Conflict { units, saved })),
        _ => Ok(None),
    }
}

/// A folder as the cloud that was chosen offline: its top is made by the push that creates the
/// repository, where only the last part of its path is missing. More may be a disk that is not
/// connected.
fn make_base(session: &Session<'_>) {
    if let (true, Location::Folder(path)) = (session.state.to_create, &session.sync.location) {
        // If it fails, the probe says what is missing.
        let _ = std::fs::create_dir(path);
    }
}
