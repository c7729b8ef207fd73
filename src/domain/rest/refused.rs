//! Why our own server lets a device in no more: a header of its answer, which says to whoever has the token what
//! a status cannot. restic shows the status alone.

/// The header.
pub const REFUSED: &str = "instance-sync-refused";

/// What it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The account is served nothing.
    Suspended,
    /// The token was a device's, which was revoked.
    Revoked,
}

impl Why {
    /// Returns the word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
        }
    }

    /// Reads it; nothing where it is the word of a later version.
    pub fn of(word: &str) -> Option<Self> {
        let mut all = [Self::Suspended, Self::Revoked].into_iter();
        all.find(|why| why.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_what_is_read() {
        for why in [Why::Suspended, Why::Revoked] {
            assert_eq!(Why::of(why.word()), Some(why));
        }
        assert_eq!(Why::of("moved"), None);
    }
}
