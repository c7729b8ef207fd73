//! What the server keeps: instances, what was removed, what was done, and copies of it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{
    accounts::MaybeAccount,
    values::{Bound, bound},
};
use crate::domain::{
    ids::InstanceId,
    rest::name::{AccountName, RepositoryId},
};

/// What is done with instances.
#[derive(Debug, Subcommand)]
pub enum InstanceTask {
    /// Register an instance, so that a device can create its repository
    Add(InstanceAdd),
    /// List instances
    List(MaybeAccount),
}

/// Options of `instance add`.
#[derive(Debug, Args)]
pub struct InstanceAdd {
    /// Whose it is
    #[arg(value_name = "ACCOUNT")]
    pub account: AccountName,
    /// Its id [default: a new one]
    #[arg(value_name = "ULID")]
    pub id: Option<InstanceId>,
}

/// Options of `undelete`.
#[derive(Debug, Args)]
pub struct Undelete {
    /// Whose it is
    #[arg(value_name = "ACCOUNT")]
    pub account: AccountName,
    /// Which repository
    #[arg(value_name = "ULID")]
    pub instance: RepositoryId,
}

/// Options of `audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// How many entries
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub last: u32,
}

/// Options of `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// Write it here; a file that is there is left alone
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
}

/// What is brought along.
#[derive(Debug, Subcommand)]
pub enum ImportTask {
    /// Let the passwords of an htpasswd file (bcrypt) go on working; accounts that are missing are added
    Htpasswd(ImportHtpasswd),
    /// Serve a folder of rest-server where it is: register what is in it; nothing is moved or removed
    Folder(ImportFolder),
}

/// Options of `import htpasswd`.
#[derive(Debug, Args)]
pub struct ImportHtpasswd {
    /// The file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How much each account that is added may hold, its trash included: 500M, 20G, none
    #[arg(long, value_name = "AMOUNT", default_value = "none", value_parser = bound)]
    pub quota: Bound,
}

/// Options of `import folder`.
#[derive(Debug, Args)]
pub struct ImportFolder {
    /// The folder that rest-server kept everything in [default: repos in the folder of the server]
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// How much each account that is added may hold, its trash included: 500M, 20G, none
    #[arg(long, value_name = "AMOUNT", default_value = "none", value_parser = bound)]
    pub quota: Bound,
}
