//! Stamps: what tells, without reading it, that a file is still the one whose digest is known.

use std::{
    collections::BTreeMap,
    fs::Metadata,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::domain::{
    digest::Digest,
    path::{InnerPath, RelPath},
};

/// The identity of a file at one moment, as its metadata shows it. Times in nanoseconds since
/// 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, i64, i64, u64)", into = "(u64, i64, i64, u64)")]
pub struct Stamp {
    /// Length in bytes.
    pub size: u64,
    /// When the content was last changed; programs can set it back.
    pub mtime: i64,
    /// When anything was last changed; nobody can set it back. Creation time on Windows.
    pub ctime: i64,
    /// The file's number on its file system; 0 where there is none.
    pub inode: u64,
}

impl From<(u64, i64, i64, u64)> for Stamp {
    fn from((size, mtime, ctime, inode): (u64, i64, i64, u64)) -> Self {
        Self {
            size,
            mtime,
            ctime,
            inode,
        }
    }
}

impl From<Stamp> for (u64, i64, i64, u64) {
    fn from(stamp: Stamp) -> Self {
        (stamp.size, stamp.mtime, stamp.ctime, stamp.inode)
    }
}

impl Stamp {
    /// Reads a stamp off metadata.
    #[cfg(unix)]
    pub fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let nanos =
            |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
        Self {
            size: metadata.len(),
            mtime: nanos(metadata.mtime(), metadata.mtime_nsec()),
            ctime: nanos(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }

    /// Reads a stamp off metadata.
    #[cfg(not(unix))]
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.len(),
            mtime: metadata.modified().map_or(0, nanos),
            ctime: metadata.created().map_or(0, nanos),
            inode: 0,
        }
    }

    /// Returns whether the file may have changed after `taken` without its stamp showing it:
    /// within the granularity of the file system's clock (2 s on FAT, some milliseconds else, and far
    /// more on a loaded virtual machine, whose ticks come late).
    pub fn is_racy(&self, taken: SystemTime) -> bool {
        let newest = self.mtime.max(self.ctime);
        let granularity = if newest % 1_000_000_000 == 0 {
            Duration::from_secs(2)
        } else {
            Duration::from_millis(500)
        };
        let granularity = i64::try_from(granularity.as_nanos()).unwrap_or(i64::MAX);
        newest.saturating_add(granularity) >= nanos(taken)
    }
}

/// Returns nanoseconds since 1970.
pub fn nanos(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    }
}

/// One file's stamp and the digest of what it held then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Stamp, Digest)", into = "(Stamp, Digest)")]
pub struct Known {
    /// How it looked.
    pub stamp: Stamp,
    /// What it held.
    pub sha256: Digest,
}

impl From<(Stamp, Digest)> for Known {
    fn from((stamp, sha256): (Stamp, Digest)) -> Self {
        Self { stamp, sha256 }
    }
}

impl From<Known> for (Stamp, Digest) {
    fn from(known: Known) -> Self {
        (known.stamp, known.sha256)
    }
}

/// The stamps of all files in scope, unit by unit: the scan manifest.
pub type Stamps = BTreeMap<RelPath, BTreeMap<InnerPath, Known>>;
