//! `push`: the post-exit hook.

use indicatif::HumanBytes;
use serde::Serialize;

use super::{Context, Done, pull::list};
use crate::{
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
    if outcome == PushOutcome::NotOptedIn {
        return Ok(Done::Well);
    }
    if context.output.is_json() {
        if let PushOutcome::Pending { why } = &outcome {
            context.output.warning(why, &[]);
        }
        context.output.object(&Report {
            event: "push",
            outcome: &outcome,
        });
        return Ok(Done::Well);
    }
    match outcome {
        PushOutcome::Pushed {
            units, bytes, news, ..
        } => {
            let what = if units.is_empty() {
                "everything".to_owned()
            } else {
                list(&units)
            };
            context.output.line(&format!(
                "Saved {what} to the cloud ({} new).",
                HumanBytes(bytes)
            ));
            if news {
                context.output.line(
                    "The cloud also has news from another device; the next pull brings them here.",
                );
            }
        }
        PushOutcome::Pending { why } => {
            context.output.warning(
                &why,
                &["The save is kept here and goes out at the next chance.".to_owned()],
            );
        }
        PushOutcome::NotOptedIn | PushOutcome::Copy | PushOutcome::UpToDate => {}
    }
    Ok(Done::Well)
}
