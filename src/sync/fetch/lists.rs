//! What a plan puts in place: the file lists of its units, and what keeps one of them away.

use std::collections::{BTreeMap, BTreeSet};

use super::{Lost, Source, Want, Wants};
use crate::{
    domain::{
        digest::Digest,
        ids::SnapshotId,
        local::Hold,
        names::{self, Naming},
        path::RelPath,
        plan::{Plan, Step, Take, held_version},
        record::{PushRecord, UnitVersion},
        unit::UnitContent,
    },
    error::{Error, Kind, Result},
    sync::{
        cloud::Store,
        event, graph, landing,
        observe::Local,
        session::Session,
        sources::{self, Contents, Holders},
        swap::Basis,
    },
    texts::text,
    workdir::in_the_way::in_the_way,
};

/// Looks up the file lists of everything that `plan` puts in place. What cannot exist on this device
/// is held instead; what no snapshot has any more is lost.
pub fn wants(
    session: &Session<'_>,
    store: &dyn Store,
    local: &Local,
    basis: &Basis<'_>,
    plan: &mut Plan,
) -> Result<(Wants, Lost)> {
    let holders = sources::find(session, store, basis.listed, pruned(basis, plan))?;
    let mut records = Records {
        session,
        store,
        basis,
        holders,
        older: BTreeMap::new(),
    };
    let mut wants = Wants::new();
    let mut lost = Lost::new();
    let mut present: BTreeSet<RelPath> = local.scan.units.keys().cloned().collect();
    for (unit, step) in &mut plan.steps {
        let found = match records.wants_of(local, unit, step) {
            Ok(found) => found,
            Err(error) if error.kind() == Kind::Damaged => {
                lost.insert(unit.clone(), error.to_string());
                continue;
            }
            Err(error) => return Err(error),
        };
        if let Some(want) = found.get(unit)
            && let Some((hold, why)) = obstacle(session, local, unit, &want.content, &present)?
        {
            event::warn(
                session.listener,
                text!("fetch-stays", unit = unit.as_str(), why = why),
            );
            let version = match hold {
                Hold::Name => taken(step).map(|take| held_version(&take.version, &take.from)),
                _ => news_of(step),
            };
            *step = Step::Hold { version, why: hold };
            continue;
        }
        for (name, want) in found {
            let obstacle = if name == *unit {
                None
            } else {
                obstacle(session, local, &name, &want.content, &present)?
            };
            match obstacle.map(|(_, why)| why) {
                None => {
                    present.insert(name.clone());
                    wants.insert(name, want);
                }
                // A copy of what is in the cloud.
                Some(why) => event::warn(
                    session.listener,
                    text!("fetch-copy-stays", unit = name.as_str(), why = why),
                ),
            }
        }
    }
    Ok((wants, lost))
}

/// Returns the version that a step brings, to be known as one that did not come.
pub fn news_of(step: &Step) -> Option<UnitVersion> {
    match step {
        Step::Take(take) | Step::Follow(take) => Some(held_version(&take.version, &take.from)),
        Step::Settle(settlement) => Some(settlement.agreed.clone()),
        _ => None,
    }
}

/// Returns why a version cannot be put in a place, if it cannot: its names, or what lies there.
pub fn obstacle<'a>(
    session: &Session<'_>,
    local: &Local,
    lands: &RelPath,
    content: &UnitContent,
    others: impl IntoIterator<Item = &'a RelPath>,
) -> Result<Option<(Hold, String)>> {
    if let Some(why) = names::obstacle(Naming::native(), lands, content, others) {
        return Ok(Some((Hold::Name, why)));
    }
    let here = local.scan.units.get(lands);
    let why = in_the_way(&session.layout, lands, content, here)?;
    Ok(why.map(|why| (Hold::InTheWay, why)))
}

/// Returns what a plan wants from snapshots that are gone.
fn pruned(basis: &Basis<'_>, plan: &mut Plan) -> Contents {
    let mut pruned = Contents::new();
    for (unit, step) in &mut plan.steps {
        let mut want = |from: &SnapshotId, digest: Option<Digest>| {
            if !basis.ids.contains(from) {
                pruned.extend(digest.map(|digest| (unit.clone(), digest)));
            }
        };
        if let Some(take) = taken(step) {
            want(&take.from, take.version.digest());
        }
        if let Step::Settle(settlement) = step {
            for copy in &settlement.copies {
                copy.from
                    .iter()
                    .for_each(|from| want(from, Some(copy.digest)));
            }
        }
    }
    pruned
}

/// What a step fetches under the unit's own name.
fn taken(step: &mut Step) -> Option<&mut Take> {
    match step {
        Step::Take(take) | Step::Follow(take) => Some(take),
        Step::Settle(settlement) => settlement.take.as_mut(),
        _ => None,
    }
}

/// The records that file lists are looked up in.
struct Records<'a> {
    session: &'a Session<'a>,
    store: &'a dyn Store,
    basis: &'a Basis<'a>,
    /// For what is wanted from snapshots that are gone.
    holders: Holders,
    older: BTreeMap<SnapshotId, PushRecord>,
}

impl Records<'_> {
    /// What one step puts in place.
    fn wants_of(&mut self, local: &Local, unit: &RelPath, step: &mut Step) -> Result<Wants> {
        let mut found = Wants::new();
        let mut add = |name: RelPath, source, content, level: Option<Vec<u8>>| {
            let step = unit.clone();
            let content = match &level {
                Some(level) => landing::with_level(content, level),
                None => content,
            };
            let want = Want {
                source,
                content,
                level,
                step,
            };
            found.insert(name, want);
        };
        if let Some(take) = taken(step) {
            take.from = self.holder(unit, take.version.digest(), &take.from)?;
            let content = self.content(&take.from, unit, take.version.digest())?;
            let source = Source::Cloud(take.from.clone(), unit.clone());
            add(unit.clone(), source, content, None);
        }
        let Step::Settle(settlement) = step else {
            return Ok(found);
        };
        for copy in &settlement.copies {
            let digest = Some(copy.digest);
            let level = copy.level.clone();
            match &copy.from {
                Some(from) => {
                    let from = self.holder(unit, digest, from)?;
                    let content = self.content(&from, unit, digest)?;
                    add(
                        copy.name.clone(),
                        Source::Cloud(from, unit.clone()),
                        content,
                        level,
                    );
                }
                None => {
                    if let Some(here) = local.scan.units.get(unit) {
                        let source = Source::Here(unit.clone());
                        add(copy.name.clone(), source, here.content.clone(), level);
                    }
                }
            }
        }
        Ok(found)
    }

    /// Returns the snapshot to restore content from: `source`, or where that is gone another that
    /// holds the same.
    fn holder(
        &self,
        unit: &RelPath,
        digest: Option<Digest>,
        source: &SnapshotId,
    ) -> Result<SnapshotId> {
        let Some(digest) = digest.filter(|_| !self.basis.ids.contains(source)) else {
            return Ok(source.clone());
        };
        let holder = self.holders.get(&(unit.clone(), digest));
        holder.cloned().ok_or_else(|| sources::gone(unit, source))
    }

    fn content(
        &mut self,
        from: &SnapshotId,
        unit: &RelPath,
        digest: Option<Digest>,
    ) -> Result<UnitContent> {
        let damaged = || {
            Error::new(
                Kind::Damaged,
                text!("fetch-not-listed", id = from.short(), unit = unit.as_str()),
            )
        };
        let heads = self.basis.heads;
        let head = heads.iter().find(|head| head.snapshot == *from);
        if head.is_none() && !self.older.contains_key(from) {
            let record = graph::read_record(self.session, self.store, from)?.ok_or_else(damaged)?;
            self.older.insert(from.clone(), record);
        }
        let record = head
            .map(|head| &head.record)
            .or_else(|| self.older.get(from));
        let content = record.and_then(|record| record.contents.get(unit));
        match content {
            Some(content) if Some(content.digest()) == digest => Ok(content.clone()),
            _ => Err(damaged()),
        }
    }
}
