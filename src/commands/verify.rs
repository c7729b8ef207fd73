//! `verify`, the restore drill: can what the cloud has be restored, and is it what was pushed?

use indicatif::HumanBytes;
use serde::Serialize;

use super::{Context, Done, logged};
use crate::{
    cli::{Every, Verify},
    domain::{ids::SnapshotId, period, shell},
    error::Result,
    sync::{
        decide, proof,
        verify::{self, Checked, DrillKind, Extent, Suspect, VerifyOutcome},
    },
};

#[derive(Serialize)]
struct Report<'a> {
    event: &'static str,
    #[serde(flatten)]
    outcome: &'a VerifyOutcome,
}

/// What `--every` did, for programs.
#[derive(Serialize)]
struct Wished {
    event: &'static str,
    outcome: &'static str,
    every: Option<String>,
}

fn units(number: usize) -> String {
    match number {
        1 => "1 unit".to_owned(),
        number => format!("{number} units"),
    }
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Verify) -> Result<Done> {
    if let Some(every) = args.every {
        return wish(context, every);
    }
    let extent = match args.sample {
        _ if args.all => Extent::All,
        Some(amount) => Extent::Sample(amount, verify::seed()),
        None => Extent::Newest,
    };
    let outcome = verify::verify(&context.settings, &|event| context.hear(event), extent)?;
    context.settle();
    log(context, &outcome);
    if context.output.is_json() {
        context.output.object(&Report {
            event: "verify",
            outcome: &outcome,
        });
    }
    let text = !context.output.is_json();
    match outcome {
        VerifyOutcome::Empty if text => context.output.line("Nothing was pushed yet."),
        VerifyOutcome::Checked(checked) => return report(context, &checked),
        _ => {}
    }
    Ok(Done::Well)
}

fn log(context: &Context<'_>, outcome: &VerifyOutcome) {
    match outcome {
        VerifyOutcome::NotOptedIn => {}
        VerifyOutcome::Copy => context.course.became("copy", Vec::new()),
        VerifyOutcome::Empty => context.course.became("nothing pushed yet", Vec::new()),
        VerifyOutcome::Checked(checked) => {
            let word = match verify::failure(checked) {
                None => "sound",
                Some(_) => "damaged",
            };
            let amounts = logged::amounts(checked.sound.len(), checked.bytes);
            context.course.became(word, amounts);
        }
    }
}

fn report(context: &Context<'_>, checked: &Checked) -> Result<Done> {
    let output = context.output;
    if !output.is_json() && (!checked.sound.is_empty() || checked.older > 0) {
        let snapshots: Vec<&str> = checked.heads.iter().map(SnapshotId::short).collect();
        let older = match checked.older {
            0 => String::new(),
            1 => " and 1 older version".to_owned(),
            number => format!(" and {number} older versions"),
        };
        output.line(&format!(
            "Restored and compared {}{older} ({}) of {}.",
            units(checked.sound.len()),
            HumanBytes(checked.bytes),
            snapshots.join(", ")
        ));
        match checked.kind {
            DrillKind::Newest => {
                output.line("Older versions were not looked at: verify --all does that.");
            }
            DrillKind::Sample => {
                output.line("That was a sample: verify --all looks at everything.");
            }
            DrillKind::All => {}
        }
    }
    for one in &checked.damaged {
        let older = if one.newest { "" } else { ", an older version" };
        let text = format!(
            "{} ({}{older}): {}",
            one.unit,
            one.snapshot.short(),
            one.why
        );
        output.warning(&text, &[]);
    }
    for one in &checked.suspect {
        let (text, hint) = suspect(one);
        output.warning(&text, &[hint]);
    }
    for one in &checked.unreadable {
        let why = checked.whys.get(one).cloned();
        let unread = || format!("snapshot {} cannot be read", one.short());
        output.warning(&why.unwrap_or_else(unread), &[]);
    }
    for one in &checked.findings {
        output.warning(&format!("restic check: {one}"), &[]);
    }
    verify::failure(checked).map_or(Ok(Done::Well), Err)
}

/// Says what is odd in a version that came as it was pushed, and where others of it are.
fn suspect(one: &Suspect) -> (String, String) {
    let older = if one.newest { "" } else { ", an older version" };
    let more = match one.files {
        0 | 1 => String::new(),
        files => format!(", and {} more of its files look damaged", files - 1),
    };
    let text = format!(
        "{} ({}{older}) was restored exactly as it was pushed, but looks damaged inside: {}: {}{more}",
        one.unit,
        one.snapshot.short(),
        one.file,
        one.why
    );
    let hint = format!(
        "It was so when it was saved on {} at {}; instance-sync history {} shows older versions.",
        one.device,
        decide::minutes(one.time),
        shell::word(one.unit.as_str())
    );
    (text, hint)
}

/// Keeps the wish that it is done by itself.
fn wish(context: &Context<'_>, every: Every) -> Result<Done> {
    let period = match every {
        Every::Period(period) => Some(period),
        Every::Never => None,
    };
    proof::wish(&context.settings, period)?;
    let every = period.map(period::short);
    if context.output.is_json() {
        context.output.object(&Wished {
            event: "verify",
            outcome: "wished",
            every,
        });
        return Ok(Done::Well);
    }
    context.output.line(&match every {
        Some(every) => format!(
            "From now on a push starts a drill where the last one is older than {every}: when the \
             machine is idle and on mains. instance-sync status says what came of it."
        ),
        None => "From now on no drill is started by itself.".to_owned(),
    });
    Ok(Done::Well)
}
