//! Options of `pull` and `push`, and the commands that they chain.

use std::ffi::OsString;

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};

use crate::domain::policy::Policy;

/// Options of `pull` and `push`.
#[derive(Debug, Args)]
pub struct Hook {
    /// Do this with worlds that changed on two devices
    #[arg(long, value_name = "POLICY", value_parser = policy())]
    pub on_conflict: Option<Policy>,
    /// Let everything that is missing here count as deleted, however much it is
    #[arg(long)]
    pub allow_shrink: bool,
}

/// Options of `pull`.
#[derive(Debug, Args)]
pub struct Pull {
    #[command(flatten)]
    pub hook: Hook,
    /// Run this command afterwards, if the game may start; its exit code counts then
    #[arg(last = true, value_name = "COMMAND")]
    pub original: Vec<OsString>,
}

/// Options of `push`.
#[derive(Debug, Args)]
pub struct Push {
    #[command(flatten)]
    pub hook: Hook,
    /// Remove locks that died processes left in the repository, first
    #[arg(long)]
    pub unlock: bool,
    /// Run this command afterwards, whatever became of the push; its exit code counts unless it is 0
    #[arg(last = true, value_name = "COMMAND")]
    pub original: Vec<OsString>,
}

/// Reads a policy; shells complete its names.
fn policy() -> impl TypedValueParser<Value = Policy> {
    PossibleValuesParser::new(Policy::ALL.map(Policy::name)).try_map(|name| name.parse::<Policy>())
}
