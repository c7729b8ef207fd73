//! `completions`: what a shell completes, from the definition of the command line.

use clap::CommandFactory;

use super::{Context, Done};
use crate::cli::{Cli, Completions};

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Completions) -> Done {
    let mut script = Vec::new();
    let mut program = Cli::command();
    let name = program.get_name().to_owned();
    clap_complete::generate(args.shell, &mut program, name, &mut script);
    context.output.text(&String::from_utf8_lossy(&script));
    Done::Well
}
