//! The user's own folders: data (restic, the device's id), cache (restic's) and state (the log).

use std::path::PathBuf;

use etcetera::BaseStrategy;

const NAME: &str = "instance-sync";

/// Where things of this user are kept. Each is `None` where there is no home folder at all.
#[derive(Debug, Clone, Default)]
pub struct UserDirs {
    /// What lasts: restic's program, the device's id.
    pub data: Option<PathBuf>,
    /// What can be made again: restic's cache.
    pub cache: Option<PathBuf>,
    /// What was done: the log.
    pub state: Option<PathBuf>,
}

impl UserDirs {
    /// Returns the folders by the platform's rules: XDG, `Library`, or `AppData`.
    pub fn native() -> Self {
        match etcetera::base_strategy::choose_native_strategy() {
            Ok(base) => Self {
                data: Some(base.data_dir().join(NAME)),
                cache: Some(base.cache_dir().join(NAME)),
                state: Some(state_dir(&base).join(NAME)),
            },
            Err(_) => Self::default(),
        }
    }

    /// Returns restic's cache folder: one for all instances, or one inside `fallback` where there
    /// is no home folder.
    pub fn restic_cache(&self, fallback: &std::path::Path) -> PathBuf {
        self.cache.as_deref().unwrap_or(fallback).join("restic")
    }
}

/// XDG has a folder for logs, and so has macOS; Windows keeps them with what stays on the machine.
fn state_dir(base: &impl BaseStrategy) -> PathBuf {
    if cfg!(target_os = "macos") {
        base.home_dir().join("Library").join("Logs")
    } else {
        base.state_dir().unwrap_or_else(|| base.cache_dir())
    }
}
