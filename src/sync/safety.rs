//! What is only here, into the cloud: before anything replaces it, before a launch ends over it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    cloud::Store,
    event::note,
    observe::{self, Local},
    past, publish,
    session::Session,
};
use crate::{
    domain::{
        digest::Digest,
        ids::SnapshotId,
        lineage::CloudSide,
        path::RelPath,
        plan::{Party, Plan, Step},
        record::Before,
    },
    error::Result,
    texts::text,
    workdir::state::Rescued,
};

/// Publishes what is only here, before anything else happens.
///
/// A folder that joins has no past with the cloud: what it holds is not published as a head
/// before the join is decided.
pub fn save_first(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: &mut Local,
    plan: &Plan,
    cloud: &CloudSide,
    visible: &BTreeSet<SnapshotId>,
) -> Result<Option<SnapshotId>> {
    let joining = session.state.vector.is_empty() && !cloud.is_empty();
    let only_here = |unit: &RelPath| {
        let side = local.side.get(unit);
        let in_cloud = |digest| {
            cloud
                .get(unit)
                .is_some_and(|all| all.iter().any(|one| one.version.digest() == digest))
        };
        side.is_some_and(|side| side.changed() && !in_cloud(side.content))
    };
    let unsaved = plan
        .steps
        .iter()
        .any(|(unit, step)| !matches!(step, Step::Agree(_)) && only_here(unit));
    if !session.state.republish && (!unsaved || joining) {
        return Ok(None);
    }
    note(session.listener, text!("safety-saving"));
    // Known before it is published: whoever publishes beside others is the one to decide.
    session.state.deciding |= plan.disputes(Party::Own).next().is_some();
    let published = publish::publish(session, store, local, visible)?;
    for unit in &published.deleted {
        note(
            session.listener,
            text!("safety-saved-deletion", unit = unit.as_str()),
        );
    }
    session.saved_now = Some(published.snapshot.clone());
    Ok(Some(published.snapshot))
}

/// A folder has joined: what it brought along is published as well. Where the join is not whole yet,
/// it is in a safety copy at least.
pub fn join(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: Local,
    visible: &BTreeSet<SnapshotId>,
) -> Result<()> {
    if local.scan.units.is_empty() {
        // It brought nothing: what is here now came from the cloud, and is not read once more.
        return Ok(());
    }
    let scan = observe::local(session).scan;
    let mut local = observe::measure(session, scan, local.open);
    if session.state.vector.is_empty() {
        keep_safe(session, store, &local)?;
        session.save()?;
    } else if local.changed() {
        let published = publish::publish(session, store, &mut local, visible)?;
        session.state.known.insert(published.snapshot);
        session.save()?;
    }
    Ok(())
}

/// Makes a safety copy of what is in no head, and would be replaced now: of a folder that joins.
pub fn rescue(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: &Local,
    plan: &Plan,
) -> Result<Option<SnapshotId>> {
    let replaced = plan.steps.iter().filter(|(_, step)| match step {
        Step::Take(_) | Step::Follow(_) | Step::Remove(_) => true,
        Step::Settle(settlement) => settlement.take.is_some(),
        _ => false,
    });
    let units: Vec<RelPath> = replaced.map(|(unit, _)| unit.clone()).collect();
    rescue_units(session, store, local, &units, Before::Pull)
}

/// Makes a safety copy of what is held here and is in no head: a world that lost most of its files.
pub fn keep_held(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: &Local,
) -> Result<Option<SnapshotId>> {
    let held = local.side.iter().filter(|(_, side)| side.hold.is_some());
    let units: Vec<RelPath> = held.map(|(unit, _)| unit.clone()).collect();
    rescue_units(session, store, local, &units, Before::Pull)
}

/// Makes a safety copy of everything that is in no head, where a pull stops: a folder that joins
/// publishes none before the join is decided.
pub fn keep_safe(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: &Local,
) -> Result<Option<SnapshotId>> {
    let units: Vec<RelPath> = local.side.keys().cloned().collect();
    rescue_units(session, store, local, &units, Before::Pull)
}

/// Returns snapshots that have units just so, of those that are `visible`: as far as this device
/// remembers the past. Nothing is asked for it.
pub fn holders(
    session: &Session<'_>,
    units: &BTreeMap<RelPath, Digest>,
    visible: &BTreeSet<SnapshotId>,
) -> BTreeMap<RelPath, SnapshotId> {
    let history = past::recall(session);
    let holder = |(unit, digest): (&RelPath, &Digest)| {
        let holder = history.holder(unit, *digest)?;
        visible
            .contains(holder)
            .then(|| (unit.clone(), holder.clone()))
    };
    units.iter().filter_map(holder).collect()
}

/// Makes a safety copy of those `units` whose content is in no head and in no safety copy yet.
pub fn rescue_units(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: &Local,
    units: &[RelPath],
    before: Before,
) -> Result<Option<SnapshotId>> {
    let only_here = |unit: &&RelPath| {
        let content = local.side.get(*unit).and_then(|side| side.content);
        local.is_only_here(unit)
            && content.is_some_and(|content| observe::rescued(session, unit, content).is_none())
    };
    let units: Vec<RelPath> = units.iter().filter(only_here).cloned().collect();
    rescue_these(session, store, local, &units, before)
}

/// Makes a safety copy of those `units` that are here, whatever else has them.
pub fn rescue_these(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: &Local,
    units: &[RelPath],
    before: Before,
) -> Result<Option<SnapshotId>> {
    let contents: BTreeMap<_, _> = units
        .iter()
        .filter_map(|unit| {
            let scanned = local.scan.units.get(unit)?;
            Some((unit.clone(), (scanned.kind, scanned.content.clone())))
        })
        .collect();
    if contents.is_empty() {
        return Ok(None);
    }
    note(session.listener, text!("safety-copying"));
    let digests: Vec<(RelPath, Digest)> = contents
        .iter()
        .map(|(unit, (_, content))| (unit.clone(), content.digest()))
        .collect();
    let root = session.layout.pack().to_path_buf();
    let snapshot = publish::rescue(session, store, &root, contents, &local.scan.partial, before)?;
    for (unit, digest) in digests {
        let snapshot = snapshot.clone();
        let rescued = Rescued { digest, snapshot };
        session.state.rescued.insert(unit, rescued);
    }
    Ok(Some(snapshot))
}
