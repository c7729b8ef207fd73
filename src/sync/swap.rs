//! Carrying out a plan: stage, journal, swap, remember.

mod staged;
mod undone;

pub use staged::Swap;
pub use undone::save_undone;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

use super::{
    advance,
    cloud::Store,
    event::{Event, Phase, Progress},
    fetch::{self, Lost, Wants},
    observe::Local,
    outcome::Changes,
    session::Session,
};
use crate::{
    cancel,
    domain::{
        ids::SnapshotId,
        lineage::Head,
        local::Hold,
        path::RelPath,
        plan::{Plan, Step},
        unit::UnitContent,
    },
    error::{Error, Result},
    store::messages::Listed,
    texts::text,
    workdir::{in_the_way::in_the_way, stage::Staging, state::State, undo::Reason},
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
