//! restic's JSON messages, as far as they are used.

use serde::Deserialize;

use crate::domain::ids::SnapshotId;

/// A line of `backup --json` or `restore --json`.
#[derive(Debug, Deserialize)]
#[serde(tag = "message_type", rename_all = "snake_case")]
pub enum Message {
    /// How far it is.
    Status(Status),
    /// The end.
    Summary(Summary),
    /// Something about one file.
    Error(FileError),
    /// Anything else.
    #[serde(other)]
    Other,
}

/// How far restic is.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Status {
    /// Bytes in all, as far as known.
    pub total_bytes: u64,
    /// Bytes read, by `backup`.
    pub bytes_done: u64,
    /// Bytes written, by `restore`.
    pub bytes_restored: u64,
    /// Files read, by `backup`.
    pub files_done: u64,
    /// What `backup` reads just now, as whole paths.
    pub current_files: Vec<String>,
}

/// What a backup did.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// The snapshot that it published.
    pub snapshot_id: Option<SnapshotId>,
    /// Regular files in it.
    pub total_files_processed: u64,
    /// New bytes, before compression.
    pub data_added: u64,
}

/// What could not be read or written.
#[derive(Debug, Deserialize)]
pub struct FileError {
    /// The file, from the top of the snapshot on.
    #[serde(default)]
    pub item: String,
    /// Why.
    #[serde(default)]
    pub error: Why,
}

/// Why a file could not be read or written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Why {
    /// In restic's words.
    pub message: String,
}

/// One of `snapshots --json`.
#[derive(Debug, Clone, Deserialize)]
pub struct Listed {
    /// Its full id.
    pub id: SnapshotId,
    /// When, by the clock of whoever made it, in RFC 3339.
    #[serde(default)]
    pub time: String,
    /// The device that made it.
    #[serde(default)]
    pub hostname: String,
    /// Its tags.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
    /// Its own count of files.
    #[serde(default)]
    pub summary: Option<Summary>,
    /// The snapshot that it was made of.
    #[serde(default)]
    pub original: Option<String>,
}

impl Listed {
    /// Returns the value of the tag `name=value`.
    pub fn tag(&self, name: &str) -> Option<&str> {
        self.tags
            .iter()
            .flatten()
            .find_map(|tag| tag.strip_prefix(name)?.strip_prefix('='))
    }

    /// Returns whether restic made it of another snapshot, as `repair snapshots` does: it lacks what
    /// that could not give.
    pub fn is_rewritten(&self) -> bool {
        self.original.is_some()
    }

    /// Returns whether its tag `n=` contradicts its own summary: then it is not what was pushed.
    pub fn is_incomplete(&self) -> bool {
        let claimed = self.tag("n").and_then(|count| count.parse::<u64>().ok());
        let counted = self
            .summary
            .as_ref()
            .map(|summary| summary.total_files_processed);
        matches!((claimed, counted), (Some(claimed), Some(counted)) if claimed != counted)
    }
}

/// One of `key list --json`.
#[derive(Debug, Deserialize)]
pub struct Key {
    /// Its full id.
    pub id: String,
    /// Whether it is the one that was opened with.
    #[serde(default)]
    pub current: bool,
}

/// The line with which a failing restic ends, on stderr.
#[derive(Debug, Deserialize)]
pub struct ExitError {
    /// What went wrong.
    pub message: String,
}
