//! Carrying out a plan: stage, journal, swap, remember.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::SystemTime,
};

use super::{
    advance,
    cloud::Store,
    event::{Event, Phase, Progress, warn},
    fetch::{self, Lost, Wants, missing},
    observe::{self, Local},
    outcome::Changes,
    safety,
    session::Session,
};
use crate::{
    cancel,
    config::json_file::{self, Access},
    domain::{
        ids::SnapshotId,
        lineage::Head,
        local::Hold,
        path::RelPath,
        plan::{Plan, Step},
        record::Before,
        unit::UnitContent,
    },
    error::{Error, Result},
    store::messages::Listed,
    texts::text,
    workdir::{
        apply, files,
        in_the_way::in_the_way,
        journal::{self, Journal},
        stage::Staging,
        stamp::{Known, Stamp},
        state::State,
        undo::{self, Reason, Replaced},
        world_lock,
    },
};

/// What each unit that is swapped will be; `None` where it goes away.
pub type Targets = BTreeMap<RelPath, Option<UnitContent>>;

/// What a plan is carried out with.
pub struct Basis<'a> {
    /// The heads that it is about.
    pub heads: &'a [Head],
    /// Every visible snapshot.
    pub ids: BTreeSet<SnapshotId>,
    /// The same, as they were listed.
    pub listed: &'a [Listed],
}

/// Carries out `plan`, and makes the heads' versions this folder's own where it is whole.
///
/// Until the journal is written nothing of the player's is touched. A unit that the cloud cannot
/// give is left as it is, and the plan is not whole any more.
pub fn carry_out(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: &Local,
    mut plan: Plan,
    basis: Basis<'_>,
) -> Result<Changes> {
    let mut changes = Changes::default();
    let (mut wants, lost) = fetch::wants(session, store, local, &basis, &mut plan)?;
    leave_out_lost(session, &mut plan, &mut wants, lost, &mut changes);
    let staging = if wants.is_empty() {
        None
    } else {
        let staging = Staging::create(&session.layout)?;
        let staged = fetch::stage(session, store, local, &staging, &wants);
        let staged = staged.inspect_err(|_| staging.discard())?;
        changes.bytes = staged.bytes;
        leave_out_lost(session, &mut plan, &mut wants, staged.lost, &mut changes);
        Some(staging)
    };
    note_changes(&plan, &wants, &mut changes);
    let mut targets: Targets = wants
        .iter()
        .map(|(unit, want)| (unit.clone(), Some(want.content.clone())))
        .collect();
    targets.extend(
        plan.steps
            .iter()
            .filter(|(_, step)| matches!(step, Step::Remove(_)))
            .map(|(unit, _)| (unit.clone(), None)),
    );
    let mut next = advance::next_state(session, local, basis.heads, &plan, &wants, basis.ids);
    if targets.is_empty() {
        if let Some(staging) = staging {
            staging.discard();
        }
        next.save(&session.layout)?;
        session.state = next;
        return Ok(changes);
    }
    let staging = match staging {
        Some(staging) => staging,
        None => Staging::create(&session.layout)?,
    };
    last_call(session, &staging, changes.bytes)?;
    let swap = Swap {
        targets: &targets,
        reason: Reason::Pull,
        saved: BTreeMap::new(),
    };
    swap.run(session, local, &staging, &mut next)?;
    session.state = next;
    Ok(changes)
}

/// Asks for the last time whether the player wishes to stop: from here on a swap goes to its end.
pub fn last_call(session: &Session<'_>, staging: &Staging, bytes: u64) -> Result<()> {
    cancel::check().inspect_err(|_| staging.discard())?;
    (session.listener)(Event::Progress(Progress {
        phase: Phase::Swap,
        item: None,
        done: bytes,
        total: Some(bytes),
    }));
    Ok(())
}

/// Returns the state after a swap that is an edit made here: about what everybody agrees on, nothing
/// changes.
pub fn edited(session: &Session<'_>, local: &Local, targets: &Targets) -> State {
    let mut next = session.state.clone();
    // restic would take a file that has the size and the time of the parent's for the same.
    next.parent = None;
    let mut stamps = local.scan.stamps.clone();
    stamps.retain(|unit, _| !targets.contains_key(unit));
    next.remember_scan(stamps, local.scan.taken.max(SystemTime::UNIX_EPOCH));
    next
}

/// Units that the cloud cannot give stay as they are.
fn leave_out_lost(
    session: &Session<'_>,
    plan: &mut Plan,
    wants: &mut Wants,
    lost: Lost,
    changes: &mut Changes,
) {
    for (unit, why) in lost {
        (session.listener)(Event::Warning(
            text!("carry-lost", unit = unit.as_str(), why = why),
            vec![text!("carry-lost-hint", folder = session.folder())],
        ));
        wants.retain(|_, want| want.step != unit);
        if let Some(step) = plan.steps.get_mut(&unit) {
            let (version, why) = (fetch::news_of(step), Hold::Damaged);
            *step = Step::Hold { version, why };
        }
        changes.lost.push(unit);
    }
}

fn note_changes(plan: &Plan, wants: &Wants, changes: &mut Changes) {
    for (unit, want) in wants {
        if want.is_copy(unit) {
            changes.copied.push(unit.clone());
        } else {
            changes.taken.push(unit.clone());
        }
    }
    for (unit, step) in &plan.steps {
        match step {
            Step::Remove(_) => changes.removed.push(unit.clone()),
            Step::Hold {
                why: Hold::Name | Hold::InTheWay,
                ..
            } => changes.held.push(unit.clone()),
            _ => {}
        }
    }
}

/// A swap of staged units.
pub struct Swap<'a> {
    /// What each unit will be.
    pub targets: &'a Targets,
    /// What it is part of.
    pub reason: Reason,
    /// Snapshots that hold what units are now, beside those that the state knows of.
    pub saved: BTreeMap<RelPath, SnapshotId>,
}

impl Swap<'_> {
    /// Swaps the staged files in and makes `next` the state. Where it fails before the journal is
    /// written, nothing happened; after that, the next run carries on.
    pub fn run(
        &self,
        session: &Session<'_>,
        local: &Local,
        staging: &Staging,
        next: &mut State,
    ) -> Result<()> {
        let done = self.swap(session, local, staging, next);
        if done.is_err() && !session.layout.journal().exists() {
            staging.discard();
        }
        done
    }

    fn swap(
        &self,
        session: &Session<'_>,
        local: &Local,
        staging: &Staging,
        next: &mut State,
    ) -> Result<()> {
        let journal = self.journal(session, local, staging);
        json_file::write_compact(&staging.next_state(), next, Access::Private)?;
        sync_folders(staging);
        self.check_untouched(session, local)?;
        journal.commit(&session.layout)?;
        apply::carry_out(&session.layout, &journal)?;
        // The digests are known: only the new stamps are needed, so that nothing is read again.
        let swapped = self
            .targets
            .iter()
            .filter_map(|(unit, content)| Some((unit, content.as_ref()?)));
        for (unit, content) in swapped {
            let stamps = content.files.iter().filter_map(|(inner, fact)| {
                let metadata = fs::metadata(session.layout.live(&unit.join(inner))).ok()?;
                let stamp = Stamp::of(&metadata);
                let sha256 = fact.sha256;
                (stamp.size == fact.size).then(|| (inner.clone(), Known { stamp, sha256 }))
            });
            next.stamps.insert(unit.clone(), stamps.collect());
        }
        let stamps = std::mem::take(&mut next.stamps);
        next.remember_scan(stamps, SystemTime::now());
        journal::finish_with(&session.layout, &journal, next)
    }

    /// Whatever changed since the scan is not overwritten: the next pull looks again. A world that a
    /// game has opened meanwhile is left alone.
    fn check_untouched(&self, session: &Session<'_>, local: &Local) -> Result<()> {
        let known = &local.scan;
        let now = observe::rescan(session, known);
        for unit in self.targets.keys() {
            let (before, after) = (known.units.get(unit), now.units.get(unit));
            let same = before.map(|one| &one.content) == after.map(|one| &one.content)
                && known.stamps.get(unit) == now.stamps.get(unit);
            let what = if world_lock::is_open(&session.layout.live(unit)) {
                text!("carry-opened", unit = unit.as_str())
            } else if !same {
                text!("carry-changed", unit = unit.as_str())
            } else {
                continue;
            };
            return Err(Error::failed(what).hint(text!("carry-changed-hint")));
        }
        check_free(session, local, self.targets)
    }

    fn journal(&self, session: &Session<'_>, local: &Local, staging: &Staging) -> Journal {
        let mut journal = Journal {
            schema: journal::SCHEMA,
            instance_id: session.sync.instance_id,
            replica: session.state.replica,
            staging: staging.id.clone(),
            time: session.settings.now().to_string(),
            reason: self.reason,
            number: undo::next_number(&session.layout),
            units: BTreeMap::new(),
            files_removed: Vec::new(),
            folders_removed: Vec::new(),
            folders_made: Vec::new(),
            files: Vec::new(),
        };
        let empty = UnitContent::default();
        for (unit, target) in self.targets {
            let here = local.scan.units.get(unit);
            let before = here.map_or(&empty, |here| &here.content);
            let new = target.as_ref().unwrap_or(&empty);
            // Only what is synced goes: whatever else lies in a world is in no repository.
            let gone = before.files.keys();
            let gone = gone.filter(|inner| !new.files.contains_key(*inner));
            journal
                .files_removed
                .extend(gone.map(|inner| unit.join(inner)));
            let gone = before.folders.iter().rev();
            let gone = gone.filter(|inner| !new.folders.contains(*inner));
            journal
                .folders_removed
                .extend(gone.map(|inner| unit.join(inner)));
            let made = new.folders.iter();
            let made = made.filter(|inner| !before.folders.contains(*inner));
            journal.folders_made.extend(
                made.map(|inner| unit.join(inner))
                    .map(|path| journal::folder(path.clone(), &staging.place(&path))),
            );
            journal
                .files
                .extend(missing(unit, new, here).map(|(path, _, _)| path));
            let mut replaced = replaced(session, local, unit, target.as_ref());
            if let (Some(_), Some(saved)) = (&replaced.before, self.saved.get(unit)) {
                replaced.saved = Some(saved.clone());
            }
            journal.units.insert(unit.clone(), replaced);
        }
        journal
    }
}

/// Refuses to replace what is in no scan: neither a safety copy nor `undo/` would give it back.
pub fn check_free(session: &Session<'_>, local: &Local, targets: &Targets) -> Result<()> {
    for (unit, content) in targets {
        let Some(content) = content else { continue };
        let here = local.scan.units.get(unit);
        if let Some(why) = in_the_way(&session.layout, unit, content, here)? {
            let what = text!("carry-in-the-way", unit = unit.as_str(), why = why);
            return Err(Error::failed(what).hint(text!("carry-in-the-way-hint")));
        }
    }
    Ok(())
}

/// What the swap does to one unit, for undo.
fn replaced(
    session: &Session<'_>,
    local: &Local,
    unit: &RelPath,
    target: Option<&UnitContent>,
) -> Replaced {
    let before = local.scan.units.get(unit).map(|here| here.content.clone());
    let agreed = session.state.agreement.get(unit);
    let saved = match (&before, agreed) {
        (Some(content), Some(agreed)) if agreed.version.digest() == Some(content.digest()) => {
            Some(agreed.source())
        }
        (Some(content), _) => observe::rescued(session, unit, content.digest()),
        (None, _) => None,
    };
    Replaced {
        kind: local.side.get(unit).map_or_else(
            || {
                session
                    .scope
                    .kind_of(unit)
                    .unwrap_or(crate::domain::unit::UnitKind::Data)
            },
            |side| side.kind,
        ),
        before,
        after: target.map(UnitContent::digest),
        saved,
    }
}

/// Makes the names in the staging folder durable, before a journal promises them.
fn sync_folders(staging: &Staging) {
    for entry in walkdir::WalkDir::new(staging.root()).into_iter().flatten() {
        if entry.file_type().is_dir() {
            let _ = json_file::sync_folder(entry.path());
        }
    }
}

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
        match super::publish::rescue(session, store, &root, contents, &nothing_else, before) {
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
