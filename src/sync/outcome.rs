//! What became of a pull or a push. Exit codes, `--json` and messages come from these alone.

use serde::Serialize;

use crate::domain::{ids::SnapshotId, path::RelPath};

/// What became of a pull.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PullOutcome {
    /// The folder is not opted in.
    NotOptedIn,
    /// The folder is a copy of an opted-in one, and not opted in itself until `setup`.
    Copy,
    /// Both sides were equal, or nothing new was in the cloud.
    UpToDate {
        /// The snapshot of what was only here, where there was something.
        saved: Option<SnapshotId>,
    },
    /// The cloud's news are here.
    Applied {
        /// What happened to the units.
        changes: Changes,
        /// The snapshot of what was only here, where there was something.
        saved: Option<SnapshotId>,
    },
    /// Units changed on both sides. Nothing here was touched.
    Conflict {
        /// These.
        units: Vec<RelPath>,
        /// Whether everything that is here is in the cloud too.
        saved: bool,
    },
    /// Devices disagree about units, and it is not for this one to decide. It goes on with one
    /// version of each.
    Forked {
        /// These.
        units: Vec<RelPath>,
        /// What happened to other units.
        changes: Changes,
    },
    /// The player decides later, and plays on with what is here.
    Postponed {
        /// These.
        units: Vec<RelPath>,
        /// What happened to other units.
        changes: Changes,
    },
    /// The cloud could not be asked, or could not be used. The game can start with what is here.
    Offline {
        /// Why.
        why: String,
    },
    /// Nothing was ever pushed.
    Unpublished,
    /// The server refused the credentials. The game can start with what is here.
    Refused {
        /// What it said.
        why: String,
    },
    /// A push is under way in this folder. The game can start.
    Busy {
        /// Who.
        why: String,
    },
    /// A swap that was interrupted waits for a world that a running game has open. Nothing else was done.
    Unfinished {
        /// Which world.
        why: String,
    },
}

/// What a pull did to units.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Changes {
    /// Fetched.
    pub taken: Vec<RelPath>,
    /// Moved to `undo/`, since they were deleted on another device.
    pub removed: Vec<RelPath>,
    /// Versions that landed beside others, under names of their own.
    pub copied: Vec<RelPath>,
    /// Left alone on this device.
    pub held: Vec<RelPath>,
    /// What the cloud could not give.
    pub lost: Vec<RelPath>,
    /// Bytes fetched.
    pub bytes: u64,
}

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PushOutcome {
    /// The folder is not opted in.
    NotOptedIn,
    /// The folder is a copy of an opted-in one, and not opted in itself until `setup`.
    Copy,
    /// Nothing had changed.
    UpToDate,
    /// It is in the cloud.
    Pushed {
        /// The snapshot.
        snapshot: SnapshotId,
        /// The units that changed.
        units: Vec<RelPath>,
        /// The units that were deleted here.
        deleted: Vec<RelPath>,
        /// New bytes, before compression.
        bytes: u64,
        /// Whether the cloud has news that the next pull will merge.
        news: bool,
        /// Worlds that a running game has open: they go out with the next push.
        left_open: Vec<RelPath>,
    },
    /// The folder has just joined, and units differ here and in the cloud: nothing was published but a
    /// safety copy.
    Conflict {
        /// These.
        units: Vec<RelPath>,
        /// Whether everything that is here is in the cloud too.
        saved: bool,
    },
    /// The cloud could not be reached: it goes out at the next chance.
    Pending {
        /// Why.
        why: String,
        /// What to do about it.
        hints: Vec<String>,
    },
}
