//! In place, or as a copy: stage, verify, save what is only here, journal, swap.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Fate, Left, Place, Report, RestoreOutcome, Restored, Run, Shown, choose, cope_with_rollback,
    look, read_past,
};
use crate::{
    domain::{
        copy_name::{self, Free, Lander, Loser},
        history::{Choice, Moment, Version},
        ids::SnapshotId,
        local::Hold,
        path::{InnerPath, RelPath},
        record::Before,
        unit::{UnitContent, UnitKind},
    },
    error::{Error, Result},
    sync::{
        cloud::Store,
        fetch::{self, Source, Want, Wants, missing},
        landing::{self, Landings},
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

/// What is put in place, and what is shown of it.
#[derive(Default)]
struct Work {
    report: Report,
    wants: Wants,
    /// Snapshots that hold what is replaced.
    saved: BTreeMap<RelPath, SnapshotId>,
    /// What is replaced and in no snapshot.
    unsaved: Vec<RelPath>,
}

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

    /// Adds what becomes of one unit.
    fn add(
        &self,
        session: &Session<'_>,
        landings: &Landings<'_>,
        (local, past): (&Local, &Past),
        choice: &Choice,
        work: &mut Work,
    ) -> Result<()> {
        let Choice { unit, version, .. } = choice;
        let is_named = !self.request.units.is_empty();
        let as_copy = self.request.place == Place::Copy;
        if as_copy && version.row.kind != UnitKind::World {
            return if is_named {
                Err(Error::usage(text!("restore-no-copy", unit = unit.as_str()))
                    .hint(text!("restore-no-copy-hint")))
            } else {
                Ok(())
            };
        }
        let Some((source, content)) = past.history.source(version) else {
            work.report.lost.push(gone(unit, version));
            return Ok(());
        };
        let row = Row { choice, source };
        let here = local.scan.units.get(unit);
        let is_same = here.is_some_and(|here| {
            here.unreadable.is_none() && Some(here.content.digest()) == version.digest()
        });
        if is_same {
            work.report.units.push(row.shown(Fate::Same, None));
            return Ok(());
        }
        let mut level = None;
        let lands = if as_copy {
            let present = (local, &work.wants);
            match copy_of(landings, present, unit, version, source) {
                Some(Free::Name(name, landing)) => {
                    level = landing.level;
                    name.path
                }
                Some(Free::There(name)) => {
                    work.report.units.push(row.shown(Fate::Same, Some(name)));
                    return Ok(());
                }
                None => {
                    return leave(work, is_named, unit, text!("restore-copy-taken"));
                }
            }
        } else {
            unit.clone()
        };
        let unknown = !as_copy && is_news(session, past, unit);
        let why = unknown.then(|| text!("restore-pull-first"));
        let content = &match &level {
            Some(level) => landing::with_level(content.clone(), level),
            None => content.clone(),
        };
        let why = match why {
            None => obstacle(session, local, unit, &lands, content)?,
            why => why,
        };
        if let Some(why) = why {
            return leave(work, is_named, unit, why);
        }
        let is_here = local.scan.units.contains_key(&lands);
        let fate = match (as_copy, is_here) {
            (true, _) => Fate::Copied,
            (false, true) => Fate::Replaced,
            (false, false) => Fate::Returned,
        };
        let mut shown = row.shown(fate, (lands != *unit).then(|| lands.clone()));
        count(local, &lands, content, &mut shown);
        if let Some(here) = local.scan.units.get(&lands) {
            if let Some(holder) = past.history.holder(&lands, here.content.digest()) {
                work.saved.insert(lands.clone(), holder.clone());
            } else {
                shown.saved_first = true;
                work.unsaved.push(lands.clone());
            }
        }
        work.report.bytes = work.report.bytes.saturating_add(shown.bytes);
        work.report.units.push(shown);
        let want = Want {
            source: Source::Cloud(source.clone(), version.unit.clone()),
            content: content.clone(),
            level,
            step: unit.clone(),
        };
        work.wants.insert(lands, want);
        Ok(())
    }
}

/// A version, with where it is.
pub struct Row<'a> {
    /// The version.
    pub choice: &'a Choice,
    /// A snapshot that holds it.
    pub source: &'a SnapshotId,
}

impl Row<'_> {
    /// Returns what is shown of it, without what happens to files.
    pub fn shown(&self, fate: Fate, lands: Option<RelPath>) -> Restored {
        let Choice {
            unit,
            version,
            others,
        } = self.choice;
        let others = others.iter();
        let other = |other: &Version| Shown::of(other, other.sources.first());
        Restored {
            unit: unit.clone(),
            was: (version.unit != *unit).then(|| version.unit.clone()),
            lands,
            fate,
            version: Shown::of(version, Some(self.source)),
            others: others.map(other).collect(),
            coming: 0,
            changing: 0,
            going: 0,
            bytes: 0,
            saved_first: false,
        }
    }
}

/// A version that no snapshot holds any more.
pub fn gone(unit: &RelPath, version: &Version) -> Left {
    let id = version.since.short();
    Left {
        unit: unit.clone(),
        why: text!("graph-gone", id = id, unit = version.unit.as_str()),
    }
}

/// A unit that was named is an error; among all others it is left alone.
fn leave(work: &mut Work, is_named: bool, unit: &RelPath, why: String) -> Result<()> {
    if is_named {
        let what = text!("restore-cannot", unit = unit.as_str(), why = why);
        return Err(Error::usage(what).hint(text!("undo-unchanged-hint")));
    }
    let unit = unit.clone();
    work.report.left.push(Left { unit, why });
    Ok(())
}

/// Returns the name of a copy that takes no other's place.
fn copy_of(
    landings: &Landings<'_>,
    (local, wants): (&Local, &Wants),
    unit: &RelPath,
    version: &Version,
    source: &SnapshotId,
) -> Option<Free> {
    let digest = version.digest()?;
    let lander = Lander {
        unit: &version.unit,
        from: Some(source),
        digest,
    };
    let loser = Loser {
        device: &version.row.origin.device,
        time: version.row.origin.time,
        digest,
    };
    let here = local.scan.units.iter();
    let here = here.map(|(unit, here)| (unit, Some(here.content.digest())));
    let coming = wants.iter();
    let coming = coming.map(|(unit, want)| (unit, Some(want.content.digest())));
    let present = here.chain(coming);
    copy_name::free(unit, &loser, present, |name| landings.land(&lander, name))
}

/// Whether the cloud has a version of a unit of which this folder knows none: the next pull would take
/// what is restored for that one's past, and replace it.
fn is_news(session: &Session<'_>, past: &Past, unit: &RelPath) -> bool {
    let listed = |moment: &&Moment| moment.record.units.contains_key(unit);
    !session.state.agreement.contains_key(unit) && past.history.heads().iter().any(listed)
}

/// Why a unit cannot be put in its place, if it cannot.
fn obstacle(
    session: &Session<'_>,
    local: &Local,
    unit: &RelPath,
    lands: &RelPath,
    content: &UnitContent,
) -> Result<Option<String>> {
    if session.scope.kind_of(lands).is_none() {
        return Ok(Some(text!("restore-out-of-scope")));
    }
    let side = local.side.get(lands);
    if side.is_some_and(|side| side.hold == Some(Hold::Unreadable)) {
        return Ok(Some(text!("restore-unreadable-here")));
    }
    let others = local.scan.units.keys().filter(|other| *other != unit);
    let obstacle = fetch::obstacle(session, local, lands, content, others)?;
    Ok(obstacle.map(|(_, why)| why))
}

fn count(local: &Local, lands: &RelPath, content: &UnitContent, shown: &mut Restored) {
    let here = local.scan.units.get(lands);
    let known = |inner: &InnerPath| here.is_some_and(|here| here.content.files.contains_key(inner));
    for (_, inner, fact) in missing(lands, content, here) {
        let count = if known(&inner) {
            &mut shown.changing
        } else {
            &mut shown.coming
        };
        *count += 1;
        shown.bytes = shown.bytes.saturating_add(fact.size);
    }
    let going = here.map_or(0, |here| {
        let gone = here.content.files.keys();
        gone.filter(|inner| !content.files.contains_key(*inner))
            .count()
    });
    shown.going = going as u64;
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
