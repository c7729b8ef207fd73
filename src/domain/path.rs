//! Paths that travel: relative to the game folder, `/` between components, nothing that escapes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::texts::text;

/// The folder of this program in every game folder. Never synced, but for its `push.json`.
pub const OWN_FOLDER: &str = ".cloud-sync";

/// A path relative to the game folder. Also names a unit: `saves/My World`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RelPath(String);

/// A path below a unit's root; empty for the root itself, as where the unit is a single file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InnerPath(String);

/// A path that must not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPath {
    path: String,
}

impl fmt::Display for BadPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = format!("{:?}", self.path);
        f.write_str(&text!("path-outside", path = path))
    }
}

impl std::error::Error for BadPath {}

fn check(path: &str) -> Result<(), BadPath> {
    let sound = path
        .split('/')
        .all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains('\0'));
    if sound {
        Ok(())
    } else {
        Err(BadPath {
            path: path.to_owned(),
        })
    }
}

impl RelPath {
    /// Returns the path, unless it is absolute, empty, leaves the folder, or is one of our own
    /// files.
    pub fn new(path: impl Into<String>) -> Result<Self, BadPath> {
        let path = path.into();
        check(&path)?;
        // Compared without case: on Windows and macOS `.Cloud-Sync` is the same folder, and a
        // record from the cloud must never write there.
        if path
            .split('/')
            .next()
            .is_some_and(|first| first.eq_ignore_ascii_case(OWN_FOLDER))
        {
            return Err(BadPath { path });
        }
        Ok(Self(path))
    }

    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the last component.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Returns the path of something inside this unit.
    #[must_use]
    pub fn join(&self, inner: &InnerPath) -> Self {
        if inner.0.is_empty() {
            self.clone()
        } else {
            Self(format!("{}/{}", self.0, inner.0))
        }
    }

    /// Returns the components, outermost first.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }
}

impl InnerPath {
    /// Returns the path, unless it is absolute or leaves the unit.
    pub fn new(path: impl Into<String>) -> Result<Self, BadPath> {
        let path = path.into();
        if !path.is_empty() {
            check(&path)?;
        }
        Ok(Self(path))
    }

    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! text_path {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadPath;

            fn try_from(path: String) -> Result<Self, BadPath> {
                Self::new(path)
            }
        }

        impl From<$name> for String {
            fn from(path: $name) -> Self {
                path.0
            }
        }
    };
}
text_path!(RelPath);
text_path!(InnerPath);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_escapes_the_game_folder() {
        for bad in [
            "",
            "/etc/passwd",
            "..",
            "a/../b",
            "a//b",
            "a/",
            "./a",
            "a\0b",
            ".cloud-sync/token",
            ".CLOUD-sync/x",
        ] {
            assert!(RelPath::new(bad).is_err(), "{bad:?}");
        }
        for good in [
            "options.txt",
            "saves/My World",
            "-x",
            "a\\b",
            " ",
            "saves/x\n",
            ".cloud-sync2",
        ] {
            assert!(RelPath::new(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn a_unit_is_called_as_its_last_part() {
        for (path, name) in [
            ("saves/My World", "My World"),
            ("options.txt", "options.txt"),
        ] {
            assert_eq!(RelPath::new(path).expect("sound").name(), name);
        }
    }

    #[test]
    fn a_file_unit_is_its_own_inside() {
        let unit = RelPath::new("options.txt").expect("sound");
        assert_eq!(unit.join(&InnerPath::new("").expect("sound")), unit);
    }
}
