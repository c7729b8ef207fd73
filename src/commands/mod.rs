//! The commands, one file each, thin: options in, engine, words out.

mod alert;
mod chain;
mod completions;
mod context;
mod devices;
mod disable;
mod doctor;
mod drill;
mod export;
mod folders;
mod history;
mod hook;
mod hooks;
mod init;
mod instances;
mod list;
mod log;
mod logged;
mod man;
mod pair;
mod pairing;
mod prune;
mod pull;
mod push;
mod question;
mod resolve;
mod restore;
mod run;
#[cfg(feature = "serve")]
mod serve;
mod setup;
mod status;
mod token;
mod undo;
mod verify;
mod watch;
mod which;

use std::{
    cell::{Cell, RefCell},
    env,
    ffi::OsString,
    path::PathBuf,
    process::ExitCode,
};

pub use self::context::Context;
use self::logged::Course;
use crate::{
    cli::{Cli, Command, Global},
    config::{layout::Layout, sync_file},
    error::{Error, Result},
    process::console,
    sync::{playing, settings::Settings},
    texts::{self, text},
    ui::{
        output::{Audience, Format, Output},
        progress::Progress,
        prompt::Prompt,
        surface::Surface,
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

/// Returns whether these words are a hook just as it is wired, for a folder that is not opted in. All
/// other words are for [`Cli`].
pub fn has_nothing_to_do(mut words: impl Iterator<Item = OsString>) -> bool {
    let (Some(verb), Some(folder), None) = (words.next(), words.next(), words.next()) else {
        return false;
    };
    let folder = folder
        .to_str()
        .and_then(|word| word.strip_prefix("--pack-folder="))
        .filter(|folder| !folder.is_empty());
    let is_hook = verb == "pull" || verb == "push";
    folder.is_some_and(|folder| is_hook && !sync_file::is_opted_in(&Layout::new(folder)))
}

/// Runs what the command line asks for, and reports.
pub fn run(cli: &Cli) -> ExitCode {
    let audience = match cli.command {
        Command::Pull(_) | Command::Push(_) => Audience::Hook,
        Command::Run(_) => Audience::Wrapper,
        _ => Audience::Person,
    };
    let format = if cli.global.json {
        Format::Json
    } else {
        Format::Text
    };
    let output = Output::new(audience, format);
    if output.is_ascii() {
        texts::in_ascii();
    }
    let context = Context {
        settings: settings(cli, &output),
        output: &output,
        surface: surface(cli, &output),
        label: label(&cli.global),
        folder_given: given_folder(&cli.global).is_some(),
        course: Course::begin(),
        asked: Cell::new(false),
        opted_in: Cell::new(false),
        alerts: RefCell::default(),
        progress: Progress::new(&output),
        window: RefCell::new(None),
    };
    let strict = cli.global.strict;
    let result = match &cli.command {
        Command::Pull(args) => return pull_of_launcher(&context, cli, &args.original),
        Command::Push(args) => return push_of_launcher(&context, cli, &args.original),
        Command::Run(args) => return ExitCode::from(run::run(&context, cli, args)),
        Command::Setup(args) => setup::run(&context, args),
        Command::Init(args) => init::run(&context, args),
        Command::Instances(args) => instances::run(&context, args),
        Command::Pair(args) => pair::run(&context, args),
        Command::Devices(args) => devices::run(&context, args),
        Command::Watch(args) => context.in_opted_in(|| watch::run(&context, args)),
        Command::Disable => disable::run(&context),
        Command::Status(args) => status::run(&context, args),
        Command::History(args) => history::run(&context, args),
        Command::Log(args) => Ok(log::run(&context, args)),
        Command::Resolve(args) => resolve::run(&context, args),
        Command::Undo(args) => context.in_opted_in(|| undo::run(&context, args)),
        Command::Restore(args) => context.in_opted_in(|| restore::run(&context, args)),
        Command::Export(args) => context.in_opted_in(|| export::run(&context, args)),
        Command::Verify(args) => context.in_opted_in(|| verify::run(&context, args)),
        Command::Prune(args) => context.in_opted_in(|| prune::run(&context, args)),
        Command::BeginDrill => drill::leave(&context, &cli.global),
        Command::Drill => drill::run(&context),
        Command::Doctor(args) => doctor::run(&context, args),
        Command::Token(args) => token::run(&context, args),
        Command::List(args) => list::run(&context, args),
        Command::Hooks(command) => hooks::run(&context, command),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(&context, args),
        Command::Completions(args) => Ok(completions::run(&context, args)),
        Command::Man => man::run(&context),
    };
    context.settle();
    let code = verdict(&context, strict, result);
    if let Some(name) = logged_as(&cli.command) {
        context.course.end(&context, name, code);
    }
    ExitCode::from(code)
}

/// `pull`, and the hook that was there before.
fn pull_of_launcher(context: &Context<'_>, cli: &Cli, original: &[OsString]) -> ExitCode {
    let code = if stands_aside(context) {
        0
    } else {
        hook::before_game(context, cli.global.strict)
    };
    context.course.end(context, "pull", code);
    ExitCode::from(chain::after_pull(context, code, original))
}

/// `push`, and the hook that was there before.
fn push_of_launcher(context: &Context<'_>, cli: &Cli, original: &[OsString]) -> ExitCode {
    let code = if stands_aside(context) {
        0
    } else {
        hook::after_game(context, cli.global.strict)
    };
    context.course.end(context, "push", code);
    drill::after_push(context, &cli.global);
    ExitCode::from(chain::after_push(context, code, original))
}

/// Whether this hook runs inside of a `run`, which does the work itself.
fn stands_aside(context: &Context<'_>) -> bool {
    let inside = playing::is_inside(&context.settings);
    if inside {
        context.course.became("stood aside", Vec::new());
    }
    inside
}

/// Where this command asks: a window where nobody sees a terminal, or where somebody said so.
fn surface(cli: &Cli, output: &Output) -> Surface {
    let terminal = output.is_terminal() && Prompt::new(output).is_terminal();
    // The terminal of a double click is there for nobody.
    let asks = matches!(cli.command, Command::Setup(_) | Command::Pair(_));
    let for_us = asks && console::is_ours_alone();
    let terminal = terminal && !for_us;
    let windows = !cli.global.no_gui && !cli.global.json;
    match Surface::of_this_process(terminal, windows) {
        Surface::Window if cli.global.no_gui => Surface::Terminal,
        surface => surface,
    }
}

/// What a command is called in the log; `None` where it changes nothing, or is logged where it runs.
fn logged_as(command: &Command) -> Option<&'static str> {
    Some(match command {
        Command::Setup(_) => "setup",
        Command::Init(_) => "init",
        Command::Disable => "disable",
        Command::Resolve(_) => "resolve",
        Command::Undo(_) => "undo",
        Command::Restore(_) => "restore",
        Command::Verify(_) => "verify",
        Command::Prune(_) => "prune",
        Command::Drill => "drill",
        #[cfg(feature = "serve")]
        Command::Serve(_) => return None,
        Command::Pull(_)
        | Command::Push(_)
        | Command::Run(_)
        | Command::Status(_)
        | Command::History(_)
        | Command::Log(_)
        | Command::Export(_)
        | Command::Doctor(_)
        | Command::List(_)
        | Command::Hooks(_)
        | Command::Instances(_)
        | Command::Pair(_)
        | Command::Devices(_)
        | Command::Watch(_)
        | Command::Token(_)
        | Command::Completions(_)
        | Command::BeginDrill
        | Command::Man => {
            return None;
        }
    })
}

/// Returns the exit code of a command, and says why it failed.
fn verdict(context: &Context<'_>, strict: bool, result: Result<Done>) -> u8 {
    match result {
        Ok(Done::Undecided) => 3,
        Ok(Done::Well) if strict && context.output.has_warned() => 1,
        Ok(Done::Well) => 0,
        Err(error) => {
            context.error(&error);
            error.exit_code()
        }
    }
}

fn settings(cli: &Cli, output: &Output) -> Settings {
    let global = &cli.global;
    let hook = match &cli.command {
        Command::Pull(pull) => Some(&pull.hook),
        Command::Push(push) => Some(&push.hook),
        Command::Run(run) => Some(&run.hook),
        _ => None,
    };
    let pack = given_folder(global);
    Settings {
        token_file: global.token_file.clone(),
        restic_binary: global.restic_binary.clone(),
        download: !global.no_download,
        mirror: global.restic_mirror.clone(),
        ca_file: global.ca_file.clone(),
        label: global.instance_label.clone(),
        launcher_label: launcher_label(),
        insecure_http: global.insecure_http,
        on_conflict: hook.and_then(|hook| hook.on_conflict),
        allow_shrink: hook.is_some_and(|hook| hook.allow_shrink),
        plays: plays(cli, output),
        unlock: matches!(&cli.command, Command::Push(push) if push.unlock),
        ..Settings::new(pack.unwrap_or_else(|| PathBuf::from(".")))
    }
}

/// Whether a game is played after this command: whoever pulls on a terminal may only want to look.
fn plays(cli: &Cli, output: &Output) -> bool {
    match cli.command {
        Command::Run(_) => true,
        Command::Pull(_) => !output.is_terminal(),
        _ => false,
    }
}

fn given_folder(global: &Global) -> Option<PathBuf> {
    let of_launcher = || env::var_os("INST_MC_DIR").filter(|dir| !dir.is_empty());
    global
        .pack_folder
        .clone()
        .or_else(|| of_launcher().map(PathBuf::from))
}

fn label(global: &Global) -> Option<String> {
    global.instance_label.clone().or_else(launcher_label)
}

fn launcher_label() -> Option<String> {
    let named = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    named("INST_NAME").or_else(|| named("INST_ID"))
}

/// Reads the next line of standard input: what follows answers questions.
fn input_line() -> Result<String> {
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .map_err(|error| Error::usage(text!("command-input-unread")).because(error))?;
    Ok(line)
}

/// Reads all of standard input as text.
fn standard_input() -> Result<String> {
    std::io::read_to_string(std::io::stdin())
        .map_err(|error| Error::usage(text!("command-input-unread")).because(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_as_it_is_wired_has_nothing_to_do_in_a_folder_that_is_not_opted_in() {
        let pack = tempfile::tempdir().expect("a folder");
        let folder = format!("--pack-folder={}", pack.path().display());
        let asked = |words: &[&str]| has_nothing_to_do(words.iter().map(OsString::from));
        assert!(asked(&["pull", &folder]) && asked(&["push", &folder]));
        assert!(asked(&["pull", "--pack-folder=/nowhere/at/all"]));
        // Mistakes are told, and so is everything else.
        for other in [
            &["pull"][..],
            &["status", &folder],
            &["pull", "--pack-folder="],
            &["pull", "--pack", &folder],
            &["pull", &folder, "--strict"],
            &["pull", &folder, "--", "true"],
        ] {
            assert!(!asked(other), "{other:?}");
        }
        std::fs::create_dir(pack.path().join(".cloud-sync")).expect("writes");
        std::fs::write(pack.path().join(".cloud-sync/sync.json"), "{").expect("writes");
        assert!(!asked(&["pull", &folder]));
    }
}
