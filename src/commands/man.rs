//! `man`: the manual page, one for all commands, from the definition of the command line.

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::{Context, Done};
use crate::{
    cli::Cli,
    error::{Context as _, Result},
};

/// Runs the command.
pub fn run(context: &Context<'_>) -> Result<Done> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut page = Vec::new();
    write(&program, &mut page).context(|| "cannot write the manual page".to_owned())?;
    context.output.text(&String::from_utf8_lossy(&page));
    Ok(Done::Well)
}

/// Writes the page: the program as a whole, then each command with the options that are its own.
fn write(program: &Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    let man = Man::new(program.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    page.extend(b".SH COMMANDS\n");
    for command in program.get_subcommands() {
        section(command, command.get_name(), page)?;
    }
    let mut codes = Vec::new();
    man.render_extra_section(&mut codes)?;
    let codes = String::from_utf8_lossy(&codes).replace(".SH EXTRA", ".SH \"EXIT STATUS\"");
    page.extend(codes.bytes());
    man.render_version_section(page)
}

/// Writes what a command does, its own options, and the commands below it.
fn section(command: &Command, name: &str, page: &mut Vec<u8>) -> std::io::Result<()> {
    if command.is_hide_set() || command.get_name() == "help" {
        return Ok(());
    }
    let mut own = command.clone().mut_args(|arg| {
        let told = arg.is_global_set() || arg.get_id() == "help";
        arg.hide(told)
    });
    own.build();
    let mut options = Vec::new();
    Man::new(own).render_options_section(&mut options)?;
    let options = String::from_utf8_lossy(&options).replace(".SH OPTIONS", "");
    let about = command.get_about().map(ToString::to_string);
    page.extend(format!(".SS \"{name}\"\n").bytes());
    page.extend(format!("{}\n", plain(&about.unwrap_or_default())).bytes());
    page.extend(options.trim_start_matches('\n').bytes());
    for below in command.get_subcommands() {
        section(below, &format!("{name} {}", below.get_name()), page)?;
    }
    Ok(())
}

/// Text as roff reads it.
fn plain(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}
