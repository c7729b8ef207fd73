//! `verify`: can the newest state be restored, and is it what was pushed?

use indicatif::HumanBytes;
use serde::Serialize;

use super::{Context, Done};
use crate::{
    domain::ids::SnapshotId,
    error::{Error, Kind, Result},
    sync::verify::{self, VerifyOutcome},
};

#[derive(Serialize)]
struct Report<'a> {
    event: &'static str,
    #[serde(flatten)]
    outcome: &'a VerifyOutcome,
}

/// Runs the command.
pub fn run(context: &Context<'_>) -> Result<Done> {
    let outcome = verify::verify(&context.settings, &|event| context.hear(event))?;
    context.settle();
    if context.output.is_json() {
        context.output.object(&Report {
            event: "verify",
            outcome: &outcome,
        });
    }
    let text = !context.output.is_json();
    match outcome {
        VerifyOutcome::NotOptedIn if text => context.output.line(&format!(
            "{} is not opted in.",
            context.settings.pack.display()
        )),
        VerifyOutcome::Empty if text => context.output.line("Nothing was pushed yet."),
        VerifyOutcome::Checked {
            heads,
            sound,
            damaged,
            unreadable,
            bytes,
        } => {
            if text && !sound.is_empty() {
                let snapshots: Vec<&str> = heads.iter().map(SnapshotId::short).collect();
                context.output.line(&format!(
                    "Restored and compared {} units ({}) of {}.",
                    sound.len(),
                    HumanBytes(bytes),
                    snapshots.join(", ")
                ));
            }
            if let Some(first) = unreadable.first() {
                let number = unreadable.len();
                return Err(Error::new(
                    Kind::Damaged,
                    format!(
                        "{number} snapshots cannot be read, {} among them",
                        first.short()
                    ),
                )
                .hint("Nothing was changed. Look at the repository with: restic check"));
            }
            if let Some(first) = damaged.first() {
                for one in &damaged {
                    let why = format!("{} ({}): {}", one.unit, one.snapshot.short(), one.why);
                    context.output.warning(&why, &[]);
                }
                let number = damaged.len();
                return Err(Error::new(
                    Kind::Damaged,
                    format!(
                        "{number} units cannot be restored, {} among them",
                        first.unit
                    ),
                )
                .hint(verify::REPAIR));
            }
        }
        _ => {}
    }
    Ok(Done::Well)
}
