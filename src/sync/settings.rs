//! What a run was asked for, apart from its command.

use std::path::PathBuf;

use crate::{config::user_dirs::UserDirs, store::release::Release};

/// The global options, and what only a program that embeds the library can set.
#[derive(Debug, Clone)]
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
    /// The user's folders.
    pub dirs: UserDirs,
    /// The restic that is accepted.
    pub release: Release,
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
            dirs: UserDirs::native(),
            release: Release::pinned(),
        }
    }
}
