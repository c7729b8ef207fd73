//! Options of `log`.

use clap::Args;

/// Options of `log`.
#[derive(Debug, Args)]
pub struct Log {
    /// Show the log of all instances of this user, not that of this folder
    #[arg(long)]
    pub all: bool,
    /// Show this many entries, the newest
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 20)]
    pub entries: usize,
}
