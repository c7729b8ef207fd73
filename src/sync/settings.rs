//! What a run was asked for, apart from its command.

use std::{path::PathBuf, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::cloud::Cloud;
use crate::{config::user_dirs::UserDirs, domain::policy::Policy, store::release::Release};

/// The global options, and what only a program that embeds the library can set.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)] // switches of a command line
pub struct Settings {
    /// The game folder.
    pub pack: PathBuf,
    /// A file that holds the token, instead of the instance's own.
    pub token_file: Option<PathBuf>,
    /// restic's program.
    pub restic_binary: Option<PathBuf>,
    /// Whether restic may be downloaded.
    pub download: bool,
    /// Where restic's archives are, instead of where they are published.
    pub mirror: Option<String>,
    /// A private CA.
    pub ca_file: Option<PathBuf>,
    /// Whether plain http to another machine is allowed.
    pub insecure_http: bool,
    /// Whether locks are removed first that died processes left in the repository.
    pub unlock: bool,
    /// The user's folders.
    pub dirs: UserDirs,
    /// The restic that is accepted.
    pub release: Release,
    /// This device's name, instead of the host's.
    pub device_name: Option<String>,
    /// What the instance is called, where somebody said so.
    pub label: Option<String>,
    /// What a launcher calls it: for an instance that has no name yet.
    pub launcher_label: Option<String>,
    /// Whether a game starts after a pull: hooks, and not a person who looks.
    pub plays: bool,
    /// What becomes of conflicts, instead of what the rules say.
    pub on_conflict: Option<Policy>,
    /// Whether what is missing here is deleted, however much it is.
    pub allow_shrink: bool,
    /// Another cloud than the instance's own: for models and tests.
    pub cloud: Option<Arc<dyn Cloud>>,
    /// Added to the system's clock: for tests of clocks that are wrong.
    pub skew: SignedDuration,
}

impl Settings {
    /// Returns the defaults for the game folder `pack`.
    pub fn new(pack: impl Into<PathBuf>) -> Self {
        Self {
            pack: pack.into(),
            token_file: None,
            restic_binary: None,
            download: true,
            mirror: None,
            ca_file: None,
            insecure_http: false,
            unlock: false,
            dirs: UserDirs::native(),
            release: Release::pinned(),
            device_name: None,
            label: None,
            launcher_label: None,
            plays: false,
            on_conflict: None,
            allow_shrink: false,
            cloud: None,
            skew: SignedDuration::ZERO,
        }
    }

    /// Returns the time by this device's clock.
    pub fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(self.skew).unwrap_or(now)
    }
}
