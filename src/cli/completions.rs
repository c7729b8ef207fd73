//! Options of `completions`.

use clap::Args;
use clap_complete::Shell;

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// Print them for this shell
    #[arg(value_enum)]
    pub shell: Shell,
}
