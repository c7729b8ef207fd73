//! What becomes of each unit that is restored into the game folder.

use std::collections::BTreeMap;

use super::{
    Fate, Left, Place, Report, Restored, Run,
    row::{Row, gone},
};
use crate::{
    domain::{
        copy_name::{self, Free, Lander, Loser},
        history::{Choice, Moment, Version},
        ids::SnapshotId,
        local::Hold,
        path::{InnerPath, RelPath},
        unit::{UnitContent, UnitKind},
    },
    error::{Error, Result},
    sync::{
        fetch::{self, Source, Want, Wants, missing},
        landing::{self, Landings},
        observe::Local,
        past::Past,
        session::Session,
    },
    texts::text,
};

/// What is put in place, and what is shown of it.
#[derive(Default)]
pub struct Work {
    /// What is shown.
    pub report: Report,
    /// What is fetched, by where it lands.
    pub wants: Wants,
    /// Snapshots that hold what is replaced.
    pub saved: BTreeMap<RelPath, SnapshotId>,
    /// What is replaced and in no snapshot.
    pub unsaved: Vec<RelPath>,
}

impl Run<'_> {
    /// Adds what becomes of one unit.
    pub(super) fn add(
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
