//! The scan: what is in scope, grouped into units, with the digests of all files.
//!
//! No content is read where size, mtime, ctime and inode say that nothing changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::Metadata,
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use walkdir::WalkDir;

use super::{
    files,
    stamp::{Known, Stamp, Stamps},
    walk,
};
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

/// Scans the game folder `pack`. `known` are the stamps of the last scan and when it was taken.
pub fn scan(pack: &Path, scope: &Scope, known: &Stamps, known_at: SystemTime) -> Scan {
    let mut scanner = Scanner {
        scope,
        known,
        known_at,
        real_pack: pack.canonicalize().unwrap_or_else(|_| pack.to_path_buf()),
        visited: BTreeSet::new(),
        scan: Scan {
            taken: SystemTime::now(),
            units: BTreeMap::new(),
            stamps: Stamps::new(),
            problems: Vec::new(),
            same_look: false,
            read: 0,
        },
    };
    for pattern in scope.includes() {
        let matches = walk::follow(pack, pattern);
        for blind in matches.blind {
            scanner.problem(&blind.path, &blind.why);
        }
        for place in matches.unspeakable {
            scanner.unspeakable(&place);
        }
        for (path, place) in matches.paths {
            if !path.is_empty() {
                scanner.visit_match(&path, &place);
            }
        }
    }
    let mut scan = scanner.scan;
    // A folder that holds no file of its scope is no save: what a deleted world leaves behind
    // (backups of a mod, say) must not come back as an empty one.
    scan.units
        .retain(|_, unit| !unit.content.files.is_empty() || unit.unreadable.is_some());
    scan.problems.sort();
    scan.problems.dedup();
    scan
}

struct Scanner<'a> {
    scope: &'a Scope,
    known: &'a Stamps,
    known_at: SystemTime,
    real_pack: PathBuf,
    visited: BTreeSet<String>,
    scan: Scan,
}

impl Scanner<'_> {
    fn problem(&mut self, path: &str, why: &str) {
        self.scan.problems.push(Problem {
            path: path.to_owned(),
            why: why.to_owned(),
        });
    }

    fn unspeakable(&mut self, place: &Path) {
        self.scan.problems.push(Problem {
            path: place.to_string_lossy().into_owned(),
            why: "its name is not valid Unicode and cannot travel; it was left out".to_owned(),
        });
    }

    /// Visits what an include pattern or a linked unit leads to.
    fn visit_match(&mut self, path: &str, place: &Path) {
        let Ok(root) = RelPath::new(path) else { return };
        let parents: Vec<&str> = path.match_indices('/').map(|(at, _)| &path[..at]).collect();
        if parents.iter().any(|parent| self.scope.excludes(parent)) {
            return;
        }
        let leads_up = place
            .canonicalize()
            .is_ok_and(|real| self.real_pack.starts_with(real));
        if leads_up {
            self.problem(
                path,
                "it is a link to a folder that holds the game folder; it was left out",
            );
            return;
        }
        let excluded = |entry: &walkdir::DirEntry, scope: &Scope| {
            relative(path, place, entry.path()).is_some_and(|path| scope.excludes(&path))
        };
        let scope = self.scope;
        let entries = WalkDir::new(place).sort_by_file_name().into_iter();
        for entry in entries.filter_entry(|entry| !excluded(entry, scope)) {
            match entry {
                Ok(entry) => self.visit(&root, place, &entry),
                Err(error) => self.walk_error(&root, place, &error),
            }
        }
    }

    fn walk_error(&mut self, root: &RelPath, place: &Path, error: &walkdir::Error) {
        // A file that vanished during the walk is simply not there.
        if error
            .io_error()
            .is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
        {
            return;
        }
        let why = error
            .io_error()
            .map_or_else(|| error.to_string(), ToString::to_string);
        let path = error
            .path()
            .and_then(|at| relative(root.as_str(), place, at));
        self.unreadable(&path.unwrap_or_else(|| root.to_string()), root, &why);
    }

    fn unreadable(&mut self, path: &str, root: &RelPath, why: &str) {
        self.problem(path, why);
        if let Ok(path) = RelPath::new(path) {
            let (unit, kind) = self.unit_of(&path, root);
            self.unit(&unit, kind).unreadable = Some(why.to_owned());
        }
    }

    fn unit_of(&self, path: &RelPath, root: &RelPath) -> (RelPath, UnitKind) {
        self.scope
            .grouped(path)
            .unwrap_or_else(|| (root.clone(), UnitKind::Data))
    }

    fn unit(&mut self, unit: &RelPath, kind: UnitKind) -> &mut Scanned {
        self.scan
            .units
            .entry(unit.clone())
            .or_insert_with(|| Scanned {
                kind,
                content: UnitContent::default(),
                unreadable: None,
            })
    }

    fn visit(&mut self, root: &RelPath, place: &Path, entry: &walkdir::DirEntry) {
        let Some(path) = relative(root.as_str(), place, entry.path()) else {
            self.unspeakable(entry.path());
            return;
        };
        let Ok(path) = RelPath::new(path) else { return };
        // The root of a walk is what a link leads to, where it is one.
        let metadata = if entry.depth() == 0 {
            std::fs::metadata(entry.path()).ok()
        } else {
            entry.metadata().ok()
        };
        // It vanished during the walk.
        let Some(metadata) = metadata else { return };
        let (unit, kind) = self.unit_of(&path, root);
        if entry.path_is_symlink() && entry.depth() > 0 {
            // A linked world is a world; a link inside one cannot travel to every platform.
            if unit == path && entry.path().is_dir() {
                self.visit_match(path.as_str(), entry.path());
            } else {
                self.problem(
                    path.as_str(),
                    "it is a link; links inside a save are not synced",
                );
            }
            return;
        }
        // A path that two patterns lead to is one file.
        if !self.visited.insert(path.to_string()) {
            return;
        }
        let Some(inner) = inner_path(&unit, &path) else {
            return;
        };
        if metadata.is_dir() {
            // A folder above grouped units belongs to none of them.
            let holds_units = self.scope.grouped(&path).is_none() && self.groups_below(&path);
            if !holds_units {
                self.unit(&unit, kind).content.folders.insert(inner);
            }
        } else if metadata.is_file() {
            let stray = kind == UnitKind::World && inner.as_str().is_empty();
            if !stray {
                self.visit_file(&path, &unit, kind, inner, entry.path(), &metadata);
            }
        } else {
            self.problem(
                path.as_str(),
                "it is neither a file nor a folder; it was left out",
            );
        }
    }

    /// Returns whether a unit rule could group something directly below `path`.
    fn groups_below(&self, path: &RelPath) -> bool {
        RelPath::new(format!("{path}/x")).is_ok_and(|child| self.scope.grouped(&child).is_some())
    }

    fn visit_file(
        &mut self,
        path: &RelPath,
        unit: &RelPath,
        kind: UnitKind,
        inner: InnerPath,
        place: &Path,
        metadata: &Metadata,
    ) {
        let before = self.known.get(unit).and_then(|files| files.get(&inner));
        let stamp = Stamp::of(metadata);
        let trusted = before.filter(|known| known.stamp == stamp && !stamp.is_racy(self.known_at));
        let known = match trusted {
            Some(known) => *known,
            None => match files::hash(place) {
                Ok(known) => {
                    self.scan.read += 1;
                    self.scan.same_look |= before.is_some_and(|before| same_look(before, &known));
                    known
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => return,
                Err(error) => return self.unreadable(path.as_str(), unit, &error.to_string()),
            },
        };
        let fact = FileFact {
            size: known.stamp.size,
            sha256: known.sha256,
        };
        self.unit(unit, kind)
            .content
            .files
            .insert(inner.clone(), fact);
        self.scan
            .stamps
            .entry(unit.clone())
            .or_default()
            .insert(inner, known);
    }
}

/// Returns whether restic would take two different contents for one.
fn same_look(before: &Known, now: &Known) -> bool {
    before.sha256 != now.sha256
        && before.stamp.size == now.stamp.size
        && before.stamp.mtime == now.stamp.mtime
}

/// The path of `at`, which lies below `place`, as seen from the game folder, where `place` is
/// `root`. `None` where a name is not UTF-8.
fn relative(root: &str, place: &Path, at: &Path) -> Option<String> {
    let mut path = root.to_owned();
    for part in at.strip_prefix(place).ok()? {
        path.push('/');
        path.push_str(part.to_str()?);
    }
    Some(path)
}

fn inner_path(unit: &RelPath, path: &RelPath) -> Option<InnerPath> {
    let rest = path.as_str().strip_prefix(unit.as_str())?;
    InnerPath::new(rest.strip_prefix('/').unwrap_or(rest)).ok()
}
