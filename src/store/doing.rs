//! What restic is doing, in words: messages begin with it.

use std::fmt;

use crate::{domain::ids::SnapshotId, texts::text};

/// What restic is doing.
#[derive(Debug, Clone, Copy)]
pub enum Doing<'a> {
    /// Opening the repository.
    Opening,
    /// Creating it.
    Creating,
    /// Restoring.
    Fetching,
    /// Backing up.
    Saving,
    /// Listing the snapshots.
    Listing,
    /// Noting an instance in the account's list.
    Noting,
    /// Reading the record of a snapshot.
    ReadingRecord(&'a SnapshotId),
    /// Reading the master key.
    ReadingMasterKey,
    /// Looking at the locks.
    LookingAtLocks,
    /// Removing locks.
    RemovingLocks,
    /// Reading every pack.
    Checking,
    /// Removing snapshots.
    Forgetting,
    /// Removing what no snapshot needs.
    Pruning,
}

impl fmt::Display for Doing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Opening => text!("doing-opening"),
            Self::Creating => text!("doing-creating"),
            Self::Fetching => text!("doing-fetching"),
            Self::Saving => text!("doing-saving"),
            Self::Listing => text!("doing-listing"),
            Self::Noting => text!("doing-noting"),
            Self::ReadingRecord(snapshot) => {
                text!("doing-reading-record", snapshot = snapshot.short())
            }
            Self::ReadingMasterKey => text!("doing-reading-master-key"),
            Self::LookingAtLocks => text!("doing-looking-at-locks"),
            Self::RemovingLocks => text!("doing-removing-locks"),
            Self::Checking => text!("doing-checking"),
            Self::Forgetting => text!("doing-forgetting"),
            Self::Pruning => text!("doing-pruning"),
        })
    }
}
