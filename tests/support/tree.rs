//! A snapshot of a folder, and the comparison of two with a difference that a person can read.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::shown;

/// What is below a folder: the path relative to it, and what is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    nodes: BTreeMap<PathBuf, Node>,
}

/// One file, folder or link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub kind: Kind,
    pub mode: u32,
    pub mtime: SystemTime,
}

#[derive(Clone, PartialEq, Eq)]
pub enum Kind {
    File(Vec<u8>),
    Folder,
    Link(PathBuf),
}

impl Tree {
    /// Reads a folder. Its own `.cloud-sync` is left out.
    #[track_caller]
    pub fn of(folder: &Path) -> Self {
        Self::of_all(folder).without(".cloud-sync")
    }

    /// Reads a folder, its `.cloud-sync` included. A folder that does not exist is an empty tree.
    #[track_caller]
    pub fn of_all(folder: &Path) -> Self {
        Self::try_of_all(folder).unwrap()
    }

    /// Reads a folder in which somebody may be at work: that fails where something goes meanwhile.
    pub fn try_of_all(folder: &Path) -> io::Result<Self> {
        let mut tree = Self::default();
        if folder.exists() {
            tree.read(folder, Path::new(""))?;
        }
        Ok(tree)
    }

    fn read(&mut self, root: &Path, below: &Path) -> io::Result<()> {
        for entry in fs::read_dir(root.join(below))? {
            let path = below.join(entry?.file_name());
            let full = root.join(&path);
            let meta = fs::symlink_metadata(&full)?;
            let kind = if meta.is_symlink() {
                Kind::Link(fs::read_link(&full)?)
            } else if meta.is_dir() {
                self.read(root, &path)?;
                Kind::Folder
            } else {
                Kind::File(fs::read(&full)?)
            };
            let node = Node {
                kind,
                mode: mode_of(&meta),
                mtime: meta.modified()?,
            };
            self.nodes.insert(path, node);
        }
        Ok(())
    }

    /// Returns the part below a path, with paths relative to it.
    pub fn under(&self, path: impl AsRef<Path>) -> Self {
        let part = self.nodes.iter().filter_map(|(name, node)| {
            let below = name.strip_prefix(&path).ok()?;
            (below != Path::new("")).then(|| (below.to_owned(), node.clone()))
        });
        Self {
            nodes: part.collect(),
        }
    }

    /// Returns the tree without a path and what is below it.
    pub fn without(mut self, path: impl AsRef<Path>) -> Self {
        self.nodes.retain(|name, _| !name.starts_with(&path));
        self
    }

    pub fn get(&self, path: impl AsRef<Path>) -> Option<&Node> {
        self.nodes.get(path.as_ref())
    }

    /// Returns the content of a file; `None` where there is no file.
    pub fn content(&self, path: impl AsRef<Path>) -> Option<&[u8]> {
        match &self.get(path)?.kind {
            Kind::File(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.nodes.keys().map(PathBuf::as_path)
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Says that both hold the same names, kinds and contents.
    pub fn same(&self, other: &Self) -> bool {
        differences(self, other, false).is_empty()
    }
}

/// Checks that two trees hold the same names, kinds and contents.
#[track_caller]
pub fn assert_same(left: &Tree, right: &Tree) {
    check(&differences(left, right, false));
}

/// Checks that two trees are the same, mode bits and the mtime of files to the nanosecond included.
#[track_caller]
pub fn assert_same_with_metadata(left: &Tree, right: &Tree) {
    check(&differences(left, right, true));
}

#[track_caller]
fn check(differences: &[String]) {
    assert!(
        differences.is_empty(),
        "the trees differ (- only left, + only right, ! both):\n{}\n",
        differences.join("\n")
    );
}

fn differences(left: &Tree, right: &Tree, metadata: bool) -> Vec<String> {
    let mut found = Vec::new();
    let names: std::collections::BTreeSet<_> = left.paths().chain(right.paths()).collect();
    for path in names {
        let name = shown::name(path);
        match (left.get(path), right.get(path)) {
            (Some(node), None) => found.push(format!("- {name} {}", node.kind)),
            (None, Some(node)) => found.push(format!("+ {name} {}", node.kind)),
            (Some(a), Some(b)) if a.kind != b.kind => {
                found.push(format!(
                    "! {name} {} | {}{}",
                    a.kind,
                    b.kind,
                    first_difference(a, b)
                ));
            }
            (Some(a), Some(b)) if metadata => found.extend(metadata_difference(&name, a, b)),
            _ => {}
        }
    }
    found
}

fn metadata_difference(name: &str, a: &Node, b: &Node) -> Option<String> {
    if a.mode != b.mode {
        return Some(format!("! {name} mode {:o} | {:o}", a.mode, b.mode));
    }
    // The mtime of a folder says only when something was moved into it.
    let times = matches!(a.kind, Kind::File(_)) && a.mtime != b.mtime;
    times.then(|| format!("! {name} mtime {:?} | {:?}", a.mtime, b.mtime))
}

fn first_difference(a: &Node, b: &Node) -> String {
    let (Kind::File(a), Kind::File(b)) = (&a.kind, &b.kind) else {
        return String::new();
    };
    let at = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    format!(", first at byte {at}")
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::File(bytes) => write!(f, "file of {}", shown::content(bytes)),
            Self::Folder => f.write_str("folder"),
            Self::Link(target) => write!(f, "link to {}", target.display()),
        }
    }
}

/// As Display: a failed `assert_eq!` shall not print a whole region file.
impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(unix)]
fn mode_of(meta: &fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o7777
}

#[cfg(not(unix))]
fn mode_of(meta: &fs::Metadata) -> u32 {
    u32::from(meta.permissions().readonly())
}
