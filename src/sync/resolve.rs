//! Resolve: what the player decides about units that changed on two sides, or that are missing.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    decide,
    event::{Listener, note},
    outcome::PullOutcome,
    pull,
    question::Ask,
    server::report,
    session::{self, Opened, Session},
    settings::Settings,
};
use crate::{
    config::{layout::Layout, sync_file},
    domain::{
        path::RelPath,
        plan::{Dispute, Plan, Step, Take, as_here},
        policy::Policy,
    },
    error::{Error, Result},
    texts::text,
};

/// How long it waits for another command in the same folder.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the player decided on the command line.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What becomes of the units; [`Policy::Ask`] where that is to be asked.
    pub policy: Policy,
    /// These alone; all that nothing was decided about yet where there are none.
    pub units: BTreeSet<RelPath>,
}

/// Decides, and carries it out once everything is decided. Without a decision the player is asked,
/// where somebody can.
pub fn resolve<'a>(
    settings: &'a Settings,
    listener: Listener<'a>,
    decision: Option<Decision>,
    ask: Option<Ask<'a>>,
) -> Result<PullOutcome> {
    if !sync_file::is_opted_in(&Layout::new(&settings.pack)) {
        return Ok(PullOutcome::NotOptedIn);
    }
    let mut session = match session::open(settings, listener, "resolve", PATIENCE)? {
        Opened::Session(session) => session,
        Opened::Copy => return Ok(PullOutcome::Copy),
    };
    session.ask = ask;
    session.decision = decision;
    let outcome = pull::run(&mut session).map_err(|error| session.without_repository(error));
    report::after_resolve(&mut session, &outcome);
    outcome
}

/// Lets what is missing here count as deleted, where the player says of just that unit that what is
/// here is right. A decision about everything is one about conflicts.
pub fn let_go(session: &mut Session<'_>) {
    if let Some(decision) = &session.decision
        && decision.policy == Policy::KeepLocal
    {
        session
            .state
            .vanished
            .retain(|unit| !decision.units.contains(unit));
    }
}

/// Brings back what is missing here, where the player says that the cloud is right.
pub fn bring_back(session: &Session<'_>, plan: &mut Plan) {
    let Some(decision) = &session.decision else {
        return;
    };
    if matches!(
        decision.policy,
        Policy::KeepLocal | Policy::Abort | Policy::Ask
    ) {
        return;
    }
    // Said of everything, it is about conflicts, if there are any.
    let disputed = plan
        .steps
        .values()
        .any(|step| matches!(step, Step::Dispute(_)));
    for unit in &session.state.vanished {
        let Some(agreed) = session.state.agreement.get(unit) else {
            continue;
        };
        let named = decision.units.contains(unit);
        if (named || (decision.units.is_empty() && !disputed))
            && let Some(step @ Step::Hold { .. }) = plan.steps.get_mut(unit)
        {
            let version = match step {
                Step::Hold {
                    version: Some(news),
                    ..
                } => news.clone(),
                _ => agreed.version.clone(),
            };
            *step = Step::Take(Take {
                from: version.source(&agreed.snapshot),
                version: as_here(&version),
                revived: true,
            });
        }
    }
}

/// Refuses a unit that nothing is to be decided about.
pub fn check_units(session: &Session<'_>, plan: &Plan) -> Result<()> {
    let Some(decision) = &session.decision else {
        return Ok(());
    };
    if decision.policy == Policy::Ask {
        let missing = |unit: &&RelPath| session.state.vanished.contains(*unit);
        if let Some(unit) = decision.units.iter().find(missing) {
            return Err(Error::usage(text!("resolve-missing", unit = unit.as_str()))
                .hint(text!("resolve-missing-hint")));
        }
    }
    let open = open(session, plan);
    match decision.units.iter().find(|unit| !open.contains(*unit)) {
        None => Ok(()),
        Some(unit) => {
            let names: Vec<&str> = open.iter().map(RelPath::as_str).collect();
            Err(
                Error::usage(text!("resolve-not-open", unit = unit.as_str())).hint(
                    match names.as_slice() {
                        [] => text!("resolve-none-open-hint"),
                        names => text!("resolve-open-hint", units = names.join(", ")),
                    },
                ),
            )
        }
    }
}

fn open(session: &Session<'_>, plan: &Plan) -> BTreeSet<RelPath> {
    let disputed = plan
        .steps
        .iter()
        .filter(|(_, step)| matches!(step, Step::Dispute(_)))
        .map(|(unit, _)| unit.clone());
    disputed
        .chain(session.state.vanished.iter().cloned())
        .chain(session.state.choices.keys().cloned())
        .collect()
}

/// Remembers what was decided so far, by name or by these `answers`, until the rest is.
pub fn remember(
    session: &mut Session<'_>,
    disputes: &[(RelPath, Dispute)],
    answers: &BTreeMap<RelPath, Policy>,
) {
    for (unit, dispute) in disputes {
        let decision = session.decision.as_ref();
        let named = decision.filter(|decision| decision.units.contains(unit));
        let policy = named.map(|decision| decision.policy);
        let policy = policy.filter(|policy| policy.decides());
        let Some(policy) = policy.or_else(|| answers.get(unit).copied()) else {
            continue;
        };
        decide::choose(session, unit, dispute, policy);
        note(session.listener, noted(policy, unit));
    }
}

/// Says what a policy will keep of a unit.
fn noted(policy: Policy, unit: &RelPath) -> String {
    let unit = unit.as_str();
    match policy {
        Policy::KeepBoth => text!("resolve-noted-both", unit = unit),
        Policy::KeepLocal => text!("resolve-noted-local", unit = unit),
        Policy::KeepCloud => text!("resolve-noted-cloud", unit = unit),
        Policy::Newest => text!("resolve-noted-newest", unit = unit),
        Policy::Ask | Policy::Abort => text!("resolve-noted-none", unit = unit),
    }
}
