//! Verify, the restore drill: is what the cloud holds what its pushes said that it is?

mod background;
mod choose;
mod restore;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    cloud::Store,
    event::{Event, Listener, Phase, Progress},
    graph,
    proof::{Drilled, Proofs},
    session::{self, Opened, Session},
    settings::Settings,
};
use crate::{
    config::{layout::Layout, sync_file},
    domain::{
        digest::Digest,
        drill::{Amount, Part},
        ids::SnapshotId,
        path::RelPath,
    },
    error::{Error, Kind, Result},
    texts::text,
    workdir::stage::Staging,
};

pub use background::{Background, in_background};

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
    /// How many older versions were restored, or a part of them.
    pub older: usize,
    /// What is not as recorded.
    pub damaged: Vec<Damage>,
    /// What is as recorded, but was no sound save when it was recorded.
    pub suspect: Vec<Suspect>,
    /// Snapshots that cannot be read at all.
    pub unreadable: Vec<SnapshotId>,
    /// What restic found when it read every pack.
    pub findings: Vec<String>,
    /// Bytes restored.
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

/// What a drill has found so far. It is worth something too where the drill broke off.
#[derive(Debug)]
pub(super) struct Found {
    checked: Checked,
    /// Which versions of the newest state were restored, each as a whole.
    sound: BTreeSet<(RelPath, Digest)>,
    /// All units of the newest state.
    newest: BTreeSet<RelPath>,
}

impl Found {
    fn new(kind: DrillKind) -> Self {
        Self {
            checked: Checked {
                kind,
                heads: Vec::new(),
                sound: Vec::new(),
                older: 0,
                damaged: Vec::new(),
                suspect: Vec::new(),
                unreadable: Vec::new(),
                findings: Vec::new(),
                bytes: 0,
                whys: BTreeMap::new(),
            },
            sound: BTreeSet::new(),
            newest: BTreeSet::new(),
        }
    }

    /// Notes it. `whole` says that it did not break off.
    fn note_in(&self, proofs: &mut Proofs, time: Timestamp, whole: bool) {
        let (drilled, checked) = (self.drilled(time, whole), &self.checked);
        proofs.note(&drilled, &self.sound, &checked.damaged, &checked.unreadable);
    }

    /// Returns what is remembered of it. `whole` says that it did not break off.
    fn drilled(&self, time: Timestamp, whole: bool) -> Drilled {
        let checked = &self.checked;
        Drilled {
            time,
            kind: checked.kind,
            heads: checked.heads.clone(),
            units: checked.sound.len(),
            of_units: self.newest.len(),
            older: checked.older,
            bytes: checked.bytes,
            whole,
            sound: checked.damaged.is_empty()
                && checked.unreadable.is_empty()
                && checked.findings.is_empty(),
        }
    }
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
    let mut found = Found::new(extent.kind());
    let drilled = drill(&mut session, extent, &staging, &mut found);
    staging.discard();
    if !drilled? {
        return Ok(VerifyOutcome::Empty);
    }
    let now = settings.now();
    // Whoever reads the result knows of the damage.
    found.note_in(&mut proofs, now, true);
    proofs.told = true;
    proofs.save(&session.layout)?;
    Ok(VerifyOutcome::Checked(found.checked))
}

/// Restores what `extent` says. Returns whether there was anything.
fn drill(
    session: &mut Session<'_>,
    extent: Extent,
    staging: &Staging,
    found: &mut Found,
) -> Result<bool> {
    // What this device remembers of the repository proves nothing of it.
    session.trust_cache = false;
    let opened = session.store();
    let store = opened.map_err(|error| session.without_repository(error))?;
    let parts = choose::parts(session, store.as_ref(), extent, found)
        .map_err(|error| session.without_repository(error))?;
    let checked = &found.checked;
    if parts.is_empty() && checked.heads.is_empty() && checked.unreadable.is_empty() {
        return Ok(false);
    }
    restore::restore(session, store.as_ref(), staging, parts, found)?;
    if !found.checked.damaged.is_empty() || !found.checked.unreadable.is_empty() {
        look_again(session, store.as_ref(), extent, staging, found)?;
    }
    if extent == Extent::All && session.settings.cloud.is_none() {
        found.checked.findings = read_all_packs(session)?;
    }
    Ok(true)
}

/// Looks once more at what seems to be damaged. Another device may have thinned the past under the first
/// look, or packed it anew: then what was missing is somewhere else, or was meant to go.
fn look_again(
    session: &mut Session<'_>,
    store: &dyn Store,
    extent: Extent,
    staging: &Staging,
    found: &mut Found,
) -> Result<()> {
    let seen = std::mem::take(&mut found.checked.damaged);
    found.checked.unreadable.clear();
    found.checked.whys.clear();
    let is_seen = |part: &Part| {
        seen.iter()
            .any(|one| (&one.unit, &one.snapshot) == (&part.unit, &part.snapshot))
    };
    let mut again = Found::new(extent.kind());
    let mut parts = choose::parts(session, store, extent, &mut again)?;
    parts.retain(is_seen);
    restore::restore(session, store, staging, parts, &mut again)?;
    found.sound.extend(again.sound);
    let sound: BTreeSet<&RelPath> = found.sound.iter().map(|(unit, _)| unit).collect();
    let (checked, again) = (&mut found.checked, again.checked);
    checked.sound = sound.into_iter().cloned().collect();
    checked.bytes += again.bytes;
    checked.damaged = again.damaged;
    checked.unreadable = again.unreadable;
    checked.whys = again.whys;
    checked.suspect.extend(again.suspect);
    Ok(())
}

/// Lets restic read every pack, and returns what it finds.
fn read_all_packs(session: &mut Session<'_>) -> Result<Vec<String>> {
    let listener = session.listener;
    let repository = session.repository()?;
    repository.check_data(&mut |done, total| {
        listener(Event::Progress(Progress {
            phase: Phase::Packs,
            item: None,
            done,
            total: Some(total),
        }));
    })
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
