//! `push`: the post-exit hook.

use indicatif::HumanBytes;
use serde::Serialize;

use super::{
    Context, Done, logged,
    pull::{folder, kept, list},
};
use crate::{
    domain::path::RelPath,
    error::Result,
    sync::{outcome::PushOutcome, push},
};

#[derive(Serialize)]
struct Report<'a> {
    event: &'static str,
    #[serde(flatten)]
    outcome: &'a PushOutcome,
}

/// Runs the command.
pub fn run(context: &Context<'_>) -> Result<Done> {
    let outcome = push::push(&context.settings, &|event| context.hear(event))?;
    context.settle();
    logged::of_push(&context.course, &outcome);
    if outcome == PushOutcome::NotOptedIn {
        return Ok(Done::Well);
    }
    let done = match outcome {
        PushOutcome::Conflict { .. } => Done::Undecided,
        _ => Done::Well,
    };
    if context.output.is_json() {
        if let PushOutcome::Pending { why, hints } = &outcome {
            context.output.warning(why, hints);
        }
        context.output.object(&Report {
            event: "push",
            outcome: &outcome,
        });
        return Ok(done);
    }
    match outcome {
        PushOutcome::Pushed {
            units,
            deleted,
            bytes,
            news,
            left_open,
            ..
        } => {
            let size = HumanBytes(bytes);
            let what = what(&units, &deleted);
            context
                .output
                .line(&format!("{what} to the cloud ({size} new)."));
            if news {
                context.output.line(
                    "The cloud also has snapshots that are new here; the next pull looks at them.",
                );
            }
            if !left_open.is_empty() {
                let hints = [format!(
                    "It is never saved half-written. Leave the world, then run: instance-sync push {}",
                    folder(context)
                )];
                let text = format!(
                    "left out, since a running game has it open: {}",
                    list(&left_open)
                );
                context.output.warning(&text, &hints);
            }
        }
        PushOutcome::Pending { why, mut hints } => {
            hints.push("The save is kept here and goes out at the next chance.".to_owned());
            context.output.warning(&why, &hints);
        }
        PushOutcome::Conflict { units, saved } => {
            let hints = [
                kept(saved),
                format!(
                    "To decide: instance-sync resolve --keep=both {}. Or --keep=local (this device's), --keep=cloud.",
                    folder(context)
                ),
            ];
            let text = format!(
                "this folder has just joined, and differs from the cloud in {}",
                list(&units)
            );
            context.output.warning(&text, &hints);
        }
        PushOutcome::NotOptedIn | PushOutcome::Copy | PushOutcome::UpToDate => {}
    }
    Ok(done)
}

/// What was saved, deletions as such.
fn what(units: &[RelPath], deleted: &[RelPath]) -> String {
    match (units, deleted) {
        ([], []) => "Saved everything".to_owned(),
        (units, []) => format!("Saved {}", list(units)),
        ([], deleted) => format!("Saved the deletion of {}", list(deleted)),
        (units, deleted) => format!(
            "Saved {} and the deletion of {}",
            list(units),
            list(deleted)
        ),
    }
}
