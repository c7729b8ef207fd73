//! A cloud in memory, for models: what a repository promises, and the faults that a real one cannot
//! be made to show at a given moment.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
    time::SystemTime,
};

use super::lib::{
    domain::{
        digest::Digest,
        ids::SnapshotId,
        path::{OWN_FOLDER, RelPath},
    },
    error::{Context, Error, Kind, Result},
    store::{
        argv::Backup,
        messages::{Listed, Summary},
        repository::{Backed, Restored},
    },
    sync::cloud::{Cloud, Progress, RecordSource, Store},
};

/// What lies at a path of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file with its content.
    File(Vec<u8>),
    /// A folder that was listed by itself.
    Folder,
}

/// What a file looks like without being read.
#[derive(Debug, Clone)]
struct Look {
    mtime: SystemTime,
    permissions: fs::Permissions,
}

/// A snapshot.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// As restic lists it.
    pub listed: Listed,
    /// Everything in it.
    pub tree: BTreeMap<String, Entry>,
    looks: BTreeMap<String, Look>,
}

/// Something that a device asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Which snapshots there are.
    Probe,
    /// What a snapshot says of itself.
    Record,
    /// To publish a snapshot.
    Backup,
    /// To give files back.
    Restore,
}

/// What is wrong with a backup.
#[derive(Debug, Clone, Copy)]
pub enum Flaw {
    /// A file could not be read.
    Unread,
    /// Not all files are counted.
    Miscounted,
}

/// What happens beside a call: before the snapshot of a backup is visible, before a restore reads.
type Beside = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Inner {
    snapshots: BTreeMap<SnapshotId, Snapshot>,
    made: u64,
    offline: BTreeSet<usize>,
    lose_next_answer: bool,
    beside_next_backup: Option<Beside>,
    beside_next_restore: Option<Beside>,
    hurt: BTreeSet<(SnapshotId, String)>,
    on_call: Option<fn()>,
    refused: Vec<(Call, Kind)>,
    refused_next: Option<(Call, Kind)>,
    unreadable: BTreeMap<SnapshotId, Kind>,
    hidden: BTreeSet<SnapshotId>,
    flaw_of_next_backup: Option<Flaw>,
    absent: bool,
    opened: u64,
}

/// The cloud as one device reaches it.
#[derive(Clone)]
pub struct Memory {
    inner: Arc<Mutex<Inner>>,
    device: usize,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a cloud in memory, as device {} sees it", self.device)
    }
}

impl Memory {
    /// Returns an empty repository. `on_call` comes before everything that a device asks for.
    pub fn new(on_call: Option<fn()>) -> Self {
        let inner = Inner {
            on_call,
            ..Inner::default()
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
            device: 0,
        }
    }

    /// Returns the same cloud as another device reaches it.
    pub fn seen_by(&self, device: usize) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            device,
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A device that died in a call left no half of anything.
        self.inner
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn call(&self) -> Result<MutexGuard<'_, Inner>> {
        let on_call = self.inner().on_call;
        if let Some(on_call) = on_call {
            on_call();
        }
        let inner = self.inner();
        if inner.offline.contains(&self.device) {
            return Err(Error::new(Kind::Offline, "the line is cut"));
        }
        Ok(inner)
    }

    /// Cuts or mends this device's line.
    pub fn set_offline(&self, offline: bool) {
        let device = self.device;
        let mut inner = self.inner();
        if offline {
            inner.offline.insert(device);
        } else {
            inner.offline.remove(&device);
        }
    }

    /// Returns whether this device reaches the cloud.
    pub fn is_online(&self) -> bool {
        !self.inner().offline.contains(&self.device)
    }

    /// The next backup publishes, and its answer is lost.
    pub fn lose_next_answer(&self) {
        self.inner().lose_next_answer = true;
    }

    /// Does something while the next backup is under way.
    pub fn beside_next_backup(&self, beside: impl FnOnce() + Send + 'static) {
        self.inner().beside_next_backup = Some(Box::new(beside));
    }

    /// Does something while the next restore is under way.
    pub fn beside_next_restore(&self, beside: impl FnOnce() + Send + 'static) {
        self.inner().beside_next_restore = Some(Box::new(beside));
    }

    /// Forgets what was set for a next backup that did not come.
    pub fn calm(&self) {
        let mut inner = self.inner();
        inner.lose_next_answer = false;
        inner.beside_next_backup = None;
    }

    /// Makes what lies below a path of a snapshot unreadable, or everything readable again.
    pub fn hurt(&self, what: Option<(SnapshotId, String)>) {
        match what {
            Some(what) => drop(self.inner().hurt.insert(what)),
            None => self.inner().hurt.clear(),
        }
    }

    /// Returns whether something cannot be read.
    pub fn is_hurt(&self) -> bool {
        !self.inner().hurt.is_empty()
    }

    /// Returns all snapshots.
    pub fn all(&self) -> Vec<Snapshot> {
        self.inner().snapshots.values().cloned().collect()
    }

    /// Removes snapshots, as a prune does.
    pub fn prune(&self, ids: &BTreeSet<SnapshotId>) {
        self.inner().snapshots.retain(|id, _| !ids.contains(id));
    }

    /// Answers every such call by an error of this kind, or none any more.
    pub fn refuse(&self, call: Call, kind: Option<Kind>) {
        let mut inner = self.inner();
        inner.refused.retain(|(other, _)| *other != call);
        inner.refused.extend(kind.map(|kind| (call, kind)));
    }

    /// Answers the next such call by an error of this kind.
    pub fn refuse_next(&self, call: Call, kind: Kind) {
        self.inner().refused_next = Some((call, kind));
    }

    /// What this snapshot says of itself cannot be read any more, for such a reason.
    pub fn make_unreadable(&self, id: &SnapshotId, kind: Kind) {
        self.inner().unreadable.insert(id.clone(), kind);
    }

    /// It can be read again.
    pub fn make_readable(&self, id: &SnapshotId) {
        self.inner().unreadable.remove(id);
    }

    /// This snapshot is there, and not in the list of those that can be read.
    pub fn hide(&self, id: &SnapshotId, hidden: bool) {
        let mut inner = self.inner();
        if hidden {
            inner.hidden.insert(id.clone());
        } else {
            inner.hidden.remove(id);
        }
    }

    /// Something is wrong with the next backup.
    pub fn flaw_next_backup(&self, flaw: Flaw) {
        self.inner().flaw_of_next_backup = Some(flaw);
    }

    /// There is no repository until somebody creates it.
    pub fn remove(&self) {
        self.inner().absent = true;
    }

    /// Returns how often it was opened.
    pub fn opened(&self) -> u64 {
        self.inner().opened
    }

    /// Changes a snapshot: as another program may have made it.
    pub fn change(&self, id: &SnapshotId, change: impl FnOnce(&mut Snapshot)) {
        if let Some(snapshot) = self.inner().snapshots.get_mut(id) {
            change(snapshot);
        }
    }

    /// Changes what a snapshot says of itself.
    pub fn tamper(&self, id: &SnapshotId, change: impl Fn(&str) -> String) {
        self.change(id, |snapshot| {
            let record = snapshot.tree.get_mut(&format!("{OWN_FOLDER}/push.json"));
            if let Some(Entry::File(bytes)) = record {
                *bytes = change(&String::from_utf8_lossy(bytes)).into_bytes();
            }
        });
    }

    /// Adds a snapshot of these files that says nothing of itself: made by a person with plain restic.
    pub fn add_foreign(&self, files: &[(&str, &str)]) -> SnapshotId {
        let tree: BTreeMap<String, Entry> = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), Entry::File(text.as_bytes().to_vec())))
            .collect();
        let id: SnapshotId = Digest::of(format!("foreign {tree:?}").as_bytes())
            .to_string()
            .parse()
            .unwrap();
        let listed = Listed {
            id: id.clone(),
            time: "2026-01-02T03:04:05Z".to_owned(),
            hostname: "somebody".to_owned(),
            tags: None,
            summary: None,
            original: None,
        };
        let snapshot = Snapshot {
            listed,
            tree,
            looks: BTreeMap::new(),
        };
        self.inner().snapshots.insert(id.clone(), snapshot);
        id
    }

    fn asked(&self, call: Call) -> Result<MutexGuard<'_, Inner>> {
        let mut inner = self.call()?;
        if let Some((_, kind)) = inner.refused_next.take_if(|(refused, _)| *refused == call) {
            return Err(Error::new(kind, "refused once"));
        }
        if inner.absent {
            return Err(Error::new(Kind::NoRepository, "there is none"));
        }
        match inner.refused.iter().find(|(refused, _)| *refused == call) {
            Some((_, kind)) => Err(Error::new(*kind, "refused")),
            None => Ok(inner),
        }
    }

    fn record_bytes(inner: &Inner, id: &SnapshotId) -> Option<Vec<u8>> {
        match inner
            .snapshots
            .get(id)?
            .tree
            .get(&format!("{OWN_FOLDER}/push.json"))?
        {
            Entry::File(bytes) => Some(bytes.clone()),
            Entry::Folder => None,
        }
    }
}

impl Cloud for Memory {
    fn probe(&self) -> Result<Option<BTreeSet<SnapshotId>>> {
        Ok(Some(
            self.asked(Call::Probe)?.snapshots.keys().cloned().collect(),
        ))
    }

    fn open(&self) -> Result<Box<dyn Store>> {
        self.inner().opened += 1;
        Ok(Box::new(self.clone()))
    }
}

impl RecordSource for Memory {
    fn push_record(&self, snapshot: &SnapshotId) -> Result<Option<Vec<u8>>> {
        let inner = self.asked(Call::Record)?;
        if !inner.snapshots.contains_key(snapshot) {
            return Err(Error::failed("no matching ID found"));
        }
        if let Some(kind) = inner.unreadable.get(snapshot) {
            return Err(Error::new(*kind, format!("{snapshot} is hurt")));
        }
        Ok(Self::record_bytes(&inner, snapshot))
    }
}

impl Store for Memory {
    fn snapshots(&self) -> Result<Vec<Listed>> {
        let inner = self.call()?;
        Ok(inner
            .snapshots
            .values()
            .filter(|snapshot| !inner.hidden.contains(&snapshot.listed.id))
            .map(|snapshot| snapshot.listed.clone())
            .collect())
    }

    fn snapshot_ids(&self) -> Result<Vec<SnapshotId>> {
        Ok(self.call()?.snapshots.keys().cloned().collect())
    }

    fn backup(&self, folder: &Path, backup: &Backup<'_>, _: Progress<'_>) -> Result<Backed> {
        drop(self.asked(Call::Backup)?);
        let flaw = self.inner().flaw_of_next_backup.take();
        let beside = self.inner().beside_next_backup.take();
        let parent = backup
            .parent
            .map(|parent| {
                let parent = self.inner().snapshots.get(parent).cloned();
                parent.ok_or_else(|| Error::failed("no matching ID found"))
            })
            .transpose()?;
        let Reading {
            tree,
            looks,
            complete,
            ..
        } = read(folder, backup.files, parent.as_ref())?;
        if let Some(beside) = beside {
            beside();
        }
        let files = tree
            .values()
            .filter(|entry| matches!(entry, Entry::File(_)))
            .count() as u64;
        let files = files - u64::from(matches!(flaw, Some(Flaw::Miscounted)));
        let complete = complete && !matches!(flaw, Some(Flaw::Unread));
        // The line may be cut, or the device die, before the snapshot is there.
        let mut inner = self.call()?;
        inner.made += 1;
        let id: SnapshotId = Digest::of(format!("{} {tree:?}", inner.made).as_bytes())
            .to_string()
            .parse()
            .context(|| "an id".to_owned())?;
        let listed = Listed {
            id: id.clone(),
            // Clocks of other programs are not to be relied on: any order.
            time: id.short().to_owned(),
            hostname: backup.host.to_owned(),
            tags: Some(backup.tags.to_vec()),
            summary: Some(Summary {
                total_files_processed: files,
                ..Summary::default()
            }),
            original: None,
        };
        let snapshot = Snapshot {
            listed,
            tree,
            looks,
        };
        inner.snapshots.insert(id.clone(), snapshot);
        let lost = std::mem::take(&mut inner.lose_next_answer);
        let on_call = inner.on_call;
        drop(inner);
        if let Some(on_call) = on_call {
            on_call();
        }
        if lost {
            return Err(Error::new(Kind::Offline, "the answer was lost"));
        }
        Ok(Backed {
            snapshot: id,
            files,
            bytes_added: 0,
            unread: (!complete).then(|| "a file could not be read".to_owned()),
            forgotten: None,
        })
    }

    fn restore(
        &self,
        snapshot: &SnapshotId,
        target: &Path,
        paths: &[RelPath],
        _: Progress<'_>,
    ) -> Result<Restored> {
        let beside = self.inner().beside_next_restore.take();
        if let Some(beside) = beside {
            beside();
        }
        let inner = self.asked(Call::Restore)?;
        let Some(found) = inner.snapshots.get(snapshot) else {
            return Err(Error::failed("no matching ID found"));
        };
        let mut items = 0;
        for (path, entry) in &found.tree {
            let asked = |wanted: &RelPath| {
                path == wanted.as_str()
                    || path
                        .strip_prefix(wanted.as_str())
                        .is_some_and(|rest| rest.starts_with('/'))
            };
            if !paths.iter().any(asked) {
                continue;
            }
            let hurt = |(id, prefix): &(SnapshotId, String)| {
                id == snapshot && path.starts_with(prefix.as_str())
            };
            let place = target.join(path);
            let what = || format!("cannot restore {path}");
            let mut entry = entry.clone();
            if let Entry::File(bytes) = &mut entry
                && inner.hurt.iter().any(hurt)
            {
                items += 1;
                // A file of the right size is there, with a hole in it.
                bytes.fill(0);
            }
            write(&place, &entry, found.looks.get(path)).context(what)?;
        }
        Ok(match items {
            0 => Restored::Whole,
            items => Restored::Lacking {
                items,
                why: "a pack is missing".to_owned(),
            },
        })
    }

    fn restore_everything(
        &self,
        snapshot: &SnapshotId,
        target: &Path,
        progress: Progress<'_>,
    ) -> Result<Restored> {
        let found = self.inner().snapshots.get(snapshot).cloned();
        let paths = found.iter().flat_map(|found| found.tree.keys());
        let paths = paths.filter(|path| !path.starts_with(OWN_FOLDER));
        let paths: Vec<RelPath> = paths
            .map(|path| RelPath::new(path.as_str()).expect("a sound path"))
            .collect();
        self.restore(snapshot, target, &paths, progress)
    }

    fn init(&self) -> Result<()> {
        self.call()?.absent = false;
        Ok(())
    }
}

/// What a backup read.
struct Reading<'a> {
    parent: Option<&'a Snapshot>,
    tree: BTreeMap<String, Entry>,
    looks: BTreeMap<String, Look>,
    complete: bool,
}

/// Reads what a NUL-separated list names below `folder`.
fn read<'a>(folder: &Path, list: &Path, parent: Option<&'a Snapshot>) -> Result<Reading<'a>> {
    let list = fs::read(list).context(|| "cannot read the list".to_owned())?;
    let mut reading = Reading {
        parent,
        tree: BTreeMap::new(),
        looks: BTreeMap::new(),
        complete: true,
    };
    for path in list
        .split(|byte| *byte == 0)
        .filter(|path| !path.is_empty())
    {
        let path = String::from_utf8_lossy(path).into_owned();
        let place = folder.join(&path);
        reading.read(path, &place)?;
    }
    if reading.tree.is_empty() {
        return Err(Error::failed("all source directories/files do not exist"));
    }
    Ok(reading)
}

impl Reading<'_> {
    /// Reads a file, or a folder with all that is in it: it may not be empty any more.
    fn read(&mut self, path: String, place: &Path) -> Result<()> {
        let Ok(metadata) = fs::metadata(place) else {
            self.complete = false;
            return Ok(());
        };
        let what = || format!("cannot read {path}");
        if metadata.is_dir() {
            for entry in fs::read_dir(place).context(what)? {
                let entry = entry.context(what)?;
                let inner = format!("{path}/{}", entry.file_name().to_string_lossy());
                self.read(inner, &entry.path())?;
            }
            self.tree.insert(path, Entry::Folder);
            return Ok(());
        }
        let look = Look {
            mtime: metadata.modified().context(what)?,
            permissions: metadata.permissions(),
        };
        let known = match self.in_parent(&path, metadata.len(), &look) {
            Some(bytes) => bytes.to_vec(),
            None => fs::read(place).context(what)?,
        };
        self.looks.insert(path.clone(), look);
        self.tree.insert(path, Entry::File(known));
        Ok(())
    }

    /// Returns what the parent has of a file that looks as it did then. It is not read again.
    fn in_parent(&self, path: &str, size: u64, look: &Look) -> Option<&[u8]> {
        let parent = self.parent?;
        let Entry::File(bytes) = parent.tree.get(path)? else {
            return None;
        };
        let same = parent.looks.get(path)?.mtime == look.mtime && bytes.len() as u64 == size;
        same.then_some(bytes)
    }
}

fn write(place: &Path, entry: &Entry, look: Option<&Look>) -> std::io::Result<()> {
    match entry {
        Entry::Folder => fs::create_dir_all(place),
        Entry::File(bytes) => {
            if let Some(folder) = place.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(place, bytes)?;
            let Some(look) = look else { return Ok(()) };
            let file = fs::File::options().write(true).open(place)?;
            file.set_modified(look.mtime)?;
            file.set_permissions(look.permissions.clone())
        }
    }
}
