//! Options of `serve` and of `serve admin`.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use clap::{Args, Subcommand};

use crate::domain::{
    drill::Amount,
    ids::InstanceId,
    rest::{
        links::PublicUrl,
        name::{AccountName, RepositoryId},
    },
};

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
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8000")]
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

/// What is done with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountTask {
    /// Add an account: 1 to 64 lower-case letters, digits, '-' and '_'
    Add(AccountAdd),
    /// List the accounts
    List,
    /// Serve nothing to an account; what it has stays
    Suspend(OneAccount),
    /// Serve everything to it again
    Resume(OneAccount),
}

/// An account.
#[derive(Debug, Args)]
pub struct OneAccount {
    /// What it is called
    #[arg(value_name = "ACCOUNT")]
    pub account: AccountName,
}

/// An account, or all.
#[derive(Debug, Args)]
pub struct MaybeAccount {
    /// Those of this account alone
    #[arg(value_name = "ACCOUNT")]
    pub account: Option<AccountName>,
}

/// Options of `account add`.
#[derive(Debug, Args)]
pub struct AccountAdd {
    /// What it is called
    #[arg(value_name = "NAME")]
    pub account: AccountName,
    /// How much it may hold, its trash included: 500M, 20G, none
    #[arg(long, value_name = "AMOUNT", default_value = "none", value_parser = bound)]
    pub quota: Bound,
    /// How many instances it may have
    #[arg(long, value_name = "NUMBER", default_value_t = 64)]
    pub instances: u32,
    /// Let its devices add instances by creating their repositories, as restic and plain clients do
    #[arg(long)]
    pub open: bool,
}

/// What is done with invites.
#[derive(Debug, Subcommand)]
pub enum InviteTask {
    /// Make an invite, and print its code: it makes one account. Nobody can see it again
    Add(InviteAdd),
    /// List invites
    List,
    /// Take back an invite that nobody used
    Revoke(OneInvite),
}

/// Options of `invite add`.
#[derive(Debug, Args)]
pub struct InviteAdd {
    /// How much the account may hold, its trash included: 500M, 20G, none
    #[arg(long, value_name = "AMOUNT", default_value = "none", value_parser = bound)]
    pub quota: Bound,
    /// How many instances it may have
    #[arg(long, value_name = "NUMBER", default_value_t = 64)]
    pub instances: u32,
    /// For how long it is good
    #[arg(long, value_name = "NUMBER", default_value_t = 72, value_parser = clap::value_parser!(u32).range(1..=720))]
    pub hours: u32,
}

/// An invite.
#[derive(Debug, Args)]
pub struct OneInvite {
    /// Its id
    #[arg(value_name = "ID")]
    pub id: String,
}

/// What is done with services.
#[derive(Debug, Subcommand)]
pub enum ServiceTask {
    /// Add a service, and print its token: a Bearer. Nobody can see it again
    Add(ServiceAdd),
    /// List services
    List,
    /// Revoke a service: its token opens nothing any more
    Revoke(OneService),
}

/// Options of `service add`.
#[derive(Debug, Args)]
pub struct ServiceAdd {
    /// What it is called
    #[arg(value_name = "NAME")]
    pub name: String,
    /// What it may do
    #[arg(long, value_name = "SCOPE", default_value = "provision")]
    pub scope: ServiceScope,
}

/// What a service may do.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum ServiceScope {
    /// Make accounts and codes for devices, list and revoke devices
    Provision,
    /// Whatever an operator may
    All,
}

/// A service.
#[derive(Debug, Args)]
pub struct OneService {
    /// What it is called
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// What is done with devices.
#[derive(Debug, Subcommand)]
pub enum DeviceTask {
    /// Add a device to an account, and print its token: what --token takes. Nobody can see it again
    Add(DeviceAdd),
    /// Print a code that makes one device, once, within an hour: to be passed to the player
    Enrol(DeviceEnrol),
    /// List devices
    List(MaybeAccount),
    /// Revoke a device: its token opens nothing any more
    Revoke(OneDevice),
}

/// Options of `device add`.
#[derive(Debug, Args)]
pub struct DeviceAdd {
    /// Whose it is
    #[arg(value_name = "ACCOUNT")]
    pub account: AccountName,
    /// What it is called
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// Options of `device enrol`.
#[derive(Debug, Args)]
pub struct DeviceEnrol {
    /// Whose it will be
    #[arg(value_name = "ACCOUNT")]
    pub account: AccountName,
    /// Print a link to this server instead of the code alone: https://NAME
    #[arg(long, value_name = "URL")]
    pub public_url: Option<PublicUrl>,
}

/// A device.
#[derive(Debug, Args)]
pub struct OneDevice {
    /// Whose it is
    #[arg(value_name = "ACCOUNT")]
    pub account: AccountName,
    /// Its name or its id
    #[arg(value_name = "DEVICE")]
    pub device: String,
}

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

/// Options of `quota`.
#[derive(Debug, Args)]
pub struct Quota {
    /// Whose it is
    #[arg(value_name = "ACCOUNT")]
    pub account: AccountName,
    /// How much: 500M, 20G, none
    #[arg(value_name = "AMOUNT", value_parser = bound)]
    pub quota: Bound,
}

/// What is done with grants.
#[derive(Debug, Subcommand)]
pub enum GrantTask {
    /// Let a device remove things from one repository; they stay in the trash for 30 days
    Add(GrantAdd),
    /// List grants
    List(MaybeAccount),
    /// Take a grant back
    Revoke(OneGrant),
}

/// Options of `grant add`.
#[derive(Debug, Args)]
pub struct GrantAdd {
    #[command(flatten)]
    pub device: OneDevice,
    /// Which repository; 26 zeros are the account's list of instances
    #[arg(value_name = "ULID")]
    pub instance: RepositoryId,
    /// For how long
    #[arg(long, value_name = "NUMBER", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub minutes: u32,
}

/// A grant.
#[derive(Debug, Args)]
pub struct OneGrant {
    /// Its id
    #[arg(value_name = "ID")]
    pub id: String,
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

/// What is done with passwords of people.
#[derive(Debug, Subcommand)]
pub enum PasswordTask {
    /// Take away an account's password and sessions, and print a code that sets a new one, once
    Reset(PasswordReset),
}

/// Options of `password reset`.
#[derive(Debug, Args)]
pub struct PasswordReset {
    /// Whose it is
    #[arg(value_name = "ACCOUNT")]
    pub account: AccountName,
    /// For how long the code is good
    #[arg(long, value_name = "NUMBER", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=72))]
    pub hours: u32,
    /// Print a link to this server's page instead of the code alone: https://NAME
    #[arg(long, value_name = "URL")]
    pub public_url: Option<PublicUrl>,
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

/// Where saves are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataPlane {
    /// In the folder.
    Files,
    /// On a rest-server at this address.
    Upstream(String),
}

fn plane(text: &str) -> Result<DataPlane, String> {
    if text == "files" {
        return Ok(DataPlane::Files);
    }
    let url = text.strip_prefix("upstream:").unwrap_or_default();
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host) if host.contains('@') => Err(
            "a password in an address is seen by everybody: --data-plane-credentials".to_owned(),
        ),
        Some(host) if !host.is_empty() && !host.contains(['?', '#', ' ']) => {
            Ok(DataPlane::Upstream(url.trim_end_matches('/').to_owned()))
        }
        _ => Err("it is files, or upstream:https://HOST[:PORT]".to_owned()),
    }
}

fn discord_key(text: &str) -> Result<[u8; 32], String> {
    let mut key = [0; 32];
    match hex::decode_to_slice(text, &mut key) {
        Ok(()) => Ok(key),
        Err(_) => Err("it is 64 hexadecimal digits".to_owned()),
    }
}

/// How much there may be of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// So many bytes.
    Bytes(u64),
    /// As much as there is room for.
    None,
}

impl Bound {
    /// Returns the bytes, where there is a bound.
    pub fn bytes(self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::None => None,
        }
    }
}

fn bound(text: &str) -> Result<Bound, String> {
    if text == "none" {
        return Ok(Bound::None);
    }
    match text.parse() {
        Ok(Amount::Bytes(bytes)) => Ok(Bound::Bytes(bytes)),
        _ => Err(format!(
            "'{text}' is no amount: bytes such as 500M or 20G, or none"
        )),
    }
}
