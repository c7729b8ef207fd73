//! Options of `token`.

use clap::{Args, Subcommand, ValueEnum};

/// Options of `token`.
#[derive(Debug, Args)]
pub struct Token {
    #[command(subcommand)]
    pub what: Option<What>,
}

/// What to do with the secrets.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Say where they are kept; the default
    Where,
    /// Move them to the OS keyring, or to files
    Move(Move),
}

/// Options of `token move`.
#[derive(Debug, Args)]
pub struct Move {
    /// Keep them there
    #[arg(long, value_enum)]
    pub to: To,
}

/// Where secrets can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum To {
    /// The keyring of the system: Secret Service, Credential Manager, Keychain
    Keyring,
    /// Files in .cloud-sync that nobody else can read
    File,
}
