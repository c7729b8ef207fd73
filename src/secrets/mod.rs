//! The account's token and the repository's key: parsing, files with mode 600, the OS keyring.

pub mod files;
pub mod keyring;
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

/// Keeps what this process and its children have in memory out of core dumps. Costs two system
/// calls; that a platform cannot do it is no reason to stop.
pub fn forbid_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let _ = setrlimit(Resource::Core, none);
    }
    // A program that the kernel pipes core dumps to does not heed the limit.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
