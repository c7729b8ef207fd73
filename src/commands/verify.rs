//! `verify`: can the newest state be restored, and is it what was pushed?

use indicatif::HumanBytes;
use serde::Serialize;

use super::{Context, Done, logged};
use crate::{
    domain::ids::SnapshotId,
    error::{Error, Kind, Result},
    sync::{
        graph,
        verify::{self, VerifyOutcome},
    },
};

#[derive(Serialize)]
struct Report<'a> {
    event: &'static str,
    #[serde(flatten)]
    outcome: &'a VerifyOutcome,
}

const UNCHANGED: &str = "Nothing was changed.";

fn units(number: usize) -> String {
    match number {
        1 => "1 unit".to_owned(),
        number => format!("{number} units"),
    }
}

/// Runs the command.
pub fn run(context: &Context<'_>) -> Result<Done> {
    let outcome = verify::verify(&context.settings, &|event| context.hear(event))?;
    context.settle();
    match &outcome {
        VerifyOutcome::NotOptedIn => {}
        VerifyOutcome::Copy => context.course.became("copy", Vec::new()),
        VerifyOutcome::Empty => context.course.became("nothing pushed yet", Vec::new()),
        VerifyOutcome::Checked {
            sound,
            bytes,
            damaged,
            unreadable,
            ..
        } => {
            let word = if damaged.is_empty() && unreadable.is_empty() {
                "sound"
            } else {
                "damaged"
            };
            context
                .course
                .became(word, logged::amounts(sound.len(), *bytes));
        }
    }
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
                    "Restored and compared {} ({}) of {}.",
                    units(sound.len()),
                    HumanBytes(bytes),
                    snapshots.join(", ")
                ));
            }
            for one in &damaged {
                let why = format!("{} ({}): {}", one.unit, one.snapshot.short(), one.why);
                context.output.warning(&why, &[]);
            }
            for one in &unreadable {
                let why = format!("snapshot {} cannot be read", one.short());
                context.output.warning(&why, &[]);
            }
            if let Some(first) = unreadable.first() {
                return Err(graph::cannot_be_read(unreadable.len(), first).hint(UNCHANGED));
            }
            if let Some(first) = damaged.first() {
                let what = match damaged.len() {
                    1 => format!("{} cannot be restored", first.unit),
                    number => format!(
                        "{number} units cannot be restored, {} among them",
                        first.unit
                    ),
                };
                return Err(Error::new(Kind::Damaged, what).hint(verify::repair()));
            }
        }
        _ => {}
    }
    Ok(Done::Well)
}
