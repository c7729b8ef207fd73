//! What snapshots said of themselves, kept on this device: a snapshot never changes, so its record
//! is read from the repository once.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    config::json_file::{self, Access},
    domain::ids::{InstanceId, SnapshotId},
};

/// The records of one instance that were read before, in the user's cache folder. It can be removed
/// at any time; nothing that goes wrong with it is told.
#[derive(Debug)]
pub struct Remembered {
    folder: PathBuf,
}

impl Remembered {
    /// Returns what is kept in the user's `cache` folder about an instance.
    pub fn of(cache: &Path, instance: InstanceId) -> Self {
        Self {
            folder: cache.join("records").join(instance.to_string()),
        }
    }

    /// Returns the record of a snapshot, if it was read before.
    pub fn get(&self, snapshot: &SnapshotId) -> Option<Vec<u8>> {
        let bytes = json_file::read_bytes(&self.place(snapshot)).ok()??;
        // A disk that was full leaves half of it.
        serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).ok()?;
        Some(bytes)
    }

    /// Keeps the record of a snapshot.
    pub fn keep(&self, snapshot: &SnapshotId, record: &[u8]) {
        if fs::create_dir_all(&self.folder).is_ok() {
            let _ = json_file::write_bytes(&self.place(snapshot), record, Access::Private);
        }
    }

    /// Returns the snapshots whose records are kept.
    pub fn snapshots(&self) -> Vec<SnapshotId> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries
            .filter_map(|entry| snapshot_of(&entry.file_name()))
            .collect()
    }

    /// Forgets the records of snapshots that are gone.
    pub fn forget_others(&self, there: &BTreeSet<SnapshotId>) {
        for id in self.snapshots() {
            if !there.contains(&id) {
                let _ = fs::remove_file(self.place(&id));
            }
        }
    }

    fn place(&self, snapshot: &SnapshotId) -> PathBuf {
        self.folder.join(format!("{snapshot}.json"))
    }
}

fn snapshot_of(file: &OsStr) -> Option<SnapshotId> {
    file.to_str()?.strip_suffix(".json")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(name: char) -> SnapshotId {
        name.to_string().repeat(64).parse().expect("an id")
    }

    #[test]
    fn a_record_is_remembered_until_its_snapshot_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let instance = "00000000000000000000000001".parse().expect("a ULID");
        let remembered = Remembered::of(folder.path(), instance);
        let (one, two) = (snapshot('1'), snapshot('2'));
        assert_eq!(remembered.get(&one), None);
        remembered.keep(&one, b"{\"a\": 1}");
        remembered.keep(&two, b"{\"b\": ");
        assert_eq!(remembered.get(&one).as_deref(), Some(&b"{\"a\": 1}"[..]));
        assert_eq!(remembered.get(&two), None, "half of a record is none");
        let mut kept = remembered.snapshots();
        kept.sort();
        assert_eq!(kept, [one.clone(), two.clone()]);
        remembered.forget_others(&[two.clone()].into());
        assert_eq!(remembered.get(&one), None);
        assert_eq!(remembered.snapshots(), [two]);
    }
}
