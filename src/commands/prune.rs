//! `prune`: thinning the past in the cloud.

mod leave;

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{Context, Done, question};
use crate::{
    cli::Prune,
    domain::retention::{Reason, Rules, Thinned},
    error::{Error, Kind, Result},
    sync::prune::{self, Finality, Going, Plan, PruneOutcome},
    ui::{prompt::Prompt, table},
};

#[derive(Serialize)]
struct Report<'a> {
    event: &'static str,
    #[serde(flatten)]
    outcome: &'a PruneOutcome,
}

pub(super) const HOW: &str = "Run it where the server is, or have it allow deletion for as long as it takes: \
                   docs/guides/prune.md";

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Prune) -> Result<Done> {
    let rules = Rules {
        all: args.keep_all,
        daily: args.keep_daily,
    };
    let listener = |event| context.hear(event);
    let prune = |finality: &Finality| {
        let outcome = prune::prune(&context.settings, &listener, rules, finality);
        context.settle();
        outcome
    };
    let preview = prune(&Finality::Preview)?;
    let (plan, leave) = match &preview {
        PruneOutcome::Preview(plan) => (plan, None),
        PruneOutcome::Refused(plan) => match leave::of(context)? {
            Some(access) => (plan, Some(access)),
            None => return report(context, &preview),
        },
        _ => return report(context, &preview),
    };
    // To look takes no leave.
    let would = PruneOutcome::Preview(plan.clone());
    let prompt = Prompt::new(context.output);
    let asks = prompt.is_terminal() && !context.output.is_json();
    if args.dry_run || !(args.yes || asks) {
        report(context, &would)?;
        if leave.is_some() {
            let text = "The server lets no device remove by itself: without --dry-run, prune asks it for leave.";
            context.output.passing(text);
        }
        if args.dry_run {
            return Ok(Done::Well);
        }
        return Err(Error::usage("nothing was removed, since nobody was asked")
            .hint("To remove it without a question: --yes. To only look: --dry-run"));
    }
    if !context.output.is_json() {
        show(context, plan);
    }
    // A server that gives leave puts what goes into its trash.
    let has_trash = leave.is_some() || asks && leave::of(context)?.is_some();
    if !args.yes && !agrees(&prompt, has_trash)? {
        context.output.line("Nothing was removed.");
        return Ok(Done::Well);
    }
    let leave = match leave {
        Some(access) => match leave::obtain(context, access, args.wait) {
            Ok(leave) => Some(leave),
            Err(error) => {
                if context.output.is_json() {
                    print(context, &preview);
                }
                context.course.became("not allowed", amounts(plan));
                return Err(error);
            }
        },
        None => None,
    };
    // What the rules let go now and nobody has seen stays.
    let agreed: BTreeSet<_> = plan.go.iter().map(|one| one.snapshot.clone()).collect();
    let outcome = prune(&Finality::Final(agreed));
    if let Some(leave) = leave {
        leave.give_back(context);
    }
    report(context, &outcome?)
}

fn agrees(prompt: &Prompt<'_>, has_trash: bool) -> Result<bool> {
    let question = if has_trash {
        "Remove it? For 30 days the server can bring it back."
    } else {
        "Remove it? It cannot be brought back."
    };
    question::yes(prompt, question)
}

fn report(context: &Context<'_>, outcome: &PruneOutcome) -> Result<Done> {
    let output = context.output;
    match outcome {
        PruneOutcome::NotOptedIn => {}
        PruneOutcome::Copy => context.course.became("copy", Vec::new()),
        PruneOutcome::Nothing => context.course.became("nothing to remove", Vec::new()),
        PruneOutcome::Preview(plan) => context.course.became("preview", amounts(plan)),
        PruneOutcome::Refused(plan) => context.course.became("not allowed", amounts(plan)),
        PruneOutcome::Done(plan) => {
            let mut details = amounts(plan);
            details.extend(plan.frees.clone());
            context.course.became("removed", details);
        }
    }
    if output.is_json() {
        print(context, outcome);
    }
    let text = !output.is_json();
    match outcome {
        PruneOutcome::Nothing if text => {
            output.line("There is nothing to remove: everything is young enough, or needed.");
        }
        PruneOutcome::Preview(plan) if text => show(context, plan),
        PruneOutcome::Refused(plan) => {
            if text {
                show(context, plan);
            }
            return Err(Error::new(
                Kind::Failed,
                "the server lets no device remove anything from the past",
            )
            .hint(
                "Nothing was removed. That is how it should be: who steals a device cannot \
                   delete saves",
            )
            .hint(HOW));
        }
        PruneOutcome::Done(plan) if text => {
            let frees = plan.frees.as_ref();
            let frees = frees.map_or_else(String::new, |frees| format!(" ({frees})"));
            output.line(&format!("Removed {}{frees}.", snapshots(plan.go.len())));
        }
        _ => {}
    }
    Ok(Done::Well)
}

fn amounts(plan: &Plan) -> Vec<String> {
    vec![snapshots(plan.go.len())]
}

fn print(context: &Context<'_>, outcome: &PruneOutcome) {
    context.output.object(&Report {
        event: "prune",
        outcome,
    });
}

fn snapshots(number: usize) -> String {
    match number {
        1 => "1 snapshot".to_owned(),
        number => format!("{number} snapshots"),
    }
}

/// Shows what goes, and what stays.
fn show(context: &Context<'_>, plan: &Plan) {
    let mut rows = Vec::new();
    for (thinned, becomes) in [
        (Thinned::ToDays, "of a day that keeps its last"),
        (Thinned::ToMonths, "of a month that keeps its last"),
        (Thinned::SafetyCopy, "safety copies that pushes have too"),
    ] {
        let gone: Vec<&Going> = plan
            .go
            .iter()
            .filter(|one| one.thinned == thinned)
            .collect();
        if !gone.is_empty() {
            rows.push(vec![
                "goes".to_owned(),
                snapshots(gone.len()),
                becomes.to_owned(),
                span(&gone),
            ]);
        }
    }
    for (reason, number) in &plan.keep {
        rows.push(vec![
            "stays".to_owned(),
            snapshots(*number),
            why(*reason).to_owned(),
        ]);
    }
    if plan.foreign > 0 {
        rows.push(vec![
            "stays".to_owned(),
            snapshots(plan.foreign),
            "made with plain restic, or left aside".to_owned(),
        ]);
    }
    let output = context.output;
    output.text(&table::grid(&rows));
    if !plan.units.is_empty() {
        let rows: Vec<Vec<String>> = plan
            .units
            .iter()
            .map(|unit| {
                let versions = format!("{} versions, then {}", unit.before, unit.after);
                vec![unit.unit.to_string(), versions]
            })
            .collect();
        output.text(&table::fitted(&rows, output.width()));
    }
    for one in &plan.clock {
        let text = format!("{} stays: its device's clock was wrong", one.short());
        output.passing(&text);
    }
    if let Some(frees) = &plan.frees {
        let about = if plan.frees_more {
            "More than"
        } else {
            "About"
        };
        output.passing(&format!("{about} {frees} become free."));
    }
}

fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::Clock => "of a clock that was wrong",
        Reason::Head => "the newest state",
        Reason::Recent => "young",
        Reason::Daily => "the last of a day",
        Reason::Monthly => "the last of a month",
        Reason::Fork => "where devices parted, or a side of that",
        Reason::Newest => "the last version of something, or a side of a conflict",
        Reason::SafetyCopy => "safety copies of what is nowhere else",
        Reason::ReferredTo => "others refer to it",
        Reason::Here => "this folder refers to it",
    }
}

/// From when to when.
fn span(gone: &[&Going]) -> String {
    let times = gone.iter().filter_map(|one| one.time);
    match (times.clone().min(), times.max()) {
        (Some(first), Some(last)) => format!("{} to {}", day(first), day(last)),
        _ => String::new(),
    }
}

/// A day, as people write it.
pub fn day(time: Timestamp) -> String {
    let zoned = time.to_zoned(TimeZone::system());
    zoned.strftime("%-d %b %Y").to_string()
}
