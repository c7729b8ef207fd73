//! What was proven restorable, and when: `verified.json`. And the wish that it is proven again and again.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    settings::Settings,
    verify::{Damage, DrillKind},
};
use crate::{
    config::{
        json_file::{self, Access},
        layout::Layout,
        sync_file,
    },
    domain::{
        agreement::Agreement,
        digest::Digest,
        ids::{InstanceId, SnapshotId},
        path::RelPath,
        period,
    },
    error::{Kind, Result},
    workdir::lock,
};

/// The schema of `verified.json`.
pub const SCHEMA: u64 = 1;

/// How long it waits for another command in the same folder.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many versions of a unit are remembered.
const VERSIONS: usize = 5;

/// What one drill did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drilled {
    /// When it ended, by this device's clock.
    pub time: Timestamp,
    /// What was to be restored.
    pub kind: DrillKind,
    /// Whose state was the newest.
    pub heads: Vec<SnapshotId>,
    /// How many units of the newest state came as a whole.
    pub units: usize,
    /// Of how many.
    pub of_units: usize,
    /// How many older versions were restored.
    pub older: usize,
    /// How many bytes were.
    pub bytes: u64,
    /// Whether it did what it was to do: it had time for it, and did not give way to another command.
    pub whole: bool,
    /// Whether nothing was wrong.
    pub sound: bool,
}

/// What a drill leaves to be noted.
pub struct Noted<'a> {
    /// What it did.
    pub drilled: Drilled,
    /// Whether it counts as one, so that the next is due later.
    pub counts: bool,
    /// The versions that came as a whole.
    pub sound: &'a BTreeSet<(RelPath, Digest)>,
    /// The versions that were looked at as a whole, whatever came of it.
    pub tried: &'a BTreeSet<(RelPath, SnapshotId)>,
    /// Every snapshot that there is, where that is known.
    pub listed: Option<&'a BTreeSet<SnapshotId>>,
    /// Snapshots that can be read.
    pub readable: &'a BTreeSet<SnapshotId>,
    /// What could not be restored.
    pub damaged: &'a [Damage],
    /// Snapshots that could not be read.
    pub unreadable: &'a [SnapshotId],
}

/// When a version was proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proven {
    /// Which.
    pub digest: Digest,
    /// When last.
    pub time: Timestamp,
}

/// What `verified.json` holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Proofs {
    schema: u64,
    /// The instance that this is about.
    pub instance_id: InstanceId,
    /// How often a drill is to run in the background, as `verify --every` was told.
    #[serde(default)]
    pub every: Option<String>,
    /// The last drill that counts: it did what it was to do, or what it had time for.
    #[serde(default)]
    pub last: Option<Drilled>,
    /// For each unit the versions that were proven, the last proven first.
    #[serde(default)]
    pub units: BTreeMap<RelPath, Vec<Proven>>,
    /// What could not be restored, as far as no drill has shown otherwise since.
    #[serde(default)]
    pub damaged: Vec<Damage>,
    /// Snapshots that could not be read, as far as no drill has read them since.
    #[serde(default)]
    pub unreadable: Vec<SnapshotId>,
    /// Whether the player was told of that.
    #[serde(default)]
    pub told: bool,
}

impl Proofs {
    fn new(instance_id: InstanceId) -> Self {
        Self {
            schema: SCHEMA,
            instance_id,
            every: None,
            last: None,
            units: BTreeMap::new(),
            damaged: Vec::new(),
            unreadable: Vec::new(),
            told: true,
        }
    }

    /// Reads what is known of `instance`. What cannot be used counts as nothing: it is proven anew.
    ///
    /// # Errors
    /// A file of a newer schema is refused, and left alone.
    pub fn load(layout: &Layout, instance: InstanceId) -> Result<Self> {
        let path = layout.verified_json();
        match json_file::read::<Self>(&path, SCHEMA) {
            Ok(Some(proofs)) if proofs.instance_id == instance => Ok(proofs),
            Ok(_) => Ok(Self::new(instance)),
            Err(error) if json_file::is_newer(&path, SCHEMA) => Err(error),
            Err(error) if error.kind() == Kind::Usage => Ok(Self::new(instance)),
            Err(error) => Err(error),
        }
    }

    /// Writes it durably.
    pub fn save(&self, layout: &Layout) -> Result<()> {
        json_file::write(&layout.verified_json(), self, Access::Private)
    }

    /// Returns how often a drill is to run in the background.
    pub fn every(&self) -> Option<SignedDuration> {
        period::parse(self.every.as_deref()?).ok()
    }

    /// Returns whether a drill is due. A clock that was set back makes it due as well.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let Some(every) = self.every() else {
            return false;
        };
        self.last.as_ref().is_none_or(|last| {
            let since = now.duration_since(last.time);
            since >= every || since < SignedDuration::ZERO
        })
    }

    /// Returns when this version of a unit was last proven restorable.
    pub fn of(&self, unit: &RelPath, digest: Digest) -> Option<Timestamp> {
        let versions = self.units.get(unit)?;
        let proven = versions.iter().find(|proven| proven.digest == digest);
        proven.map(|proven| proven.time)
    }

    /// Notes what a drill proved, and what it could not restore.
    pub fn note(&mut self, noted: &Noted<'_>) {
        let Noted { drilled, .. } = noted;
        for (unit, digest) in noted.sound {
            let versions = self.units.entry(unit.clone()).or_default();
            versions.retain(|proven| proven.digest != *digest);
            let time = drilled.time;
            versions.insert(
                0,
                Proven {
                    digest: *digest,
                    time,
                },
            );
            versions.truncate(VERSIONS);
        }
        // What was proven once and cannot be had now is proven no more.
        for one in noted.damaged.iter().filter(|one| one.newest) {
            self.units.remove(&one.unit);
        }
        self.note_damage(noted);
        if noted.counts {
            self.last = Some(drilled.clone());
        }
    }

    /// What was found damaged stays so until a drill has looked at it again, or it is gone.
    fn note_damage(&mut self, noted: &Noted<'_>) {
        let Noted { drilled, .. } = noted;
        let sees_all = drilled.kind == DrillKind::All && drilled.whole;
        let is_there = |id: &SnapshotId| noted.listed.is_none_or(|listed| listed.contains(id));
        let (damaged, unreadable) = (self.damaged.clone(), self.unreadable.clone());
        self.damaged.retain_mut(|one| {
            // The newest state was looked at: this is not of it any more.
            one.newest &= drilled.kind == DrillKind::Sample || !drilled.whole;
            let version = (one.unit.clone(), one.snapshot.clone());
            !sees_all && is_there(&one.snapshot) && !noted.tried.contains(&version)
        });
        self.unreadable
            .retain(|id| !sees_all && is_there(id) && !noted.readable.contains(id));
        for one in noted.damaged {
            let mut known = self.damaged.iter_mut();
            match known.find(|known| known.version() == one.version()) {
                Some(known) => *known = one.clone(),
                None => self.damaged.push(one.clone()),
            }
        }
        for id in noted.unreadable {
            if !self.unreadable.contains(id) {
                self.unreadable.push(id.clone());
            }
        }
        let told = |one: &Damage| damaged.iter().any(|told| told.version() == one.version());
        self.told &= self.damaged.iter().all(told)
            && self.unreadable.iter().all(|id| unreadable.contains(id));
    }

    /// Says how much of a state is proven.
    pub fn standing(&self, state: &Agreement) -> Standing {
        let mut oldest: Option<Timestamp> = None;
        let (mut proven, mut since) = (0, Vec::new());
        for (unit, agreed) in state {
            let Some(digest) = agreed.version.digest() else {
                continue;
            };
            match self.of(unit, digest) {
                Some(time) => {
                    proven += 1;
                    oldest = Some(oldest.map_or(time, |oldest| oldest.min(time)));
                }
                None => since.push(unit.clone()),
            }
        }
        Standing {
            last: self.last.clone(),
            oldest,
            proven,
            since,
            damaged: self.damaged.clone(),
            every: self.every.clone(),
        }
    }
}

/// How much of what this folder and the cloud have in common was proven restorable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The last drill.
    pub last: Option<Drilled>,
    /// When all of the units that are proven were, at least.
    pub oldest: Option<Timestamp>,
    /// How many units are proven, in the version that this folder has.
    pub proven: usize,
    /// Those that are not: they changed since, or no drill has come to them.
    pub since: Vec<RelPath>,
    /// What could not be restored, as far as no drill has shown otherwise since.
    pub damaged: Vec<Damage>,
    /// How often a drill is to run in the background.
    pub every: Option<String>,
}

/// Keeps the wish that a drill runs so often in the background; `None`: never.
pub fn wish(settings: &Settings, every: Option<SignedDuration>) -> Result<()> {
    let layout = Layout::new(&settings.pack);
    let sync = sync_file::read(&layout)?;
    let _lock = lock::take(&layout, "verify", PATIENCE)?;
    let mut proofs = Proofs::load(&layout, sync.instance_id)?;
    proofs.every = every.map(period::short);
    proofs.save(&layout)
}

/// Returns what is known, where anything is and it can be read. Costs one look where there is nothing.
pub fn peek(layout: &Layout) -> Option<Proofs> {
    json_file::read(&layout.verified_json(), SCHEMA)
        .ok()
        .flatten()
}

/// Returns what is known where it has damage that nobody was told of yet, and remembers that it is told
/// now.
pub fn tell(layout: &Layout) -> Option<Proofs> {
    let is_news = |proofs: &Proofs| {
        let has_any = !proofs.damaged.is_empty() || !proofs.unreadable.is_empty();
        has_any && !proofs.told
    };
    peek(layout).filter(is_news)?;
    // A drill may write down what it found at this moment: then the next hook tells.
    let _lock = lock::take(layout, "tell", Duration::ZERO).ok()?;
    let mut proofs = peek(layout).filter(is_news)?;
    proofs.told = true;
    // Where that cannot be written down, it is told again.
    let _ = proofs.save(layout);
    Some(proofs)
}

#[cfg(test)]
mod tests;
