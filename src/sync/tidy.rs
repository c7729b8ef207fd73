//! Trimming `undo/`: what is old, or too much, goes once the cloud has it.

use std::collections::{BTreeMap, BTreeSet};

use super::{cloud::Store, graph, safety, session::Session};
use crate::{
    domain::{digest::Digest, ids::SnapshotId, path::RelPath, unit::UnitContent},
    error::Result,
    store::messages::Listed,
    workdir::undo::{self, Undo},
};

/// Trims `undo/`. A snapshot that held what an entry replaced may have been pruned by another device:
/// then another one that has the same is noted, and where there is none the entry is given to the cloud once
/// more before it goes.
pub fn tidy(
    session: &mut Session<'_>,
    store: &dyn Store,
    listed: &[Listed],
    visible: &BTreeSet<SnapshotId>,
) -> Result<()> {
    for mut undo in undo::surplus(&session.layout, session.settings.now()) {
        let gone = gone(&undo, visible);
        if !gone.is_empty() {
            let mut found = safety::holders(session, &gone, visible);
            let mut rest = gone.clone();
            rest.retain(|unit, _| !found.contains_key(unit));
            if !rest.is_empty() {
                let elsewhere = graph::recall(session, store, listed, rest)?;
                let elsewhere = elsewhere.into_iter();
                found.extend(elsewhere.map(|(unit, agreed)| (unit, agreed.source())));
            }
            for unit in gone.keys() {
                if let Some(replaced) = undo.entry.units.get_mut(unit) {
                    replaced.saved = found.get(unit).cloned();
                    session.state.undone |= replaced.saved.is_none();
                }
            }
            undo.save()?;
            session.save()?;
        }
        undo::trim(&undo, visible);
    }
    Ok(())
}

/// The units of an entry whose snapshot is not there any more.
fn gone(undo: &Undo, visible: &BTreeSet<SnapshotId>) -> BTreeMap<RelPath, Digest> {
    let units = undo.entry.units.iter();
    let gone = units.filter_map(|(unit, replaced)| {
        let saved = replaced.saved.as_ref()?;
        let before = replaced.before.as_ref().map(UnitContent::digest)?;
        (!visible.contains(saved)).then(|| (unit.clone(), before))
    });
    gone.collect()
}
