//! In place, or as a copy: stage, verify, save what is only here, journal, swap.

use std::collections::BTreeSet;

use super::{
    Left, Place, RestoreOutcome, Run, choose, cope_with_rollback, look, read_past, work::Work,
};
use crate::{
    domain::{ids::SnapshotId, path::RelPath, record::Before},
    error::{Error, Result},
    sync::{
        cloud::Store,
        fetch,
        landing::Landings,
        observe::{self, Local},
        past::Past,
        safety,
        session::Session,
        swap::{self, Swap, Targets},
        undo,
    },
    texts::text,
    workdir::{stage::Staging, undo::Reason},
};

impl Run<'_> {
    /// Restores into the game folder.
    pub(super) fn here(&self, session: &mut Session<'_>) -> Result<RestoreOutcome> {
        let mut local = look(session);
        let (store, past) = read_past(session)?;
        cope_with_rollback(session, &past)?;
        let chosen = choose::choose(session, &past, self.request, Some(&local))?;
        let mut work = Work::default();
        let landings = Landings::new(session, store.as_ref(), &local, &[]);
        for choice in chosen.selection.choices {
            self.add(session, &landings, (&local, &past), &choice, &mut work)?;
        }
        landings.check()?;
        let absent = chosen.selection.absent.into_iter();
        // What neither is here nor was there then is nothing to speak of.
        let absent = absent.filter(|absent| local.scan.units.contains_key(&absent.unit));
        work.report.absent = absent.map(Into::into).collect();
        work.report.session = chosen.session;
        let vector = &session.state.vector;
        let heads = past.history.heads();
        work.report.news = heads
            .iter()
            .any(|head| !vector.covers_dot(head.record.dot()));
        if self.request.place == Place::InPlace {
            let wanted = work.wants.keys().cloned().collect();
            if self.request.finality == undo::Finality::Final {
                undo::refuse_open_worlds(session, &mut local, &wanted)?;
            } else {
                observe::hold_open_worlds(session, &mut local, &wanted);
                work.report.open = local.open.intersection(&wanted).cloned().collect();
            }
        }
        if let Some(outcome) = self.verdict(&work.report)? {
            return Ok(outcome);
        }
        unchanged_since(session, &local, work.wants.keys())?;
        carry_out(session, store.as_ref(), &local, &past, work)
    }
}

/// While somebody thought about it, nothing changed that would be replaced.
fn unchanged_since<'a>(
    session: &Session<'_>,
    local: &Local,
    units: impl Iterator<Item = &'a RelPath>,
) -> Result<()> {
    let now = observe::rescan(session, &local.scan);
    for unit in units {
        let content = |scan: &crate::workdir::scan::Scan| {
            scan.units.get(unit).map(|one| one.content.digest())
        };
        if content(&now) != content(&local.scan) {
            return Err(Error::failed(text!("carry-changed", unit = unit.as_str()))
                .hint(text!("carry-changed-hint")));
        }
    }
    Ok(())
}

fn carry_out(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: &Local,
    past: &Past,
    mut work: Work,
) -> Result<RestoreOutcome> {
    let staging = Staging::create(&session.layout)?;
    let staged = fetch::stage(session, store, local, &staging, &work.wants);
    let staged = staged.inspect_err(|_| staging.discard())?;
    for (unit, why) in staged.lost {
        work.wants.retain(|_, want| want.step != unit);
        work.report.units.retain(|one| one.unit != unit);
        work.unsaved.retain(|one| *one != unit);
        work.report.lost.push(Left { unit, why });
    }
    if work.wants.is_empty() {
        staging.discard();
        return Ok(RestoreOutcome::Nothing(work.report));
    }
    let rescued = rescue(session, store, local, past, &mut work);
    rescued.inspect_err(|_| staging.discard())?;
    swap::last_call(session, &staging, work.report.bytes)?;
    let targets: Targets = work
        .wants
        .iter()
        .map(|(unit, want)| (unit.clone(), Some(want.content.clone())))
        .collect();
    let mut next = swap::edited(session, local, &targets);
    let swap = Swap {
        targets: &targets,
        reason: Reason::Restore,
        saved: work.saved,
    };
    swap.run(session, local, &staging, &mut next)?;
    session.state = next;
    Ok(RestoreOutcome::Restored(work.report))
}

/// Makes a safety copy of what is replaced and in no snapshot. Without one, nothing is replaced.
fn rescue(
    session: &mut Session<'_>,
    store: &dyn Store,
    local: &Local,
    past: &Past,
    work: &mut Work,
) -> Result<()> {
    let listed: BTreeSet<&SnapshotId> = past.listed.iter().map(|one| &one.id).collect();
    let rescued = &mut session.state.rescued;
    rescued.retain(|_, rescued| listed.contains(&rescued.snapshot));
    let made = safety::rescue_these(session, store, local, &work.unsaved, Before::Restore)
        .map_err(|error| error.hint(text!("restore-unsaved-hint")))?;
    if let Some(made) = made {
        for unit in &work.unsaved {
            work.saved.insert(unit.clone(), made.clone());
        }
        work.report.safety_copy = Some(made);
    }
    Ok(())
}
