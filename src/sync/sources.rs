//! Where the content is of units whose snapshot was pruned: another that stays holds the same.
//!
//! Which snapshot holds what a push left out is a hint that was true when it was written. What counts
//! is the unit and its digest.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    cloud::Store,
    event::{Event, Phase, Progress},
    graph,
    past::{Known, TOGETHER},
    session::Session,
};
use crate::{
    domain::{
        digest::Digest,
        ids::SnapshotId,
        lineage::CloudSide,
        path::RelPath,
        plan::held_version,
        record::{Purpose, UnitState, UnitTable, UnitVersion},
    },
    error::{Error, Kind, Result},
    store::messages::Listed,
    texts::text,
};

/// Units with what they hold.
pub type Contents = BTreeSet<(RelPath, Digest)>;

/// A snapshot for each of them that any has.
pub type Holders = BTreeMap<(RelPath, Digest), SnapshotId>;

/// Finds snapshots that hold what is `wanted`. Reads as many records as that takes, the newest first;
/// a safety copy counts where no push has it.
pub fn find(
    session: &Session<'_>,
    store: &dyn Store,
    listed: &[Listed],
    mut wanted: Contents,
) -> Result<Holders> {
    let mut holders = Holders::new();
    // So it is in nearly every pull and push: what this device remembers need not be read for it.
    if wanted.is_empty() {
        return Ok(holders);
    }
    let mut copies = Holders::new();
    let mut known = Known::new(session, store);
    let newest = graph::newest_first(listed, |_| true);
    for (number, some) in newest.chunks(TOGETHER).enumerate() {
        if wanted.is_empty() {
            break;
        }
        (session.listener)(Event::Progress(Progress {
            phase: Phase::Past,
            item: None,
            done: (number * TOGETHER) as u64,
            total: Some(newest.len() as u64),
        }));
        let ahead = known.read_together(some)?;
        for one in some {
            if !known.has(one) {
                match graph::record_of(session, &ahead, one) {
                    Ok(Some(record)) => known.learn(&one.id, record),
                    Ok(None) => continue,
                    // It may be in another one.
                    Err(error) if error.kind() == Kind::Damaged => continue,
                    Err(error) => return Err(error),
                }
            }
            let Some(page) = known.page(&one.id) else {
                continue;
            };
            let holds = |(unit, digest): &&(RelPath, Digest)| page.lists(unit, *digest);
            let held: Vec<(RelPath, Digest)> = wanted.iter().filter(holds).cloned().collect();
            for content in held {
                if page.purpose == Purpose::Rescue {
                    copies.entry(content).or_insert_with(|| one.id.clone());
                } else {
                    wanted.remove(&content);
                    holders.insert(content, one.id.clone());
                }
            }
        }
    }
    known.keep();
    for content in wanted {
        if let Some(copy) = copies.remove(&content) {
            holders.insert(content, copy);
        }
    }
    Ok(holders)
}

/// Says that no snapshot has this version of a unit any more.
pub fn gone(unit: &RelPath, source: &SnapshotId) -> Error {
    Error::new(
        Kind::Damaged,
        text!("graph-gone", id = source.short(), unit = unit.as_str()),
    )
}

/// Returns what a row says is held in a snapshot that is not `visible`.
pub fn lacking(
    unit: &RelPath,
    row: &UnitVersion,
    visible: &BTreeSet<SnapshotId>,
) -> Option<(RelPath, Digest)> {
    match &row.state {
        UnitState::Held { digest, within } if !visible.contains(within) => {
            Some((unit.clone(), *digest))
        }
        _ => None,
    }
}

/// Gives a held row another snapshot that has the same.
fn mend(unit: &RelPath, row: &mut UnitVersion, holders: &Holders) {
    let holder = row.digest().and_then(|digest| {
        let content = (unit.clone(), digest);
        holders.get(&content)
    });
    if let (UnitState::Held { .. }, Some(holder)) = (&row.state, holder) {
        *row = held_version(row, holder);
    }
}

/// Has the cloud's versions name snapshots that are there, where the ones that heads name for what
/// they left out are gone. `needed` says for which units.
pub fn mend_cloud(
    session: &Session<'_>,
    store: &dyn Store,
    listed: &[Listed],
    visible: &BTreeSet<SnapshotId>,
    cloud: &mut CloudSide,
    needed: impl Fn(&RelPath) -> bool,
) -> Result<()> {
    let units = cloud.iter().filter(|(unit, _)| needed(unit));
    let candidates = units.flat_map(|(unit, all)| all.iter().map(move |one| (unit, one)));
    let wanted: Contents = candidates
        .filter_map(|(unit, one)| lacking(unit, &one.version, visible))
        .collect();
    let holders = find(session, store, listed, wanted.clone())?;
    for (unit, digest) in &wanted {
        for one in cloud.get_mut(unit).into_iter().flatten() {
            if one.version.digest() == Some(*digest) {
                mend(unit, &mut one.version, &holders);
            }
        }
    }
    Ok(())
}

/// Has this folder's agreement name snapshots that are there, for those rows of the next push's `table`
/// that are held in one that is not `visible`: what is published is to be true. Returns whether
/// anything was found.
pub fn mend_agreement(
    session: &mut Session<'_>,
    store: &dyn Store,
    visible: &BTreeSet<SnapshotId>,
    table: &UnitTable,
) -> Result<bool> {
    let rows = table.iter();
    let wanted: Contents = rows
        .filter_map(|(unit, row)| lacking(unit, row, visible))
        .collect();
    if wanted.is_empty() {
        return Ok(false);
    }
    let holders = find(session, store, &store.snapshots()?, wanted)?;
    for ((unit, digest), holder) in &holders {
        if let Some(agreed) = session.state.agreement.get_mut(unit)
            && agreed.version.digest() == Some(*digest)
        {
            mend(unit, &mut agreed.version, &holders);
            agreed.snapshot = holder.clone();
        }
    }
    Ok(!holders.is_empty())
}
