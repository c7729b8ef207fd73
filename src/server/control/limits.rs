//! How often somebody may ask: a bucket for each address and each account, which fills again with time.
//! On the control API alone: restic takes no such answer (DESIGN, The server).

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::answer::Refusal;
use crate::server::data::misses::neighbours;

/// How many are remembered.
const MANY: usize = 10_000;

/// How much a bucket holds, and how fast it fills.
#[derive(Debug, Clone, Copy)]
struct Rate {
    burst: u32,
    each: Duration,
}

/// What requests of an account may come to.
const ACCOUNT: Rate = Rate {
    burst: 300,
    each: Duration::from_millis(50),
};
/// What strangers of an address may: signing in, registering, enrolling.
const ADDRESS: Rate = Rate {
    burst: 20,
    each: Duration::from_secs(6),
};
/// Wrong passwords for an account, from wherever.
const PASSWORD: Rate = Rate {
    burst: 10,
    each: Duration::from_secs(30),
};

/// Codes of pairings that an address tries, or an account types.
const CODE: Rate = Rate {
    burst: 10,
    each: Duration::from_mins(6),
};

/// All of them.
#[derive(Debug, Default)]
pub struct Limits {
    accounts: Buckets<i64>,
    addresses: Buckets<IpAddr>,
    passwords: Buckets<String>,
    guesses: Buckets<IpAddr>,
    codes: Buckets<i64>,
    lasting: Buckets<IpAddr>,
}

impl Limits {
    /// Counts a request of an account.
    pub fn account(&self, id: i64, now: Instant) -> Result<(), Refusal> {
        self.accounts.take(id, ACCOUNT, now)
    }

    /// Counts a request of a stranger.
    pub fn address(&self, address: IpAddr, now: Instant) -> Result<(), Refusal> {
        self.addresses.take(neighbours(address), ADDRESS, now)
    }

    /// Counts a stranger's code of a pairing: one that is tried, or one that is asked for.
    pub fn code_of_stranger(&self, address: IpAddr, now: Instant) -> Result<(), Refusal> {
        self.guesses.take(neighbours(address), CODE, now)
    }

    /// Counts a code that somebody of an account types, or asks for.
    pub fn code_of_account(&self, id: i64, now: Instant) -> Result<(), Refusal> {
        self.codes.take(id, CODE, now)
    }

    /// Counts a look at a lasting password from an address.
    pub fn lasting(&self, address: IpAddr, now: Instant) -> Result<(), Refusal> {
        self.lasting.take(neighbours(address), ADDRESS, now)
    }

    /// Takes back that it counts: the password was right.
    pub fn lasting_was_right(&self, address: IpAddr) {
        self.lasting.give_back(&neighbours(address));
    }

    /// Counts a try for an account, whether there is one or not.
    pub fn password(&self, account: &str, now: Instant) -> Result<(), Refusal> {
        self.passwords.take(account.to_owned(), PASSWORD, now)
    }

    /// Takes back that it counts: the password was right.
    pub fn was_right(&self, account: &str) {
        self.passwords.give_back(account);
    }
}

/// When each bucket will be full again.
#[derive(Debug)]
struct Buckets<K>(Mutex<HashMap<K, Instant>>);

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash> Buckets<K> {
    fn take(&self, key: K, rate: Rate, now: Instant) -> Result<(), Refusal> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MANY {
            known.retain(|_, full| *full > now);
            if known.len() >= MANY {
                known.clear();
            }
        }
        let full = known.entry(key).or_insert(now);
        let after = (*full).max(now) + rate.each;
        let most = now + rate.each * rate.burst;
        if after > most {
            return Err(Refusal::TooMany(after - most));
        }
        *full = after;
        Ok(())
    }

    fn give_back<Q: Eq + Hash + ?Sized>(&self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
    {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_after_the_other() {
        let (limits, now) = (Limits::default(), Instant::now());
        let address = IpAddr::from([192, 0, 2, 1]);
        for _ in 0..ADDRESS.burst {
            limits.address(address, now).expect("passes");
        }
        assert_eq!(
            limits.address(address, now),
            Err(Refusal::TooMany(ADDRESS.each))
        );
        limits
            .address(IpAddr::from([192, 0, 2, 2]), now)
            .expect("another address");
        let later = now + ADDRESS.each;
        limits.address(address, later).expect("one more");
        assert!(limits.address(address, later).is_err());
    }

    #[test]
    fn a_right_password_makes_up_for_wrong_ones() {
        let (limits, now) = (Limits::default(), Instant::now());
        for _ in 0..PASSWORD.burst {
            limits.password("alice", now).expect("passes");
        }
        assert!(limits.password("alice", now).is_err());
        limits.password("bob", now).expect("another account");
        limits.was_right("alice");
        limits.password("alice", now).expect("passes again");
    }

    #[test]
    fn memory_is_bounded() {
        let (limits, now) = (Limits::default(), Instant::now());
        for id in 0..3 * i64::try_from(MANY).expect("fits") {
            limits.account(id, now).expect("passes");
        }
        assert!(limits.accounts.0.lock().expect("a lock").len() <= MANY);
    }
}
