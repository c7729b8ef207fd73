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
    /// Where a server of our own has to be asked for leave: wait for the answer, for so many minutes
    #[arg(
        long,
        value_name = "MINUTES",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "60",
        conflicts_with = "dry_run",
        value_parser = clap::value_parser!(u32).range(1..=1440)
    )]
    pub wait: Option<u32>,
    /// Keep everything that is no older
    #[arg(long, value_name = "PERIOD", default_value = "30d", value_parser = period::parse)]
    pub keep_all: SignedDuration,
    /// Keep the last of each day and device that is no older; of what is older, the last of each month
    #[arg(long, value_name = "PERIOD", default_value = "1y", value_parser = period::parse)]
    pub keep_daily: SignedDuration,
}
