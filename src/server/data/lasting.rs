//! Who asks with a password that somebody chose, as clients from before there were tokens do.
//!
//! bcrypt is slow on purpose: a password that was right once is remembered by its digest, as long as the
//! server runs and what is kept of it stays the same. What is wrong costs a turn behind the people who sign
//! in, and an address has few of those; a name that is nobody's costs the same.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use secrecy::{ExposeSecret as _, SecretString};

use super::credentials::Claim;
use crate::{
    domain::rest::name::AccountName,
    server::{
        Server,
        database::{
            devices::{self, Holder},
            lasting,
        },
        token::TokenHash,
    },
};

/// How long an answer of the database is good for, as for tokens.
const FRESH: Duration = Duration::from_secs(2);
/// How many are remembered.
const MANY: usize = 10_000;

/// Why nobody can say who asks.
#[derive(Debug, thiserror::Error)]
pub enum Unsaid {
    /// Too many wrong passwords at this moment.
    #[error("too many passwords are being looked at")]
    Busy,
    /// The database did not answer.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// Who asks, by what they say.
#[derive(Debug, Clone)]
pub enum Asking {
    /// A device.
    Device(Arc<Holder>),
    /// One that was revoked: who has its token may know.
    Revoked,
    /// Nobody that is known.
    Nobody,
}

type Said = (AccountName, TokenHash);

/// Passwords that were right.
#[derive(Debug, Default)]
pub struct Known(Mutex<HashMap<Said, Right>>);

/// One that was right.
struct Right {
    since: Instant,
    holder: Arc<Holder>,
    /// What it was compared with: another one may be there by now.
    hash: String,
}

impl std::fmt::Debug for Right {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Right").field(&self.holder).finish()
    }
}

impl Known {
    /// Has the database asked again; what was right needs no new look for that.
    pub fn stale(&self) {
        for right in self.lock().values_mut() {
            right.since = Instant::now()
                .checked_sub(FRESH)
                .unwrap_or_else(Instant::now);
        }
    }

    fn fresh(&self, said: &Said) -> Option<Arc<Holder>> {
        let known = self.lock();
        let right = known.get(said)?;
        (right.since.elapsed() < FRESH).then(|| Arc::clone(&right.holder))
    }

    fn was_right(&self, said: &Said, hash: &str) -> bool {
        self.lock()
            .get(said)
            .is_some_and(|right| right.hash == hash)
    }

    fn keep(&self, said: Said, right: Right) {
        let mut known = self.lock();
        if known.len() >= MANY {
            known.clear();
        }
        known.insert(said, right);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Said, Right>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    /// Returns who holds a token, or a lasting password.
    pub async fn holder(&self, claim: &Claim, peer: IpAddr) -> Result<Asking, Unsaid> {
        let Some(password) = &claim.password else {
            return Ok(match self.holders.find(claim).await? {
                Some(holder) => Asking::Device(holder),
                None if devices::was_revoked(&self.database, &claim.token).await? => {
                    Asking::Revoked
                }
                None => Asking::Nobody,
            });
        };
        let account = claim.account.as_deref().and_then(|name| name.parse().ok());
        let Some(account): Option<AccountName> = account else {
            self.look_at_any(password, peer).await?;
            return Ok(Asking::Nobody);
        };
        let said = (account, claim.token);
        let known = &self.holders.lasting;
        if let Some(holder) = known.fresh(&said) {
            return Ok(Asking::Device(holder));
        }
        let since = Instant::now();
        let Some(found) = lasting::find(&self.database, &said.0).await? else {
            self.look_at_any(password, peer).await?;
            return Ok(Asking::Nobody);
        };
        let (holder, hash) = (Arc::new(found.holder), found.hash);
        let is_right = known.was_right(&said, &hash) || self.look(password, &hash, peer).await?;
        if !is_right {
            return Ok(Asking::Nobody);
        }
        if found.is_revoked {
            return Ok(Asking::Revoked);
        }
        let right = Right {
            since,
            holder: Arc::clone(&holder),
            hash,
        };
        known.keep(said, right);
        Ok(Asking::Device(holder))
    }

    /// Does the work for nothing, so that the time it takes does not tell which names there are.
    async fn look_at_any(&self, password: &SecretString, peer: IpAddr) -> Result<(), Unsaid> {
        match lasting::any(&self.database).await? {
            Some(hash) => self.look(password, &hash, peer).await.map(drop),
            None => Ok(()),
        }
    }

    async fn look(
        &self,
        password: &SecretString,
        hash: &str,
        peer: IpAddr,
    ) -> Result<bool, Unsaid> {
        let now = Instant::now();
        if self.limits.lasting(peer, now).is_err() {
            return Err(Unsaid::Busy);
        }
        let (password, hash) = (password.clone(), hash.to_owned());
        let work = move || bcrypt::verify(password.expose_secret(), &hash).unwrap_or(false);
        let is_right = self.passwords.turn(work).await.ok_or(Unsaid::Busy)?;
        if is_right {
            self.limits.lasting_was_right(peer);
        }
        Ok(is_right)
    }
}
