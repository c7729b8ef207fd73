//! `hooks`: putting the hooks into the launchers, taking them out, showing them.

use serde::Serialize;

use super::{Context, Done};
use crate::{
    cli::{Hooks, Wire},
    doctor,
    error::{Error, Result},
    launchers::program::Startable,
    ui::table,
    wiring::{
        self,
        execute::{Finality, Request},
        health::{Health, Program},
        report::{Became, FileReport, Report},
    },
};

#[derive(Serialize)]
struct Printed<'a> {
    event: &'static str,
    action: &'static str,
    dry_run: bool,
    #[serde(flatten)]
    report: &'a Report,
}

#[derive(Serialize)]
struct Shown<'a> {
    event: &'static str,
    action: &'static str,
    launchers: &'a [Health],
}

/// Says where to look for a launcher that was not found.
pub const NONE_FOUND: &str = "Start the launcher once, or name its data folder with --launcher-dir: the one with \
     prismlauncher.cfg, multimc.cfg or configs/ATLauncher.json in it.";

/// Runs the command.
pub fn run(context: &Context<'_>, command: &Hooks) -> Result<Done> {
    let dirs = &context.settings.dirs;
    match command {
        Hooks::Show(args) => show(context, &args.launcher_dir),
        Hooks::Install(args) => {
            let report = wiring::install(&request(context, args), dirs)?;
            if report.files.is_empty() && report.errors.is_empty() {
                return Err(Error::failed("no launcher was found").hint(NONE_FOUND));
            }
            tell(context, "install", args.dry_run, report)
        }
        Hooks::Remove(args) => {
            let report = wiring::remove(&request(context, args), dirs)?;
            tell(context, "remove", args.dry_run, report)
        }
    }
}

fn request(context: &Context<'_>, args: &Wire) -> Request {
    Request {
        folders: args.launchers.launcher_dir.clone(),
        instances: args.instance.clone(),
        finality: if args.dry_run {
            Finality::Preview
        } else {
            Finality::Final
        },
        stamp: context
            .settings
            .now()
            .strftime("%Y%m%d-%H%M%S%.3f")
            .to_string(),
    }
}

fn tell(
    context: &Context<'_>,
    action: &'static str,
    dry_run: bool,
    report: Report,
) -> Result<Done> {
    if context.output.is_json() {
        context.output.object(&Printed {
            event: "hooks",
            action,
            dry_run,
            report: &report,
        });
    } else {
        for file in &report.files {
            tell_file(context, action, file);
        }
        for program in &report.placed {
            let text = format!("The program that hooks start is at {}.", program.display());
            context.output.line(&text);
        }
        for program in &report.removed {
            context.output.line(&format!(
                "Removed {}: nothing starts it any more.",
                program.display()
            ));
        }
        if report.files.is_empty() && report.errors.is_empty() {
            context
                .output
                .line(&format!("No launcher was found. {NONE_FOUND}"));
        }
        for note in &report.notes {
            context.output.warning(note, &[]);
        }
    }
    let failures = report.failures();
    for error in report.errors {
        context.output.warning(&error.to_string(), error.hints());
    }
    if failures == 0 {
        return Ok(Done::Well);
    }
    let what = if action == "install" {
        "wired"
    } else {
        "unwired"
    };
    let of = if failures == 1 {
        "one launcher or instance was"
    } else {
        "some launchers or instances were"
    };
    Err(Error::failed(format!("{of} not {what}")).hint("What is wrong is said above."))
}

fn tell_file(context: &Context<'_>, action: &str, file: &FileReport) {
    let output = context.output;
    let which = match &file.instance {
        Some(instance) => format!("{} ({})", instance, file.launcher),
        None => format!("{} ({})", file.launcher, file.folder.display()),
    };
    let state = match (file.outcome, action) {
        (Became::Failed, _) => {
            output.warning(
                &format!("{which}: {}", file.error.as_deref().unwrap_or_default()),
                &file.hints,
            );
            return;
        }
        (Became::Changed, "install") => "wired",
        (Became::Changed, _) => "unwired",
        (Became::WouldChange, "install") => "would be wired",
        (Became::WouldChange, _) => "would be unwired",
        (Became::Unchanged, "install") if file.instance.is_some() && !file.notes.is_empty() => {
            "left as it is"
        }
        (Became::Unchanged, "install") => "wired already",
        (Became::Unchanged, _) => "has no hooks",
    };
    output.line(&format!("{which}: {state}"));
    for change in &file.changes {
        let line = |sign: char, raw: &Option<String>| {
            raw.iter()
                .map(move |raw| format!("  {sign} {}={raw}", change.key))
                .next()
        };
        for line in [line('-', &change.before), line('+', &change.after)]
            .into_iter()
            .flatten()
        {
            output.line(&line);
        }
    }
    for note in &file.notes {
        output.line(&format!("  {note}"));
    }
    if let Some(backup) = &file.backup {
        output.line(&format!("  the file as it was: {}", backup.display()));
    }
}

fn show(context: &Context<'_>, folders: &[std::path::PathBuf]) -> Result<Done> {
    let (launchers, errors) = wiring::health(folders, &context.settings.dirs);
    if context.output.is_json() {
        context.output.object(&Shown {
            event: "hooks",
            action: "show",
            launchers: &launchers,
        });
    } else if launchers.is_empty() && errors.is_empty() {
        context
            .output
            .line(&format!("No launcher was found. {NONE_FOUND}"));
    } else {
        let each: Vec<String> = launchers
            .iter()
            .map(|health| table::columns(&rows(health)))
            .collect();
        context.output.text(&each.join("\n\n"));
    }
    let broken = launchers
        .iter()
        .filter(|health| health.error.is_some())
        .count()
        + errors.len();
    for error in &errors {
        context.output.warning(&error.to_string(), error.hints());
    }
    for health in &launchers {
        for program in health.dangling() {
            let remedies = doctor::remedies(health, program, &context.settings.dirs);
            context
                .output
                .warning(&dangling(health, program), &remedies);
        }
    }
    match broken {
        0 => Ok(Done::Well),
        _ => Err(Error::failed("not every launcher could be looked at")),
    }
}

/// Says what a hook whose program is gone does.
fn dangling(health: &Health, program: &Program) -> String {
    let why = match program.startable {
        Startable::NotExecutable => "cannot be executed",
        Startable::Missing | Startable::Yes => "is not there",
    };
    format!(
        "{} starts {}, which {why}: no game starts with such a hook",
        health.launcher, program.program
    )
}

fn rows(health: &Health) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("launcher", health.launcher.to_string()),
        ("folder", health.folder.display().to_string()),
    ];
    if let Some(process) = health.process {
        rows.push((
            "running",
            format!("process {process}: hooks can be changed when it is closed"),
        ));
    }
    if let Some(error) = &health.error {
        rows.push(("error", error.clone()));
    }
    if let Some(commands) = &health.commands {
        rows.push((
            "hooks",
            if health.wired && !commands.hooked() {
                "none; the wrapper command does what they do"
            } else if health.wired {
                "wired"
            } else if commands.any() {
                "wired in part"
            } else {
                "not wired"
            }
            .to_owned(),
        ));
        for (label, slot) in [
            ("before the game", &commands.pre_launch),
            ("after it", &commands.post_exit),
        ] {
            rows.push((
                label,
                slot.command.clone().unwrap_or_else(|| "nothing".to_owned()),
            ));
        }
        if let Some(wrapper) = &commands.wrapper.command {
            rows.push(("wrapper", wrapper.clone()));
        }
        if !commands.in_force {
            rows.push(("commands", "are switched off".to_owned()));
        }
    }
    if !health.wired_alone.is_empty() {
        rows.push(("wired alone", health.wired_alone.join(", ")));
    }
    if !health.shadowed.is_empty() {
        rows.push((
            "not wired",
            format!(
                "{} (commands of their own; wire each with: instance-sync hooks install --instance=NAME)",
                health.shadowed.join(", ")
            ),
        ));
    }
    rows
}
