//! Safety copies: what was never part of a head, and something else takes the place of.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{
    cargo::{self, Cargo},
    describe::{blank, card, next_dot, origin},
};
use crate::{
    config::json_file::{self, Access},
    domain::{
        ids::SnapshotId,
        path::{OWN_FOLDER, RelPath},
        record::{Before, Purpose, PushRecord, UnitState, UnitVersion},
        unit::{UnitContent, UnitKind},
        version::VersionVector,
    },
    error::{Context, Error, Result},
    sync::{cloud::Store, session::Session},
    texts::text,
};

/// Publishes a safety copy of the units `contents`, whose files are below `root`, beside what
/// `partial` folders hold else: of what was never part of a head, and something else takes the place of. It is nobody's state, and no head.
pub fn rescue(
    session: &mut Session<'_>,
    store: &dyn Store,
    root: &Path,
    contents: BTreeMap<RelPath, (UnitKind, UnitContent)>,
    partial: &BTreeSet<RelPath>,
    before: Before,
) -> Result<SnapshotId> {
    let dot = next_dot(session);
    let origin = origin(session);
    let mut vector = VersionVector::default();
    vector.add(dot);
    let row = |kind: UnitKind, content: &UnitContent| UnitVersion {
        kind,
        dot,
        also: BTreeSet::new(),
        over: BTreeSet::new(),
        origin: origin.clone(),
        state: UnitState::Here(content.digest()),
        about: None,
    };
    let units = contents
        .iter()
        .map(|(unit, (kind, content))| {
            let mut row = row(*kind, content);
            row.about = card(root, unit, *kind, content).map(Box::new);
            (unit.clone(), row)
        })
        .collect();
    let contents = contents
        .into_iter()
        .map(|(unit, (_, content))| (unit, content))
        .collect();
    let record = PushRecord {
        before: Some(before),
        vector,
        units,
        contents,
        ..blank(session, dot, &origin, Purpose::Rescue)
    };
    session.state.last_counter = dot.counter;
    session.save()?;
    // restic reads all below one folder: the record goes where the units are.
    let place = root.join(OWN_FOLDER);
    std::fs::create_dir_all(&place)
        .context(|| text!("sync-cannot-make", path = place.display().to_string()))?;
    json_file::write_compact(&place.join("push.json"), &record, Access::Private)?;
    let cargo = Cargo {
        root,
        targets: cargo::targets(&record, partial),
        tag: Some("kind=rescue".to_owned()),
        parent: None,
    };
    let backed = cargo::send(session, store, &record, &cargo)?;
    if backed.unread.is_some() || backed.files != record.file_count() {
        return Err(Error::failed(text!("publish-rescue-changed"))
            .hint(text!("publish-rescue-changed-hint")));
    }
    // It decides nothing, here or anywhere: it is no news to whoever made it.
    session.state.known.insert(backed.snapshot.clone());
    Ok(backed.snapshot)
}
