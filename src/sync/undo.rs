//! Undo: bringing back what pulls and restores replaced, and what pulls removed; taking away again what
//! restores brought.
//!
//! What comes back counts as an edit made here: the next push publishes it, and no other device
//! loses by it. What it replaces, or takes away, goes to `undo/` in its turn.

mod choose;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::Serialize;

use super::{
    cloud::Store,
    event::Listener,
    fetch::missing,
    observe::{self, Local},
    safety,
    session::{self, Opened, Session},
    settings::Settings,
    swap::{self, Swap, Targets},
};
use crate::{
    config::{
        layout::{Layout, below},
        sync_file,
    },
    domain::{
        digest::Digest,
        ids::SnapshotId,
        path::RelPath,
        record::Before,
        unit::{FileFact, UnitContent},
    },
    error::{Context, Error, Kind, Result},
    texts::text,
    workdir::{files, stage::Staging, undo},
};

use choose::Chosen;

pub use crate::workdir::undo::{Change, Reason, Replaced, Undo, short};

/// How long it waits for another command in the same folder.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is to be taken back.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Which swap: the beginning of its id. Else the newest pull or restore that was not taken back.
    pub id: Option<String>,
    /// These units alone. Else all of that swap.
    pub units: BTreeSet<RelPath>,
}

/// Look, or do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finality {
    /// Say what would happen.
    Preview,
    /// Do it.
    Final,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum UndoOutcome {
    /// The folder is not opted in.
    NotOptedIn,
    /// The folder is a copy of an opted-in one.
    Copy,
    /// There is nothing to take back.
    Nothing {
        /// The swap that was meant: nothing is left to do about it.
        #[serde(skip_serializing_if = "Option::is_none")]
        newest: Option<Named>,
        /// An older one that can be taken back. It was left alone.
        #[serde(skip_serializing_if = "Option::is_none")]
        older: Option<Named>,
    },
    /// This would be taken back.
    Preview(Taken),
    /// This was taken back.
    Done(Taken),
}

/// A swap, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// When, by this device's clock.
    pub time: String,
    /// What it was.
    pub reason: Reason,
    /// What it brought and what stays.
    pub stays: Vec<RelPath>,
}

/// What is taken back of a swap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Which swap it was, and what it brought and what stays.
    #[serde(flatten)]
    pub swap: Named,
    /// The units.
    pub units: Vec<Returned>,
}

/// A unit that comes back, or goes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Returned {
    /// The unit.
    pub unit: RelPath,
    /// Files that change on the way, those that go included.
    pub files: u64,
    /// Whether it goes away: a restore had brought it.
    pub goes: bool,
    /// Whether something that is only here is replaced; it goes to `undo/` in its turn.
    pub replaces_edits: bool,
}

/// Lists what can be taken back, the newest first. Changes nothing.
pub fn list(settings: &Settings) -> Vec<Undo> {
    undo::list(&Layout::new(session::absolute(&settings.pack)))
}

/// Returns when a swap was, as people read it.
pub fn when(time: &str) -> String {
    time.parse()
        .map_or_else(|_| time.to_owned(), super::decide::minutes)
}

/// Takes back.
pub fn undo(
    settings: &Settings,
    listener: Listener<'_>,
    request: &Request,
    finality: Finality,
) -> Result<UndoOutcome> {
    if !sync_file::is_opted_in(&Layout::new(&settings.pack)) {
        return Ok(UndoOutcome::NotOptedIn);
    }
    let mut session = match session::open(settings, listener, "undo", PATIENCE)? {
        Opened::Session(session) => session,
        Opened::Copy => return Ok(UndoOutcome::Copy),
    };
    let mut local = observe::local(&mut session);
    let all = undo::list(&session.layout);
    let name = |undo: &Undo| Named {
        id: undo.id.clone(),
        time: undo.entry.time.clone(),
        reason: undo.entry.reason,
        stays: choose::staying(undo, &local, request),
    };
    let (chosen, targets) = match choose::choose(&all, &local, request)? {
        Chosen::Swap(chosen, targets) => (chosen, targets),
        Chosen::Nothing { newest, older } => {
            return Ok(UndoOutcome::Nothing {
                newest: newest.map(name),
                older: older.map(name),
            });
        }
    };
    let units = targets.iter().map(|(unit, content)| Returned {
        unit: unit.clone(),
        files: count(&local, unit, content.as_ref()),
        goes: content.is_none(),
        replaces_edits: is_unsaved(&local, unit) && !came(&all, &local, unit),
    });
    let taken = Taken {
        units: units.collect(),
        swap: name(chosen),
    };
    if finality == Finality::Preview {
        return Ok(UndoOutcome::Preview(taken));
    }
    refuse_open_worlds(&session, &mut local, &targets.keys().cloned().collect())?;
    swap::check_free(&session, &local, &targets)?;
    bring_back(&mut session, &local, &all, chosen, &targets)?;
    let mut done = chosen.clone();
    done.entry.taken_back = done
        .entry
        .units
        .keys()
        .all(|unit| targets.contains_key(unit) || !choose::can_return(chosen, &local, unit));
    done.save()?;
    Ok(UndoOutcome::Done(taken))
}

fn count(local: &Local, unit: &RelPath, content: Option<&UnitContent>) -> u64 {
    let nothing = UnitContent::default();
    let content = content.unwrap_or(&nothing);
    let here = local.scan.units.get(unit);
    let coming = missing(unit, content, here).count();
    let going = here.map_or(0, |here| {
        let gone = here.content.files.keys();
        gone.filter(|inner| !content.files.contains_key(*inner))
            .count()
    });
    (coming + going) as u64
}

/// Whether what is here of a unit is in no snapshot that this folder knows of.
fn is_unsaved(local: &Local, unit: &RelPath) -> bool {
    local
        .side
        .get(unit)
        .is_some_and(|side| side.content.is_some() && (side.changed() || local.is_only_here(unit)))
}

/// Whether a pull or a restore brought what is here of a unit: a decision may be for another version
/// than the one that everybody agrees on, and a restore is.
fn came(all: &[Undo], local: &Local, unit: &RelPath) -> bool {
    let here = local.scan.units.get(unit).map(|here| here.content.digest());
    all.iter()
        .filter(|undo| undo.entry.reason != Reason::Undo)
        .filter_map(|undo| undo.entry.units.get(unit)?.after)
        .any(|after| here == Some(after))
}

/// Refuses to replace a world that a game has open.
pub(super) fn refuse_open_worlds(
    session: &Session<'_>,
    local: &mut Local,
    wanted: &BTreeSet<RelPath>,
) -> Result<()> {
    observe::hold_open_worlds(session, local, wanted);
    let open = local.open.iter().find(|unit| wanted.contains(*unit));
    match open {
        None => Ok(()),
        Some(unit) => {
            Err(Error::failed(text!("undo-open", unit = unit.as_str()))
                .hint(text!("undo-open-hint")))
        }
    }
}

fn bring_back(
    session: &mut Session<'_>,
    local: &Local,
    all: &[Undo],
    chosen: &Undo,
    targets: &Targets,
) -> Result<()> {
    let mut unsaved: BTreeMap<RelPath, Digest> = BTreeMap::new();
    for unit in targets.keys().filter(|unit| is_unsaved(local, unit)) {
        if let Some(here) = local.scan.units.get(unit) {
            unsaved.insert(unit.clone(), here.content.digest());
        }
    }
    let saved = rescue(session, local, &mut unsaved);
    unsaved.retain(|unit, digest| observe::rescued(session, unit, *digest).is_none());
    let unsaved: BTreeSet<RelPath> = unsaved.into_keys().collect();
    let staging = Staging::create(&session.layout)?;
    let staged = stage(session, local, all, chosen, targets, &staging).and_then(|()| {
        // What can be saved nowhere else now must be whole in undo.
        complete(session, local, &unsaved, targets, &staging)
    });
    staged.inspect_err(|_| staging.discard())?;
    let mut next = swap::edited(session, local, targets);
    next.undone |= !unsaved.is_empty();
    let swap = Swap {
        targets,
        reason: Reason::Undo,
        saved,
    };
    swap.run(session, local, &staging, &mut next)?;
    session.state = next;
    Ok(())
}

/// Makes a safety copy in the cloud, if it can be reached, of those units that no snapshot has as they
/// are. Returns the snapshots of the others, and leaves these out of `units`.
fn rescue(
    session: &mut Session<'_>,
    local: &Local,
    units: &mut BTreeMap<RelPath, Digest>,
) -> BTreeMap<RelPath, SnapshotId> {
    let mut saved = BTreeMap::new();
    if units.is_empty() {
        return saved;
    }
    let Ok(visible) = session.probe() else {
        return saved;
    };
    if let Some(visible) = visible {
        saved = safety::holders(session, units, &visible);
        units.retain(|unit, _| !saved.contains_key(unit));
    }
    if let (false, Ok(store)) = (units.is_empty(), session.store()) {
        let units: Vec<RelPath> = units.keys().cloned().collect();
        // Without it, what is replaced stays whole in undo until it can be saved.
        let _ = safety::rescue_units(session, store.as_ref(), local, &units, Before::Undo);
    }
    saved
}

/// Copies units whole to where their changed files will go.
fn complete(
    session: &Session<'_>,
    local: &Local,
    units: &BTreeSet<RelPath>,
    targets: &Targets,
    staging: &Staging,
) -> Result<()> {
    let aside = undo::files_folder(&session.layout.undo().join(&staging.id));
    for unit in units {
        let (Some(here), Some(Some(target))) = (local.scan.units.get(unit), targets.get(unit))
        else {
            continue;
        };
        let unchanged = here
            .content
            .files
            .iter()
            .filter(|(inner, fact)| target.files.get(*inner) == Some(*fact));
        for (inner, _) in unchanged {
            let path = unit.join(inner);
            let place = below(&aside, &path);
            files::copy(&session.layout.live(&path), &place)
                .and_then(|()| files::sync_file(&place))
                .context(|| text!("undo-cannot-keep", path = path.as_str()))?;
        }
    }
    Ok(())
}

/// Puts what comes back into staging: from `undo/`, else from the cloud.
fn stage(
    session: &mut Session<'_>,
    local: &Local,
    all: &[Undo],
    chosen: &Undo,
    targets: &Targets,
    staging: &Staging,
) -> Result<()> {
    let mut expected: BTreeMap<RelPath, FileFact> = BTreeMap::new();
    let mut absent: BTreeMap<RelPath, Vec<RelPath>> = BTreeMap::new();
    for (unit, content) in targets {
        let Some(content) = content else { continue };
        for (path, _, fact) in missing(unit, content, local.scan.units.get(unit)) {
            let kept = std::iter::once(chosen)
                .chain(all)
                .find_map(|undo| undo.file(&path, &fact));
            match kept {
                Some(kept) => files::copy(&kept, &staging.place(&path))
                    .context(|| text!("undo-cannot-copy", path = path.as_str()))?,
                None => absent.entry(unit.clone()).or_default().push(path.clone()),
            }
            expected.insert(path, fact);
        }
        files::make_folders(&staging.tree(), unit, content)?;
    }
    if !absent.is_empty() {
        let store = session.store().map_err(kept)?;
        for (unit, paths) in &absent {
            fetch(store.as_ref(), chosen, unit, paths, staging).map_err(kept)?;
        }
    }
    match staging.verify(&expected)?.into_iter().next() {
        None => Ok(()),
        Some((path, why)) => {
            Err(Error::new(Kind::Damaged, format!("{path}: {why}"))
                .hint(text!("undo-unchanged-hint")))
        }
    }
}

fn fetch(
    store: &dyn Store,
    chosen: &Undo,
    unit: &RelPath,
    paths: &[RelPath],
    staging: &Staging,
) -> Result<()> {
    let saved = chosen
        .entry
        .units
        .get(unit)
        .and_then(|replaced| replaced.saved.as_ref());
    let Some(saved) = saved else {
        return Err(Error::failed(text!("undo-not-whole", unit = unit.as_str())));
    };
    store.restore(saved, &staging.tree(), paths, &mut |_| ())?;
    Ok(())
}

fn kept(error: Error) -> Error {
    error.hint(text!("undo-needs-cloud-hint"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_minutes_and_whatever_is_none_as_it_is() {
        let time = when("2026-11-22T10:20:30.5Z");
        assert!(
            time.starts_with("2026-11-2") && !time.contains('T'),
            "{time}"
        );
        assert_eq!(when("some day"), "some day");
    }
}
