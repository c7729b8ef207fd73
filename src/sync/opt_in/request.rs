//! What a player asked for, and what became of it.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Serialize;

use crate::{
    config::layout::Layout,
    domain::{ids::InstanceId, location::Location, profile::Profile},
    secrets::{Place, token::Token},
};

/// What a player asked for.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // switches of a command line
pub struct Request {
    /// Where the repository is or will be.
    pub location: Location,
    /// The account; not needed where the place has none and a passphrase is given.
    pub token: Option<Token>,
    /// The player's own password of the repository.
    pub passphrase: Option<SecretString>,
    /// The instance to join; a new one where it is missing.
    pub instance: Option<InstanceId>,
    /// What the instance is.
    pub profile: Profile,
    /// Where the secrets go.
    pub place: Place,
    /// Whether to leave the server alone for now.
    pub offline: bool,
    /// Whether to opt in anew where the folder is opted in already.
    pub force: bool,
    /// Whether the repository may get a fast key.
    pub fast_key: bool,
    /// What the instance is called in the catalogue that it was chosen from.
    pub label: Option<String>,
    /// Whether the account's catalogue may be told: not, where another passphrase opens it.
    pub tell: bool,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OptedIn {
    /// The instance.
    pub instance_id: InstanceId,
    /// How.
    pub how: How,
    /// The folder.
    pub pack_folder: PathBuf,
    /// What the instance is called, where it was opted in now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether the account's catalogue knows of this folder, where that was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<bool>,
    /// Whether there is anything in the folder that is to be compared with the cloud.
    #[serde(skip)]
    pub has_saves: bool,
}

impl OptedIn {
    /// Returns what is said of a folder that is opted in already.
    pub fn already(instance_id: InstanceId, layout: &Layout) -> Self {
        Self {
            instance_id,
            how: How::Already,
            pack_folder: layout.pack().to_path_buf(),
            label: None,
            listed: None,
            has_saves: true,
        }
    }
}

/// How a folder came to be opted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum How {
    /// It was before; nothing was changed.
    Already,
    /// As a new instance, whose repository was created.
    Created,
    /// As one more device of an instance.
    Joined,
    /// Without asking the server.
    Offline,
}
