//! Options of `devices`.

use clap::{Args, Subcommand};

/// Options of `devices`.
#[derive(Debug, Args)]
pub struct Devices {
    /// Ask this server [default: the one that this folder is opted in with, and its token]
    #[arg(long)]
    pub url: Option<String>,
    /// Use this token; '-' reads it from standard input, which other users cannot see
    #[arg(
        long,
        value_name = "ACCOUNT:SECRET",
        allow_hyphen_values = true,
        requires = "url"
    )]
    pub token: Option<String>,
    #[command(subcommand)]
    pub what: Option<What>,
}

/// What to do with the devices.
#[derive(Debug, Subcommand)]
pub enum What {
    /// List them; the default
    List,
    /// Revoke one: its token opens nothing any more
    Revoke(Revoke),
}

/// Options of `devices revoke`.
#[derive(Debug, Args)]
pub struct Revoke {
    /// The device's name, or its id
    pub device: String,
    /// Revoke it without asking
    #[arg(long)]
    pub yes: bool,
}
