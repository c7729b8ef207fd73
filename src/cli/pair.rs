//! Options of `pair`.

use clap::Args;

/// Options of `pair`.
#[derive(Debug, Args)]
pub struct Pair {
    /// Let the device in that shows this code ('instance-sync setup --show-code'); without a code it is asked for, '-'
    /// reads it from standard input
    #[arg(long, value_name = "CODE")]
    pub approve: Option<Option<String>>,
    /// Let in whoever has the code, unasked: for scripts that know who that is
    #[arg(long)]
    pub yes: bool,
}
