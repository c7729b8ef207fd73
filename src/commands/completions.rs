//! `completions`: what a shell completes, from the definition of the command line.

use clap::CommandFactory;

use clap_complete::Shell;

use super::{Context, Done};
use crate::cli::{Cli, Completions};

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Completions) -> Done {
    let mut script = Vec::new();
    let mut program = Cli::command();
    let name = program.get_name().to_owned();
    clap_complete::generate(args.shell, &mut program, name, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let script = match args.shell {
        Shell::Bash => with_one_name(&script),
        _ => script,
    };
    context.output.text(&script);
    Done::Well
}

/// `clap_complete` 4.6 writes the `-` of a program's name in two ways: where the script notes which command
/// it is at, and where it looks what that command takes. Behind the first word nothing would be completed.
fn with_one_name(script: &str) -> String {
    script.replace("instance__subcmd__sync", "instance__sync")
}
