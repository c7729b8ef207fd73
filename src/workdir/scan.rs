//! The scan: what is in scope, grouped into units, with the digests of all files.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::SystemTime,
};

use super::{
    findings::{Findings, Root},
    stamp::{Known, Stamps},
    survey::Survey,
    walk,
};
use crate::config::layout::real;
use crate::domain::{
    agreement::Agreement,
    local::Found,
    path::{InnerPath, RelPath},
    scope::Scope,
    unit::{FileFact, UnitContent, UnitKind},
};

/// What a scan found.
#[derive(Debug, Clone)]
pub struct Scan {
    /// When it began.
    pub taken: SystemTime,
    /// Every unit that is there.
    pub units: BTreeMap<RelPath, Scanned>,
    /// The stamps of every file that was read or recognised.
    pub stamps: Stamps,
    /// What cannot travel, and what could not be looked at.
    pub problems: Vec<Problem>,
    /// Whether a file's content changed while its size and mtime did not: restic must then be told
    /// to read everything, since it compares just these.
    pub same_look: bool,
    /// How many files were read.
    pub read: usize,
    /// The folders that hold something that is no part of the unit around it.
    pub partial: BTreeSet<RelPath>,
}

/// One unit.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// What it is to a player.
    pub kind: UnitKind,
    /// What it holds.
    pub content: UnitContent,
    /// Why it could not be read whole, if it could not.
    pub unreadable: Option<String>,
}

/// Something that the player should know of, and that stopped nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The path, as well as it can be written.
    pub path: String,
    /// What is the matter.
    pub why: String,
}

impl Scan {
    /// Returns what the domain needs to know. Units of the `agreement` that lie below something
    /// that could not be looked at count as unreadable, never as deleted.
    pub fn found(&self, agreement: &Agreement) -> BTreeMap<RelPath, (UnitKind, Found)> {
        let mut found: BTreeMap<_, _> = self
            .units
            .iter()
            .map(|(unit, scanned)| {
                let what = match scanned.unreadable {
                    Some(_) => Found::Unreadable,
                    None => Found::Content(scanned.content.digest()),
                };
                (unit.clone(), (scanned.kind, what))
            })
            .collect();
        for (unit, agreed) in agreement {
            let hidden = |problem: &Problem| {
                unit.as_str() == problem.path
                    || problem.path.is_empty()
                    || unit
                        .as_str()
                        .strip_prefix(&problem.path)
                        .is_some_and(|rest| rest.starts_with('/'))
            };
            if !found.contains_key(unit)
                && agreed.version.digest().is_some()
                && self.problems.iter().any(hidden)
            {
                found.insert(unit.clone(), (agreed.version.kind, Found::Unreadable));
            }
        }
        found
    }
}

/// Scans the game folder `pack`. `known` are the stamps of the last scan and when it was taken;
/// `progress` is told how many bytes were read so far.
pub fn scan(
    pack: &Path,
    scope: &Scope,
    known: &Stamps,
    known_at: SystemTime,
    progress: &mut dyn FnMut(u64),
) -> Scan {
    let taken = SystemTime::now();
    let real_pack = real(pack);
    let mut survey = Survey {
        scope,
        known,
        known_at,
        real_pack: &real_pack,
        visited: BTreeSet::new(),
    };
    let mut all = Findings::default();
    let mut roots = Vec::new();
    for pattern in scope.includes() {
        let matches = walk::follow(pack, pattern);
        for blind in matches.blind {
            all.problem(&blind.path, &blind.why);
        }
        for place in matches.unspeakable {
            all.unspeakable(&place);
        }
        for (path, place) in matches.paths {
            if let Ok(path) = RelPath::new(path) {
                roots.push(Root { path, place });
            }
        }
    }
    for batch in apart(roots) {
        survey.visited.extend(all.paths());
        all.join(survey.look(batch, progress));
    }
    assemble(all, taken)
}

/// Divides what patterns lead to into batches within which no path is reached twice. There is one,
/// unless patterns overlap.
fn apart(roots: Vec<Root>) -> Vec<Vec<Root>> {
    let is_above = |a: &RelPath, b: &RelPath| {
        let rest = b.as_str().strip_prefix(a.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut batches: Vec<Vec<Root>> = vec![Vec::new()];
    for root in roots {
        let overlaps = batches.last().is_some_and(|batch| {
            let mut others = batch.iter().map(|other| &other.path);
            others.any(|other| is_above(other, &root.path) || is_above(&root.path, other))
        });
        if overlaps {
            batches.push(Vec::new());
        }
        if let Some(batch) = batches.last_mut() {
            batch.push(root);
        }
    }
    batches
}

fn assemble(found: Findings, taken: SystemTime) -> Scan {
    let mut units: BTreeMap<RelPath, Scanned> = BTreeMap::new();
    let mut files: BTreeMap<RelPath, Vec<(InnerPath, Known)>> = BTreeMap::new();
    for piece in found.pieces {
        let unit = units.entry(piece.unit.clone()).or_insert_with(|| Scanned {
            kind: piece.kind,
            content: UnitContent::default(),
            unreadable: None,
        });
        unit.content.folders.extend(piece.folders);
        if unit.unreadable.is_none() {
            unit.unreadable = piece.unreadable;
        }
        if !piece.files.is_empty() {
            files.entry(piece.unit).or_default().extend(piece.files);
        }
    }
    // Built at once from all of its files, a map takes a fraction of the time.
    let mut stamps = Stamps::new();
    for (unit, files) in files {
        if let Some(scanned) = units.get_mut(&unit) {
            let fact = |(inner, known): &(InnerPath, Known)| {
                let fact = FileFact {
                    size: known.stamp.size,
                    sha256: known.sha256,
                };
                (inner.clone(), fact)
            };
            scanned.content.files = files.iter().map(fact).collect();
        }
        stamps.insert(unit, files.into_iter().collect());
    }
    // A folder that holds no file of its scope is no save: what a deleted world leaves behind
    // (backups of a mod, say) must not come back as an empty one.
    units.retain(|_, unit| !unit.content.files.is_empty() || unit.unreadable.is_some());
    let mut problems = found.problems;
    problems.sort();
    problems.dedup();
    Scan {
        taken,
        units,
        stamps,
        problems,
        same_look: found.same_look,
        read: found.read,
        partial: found.partial,
    }
}
