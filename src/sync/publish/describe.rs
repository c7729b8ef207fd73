//! What the next snapshot says about itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use ulid::Ulid;

use crate::{
    config::layout::below,
    domain::{
        agreement::{Mark, next_table},
        ids::PushId,
        path::RelPath,
        record::{Origin, Purpose, PushRecord, SCHEMA, UnitState, UnitTable},
        save::About,
        unit::{UnitContent, UnitKind},
        version::{Dot, VersionVector},
    },
    sync::{observe::Local, session::Session},
    workdir::about,
};

/// The next change of this replica; no dot is ever used twice.
pub(super) fn next_dot(session: &Session<'_>) -> Dot {
    let state = &session.state;
    let used = state.vector.get(state.replica).max(state.last_counter);
    Dot {
        replica: state.replica,
        counter: used.saturating_add(1),
    }
}

/// Who says so, and when.
pub(super) fn origin(session: &Session<'_>) -> Origin {
    Origin {
        device: session.device.name.clone(),
        time: session.settings.now(),
    }
}

/// What the next snapshot says about itself.
pub(super) fn record(session: &Session<'_>, local: &Local) -> PushRecord {
    let state = &session.state;
    let dot = next_dot(session);
    let mut vector = state.vector.clone();
    vector.add(dot);
    let origin = origin(session);
    let mark = Mark {
        dot,
        origin: &origin,
        vector: &vector,
    };
    let mut units = next_table(&state.agreement, &local.side, &mark);
    let contents: BTreeMap<_, _> = units
        .iter()
        .filter(|(_, version)| matches!(version.state, UnitState::Here(_)))
        .filter_map(|(unit, _)| Some((unit.clone(), local.scan.units.get(unit)?.content.clone())))
        .collect();
    let root = session.layout.pack();
    for (unit, row) in units.iter_mut().filter(|(_, row)| row.dot == dot) {
        row.about = contents
            .get(unit)
            .and_then(|content| card(root, unit, row.kind, content))
            .map(Box::new);
    }
    PushRecord {
        vector,
        covers: state.known.clone(),
        units,
        contents,
        ..blank(session, dot, &origin, Purpose::Push)
    }
}

/// Returns what a world below `root` is about. Whether that can be told is no matter of its save.
pub(super) fn card(
    root: &Path,
    unit: &RelPath,
    kind: UnitKind,
    content: &UnitContent,
) -> Option<About> {
    let is_world = kind == UnitKind::World;
    is_world.then(|| about::read(&below(root, unit), content))?
}

/// A record of this folder that lists nothing yet.
pub(super) fn blank(
    session: &Session<'_>,
    dot: Dot,
    origin: &Origin,
    purpose: Purpose,
) -> PushRecord {
    PushRecord {
        schema: SCHEMA,
        instance_id: session.sync.instance_id,
        purpose,
        before: None,
        push: PushId::new(Ulid::generate()),
        replica: dot.replica,
        counter: dot.counter,
        vector: VersionVector::default(),
        covers: BTreeSet::new(),
        device: session.device.clone(),
        time: origin.time.to_string(),
        scope: session.scope.digest(),
        units: UnitTable::new(),
        contents: BTreeMap::new(),
    }
}
