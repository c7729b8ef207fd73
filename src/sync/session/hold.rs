//! How a run holds the lock of its folder.

use std::{cell::RefCell, rc::Rc, time::Duration};

use crate::{
    config::{json_file, layout::Layout},
    error::{Error, Result},
    texts::text,
    workdir::lock::{self, Lock},
};

/// How a run holds the lock of its folder.
#[derive(Clone)]
pub struct Hold {
    layout: Layout,
    command: String,
    patience: Duration,
    /// `None` where this is only a look, and while somebody is asked.
    lock: Rc<RefCell<Option<Lock>>>,
}

impl Hold {
    /// Holds the lock of `command`, which waited at most `patience` for it; or none, for a look.
    pub(super) fn new(
        layout: Layout,
        command: &str,
        patience: Duration,
        lock: Option<Lock>,
    ) -> Self {
        Self {
            layout,
            command: command.to_owned(),
            patience,
            lock: Rc::new(RefCell::new(lock)),
        }
    }

    /// Lets others work in the folder from here on.
    pub(super) fn let_go(&self) {
        self.lock.replace(None);
    }

    /// Returns whether this run has the lock.
    pub(super) fn is_taken(&self) -> bool {
        self.lock.borrow().is_some()
    }

    /// Asks somebody, who may take any time to answer: meanwhile others can work in the folder. Returns
    /// whether nobody did.
    pub fn while_open<T>(&self, ask: impl FnOnce() -> Result<T>) -> Result<(T, bool)> {
        if !self.is_taken() {
            return Ok((ask()?, true));
        }
        let state = || -> Option<serde_json::Value> {
            let bytes = json_file::read_bytes(&self.layout.state_json()).ok()??;
            let mut state: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
            // Whoever only looked knows the files better than before, and nothing else is new.
            for looked in ["stamps", "scanned_at"] {
                state.as_object_mut()?.remove(looked);
            }
            Some(state)
        };
        let before = state();
        self.let_go();
        let answer = ask()?;
        let lock = lock::take(&self.layout, &self.command, self.patience)?;
        self.lock.replace(Some(lock));
        let same = state() == before && !self.layout.journal().exists();
        Ok((answer, same))
    }
}

/// Says that somebody worked in the folder while a question waited.
pub fn overtaken() -> Error {
    Error::failed(text!("session-overtaken")).hint(text!("session-overtaken-hint"))
}
