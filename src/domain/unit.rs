//! Units: what is synced whole, and what a unit holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use serde::{Deserialize, Serialize};

use super::{
    digest::{Digest, Hasher},
    path::InnerPath,
};

/// What a unit is to a player; decides the conflict policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnitKind {
    /// A world or another save: the only kind that ever asks.
    World,
    /// Options and configuration.
    Settings,
    /// Anything else: waypoints, schematics.
    Data,
}

/// What identifies one file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFact {
    /// Length in bytes.
    pub size: u64,
    /// SHA-256 of the content.
    pub sha256: Digest,
}

/// Everything in one unit: regular files and folders, relative to the unit's root.
///
/// Times and mode bits travel inside the snapshot and are no part of a unit's identity: a copy
/// with another mtime is the same save, and Windows has no mode bits to compare.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitContent {
    /// The regular files.
    pub files: BTreeMap<InnerPath, FileFact>,
    /// The folders, the unit's own root (the empty path) included where it is one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub folders: BTreeSet<InnerPath>,
}

/// How large something is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Regular files.
    pub files: u64,
    /// Bytes in all of them.
    pub bytes: u64,
}

impl std::ops::AddAssign for Extent {
    fn add_assign(&mut self, other: Self) {
        self.files = self.files.saturating_add(other.files);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

impl UnitContent {
    /// Returns the unit's digest: equal digests mean equal names and equal bytes.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::default();
        for folder in &self.folders {
            hasher.update(b"folder\0");
            hasher.update(folder.as_str().as_bytes());
            hasher.update(b"\0");
        }
        let mut line = String::new();
        for (path, fact) in &self.files {
            line.clear();
            // A text takes whatever is written.
            let _ = write!(line, "file\0{path}\0{}\0{}\0", fact.size, fact.sha256);
            hasher.update(line.as_bytes());
        }
        hasher.finish()
    }

    /// Returns how many files differ from those of `other`: new ones, other ones, and those that are
    /// gone.
    pub fn difference(&self, other: &Self) -> u64 {
        let new = self
            .files
            .iter()
            .filter(|(path, fact)| other.files.get(*path) != Some(*fact))
            .count();
        let gone = other
            .files
            .keys()
            .filter(|path| !self.files.contains_key(*path))
            .count();
        (new + gone) as u64
    }

    /// Returns how large it is; the largest numbers where a record claims more.
    pub fn extent(&self) -> Extent {
        Extent {
            files: self.files.len() as u64,
            bytes: self
                .files
                .values()
                .fold(0, |sum, file| sum.saturating_add(file.size)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(files: &[(&str, &str)], folders: &[&str]) -> UnitContent {
        let path = |text: &str| InnerPath::new(text).expect("sound");
        UnitContent {
            files: files
                .iter()
                .map(|(name, text)| {
                    let fact = FileFact {
                        size: text.len() as u64,
                        sha256: Digest::of(text.as_bytes()),
                    };
                    (path(name), fact)
                })
                .collect(),
            folders: folders.iter().map(|name| path(name)).collect(),
        }
    }

    #[test]
    fn a_digest_sees_names_bytes_and_empty_folders() {
        let world = content(&[("level.dat", "a")], &["", "region"]);
        assert_eq!(world.digest(), world.clone().digest());
        for other in [
            content(&[("level.dat", "b")], &["", "region"]),
            content(&[("level.dat_old", "a")], &["", "region"]),
            content(&[("level.dat", "a")], &[""]),
            content(&[("level.dat", "a"), ("x", "")], &["", "region"]),
        ] {
            assert_ne!(world.digest(), other.digest());
        }
    }

    #[test]
    fn an_extent_counts_files_and_bytes() {
        let extent = content(&[("a", "123"), ("b", "4567")], &[""]).extent();
        assert_eq!(extent, Extent { files: 2, bytes: 7 });
    }
}
