//! Merging the cloud's news into a folder.

use std::collections::BTreeMap;

use super::tell::{tell_of_deletions, tell_of_forks, tell_of_open_worlds};
use crate::{
    domain::{
        digest::Digest,
        lineage::{self, Candidate, CloudSide},
        local,
        path::RelPath,
        plan::{self, Mine, Party, Plan, Step, Take},
        record::UnitState,
    },
    error::{Kind, Result},
    store::messages::Listed,
    sync::{
        cloud::Store,
        decide::{self, Decided},
        event::{note, warn_of},
        graph::{self, Graph},
        observe::{self, Local},
        outcome::{Changes, PullOutcome},
        resolve, safety,
        session::Session,
        sources,
        swap::{self, Basis},
        tidy,
    },
    texts::text,
};

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
