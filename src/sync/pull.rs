//! Pull: the cloud's news, into this folder, before the game starts.

use std::{collections::BTreeSet, time::Duration};

use super::{
    event::{Event, Listener, note, warn, warn_of},
    fetch,
    graph::{self, Graph},
    observe::{self, Local},
    outcome::{Changes, PullOutcome},
    publish,
    session::{self, Opened, Session},
    settings::Settings,
};
use crate::{
    config::{layout::Layout, sync_file},
    domain::{
        ids::SnapshotId,
        lineage::{self, CloudSide, Head},
        local,
        path::RelPath,
        plan::{self, Mine, Plan, Step},
    },
    error::{Error, Kind, Result},
    store::repository::Repository,
    workdir::lock,
};

/// How long a launch waits for a push that is under way.
const PATIENCE: Duration = Duration::from_secs(10);

/// Pulls. Silent where the folder is not opted in.
pub fn pull(settings: &Settings, listener: Listener<'_>) -> Result<PullOutcome> {
    let layout = Layout::new(&settings.pack);
    if !sync_file::is_opted_in(&layout) {
        return Ok(PullOutcome::NotOptedIn);
    }
    let mut session = match session::open(settings, listener, "pull", PATIENCE) {
        Ok(Opened::Session(session)) => session,
        Ok(Opened::Copy) => return Ok(PullOutcome::Copy),
        // A push only reads the saves: the game may start beside it. Anything else may be
        // swapping files.
        Err(error)
            if error.kind() == Kind::Busy
                && lock::owner(&layout).is_some_and(|owner| owner.command == "push") =>
        {
            warn_of(listener, &error);
            return Ok(PullOutcome::Busy {
                why: error.to_string(),
            });
        }
        Err(error) => return Err(error),
    };
    match run(&mut session) {
        Err(error) => hospitable(&mut session, error),
        outcome => outcome,
    }
}

/// Whatever is not wrong with this folder does not keep the game from starting.
fn hospitable(session: &mut Session<'_>, error: Error) -> Result<PullOutcome> {
    let why = error.to_string();
    match error.kind() {
        Kind::Offline => {
            let state = &mut session.state;
            state.offline = true;
            session.save()?;
            let error =
                error.hint("The game starts with what is here; changes go out at the next chance.");
            warn_of(session.listener, &error);
            Ok(PullOutcome::Offline { why })
        }
        Kind::Credentials => {
            warn_of(
                session.listener,
                &error.hint("The game starts with what is here."),
            );
            Ok(PullOutcome::Refused { why })
        }
        Kind::NoRepository if session.state.to_create => {
            note(
                session.listener,
                "Nothing is in the cloud yet; the first push creates the repository.",
            );
            Ok(PullOutcome::Unpublished)
        }
        Kind::NoRepository => {
            let error = error.hint(
                "Nothing was created: only the device that made the instance does that. Check the URL and the \
                 account. The game starts with what is here.",
            );
            warn_of(session.listener, &error);
            Ok(PullOutcome::Offline { why })
        }
        _ => Err(error.hint(format!(
            "To play without syncing meanwhile: instance-sync disable \"--pack-folder={}\"",
            session.layout.pack().display()
        ))),
    }
}

fn run(session: &mut Session<'_>) -> Result<PullOutcome> {
    let mut local = observe::local(session);
    observe::report_problems(session, &local.scan);
    let probed = session.probe();
    let probed = match probed {
        Err(error) if error.kind() == Kind::Offline && local.changed() => {
            return Err(
                error.hint("What was played since the last push is only on this device so far.")
            );
        }
        // An answer that is no list says nothing about this folder: the game starts.
        Err(error) if matches!(error.kind(), Kind::Failed | Kind::Full) => {
            return Err(error.with_kind(Kind::Offline));
        }
        other => other?,
    };
    let state = &session.state;
    let settled = !local.changed() && !state.republish && state.pending.is_none();
    let same_scope = state.scope == Some(session.scope.digest());
    if settled && same_scope && probed.as_ref() == Some(&state.known) {
        return finish_unchanged(session, local);
    }
    let mut repository = session.repository()?;
    session.learn_key(&mut repository)?;
    let probed = match probed {
        Some(ids) => ids,
        None => repository.snapshot_ids()?.into_iter().collect(),
    };
    session.state.to_create = false;
    let graph = graph::read(session, &repository, &probed)?;
    if let Some(why) = graph.unknown {
        warn_unknown(session, &why);
        return Ok(PullOutcome::Offline { why });
    }
    cope_with_rollback(session, &graph);
    local = observe::measure(session, local.scan);
    if graph.lost {
        warn(
            session.listener,
            "The cloud lost snapshots that this device had pushed. What is here is pushed again; nothing here changes.",
        );
        session.state.republish = true;
    }
    merge(session, &repository, local, graph)
}

/// Merges the cloud's news into this folder.
pub fn merge(
    session: &mut Session<'_>,
    repository: &Repository,
    mut local: Local,
    graph: Graph,
) -> Result<PullOutcome> {
    let Graph {
        mut ids,
        records,
        foreign,
        ..
    } = graph;
    if foreign > 0 && records.is_empty() && session.state.vector.is_empty() {
        note(
            session.listener,
            format!(
                "The cloud holds {foreign} snapshots that another program made. They are left alone; restic can restore them."
            ),
        );
    }
    let heads = lineage::heads(records, &session.state.vector);
    let cloud = lineage::cloud_side(&heads);
    let mut saved = None;
    if must_save_first(session, &plan(session, &mut local, &cloud), &local, &cloud) {
        match save_first(session, repository, &mut local, &ids) {
            Ok(snapshot) => {
                ids.insert(snapshot.clone());
                saved = Some(snapshot);
            }
            // No room in the cloud: nothing here may be overwritten then, and the game can start.
            Err(error) if error.kind() == Kind::Full => {
                let why = error.to_string();
                warn_of(session.listener, &error);
                return Ok(PullOutcome::Offline { why });
            }
            Err(error) => return Err(error),
        }
    }
    let plan = plan(session, &mut local, &cloud);
    tell_of_deletions(session, &plan);
    let conflicts: Vec<RelPath> = plan.conflicts().map(|(unit, _)| unit.clone()).collect();
    if !conflicts.is_empty() {
        session.state.conflicts = conflicts.iter().cloned().collect();
        session.save()?;
        tell_of_conflicts(session, &plan);
        // A folder that joins publishes nothing before the join is decided.
        let saved = !local.changed();
        return Ok(PullOutcome::Conflict {
            units: conflicts,
            saved,
        });
    }
    if !plan.is_whole() {
        return stay_on_one_head(session, repository, &mut local, &heads, &plan, &ids);
    }
    let changes = fetch::apply(session, repository, &local, &heads, plan, ids)?;
    if changes == Changes::default() {
        return Ok(PullOutcome::UpToDate { saved });
    }
    Ok(PullOutcome::Applied { changes, saved })
}

/// Other devices disagree. A folder that has all of what one of them knows goes on with that one,
/// whole, and says so; any other stays as it is.
fn stay_on_one_head(
    session: &mut Session<'_>,
    repository: &Repository,
    local: &mut Local,
    heads: &[Head],
    plan_of_all: &Plan,
    ids: &BTreeSet<SnapshotId>,
) -> Result<PullOutcome> {
    let units: Vec<RelPath> = plan_of_all.forks().cloned().collect();
    tell_of_forks(session, &units);
    let mine = &session.state.vector;
    let Some(head) = heads.iter().find(|head| head.record.vector.covers(mine)) else {
        session.save()?;
        return Ok(PullOutcome::Forked { units });
    };
    let head = std::slice::from_ref(head);
    let plan = plan(session, local, &lineage::cloud_side(head));
    if plan.is_whole() {
        // The other heads stay unknown, so that the next pull looks at them again.
        let mut known = session.state.known.clone();
        known.extend(head[0].record.covers.intersection(ids).cloned());
        known.insert(head[0].snapshot.clone());
        fetch::apply(session, repository, local, head, plan, known)?;
    } else {
        session.save()?;
    }
    Ok(PullOutcome::Forked { units })
}

fn plan(session: &Session<'_>, local: &mut Local, cloud: &CloudSide) -> Plan {
    local::leave_out_strangers(&mut local.side, cloud.keys(), |unit| {
        session.scope.kind_of(unit)
    });
    let mine = Mine {
        replica: session.state.replica,
        vector: &session.state.vector,
    };
    plan::plan(&local.side, &mine, cloud)
}

/// Whether something is only here and must be in the cloud before anything else happens.
///
/// A folder that joins has no past with the cloud: what it holds is not published as a head
/// before the join is decided, and a join overwrites nothing.
fn must_save_first(session: &Session<'_>, plan: &Plan, local: &Local, cloud: &CloudSide) -> bool {
    let joining = session.state.vector.is_empty() && !cloud.is_empty();
    let only_here = |unit: &RelPath| {
        let side = local.side.get(unit);
        let in_cloud = |digest| {
            cloud
                .get(unit)
                .is_some_and(|all| all.iter().any(|one| one.version.digest() == digest))
        };
        side.is_some_and(|side| side.changed() && !in_cloud(side.content))
    };
    let unsaved = plan
        .steps
        .iter()
        .any(|(unit, step)| !matches!(step, Step::Agree(_)) && only_here(unit));
    session.state.republish || (unsaved && !joining)
}

fn save_first(
    session: &mut Session<'_>,
    repository: &Repository,
    local: &mut Local,
    visible: &BTreeSet<SnapshotId>,
) -> Result<SnapshotId> {
    note(session.listener, "Saving what is only here so far.");
    Ok(publish::publish(session, repository, local, visible)?.snapshot)
}

/// A push of mine that my state does not know: the state is older than the folder's own past. From
/// here on this is another replica, with the same past.
pub fn cope_with_rollback(session: &mut Session<'_>, graph: &Graph) {
    let state = &mut session.state;
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
        state.replica = session::mint();
        state.last_counter = 0;
        note(
            session.listener,
            "The state of this folder is older than its last push (restored from a backup?). It is compared afresh.",
        );
    }
}

fn finish_unchanged(session: &mut Session<'_>, local: Local) -> Result<PullOutcome> {
    let stale = local.scan.read > 0 || session.state.offline || !session.state.conflicts.is_empty();
    if stale {
        session.state.offline = false;
        session.state.conflicts.clear();
        session
            .state
            .remember_scan(local.scan.stamps, local.scan.taken);
        session.save()?;
    }
    Ok(PullOutcome::UpToDate { saved: None })
}

/// Warns that the graph cannot be read whole, and that nothing is decided by it.
pub fn warn_unknown(session: &Session<'_>, why: &str) {
    (session.listener)(Event::Warning(
        format!("the cloud cannot be read whole: {why}"),
        vec![
            "Nothing was changed here, and nothing counts as deleted. Look at the repository with: restic check"
                .to_owned(),
        ],
    ));
}

fn tell_of_deletions(session: &Session<'_>, plan: &Plan) {
    for (unit, step) in &plan.steps {
        match step {
            Step::Keep {
                beats_deletion: true,
            } => note(
                session.listener,
                format!("{unit} was deleted on another device and changed here: it is kept."),
            ),
            Step::Take { revived: true, .. } => note(
                session.listener,
                format!("{unit} was deleted here and changed on another device: it comes back."),
            ),
            _ => {}
        }
    }
}

/// A time of a record as people read it, in their own zone.
fn minutes(time: &str) -> String {
    let parsed: Option<jiff::Timestamp> = time.parse().ok();
    parsed.map_or_else(
        || time.to_owned(),
        |time| {
            let zoned = time.to_zoned(jiff::tz::TimeZone::system());
            zoned.strftime("%Y-%m-%d %H:%M").to_string()
        },
    )
}

fn tell_of_conflicts(session: &Session<'_>, plan: &Plan) {
    for (unit, candidates) in plan.conflicts() {
        for one in candidates {
            warn(
                session.listener,
                format!(
                    "{unit} changed here and on {} (pushed {})",
                    one.device.name,
                    minutes(&one.time)
                ),
            );
        }
    }
}

fn tell_of_forks(session: &Session<'_>, units: &[RelPath]) {
    for unit in units {
        warn(
            session.listener,
            format!(
                "{unit} changed on two other devices at once. This device goes on with one version until one of them decides; \
                 the other stays in the cloud."
            ),
        );
    }
}
