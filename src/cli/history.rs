//! Options of `history`.

use clap::Args;

use super::unit;
use crate::domain::path::RelPath;

/// Options of `history`.
#[derive(Debug, Args)]
pub struct History {
    /// Show the versions of these alone, through their former names: paths relative to the game
    /// folder, such as 'saves/My World'
    #[arg(value_name = "UNIT", value_parser = unit)]
    pub units: Vec<RelPath>,
    /// Show everything
    #[arg(long, conflicts_with = "limit")]
    pub all: bool,
    /// Show this many rows, the newest [default: 30; with --json all]
    #[arg(short = 'n', long, value_name = "COUNT")]
    pub limit: Option<usize>,
    /// Draw forks and merges also where the output is no terminal
    #[arg(long, conflicts_with = "no_graph")]
    pub graph: bool,
    /// Print a plain table on a terminal too
    #[arg(long)]
    pub no_graph: bool,
}
