//! Options of `verify`.

use clap::Args;
use jiff::SignedDuration;

use crate::domain::{drill::Amount, period};

/// Options of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Restore every snapshot, and read all of the repository, not the newest state alone
    #[arg(long, conflicts_with_all = ["sample", "every"])]
    pub all: bool,
    /// Restore a sample of the newest state and of the past, another one each time: 500M, 2G, 5%
    #[arg(long, value_name = "AMOUNT", conflicts_with = "every")]
    pub sample: Option<Amount>,
    /// From now on do it by itself so often (7d, 2w), after a push, when the machine is idle and on
    /// mains; 'never' ends that
    #[arg(long, value_name = "PERIOD", value_parser = every)]
    pub every: Option<Every>,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// So often.
    Period(SignedDuration),
    /// Not at all.
    Never,
}

fn every(text: &str) -> Result<Every, String> {
    if text == "never" {
        return Ok(Every::Never);
    }
    match period::parse(text)? {
        SignedDuration::ZERO => Err("a drill cannot run all the time".to_owned()),
        period => Ok(Every::Period(period)),
    }
}
