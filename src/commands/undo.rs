//! `undo`: bringing back what pulls and restores replaced or removed.

use serde::Serialize;

use super::{Context, Done, logged, pull::folder};
use crate::{
    cli::Undo,
    error::Result,
    sync::undo::{self, Finality, Request, Returned, UndoOutcome},
    ui::table,
};

#[derive(Serialize)]
struct Report<'a> {
    event: &'static str,
    #[serde(flatten)]
    outcome: &'a UndoOutcome,
}

/// One swap, as `--list --json` shows it.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    time: &'a str,
    reason: undo::Reason,
    taken_back: bool,
    units: Vec<ListedUnit<'a>>,
}

#[derive(Serialize)]
struct ListedUnit<'a> {
    unit: &'a str,
    /// `replaced`, `removed` or `added`; what was added is never taken back.
    change: &'static str,
    /// Whether the cloud has what it was.
    saved: bool,
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Undo) -> Result<Done> {
    if args.list {
        list(context);
        return Ok(Done::Well);
    }
    let request = Request {
        id: args.id.clone(),
        units: args.units.iter().cloned().collect(),
    };
    let finality = if args.dry_run {
        Finality::Preview
    } else {
        Finality::Final
    };
    let outcome = undo::undo(
        &context.settings,
        &|event| context.hear(event),
        &request,
        finality,
    )?;
    context.settle();
    match &outcome {
        UndoOutcome::Done { units, .. } => {
            context
                .course
                .became("brought back", logged::amounts(units.len(), 0));
        }
        UndoOutcome::Nothing => context.course.became("nothing to bring back", Vec::new()),
        // A preview changes nothing.
        UndoOutcome::NotOptedIn | UndoOutcome::Copy | UndoOutcome::Preview { .. } => {}
    }
    if context.output.is_json() {
        context.output.object(&Report {
            event: "undo",
            outcome: &outcome,
        });
        return Ok(Done::Well);
    }
    match &outcome {
        UndoOutcome::NotOptedIn => context.output.line(&format!(
            "{} is not opted in.",
            context.settings.pack.display()
        )),
        UndoOutcome::Copy => {}
        UndoOutcome::Nothing => context.output.line("There is nothing to bring back."),
        UndoOutcome::Preview {
            id,
            time,
            reason,
            units,
        } => {
            context.output.line(&format!(
                "{} would bring back what {} replaced:",
                short(id),
                swap(*reason, time)
            ));
            context.output.text(&table::grid(&rows(units)));
        }
        UndoOutcome::Done {
            time,
            reason,
            units,
            ..
        } => {
            context.output.line(&format!(
                "Brought back what {} replaced:",
                swap(*reason, time)
            ));
            context.output.text(&table::grid(&rows(units)));
            context.output.line(&format!(
                "The next push saves it as a change of this device. To go the other way again: instance-sync undo --list {}",
                folder(context)
            ));
        }
    }
    Ok(Done::Well)
}

/// Which swap it was, in words.
fn swap(reason: undo::Reason, time: &str) -> String {
    let what = match reason {
        undo::Reason::Pull => "pull",
        undo::Reason::Undo => "undo",
        undo::Reason::Restore => "restore",
    };
    format!("the {what} of {}", undo::when(time))
}

fn rows(units: &[Returned]) -> Vec<Vec<String>> {
    let row = |one: &Returned| {
        let edits = if one.replaces_edits {
            "replaces what was changed here since; that is kept"
        } else {
            ""
        };
        vec![
            format!("  {}", one.unit),
            match one.files {
                1 => "1 file".to_owned(),
                files => format!("{files} files"),
            },
            edits.to_owned(),
        ]
    };
    units.iter().map(row).collect()
}

fn short(id: &str) -> &str {
    // The first 10 characters of a ULID are its time: the rest tells two of one moment apart.
    id.get(..12).unwrap_or(id)
}

fn list(context: &Context<'_>) {
    let all = undo::list(&context.settings);
    if context.output.is_json() {
        for one in &all {
            context.output.object(&listed(one));
        }
        return;
    }
    if all.is_empty() {
        context.output.line("There is nothing to bring back.");
        return;
    }
    let mut rows = vec![
        ["id", "when", "what", "unit", ""]
            .map(str::to_owned)
            .to_vec(),
    ];
    for one in &all {
        for (place, unit) in listed(one).units.iter().enumerate() {
            let first = place == 0;
            let cell = |text: String| if first { text } else { String::new() };
            let state = match (one.entry.taken_back, unit.saved) {
                (true, _) => "taken back",
                (false, false) if unit.change != "added" => "only here",
                _ => "",
            };
            rows.push(vec![
                cell(short(&one.id).to_owned()),
                cell(undo::when(&one.entry.time)),
                unit.change.to_owned(),
                unit.unit.to_owned(),
                state.to_owned(),
            ]);
        }
    }
    context.output.text(&table::grid(&rows));
}

fn listed(one: &undo::Undo) -> Listed<'_> {
    Listed {
        id: &one.id,
        time: &one.entry.time,
        reason: one.entry.reason,
        taken_back: one.entry.taken_back,
        units: one
            .entry
            .units
            .iter()
            .map(|(unit, replaced)| ListedUnit {
                unit: unit.as_str(),
                change: match (&replaced.before, &replaced.after) {
                    (None, _) => "added",
                    (Some(_), None) => "removed",
                    (Some(_), Some(_)) => "replaced",
                },
                saved: replaced.saved.is_some(),
            })
            .collect(),
    }
}
