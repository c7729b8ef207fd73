//! A swap that was interrupted, carried to its end by the next command: not under a running game, and
//! not over what somebody played meanwhile.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use super::{
    event::{Event, Listener, note},
    session::absolute,
};
use crate::{
    config::{
        layout::{Layout, below},
        scope_file,
    },
    domain::{
        ids::InstanceId,
        path::{InnerPath, RelPath},
        profile::Profile,
        shell,
        unit::{FileFact, UnitContent, UnitKind},
    },
    error::{Context, Error, Kind, Result},
    texts::text,
    workdir::{
        apply, files,
        journal::{self, Journal},
        scan::{self, Scanned},
        stage::Staging,
        state::{Loaded, State},
        undo::{self, Kept, Reason},
        world_lock,
    },
};

/// How long a world is waited for that a game has open: a game that has ended may still hold it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Returns what was interrupted in this folder and waits to be carried to its end. Changes nothing.
pub fn interrupted(pack: &Path) -> Option<Reason> {
    let layout = Layout::new(absolute(pack));
    // What cannot be read is told by whoever carries it on.
    let journal = journal::unfinished(&layout).ok().flatten()?;
    Some(journal.reason)
}

/// Returns what a swap is part of, in words for people.
pub fn named(reason: Reason) -> &'static str {
    match reason {
        Reason::Pull | Reason::Interrupted => "a pull",
        Reason::Undo => "an undo",
        Reason::Restore => "a restore",
    }
}

/// Carries an interrupted swap to its end, where there is one; returns the state that it leads to.
///
/// What a game has open is not touched, and the journal stays; everything else of the swap is done then, so
/// that no other world is half of one version and half of another.
pub fn carry_on(
    layout: &Layout,
    instance: InstanceId,
    profile: Profile,
    known: &State,
    listener: Listener<'_>,
) -> Result<Option<State>> {
    let Some(mut journal) = journal::begun(layout, instance)? else {
        return Ok(None);
    };
    let open = wait_until_closed(layout, &journal);
    let kept = keep_played(layout, profile, known, &mut journal, &open)?;
    for (unit, id) in &kept {
        tell(layout, listener, unit, id);
    }
    if let Some(unit) = open.first() {
        apply::carry_out(layout, &journal.without(&open))?;
        let what = match journal.reason {
            Reason::Undo => text!("unfinished-open-undo", unit = unit.as_str()),
            Reason::Restore => text!("unfinished-open-restore", unit = unit.as_str()),
            Reason::Pull | Reason::Interrupted => {
                text!("unfinished-open-pull", unit = unit.as_str())
            }
        };
        return Err(Error::new(Kind::Unfinished, what).hint(text!("unfinished-open-hint")));
    }
    apply::carry_out(layout, &journal)?;
    journal::finish(layout, &journal)?;
    note(
        listener,
        match journal.reason {
            Reason::Undo => text!("session-undo-finished"),
            Reason::Restore => text!("session-restore-finished"),
            Reason::Pull | Reason::Interrupted => text!("session-pull-finished"),
        },
    );
    let Loaded::State(mut state) = State::load(layout, instance)? else {
        return Ok(None);
    };
    if !kept.is_empty() || undo::list(layout).iter().any(is_unsaved) {
        state.undone = true;
        state.save(layout)?;
    }
    Ok(Some(*state))
}

/// Whether an entry holds what was played between, and nowhere else.
fn is_unsaved(undo: &undo::Undo) -> bool {
    undo.entry.reason == Reason::Interrupted && undo.unsaved().next().is_some()
}

/// Returns the worlds that a game has open, and that something is left to be done to.
fn wait_until_closed(layout: &Layout, journal: &Journal) -> BTreeSet<RelPath> {
    let mut open = journal.left_to_do(layout);
    let is_world = |unit: &RelPath| {
        let replaced = journal.units.get(unit);
        replaced.is_some_and(|replaced| replaced.kind == UnitKind::World)
    };
    open.retain(is_world);
    let deadline = Instant::now() + PATIENCE;
    open.retain(|unit| {
        let left = deadline.saturating_duration_since(Instant::now());
        !world_lock::wait_until_closed(&layout.live(unit), left)
    });
    open
}

/// Keeps units whole in `undo/` that somebody changed since the swap was interrupted: what is in them is
/// neither what they were nor what they become. Returns the entry of each.
fn keep_played(
    layout: &Layout,
    profile: Profile,
    known: &State,
    journal: &mut Journal,
    open: &BTreeSet<RelPath>,
) -> Result<Vec<(RelPath, String)>> {
    let mut left = journal.left_to_do(layout);
    left.retain(|unit| !open.contains(unit));
    if left.is_empty() {
        return Ok(Vec::new());
    }
    let scope = scope_file::read(layout, profile)?;
    let (stamps, taken) = (&known.stamps, known.scan_time());
    let scan = scan::scan(layout.pack(), &scope, stamps, taken, &mut |_| ());
    let mut kept = Vec::new();
    for unit in left {
        let Some(here) = scan.units.get(&unit) else {
            continue;
        };
        if !is_played(layout, journal, &unit, &here.content) {
            continue;
        }
        let id = keep(layout, journal, &unit, here)
            .map_err(|error| error.hint(text!("unfinished-not-kept-hint")))?;
        kept.push((unit.clone(), id));
        // What was made in it meanwhile belongs to neither version.
        let strange = strangers(journal, &unit, &here.content).map(|inner| unit.join(inner));
        let strange: Vec<RelPath> = strange.collect();
        journal.files_removed.extend(strange);
    }
    Ok(kept)
}

/// Whether any file of a unit is neither as it was before the swap nor as it becomes.
fn is_played(layout: &Layout, journal: &Journal, unit: &RelPath, here: &UnitContent) -> bool {
    let staging = Staging::named(layout, &journal.staging);
    let before = before(journal, unit);
    here.files.iter().any(|(inner, fact)| {
        if before.is_some_and(|before| before.files.get(inner) == Some(fact)) {
            return false;
        }
        let path = unit.join(inner);
        let staged = staging.place(&path);
        match staged.symlink_metadata() {
            // The same content would be put in its place.
            Ok(metadata) => metadata.len() != fact.size || !is(&staged, fact),
            // It was swapped in before, or it is in no version.
            Err(_) => !journal.files.contains(&path),
        }
    })
}

fn is(file: &Path, fact: &FileFact) -> bool {
    files::hash(file).is_ok_and(|known| known.sha256 == fact.sha256)
}

/// The files of a unit that are in neither version.
fn strangers<'a>(
    journal: &'a Journal,
    unit: &'a RelPath,
    here: &'a UnitContent,
) -> impl Iterator<Item = &'a InnerPath> {
    let before = before(journal, unit);
    here.files.keys().filter(move |inner| {
        before.is_none_or(|before| !before.files.contains_key(*inner))
            && !journal.files.contains(&unit.join(inner))
    })
}

fn before<'a>(journal: &'a Journal, unit: &RelPath) -> Option<&'a UnitContent> {
    journal.units.get(unit)?.before.as_ref()
}

/// Copies a unit whole into an entry of its own.
fn keep(layout: &Layout, journal: &Journal, unit: &RelPath, here: &Scanned) -> Result<String> {
    let kept = Kept::begin(layout)?;
    for inner in here.content.files.keys() {
        let path = unit.join(inner);
        let place = below(&kept.files(), &path);
        files::copy(&layout.live(&path), &place)
            .and_then(|()| files::sync_file(&place))
            .context(|| text!("undo-cannot-keep", path = path.as_str()))?;
    }
    files::make_folders(&kept.files(), unit, &here.content)?;
    kept.describe(journal, unit, here.kind, here.content.clone())
}

fn tell(layout: &Layout, listener: Listener<'_>, unit: &RelPath, id: &str) {
    let folder = shell::pack_folder(layout.pack());
    listener(Event::Alert(
        text!("unfinished-played", unit = unit.as_str()),
        vec![text!(
            "unfinished-played-hint",
            id = undo::short(id),
            folder = folder
        )],
    ));
}
