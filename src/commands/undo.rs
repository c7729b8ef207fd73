//! `undo`: bringing back what pulls and restores replaced or removed.

use serde::Serialize;

use super::{Context, Done, logged, pull::folder};
use crate::{
    cli::Undo,
    domain::path::RelPath,
    error::Result,
    sync::undo::{self, Change, Finality, Named, Reason, Request, Returned, Taken, UndoOutcome},
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
    reason: Reason,
    taken_back: bool,
    units: Vec<ListedUnit<'a>>,
}

#[derive(Serialize)]
struct ListedUnit<'a> {
    unit: &'a str,
    change: Change,
    /// Whether the cloud has what it was.
    saved: bool,
    /// Whether it was taken back; what a pull added never is.
    taken_back: bool,
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
        UndoOutcome::Done(taken) => {
            context
                .course
                .became("brought back", logged::amounts(taken.units.len(), 0));
        }
        UndoOutcome::Nothing { .. } => {
            context.course.became("nothing to bring back", Vec::new());
        }
        // A preview changes nothing.
        UndoOutcome::NotOptedIn | UndoOutcome::Copy | UndoOutcome::Preview(_) => {}
    }
    if context.output.is_json() {
        context.output.object(&Report {
            event: "undo",
            outcome: &outcome,
        });
        return Ok(Done::Well);
    }
    let output = context.output;
    match &outcome {
        UndoOutcome::NotOptedIn => output.line(&format!(
            "{} is not opted in.",
            context.settings.pack.display()
        )),
        UndoOutcome::Copy => {}
        UndoOutcome::Nothing { newest, older } => {
            nothing(context, newest.as_ref(), older.as_ref());
        }
        UndoOutcome::Preview(taken) => {
            let (id, swap) = (undo::short(&taken.swap.id), swap(&taken.swap));
            output.line(&if takes_away(taken) {
                format!("{id} would take back {swap}:")
            } else {
                format!("{id} would bring back what {swap} replaced:")
            });
            output.text(&table::grid(&rows(&taken.units)));
            stays(context, &taken.swap);
        }
        UndoOutcome::Done(taken) => {
            let swap = swap(&taken.swap);
            output.line(&if takes_away(taken) {
                format!("Took back {swap}:")
            } else {
                format!("Brought back what {swap} replaced:")
            });
            output.text(&table::grid(&rows(&taken.units)));
            stays(context, &taken.swap);
            output.line(&format!(
                "The next push saves it as a change of this device. To go the other way again: instance-sync undo --list {}",
                folder(context)
            ));
        }
    }
    Ok(Done::Well)
}

/// Says why nothing happened, and which older swap could be taken back.
fn nothing(context: &Context<'_>, newest: Option<&Named>, older: Option<&Named>) {
    let output = context.output;
    output.line("There is nothing to bring back.");
    if let Some(newest) = newest {
        if newest.stays.is_empty() {
            let swap = swap(newest);
            output.line(&format!("What {swap} changed is as it was before it."));
        }
        stays(context, newest);
    }
    if let Some(older) = older {
        output.line(&format!(
            "Before that was {}. To take it back: instance-sync undo --id={} {}",
            swap(older),
            undo::short(&older.id),
            folder(context)
        ));
    }
}

/// Names what a pull brought, and what is still here.
fn stays(context: &Context<'_>, swap: &Named) {
    const SHOWN: usize = 5;
    if swap.stays.is_empty() {
        return;
    }
    let names = swap.stays.iter().take(SHOWN).map(RelPath::as_str);
    let names: Vec<&str> = names.collect();
    let more = match swap.stays.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    context.output.line(&format!(
        "What {} brought stays: {}{more}. An undo deletes nothing that a pull brought.",
        self::swap(swap),
        names.join(", ")
    ));
}

fn takes_away(taken: &Taken) -> bool {
    taken.units.iter().any(|one| one.goes)
}

/// Which swap it was, in words.
fn swap(swap: &Named) -> String {
    format!("the {} of {}", noun(swap.reason), undo::when(&swap.time))
}

/// What a swap is called.
pub fn noun(reason: Reason) -> &'static str {
    match reason {
        Reason::Pull => "pull",
        Reason::Undo => "undo",
        Reason::Restore => "restore",
        Reason::Interrupted => "interruption",
    }
}

fn rows(units: &[Returned]) -> Vec<Vec<String>> {
    let row = |one: &Returned| {
        let files = match one.files {
            1 => "1 file".to_owned(),
            files => format!("{files} files"),
        };
        let edits = match (one.goes, one.replaces_edits) {
            (true, true) => "goes away again, with what was changed here since; that is kept",
            (true, false) => "goes away again; it is kept",
            (false, true) => "replaces what was changed here since; that is kept",
            (false, false) => "",
        };
        vec![format!("  {}", one.unit), files, edits.to_owned()]
    };
    units.iter().map(row).collect()
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
            let state = match (unit.taken_back, unit.saved) {
                (true, _) => "taken back",
                (false, false) if unit.change != Change::Added => "only here",
                _ => "",
            };
            rows.push(vec![
                cell(undo::short(&one.id).to_owned()),
                cell(undo::when(&one.entry.time)),
                word(unit.change).to_owned(),
                unit.unit.to_owned(),
                state.to_owned(),
            ]);
        }
    }
    context.output.text(&table::grid(&rows));
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Replaced => "replaced",
    }
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
                change: replaced.change(),
                saved: replaced.saved.is_some(),
                taken_back: one.is_back(replaced),
            })
            .collect(),
    }
}
