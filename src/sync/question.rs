//! What a player is asked when a unit changed on two sides, and what may be answered.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    domain::{path::RelPath, policy::Policy},
    workdir::state::Claim,
};

/// A question: the versions of each unit that nobody has decided about.
#[derive(Debug, Clone, Serialize)]
pub struct Question {
    /// The units, each with what is here first, then the cloud's versions, the latest first.
    pub units: BTreeMap<RelPath, Vec<Claim>>,
    /// What becomes of other units without a question, by path.
    pub others: BTreeMap<RelPath, Fate>,
    /// Whether everything that is here is in the cloud too.
    pub saved: bool,
    /// Whether it can be decided later.
    pub can_wait: bool,
}

/// What becomes of a unit that nobody has to decide about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It comes from the cloud.
    Fetched {
        /// Whose version it is.
        device: String,
    },
    /// It was deleted on another device, and here too.
    Removed,
    /// It goes to the cloud.
    Sent,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// What becomes of each unit.
    Decided(BTreeMap<RelPath, Policy>),
    /// The game starts with what is here, and the question comes again.
    Later,
    /// The launch ends.
    Cancel,
}

/// Asks the player. `None` where nobody can see a question.
pub type Ask<'a> = &'a dyn Fn(&Question) -> Option<Answer>;
