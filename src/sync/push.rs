//! Push: what was played here, into the cloud, after the game has ended.

use std::{collections::BTreeSet, time::Duration};

use super::{
    event::Listener,
    graph::{self, Graph},
    observe,
    outcome::{PullOutcome, PushOutcome},
    publish, pull,
    session::{self, Opened, Session},
    settings::Settings,
};
use crate::{
    config::{layout::Layout, sync_file},
    domain::{location::Location, path::RelPath},
    error::{Kind, Result},
    store::repository::Repository,
};

/// How long a push waits for another command in the same folder: nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Pushes. Silent where the folder is not opted in.
pub fn push(settings: &Settings, listener: Listener<'_>) -> Result<PushOutcome> {
    let layout = Layout::new(&settings.pack);
    if !sync_file::is_opted_in(&layout) {
        return Ok(PushOutcome::NotOptedIn);
    }
    let mut session = match session::open(settings, listener, "push", PATIENCE)? {
        Opened::Session(session) => session,
        Opened::Copy => return Ok(PushOutcome::Copy),
    };
    match run(&mut session) {
        Err(error) if error.kind() == Kind::Offline => {
            session.state.offline = true;
            session.save()?;
            Ok(PushOutcome::Pending { why: error.to_string(), hints: error.hints().to_vec() })
        }
        Err(error) if error.kind() == Kind::NoRepository => Err(error.hint(
            "Nothing was created: only the device that made the instance does that. Check the URL and the account; \
             the saves are still here.",
        )),
        outcome => outcome,
    }
}

fn run(session: &mut Session<'_>) -> Result<PushOutcome> {
    let mut local = observe::local(session);
    observe::report_problems(session, &local.scan);
    if !local.changed() && !session.state.republish && !session.state.to_create {
        if local.scan.read > 0 || session.state.offline {
            session.state.offline = false;
            session
                .state
                .remember_scan(local.scan.stamps, local.scan.taken);
            session.save()?;
        }
        return Ok(PushOutcome::UpToDate);
    }
    make_base(session);
    // The server's answer comes first: restic may have to be fetched, and its failure must not hide it.
    let mut probed = absent_if_to_create(session.state.to_create, session.probe())?;
    let mut repository = session.repository()?;
    if let Some(None) = probed {
        // Only restic can ask such a place.
        let listed = repository
            .snapshot_ids()
            .map(|ids| Some(ids.into_iter().collect()));
        probed = absent_if_to_create(session.state.to_create, listed)?;
    }
    let before = if let Some(ids) = probed {
        ids.unwrap_or_default()
    } else {
        create(session, &repository)?;
        BTreeSet::new()
    };
    session.state.to_create = false;
    session.learn_key(&mut repository)?;
    let news = before != session.state.known;
    if news {
        let graph = graph::read(session, &repository, &before)?;
        match &graph.unknown {
            // Publishing decides nothing and loses nothing.
            Some(why) => pull::warn_unknown(session, why),
            None => pull::cope_with_rollback(session, &graph),
        }
        local = observe::measure(session, local.scan);
        if let Some(units) = join_first(session, &repository, &mut local, graph)? {
            return Ok(PushOutcome::Conflict { units });
        }
        if !local.changed() && !session.state.republish {
            session.save()?;
            return Ok(PushOutcome::UpToDate);
        }
    }
    let published = publish::publish(session, &repository, &mut local, &before)?;
    session.state.offline = false;
    // Only if nobody else pushed meanwhile is everything that is visible known here.
    if let Ok(Some(after)) = session.probe() {
        let mut expected = session.state.known.clone();
        expected.insert(published.snapshot.clone());
        if after == expected {
            session.state.known = after;
        }
    }
    session.save()?;
    Ok(PushOutcome::Pushed {
        snapshot: published.snapshot,
        units: published.units,
        deleted: published.deleted,
        bytes: published.bytes,
        news,
    })
}

/// Turns "no repository" into `None` for the device that has still to create it.
fn absent_if_to_create<T>(to_create: bool, asked: Result<T>) -> Result<Option<T>> {
    match asked {
        Err(error) if to_create && error.kind() == Kind::NoRepository => Ok(None),
        other => other.map(Some),
    }
}

/// A folder that has just joined, and was never pulled, merges by the rules of a pull before it
/// publishes: a join is decided before there is a head of it. Returns the units that differ.
fn join_first(
    session: &mut Session<'_>,
    repository: &Repository,
    local: &mut observe::Local,
    graph: Graph,
) -> Result<Option<Vec<RelPath>>> {
    if !session.state.vector.is_empty() || graph.records.is_empty() || graph.unknown.is_some() {
        return Ok(None);
    }
    let merged = pull::merge(session, repository, local.clone(), graph)?;
    *local = observe::local(session);
    match merged {
        PullOutcome::Conflict { units, .. } => Ok(Some(units)),
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

/// Creates the repository that this device was opted in offline for.
fn create(session: &mut Session<'_>, repository: &Repository) -> Result<()> {
    repository.init()?;
    session.state.to_create = false;
    session.save()
}
