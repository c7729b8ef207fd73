//! `state.json`: what this folder knows of the cloud, and what it last had in common with it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    folder::{Fate, FolderIdentity},
    stamp::Stamps,
};
use crate::{
    config::{
        json_file::{self, Access},
        layout::Layout,
    },
    domain::{
        agreement::Agreement,
        digest::Digest,
        ids::{InstanceId, PushId, ReplicaId, SnapshotId},
        path::RelPath,
        policy::Policy,
        save::{self, About},
        unit::Extent,
        version::{Dot, VersionVector},
    },
    error::{Kind, Result},
    texts::text,
};

/// The schema of `state.json`. Another one is treated as missing: the Python tool wrote 1 and 2.
pub const SCHEMA: u64 = 3;

/// What `state.json` holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own, not a mode
pub struct State {
    schema: u64,
    /// The instance that this is about.
    pub instance_id: InstanceId,
    /// This folder on this device.
    pub replica: ReplicaId,
    /// Where this folder was when the state was written.
    pub folder: FolderIdentity,
    /// Whether this device is the one that creates the repository, and has not yet.
    #[serde(default)]
    pub to_create: bool,
    /// Everything that was pushed or merged here.
    #[serde(default)]
    pub vector: VersionVector,
    /// The highest counter that any attempt to push has used: an attempt whose outcome is unknown
    /// may have published, so that its counter is never used again.
    #[serde(default)]
    pub last_counter: u64,
    /// For each unit, the version last shared with the cloud.
    #[serde(default)]
    pub agreement: Agreement,
    /// The snapshots that were visible when everything in them was last merged here.
    #[serde(default)]
    pub known: BTreeSet<SnapshotId>,
    /// The snapshot that was last pushed or merged here.
    #[serde(default)]
    pub base: Option<SnapshotId>,
    /// The snapshot that restic may compare size and time with instead of reading: no file that it
    /// holds otherwise than this folder looks the same in both.
    #[serde(default)]
    pub parent: Option<SnapshotId>,
    /// A push whose outcome is not known.
    #[serde(default)]
    pub pending: Option<PushId>,
    /// Whether the last push found no server: for `status`.
    #[serde(default)]
    pub offline: bool,
    /// Whether the cloud lost data that this folder has, so that the next push repeats it all.
    #[serde(default)]
    pub republish: bool,
    /// What a pull last stopped for.
    #[serde(default)]
    pub conflict: Option<OpenConflict>,
    /// What the player has decided of it so far.
    #[serde(default)]
    pub choices: BTreeMap<RelPath, Choice>,
    /// What of this folder is in a safety copy in the cloud, since it stopped before it was part of
    /// any head.
    #[serde(default)]
    pub rescued: BTreeMap<RelPath, Rescued>,
    /// Whether something of this folder was published beside somebody else's news: then this
    /// folder is the one that decides between them.
    #[serde(default)]
    pub deciding: bool,
    /// Whether heads were merged here, and no snapshot says so yet: the next push does.
    #[serde(default)]
    pub merged: bool,
    /// The units whose absence here is no deletion before somebody says so.
    #[serde(default)]
    pub vanished: BTreeSet<RelPath>,
    /// Whether `undo/` holds something that is in no snapshot yet.
    #[serde(default)]
    pub undone: bool,
    /// Whether a push left out worlds that a game had open.
    #[serde(default)]
    pub left_open: bool,
    /// Whether the player was told that this folder is a copy: it stays one until it is opted in by itself.
    #[serde(default)]
    pub copy_reported: bool,
    /// What the account's catalogue calls the instance, as this folder told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What a server of ours calls this device, as it was told at the opt-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    /// Whether the account's catalogue knows of this folder.
    #[serde(default)]
    pub catalogue: Catalogued,
    /// The scope in force at the last pull or push.
    #[serde(default)]
    pub scope: Option<Digest>,
    /// When the scan behind `stamps` began, in nanoseconds since 1970.
    #[serde(default)]
    pub scanned_at: u64,
    /// The scan manifest.
    #[serde(default)]
    pub stamps: Stamps,
}

/// Whether the account's catalogue knows of this folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Catalogued {
    /// Not yet, after so many attempts.
    Due(u8),
    /// It does.
    Written,
    /// It will not, before somebody opts in anew: another passphrase opens it, the server refuses it,
    /// or there were too many attempts.
    GivenUp,
}

/// How often a push tries it: an attempt costs as much as a push.
const ATTEMPTS: u8 = 5;

impl Default for Catalogued {
    fn default() -> Self {
        Self::Due(0)
    }
}

impl Catalogued {
    /// Returns whether the next push is to try it.
    pub fn is_due(self) -> bool {
        matches!(self, Self::Due(_))
    }

    /// Returns what it is after an attempt, and the kind of its failure where it failed.
    #[must_use]
    pub fn after(self, failure: Option<Kind>) -> Self {
        match (failure, self) {
            (None, _) => Self::Written,
            (Some(Kind::Credentials), _) => Self::GivenUp,
            (Some(_), Self::Due(before)) if before + 1 < ATTEMPTS => Self::Due(before + 1),
            (Some(_), _) => Self::GivenUp,
        }
    }
}

/// Units that changed on both sides, as a pull saw them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenConflict {
    /// The snapshots that were visible then: as long as they are the same, so is the conflict.
    pub ids: BTreeSet<SnapshotId>,
    /// The versions of each unit.
    pub units: BTreeMap<RelPath, Vec<Claim>>,
}

/// One of the versions of a unit in a conflict, for display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Whether it is the one that is here.
    pub here: bool,
    /// Who made it.
    pub device: String,
    /// When, by that device's clock; `None` for what was not published before.
    pub time: Option<Timestamp>,
    /// How large it is, where that is known.
    pub extent: Option<Extent>,
    /// How many files it has otherwise than what is here.
    pub differing: Option<u64>,
    /// What a player recognizes it by.
    #[serde(
        default,
        deserialize_with = "save::leniently",
        skip_serializing_if = "Option::is_none"
    )]
    pub about: Option<About>,
}

/// A safety copy of one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescued {
    /// What it holds.
    pub digest: Digest,
    /// The snapshot that has it.
    pub snapshot: SnapshotId,
}

/// What the player decided about one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What becomes of it.
    pub policy: Policy,
    /// The cloud's versions that were there to choose from: another set is another question.
    pub versions: BTreeSet<Dot>,
    /// What was here.
    pub here: Option<Digest>,
}

/// What every state has had.
#[derive(Deserialize)]
struct Old {
    schema: u64,
}

/// What was found at the place of `state.json`.
#[derive(Debug)]
pub enum Loaded {
    /// A state of this instance.
    State(Box<State>),
    /// None, as after the first opt-in by another program.
    Missing,
    /// Something that is not a state of this instance; why.
    Unusable(String),
}

impl State {
    /// Returns the state of a folder that has nothing in common with the cloud yet.
    pub fn new(instance_id: InstanceId, replica: ReplicaId, folder: FolderIdentity) -> Self {
        Self {
            schema: SCHEMA,
            instance_id,
            replica,
            folder,
            to_create: false,
            vector: VersionVector::default(),
            last_counter: 0,
            agreement: Agreement::new(),
            known: BTreeSet::new(),
            base: None,
            parent: None,
            pending: None,
            offline: false,
            republish: false,
            conflict: None,
            choices: BTreeMap::new(),
            rescued: BTreeMap::new(),
            deciding: false,
            merged: false,
            vanished: BTreeSet::new(),
            undone: false,
            left_open: false,
            copy_reported: false,
            label: None,
            device_name: None,
            catalogue: Catalogued::default(),
            scope: None,
            scanned_at: 0,
            stamps: Stamps::new(),
        }
    }

    /// Returns what became of the folder since this was last written, which is now `here`. One that is known
    /// for a copy stays one where the original is moved or removed: nobody can tell then which of the two is
    /// to go on.
    pub fn fate(&self, here: &FolderIdentity) -> Fate {
        match self.folder.fate(here, self.instance_id) {
            Fate::Moved | Fate::Transplanted if self.copy_reported => Fate::Copied,
            fate => fate,
        }
    }

    /// Reads the state of `instance`. A state that cannot be used is treated as missing, which is
    /// safe: without an agreement nothing is overwritten and nothing counts as deleted.
    pub fn load(layout: &Layout, instance: InstanceId) -> Result<Loaded> {
        let path = layout.state_json();
        let state: Self = match json_file::read(&path, SCHEMA) {
            Ok(Some(state)) => state,
            Ok(None) => return Ok(Loaded::Missing),
            // A newer schema is refused by name; anything else that cannot be read is no state.
            Err(error) if json_file::is_newer(&path, SCHEMA) => return Err(error),
            Err(error) if error.kind() == Kind::Usage => {
                return Ok(Loaded::Unusable(
                    match json_file::read::<Old>(&path, SCHEMA) {
                        Ok(Some(old)) if old.schema < SCHEMA => {
                            text!("state-old-schema", schema = old.schema.to_string())
                        }
                        _ => text!("state-damaged"),
                    },
                ));
            }
            Err(error) => return Err(error),
        };
        if state.schema != SCHEMA {
            return Ok(Loaded::Unusable(text!(
                "state-old-schema",
                schema = state.schema.to_string()
            )));
        }
        if state.instance_id != instance {
            return Ok(Loaded::Unusable(text!(
                "state-of-another-instance",
                instance = state.instance_id.to_string()
            )));
        }
        Ok(Loaded::State(Box::new(state)))
    }

    /// Writes the state durably.
    pub fn save(&self, layout: &Layout) -> Result<()> {
        json_file::write_compact(&layout.state_json(), self, Access::Private)
    }

    /// Returns whether something waits for the next chance to go out.
    pub fn is_pending(&self) -> bool {
        self.offline || self.pending.is_some() || self.merged || self.left_open
    }

    /// Returns when the last scan began.
    pub fn scan_time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_nanos(self.scanned_at)
    }

    /// Goes on as another replica: the same past, and from here on a future of its own.
    pub fn become_another(&mut self, replica: ReplicaId) {
        self.replica = replica;
        self.last_counter = 0;
    }

    /// Remembers the stamps of a scan that began at `taken`.
    pub fn remember_scan(&mut self, stamps: Stamps, taken: SystemTime) {
        self.stamps = stamps;
        self.scanned_at = taken.duration_since(UNIX_EPOCH).map_or(0, |since| {
            u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
        });
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;
    use crate::texts::{Language, speaking};

    #[test]
    fn a_newer_state_is_refused_in_every_language() {
        let pack = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(pack.path());
        std::fs::create_dir_all(layout.own()).expect("a folder");
        let newer = format!(r#"{{"schema":{}}}"#, SCHEMA + 1);
        std::fs::write(layout.state_json(), newer).expect("writes");
        let instance = InstanceId::new(Ulid::generate());
        for language in Language::ALL {
            let error = speaking(language, || State::load(&layout, instance));
            let error = error.expect_err("newer").to_string();
            assert!(error.contains(&(SCHEMA + 1).to_string()), "{error}");
        }
    }
}
