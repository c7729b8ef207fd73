//! The account's token and the repository's key: parsing, files with mode 600, the OS keyring.

pub mod files;
pub mod keyring;
pub mod sealed;
pub mod token;

use serde::{Deserialize, Serialize};

/// Where the secrets of an instance are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Files in `.cloud-sync`, mode 600.
    File,
    /// The OS keyring.
    Keyring,
}
