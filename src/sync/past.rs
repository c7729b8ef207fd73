//! The past of an instance: every snapshot's record, in order.

use std::collections::BTreeSet;

use super::{
    cloud::{Ahead, RecordSource, Records, Store},
    event::{Event, Phase, Progress},
    graph,
    session::Session,
};
use crate::{
    domain::{history::History, ids::SnapshotId, record::PushRecord},
    error::{Kind, Result},
    store::{messages::Listed, remembered::Remembered},
};

/// How many records are asked for together, between two looks at how far it is.
pub const TOGETHER: usize = 8;

/// All that can be known of the past.
#[derive(Debug)]
pub struct Past {
    /// What snapshots say of themselves, in order.
    pub history: History,
    /// Every snapshot that can be listed.
    pub listed: Vec<Listed>,
    /// Those that say nothing of themselves: made with plain restic, or left aside for a reason that
    /// was told.
    pub foreign: Vec<SnapshotId>,
    /// Those that there are and that cannot be read, each with the reason.
    pub unreadable: Vec<(SnapshotId, String)>,
}

/// Which snapshots there are.
pub struct Listing {
    /// Those that can be read.
    pub listed: Vec<Listed>,
    /// All of them.
    pub all: BTreeSet<SnapshotId>,
    /// Those that cannot be read.
    pub unreadable: Vec<SnapshotId>,
}

/// Lists the snapshots. `probed` are those that a server has just named.
pub fn list(store: &dyn Store, probed: Option<BTreeSet<SnapshotId>>) -> Result<Listing> {
    let ids = || -> Result<BTreeSet<SnapshotId>> {
        let ids = store.snapshot_ids()?;
        Ok(ids.into_iter().collect())
    };
    // restic leaves out silently what it cannot read.
    let left_out = |all: &BTreeSet<SnapshotId>, listed: &[Listed]| -> Vec<SnapshotId> {
        let visible: BTreeSet<&SnapshotId> = listed.iter().map(|one| &one.id).collect();
        let left_out = all.iter().filter(|id| !visible.contains(id));
        left_out.cloned().collect()
    };
    let mut listed = store.snapshots()?;
    let mut all = match probed {
        Some(probed) => probed,
        None => ids()?,
    };
    let mut unreadable = left_out(&all, &listed);
    if !unreadable.is_empty() {
        // Or it came, or went, between the two lists.
        listed = store.snapshots()?;
        unreadable = left_out(&all, &listed);
        all = ids()?;
        unreadable.retain(|id| all.contains(id));
    }
    Ok(Listing {
        listed,
        all,
        unreadable,
    })
}

/// Reads the past of a session's instance.
///
/// A record that was read before comes from this device, unless the session trusts no cache. What
/// cannot be read is named in the result, and hides nothing else.
pub fn read(session: &Session<'_>, store: &dyn Store) -> Result<Past> {
    read_probed(session, store, None)
}

/// Reads the past as [`read`] does, where a server has just listed all snapshots.
pub fn read_probed(
    session: &Session<'_>,
    store: &dyn Store,
    probed: Option<BTreeSet<SnapshotId>>,
) -> Result<Past> {
    let Listing {
        listed,
        all,
        unreadable,
    } = list(store, probed)?;
    let known = Known::new(session, store);
    if let Some(remembered) = &known.remembered {
        remembered.forget_others(&all);
    }
    let mut past = Past {
        history: History::default(),
        foreign: Vec::new(),
        unreadable: unreadable
            .into_iter()
            .map(|id| {
                let why = graph::cannot_be_read(1, &id).to_string();
                (id, why)
            })
            .collect(),
        listed: Vec::new(),
    };
    let mut records: Vec<(SnapshotId, PushRecord)> = Vec::new();
    for (number, some) in listed.chunks(TOGETHER).enumerate() {
        (session.listener)(Event::Progress(Progress {
            phase: Phase::Past,
            item: None,
            done: (number * TOGETHER) as u64,
            total: Some(listed.len() as u64),
        }));
        let ahead = known.read_together(some.iter().map(|one| &one.id))?;
        for one in some {
            match graph::record_of(session, &ahead, one) {
                Ok(Some(record)) => records.push((one.id.clone(), record)),
                Ok(None) => past.foreign.push(one.id.clone()),
                Err(error) if error.kind() == Kind::Damaged => {
                    past.unreadable.push((one.id.clone(), error.to_string()));
                }
                Err(error) => return Err(error),
            }
        }
    }
    past.history = History::new(records, session.settings.now());
    past.listed = listed;
    Ok(past)
}

/// Returns what this device remembers of the past, where the repository cannot be asked.
pub fn recall(session: &Session<'_>) -> History {
    let remembered = remembered(session);
    let snapshots = remembered.iter().flat_map(Remembered::snapshots);
    let records = snapshots.filter_map(|id| {
        let kept = Kept(remembered.as_ref()?);
        let record = graph::read_record(session, &kept, &id).ok()??;
        Some((id, record))
    });
    History::new(records.collect(), session.settings.now())
}

/// Records that are on this device.
struct Kept<'a>(&'a Remembered);

impl RecordSource for Kept<'_> {
    fn push_record(&self, snapshot: &SnapshotId) -> Result<Option<Vec<u8>>> {
        Ok(self.0.get(snapshot))
    }
}

/// What this device remembers, where it may be believed and there is a place for it.
fn remembered(session: &Session<'_>) -> Option<Remembered> {
    let cache = session.settings.dirs.cache.as_ref()?;
    let real = session.settings.cloud.is_none() && session.trust_cache;
    real.then(|| Remembered::of(cache, session.sync.instance_id))
}

/// A store of which some records are remembered.
pub struct Known<'a> {
    store: &'a dyn Store,
    remembered: Option<Remembered>,
}

impl<'a> Known<'a> {
    /// Returns `store` with what this device remembers of it.
    pub fn new(session: &Session<'_>, store: &'a dyn Store) -> Self {
        Self {
            store,
            remembered: remembered(session),
        }
    }

    /// Reads the records of some snapshots, those that are not remembered side by side.
    pub fn read_together<'b>(
        &self,
        some: impl Iterator<Item = &'b SnapshotId>,
    ) -> Result<Ahead<'a>> {
        let mut records = Records::new();
        let mut missing = Vec::new();
        for id in some {
            match self.remembered.as_ref().and_then(|kept| kept.get(id)) {
                Some(record) => drop(records.insert(id.clone(), Some(record))),
                None => missing.push(id.clone()),
            }
        }
        let read = self.store.records(&missing)?;
        if let Some(kept) = &self.remembered {
            for (id, record) in &read {
                if let Some(record) = record {
                    kept.keep(id, record);
                }
            }
        }
        records.extend(read);
        Ok(Ahead::new(self.store, records))
    }
}
