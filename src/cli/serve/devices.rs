//! Who has a token: devices and services; and what a device may do for a while.

use clap::{Args, Subcommand};

use super::accounts::MaybeAccount;
use crate::domain::rest::{
    links::PublicUrl,
    name::{AccountName, RepositoryId},
};

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
