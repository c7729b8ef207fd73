//! Getting versions into staging, and checking them there. Nothing of the player's is touched.

mod aside;
mod lists;
mod room;
mod staging;

pub use lists::{news_of, obstacle, wants};
pub use room::{check_room, check_room_in};
pub use staging::{Staged, stage};

use std::collections::BTreeMap;

use crate::{
    domain::{
        ids::SnapshotId,
        path::{InnerPath, RelPath},
        unit::{FileFact, UnitContent},
    },
    workdir::scan::Scanned,
};

/// Where content comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A unit of a snapshot.
    Cloud(SnapshotId, RelPath),
    /// A unit that is here.
    Here(RelPath),
}

/// What a unit will be.
#[derive(Debug, Clone)]
pub struct Want {
    /// Where it comes from.
    pub source: Source,
    /// What it holds.
    pub content: UnitContent,
    /// Its own `level.dat`, where it is a copy that is called otherwise than what it comes from.
    pub level: Option<Vec<u8>>,
    /// The unit whose step it is a part of: a copy belongs to a decision about another unit.
    pub step: RelPath,
}

impl Want {
    /// Returns whether what lands at `target` is a copy: it takes no other version's place, and the game
    /// lists it beside the unit that it is a version of.
    pub fn is_copy(&self, target: &RelPath) -> bool {
        self.step != *target
    }

    /// Returns whether it comes from another name than the one that it lands under: a copy, or a unit
    /// that was renamed since.
    fn is_renamed(&self, target: &RelPath) -> bool {
        let (Source::Cloud(_, unit) | Source::Here(unit)) = &self.source;
        unit != target
    }
}

/// Everything that a plan puts in place, by where it lands.
pub type Wants = BTreeMap<RelPath, Want>;

/// Units that cannot be had, and why.
pub type Lost = BTreeMap<RelPath, String>;

/// Which files of a unit differ from what is here.
pub fn missing<'a>(
    unit: &'a RelPath,
    content: &'a UnitContent,
    here: Option<&'a Scanned>,
) -> impl Iterator<Item = (RelPath, InnerPath, FileFact)> + 'a {
    content
        .files
        .iter()
        .filter(move |(inner, fact)| {
            here.and_then(|here| here.content.files.get(*inner)) != Some(*fact)
        })
        .map(move |(inner, fact)| (unit.join(inner), inner.clone(), *fact))
}
