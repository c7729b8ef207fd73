//! Parse, run, report; the exit code.

use std::process::ExitCode;

use clap::{
    Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};
use instance_sync::{cli::Cli, commands, process::console, window};

fn main() -> ExitCode {
    // What a launcher runs for most instances is over before the command line is even looked at: that
    // alone would cost a third of the time.
    if commands::has_nothing_to_do(std::env::args_os().skip(1)) {
        return ExitCode::SUCCESS;
    }
    if let Some(kind) = window::asked_for(std::env::args_os().skip(1)) {
        return window::run(kind);
    }
    // A double click on the program, on Windows.
    let clicked = std::env::args_os().len() < 2 && console::is_ours_alone();
    let parsed = if clicked {
        Cli::try_parse_from(["instance-sync", "setup"])
    } else {
        Cli::try_parse()
    };
    match parsed {
        Ok(cli) => commands::run(&cli),
        Err(error) => without_secret(error).exit(),
    }
}

/// A word that stands where none belongs may be a token without its option: it is not repeated.
fn without_secret(mut error: clap::Error) -> clap::Error {
    let word = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word)) => !word.starts_with('-'),
        _ => false,
    };
    if word && error.kind() == ErrorKind::UnknownArgument {
        let hidden = ContextValue::String("a word without its option".to_owned());
        error.insert(ContextKind::InvalidArg, hidden);
    }
    error
}
