//! Lists that are known: a hook with nothing to do asks for the same one again and again.
//!
//! A list is known as long as its folder is as it was, to the nanosecond, and nothing was put there or taken
//! away by us. The system is asked for what it has in memory alone, so that the answer comes on the spot:
//! whatever would wait for a disk is read anew, on a thread that may wait.

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::stamp::Stamp;
use crate::domain::rest::{
    list::Entry,
    path::{Kind, Object, Repository},
};

/// The longest list that is kept.
const LONGEST: usize = 1000;
/// How many entries all of them have: 40 bytes each.
const ENTRIES: usize = 200_000;
/// How many lists there are.
const LISTS: usize = 20_000;

/// Which list.
type Of = (Repository, Kind);

/// How long a folder has to have been left alone, in seconds: the next change gives it another time then,
/// however coarsely its file system counts.
const SETTLED: i64 = 3;

/// What is known.
#[derive(Debug)]
pub struct Listed {
    known: Mutex<Known>,
    next: AtomicU64,
    settled: i64,
}

impl Default for Listed {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
            next: AtomicU64::new(0),
            settled: SETTLED,
        }
    }
}

#[derive(Debug, Default)]
struct Known {
    lists: HashMap<Of, List>,
    entries: usize,
}

#[derive(Debug)]
enum List {
    /// It is being read; by whom.
    Begun(u64),
    /// It was read when its folder was like this.
    Read(Stamp, Arc<[Entry]>),
}

/// A list that is about to be read.
#[derive(Debug)]
pub struct Reading {
    of: Of,
    number: u64,
    stamp: Stamp,
}

impl Listed {
    /// Returns a list where it is known and holds.
    pub fn recall(&self, folder: &Path, repository: &Repository, kind: Kind) -> Option<Vec<Entry>> {
        let now = Stamp::at_once(folder)?;
        let of = (repository.clone(), kind);
        let entries = match self.lock().lists.get(&of)? {
            List::Read(stamp, entries) if *stamp == now => Arc::clone(entries),
            List::Read(..) | List::Begun(_) => return None,
        };
        Some(entries.to_vec())
    }

    /// Says that a list is about to be read. `None` where it could not be told later from another one.
    pub fn begin(&self, folder: &Path, repository: &Repository, kind: Kind) -> Option<Reading> {
        let stamp = Stamp::settled(folder, self.settled)?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let of = (repository.clone(), kind);
        let mut known = self.lock();
        if known.lists.len() >= LISTS {
            *known = Known::default();
        }
        known.put(of.clone(), List::Begun(number));
        Some(Reading { of, number, stamp })
    }

    /// Keeps what was read, unless something was changed or read anew since it was begun.
    pub fn keep(&self, reading: Reading, entries: &[Entry]) {
        if entries.len() > LONGEST {
            return;
        }
        let mut known = self.lock();
        if known.entries + entries.len() > ENTRIES {
            *known = Known::default();
        }
        let found = known.lists.get(&reading.of);
        if matches!(found, Some(List::Begun(number)) if *number == reading.number) {
            known.put(reading.of, List::Read(reading.stamp, entries.into()));
        }
    }

    /// Forgets a list: something of it was put there, or taken away.
    pub fn forget(&self, repository: &Repository, object: &Object) {
        if let Object::Blob(kind, _) = object {
            self.lock().take(&(repository.clone(), *kind));
        }
    }

    /// Returns one that waits for nothing to settle.
    #[cfg(test)]
    pub fn impatient() -> Self {
        Self {
            settled: 0,
            ..Self::default()
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn put(&mut self, of: Of, list: List) {
        self.take(&of);
        if let List::Read(_, entries) = &list {
            self.entries += entries.len();
        }
        self.lists.insert(of, list);
    }

    fn take(&mut self, of: &Of) {
        if let Some(List::Read(_, entries)) = self.lists.remove(of) {
            self.entries -= entries.len();
        }
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::{fs, fs::File, time::SystemTime};

    use super::*;
    use crate::domain::rest::name::ObjectName;

    struct Scene {
        folder: tempfile::TempDir,
        listed: Listed,
        repository: Repository,
    }

    const KIND: Kind = Kind::Snapshots;

    fn entry(digit: &str) -> Entry {
        let name = digit.repeat(64).parse().expect("a name");
        Entry { name, size: 5 }
    }

    impl Scene {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().expect("a folder"),
                listed: Listed::impatient(),
                repository: Repository {
                    account: "alice".parse().expect("a name"),
                    id: "01M7Y8NXC8Z2MTVTHSG1NKY3QG".parse().expect("an id"),
                },
            }
        }

        fn begin(&self) -> Option<Reading> {
            self.listed
                .begin(self.folder.path(), &self.repository, KIND)
        }

        fn recall(&self) -> Option<Vec<Entry>> {
            self.listed
                .recall(self.folder.path(), &self.repository, KIND)
        }

        fn forget(&self, kind: Kind, name: ObjectName) {
            let object = Object::Blob(kind, name);
            self.listed.forget(&self.repository, &object);
        }

        fn reading(&self) -> Reading {
            self.begin().expect("it may be kept")
        }
    }

    #[test]
    fn a_folder_that_was_changed_a_moment_ago_is_read_again() {
        let mut scene = Scene::new();
        scene.listed = Listed::default();
        assert!(scene.begin().is_none(), "made a moment ago");
        scene.listed.settled = 0;
        assert!(scene.begin().is_some());
        // A clock that was ahead when it was changed: nobody knows when that was.
        let later = SystemTime::now() + std::time::Duration::from_secs(3600);
        let folder = File::open(scene.folder.path()).expect("opens");
        folder.set_modified(later).expect("sets");
        assert!(scene.begin().is_none());
        assert!(scene.recall().is_none());
    }

    #[test]
    fn a_list_is_known_until_its_folder_changes() {
        let scene = Scene::new();
        let entries = [entry("a"), entry("b")];
        scene.listed.keep(scene.reading(), &entries);
        assert_eq!(scene.recall().expect("known"), entries);
        assert_eq!(scene.recall().expect("known still"), entries);
        fs::write(scene.folder.path().join("by somebody else"), "").expect("writes");
        assert!(scene.recall().is_none());
    }

    #[test]
    fn a_list_is_forgotten_with_what_is_put_there() {
        let scene = Scene::new();
        scene.listed.keep(scene.reading(), &[entry("a")]);
        scene.forget(Kind::Locks, entry("b").name);
        assert!(scene.recall().is_some(), "of another list");
        scene.forget(KIND, entry("b").name);
        assert!(scene.recall().is_none());
        // And where that happens while it is read.
        let reading = scene.reading();
        scene.forget(KIND, entry("b").name);
        scene.listed.keep(reading, &[entry("a")]);
        assert!(scene.recall().is_none());
        // Two read at once: the one that began last has seen more.
        let (first, second) = (scene.reading(), scene.reading());
        scene.listed.keep(first, &[]);
        assert!(scene.recall().is_none());
        scene.listed.keep(second, &[entry("a")]);
        assert_eq!(scene.recall().expect("known").len(), 1);
    }

    #[test]
    fn what_is_known_is_bounded() {
        let scene = Scene::new();
        let many = vec![entry("a"); LONGEST + 1];
        scene.listed.keep(scene.reading(), &many);
        assert!(scene.recall().is_none(), "too long");
        scene.listed.keep(scene.reading(), &many[1..]);
        assert_eq!(scene.listed.lock().entries, LONGEST);
        scene.listed.keep(scene.reading(), &many[2..]);
        assert_eq!(scene.listed.lock().entries, LONGEST - 1);
        scene.listed.lock().entries = ENTRIES;
        scene.listed.keep(scene.reading(), &many[1..]);
        let known = scene.listed.lock();
        assert_eq!((known.lists.len(), known.entries), (0, 0));
    }
}
