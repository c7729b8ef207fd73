//! The commands, one file each, thin: options in, engine, words out.

mod disable;
mod hooks;
mod init;
mod list;
mod pull;
mod push;
mod question;
mod resolve;
mod setup;
mod status;
mod undo;
mod verify;

use std::{env, path::PathBuf, process::ExitCode};

use crate::{
    cli::{Cli, Command, Global},
    error::{Error, Result},
    sync::{
        event::{Event, Phase},
        settings::Settings,
    },
    ui::{
        output::{Audience, Format, Output},
        progress::Progress,
    },
};

/// How a command ended, where it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Well.
    Well,
    /// A decision is needed.
    Undecided,
}

/// What every command gets.
pub struct Context<'a> {
    /// What was asked for.
    pub settings: Settings,
    /// Where to print.
    pub output: &'a Output,
    /// What the instance is called, where somebody said so.
    pub label: Option<String>,
    progress: Progress<'a>,
}

impl Context<'_> {
    /// Shows what the engine tells.
    pub fn hear(&self, event: Event) {
        match event {
            Event::Progress(progress) => {
                let title = match progress.phase {
                    Phase::Scan => "Reading",
                    Phase::Restic => "Fetching restic",
                    Phase::Fetch => "Fetching",
                    Phase::Push => "Saving",
                };
                self.progress.show(title, progress.done, progress.total);
            }
            Event::Notice(text) => {
                self.progress.clear();
                self.output.line(&text);
            }
            Event::Warning(text, hints) => {
                self.progress.clear();
                self.output.warning(&text, &hints);
            }
        }
    }

    /// Takes the progress display away.
    pub fn settle(&self) {
        self.progress.clear();
    }
}

/// Runs what the command line asks for, and reports.
pub fn run(cli: &Cli) -> ExitCode {
    let audience = match cli.command {
        Command::Pull(_) | Command::Push(_) => Audience::Hook,
        _ => Audience::Person,
    };
    let format = if cli.global.json {
        Format::Json
    } else {
        Format::Text
    };
    let output = Output::new(audience, format);
    let context = Context {
        settings: settings(cli),
        output: &output,
        label: label(&cli.global),
        progress: Progress::new(&output),
    };
    let result = match &cli.command {
        Command::Pull(_) => pull::run(&context),
        Command::Push(_) => push::run(&context),
        Command::Setup(args) => setup::run(&context, args),
        Command::Init(args) => init::run(&context, args),
        Command::Disable => disable::run(&context),
        Command::Status(args) => status::run(&context, args),
        Command::Resolve(args) => resolve::run(&context, args),
        Command::Undo(args) => undo::run(&context, args),
        Command::Verify => verify::run(&context),
        Command::List(args) => list::run(&context, args),
        Command::Hooks(command) => hooks::run(&context, command),
    };
    context.settle();
    ExitCode::from(match result {
        Ok(Done::Undecided) => 3,
        Ok(Done::Well) if cli.global.strict && output.has_warned() => 1,
        Ok(Done::Well) => 0,
        Err(error) => {
            output.error(&error);
            error.exit_code()
        }
    })
}

fn settings(cli: &Cli) -> Settings {
    let global = &cli.global;
    let hook = match &cli.command {
        Command::Pull(hook) => Some(hook),
        Command::Push(push) => Some(&push.hook),
        _ => None,
    };
    let pack = global.pack_folder.clone().or_else(|| {
        env::var_os("INST_MC_DIR")
            .filter(|dir| !dir.is_empty())
            .map(PathBuf::from)
    });
    Settings {
        token_file: global.token_file.clone(),
        restic_binary: global.restic_binary.clone(),
        download: !global.no_download,
        mirror: global.restic_mirror.clone(),
        ca_file: global.ca_file.clone(),
        insecure_http: global.insecure_http,
        on_conflict: hook.and_then(|hook| hook.on_conflict),
        allow_shrink: hook.is_some_and(|hook| hook.allow_shrink),
        unlock: matches!(&cli.command, Command::Push(push) if push.unlock),
        ..Settings::new(pack.unwrap_or_else(|| PathBuf::from(".")))
    }
}

fn label(global: &Global) -> Option<String> {
    let named = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    global
        .instance_label
        .clone()
        .or_else(|| named("INST_NAME"))
        .or_else(|| named("INST_ID"))
}

/// Reads all of standard input as text.
fn standard_input() -> Result<String> {
    std::io::read_to_string(std::io::stdin())
        .map_err(|error| Error::usage("cannot read standard input").because(error))
}
