//! Pull: the cloud's news, into this folder, before the game starts.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    cloud::Store,
    decide::{self, Decided},
    event::{Event, Listener, note, warn, warn_of},
    graph::{self, Graph},
    observe::{self, Local},
    outcome::{Changes, PullOutcome},
    question::Ask,
    resolve, safety,
    server::report,
    session::{self, Opened, Session},
    settings::Settings,
    sources,
    swap::{self, Basis},
    tidy,
};
use crate::{
    cancel,
    config::{layout::Layout, sync_file},
    domain::{
        digest::Digest,
        lineage::{self, Candidate, CloudSide, Head},
        local::{self, Hold},
        path::RelPath,
        plan::{self, Mine, Party, Plan, Step, Take},
        record::UnitState,
        shell,
    },
    error::{Error, Kind, Result},
    store::messages::Listed,
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

/// Merges the cloud's news into this folder.
pub fn merge(
    session: &mut Session<'_>,
    store: &dyn Store,
    mut local: Local,
    graph: Graph,
) -> Result<PullOutcome> {
    let Graph {
        mut ids,
        records,
        listed,
        foreign,
        ..
    } = graph;
    if foreign > 0 && records.is_empty() && session.state.vector.is_empty() {
        note(session.listener, text!("pull-foreign", number = foreign));
    }
    let heads = lineage::heads(records, &session.state.vector);
    let mut cloud = lineage::cloud_side(&heads);
    ids.extend(swap::save_undone(session, store)?);
    add_elsewhere(session, &local, &mut cloud);
    let in_scope = |unit: &RelPath| session.scope.kind_of(unit).is_some();
    sources::mend_cloud(session, store, &listed, &ids, &mut cloud, in_scope)?;
    recall(session, store, &mut local, &listed, &cloud)?;
    let wanted = cloud.keys().cloned().collect();
    observe::hold_open_worlds(session, &mut local, &wanted);
    let mut first = plan(session, &mut local, &cloud);
    resolve::check_units(session, &first)?;
    if session.decision.is_some() {
        resolve::let_go(session);
        local = observe::measure(session, local.scan, local.open);
        first = plan(session, &mut local, &cloud);
    }
    let saved = match safety::save_first(session, store, &mut local, &first, &cloud, &ids) {
        Ok(saved) => saved,
        // No room in the cloud: nothing here may be overwritten then, and the game can start.
        Err(error) if error.kind() == Kind::Full => {
            let why = error.to_string();
            warn_of(session.listener, &error);
            return Ok(PullOutcome::Offline { why });
        }
        Err(error) => return Err(error),
    };
    ids.extend(saved.clone());
    let mut plan = plan(session, &mut local, &cloud);
    tell_of_deletions(session, &plan);
    tell_of_open_worlds(session, &plan);
    resolve::bring_back(session, &mut plan);
    widen(session, &local, &mut plan);
    let disputes = plan.all_disputes();
    let decided = decide::decide(session, store, &local, &heads, &mut plan)?;
    if let Decided::Stop(answers) = decided {
        resolve::remember(session, &disputes, &answers);
        let saved = match safety::keep_safe(session, store, &local) {
            Ok(rescued) => {
                ids.extend(rescued);
                true
            }
            Err(error) => {
                warn_of(session.listener, &error);
                false
            }
        };
        let units = decide::stop(session, &local, &heads, &plan, &ids)?;
        return Ok(PullOutcome::Conflict { units, saved });
    }
    let forks: Vec<RelPath> = plan.forks().cloned().collect();
    tell_of_forks(session, &forks);
    let postponed: Vec<RelPath> = plan
        .disputes(Party::Own)
        .map(|(unit, _)| unit.clone())
        .collect();
    ids.extend(safety::rescue(session, store, &local, &plan)?);
    ids.extend(safety::keep_held(session, store, &local)?);
    let basis = Basis {
        heads: &heads,
        ids: ids.clone(),
        listed: &listed,
    };
    let joining = session.state.vector.is_empty();
    let changes = swap::carry_out(session, store, &local, plan, basis)?;
    if joining {
        safety::join(session, store, local, &ids)?;
    }
    // Old copies can stay until the next pull.
    let _ = tidy::tidy(session, store, &listed, &ids);
    Ok(if !postponed.is_empty() {
        PullOutcome::Postponed {
            units: postponed,
            changes,
        }
    } else if !forks.is_empty() {
        PullOutcome::Forked {
            units: forks,
            changes,
        }
    } else if changes == Changes::default() {
        PullOutcome::UpToDate { saved }
    } else {
        PullOutcome::Applied { changes, saved }
    })
}

/// What this device left out until now is news to it, where something else lies here.
fn add_elsewhere(session: &Session<'_>, local: &Local, cloud: &mut CloudSide) {
    for (unit, side) in &local.side {
        let Some(version) = &side.elsewhere else {
            continue;
        };
        if let UnitState::Held { within, .. } = &version.state {
            cloud.entry(unit.clone()).or_insert_with(|| {
                vec![Candidate {
                    head: within.clone(),
                    vector: session.state.vector.clone(),
                    version: version.clone(),
                    extent: None,
                }]
            });
        }
    }
}

/// Looks where units without a past come from that would be disputed otherwise.
fn recall(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: &mut Local,
    listed: &[Listed],
    cloud: &CloudSide,
) -> Result<()> {
    let unknown: BTreeMap<RelPath, Digest> = local
        .side
        .iter()
        .filter(|(_, side)| {
            side.agreed.is_none() && side.hold.is_none() && side.elsewhere.is_none()
        })
        .filter_map(|(unit, side)| {
            let digest = side.content?;
            let offered = cloud.get(unit)?;
            let differs = offered
                .iter()
                .all(|one| one.version.digest().is_some_and(|other| other != digest));
            differs.then(|| (unit.clone(), digest))
        })
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let found = graph::recall(session, store, listed, unknown)?;
    session.state.agreement.extend(found);
    *local = observe::measure(session, local.scan.clone(), local.open.clone());
    Ok(())
}

fn plan(session: &Session<'_>, local: &mut Local, cloud: &CloudSide) -> Plan {
    local::leave_out_strangers(&mut local.side, cloud.keys(), |unit| {
        session.scope.kind_of(unit)
    });
    let mine = Mine {
        replica: session.state.replica,
        vector: &session.state.vector,
        deciding: session.state.deciding,
    };
    plan::plan(&local.side, &mine, cloud)
}

/// Fetches what this device left out so far and has in its scope now.
fn widen(session: &Session<'_>, local: &Local, plan: &mut Plan) {
    // Only a pull that was whole has noted the scope: see `advance`.
    if session.state.scope == Some(session.scope.digest()) {
        return;
    }
    for (unit, agreed) in &session.state.agreement {
        let wanted = matches!(agreed.version.state, UnitState::Held { .. })
            && !local.side.contains_key(unit)
            && session.scope.kind_of(unit).is_some();
        if wanted && !plan.steps.contains_key(unit) {
            let take = Take {
                from: agreed.source(),
                version: plan::as_here(&agreed.version),
                revived: false,
            };
            plan.steps.insert(unit.clone(), Step::Take(take));
        }
    }
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

/// Warns that the graph cannot be read whole, and that nothing is decided by it.
pub fn warn_unknown(session: &Session<'_>, why: &Error) {
    let mut hints = vec![text!("pull-unknown-hint")];
    hints.extend_from_slice(why.hints());
    (session.listener)(Event::Warning(
        text!("pull-unknown", why = why.to_string()),
        hints,
    ));
}

fn tell_of_deletions(session: &Session<'_>, plan: &Plan) {
    for (unit, step) in &plan.steps {
        match step {
            Step::Keep {
                beats_deletion: true,
            } => note(
                session.listener,
                text!("pull-kept-deleted", unit = unit.as_str()),
            ),
            Step::Take(Take { revived: true, .. }) => note(
                session.listener,
                text!("pull-back-deleted", unit = unit.as_str()),
            ),
            _ => {}
        }
    }
}

fn tell_of_open_worlds(session: &Session<'_>, plan: &Plan) {
    for (unit, step) in &plan.steps {
        if let Step::Hold {
            version: Some(_),
            why: Hold::Open,
        } = step
        {
            (session.listener)(Event::Alert(
                text!("pull-open-world", unit = unit.as_str()),
                vec![text!("pull-open-world-hint")],
            ));
        }
    }
}

fn tell_of_forks(session: &Session<'_>, units: &[RelPath]) {
    for unit in units {
        let text = text!(
            "pull-forked",
            unit = unit.as_str(),
            folder = session.folder(),
            word = shell::word(unit.as_str())
        );
        warn(session.listener, text);
    }
}
