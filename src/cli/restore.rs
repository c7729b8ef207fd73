//! Options of `restore` and `export`.

use std::path::PathBuf;

use clap::Args;

use super::unit;
use crate::domain::path::RelPath;

/// A point in the past.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct Point {
    /// As it was then: 'yesterday 18:00', '2026-11-20 18:00', '18:00', '3 days ago', '2h ago', or RFC
    /// 3339
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
    /// As this snapshot has it: the beginning of an id, of a safety copy too
    #[arg(long, value_name = "ID")]
    pub snapshot: Option<String>,
    /// As it was before it was last played
    #[arg(long)]
    pub before_last_session: bool,
}

/// Options of `restore`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // flags
pub struct Restore {
    /// Restore these alone: paths relative to the game folder, such as 'saves/My World'
    #[arg(value_name = "UNIT", value_parser = unit)]
    pub units: Vec<RelPath>,
    #[command(flatten)]
    pub point: Point,
    /// Put worlds beside what is here, under names of their own; replace nothing
    #[arg(long)]
    pub as_copy: bool,
    /// Restore into this folder, which need not be there; overwrite nothing in it
    #[arg(long, value_name = "FOLDER", conflicts_with = "as_copy")]
    pub to: Option<PathBuf>,
    /// Show what would happen, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask; without a terminal nobody is asked
    #[arg(short, long)]
    pub yes: bool,
}

/// Options of `export`.
#[derive(Debug, Args)]
pub struct Export {
    /// Export this: a path relative to the game folder, such as 'saves/My World'
    #[arg(value_name = "UNIT", value_parser = unit)]
    pub unit: RelPath,
    #[command(flatten)]
    pub point: Point,
    /// Write this file, or into this folder [default: the world's name with .zip, in the current folder]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Replace the file where there is one
    #[arg(long)]
    pub force: bool,
}
