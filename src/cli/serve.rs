//! Options of `serve` and of `serve admin`.

mod accounts;
mod devices;
mod kept;
mod values;

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use clap::{Args, Subcommand};

pub use accounts::*;
pub use devices::*;
pub use kept::*;
pub use values::{Bound, DataPlane};

use self::values::{bound, discord_key, listen, plane};
use crate::domain::rest::links::PublicUrl;

/// Options of `serve`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Serve {
    #[command(subcommand)]
    pub what: Option<What>,
    /// Keep everything in this folder: accounts in server.db, saves in repos
    #[arg(long, value_name = "DIR", required = true)]
    pub data: Option<PathBuf>,
    /// Listen on this address; plain http is for this machine, or for a proxy that speaks TLS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8000", value_parser = listen)]
    pub listen: SocketAddr,
    /// Speak TLS with this certificate (PEM: the server's first, then those up to the authority)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Listen to operators here: unix:PATH, or an address of this machine (there with a service's token)
    #[arg(long, value_name = "PLACE")]
    pub admin: Option<String>,
    /// Let --admin be an address that other machines reach
    #[arg(long, requires = "admin")]
    pub admin_anywhere: bool,
    /// Believe what the proxy at this address says in X-Forwarded-For and X-Forwarded-Proto [may be repeated]
    #[arg(long, value_name = "ADDR")]
    pub trusted_proxy: Vec<IpAddr>,
    /// Where saves are kept: files (in the folder), or upstream:URL (on a rest-server behind this one)
    #[arg(long, value_name = "PLACE", default_value = "files", value_parser = plane)]
    pub data_plane: DataPlane,
    /// USER:PASSWORD for the upstream is in this file [default: the environment's INSTANCE_SYNC_UPSTREAM]
    #[arg(long, value_name = "FILE")]
    pub data_plane_credentials: Option<PathBuf>,
    /// Answer slash commands of the Discord application with this public key (64 hexadecimal digits)
    #[arg(long, value_name = "HEX", value_parser = discord_key)]
    pub discord_public_key: Option<[u8; 32]>,
    /// How much an account may hold that somebody makes at Discord, its trash included: 500M, 20G, none
    #[arg(long, value_name = "AMOUNT", default_value = "none", value_parser = bound)]
    pub discord_quota: Bound,
    /// Where players reach the server, for links: https://NAME
    #[arg(long, value_name = "URL")]
    pub public_url: Option<PublicUrl>,
}

/// What else `serve` does.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Manage accounts and devices of the server in this folder, whether it runs or not
    Admin(Admin),
}

/// Options of `serve admin`.
#[derive(Debug, Args)]
pub struct Admin {
    /// The folder of the server
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
    #[command(subcommand)]
    pub task: Task,
}

/// What an operator does.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Accounts: add, list, suspend, resume
    #[command(subcommand)]
    Account(AccountTask),
    /// Invites: add (prints its code, once), list, revoke
    #[command(subcommand)]
    Invite(InviteTask),
    /// Services, such as a chat bot, for the operator's listener: add (prints its token, once), list, revoke
    #[command(subcommand)]
    Service(ServiceTask),
    /// Devices: add (prints its token, once), list, revoke
    #[command(subcommand)]
    Device(DeviceTask),
    /// Instances: register one, or list them
    #[command(subcommand)]
    Instance(InstanceTask),
    /// Set how much an account may hold, its trash included
    Quota(Quota),
    /// Let a device remove old snapshots from one repository, for an hour at most
    #[command(subcommand)]
    Grant(GrantTask),
    /// Bring back what a device removed from a repository in the last 30 days
    Undelete(Undelete),
    /// Show what was done, newest last
    Audit(Audit),
    /// Passwords of people: reset
    #[command(subcommand)]
    Password(PasswordTask),
    /// Copy the database into a file, whole, while the server runs
    Backup(Backup),
    /// Bring along what another server has: an htpasswd file, a folder of rest-server
    #[command(subcommand)]
    Import(ImportTask),
}
