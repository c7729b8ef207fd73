//! Locks that are in the way: whose they are, and removing those of processes that are gone.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::Repository;
use crate::{
    error::{Error, Kind, Result},
    process::restic::Ended,
    store::{argv, doing::Doing, failure, locks::Lock},
    texts::text,
};

/// How many locks are looked at to find the one that hinders, and how long.
const MOST_LOCKS: usize = 8;
const LOOK: Duration = Duration::from_secs(10);

impl Repository {
    /// Returns an error that says whose lock hinders, and for how long.
    pub(in crate::store) fn locked(&self, doing: Doing<'_>, ended: &Ended) -> Error {
        let now = Timestamp::now();
        let Some(lock) = self.exclusive_lock(&ended.stderr) else {
            let said = failure::last_words(&ended.stderr, &self.secrets());
            return Error::new(Kind::Offline, format!("{doing}: {said}"))
                .hint(failure::lock_in_the_way());
        };
        let message = text!(
            "lock-held",
            doing = doing.to_string(),
            owner = lock.words(now)
        );
        let hint = if lock.is_stale(now) {
            text!("lock-left-behind")
        } else {
            failure::lock_in_the_way()
        };
        Error::new(Kind::Offline, message).hint(hint)
    }

    /// Returns the exclusive lock, where it can be read. `said` is what restic said of it, with the
    /// beginning of its id.
    fn exclusive_lock(&self, said: &str) -> Option<Lock> {
        let (doing, since) = (Doing::LookingAtLocks, Instant::now());
        let listed = self.answer(doing, &argv::list_locks()).ok()?;
        let listed = String::from_utf8_lossy(&listed);
        let is_id = |id: &&str| id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
        let mut ids: Vec<&str> = listed.lines().map(str::trim).filter(is_id).collect();
        ids.sort_by_key(|id| !said.contains(&id[..8]));
        let within = |_: &&str| since.elapsed() < LOOK;
        // Those of dead backups are passed over, and those that went meanwhile.
        ids.into_iter()
            .take(MOST_LOCKS)
            .take_while(within)
            .filter_map(|id| self.json::<Lock>(doing, &argv::lock(id)).ok())
            .find(|lock| lock.exclusive)
    }

    /// Removes the locks of processes that are gone, and returns how many there were. restic decides
    /// it: a lock of this machine whose process is no more, or one that is 30 minutes old.
    pub fn unlock(&self) -> Result<u64> {
        let stdout = self.answer(Doing::RemovingLocks, &argv::unlock())?;
        let said = String::from_utf8_lossy(&stdout);
        let count = said.split_whitespace().find_map(|word| word.parse().ok());
        Ok(count.unwrap_or(0))
    }
}
