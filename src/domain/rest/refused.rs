//! Why our own server does not do what it is asked: a header of its answer, which says to whoever has the token
//! what a status cannot. restic shows the status alone.

/// What the time is called until which something can be brought back.
const UNTIL: &str = "until=";

/// The header.
pub const REFUSED: &str = "instance-sync-refused";

/// What it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The account is served nothing.
    Suspended,
    /// The token was a device's, which was revoked.
    Revoked,
    /// The instance is in the trash: its list is empty, and its objects are not there.
    Trashed {
        /// Until when it can be brought back, in seconds since 1970.
        until: i64,
    },
    /// What keeps the objects is not there, or does not answer.
    Storage,
}

impl Why {
    /// Returns the word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Trashed { .. } => "trashed",
            Self::Storage => "storage",
        }
    }

    /// Returns what the header says: the word, and what belongs to it.
    pub fn said(self) -> String {
        let word = self.word();
        match self {
            Self::Trashed { until } => format!("{word} {UNTIL}{until}"),
            Self::Suspended | Self::Revoked | Self::Storage => word.to_owned(),
        }
    }

    /// Reads what [`Why::said`] wrote; nothing where it is of a later version.
    pub fn read(said: &str) -> Option<Self> {
        let mut words = said.split_whitespace();
        Some(match words.next()? {
            "suspended" => Self::Suspended,
            "revoked" => Self::Revoked,
            "trashed" => Self::Trashed {
                until: words.find_map(|word| word.strip_prefix(UNTIL)?.parse().ok())?,
            },
            "storage" => Self::Storage,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_what_is_read() {
        for why in [
            Why::Suspended,
            Why::Revoked,
            Why::Trashed {
                until: 1_798_000_000,
            },
            Why::Storage,
        ] {
            assert_eq!(Why::read(&why.said()), Some(why));
        }
        assert_eq!(
            Why::read("trashed until=5 by=alice"),
            Some(Why::Trashed { until: 5 })
        );
        for other in ["", "moved", "trashed", "trashed until=soon"] {
            assert_eq!(Why::read(other), None, "{other}");
        }
    }
}
