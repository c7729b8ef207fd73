//! Options of `prune`.

use clap::Args;
use jiff::SignedDuration;

use crate::domain::period;

/// Options of `prune`.
#[derive(Debug, Args)]
pub struct Prune {
    /// Show what would go, and remove nothing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Remove it without asking
    #[arg(long)]
    pub yes: bool,
    /// Keep everything that is no older
    #[arg(long, value_name = "PERIOD", default_value = "30d", value_parser = period::parse)]
    pub keep_all: SignedDuration,
    /// Keep the last of each day and device that is no older; of what is older, the last of each month
    #[arg(long, value_name = "PERIOD", default_value = "1y", value_parser = period::parse)]
    pub keep_daily: SignedDuration,
}
