//! Verify: is the newest state in the cloud what its push said that it is?

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{
    cloud::{self, Store},
    event::{Event, Listener, Phase, Progress},
    fetch, graph,
    session::{self, Opened, Session},
    settings::Settings,
};
use crate::{
    config::{layout::Layout, sync_file},
    domain::{ids::SnapshotId, path::RelPath, record::UnitState, unit::UnitContent},
    error::{Error, Kind, Result},
    store::messages::Status,
    texts::text,
    workdir::stage::Staging,
};

/// How long it waits for another command in the same folder.
const PATIENCE: Duration = Duration::from_secs(10);

/// What helps. restic takes for granted that what its index lists is there.
pub fn repair() -> String {
    text!("verify-repair-hint")
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
    Checked {
        /// The snapshots whose state was restored: one, or several where devices disagree.
        heads: Vec<SnapshotId>,
        /// The units that are as their push recorded.
        sound: Vec<RelPath>,
        /// Those that are not.
        damaged: Vec<Damage>,
        /// Snapshots that cannot be read at all.
        unreadable: Vec<SnapshotId>,
        /// Bytes restored.
        bytes: u64,
    },
}

/// A unit that the cloud cannot give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The unit.
    pub unit: RelPath,
    /// The snapshot that should hold it.
    pub snapshot: SnapshotId,
    /// What is wrong.
    pub why: String,
}

/// Restores the newest state into a temporary folder and compares it. Changes nothing.
pub fn verify(settings: &Settings, listener: Listener<'_>) -> Result<VerifyOutcome> {
    if !sync_file::is_opted_in(&Layout::new(&settings.pack)) {
        return Ok(VerifyOutcome::NotOptedIn);
    }
    let mut session = match session::open(settings, listener, "verify", PATIENCE)? {
        Opened::Session(session) => session,
        Opened::Copy => return Ok(VerifyOutcome::Copy),
    };
    // What this device remembers of the repository proves nothing.
    session.trust_cache = false;
    let store = session.store();
    let opened = store.and_then(|store| Ok((store.snapshots()?, store)));
    let (listed, store) = opened.map_err(|error| match error.kind() {
        Kind::NoRepository => session.without_repository(error),
        _ => error,
    })?;
    // restic leaves out silently what it cannot read.
    let readable = |id: &SnapshotId| listed.iter().any(|snapshot| snapshot.id == *id);
    let unreadable: Vec<SnapshotId> = store
        .snapshot_ids()?
        .into_iter()
        .filter(|id| !readable(id))
        .collect();
    let heads = graph::all_heads(&session, store.as_ref(), &listed).map_err(|error| match error
        .kind()
    {
        Kind::Damaged => Error::new(Kind::Damaged, error.to_string()).hint(repair()),
        _ => error,
    })?;
    if heads.is_empty() && unreadable.is_empty() {
        return Ok(VerifyOutcome::Empty);
    }
    let mut wanted: BTreeMap<SnapshotId, BTreeMap<RelPath, UnitContent>> = BTreeMap::new();
    let mut damaged = Vec::new();
    for head in &heads {
        for (unit, row) in &head.record.units {
            let (snapshot, content) = match &row.state {
                UnitState::Gone => continue,
                UnitState::Here(_) => (&head.snapshot, head.record.contents.get(unit).cloned()),
                UnitState::Held { within, .. } => {
                    let record = graph::read_record(&session, store.as_ref(), within)?;
                    let content = record.and_then(|record| record.contents.get(unit).cloned());
                    (within, content)
                }
            };
            match content.filter(|content| Some(content.digest()) == row.digest()) {
                Some(content) => {
                    let units = wanted.entry(snapshot.clone()).or_default();
                    units.insert(unit.clone(), content);
                }
                None => damaged.push(Damage {
                    unit: unit.clone(),
                    snapshot: snapshot.clone(),
                    why: text!("verify-not-listed"),
                }),
            }
        }
    }
    let total = wanted
        .values()
        .flat_map(BTreeMap::values)
        .fold(0_u64, |sum, content| {
            sum.saturating_add(content.extent().bytes)
        });
    fetch::check_room(&session, total)?;
    let mut sound = Vec::new();
    let mut done = 0;
    for (snapshot, units) in &wanted {
        let staging = Staging::create(&session.layout)?;
        let drill = Drill {
            session: &session,
            store: store.as_ref(),
            done,
            total,
        };
        let found = drill.restore(&staging, snapshot, units);
        staging.discard();
        for (unit, why) in found? {
            match why {
                None => sound.push(unit),
                Some(why) => damaged.push(Damage {
                    unit,
                    snapshot: snapshot.clone(),
                    why,
                }),
            }
        }
        done += units
            .values()
            .map(|content| content.extent().bytes)
            .sum::<u64>();
    }
    sound.sort();
    sound.dedup();
    Ok(VerifyOutcome::Checked {
        heads: heads.into_iter().map(|head| head.snapshot).collect(),
        sound,
        damaged,
        unreadable,
        bytes: total,
    })
}

/// One snapshot's part of it.
struct Drill<'a> {
    session: &'a Session<'a>,
    store: &'a dyn Store,
    done: u64,
    total: u64,
}

impl Drill<'_> {
    /// Restores units and says of each what is wrong with it, if anything is.
    fn restore(
        &self,
        staging: &Staging,
        snapshot: &SnapshotId,
        units: &BTreeMap<RelPath, UnitContent>,
    ) -> Result<Vec<(RelPath, Option<String>)>> {
        let paths: Vec<Vec<RelPath>> = units.keys().map(|unit| vec![unit.clone()]).collect();
        let mut progress = |status: &Status| {
            (self.session.listener)(Event::Progress(Progress {
                phase: Phase::Fetch,
                item: None,
                done: self.done + status.bytes_restored,
                total: Some(self.total),
            }));
        };
        let target = staging.tree();
        let failed = cloud::restore_units(self.store, snapshot, &target, &paths, &mut progress)?;
        let mut found = Vec::new();
        for (unit, content) in units {
            let expected = content
                .files
                .iter()
                .map(|(inner, fact)| (unit.join(inner), *fact))
                .collect();
            let wrong = staging.verify(&expected)?.into_iter().next();
            let why = wrong.map(|(path, why)| {
                let why = failed.clone().unwrap_or(why);
                format!("{path}: {why}")
            });
            found.push((unit.clone(), why));
        }
        Ok(found)
    }
}
