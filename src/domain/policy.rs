//! Conflict policies: what becomes of versions that do not know of each other.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::unit::UnitKind;
use crate::texts::text;

/// What becomes of a unit that changed on two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Policy {
    /// The player is asked; where nobody can see a question, as [`Policy::Abort`].
    Ask,
    /// Both stay: the later under the plain name, the other as a copy beside it.
    KeepBoth,
    /// What is here stays.
    KeepLocal,
    /// What is in the cloud comes.
    KeepCloud,
    /// The later one, by the clocks of those who made them.
    Newest,
    /// The launch ends, and nothing is touched.
    Abort,
}

impl Policy {
    /// All of them, in the order in which help texts name them.
    pub const ALL: [Self; 6] = [
        Self::Ask,
        Self::KeepBoth,
        Self::KeepLocal,
        Self::KeepCloud,
        Self::Newest,
        Self::Abort,
    ];

    /// Returns what this policy means for a unit of `kind`: only worlds are asked about, and only
    /// worlds are kept twice. Of settings and data the newest wins.
    #[must_use]
    pub fn applied_to(self, kind: UnitKind) -> Self {
        match (kind, self) {
            (UnitKind::World, policy) => policy,
            (_, Self::KeepLocal | Self::KeepCloud) => self,
            (_, Self::Ask | Self::KeepBoth | Self::Newest | Self::Abort) => Self::Newest,
        }
    }

    /// Returns whether it decides without a person.
    pub fn decides(self) -> bool {
        !matches!(self, Self::Ask | Self::Abort)
    }

    /// Returns the name that a player types.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::KeepBoth => "keep-both",
            Self::KeepLocal => "keep-local",
            Self::KeepCloud => "keep-cloud",
            Self::Newest => "newest",
            Self::Abort => "abort",
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Policy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.to_string() == text)
            .ok_or_else(|| {
                let names = Self::ALL.map(|policy| policy.to_string()).join(", ");
                text!(
                    "policy-unknown",
                    policy = format!("{text:?}"),
                    names = names
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_named_as_the_command_line_names_them() {
        let names = [
            "ask",
            "keep-both",
            "keep-local",
            "keep-cloud",
            "newest",
            "abort",
        ];
        for (policy, name) in Policy::ALL.into_iter().zip(names) {
            assert_eq!(policy.to_string(), name);
            assert_eq!(name.parse(), Ok(policy));
        }
        let refused = "mine".parse::<Policy>().expect_err("no policy");
        assert!(refused.contains("keep-both, keep-local"), "{refused}");
    }
}
