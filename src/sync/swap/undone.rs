//! What is nowhere but in `undo/`, for the repository.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{ids::SnapshotId, path::RelPath, record::Before},
    error::Result,
    sync::{cloud::Store, event::warn, publish, safety, session::Session},
    texts::text,
    workdir::{
        files,
        undo::{self, Reason},
    },
};

/// Notes where units are that an undo replaced without the network, and that a snapshot has after all.
fn find_saved(session: &Session<'_>, store: &dyn Store, undo: &mut undo::Undo) -> Result<()> {
    let unsaved = undo.unsaved();
    let unsaved: BTreeMap<_, _> = unsaved
        .map(|(unit, before)| (unit.clone(), before.digest()))
        .collect();
    if unsaved.is_empty() {
        return Ok(());
    }
    let visible = store.snapshot_ids()?.into_iter().collect();
    let found = safety::holders(session, &unsaved, &visible);
    if found.is_empty() {
        return Ok(());
    }
    for (unit, snapshot) in found {
        if let Some(replaced) = undo.entry.units.get_mut(&unit) {
            replaced.saved = Some(snapshot);
        }
    }
    undo.save()
}

/// Gives units that are nowhere but in `undo/` to the repository. Returns the snapshots.
pub fn save_undone(session: &mut Session<'_>, store: &dyn Store) -> Result<Vec<SnapshotId>> {
    let mut made = Vec::new();
    if !session.state.undone {
        return Ok(made);
    }
    let mut all = true;
    for mut undo in undo::list(&session.layout) {
        find_saved(session, store, &mut undo)?;
        let contents: BTreeMap<_, _> = undo
            .unsaved()
            .filter(|(unit, before)| undo.is_whole(unit, before))
            .map(|(unit, before)| {
                let kind = undo.entry.units[unit].kind;
                (unit.clone(), (kind, before.clone()))
            })
            .collect();
        if contents.is_empty() {
            continue;
        }
        let root = undo::files_folder(&undo.folder);
        let nothing_else = BTreeSet::new();
        // Only files are set aside: the folders without any are made, so that they are saved too.
        for (unit, (_, content)) in &contents {
            files::make_folders(&root, unit, content)?;
        }
        let units: Vec<RelPath> = contents.keys().cloned().collect();
        let before = match undo.entry.reason {
            Reason::Pull | Reason::Interrupted => Before::Pull,
            Reason::Undo => Before::Undo,
            Reason::Restore => Before::Restore,
        };
        match publish::rescue(session, store, &root, contents, &nothing_else, before) {
            Ok(snapshot) => {
                for unit in &units {
                    if let Some(replaced) = undo.entry.units.get_mut(unit) {
                        replaced.saved = Some(snapshot.clone());
                    }
                }
                undo.save()?;
                made.push(snapshot);
            }
            // It stays where it is until it can be saved.
            Err(error) => {
                all = false;
                warn(
                    session.listener,
                    text!("carry-undo-unsaved", why = error.to_string()),
                );
            }
        }
    }
    session.state.undone = !all;
    session.save()?;
    Ok(made)
}
