//! The command lines of restic. No secret is ever in one.

use std::{ffi::OsString, path::Path};

use crate::domain::ids::SnapshotId;

/// What a backup needs to be told.
#[derive(Debug)]
pub struct Backup<'a> {
    /// The NUL-separated list of paths, relative to the game folder.
    pub files: &'a Path,
    /// The device's name.
    pub host: &'a str,
    /// The tags, `name=value` each.
    pub tags: &'a [String],
    /// How long to wait for whoever locked the whole repository, in seconds.
    pub lock_patience: u64,
    /// The snapshot that this folder was equal to. `None` makes restic read every file.
    pub parent: Option<&'a SnapshotId>,
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// `restic init`
pub fn init() -> Vec<OsString> {
    words(&["init", "--json"])
}

/// `restic key list`: opens the repository and says with which key.
pub fn keys() -> Vec<OsString> {
    words(&["key", "list", "--json", "--no-lock"])
}

/// `restic cat masterkey`
pub fn master_key() -> Vec<OsString> {
    words(&["cat", "masterkey", "--no-lock"])
}

/// `restic snapshots`: objects are immutable and clients cannot prune, so that reads need no lock.
pub fn snapshots() -> Vec<OsString> {
    words(&["snapshots", "--json", "--no-lock"])
}

/// `restic list snapshots`: the ids alone, for backends that are not asked by HTTP.
pub fn list_snapshots() -> Vec<OsString> {
    words(&["list", "snapshots", "--no-lock"])
}

/// `restic list locks`
pub fn list_locks() -> Vec<OsString> {
    words(&["list", "locks", "--no-lock"])
}

/// `restic cat lock`: it takes no id that is cut short.
pub fn lock(id: &str) -> Vec<OsString> {
    words(&["cat", "lock", id, "--no-lock"])
}

/// `restic unlock`: only with `--remove-all` would it remove a lock that may be in use.
pub fn unlock() -> Vec<OsString> {
    // Without --json: 0.19 then says nothing.
    words(&["unlock"])
}

/// `restic dump`: one file of a snapshot.
pub fn dump(snapshot: &SnapshotId, path: &str) -> Vec<OsString> {
    words(&["dump", "--no-lock", snapshot.as_str(), path])
}

/// `restic backup`
pub fn backup(backup: &Backup<'_>) -> Vec<OsString> {
    let tags = backup.tags.join(",");
    let patience = format!("{}s", backup.lock_patience);
    let mut args = words(&[
        "backup",
        "--json",
        "--no-scan",
        "--retry-lock",
        &patience,
        "--host",
        backup.host,
        "--tag",
        &tags,
    ]);
    match backup.parent {
        // Inodes differ on every device; a file that changed and kept size and mtime is why the
        // caller would give no parent.
        Some(parent) => args.extend(words(&["--parent", parent.as_str(), "--ignore-inode"])),
        None => args.push("--force".into()),
    }
    args.push("--files-from-raw".into());
    args.push(backup.files.into());
    args
}

/// `restic backup` of a text on its standard input, as the file `name`.
pub fn backup_text(name: &str, host: &str, tags: &[String]) -> Vec<OsString> {
    let tags = tags.join(",");
    // Without --force, one damaged snapshot would keep it from looking for a parent.
    words(&[
        "backup",
        "--json",
        "--no-scan",
        "--force",
        "--retry-lock",
        "3s",
        "--host",
        host,
        "--tag",
        &tags,
        "--stdin",
        "--stdin-filename",
        name,
    ])
}

/// `restic restore` of what `includes` lists (all of it where there is no list) into an empty
/// folder. What comes out is checked against digests by the caller, so restic need not read it
/// again.
pub fn restore(snapshot: &SnapshotId, target: &Path, includes: Option<&Path>) -> Vec<OsString> {
    let mut args = words(&[
        "restore",
        snapshot.as_str(),
        "--json",
        "--no-lock",
        "--target",
    ]);
    args.push(target.into());
    if let Some(includes) = includes {
        args.push("--include-file".into());
        args.push(includes.into());
    }
    args
}

/// `restic check --read-data`. Without --json it says how far it is.
pub fn check_data() -> Vec<OsString> {
    words(&["check", "--read-data", "--no-lock"])
}

/// `restic forget` of these snapshots: of these alone, by their whole ids.
pub fn forget(snapshots: &[SnapshotId], lock_patience: u64) -> Vec<OsString> {
    let patience = format!("{lock_patience}s");
    let mut args = words(&["forget", "--retry-lock", &patience]);
    args.extend(snapshots.iter().map(|id| id.as_str().into()));
    args
}

/// `restic forget --prune` that only says what it would do.
pub fn forget_dry(snapshots: &[SnapshotId]) -> Vec<OsString> {
    let mut args = words(&["forget", "--dry-run", "--prune", "--no-lock"]);
    args.extend(snapshots.iter().map(|id| id.as_str().into()));
    args
}

/// `restic prune`; `dry`: it only says what it would do.
pub fn prune(dry: bool, lock_patience: u64) -> Vec<OsString> {
    let patience = format!("{lock_patience}s");
    if dry {
        return words(&["prune", "--dry-run", "--no-lock"]);
    }
    words(&["prune", "--retry-lock", &patience])
}
