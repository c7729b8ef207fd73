//! docs/cli.md says what the program's own help says. `UPDATE_DOCS=1` writes it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use instance_sync::cli::Cli;

const HEAD: &str = "\
# Command line

<!-- Written by `make docs` from the program's own help; a test compares both. Do not edit. -->

";

#[test]
fn cli_reference() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    let expected = reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    let mut lines = found.lines().zip(expected.lines());
    let first = lines.find(|(found, expected)| found != expected);
    assert!(
        found == expected,
        "docs/cli.md is out of date: run make docs (first difference: {first:?})"
    );
}

fn reference() -> String {
    // Not as wide as the terminal of whoever runs the test; global options in every subcommand.
    let mut program = Cli::command().term_width(100).disable_help_subcommand(true);
    program.build();
    let mut text = HEAD.to_owned();
    section(&mut text, &mut program, 2);
    text
}

fn section(text: &mut String, command: &mut Command, depth: usize) {
    let title = command
        .get_bin_name()
        .unwrap_or(command.get_name())
        .to_owned();
    let help = command.render_long_help().to_string();
    let _ = writeln!(text, "{} {title}\n\n```text", "#".repeat(depth));
    for line in help.trim_end().lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = writeln!(text, "```");
    let mut names: Vec<String> = Vec::new();
    for below in command.get_subcommands() {
        if !below.is_hide_set() && below.get_name() != "help" {
            names.push(below.get_name().to_owned());
        }
    }
    for name in names {
        if let Some(below) = command.find_subcommand_mut(&name) {
            text.push('\n');
            section(text, below, (depth + 1).min(6));
        }
    }
}
