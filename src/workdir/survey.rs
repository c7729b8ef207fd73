//! Looking at every file of a scope, several at a time.
//!
//! No content is read where size, mtime, ctime and inode say that nothing changed.

use std::{
    collections::BTreeSet,
    fs::{self, DirEntry, Metadata},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use rayon::Scope as Tasks;

use super::{
    course::Course,
    files,
    findings::{Findings, Piece, Root},
    stamp::{Known, Stamp, Stamps},
    threads,
};
use crate::{
    domain::{
        path::{InnerPath, RelPath},
        scope::Scope,
        unit::UnitKind,
    },
    texts::text,
};

/// What to look at, and what is known of it.
pub struct Survey<'a> {
    /// What is in scope.
    pub scope: &'a Scope,
    /// The stamps of the last scan.
    pub known: &'a Stamps,
    /// When that was taken.
    pub known_at: SystemTime,
    /// The game folder, links resolved.
    pub real_pack: &'a Path,
    /// What was found before: a path that two patterns lead to is one file.
    pub visited: BTreeSet<RelPath>,
}

/// A folder on the way, and what its content belongs to.
#[derive(Clone)]
struct Folder {
    path: RelPath,
    place: PathBuf,
    /// The unit that a rule groups it into, and with it all that lies below.
    group: Option<(RelPath, UnitKind)>,
    /// What it belongs to without one: what the pattern led to.
    root: RelPath,
}

/// One thing in a folder, or what a pattern led to.
struct Thing<'a> {
    path: RelPath,
    place: PathBuf,
    metadata: Metadata,
    group: Option<(RelPath, UnitKind)>,
    root: &'a RelPath,
}

impl Thing<'_> {
    /// Returns the unit that it belongs to.
    fn unit(&self) -> (RelPath, UnitKind) {
        let root = || (self.root.clone(), UnitKind::Data);
        self.group.clone().unwrap_or_else(root)
    }

    fn folder(&self) -> Folder {
        Folder {
            path: self.path.clone(),
            place: self.place.clone(),
            group: self.group.clone(),
            root: self.root.clone(),
        }
    }
}

impl Survey<'_> {
    /// Looks at everything that lies at and below these `roots`, none of which is above another.
    /// `progress` is told how many bytes of files were read so far.
    pub fn look(&self, roots: Vec<Root>, progress: &mut dyn FnMut(u64)) -> Findings {
        let found = Mutex::new(Findings::default());
        let course = Course::default();
        let walk = Walk {
            survey: self,
            found: &found,
            course: &course,
        };
        if roots.is_empty() {
            return Findings::default();
        }
        if let Some(pool) = threads::pool() {
            pool.in_place_scope(|tasks| {
                walk.spawn(tasks, move |tasks| {
                    for root in roots {
                        walk.enter(root, tasks);
                    }
                });
                course.wait(progress);
            });
        } else {
            // What was not looked at is not gone.
            let error = io::Error::other(text!("scan-no-thread"));
            for Root { path, .. } in roots {
                let mut piece = Piece::of((path.clone(), UnitKind::Data));
                let mut found = Findings::default();
                unreadable(&path, &error, &mut piece, &mut found);
                found.pieces.push(piece);
                walk.found().join(found);
            }
        }
        found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Copy)]
struct Walk<'s> {
    survey: &'s Survey<'s>,
    found: &'s Mutex<Findings>,
    course: &'s Course,
}

impl<'s> Walk<'s> {
    fn found(&self) -> MutexGuard<'s, Findings> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets another thread do this.
    fn spawn(self, tasks: &Tasks<'s>, work: impl FnOnce(&Tasks<'s>) + Send + 's) {
        let open = self.course.open();
        tasks.spawn(move |tasks| {
            work(tasks);
            drop(open);
        });
    }

    /// Looks at what an include pattern or a linked unit leads to.
    fn enter(self, root: Root, tasks: &Tasks<'s>) {
        let scope = self.survey.scope;
        let path = root.path.as_str();
        let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
        if parents.chain([path]).any(|above| scope.excludes(above)) {
            return;
        }
        let leads_up = root
            .place
            .canonicalize()
            .is_ok_and(|real| self.survey.real_pack.starts_with(real));
        if leads_up {
            return self.found().problem(path, text!("scan-link-upwards"));
        }
        // Here, links are followed. What vanished is simply not there.
        let Ok(metadata) = fs::metadata(&root.place) else {
            return;
        };
        let mut found = Findings::default();
        if root.place.is_symlink() {
            found.partial.insert(root.path.clone());
        }
        let thing = Thing {
            path: root.path.clone(),
            place: root.place,
            metadata,
            group: scope.grouped(&root.path),
            root: &root.path,
        };
        let mut piece = Piece::of(thing.unit());
        self.visit(&thing, &mut piece, &mut found, tasks);
        found.pieces.push(piece);
        self.found().join(found);
    }

    /// Looks at everything in a folder.
    fn list(self, folder: &Folder, tasks: &Tasks<'s>) {
        let mut found = Findings::default();
        let group = folder.group.clone();
        let mut all = Piece::of(group.unwrap_or_else(|| (folder.root.clone(), UnitKind::Data)));
        let entries = fs::read_dir(&folder.place).map(Iterator::collect);
        let entries: Vec<_> = match entries {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => vec![Err(error)],
        };
        for entry in entries {
            let thing = match entry {
                Ok(entry) => self.admit(folder, &entry, &mut found),
                Err(error) => {
                    unreadable(&folder.path, &error, &mut all, &mut found);
                    None
                }
            };
            let Some(thing) = thing else {
                found.partial.insert(folder.path.clone());
                continue;
            };
            let unit = thing.unit();
            let kind = thing.metadata.file_type();
            if unit.0 != all.unit || !(kind.is_file() || kind.is_dir()) {
                found.partial.insert(folder.path.clone());
            }
            if unit.0 == all.unit {
                self.visit(&thing, &mut all, &mut found, tasks);
            } else {
                let mut own = Piece::of(unit);
                self.visit(&thing, &mut own, &mut found, tasks);
                found.pieces.push(own);
            }
        }
        found.pieces.push(all);
        self.found().join(found);
    }

    /// Returns what is in scope, has a name that can travel, and is still there.
    fn admit<'f>(
        self,
        folder: &'f Folder,
        entry: &DirEntry,
        found: &mut Findings,
    ) -> Option<Thing<'f>> {
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            found.unspeakable(&entry.path());
            return None;
        };
        let scope = self.survey.scope;
        let path = format!("{}/{name}", folder.path);
        if scope.excludes(&path) {
            return None;
        }
        let path = RelPath::new(path).ok()?;
        let group = folder.group.clone();
        Some(Thing {
            group: group.or_else(|| scope.grouped(&path)),
            path,
            place: entry.path(),
            metadata: entry.metadata().ok()?,
            root: &folder.root,
        })
    }

    fn visit(self, thing: &Thing<'_>, piece: &mut Piece, found: &mut Findings, tasks: &Tasks<'s>) {
        let path = &thing.path;
        if thing.metadata.is_symlink() {
            // A linked world is a world; a link inside one cannot travel to every platform.
            if piece.unit == *path && thing.place.is_dir() {
                let (path, place) = (path.clone(), thing.place.clone());
                self.spawn(tasks, move |tasks| self.enter(Root { path, place }, tasks));
            } else {
                found.problem(path.as_str(), text!("scan-link-inside"));
            }
            return;
        }
        let is_new = !self.survey.visited.contains(path);
        let Some(inner) = inner_path(&piece.unit, path) else {
            return;
        };
        if thing.metadata.is_dir() {
            // A folder above grouped units belongs to none of them.
            let holds_units = thing.group.is_none() && self.groups_below(path);
            if is_new && !holds_units {
                piece.folders.push(inner);
            }
            let folder = thing.folder();
            self.spawn(tasks, move |tasks| self.list(&folder, tasks));
        } else if thing.metadata.is_file() {
            let stray = piece.kind == UnitKind::World && inner.as_str().is_empty();
            if is_new && !stray {
                self.visit_file(thing, inner, piece, tasks);
            }
        } else if is_new {
            found.problem(path.as_str(), text!("scan-neither-file-nor-folder"));
        }
    }

    /// Returns whether a unit rule could group something directly below `path`.
    fn groups_below(self, path: &RelPath) -> bool {
        let child = RelPath::new(format!("{path}/x"));
        child.is_ok_and(|child| self.survey.scope.grouped(&child).is_some())
    }

    fn visit_file(self, thing: &Thing<'_>, inner: InnerPath, piece: &mut Piece, tasks: &Tasks<'s>) {
        let known = self.survey.known.get(&piece.unit);
        let before = known.and_then(|files| files.get(&inner));
        let stamp = Stamp::of(&thing.metadata);
        let known_at = self.survey.known_at;
        let trusted = before.filter(|known| known.stamp == stamp && !stamp.is_racy(known_at));
        if let Some(known) = trusted {
            piece.files.push((inner, *known));
            return;
        }
        let (place, path) = (thing.place.clone(), thing.path.clone());
        let unit = thing.unit();
        self.spawn(tasks, move |_| {
            self.read(&path, &place, unit, inner, before);
        });
    }

    /// Reads a file that may have changed.
    fn read(
        self,
        path: &RelPath,
        place: &Path,
        unit: (RelPath, UnitKind),
        inner: InnerPath,
        before: Option<&Known>,
    ) {
        let mut found = Findings::default();
        let mut piece = Piece::of(unit);
        match files::hash(place) {
            Ok(known) => {
                found.read = 1;
                self.course.read(known.stamp.size);
                found.same_look = before.is_some_and(|before| same_look(before, &known));
                piece.files.push((inner, known));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => unreadable(path, &error, &mut piece, &mut found),
        }
        found.pieces.push(piece);
        self.found().join(found);
    }
}

fn unreadable(path: &RelPath, error: &io::Error, piece: &mut Piece, found: &mut Findings) {
    found.problem(path.as_str(), error.to_string());
    piece.unreadable = Some(error.to_string());
}

/// Returns whether restic would take two different contents for one.
fn same_look(before: &Known, now: &Known) -> bool {
    before.sha256 != now.sha256
        && before.stamp.size == now.stamp.size
        && before.stamp.mtime == now.stamp.mtime
}

fn inner_path(unit: &RelPath, path: &RelPath) -> Option<InnerPath> {
    let rest = path.as_str().strip_prefix(unit.as_str())?;
    InnerPath::new(rest.strip_prefix('/').unwrap_or(rest)).ok()
}
