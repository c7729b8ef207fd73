//! What a version holds once it lands under another name: in the game's list a world is called by its
//! `level.dat`, so that a copy's says what the copy is.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fs,
};

use super::{
    cloud::{self, Store},
    graph,
    observe::Local,
    session::Session,
};
use crate::{
    config::layout::below,
    domain::{
        copy_name::CopyName,
        digest::Digest,
        ids::SnapshotId,
        lineage::Head,
        path::{InnerPath, RelPath},
        save,
        settle::{Lander, Landing},
        unit::{FileFact, UnitContent},
    },
    error::{Error, Kind, Result},
    workdir::stage::Staging,
};

/// Where a world says what it is called.
pub const LEVEL: &str = "level.dat";

/// A `level.dat` is some kilobytes: what is larger is left as it is.
const LARGEST: u64 = 1 << 20;

/// Looks up what versions hold under other names, each `level.dat` once.
pub struct Landings<'a> {
    session: &'a Session<'a>,
    store: &'a dyn Store,
    local: &'a Local,
    heads: &'a [Head],
    levels: RefCell<BTreeMap<Digest, Option<Vec<u8>>>>,
    failed: Cell<Option<Error>>,
}

impl<'a> Landings<'a> {
    /// Returns a look into the cloud and the folder that has not begun.
    pub fn new(
        session: &'a Session<'a>,
        store: &'a dyn Store,
        local: &'a Local,
        heads: &'a [Head],
    ) -> Self {
        Self {
            session,
            store,
            local,
            heads,
            levels: RefCell::new(BTreeMap::new()),
            failed: Cell::new(None),
        }
    }

    /// Says what a version holds under another name. Where its `level.dat` cannot be had or has no
    /// name in it, that is what it holds anyway.
    pub fn land(&self, lander: &Lander<'_>, name: &CopyName) -> Landing {
        let found = self.relabelled(lander, &name.suffix);
        found
            .unwrap_or_else(|error| {
                // What is damaged is met again, by name, when the whole version is fetched.
                if error.kind() != Kind::Damaged {
                    self.failed.set(Some(error));
                }
                None
            })
            .unwrap_or(Landing {
                digest: lander.digest,
                level: None,
            })
    }

    /// Returns why something could not be looked up, if that was so: then nothing is to be decided.
    pub fn check(self) -> Result<()> {
        self.failed.take().map_or(Ok(()), Err)
    }

    fn relabelled(&self, lander: &Lander<'_>, suffix: &str) -> Result<Option<Landing>> {
        let Some(content) = self.content(lander)? else {
            return Ok(None);
        };
        let Ok(inner) = InnerPath::new(LEVEL) else {
            return Ok(None);
        };
        let fact = content.files.get(&inner).copied();
        let Some(fact) = fact.filter(|fact| fact.size <= LARGEST) else {
            return Ok(None);
        };
        let Some(level) = self.level(lander, &lander.unit.join(&inner), &fact)? else {
            return Ok(None);
        };
        let Some(level) = save::relabel(&level, suffix) else {
            return Ok(None);
        };
        let digest = with_level(content, &level).digest();
        let level = Some(level);
        Ok(Some(Landing { digest, level }))
    }

    /// Returns what the version holds, where that is listed.
    fn content(&self, lander: &Lander<'_>) -> Result<Option<UnitContent>> {
        let fits = |content: &&UnitContent| content.digest() == lander.digest;
        let here = self.local.scan.units.get(lander.unit);
        let here = here.map(|here| &here.content);
        let there = self
            .heads
            .iter()
            .filter_map(|head| head.record.contents.get(lander.unit));
        if let Some(content) = here.into_iter().chain(there).find(fits) {
            return Ok(Some(content.clone()));
        }
        let Some(from) = lander.from else {
            return Ok(None);
        };
        let record = graph::read_record(self.session, self.store, from)?;
        let content = record.and_then(|record| record.contents.get(lander.unit).cloned());
        Ok(content.filter(|content| fits(&content)))
    }

    /// Returns the version's `level.dat`: from here where it is the same, else from the cloud.
    fn level(
        &self,
        lander: &Lander<'_>,
        path: &RelPath,
        fact: &FileFact,
    ) -> Result<Option<Vec<u8>>> {
        if let Some(known) = self.levels.borrow().get(&fact.sha256) {
            return Ok(known.clone());
        }
        let is_it = |bytes: &Vec<u8>| Digest::of(bytes) == fact.sha256;
        let here = fs::read(self.session.layout.live(path)).ok();
        let level = match (here.filter(is_it), lander.from) {
            (Some(here), _) => Some(here),
            (None, Some(from)) => self.fetched(from, path)?.filter(is_it),
            (None, None) => None,
        };
        self.levels.borrow_mut().insert(fact.sha256, level.clone());
        Ok(level)
    }

    fn fetched(&self, from: &SnapshotId, path: &RelPath) -> Result<Option<Vec<u8>>> {
        let staging = Staging::create(&self.session.layout)?;
        let tree = staging.tree();
        let wanted = [vec![path.clone()]];
        let restored = cloud::restore_units(self.store, from, &tree, &wanted, &mut |_| ());
        let level = restored.map(|_| fs::read(below(&tree, path)).ok());
        staging.discard();
        level
    }
}

/// Returns a world's content with another `level.dat`.
pub fn with_level(mut content: UnitContent, level: &[u8]) -> UnitContent {
    if let Ok(inner) = InnerPath::new(LEVEL) {
        let fact = FileFact {
            size: level.len() as u64,
            sha256: Digest::of(level),
        };
        content.files.insert(inner, fact);
    }
    content
}
