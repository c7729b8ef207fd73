//! `pull`: the pre-launch hook.

use serde::Serialize;

use super::{Context, Done};
use crate::{
    domain::path::RelPath,
    error::Result,
    sync::{
        outcome::{Changes, PullOutcome},
        pull,
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
    let outcome = pull::pull(&context.settings, &|event| context.hear(event))?;
    context.settle();
    if outcome == PullOutcome::NotOptedIn {
        return Ok(Done::Well);
    }
    if context.output.is_json() {
        context.output.object(&Report {
            event: "pull",
            outcome: &outcome,
        });
    } else {
        say(context, &outcome);
    }
    Ok(match outcome {
        PullOutcome::Conflict { .. } => Done::Undecided,
        _ => Done::Well,
    })
}

fn say(context: &Context<'_>, outcome: &PullOutcome) {
    match outcome {
        PullOutcome::Applied { changes, .. } => context.output.line(&summary(changes)),
        PullOutcome::Conflict { units, saved } => {
            let hints = [
                kept(*saved).to_owned(),
                "To keep both, rename one in saves/ and pull again; the game was not started meanwhile.".to_owned(),
                format!(
                    "To play what is here without syncing meanwhile: instance-sync disable \"--pack-folder={}\"",
                    context.settings.pack.display()
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

fn kept(saved: bool) -> &'static str {
    if saved {
        "Nothing was changed here, and what is here is in the cloud too."
    } else {
        "Nothing was changed here. What is here is only here: keep it until this is decided."
    }
}

fn summary(changes: &Changes) -> String {
    let mut parts = Vec::new();
    if !changes.taken.is_empty() {
        let size = indicatif::HumanBytes(changes.bytes);
        parts.push(format!("updated {} ({size})", list(&changes.taken)));
    }
    if !changes.removed.is_empty() {
        parts.push(format!(
            "removed {} (deleted on another device; kept in .cloud-sync/undo)",
            list(&changes.removed)
        ));
    }
    if !changes.held.is_empty() {
        parts.push(format!("left {} in the cloud", list(&changes.held)));
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
