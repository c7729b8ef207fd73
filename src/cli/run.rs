//! Options of `run`.

use std::ffi::OsString;

use clap::Args;

use super::Hook;

/// Options of `run`.
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pub hook: Hook,
    /// The game, and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}
