//! The past of an instance: every snapshot's record, in order.

use std::collections::BTreeSet;

use super::{
    cloud::{Ahead, Records, Store},
    event::{Event, Phase, Progress},
    graph,
    session::Session,
};
use crate::{
    domain::{
        history::{Book, History, Page},
        ids::SnapshotId,
        record::PushRecord,
    },
    error::{Kind, Result},
    store::{messages::Listed, remembered::Remembered},
};

/// How many records are asked for together, between two looks at how far it is.
pub const TOGETHER: usize = 8;

/// How many records that were read are kept together, so that they outlive an interruption.
const KEPT: usize = 256;

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
    let mut known = Known::new(session, store);
    known.forget_others(&all);
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
    let mut shown: BTreeSet<&SnapshotId> = BTreeSet::new();
    for (number, some) in listed.chunks(TOGETHER).enumerate() {
        (session.listener)(Event::Progress(Progress {
            phase: Phase::Past,
            item: None,
            done: (number * TOGETHER) as u64,
            total: Some(listed.len() as u64),
        }));
        let together: Vec<&Listed> = some.iter().collect();
        let ahead = known
            .read_together(&together)
            .inspect_err(|_| known.keep())?;
        for one in some {
            if known.has(one) {
                shown.insert(&one.id);
                continue;
            }
            match graph::record_of(session, &ahead, one) {
                Ok(Some(record)) => {
                    known.learn(&one.id, record);
                    shown.insert(&one.id);
                }
                Ok(None) => past.foreign.push(one.id.clone()),
                Err(error) if error.kind() == Kind::Damaged => {
                    past.unreadable.push((one.id.clone(), error.to_string()));
                }
                Err(error) => return Err(error),
            }
        }
    }
    known.keep();
    let mut book = known.book;
    book.retain(|id| shown.contains(id));
    past.history = History::of(book, session.settings.now());
    past.listed = listed;
    Ok(past)
}

/// Returns what this device remembers of the past, where the repository cannot be asked.
pub fn recall(session: &Session<'_>) -> History {
    let book = remembered(session).map(|remembered| remembered.load());
    History::of(book.unwrap_or_default(), session.settings.now())
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
    /// What is remembered, and what was read since.
    book: Book,
    /// How much of it is other than what this device keeps.
    news: usize,
}

impl<'a> Known<'a> {
    /// Returns `store` with what this device remembers of it.
    pub fn new(session: &Session<'_>, store: &'a dyn Store) -> Self {
        let remembered = remembered(session);
        let book = remembered.as_ref().map(Remembered::load);
        Self {
            store,
            remembered,
            book: book.unwrap_or_default(),
            news: 0,
        }
    }

    /// Forgets the snapshots that are gone.
    fn forget_others(&mut self, there: &BTreeSet<SnapshotId>) {
        self.news += usize::from(self.book.retain(|id| there.contains(id)));
    }

    /// Returns what a snapshot says, where that is known.
    pub fn page(&self, snapshot: &SnapshotId) -> Option<&Page> {
        self.book.page(snapshot)
    }

    /// Returns whether it is known what a snapshot says.
    pub fn has(&self, snapshot: &Listed) -> bool {
        !snapshot.is_incomplete() && self.book.contains(&snapshot.id)
    }

    /// Reads the records of some snapshots, those that are not known, side by side.
    pub fn read_together(&self, some: &[&Listed]) -> Result<Ahead<'a>> {
        let missing = some.iter().filter(|one| !self.has(one));
        let missing: Vec<SnapshotId> = missing.map(|one| one.id.clone()).collect();
        let mut records = Records::new();
        if !missing.is_empty() {
            records = self.store.records(&missing)?;
        }
        Ok(Ahead::new(self.store, records))
    }

    /// Notes what a snapshot says.
    pub fn learn(&mut self, snapshot: &SnapshotId, record: PushRecord) {
        self.book.add(snapshot.clone(), record);
        self.news += 1;
        if self.news >= KEPT {
            self.keep();
        }
    }

    /// Leaves on this device what it did not know.
    pub fn keep(&mut self) {
        if self.news > 0 {
            if let Some(remembered) = &self.remembered {
                remembered.save(&self.book);
            }
            self.news = 0;
        }
    }
}
