//! Scenes: a few steps of a few devices, and exactly what they lead to: how commands end, what they
//! tell, what they note, what lies where.

mod conflicts;
mod drill;
mod export;
mod faults;
mod guards;
mod history;
mod hooks;
mod interrupted;
#[cfg(unix)] // locks as Java takes them
mod open;
mod restore;
mod sources;
mod undo;
mod verify;
mod worlds;

use std::{cell::RefCell, collections::BTreeSet, fs, path::PathBuf, time::SystemTime};

use serde_json::Value;

use super::{
    device::Device,
    lib::{
        domain::{ids::SnapshotId, path::RelPath, policy::Policy},
        error::Result,
        sync::{
            event::Event,
            outcome::{Changes, PullOutcome, PushOutcome},
            pull, push,
            question::{Answer, Question},
            settings::Settings,
        },
    },
    memory::{Call, Entry, Flaw, Memory, Snapshot},
};

/// A few devices of one instance.
struct Scene {
    cloud: Memory,
    devices: Vec<Device>,
}

impl Scene {
    /// Returns so many empty folders that are opted in.
    fn new(devices: usize) -> Self {
        let cloud = Memory::new(None);
        let devices = (0..devices)
            .map(|number| Device::new(number, cloud.seen_by(number)))
            .collect();
        Self { cloud, devices }
    }

    /// Returns a scene in which all devices have these files, and have pushed and pulled them.
    fn with(devices: usize, files: &[(&str, &str)]) -> Self {
        let scene = Self::new(devices);
        for (path, text) in files {
            scene.write(0, path, text);
        }
        scene.push(0);
        for number in 1..devices {
            scene.pull(number);
        }
        scene
    }

    fn settings(&self, device: usize) -> Settings {
        self.devices[device].settings()
    }

    fn place(&self, device: usize, path: &str) -> PathBuf {
        self.devices[device].pack().join(path)
    }

    fn write(&self, device: usize, path: &str, text: &str) {
        let place = self.place(device, path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }

    fn delete(&self, device: usize, path: &str) {
        let place = self.place(device, path);
        if place.is_dir() {
            fs::remove_dir_all(place).unwrap();
        } else {
            fs::remove_file(place).unwrap();
        }
    }

    fn text(&self, device: usize, path: &str) -> Option<String> {
        fs::read_to_string(self.place(device, path)).ok()
    }

    fn modified(&self, device: usize, path: &str) -> SystemTime {
        let metadata = fs::metadata(self.place(device, path)).unwrap();
        metadata.modified().unwrap()
    }

    fn set_modified(&self, device: usize, path: &str, time: SystemTime) {
        let file = fs::File::options();
        let file = { file }.write(true).open(self.place(device, path)).unwrap();
        file.set_modified(time).unwrap();
    }

    fn push(&self, device: usize) -> PushOutcome {
        push::push(&self.settings(device), &|_| ()).unwrap()
    }

    fn pull(&self, device: usize) -> PullOutcome {
        pull::pull(&self.settings(device), &|_| (), None).unwrap()
    }

    /// Pulls under a policy, and returns what was told as well.
    fn pull_by(&self, device: usize, policy: Option<Policy>) -> (PullOutcome, Vec<String>) {
        let settings = Settings {
            on_conflict: policy,
            ..self.settings(device)
        };
        let (outcome, told) = heard(|listener| pull::pull(&settings, listener, None));
        (outcome.unwrap(), told)
    }

    /// Pulls, and answers the question. Returns the question too.
    fn pull_asked(&self, device: usize, answer: &Answer) -> (PullOutcome, Option<Question>) {
        let asked = RefCell::new(None);
        let ask = |question: &Question| {
            asked.replace(Some(question.clone()));
            Some(answer.clone())
        };
        let outcome = pull::pull(&self.settings(device), &|_| (), Some(&ask)).unwrap();
        (outcome, asked.into_inner())
    }

    /// What a device noted.
    fn state(&self, device: usize) -> Value {
        let bytes = fs::read(self.devices[device].own().join("state.json")).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    fn edit_state(&self, device: usize, edit: impl FnOnce(&mut Value)) {
        let mut state = self.state(device);
        edit(&mut state);
        let place = self.devices[device].own().join("state.json");
        fs::write(place, state.to_string()).unwrap();
    }

    /// The ids of all snapshots.
    fn ids(&self) -> BTreeSet<SnapshotId> {
        self.all().into_iter().map(|one| one.listed.id).collect()
    }

    fn all(&self) -> Vec<Snapshot> {
        self.cloud.all()
    }

    /// Returns the snapshot that a push published.
    fn pushed(&self, outcome: &PushOutcome) -> Snapshot {
        let PushOutcome::Pushed { snapshot, .. } = outcome else {
            panic!("nothing was pushed: {outcome:?}");
        };
        self.snapshot(snapshot)
    }

    fn snapshot(&self, id: &SnapshotId) -> Snapshot {
        let mut all = self.all().into_iter();
        all.find(|one| one.listed.id == *id).unwrap()
    }

    fn safety_copies(&self) -> Vec<Snapshot> {
        let is_copy = |one: &Snapshot| {
            let tags = one.listed.tags.as_deref().unwrap_or_default();
            tags.iter().any(|tag| tag == "kind=rescue")
        };
        self.all().into_iter().filter(is_copy).collect()
    }
}

/// What a snapshot holds at a path.
fn held(snapshot: &Snapshot, path: &str) -> Option<String> {
    match snapshot.tree.get(path)? {
        Entry::File(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Entry::Folder => None,
    }
}

/// What a snapshot says of itself.
fn record(snapshot: &Snapshot) -> Value {
    let text = held(snapshot, ".cloud-sync/push.json").unwrap();
    serde_json::from_str(&text).unwrap()
}

fn unit(path: &str) -> RelPath {
    RelPath::new(path).unwrap()
}

fn units(paths: &[&str]) -> Vec<RelPath> {
    paths.iter().map(|path| unit(path)).collect()
}

/// Runs a command, and returns all that it told: without progress.
fn heard<T>(run: impl FnOnce(&dyn Fn(Event)) -> Result<T>) -> (Result<T>, Vec<String>) {
    let told = RefCell::new(Vec::new());
    let done = run(&|event| {
        let line = match event {
            Event::Notice(text) => format!("note: {text}"),
            Event::Warning(text, hints) => format!("warning: {text} {}", hints.join(" ")),
            Event::Alert(text, hints) => format!("alert: {text} {}", hints.join(" ")),
            Event::Progress(_) => return,
        };
        told.borrow_mut().push(line.trim().to_owned());
    });
    (done, told.into_inner())
}

/// Returns whether one of these lines begins so.
fn says(told: &[String], beginning: &str) -> bool {
    told.iter().any(|line| line.starts_with(beginning))
}

fn taken(paths: &[&str], bytes: u64) -> Changes {
    Changes {
        taken: units(paths),
        bytes,
        ..Changes::default()
    }
}

fn applied(changes: Changes) -> PullOutcome {
    PullOutcome::Applied {
        changes,
        saved: None,
    }
}

const UP_TO_DATE: PullOutcome = PullOutcome::UpToDate { saved: None };
