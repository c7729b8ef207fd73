//! What a walk of a scope found, before it is put together.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{scan::Problem, stamp::Known};
use crate::{
    domain::{
        path::{InnerPath, RelPath},
        unit::UnitKind,
    },
    texts::text,
};

/// What an include pattern leads to.
pub struct Root {
    /// As seen from the game folder.
    pub path: RelPath,
    /// Where it is.
    pub place: PathBuf,
}

/// Everything that was found.
#[derive(Default)]
pub struct Findings {
    /// Parts of units.
    pub pieces: Vec<Piece>,
    /// What cannot travel, and what could not be looked at.
    pub problems: Vec<Problem>,
    /// Whether a file's content changed while its size and mtime did not.
    pub same_look: bool,
    /// How many files were read.
    pub read: usize,
    /// The folders that hold something that is no part of what is around it: what is left out, links,
    /// other units; and what is a link itself.
    pub partial: BTreeSet<RelPath>,
}

/// A part of one unit: mostly what lies in one folder.
pub struct Piece {
    /// The unit.
    pub unit: RelPath,
    /// What it is to a player.
    pub kind: UnitKind,
    /// Folders.
    pub folders: Vec<InnerPath>,
    /// Files.
    pub files: Vec<(InnerPath, Known)>,
    /// Why a part of it could not be read.
    pub unreadable: Option<String>,
}

impl Piece {
    /// Returns an empty part of a unit.
    pub fn of((unit, kind): (RelPath, UnitKind)) -> Self {
        Self {
            unit,
            kind,
            folders: Vec::new(),
            files: Vec::new(),
            unreadable: None,
        }
    }
}

impl Findings {
    /// Notes something that the player should know of.
    pub fn problem(&mut self, path: &str, why: impl Into<String>) {
        self.problems.push(Problem {
            path: path.to_owned(),
            why: why.into(),
        });
    }

    /// Notes a name that cannot travel.
    pub fn unspeakable(&mut self, place: &Path) {
        self.problem(&place.to_string_lossy(), text!("scan-name-not-unicode"));
    }

    /// Adds what else was found.
    pub fn join(&mut self, other: Self) {
        self.pieces.extend(other.pieces);
        self.problems.extend(other.problems);
        self.same_look |= other.same_look;
        self.read += other.read;
        self.partial.extend(other.partial);
    }

    /// Returns the paths of all files and folders.
    pub fn paths(&self) -> impl Iterator<Item = RelPath> {
        self.pieces.iter().flat_map(|piece| {
            let files = piece.files.iter().map(|(inner, _)| inner);
            let inner = files.chain(&piece.folders);
            inner.map(|inner| piece.unit.join(inner))
        })
    }
}
