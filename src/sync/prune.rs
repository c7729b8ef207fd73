//! Prune: thinning the past by rules, where the cloud lets anybody remove from it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    cloud::Store,
    event::{Event, Listener, Phase, Progress},
    graph,
    past::{self, Past},
    session::{self, Opened, Session},
    settings::Settings,
};
use crate::{
    config::{layout::Layout, sync_file},
    domain::{
        digest::Digest,
        ids::SnapshotId,
        path::RelPath,
        record::UnitState,
        retention::{self, Reason, Retention, Rules, Thinned},
        version::Dot,
    },
    error::{Error, Kind, Result},
    remote::probe,
    workdir::undo,
};

/// How long it waits for another command in the same folder.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether anything is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finality {
    /// Nothing: it is only said what would.
    Preview,
    /// These may, as far as the rules let them still.
    Final(BTreeSet<SnapshotId>),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum PruneOutcome {
    /// The folder is not opted in.
    NotOptedIn,
    /// The folder is a copy of an opted-in one.
    Copy,
    /// There is nothing that could go.
    Nothing,
    /// This would go.
    Preview(Plan),
    /// The server lets nobody remove anything. This would have gone.
    Refused(Plan),
    /// This is gone.
    Done(Plan),
}

/// What goes, and what stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// What goes, the oldest first.
    pub go: Vec<Going>,
    /// How many stay for which reason.
    pub keep: BTreeMap<Reason, usize>,
    /// Those among them whose clock was wrong, so that nobody knows how old they are.
    pub clock: Vec<SnapshotId>,
    /// How many say nothing of themselves, such as those made with plain restic: they stay.
    pub foreign: usize,
    /// The units that have fewer versions afterwards.
    pub units: Vec<Fewer>,
    /// How much becomes free, in restic's words, where it says so.
    pub frees: Option<String>,
    /// Whether that was estimated by the first of them alone, and more becomes free.
    pub frees_more: bool,
}

/// A snapshot that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Going {
    /// Which.
    pub snapshot: SnapshotId,
    /// Who made it.
    pub device: String,
    /// When, as far as clocks can be believed.
    pub time: Option<Timestamp>,
    /// In favour of what.
    pub thinned: Thinned,
}

/// A unit that has fewer versions afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fewer {
    /// Which.
    pub unit: RelPath,
    /// How many it has.
    pub before: usize,
    /// How many it has then.
    pub after: usize,
}

/// Thins the past of the instance, or says what it would do.
pub fn prune(
    settings: &Settings,
    listener: Listener<'_>,
    rules: Rules,
    finality: &Finality,
) -> Result<PruneOutcome> {
    if !sync_file::is_opted_in(&Layout::new(&settings.pack)) {
        return Ok(PruneOutcome::NotOptedIn);
    }
    let mut session = match session::open(settings, listener, "prune", PATIENCE)? {
        Opened::Session(session) => session,
        Opened::Copy => return Ok(PruneOutcome::Copy),
    };
    let outcome = run(&mut session, rules, finality);
    outcome.map_err(|error| session.without_repository(error))
}

fn run(session: &mut Session<'_>, rules: Rules, finality: &Finality) -> Result<PruneOutcome> {
    // A snapshot that is damaged must not look sound since this device remembers it.
    session.trust_cache = false;
    session.probe().map_err(|error| match error.kind() {
        Kind::Offline => {
            error.hint("Nothing was removed. Try again when the cloud can be reached.")
        }
        _ => error,
    })?;
    let repository = session.repository()?;
    session.trust_cache = true;
    repository.learn_key()?;
    let (past, mut judged) = judge(session, &repository, rules)?;
    if let Finality::Final(agreed) = finality {
        judged.go.retain(|id, _| agreed.contains(id));
    }
    let mut plan = plan(&past, &judged);
    let go: Vec<SnapshotId> = plan.go.iter().map(|one| one.snapshot.clone()).collect();
    (plan.frees, plan.frees_more) = repository.would_free(&go)?;
    if go.is_empty() && plan.frees.is_none() {
        return Ok(PruneOutcome::Nothing);
    }
    if !probe::may_remove(&session.access()?.question())? {
        return Ok(PruneOutcome::Refused(plan));
    }
    if *finality == Finality::Preview {
        return Ok(PruneOutcome::Preview(plan));
    }
    repository.forget(&go)?;
    let left: BTreeSet<SnapshotId> = repository.snapshot_ids()?.into_iter().collect();
    // 0.18 says that all is well where a server refuses.
    if let Some(one) = go.iter().find(|id| left.contains(*id)) {
        let what = format!("snapshot {} was not removed", one.short());
        return Err(
            Error::failed(what).hint("The server may not allow it: see docs/guides/prune.md")
        );
    }
    note_removed(session, &left)?;
    let listener = session.listener;
    plan.frees = repository.prune(&mut |done, total| {
        listener(Event::Progress(Progress {
            phase: Phase::Prune,
            item: None,
            done,
            total: Some(total),
        }));
    })?;
    plan.frees_more = false;
    Ok(PruneOutcome::Done(plan))
}

/// Reads the past, and judges every snapshot. Refuses where one cannot be read: nobody knows what it
/// holds, or what it was made on top of.
pub fn judge(session: &Session<'_>, store: &dyn Store, rules: Rules) -> Result<(Past, Retention)> {
    let past = past::read(session, store)?;
    if let Some((first, why)) = past.unreadable.first() {
        return Err(cannot_judge(&past, first, why));
    }
    let here = needed_here(session);
    let judged = retention::judge(&past.history, rules, &here, session.settings.now());
    Ok((past, judged))
}

fn cannot_judge(past: &Past, first: &SnapshotId, why: &str) -> Error {
    let unlisted = |id: &SnapshotId| !past.listed.iter().any(|one| one.id == *id);
    let error = if unlisted(first) {
        // restic would take away what only these need.
        let hidden = past.unreadable.iter().filter(|(id, _)| unlisted(id));
        graph::cannot_be_read(hidden.count(), first)
    } else {
        let hint = format!(
            "Where a newer version of instance-sync made it, update this one; else repair or remove \
             snapshot {first} first: docs/guides/own-server.md"
        );
        Error::new(Kind::Damaged, why).hint(hint)
    };
    error.hint("Nothing was removed: what such a snapshot needs is not known")
}

/// What is gone is no news to this folder.
pub fn note_removed(session: &mut Session<'_>, left: &BTreeSet<SnapshotId>) -> Result<()> {
    session.state.known.retain(|id| left.contains(id));
    session.save()
}

/// Every snapshot that this folder refers to.
fn needed_here(session: &Session<'_>) -> BTreeSet<SnapshotId> {
    let state = &session.state;
    let mut needed: BTreeSet<SnapshotId> =
        state.base.iter().chain(&state.parent).cloned().collect();
    let agreed = state.agreement.values();
    needed.extend(agreed.flat_map(|agreed| [agreed.snapshot.clone(), agreed.source()]));
    let rescued = state.rescued.values();
    needed.extend(rescued.map(|rescued| rescued.snapshot.clone()));
    for undo in undo::list(&session.layout) {
        let units = undo.entry.units.into_values();
        needed.extend(units.filter_map(|unit| unit.saved));
    }
    needed
}

fn plan(past: &Past, judged: &Retention) -> Plan {
    let history = &past.history;
    let gone = history.moments().iter().filter_map(|moment| {
        let thinned = *judged.go.get(&moment.snapshot)?;
        Some(Going {
            snapshot: moment.snapshot.clone(),
            device: moment.record.device.name.clone(),
            time: moment.time,
            thinned,
        })
    });
    let mut keep = BTreeMap::new();
    for reason in judged.keep.values() {
        *keep.entry(*reason).or_default() += 1;
    }
    let clock = judged.keep.iter();
    let clock = clock.filter(|(_, reason)| **reason == Reason::Clock);
    Plan {
        go: gone.collect(),
        keep,
        clock: clock.map(|(id, _)| id.clone()).collect(),
        foreign: past.foreign.len(),
        units: fewer(past, judged),
        frees: None,
        frees_more: false,
    }
}

/// Counts the versions of each unit that snapshots hold, and those that are held then.
fn fewer(past: &Past, judged: &Retention) -> Vec<Fewer> {
    let mut units: BTreeMap<&RelPath, BTreeMap<(Dot, Digest), bool>> = BTreeMap::new();
    for moment in past.history.moments() {
        let stays = !judged.go.contains_key(&moment.snapshot);
        for (unit, row) in &moment.record.units {
            if let UnitState::Here(digest) = row.state {
                let versions = units.entry(unit).or_default();
                *versions.entry((row.dot, digest)).or_default() |= stays;
            }
        }
    }
    let counted = units.into_iter().map(|(unit, versions)| Fewer {
        unit: unit.clone(),
        before: versions.len(),
        after: versions.values().filter(|stays| **stays).count(),
    });
    counted.filter(|one| one.after < one.before).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        fixtures::{WORLD, dot, head, snapshot, unit, version},
        history::{Book, History},
        record::UnitTable,
        unit::UnitContent,
    };

    /// Three versions of the world, one after the other; the options stay as they were.
    fn past() -> Past {
        let mut book = Book::default();
        for (counter, name) in [(1, '1'), (2, '2'), (3, '3')] {
            let options = version(Some("options"), dot('A', 1));
            let world = version(Some(name.to_string().as_str()), dot('A', counter));
            let units = UnitTable::from([(unit(WORLD), world), (unit("options.txt"), options)]);
            let dots: Vec<Dot> = (1..=counter).rev().map(|one| dot('A', one)).collect();
            let mut head = head(name, units, &dots);
            let contents = [WORLD, "options.txt"].map(|name| (unit(name), UnitContent::default()));
            head.record.contents.extend(contents);
            book.add(head.snapshot, head.record);
        }
        let now = "2026-11-22T00:00:00Z".parse().expect("a time");
        Past {
            history: History::of(book, now),
            listed: Vec::new(),
            foreign: vec![snapshot('f')],
            unreadable: Vec::new(),
        }
    }

    #[test]
    fn a_plan_counts_what_goes_and_what_stays_of_every_unit() {
        let judged = Retention {
            keep: BTreeMap::from([
                (snapshot('2'), Reason::Clock),
                (snapshot('3'), Reason::Clock),
                (snapshot('4'), Reason::Head),
            ]),
            go: BTreeMap::from([(snapshot('1'), Thinned::ToDays)]),
        };
        let plan = plan(&past(), &judged);
        let gone: Vec<_> = plan.go.iter().map(|one| &one.snapshot).collect();
        assert_eq!(gone, [&snapshot('1')]);
        let keep = BTreeMap::from([(Reason::Clock, 2), (Reason::Head, 1)]);
        assert_eq!((plan.keep, plan.foreign), (keep, 1));
        assert_eq!(plan.clock, [snapshot('2'), snapshot('3')]);
        // The options' only version is in another snapshot still.
        let fewer = Fewer {
            unit: unit(WORLD),
            before: 3,
            after: 2,
        };
        assert_eq!(plan.units, [fewer]);
    }
}
