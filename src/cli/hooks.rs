//! `hooks` and `list`: launchers and their instances.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to do with the hooks.
#[derive(Debug, Subcommand)]
pub enum Hooks {
    /// Make the launchers run pull before the game and push after it
    Install(Wire),
    /// Take the hooks out of the launchers; what stood there before comes back
    Remove(Wire),
    /// Show which launchers have the hooks, and whether what they start is there
    Show(Launchers),
}

/// Options of `hooks install` and `hooks remove`.
#[derive(Debug, Args)]
pub struct Wire {
    #[command(flatten)]
    pub launchers: Launchers,
    /// Only this instance, which has commands of its own: its name or its folder; can be repeated
    #[arg(long, value_name = "NAME")]
    pub instance: Vec<String>,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Which launchers.
#[derive(Debug, Args)]
pub struct Launchers {
    /// Only the launcher with this data folder, such as a portable one; can be repeated [default: all
    /// that are found]
    #[arg(long, value_name = "PATH")]
    pub launcher_dir: Vec<PathBuf>,
}
