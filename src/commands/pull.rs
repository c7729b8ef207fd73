//! `pull`: the pre-launch hook.

use serde::Serialize;

use super::{
    Context, Done, logged,
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
            context.output.line(&format!(
                "To be decided later: {}. Both versions stay in the cloud.",
                list(units)
            ));
        }
        PullOutcome::Conflict { units, saved } => {
            let hints = [
                kept(*saved).to_owned(),
                format!(
                    "To keep both versions: instance-sync resolve --keep=both {folder}. For one of them alone: \
                     --keep=local (this device's) or --keep=cloud. For one world alone, add its name: {}.",
                    shell::word(units[0].as_str())
                ),
                format!(
                    "To play what is here without syncing meanwhile: instance-sync disable {folder}",
                ),
            ];
            context.output.warning(
                &format!("changed here and in the cloud: {}", list(units)),
                &hints,
            );
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
pub fn kept(saved: bool) -> &'static str {
    if saved {
        "Nothing was changed here, and what is here is in the cloud too."
    } else {
        "Nothing was changed here. What is here is only here: keep it until this is decided."
    }
}

fn summary(changes: &Changes, folder: &str) -> String {
    let mut parts = Vec::new();
    if !changes.taken.is_empty() {
        let size = indicatif::HumanBytes(changes.bytes);
        parts.push(format!("updated {} ({size})", list(&changes.taken)));
    }
    if !changes.removed.is_empty() {
        parts.push(format!(
            "removed {} (deleted on another device; to bring it back: instance-sync undo {folder})",
            list(&changes.removed)
        ));
    }
    if !changes.copied.is_empty() {
        parts.push(format!("kept both versions: {}", list(&changes.copied)));
    }
    if !changes.held.is_empty() {
        parts.push(format!("left {} in the cloud", list(&changes.held)));
    }
    if !changes.lost.is_empty() {
        parts.push(format!("could not get {}", list(&changes.lost)));
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
    if more > 0 {
        format!("{} and {more} more", names.join(", "))
    } else {
        names.join(", ")
    }
}
