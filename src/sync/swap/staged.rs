//! A swap of staged units: checked for the last time, journaled, carried out.

use std::{collections::BTreeMap, fs, time::SystemTime};

use super::{Targets, check_free};
use crate::{
    config::json_file::{self, Access},
    domain::{ids::SnapshotId, path::RelPath, unit::UnitContent},
    error::{Error, Result},
    sync::{
        fetch::missing,
        observe::{self, Local},
        session::Session,
    },
    texts::text,
    workdir::{
        apply,
        journal::{self, Journal},
        stage::Staging,
        stamp::{Known, Stamp},
        state::State,
        undo::{self, Reason, Replaced},
        world_lock,
    },
};

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
