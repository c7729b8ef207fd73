//! Which of its keys a repository is opened with.
//!
//! Two devices that create a repository at the same moment leave two keys that the same password
//! opens, and one `config`, which only the winner's key can read. restic takes the first key that
//! the password opens, so that such a repository mostly does not open any more. A key that is named
//! is tried first: naming the winner's mends it.

use std::sync::OnceLock;

use crate::error::Result;

/// Lists the ids of all keys; `None` where the place cannot be asked.
pub type List = Box<dyn Fn() -> Result<Option<Vec<String>>>>;

/// The key to open a repository with, and the way to another where that one does not fit.
pub struct Keys {
    hint: Option<String>,
    found: OnceLock<String>,
    list: List,
    remember: Box<dyn Fn(&str)>,
}

impl Keys {
    /// Returns the keys of a repository of which `hint` is known to open it.
    pub fn new(hint: Option<String>, list: List) -> Self {
        Self {
            hint,
            found: OnceLock::new(),
            list,
            remember: Box::new(|_| {}),
        }
    }

    /// Calls `remember` with the id of a key that turns out to open the repository.
    #[must_use]
    pub fn remembering(mut self, remember: impl Fn(&str) + 'static) -> Self {
        self.remember = Box::new(remember);
        self
    }

    /// Returns the key to name in every call. Without one, junk in `keys/` can break restic.
    pub fn hint(&self) -> Option<&str> {
        self.found.get().or(self.hint.as_ref()).map(String::as_str)
    }

    /// Lists the ids of all keys, in one order on every device.
    pub(super) fn list(&self) -> Result<Option<Vec<String>>> {
        (self.list)()
    }

    /// Names this key from now on.
    pub(super) fn found(&self, id: &str) {
        if self.found.set(id.to_owned()).is_ok() {
            (self.remember)(id);
        }
    }

    /// Returns whether another key was found already: then there is no third.
    pub(super) fn is_settled(&self) -> bool {
        self.found.get().is_some()
    }
}
