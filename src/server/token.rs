//! Tokens of devices, cookies of sessions, codes of invites: 256 random bits. What is kept of one is its SHA-256, which nobody can turn back:
//! a slow hash is for passwords that people choose.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::{
    domain::rest::mark,
    error::{Context, Result},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// What a token is for. It begins with that, for programs that look for secrets where none belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A device.
    Device,
    /// What makes one device.
    Enrolment,
    /// An invite.
    Invite,
    /// A new device that waits to be let in.
    Pairing,
    /// What sets a password anew.
    Reset,
    /// A program that does an operator's work.
    Service,
    /// A session.
    Session,
    /// A browser in which nobody signed in yet.
    Visit,
}

impl Mark {
    /// Returns whether a token is of this kind.
    pub fn is_of(self, said: &str) -> bool {
        said.starts_with(self.as_str())
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Device => mark::DEVICE,
            Self::Enrolment => mark::ENROLMENT,
            Self::Pairing => "isp_",
            Self::Reset => "isr_",
            Self::Service => "isv_",
            Self::Invite => "isi_",
            Self::Session => "iss_",
            Self::Visit => "isb_",
        }
    }
}

/// A token, which only its holder has.
#[derive(Debug)]
pub struct Token(SecretString);

/// What is kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl Token {
    /// Makes one for a device.
    pub fn make() -> Result<Self> {
        Self::of(Mark::Device)
    }

    /// Makes one.
    pub fn of(mark: Mark) -> Result<Self> {
        let mut bits = zeroize::Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bits).context(|| "the system gives no random numbers".to_owned())?;
        let text = format!("{}{}", mark.as_str(), URL_SAFE_NO_PAD.encode(*bits));
        Ok(Self(SecretString::from(text)))
    }

    /// Returns what is kept of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.0.expose_secret())
    }

    /// Returns it, to be told once.
    pub fn expose(&self) -> SecretString {
        self.0.clone()
    }

    /// Returns it as the device writes it: `ACCOUNT:SECRET`.
    pub fn for_account(&self, account: &str) -> SecretString {
        SecretString::from(format!("{account}:{}", self.0.expose_secret()))
    }
}

impl TokenHash {
    /// Returns the digest of what somebody says is a token.
    pub fn of(said: &str) -> Self {
        Self(Sha256::digest(said.as_bytes()).into())
    }

    /// Returns its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_never_the_same_and_not_printed() {
        let (one, other) = (
            Token::make().expect("a token"),
            Token::make().expect("a token"),
        );
        assert_ne!(one.hash(), other.hash());
        let text = one.for_account("alice").expose_secret().to_owned();
        let secret = text.strip_prefix("alice:isd_").expect("the form");
        assert_eq!(secret.len(), 43);
        assert_eq!(TokenHash::of(&text["alice:".len()..]), one.hash());
        assert!(!format!("{one:?}").contains(secret));
    }
}
