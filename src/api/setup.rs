//! What [`super::setup()`] takes.

use crate::{
    domain::{
        ids::InstanceId,
        location::{BadLocation, Location},
        profile::Profile,
    },
    error::{Error, Result},
    secrets::{Place, token},
    sync::opt_in::Request,
};

/// Where to opt in, and as what.
#[derive(Debug)]
pub struct Setup(Request);

impl Setup {
    /// Returns a new instance at this place: `https://host[:port][/prefix]`, an absolute path, or
    /// any restic location; [`Kind::Usage`](crate::error::Kind::Usage) where the text is none of these.
    pub fn at(url: &str) -> Result<Self> {
        Ok(Self(Request {
            location: parse(url)?,
            token: None,
            passphrase: None,
            instance: None,
            profile: Profile::default(),
            place: Place::File,
            offline: false,
            force: false,
            fast_key: true,
            label: None,
            tell: true,
        }))
    }

    /// Uses this account: `ACCOUNT:SECRET`. No error repeats the secret. A device's own token (`isd_`, of
    /// `instance-sync serve`) needs a passphrase beside it.
    pub fn token(mut self, text: &str) -> Result<Self> {
        self.0.token = Some(token::Token::parse(text)?);
        Ok(self)
    }

    /// Encrypts with this passphrase, which the server never sees.
    pub fn passphrase(mut self, text: &str) -> Result<Self> {
        self.0.passphrase = Some(token::passphrase(text)?);
        Ok(self)
    }

    /// Calls the instance this on every device of the account that lists them. Without it, what the
    /// launcher or the folder calls it.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.0.label = Some(label.into());
        self
    }

    /// Joins this instance instead of making a new one.
    #[must_use]
    pub fn join(mut self, instance: InstanceId) -> Self {
        self.0.instance = Some(instance);
        self
    }

    /// Syncs this kind of game.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.0.profile = profile;
        self
    }

    /// Keeps the secrets in the keyring of the system.
    #[must_use]
    pub fn keyring(mut self) -> Self {
        self.0.place = Place::Keyring;
        self
    }

    /// Leaves the server alone; the first push creates the repository.
    #[must_use]
    pub fn offline(mut self) -> Self {
        self.0.offline = true;
        self
    }

    /// Opts in anew where the folder is opted in already.
    #[must_use]
    pub fn force(mut self) -> Self {
        self.0.force = true;
        self
    }

    /// Returns what the engine takes.
    pub(super) fn request(&self) -> &Request {
        &self.0
    }
}

fn parse(url: &str) -> Result<Location> {
    url.parse()
        .map_err(|error: BadLocation| Error::usage(error.to_string()))
}
