//! Which swap an undo takes back, and what each of its units will be.

use super::{Request, Undo};
use crate::{
    domain::{path::RelPath, unit::UnitContent},
    error::{Error, Result},
    sync::{observe::Local, swap::Targets},
    texts::text,
};

/// What an undo is about.
pub enum Chosen<'a> {
    /// This swap, and what its units become.
    Swap(&'a Undo, Targets),
    /// Nothing.
    Nothing {
        /// The swap that was meant, of which nothing is left to do.
        newest: Option<&'a Undo>,
        /// An older one, of which something is. It is named and left alone: whoever asks for the last one to
        /// be taken back does not mean another.
        older: Option<&'a Undo>,
    },
}

/// Chooses: the swap with the id that was given, else the newest pull or restore that was not taken back;
/// with units, the newest of these that did something to one of them.
pub fn choose<'a>(all: &'a [Undo], local: &Local, request: &Request) -> Result<Chosen<'a>> {
    let known = |unit: &RelPath| all.iter().any(|undo| undo.entry.units.contains_key(unit));
    if let Some(stranger) = request.units.iter().find(|unit| !known(unit)) {
        return Err(
            Error::usage(text!("undo-unknown", unit = stranger.as_str()))
                .hint(text!("undo-unknown-hint")),
        );
    }
    let given = match &request.id {
        Some(id) => Some(by_id(all, id)?),
        None => None,
    };
    let is_meant = |undo: &&Undo| {
        let names = |unit: &RelPath| undo.entry.units.contains_key(unit);
        undo.entry.reason.is_taken_back()
            && !undo.entry.taken_back
            && (request.units.is_empty() || request.units.iter().any(names))
    };
    let mut meant = all.iter().filter(is_meant);
    let newest = given.or_else(|| meant.next());
    if let Some(newest) = newest {
        let targets = targets(newest, local, request);
        if !targets.is_empty() {
            return Ok(Chosen::Swap(newest, targets));
        }
    }
    let older = if given.is_some() {
        None
    } else {
        meant.find(|undo| !targets(undo, local, request).is_empty())
    };
    Ok(Chosen::Nothing { newest, older })
}

fn by_id<'a>(all: &'a [Undo], id: &str) -> Result<&'a Undo> {
    let id = id.to_uppercase();
    let mut found = all.iter().filter(|undo| undo.id.starts_with(&id));
    match (found.next(), found.next()) {
        (Some(undo), None) => Ok(undo),
        (Some(_), Some(_)) => {
            Err(Error::usage(text!("undo-several", id = id)).hint(text!("undo-several-hint")))
        }
        (None, _) => Err(Error::usage(text!("undo-none", id = id)).hint(text!("undo-none-hint"))),
    }
}

/// What the units of a swap were, where they are something else now.
fn targets(undo: &Undo, local: &Local, request: &Request) -> Targets {
    undo.entry
        .units
        .iter()
        .filter(|(unit, _)| request.units.is_empty() || request.units.contains(*unit))
        .filter(|(unit, _)| can_return(undo, local, unit))
        .map(|(unit, replaced)| (unit.clone(), replaced.before.clone()))
        .collect()
}

/// Whether a unit can become again what it was before a swap, and is something else now.
pub fn can_return(undo: &Undo, local: &Local, unit: &RelPath) -> bool {
    let here = local.scan.units.get(unit);
    let Some(replaced) = undo.entry.units.get(unit) else {
        return false;
    };
    if !replaced.can_return(undo.entry.reason) {
        return false;
    }
    match (&replaced.before, here) {
        // Only what was looked at as a whole goes.
        (None, here) => here.is_some_and(|here| here.unreadable.is_none()),
        (Some(before), here) => {
            Some(before.digest()) != here.map(|here| UnitContent::digest(&here.content))
        }
    }
}

/// The units that a swap brought, that are here and that are not taken away with it.
pub fn staying(undo: &Undo, local: &Local, request: &Request) -> Vec<RelPath> {
    let units = undo.entry.units.iter();
    let staying = units.filter(|(unit, replaced)| {
        (request.units.is_empty() || request.units.contains(*unit))
            && replaced.before.is_none()
            && !replaced.can_return(undo.entry.reason)
            && local.scan.units.contains_key(*unit)
    });
    staying.map(|(unit, _)| unit.clone()).collect()
}
