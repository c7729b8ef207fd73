//! The drill itself: choose, restore and compare; and look twice at what seems to be damaged.

use super::{Damage, Extent, Found, choose, restore};
use crate::{
    error::{Kind, Result},
    sync::{
        cloud::Store,
        event::{Event, Phase, Progress},
        session::Session,
    },
    texts::text,
    workdir::stage::Staging,
};

/// Restores what `extent` says. Returns whether there was anything.
pub fn drill(
    session: &mut Session<'_>,
    extent: Extent,
    staging: &Staging,
    found: &mut Found,
) -> Result<bool> {
    // What this device remembers of the repository proves nothing of it.
    session.trust_cache = false;
    // Asked by ourselves first, the cloud says better than restic why it cannot be had.
    let opened = session.probe().and_then(|_| session.store());
    let store = opened.map_err(|error| match error.kind() {
        Kind::Offline => error.hint(text!("verify-offline-hint")),
        _ => session.without_repository(error),
    })?;
    let parts = choose::parts(session, store.as_ref(), extent, found)
        .map_err(|error| session.without_repository(error))?;
    let checked = &found.checked;
    if parts.is_empty() && checked.heads.is_empty() && checked.unreadable.is_empty() {
        return Ok(false);
    }
    read_doubted(store.as_ref(), found)?;
    restore::restore(session, store.as_ref(), staging, parts, found)?;
    if !found.checked.damaged.is_empty() || !found.checked.unreadable.is_empty() {
        look_again(session, store.as_ref(), extent, staging, found)?;
    }
    if extent == Extent::All && session.settings.cloud.is_none() {
        found.checked.findings = read_all_packs(session)?;
        if !found.checked.findings.is_empty() {
            // The packs that it missed may have another place by now.
            found.checked.findings = read_all_packs(session)?;
        }
    }
    Ok(true)
}

/// Reads what snapshots say of themselves that could not be read before.
fn read_doubted(store: &dyn Store, found: &mut Found) -> Result<()> {
    let unreadable = &found.checked.unreadable;
    let there = |id: &&_| found.listed.as_ref().is_none_or(|all| all.contains(*id));
    let doubted = found.doubted.iter().filter(there);
    for id in doubted.filter(|id| !unreadable.contains(id)) {
        match store.push_record(id) {
            Ok(_) => drop(found.readable.insert(id.clone())),
            Err(error) if error.kind() == Kind::Damaged => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Looks once more at what seems to be damaged, and at every version that has a file with the same content.
/// Another device may have thinned the past under the first look, or packed it anew: then what was
/// missing is somewhere else, or was meant to go.
fn look_again(
    session: &mut Session<'_>,
    store: &dyn Store,
    extent: Extent,
    staging: &Staging,
    found: &mut Found,
) -> Result<()> {
    let seen: Vec<Damage> = found.checked.damaged.clone();
    found.believe_no_damage();
    let parts = choose::again(session, store, extent, &seen, found)?;
    restore::restore(session, store, staging, parts, found)
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
