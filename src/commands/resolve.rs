//! `resolve`: deciding about conflicts, and about what is missing.

use super::{
    Context, Done, pull,
    question::{self, Occasion},
};
use crate::{
    cli::{Keep, Resolve},
    domain::policy::Policy,
    error::{Error, Result},
    sync::{
        outcome::PullOutcome,
        question::{Ask, Question},
        resolve::{self, Decision},
    },
    texts::text,
};

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Resolve) -> Result<Done> {
    let ask = |question: &Question| question::ask(context, question, Occasion::Command);
    let ask: Option<Ask<'_>> = question::can_ask(context).then_some(&ask);
    let policy = match args.keep {
        Some(Keep::Both) => Policy::KeepBoth,
        Some(Keep::Local) => Policy::KeepLocal,
        Some(Keep::Cloud) => Policy::KeepCloud,
        Some(Keep::Newest) => Policy::Newest,
        None => Policy::Ask,
    };
    if let (Policy::Ask, None, Some(unit)) = (policy, ask, args.units.first()) {
        return Err(Error::usage(text!("resolve-nobody", unit = unit.as_str()))
            .hint(text!("resolve-nobody-hint")));
    }
    let decision = (policy.decides() || !args.units.is_empty()).then(|| Decision {
        policy,
        units: args.units.iter().cloned().collect(),
    });
    let outcome = resolve::resolve(
        &context.settings,
        &|event| context.hear(event),
        decision,
        ask,
    )?;
    if let PullOutcome::Offline { why } = &outcome {
        return Err(
            Error::failed(text!("resolve-offline", why = why)).hint(text!("resolve-offline-hint"))
        );
    }
    if outcome == PullOutcome::NotOptedIn {
        return Err(context.not_opted_in());
    }
    let done = pull::report(context, "resolve", &outcome);
    if let (PullOutcome::UpToDate { .. }, false) = (&outcome, context.output.is_json()) {
        context.output.line(&text!("resolve-nothing-left"));
    }
    Ok(done)
}
