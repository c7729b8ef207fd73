//! Verify, the restore drill: is what the cloud holds what its pushes said that it is?

pub(crate) mod background;
mod choose;
mod found;
mod look;
mod restore;

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    event::Listener,
    graph,
    proof::Proofs,
    session::{self, Opened},
    settings::Settings,
};
use crate::{
    config::{layout::Layout, sync_file},
    domain::{drill::Amount, ids::SnapshotId, path::RelPath},
    error::{Error, Kind, Result},
    texts::text,
    workdir::stage::Staging,
};

pub use background::{Background, in_background};
use found::{End, Found};

/// How long it waits for another command in the same folder.
const PATIENCE: Duration = Duration::from_secs(10);

/// What helps. restic takes for granted that what its index lists is there.
pub fn repair() -> String {
    text!("verify-repair-hint")
}

/// What is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The newest state.
    Newest,
    /// Every snapshot, and all packs are read.
    All,
    /// A part of the newest state and of the past; another one with another seed.
    Sample(Amount, u64),
}

/// The word for what was restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DrillKind {
    /// The newest state.
    Newest,
    /// Every snapshot.
    All,
    /// A part.
    Sample,
}

impl Extent {
    /// Returns the word for it.
    pub fn kind(self) -> DrillKind {
        match self {
            Self::Newest => DrillKind::Newest,
            Self::All => DrillKind::All,
            Self::Sample(..) => DrillKind::Sample,
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum VerifyOutcome {
    /// The folder is not opted in.
    NotOptedIn,
    /// The folder is a copy of an opted-in one.
    Copy,
    /// Nothing was ever pushed.
    Empty,
    /// It was restored into a temporary folder and compared.
    Checked(Checked),
}

/// What was restored, and what of it is as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// What was to be restored.
    pub kind: DrillKind,
    /// The snapshots whose state is the newest: one, or several where devices disagree.
    pub heads: Vec<SnapshotId>,
    /// The units of the newest state that are as their push recorded, all of them.
    pub sound: Vec<RelPath>,
    /// How many older versions were restored and are as recorded, or that part of them that no other has.
    pub older: usize,
    /// What is not as recorded.
    pub damaged: Vec<Damage>,
    /// What is as recorded, but was no sound save when it was recorded.
    pub suspect: Vec<Suspect>,
    /// Snapshots that cannot be read at all.
    pub unreadable: Vec<SnapshotId>,
    /// What restic found when it read every pack.
    pub findings: Vec<String>,
    /// Bytes that were restored and are as recorded.
    pub bytes: u64,
    /// Why snapshots cannot be read, where it is known.
    #[serde(skip)]
    pub whys: BTreeMap<SnapshotId, String>,
}

/// A unit that the cloud cannot give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// The unit.
    pub unit: RelPath,
    /// The snapshot that should hold it.
    pub snapshot: SnapshotId,
    /// Whether it is of the newest state.
    pub newest: bool,
    /// Why.
    pub why: String,
}

impl Damage {
    /// Returns which version it is of.
    pub fn version(&self) -> (&RelPath, &SnapshotId) {
        (&self.unit, &self.snapshot)
    }
}

/// A version that came exactly as it was pushed, and has files that are not what their names say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suspect {
    /// The unit.
    pub unit: RelPath,
    /// The snapshot that holds it.
    pub snapshot: SnapshotId,
    /// Whether it is of the newest state.
    pub newest: bool,
    /// The first such file.
    pub file: RelPath,
    /// What is wrong with it.
    pub why: String,
    /// How many such files it has.
    pub files: usize,
    /// The device that saved it.
    pub device: String,
    /// When, by that device's clock.
    pub time: Timestamp,
}

/// Restores into a temporary folder, and compares. Nothing of the player's is touched.
pub fn verify(
    settings: &Settings,
    listener: Listener<'_>,
    extent: Extent,
) -> Result<VerifyOutcome> {
    let layout = Layout::new(&settings.pack);
    if !sync_file::is_opted_in(&layout) {
        return Ok(VerifyOutcome::NotOptedIn);
    }
    let mut session = match session::open(settings, listener, "verify", PATIENCE)? {
        Opened::Session(session) => session,
        Opened::Copy => return Ok(VerifyOutcome::Copy),
    };
    // A file of a newer version is found out about before the work, not after it.
    let mut proofs = Proofs::load(&session.layout, session.sync.instance_id)?;
    let staging = Staging::create(&session.layout)?;
    let mut found = Found::new(extent.kind(), &proofs);
    let drilled = look::drill(&mut session, extent, &staging, &mut found);
    staging.discard();
    if !drilled? {
        return Ok(VerifyOutcome::Empty);
    }
    let now = settings.now();
    // Whoever reads the result knows of the damage.
    found.note_in(&mut proofs, now, End::Whole);
    proofs.told = true;
    proofs.save(&session.layout)?;
    Ok(VerifyOutcome::Checked(found.checked))
}

/// Returns a number that is another one each time.
pub fn seed() -> u64 {
    let random = ulid::Ulid::generate().random();
    u64::try_from(random & u128::from(u64::MAX)).unwrap_or_default()
}

/// Returns an error for what was found, where anything is wrong.
pub fn failure(checked: &Checked) -> Option<Error> {
    const UNCHANGED: &str = "Nothing was changed.";
    if let Some(first) = checked.unreadable.first() {
        return Some(match checked.whys.get(first) {
            None => graph::cannot_be_read(checked.unreadable.len(), first).hint(UNCHANGED),
            Some(why) => Error::new(Kind::Damaged, why.clone()).hint(repair()),
        });
    }
    let newest: Vec<&Damage> = checked.damaged.iter().filter(|one| one.newest).collect();
    let what = match (&newest[..], &checked.damaged[..], &checked.findings[..]) {
        ([], [], []) => return None,
        ([one], ..) => format!("{} cannot be restored", one.unit),
        ([first, ..], ..) => format!(
            "{} units cannot be restored, {} among them",
            newest.len(),
            first.unit
        ),
        ([], [one], _) => format!("an older version of {} cannot be restored", one.unit),
        ([], [first, ..], _) => format!(
            "{} older versions cannot be restored, one of {} among them",
            checked.damaged.len(),
            first.unit
        ),
        ([], [], _) => "the repository is damaged, where no version of a unit that was \
                        compared needs it"
            .to_owned(),
    };
    Some(Error::new(Kind::Damaged, what).hint(repair()))
}
