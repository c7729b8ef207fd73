//! How much each repository holds: its lists are added up, once a minute at most.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    domain::rest::path::{Kind, Object, Repository},
    server::storage::{Blobs, Fault},
};

/// How long a sum is good for.
const FRESH: Duration = Duration::from_secs(60);
/// How many are remembered.
const MANY: usize = 10_000;

/// What repositories hold.
#[derive(Debug, Default)]
pub struct Sizes(Mutex<HashMap<Repository, (u64, Instant)>>);

impl Sizes {
    /// Returns how many bytes a repository has; nothing, where there is none.
    pub async fn of(&self, blobs: &dyn Blobs, repository: &Repository) -> Result<u64, Fault> {
        let known = self.lock().get(repository).copied();
        if let Some((bytes, since)) = known
            && since.elapsed() < FRESH
        {
            return Ok(bytes);
        }
        let since = Instant::now();
        let mut bytes = blobs.size(repository, Object::Config).await?.unwrap_or(0);
        for kind in Kind::ALL {
            let list = blobs.list(repository, kind).await?.unwrap_or_default();
            bytes += list.iter().map(|entry| entry.size).sum::<u64>();
        }
        let mut known = self.lock();
        if known.len() >= MANY {
            known.clear();
        }
        known.insert(repository.clone(), (bytes, since));
        Ok(bytes)
    }

    /// Forgets a sum: it is another one now.
    pub fn forget(&self, repository: &Repository) {
        self.lock().remove(repository);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Repository, (u64, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
