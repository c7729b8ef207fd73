//! Options of `instances`.

use std::path::PathBuf;

use clap::Args;

/// Options of `instances`.
#[derive(Debug, Args)]
pub struct Instances {
    /// Ask this server [default: the one that this folder is opted in with, and its secrets]
    #[arg(long)]
    pub url: Option<String>,
    /// Use this account; '-' reads it from standard input, which other users cannot see
    #[arg(
        long,
        value_name = "ACCOUNT:SECRET",
        allow_hyphen_values = true,
        requires = "url"
    )]
    pub token: Option<String>,
    /// Read the passphrase that the instances are encrypted with from this file ('-': standard input)
    #[arg(long, value_name = "PATH", requires = "url")]
    pub passphrase_file: Option<PathBuf>,
}
