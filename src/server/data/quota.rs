//! How much each account holds: counted once, then kept up as it grows, and counted anew now and then,
//! since others (the trash, `serve admin`) change it too.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    domain::rest::name::AccountName,
    server::storage::{Blobs, Fault},
};

/// How long a count is good for.
const FRESH: Duration = Duration::from_secs(600);

/// What accounts hold.
#[derive(Debug, Default, Clone)]
pub struct Usage(Arc<Mutex<HashMap<AccountName, Held>>>);

#[derive(Debug, Clone, Copy)]
struct Held {
    bytes: u64,
    counted: Instant,
}

/// Room that an upload took. What is not kept is given back when it goes away.
#[derive(Debug)]
pub struct Room {
    usage: Usage,
    account: AccountName,
    allowance: u64,
    taken: u64,
}

impl Usage {
    /// Begins an upload of an account that may hold `allowance` bytes.
    pub async fn begin(
        &self,
        blobs: &dyn Blobs,
        account: &AccountName,
        allowance: u64,
    ) -> Result<Room, Fault> {
        self.of(blobs, account).await?;
        Ok(Room {
            usage: self.clone(),
            account: account.clone(),
            allowance,
            taken: 0,
        })
    }

    /// Notes that an account that may hold what it likes holds more.
    pub fn add(&self, account: &AccountName, bytes: u64) {
        if let Some(held) = self.lock().get_mut(account) {
            held.bytes = held.bytes.saturating_add(bytes);
        }
    }

    /// Returns how many bytes an account holds, its trash included.
    pub async fn of(&self, blobs: &dyn Blobs, account: &AccountName) -> Result<u64, Fault> {
        let known = self.lock().get(account).copied();
        if let Some(held) = known
            && held.counted.elapsed() < FRESH
        {
            return Ok(held.bytes);
        }
        let counted = Instant::now();
        let bytes = blobs.usage(account).await?;
        // What is under way at this moment is counted once, twice or not at all, until the next time.
        self.lock().insert(account.clone(), Held { bytes, counted });
        Ok(bytes)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountName, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    /// Takes room for so many bytes more.
    pub fn take(&mut self, bytes: u64) -> Result<(), Fault> {
        let mut known = self.usage.lock();
        let Some(held) = known.get_mut(&self.account) else {
            return Ok(());
        };
        let after = held.bytes.saturating_add(bytes);
        if after > self.allowance {
            return Err(Fault::OverQuota);
        }
        held.bytes = after;
        self.taken += bytes;
        Ok(())
    }

    /// Keeps what was taken: the object is there.
    pub fn keep(mut self) {
        self.taken = 0;
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Some(held) = self.usage.lock().get_mut(&self.account) {
            held.bytes = held.bytes.saturating_sub(self.taken);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::storage::files::Files;

    #[tokio::test]
    async fn uploads_at_once_do_not_pass_the_quota_together() {
        let root = tempfile::tempdir().expect("a folder");
        let files = Files::open(root.path(), None, "x").expect("opens");
        let alice: AccountName = "alice".parse().expect("a name");
        std::fs::create_dir(root.path().join("alice")).expect("makes");
        std::fs::write(root.path().join("alice/old"), [0; 10]).expect("writes");
        let usage = Usage::default();
        let begin = async || usage.begin(&files, &alice, 30).await.expect("counts");
        let (mut one, mut other) = (begin().await, begin().await);
        one.take(12).expect("fits");
        assert!(matches!(other.take(9), Err(Fault::OverQuota)));
        other.take(8).expect("fits");
        // What failed gives its room back; what is there keeps it.
        drop(other);
        one.keep();
        let mut last = begin().await;
        assert!(matches!(last.take(9), Err(Fault::OverQuota)));
        last.take(8).expect("fits");
        // Another account has its own.
        let bob: AccountName = "bob".parse().expect("a name");
        let mut of_bob = usage.begin(&files, &bob, 30).await.expect("counts");
        of_bob.take(30).expect("fits");
    }
}
