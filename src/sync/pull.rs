//! Pull: the cloud's news, into this folder, before the game starts.

mod merge;
mod tell;

pub use merge::merge;
pub use tell::warn_unknown;

use std::{collections::BTreeSet, time::Duration};

use super::{
    decide,
    event::{Event, Listener, note, warn, warn_of},
    graph::{self, Graph},
    observe::{self, Local},
    outcome::PullOutcome,
    question::Ask,
    server::report,
    session::{self, Opened, Session},
    settings::Settings,
};
use crate::{
    cancel,
    config::{layout::Layout, sync_file},
    domain::{lineage::Head, shell},
    error::{Error, Kind, Result},
    texts::text,
    workdir::lock,
};

/// How long a launch waits for a push that is under way.
const PATIENCE: Duration = Duration::from_secs(10);

/// Pulls. Silent where the folder is not opted in.
pub fn pull<'a>(
    settings: &'a Settings,
    listener: Listener<'a>,
    ask: Option<Ask<'a>>,
) -> Result<PullOutcome> {
    let layout = Layout::new(&settings.pack);
    if !sync_file::is_opted_in(&layout) {
        return Ok(PullOutcome::NotOptedIn);
    }
    let mut session = match session::open(settings, listener, "pull", PATIENCE) {
        Ok(Opened::Session(session)) => session,
        Ok(Opened::Copy) => return Ok(PullOutcome::Copy),
        // These only read the saves: the game may start beside them. Anything else may be
        // swapping files.
        Err(error)
            if error.kind() == Kind::Busy
                && lock::owner(&layout)
                    .is_some_and(|owner| matches!(owner.command.as_str(), "push" | "verify")) =>
        {
            warn_of(listener, &error);
            return Ok(PullOutcome::Busy {
                why: error.to_string(),
            });
        }
        // The game that is in the way runs already, and its world is locked for any other.
        Err(error) if error.kind() == Kind::Unfinished => {
            let why = error.to_string();
            listener(Event::Alert(why.clone(), error.hints().to_vec()));
            return Ok(PullOutcome::Unfinished { why });
        }
        Err(error) => return Err(error),
    };
    session.ask = ask;
    session.launching = true;
    let outcome = match run(&mut session) {
        Err(error) => hospitable(&mut session, error),
        outcome => outcome,
    };
    report::after_pull(&mut session, &outcome);
    outcome
}

/// Whatever is not wrong with this folder does not keep the game from starting.
fn hospitable(session: &mut Session<'_>, error: Error) -> Result<PullOutcome> {
    let why = error.to_string();
    match error.kind() {
        Kind::Offline => {
            if session.unsaved && !session.state.offline {
                session.state.offline = true;
                session.save()?;
            }
            let error = error.hint(text!("pull-offline-hint"));
            warn_of(session.listener, &error);
            Ok(PullOutcome::Offline { why })
        }
        Kind::Credentials => {
            warn_of(session.listener, &error.hint(text!("pull-starts-hint")));
            Ok(PullOutcome::Refused { why })
        }
        Kind::NoRepository if session.state.to_create => {
            note(session.listener, text!("pull-nothing-yet"));
            Ok(PullOutcome::Unpublished)
        }
        Kind::NoRepository => {
            let error = session.without_repository(error);
            warn_of(session.listener, &error.hint(text!("pull-starts-hint")));
            Ok(PullOutcome::Offline { why })
        }
        Kind::Trashed => {
            warn_of(session.listener, &error.hint(text!("pull-starts-hint")));
            Ok(PullOutcome::Offline { why })
        }
        Kind::Cancelled => Err(error),
        _ => Err(error.hint(text!(
            "pull-disable-hint",
            folder = shell::pack_folder(session.layout.pack())
        ))),
    }
}

/// The pull of an open folder, without the hospitality of a hook.
pub fn run(session: &mut Session<'_>) -> Result<PullOutcome> {
    let (mut local, probed) = session.probe_beside(observe::local);
    session.unsaved = local.changed();
    cancel::check()?;
    observe::report_problems(session, &local.scan);
    // Who decides about what is missing need not be told how to.
    if session.decision.is_none() {
        observe::report_vanished(session);
    }
    let probed = match probed {
        Err(error) if error.kind() == Kind::Offline && local.changed() => {
            return Err(error.hint(text!("pull-only-here-hint")));
        }
        // An answer that is no list says nothing about this folder: the game starts.
        Err(error) if matches!(error.kind(), Kind::Failed | Kind::Full) => {
            return Err(error.with_kind(Kind::Offline));
        }
        other => other?,
    };
    let state = &session.state;
    let settled = !local.changed()
        && !state.republish
        && !state.undone
        && state.pending.is_none()
        && observe::is_safe(session, &local);
    let same_scope = state.scope == Some(session.scope.digest());
    let up_to_date = settled && same_scope && probed.as_ref() == Some(&state.known);
    if up_to_date && session.decision.is_none() {
        return finish_unchanged(session, local);
    }
    if state.pending.is_none()
        && !state.republish
        && !state.undone
        && same_scope
        && observe::is_safe(session, &local)
        && let Some(outcome) = decide::repeat(session, probed.as_ref())
    {
        session.met.repeated = true;
        return Ok(outcome);
    }
    let store = session.store()?;
    let probed = match probed {
        Some(ids) => ids,
        None => store.snapshot_ids()?.into_iter().collect(),
    };
    session.state.to_create = false;
    let graph = graph::read(session, store.as_ref(), &probed)?;
    if let Some(why) = graph.unknown {
        warn_unknown(session, &why);
        return Ok(PullOutcome::Offline {
            why: why.to_string(),
        });
    }
    cope_with_rollback(session, &graph);
    local = observe::measure(session, local.scan, BTreeSet::new());
    if graph.lost {
        warn(session.listener, text!("pull-cloud-lost"));
        session.state.republish = true;
    }
    merge(session, store.as_ref(), local, graph)
}

/// A push of mine that my state does not know: the state is older than the folder's own past. From
/// here on this is another replica, with the same past.
pub fn cope_with_rollback(session: &mut Session<'_>, graph: &Graph) {
    let state = &session.state;
    let mine = state.replica;
    let newest = |head: &Head| {
        head.record
            .vector
            .get(mine)
            .max(if head.record.replica == mine {
                head.record.counter
            } else {
                0
            })
    };
    if graph
        .records
        .iter()
        .any(|head| newest(head) > state.last_counter.max(state.vector.get(mine)))
    {
        session.rolled_back();
    }
}

fn finish_unchanged(session: &mut Session<'_>, local: Local) -> Result<PullOutcome> {
    let state = &session.state;
    if local.scan.read > 0 || state.offline || state.conflict.is_some() {
        session.state.offline = false;
        session.state.conflict = None;
        session
            .state
            .remember_scan(local.scan.stamps, local.scan.taken);
        session.save()?;
    }
    Ok(PullOutcome::UpToDate { saved: None })
}
