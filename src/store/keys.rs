//! Which of its keys a repository is opened with.
//!
//! The fast key, where there is one; else, or where it is refused, the key of the password.
//!
//! Two devices that create a repository at the same moment leave two keys that the same password
//! opens, and one `config`, which only the winner's key can read. restic takes the first key that
//! the password opens, so that such a repository mostly does not open any more. A key that is named
//! is tried first: naming the winner's mends it.

use std::sync::OnceLock;

use secrecy::SecretString;

use super::fast_key::FastKey;
use crate::error::Result;

/// Lists the ids of all keys; `None` where the place cannot be asked.
pub type List = Box<dyn Fn() -> Result<Option<Vec<String>>> + Send + Sync>;

/// What is found out about keys, and worth remembering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding<'a> {
    /// The key of this id opens the repository with the password.
    Opens(&'a str),
    /// The fast key is not in the repository any more.
    FastKeyGone,
}

/// The key to open a repository with, and the way to another where that one does not fit.
pub struct Keys {
    hint: Option<String>,
    fast: Option<FastKey>,
    refused: OnceLock<()>,
    found: OnceLock<String>,
    list: List,
    remember: Box<dyn Fn(Finding<'_>) + Send + Sync>,
}

impl Keys {
    /// Returns the keys of a repository of which `hint` is known to open it with the password, and
    /// `fast` without.
    pub fn new(hint: Option<String>, fast: Option<FastKey>, list: List) -> Self {
        Self {
            hint,
            fast,
            refused: OnceLock::new(),
            found: OnceLock::new(),
            list,
            remember: Box::new(|_| {}),
        }
    }

    /// Calls `remember` with what is found out.
    #[must_use]
    pub fn remembering(mut self, remember: impl Fn(Finding<'_>) + Send + Sync + 'static) -> Self {
        self.remember = Box::new(remember);
        self
    }

    /// Returns the fast key, where there is one that was not refused.
    pub fn fast(&self) -> Option<&FastKey> {
        self.fast.as_ref().filter(|_| self.refused.get().is_none())
    }

    /// Returns the password to open the repository with; `ordinary` is that of its ordinary key.
    pub(super) fn password<'a>(&'a self, ordinary: &'a SecretString) -> &'a SecretString {
        self.fast().map_or(ordinary, |fast| &fast.password)
    }

    /// Returns the key to name in every call. Without one, junk in `keys/` can break restic.
    pub fn hint(&self) -> Option<&str> {
        let ordinary = || self.found.get().or(self.hint.as_ref()).map(String::as_str);
        self.fast()
            .map_or_else(ordinary, |fast| Some(fast.id.as_str()))
    }

    /// Does without the fast key from now on; and for good, where it is gone from the repository.
    /// It is never made anew without being asked: somebody removed it.
    pub(super) fn refuse_fast(&self) {
        let Some(fast) = self.fast() else { return };
        let listed = self.list().ok().flatten();
        let is_gone = listed.is_some_and(|ids| !ids.contains(&fast.id));
        if self.refused.set(()).is_ok() && is_gone {
            (self.remember)(Finding::FastKeyGone);
        }
    }

    /// Lists the ids of all keys, in one order on every device.
    pub(super) fn list(&self) -> Result<Option<Vec<String>>> {
        (self.list)()
    }

    /// Names this key from now on.
    pub(super) fn found(&self, id: &str) {
        if self.found.set(id.to_owned()).is_ok() {
            (self.remember)(Finding::Opens(id));
        }
    }

    /// Returns whether another key was found already: then there is no third.
    pub(super) fn is_settled(&self) -> bool {
        self.found.get().is_some()
    }
}
