//! Observing this folder: what is there, measured against the agreement.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use super::{
    event::{Event, Listener, Phase, Progress, warn},
    session::Session,
};
use crate::{
    domain::{
        agreement::Agreement,
        digest::Digest,
        ids::SnapshotId,
        local::{Hold, LocalSide, local_side},
        path::RelPath,
        record::UnitVersion,
        shell, shrink,
        unit::{UnitContent, UnitKind},
    },
    texts::text,
    workdir::{
        scan::{self, Scan},
        undo, world_lock,
    },
};

/// This folder's side.
#[derive(Clone)]
pub struct Local {
    /// What was found on disk.
    pub scan: Scan,
    /// What it means.
    pub side: LocalSide,
    /// The worlds that a running game has open.
    pub open: BTreeSet<RelPath>,
}

impl Local {
    /// Returns whether anything changed here since the agreement.
    pub fn changed(&self) -> bool {
        self.side
            .values()
            .any(crate::domain::local::LocalUnit::changed)
    }

    /// Returns whether what is here of a unit is in no head, and is not published as one now.
    pub fn is_only_here(&self, unit: &RelPath) -> bool {
        self.side.get(unit).is_some_and(|side| {
            let shrunken = side.hold == Some(Hold::Vanished)
                && side.agreed.as_ref().and_then(UnitVersion::digest) != side.content;
            side.content.is_some() && (side.changed() || side.is_rival() || shrunken)
        })
    }

    /// Returns the worlds that changed here, or that are among the `wanted`.
    fn worlds(&self, wanted: &BTreeSet<RelPath>) -> BTreeSet<RelPath> {
        self.side
            .iter()
            .filter(|(unit, side)| {
                side.kind == UnitKind::World
                    && self.scan.units.contains_key(*unit)
                    && (side.changed() || wanted.contains(*unit))
            })
            .map(|(unit, _)| unit.clone())
            .collect()
    }

    /// Leaves the worlds alone that a running game has open.
    fn hold_open(&mut self) {
        for unit in &self.open {
            if let Some(side) = self.side.get_mut(unit) {
                side.hold = Some(Hold::Open);
            }
        }
    }
}

/// Scans the folder. What is missing here together with most of the rest counts as deleted only
/// where somebody said so.
pub fn local(session: &mut Session<'_>) -> Local {
    let (state, listener) = (&session.state, session.listener);
    let scan = scan::scan(
        session.layout.pack(),
        &session.scope,
        &state.stamps,
        state.scan_time(),
        &mut |bytes| reading(listener, bytes),
    );
    distrust_looks(session, &scan);
    if session.settings.allow_shrink {
        session.state.vanished.clear();
    }
    let agreement = &session.state.agreement;
    let mut vanished = std::mem::take(&mut session.state.vanished);
    vanished.retain(|unit| still_missing(agreement, &scan, unit));
    let vanished = without_the_wanted(session, &scan, vanished);
    session.state.vanished = vanished;
    let local = measure(session, scan, BTreeSet::new());
    if session.settings.allow_shrink {
        return local;
    }
    let vanished = shrink::vanished(&session.state.agreement, &local.side, |unit| {
        Some(local.scan.units.get(unit)?.content.extent())
    });
    let vanished = without_the_wanted(session, &local.scan, vanished);
    if vanished.is_empty() {
        return local;
    }
    session.state.vanished.extend(vanished);
    measure(session, local.scan, BTreeSet::new())
}

/// Whether a unit that vanished is not back yet.
fn still_missing(agreement: &Agreement, scan: &Scan, unit: &RelPath) -> bool {
    match (scan.units.get(unit), agreement.get(unit)) {
        (None, agreed) => agreed.is_some(),
        (Some(here), Some(agreed)) => {
            agreed.version.digest() != Some(here.content.digest())
                && shrink::lost_most(agreed.extent, here.content.extent())
        }
        (Some(_), None) => false,
    }
}

/// Leaves out what a restore or an undo put here just as it is, or took away: somebody wanted it so,
/// however little is left beside what it replaced.
fn without_the_wanted(
    session: &Session<'_>,
    scan: &Scan,
    mut units: BTreeSet<RelPath>,
) -> BTreeSet<RelPath> {
    if units.is_empty() {
        return units;
    }
    let swaps = undo::list(&session.layout);
    units.retain(|unit| {
        let mut done = swaps
            .iter()
            .filter_map(|swap| Some((swap.entry.reason, swap.entry.units.get(unit)?)));
        let Some(here) = scan.units.get(unit) else {
            // Only what the last swap took away, and as it was agreed: whatever came after that is missing.
            let agreed = session.state.agreement.get(unit);
            let agreed = agreed.and_then(|agreed| agreed.version.digest());
            let gone = done.next().is_some_and(|(reason, last)| {
                let before = last.before.as_ref().map(UnitContent::digest);
                reason.is_wish() && last.after.is_none() && before == agreed
            });
            return !gone;
        };
        let here = Some(here.content.digest());
        !done.any(|(reason, one)| reason.is_wish() && one.after == here)
    });
    units
}

/// Lets restic read every file with the next push, where one changed and looks as it did before. That
/// has to outlive this scan: once it is remembered, the next one does not see it.
pub fn distrust_looks(session: &mut Session<'_>, scan: &Scan) {
    if scan.same_look {
        session.state.parent = None;
    }
}

/// Scans again after `before`, reading only what looks changed since then.
pub fn rescan(session: &Session<'_>, before: &Scan) -> Scan {
    scan::scan(
        session.layout.pack(),
        &session.scope,
        &before.stamps,
        before.taken,
        &mut |bytes| reading(session.listener, bytes),
    )
}

/// Tells how many bytes of the folder were read so far. How many it will be, nobody knows.
pub fn reading(listener: Listener<'_>, bytes: u64) {
    listener(Event::Progress(Progress {
        phase: Phase::Scan,
        item: None,
        done: bytes,
        total: None,
    }));
}

/// Measures a scan against the agreement as it is now.
pub fn measure(session: &Session<'_>, scan: Scan, open: BTreeSet<RelPath>) -> Local {
    let state = &session.state;
    let side = local_side(
        &state.agreement,
        &scan.found(&state.agreement),
        &state.vanished,
        |unit| session.scope.kind_of(unit),
    );
    let mut local = Local { scan, side, open };
    local.hold_open();
    local
}

/// Returns whether everything that changed here is in a safety copy.
pub fn is_safe(session: &Session<'_>, local: &Local) -> bool {
    local
        .side
        .iter()
        .filter(|(unit, side)| side.changed() || local.is_only_here(unit))
        .all(|(unit, side)| {
            side.content
                .is_some_and(|now| rescued(session, unit, now).is_some())
        })
}

/// Returns the safety copy of a unit that holds `content`, if there is one.
pub fn rescued(session: &Session<'_>, unit: &RelPath, content: Digest) -> Option<SnapshotId> {
    let rescued = session.state.rescued.get(unit)?;
    (rescued.digest == content).then(|| rescued.snapshot.clone())
}

/// Looks which of the worlds that changed here, or that are `wanted`, a running game has open, and
/// leaves those alone.
pub fn hold_open_worlds(session: &Session<'_>, local: &mut Local, wanted: &BTreeSet<RelPath>) {
    let mut open: BTreeSet<RelPath> = local.worlds(wanted);
    open.retain(|unit| world_lock::is_open(&session.layout.live(unit)));
    local.open = open;
    local.hold_open();
}

/// Like [`hold_open_worlds`] for what changed here, after waiting for open worlds to be closed, all in
/// all no longer than `patience`: a game that has ended may still be writing.
pub fn wait_for_worlds(session: &mut Session<'_>, local: &mut Local, patience: Duration) {
    let none = BTreeSet::new();
    hold_open_worlds(session, local, &none);
    if local.open.is_empty() {
        return;
    }
    let deadline = Instant::now() + patience;
    for unit in &local.open {
        let left = deadline.saturating_duration_since(Instant::now());
        world_lock::wait_until_closed(&session.layout.live(unit), left);
    }
    // It has gone on writing meanwhile.
    *local = self::local(session);
    hold_open_worlds(session, local, &none);
}

/// Tells what is missing and not taken for deleted.
pub fn report_vanished(session: &Session<'_>) {
    let vanished = &session.state.vanished;
    let Some(first) = vanished.first() else {
        return;
    };
    let first = first.as_str();
    let missing = match vanished.len() - 1 {
        0 => text!("observe-vanished", unit = first),
        more => text!("observe-vanished-more", unit = first, more = more),
    };

    let folder = shell::pack_folder(session.layout.pack());
    let names: Vec<String> = vanished
        .iter()
        .map(|unit| shell::word(unit.as_str()))
        .collect();
    let names = names.join(" ");
    (session.listener)(Event::Warning(
        missing,
        vec![
            text!("observe-vanished-meant", folder = folder.as_str()),
            text!(
                "observe-vanished-back",
                folder = folder.as_str(),
                names = names
            ),
        ],
    ));
}

/// Tells what cannot be synced, in full once and then in one line.
pub fn report_problems(session: &Session<'_>, scan: &Scan) {
    const SHOWN: usize = 5;
    for problem in scan.problems.iter().take(SHOWN) {
        warn(
            session.listener,
            format!("{}: {}", problem.path, problem.why),
        );
    }
    let more = scan.problems.len().saturating_sub(SHOWN);
    if more > 0 {
        warn(
            session.listener,
            text!("observe-more-problems", more = more),
        );
    }
    for (unit, scanned) in &scan.units {
        if scanned.unreadable.is_some() {
            (session.listener)(Event::Warning(
                text!("observe-unreadable", unit = unit.as_str()),
                vec![text!("observe-unreadable-hint")],
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            fixtures::{WORLD, agreed, digest, dot, unit, version},
            record::UnitState,
            unit::Extent,
        },
        sync::fixtures::{files, local, side},
    };

    #[test]
    fn what_changed_here_or_is_half_gone_is_only_here() {
        let only_here = |content: Option<&str>, agreed: Option<&str>, hold, elsewhere: bool| {
            let mut side = side(content.map(digest), agreed.map(digest));
            side.hold = hold;
            side.elsewhere = elsewhere.then(|| version(Some("x"), dot('B', 1)));
            let mut local = local([]);
            local.side.insert(unit(WORLD), side);
            local.is_only_here(&unit(WORLD))
        };
        assert!(only_here(Some("a"), None, None, false));
        assert!(only_here(Some("a"), Some("b"), None, false));
        assert!(!only_here(Some("a"), Some("a"), None, false));
        assert!(!only_here(None, Some("a"), None, false));
        assert!(only_here(Some("a"), None, None, true));
        let vanished = Some(Hold::Vanished);
        assert!(only_here(Some("a"), Some("b"), vanished, false));
        assert!(!only_here(Some("a"), Some("a"), vanished, false));
        assert!(!only_here(None, Some("a"), vanished, false));
        assert!(!only_here(Some("a"), Some("b"), Some(Hold::Open), false));
        assert!(!local([]).is_only_here(&unit(WORLD)));
    }

    #[test]
    fn worlds_are_looked_at_that_changed_or_are_wanted() {
        let a = || files(&[("level.dat", "a")]);
        let mut local = local([
            ("changed", a()),
            ("same", a()),
            ("wanted", a()),
            ("data", a()),
        ]);
        for (name, content, agreed) in [
            ("changed", Some("a"), "b"),
            ("same", Some("a"), "a"),
            ("wanted", Some("a"), "a"),
            ("data", Some("a"), "b"),
            ("gone", None, "a"),
        ] {
            let side = side(content.map(digest), Some(digest(agreed)));
            local.side.insert(unit(name), side);
        }
        let data = local.side.get_mut(&unit("data")).expect("there");
        data.kind = UnitKind::Data;
        let wanted = BTreeSet::from([unit("wanted"), unit("elsewhere")]);
        let expected = BTreeSet::from([unit("changed"), unit("wanted")]);
        assert_eq!(local.worlds(&wanted), expected);
    }

    #[test]
    fn what_vanished_is_missing_until_it_is_back_or_most_of_it() {
        let content = files(&[("level.dat", "a"), ("region", "bc")]);
        let missing = |here: bool, before: Option<(Digest, Extent)>| {
            let local = local(here.then(|| (WORLD, content.clone())));
            let before = before.map(|(digest, extent)| {
                let mut before = agreed(version(Some(""), dot('A', 1)));
                before.version.state = UnitState::Here(digest);
                before.extent = extent;
                (unit(WORLD), before)
            });
            still_missing(&before.into_iter().collect(), &local.scan, &unit(WORLD))
        };
        let large = Extent {
            files: 100,
            bytes: 1000,
        };
        let (other, same) = (digest("other"), content.digest());
        assert!(missing(false, Some((other, large))));
        assert!(!missing(false, None));
        assert!(!missing(true, None));
        assert!(missing(true, Some((other, large))));
        assert!(!missing(true, Some((other, content.extent()))));
        assert!(!missing(true, Some((same, large))));
    }
}
