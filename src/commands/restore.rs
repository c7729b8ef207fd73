//! `restore`: units as they were at a point in the past.

use std::path::PathBuf;

use indicatif::HumanBytes;
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{Context, Done, logged, pull::folder, question};
use crate::{
    cli,
    domain::when,
    error::{Error, Result},
    sync::{
        decide,
        restore::{
            self, Fate, Finality, Left, Place, Point, Report, Request, RestoreOutcome, Restored,
            Shown,
        },
    },
    texts::text,
    ui::{prompt::Prompt, table},
};

#[derive(Serialize)]
struct Event<'a> {
    event: &'static str,
    #[serde(flatten)]
    outcome: &'a RestoreOutcome,
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &cli::Restore) -> Result<Done> {
    let request = request(context, args)?;
    let confirm = |report: &Report| confirm(context, &request, report);
    let asks = !args.yes && question::can_ask_on_terminal(context);
    let outcome = restore::restore(
        &context.settings,
        &|event| context.hear(event),
        &request,
        asks.then_some(&confirm),
    )?;
    context.settle();
    note(context, &outcome);
    if context.output.is_json() {
        context.output.object(&Event {
            event: "restore",
            outcome: &outcome,
        });
    } else {
        tell(context, &request, &outcome, asks);
    }
    match outcome.error() {
        Some(error) => Err(error),
        None => Ok(Done::Well),
    }
}

/// Reads what the command line asks for.
fn request(context: &Context<'_>, args: &cli::Restore) -> Result<Request> {
    let point = point(context, &args.point)?.ok_or_else(|| {
        Error::usage(text!("restore-no-point")).hint(text!("restore-no-point-hint"))
    })?;
    let place = match (&args.to, args.as_copy) {
        (Some(folder), _) => Place::Folder(PathBuf::from(folder)),
        (None, true) => Place::Copy,
        (None, false) => Place::InPlace,
    };
    Ok(Request {
        units: args.units.iter().cloned().collect(),
        point,
        place,
        finality: if args.dry_run {
            Finality::Preview
        } else {
            Finality::Final
        },
    })
}

/// Reads a point in the past, where one was given.
pub fn point(context: &Context<'_>, given: &cli::Point) -> Result<Option<Point>> {
    if let Some(at) = &given.at {
        let now = context.settings.now().to_zoned(TimeZone::system());
        let at = when::parse(at, &now).map_err(|why| {
            Error::usage(text!("when-bad", text = at, why = why.to_string()))
                .hint(text!("when-hint"))
        })?;
        return Ok(Some(Point::At(at)));
    }
    Ok(match &given.snapshot {
        Some(id) => Some(Point::Snapshot(id.clone())),
        None => given
            .before_last_session
            .then_some(Point::BeforeLastSession),
    })
}

fn confirm(context: &Context<'_>, request: &Request, report: &Report) -> Result<bool> {
    context.settle();
    show(context, request, report, "would restore");
    question::yes(&Prompt::new(context.output), "Go on?")
}

/// What the log says of it.
fn note(context: &Context<'_>, outcome: &RestoreOutcome) {
    let became = |word, report: &Report| {
        let done = report.units.iter().filter(|one| one.fate != Fate::Same);
        context
            .course
            .became(word, logged::amounts(done.count(), report.bytes));
    };
    match outcome {
        RestoreOutcome::Restored(report) => became("restored", report),
        RestoreOutcome::Nothing(_) => context.course.became("nothing to restore", Vec::new()),
        RestoreOutcome::Declined(_) => context.course.became("declined", Vec::new()),
        // A preview changes nothing.
        RestoreOutcome::NotOptedIn | RestoreOutcome::Copy | RestoreOutcome::Preview(_) => {}
    }
}

fn tell(context: &Context<'_>, request: &Request, outcome: &RestoreOutcome, asked: bool) {
    let output = context.output;
    match outcome {
        RestoreOutcome::NotOptedIn => output.line(&format!(
            "{} is not opted in.",
            context.settings.pack.display()
        )),
        RestoreOutcome::Copy => {}
        RestoreOutcome::Declined(_) => output.line("Nothing was changed."),
        RestoreOutcome::Preview(report) => {
            show(context, request, report, "would restore");
            if report.open.is_empty() {
                output.line("Nothing was changed: without --dry-run it is done.");
            } else {
                for unit in &report.open {
                    let text = format!("{unit} is open in a running game: a restore refuses that");
                    output.warning(&text, &[]);
                }
                output.line("Nothing was changed. Leave the world first; then it is done without --dry-run.");
            }
        }
        RestoreOutcome::Nothing(report) => {
            show(context, request, report, "nothing to restore");
            output.line("There is nothing to restore.");
        }
        RestoreOutcome::Restored(report) => {
            if !asked {
                show(context, request, report, "restored");
            }
            output.line("Restored.");
            if let Some(copy) = &report.safety_copy {
                output.line(&format!(
                    "What was only here is in the safety copy {}.",
                    copy.short()
                ));
            }
            if request.place == Place::InPlace {
                output.line(&format!(
                    "The next push saves it as a change of this device. To take it back: instance-sync undo {}",
                    folder(context)
                ));
                if report.news {
                    output.line(
                        "The cloud has changes that are not here yet: the next pull looks at both.",
                    );
                }
            }
        }
    }
}

/// Shows what happens, or would: of each unit which version, and what becomes of files.
fn show(context: &Context<'_>, request: &Request, report: &Report, doing: &str) {
    let output = context.output;
    if let Some(session) = &report.session {
        let which = match (&session.snapshot, session.time) {
            (None, _) => "what was changed here and not pushed yet".to_owned(),
            (Some(id), time) => format!(
                "the push of {} by {} ({})",
                time.map_or_else(|| "an unknown time".to_owned(), decide::minutes),
                session.device,
                id.short()
            ),
        };
        output.line(&format!("The last session is {which}."));
    }
    if let (Point::At(time), true) = (&request.point, doing != "nothing to restore") {
        output.line(&format!("As it was on {}:", decide::minutes(*time)));
    }
    if let Some(folder) = &report.folder {
        output.line(&format!("Into {folder}:"));
    }
    let rows: Vec<Vec<String>> = report.units.iter().map(row).collect();
    if !rows.is_empty() {
        output.text(&table::grid(&rows));
    }
    for one in &report.units {
        for other in &one.others {
            output.line(&format!(
                "  {}: {} had another version then, which stays in the cloud: --snapshot={}",
                one.unit,
                other.device,
                other.snapshot.as_ref().map_or("-", |id| id.short())
            ));
        }
    }
    for absent in &report.absent {
        let since = absent.since.map_or_else(
            || "the cloud does not have it yet".to_owned(),
            |since| format!("it exists since {}", decide::minutes(since)),
        );
        output.line(&format!("  {} stays as it is: {since}", absent.unit));
    }
    for Left { unit, why } in &report.left {
        output.warning(&format!("{unit} is left as it is: {why}"), &[]);
    }
    for Left { unit, why } in &report.lost {
        output.warning(&format!("{unit} cannot be had from the cloud: {why}"), &[]);
    }
}

fn row(one: &Restored) -> Vec<String> {
    let fate = match one.fate {
        Fate::Same => match &one.lands {
            Some(copy) => format!("is there already: {copy}"),
            None => "is as it was then".to_owned(),
        },
        Fate::Replaced => format!("replaces what is here: {}", files(one)),
        Fate::Returned => format!("comes back: {}", files(one)),
        Fate::Copied => match &one.lands {
            Some(copy) => format!("lands beside it as {copy}: {}", files(one)),
            None => files(one),
        },
        Fate::Written => files(one),
    };
    let mut version = said(&one.version);
    if let Some(was) = &one.was {
        version = format!("{version}, then {was}");
    }
    let first = if one.saved_first {
        "what is here goes to the cloud first"
    } else {
        ""
    };
    vec![format!("  {}", one.unit), version, fate, first.to_owned()]
}

fn said(version: &Shown) -> String {
    let id = version.snapshot.as_ref().map_or("-", |id| id.short());
    format!("{} {} {id}", version.device, minutes(version.time))
}

fn minutes(time: Timestamp) -> String {
    decide::minutes(time)
}

/// How many files come, become others and go.
fn files(one: &Restored) -> String {
    let some = [
        (one.coming, "new"),
        (one.changing, "changed"),
        (one.going, "removed"),
    ];
    let parts = some.iter().filter(|(count, _)| *count > 0);
    let mut parts: Vec<String> = parts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if parts.is_empty() {
        parts.push("no file changes".to_owned());
    }
    format!("{} ({})", parts.join(", "), HumanBytes(one.bytes))
}
