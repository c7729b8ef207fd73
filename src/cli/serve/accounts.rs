//! Accounts, those who are invited, and passwords.

use clap::{Args, Subcommand};

use super::values::{Bound, bound};
use crate::domain::rest::{links::PublicUrl, name::AccountName};

/// What is done with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountTask {
    /// Add an account: 1 to 64 lower-case letters, digits, '-' and '_'
    Add(AccountAdd),
    /// List the accounts
    List,
    /// Serve nothing to an account, within seconds; what it has stays
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
    /// Print a link to this server's page instead of the code alone: https://NAME
    #[arg(long, value_name = "URL")]
    pub public_url: Option<PublicUrl>,
}

/// An invite.
#[derive(Debug, Args)]
pub struct OneInvite {
    /// Its id
    #[arg(value_name = "ID")]
    pub id: String,
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
