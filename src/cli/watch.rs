//! Options of `watch`.

use clap::Args;

/// Options of `watch`.
#[derive(Debug, Args)]
pub struct Watch {
    /// End after this many of them
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub count: Option<u32>,
}
