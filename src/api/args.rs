//! What every call of [`super`] takes.

use std::{fmt, path::PathBuf, sync::Arc};

use crate::{
    domain::policy::Policy,
    sync::{
        event::{Event, Listener},
        settings::Settings,
    },
};

/// Which folder, and how. Each option is what the command line's of the same name is.
#[derive(Clone)]
pub struct Args {
    settings: Settings,
    listener: Option<Arc<dyn Fn(Event) + Send + Sync>>,
}

impl Args {
    /// Returns the defaults for a game folder.
    pub fn new(pack_folder: impl Into<PathBuf>) -> Self {
        Self {
            settings: Settings::new(pack_folder),
            listener: None,
        }
    }

    /// Reads the account's token from this file instead of the instance's own.
    #[must_use]
    pub fn token_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.token_file = Some(path.into());
        self
    }

    /// Uses this restic.
    #[must_use]
    pub fn restic_binary(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.restic_binary = Some(path.into());
        self
    }

    /// Never downloads restic.
    #[must_use]
    pub fn no_download(mut self) -> Self {
        self.settings.download = false;
        self
    }

    /// Trusts this certificate authority (PEM) instead of the system's.
    #[must_use]
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.ca_file = Some(path.into());
        self
    }

    /// Decides about worlds that changed on two devices. Without it, what `scope.json` and the
    /// profile say; where that is to ask, [`super::PullOutcome::Conflict`] comes back.
    #[must_use]
    pub fn on_conflict(mut self, policy: Policy) -> Self {
        self.settings.on_conflict = Some(policy);
        self
    }

    /// Lets everything that is missing here count as deleted, however much it is.
    #[must_use]
    pub fn allow_shrink(mut self) -> Self {
        self.settings.allow_shrink = true;
        self
    }

    /// Keeps what belongs to the user (restic's program, the device's id) and what can be made
    /// again (restic's cache) in these folders instead of the platform's.
    #[must_use]
    pub fn user_folders(mut self, data: impl Into<PathBuf>, cache: impl Into<PathBuf>) -> Self {
        self.settings.dirs.data = Some(data.into());
        self.settings.dirs.cache = Some(cache.into());
        self
    }

    /// Calls this device so, instead of by the host's name.
    #[must_use]
    pub fn device_name(mut self, name: impl Into<String>) -> Self {
        self.settings.device_name = Some(name.into());
        self
    }

    /// Tells notices, warnings and progress while it works, from whatever thread does.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Does some work with these.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Settings, Listener<'_>) -> T) -> T {
        match &self.listener {
            Some(listener) => work(&self.settings, &**listener),
            None => work(&self.settings, &|_| ()),
        }
    }
}

impl fmt::Debug for Args {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Args")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
