//! Parse, run, report; the exit code.

use std::process::ExitCode;

use clap::Parser;
use instance_sync::{cli::Cli, commands};

fn main() -> ExitCode {
    commands::run(&Cli::parse())
}
