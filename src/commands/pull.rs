//! `pull`: the pre-launch hook.

use serde::Serialize;

use super::{
    Context, Done, drill, logged,
    question::{self, Occasion},
};
use crate::{
    domain::{path::RelPath, shell},
    error::Result,
    sync::{
        outcome::{Changes, PullOutcome},
        pull,
        question::{Ask, Question},
        session::absolute,
    },
    texts::text,
};

#[derive(Serialize)]
struct Report<'a> {
    event: &'static str,
    #[serde(flatten)]
    outcome: &'a PullOutcome,
}

/// Runs the command.
pub fn run(context: &Context<'_>) -> Result<Done> {
    let ask = |question: &Question| question::ask(context, question, Occasion::Launch);
    let ask: Option<Ask<'_>> = question::can_ask(context).then_some(&ask);
    let outcome = pull::pull(&context.settings, &|event| context.hear(event), ask)?;
    Ok(report(context, "pull", &outcome))
}

/// Says what became of a pull, or of a decision.
pub fn report(context: &Context<'_>, event: &'static str, outcome: &PullOutcome) -> Done {
    context.settle();
    logged::of_pull(&context.course, outcome);
    if *outcome == PullOutcome::NotOptedIn {
        return Done::Well;
    }
    drill::tell(context);
    if context.output.is_json() {
        context.output.object(&Report { event, outcome });
    } else {
        say(context, outcome);
    }
    match outcome {
        PullOutcome::Conflict { .. } => Done::Undecided,
        _ => Done::Well,
    }
}

fn say(context: &Context<'_>, outcome: &PullOutcome) {
    let folder = folder(context);
    match outcome {
        PullOutcome::Applied { changes, .. } => context.output.line(&summary(changes, &folder)),
        PullOutcome::Forked { changes, .. } if *changes != Changes::default() => {
            context.output.line(&summary(changes, &folder));
        }
        PullOutcome::Postponed { units, changes } => {
            if *changes != Changes::default() {
                context.output.line(&summary(changes, &folder));
            }
            context
                .output
                .line(&text!("pull-postponed", units = list(units)));
        }
        PullOutcome::Conflict { units, saved } => {
            let hints = [
                kept(*saved),
                text!(
                    "pull-conflict-decide",
                    folder = folder.as_str(),
                    world = shell::word(units[0].as_str())
                ),
                text!("pull-conflict-disable", folder = folder),
            ];
            let changed = text!("pull-conflict", units = list(units));
            context.alert(changed, hints.into());
        }
        // Told already, or not worth a line.
        _ => {}
    }
}

/// The option that names this game folder, as it can be pasted into a shell.
pub fn folder(context: &Context<'_>) -> String {
    shell::pack_folder(&absolute(&context.settings.pack))
}

/// What became of what is here, where something has to be decided first.
pub fn kept(saved: bool) -> String {
    if saved {
        text!("conflict-kept-and-saved")
    } else {
        text!("conflict-kept")
    }
}

fn summary(changes: &Changes, folder: &str) -> String {
    let mut parts = Vec::new();
    if !changes.taken.is_empty() {
        parts.push(text!(
            "pull-updated",
            units = list(&changes.taken),
            size = indicatif::HumanBytes(changes.bytes).to_string()
        ));
    }
    if !changes.removed.is_empty() {
        parts.push(text!(
            "pull-removed",
            units = list(&changes.removed),
            folder = folder
        ));
    }
    if !changes.copied.is_empty() {
        parts.push(text!("pull-kept-both", units = list(&changes.copied)));
    }
    if !changes.held.is_empty() {
        parts.push(text!("pull-left", units = list(&changes.held)));
    }
    if !changes.lost.is_empty() {
        parts.push(text!("pull-lost", units = list(&changes.lost)));
    }
    let text = parts.join("; ");
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).chain(['.']).collect(),
        None => text,
    }
}

/// The first units by name, and how many more.
pub fn list(units: &[RelPath]) -> String {
    const SHOWN: usize = 3;
    let names: Vec<&str> = units.iter().take(SHOWN).map(RelPath::as_str).collect();
    let more = units.len().saturating_sub(SHOWN);
    let names = names.join(", ");
    if more > 0 {
        text!("list-and-more", names = names, more = more)
    } else {
        names
    }
}
