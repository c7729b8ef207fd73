//! `push`: the post-exit hook.

use indicatif::HumanBytes;
use serde::Serialize;

use super::{
    Context, Done, drill, logged,
    pull::{folder, kept, list},
};
use crate::{
    domain::path::RelPath,
    error::Result,
    sync::{outcome::PushOutcome, push},
    texts::text,
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
    drill::tell(context);
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
            context.output.line(&saved(&units, &deleted, bytes));
            if news {
                context.output.line(&text!("push-news"));
            }
            if !left_open.is_empty() {
                let hints = [text!("push-left-open-hint", folder = folder(context))];
                let text = text!("push-left-open", units = list(&left_open));
                context.output.warning(&text, &hints);
            }
        }
        PushOutcome::Pending { why, mut hints } => {
            hints.push(text!("push-pending-hint"));
            context.output.warning(&why, &hints);
        }
        PushOutcome::Conflict { units, saved } => {
            let hints = [
                kept(saved),
                text!("push-conflict-decide", folder = folder(context)),
            ];
            let text = text!("push-conflict", units = list(&units));
            context.output.warning(&text, &hints);
        }
        PushOutcome::NotOptedIn | PushOutcome::Copy | PushOutcome::UpToDate => {}
    }
    Ok(done)
}

/// What was saved, deletions as such.
fn saved(units: &[RelPath], deleted: &[RelPath], bytes: u64) -> String {
    let size = HumanBytes(bytes).to_string();
    match (units, deleted) {
        ([], []) => text!("push-saved-everything", size = size),
        (units, []) => text!("push-saved", units = list(units), size = size),
        ([], deleted) => text!("push-saved-deletion", deleted = list(deleted), size = size),
        (units, deleted) => text!(
            "push-saved-and-deletion",
            units = list(units),
            deleted = list(deleted),
            size = size
        ),
    }
}
