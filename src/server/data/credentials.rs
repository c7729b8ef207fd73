//! Who asks: the token of a device, in the password of Basic authentication, as restic sends it, or as a
//! Bearer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::lasting::Known;
use crate::server::{
    database::{Answer, Database, devices, devices::Holder},
    token::{Mark, TokenHash},
};

/// How long an answer of the database is good for: so long may a device go on that `serve admin`, another
/// process, has revoked.
const FRESH: Duration = Duration::from_secs(2);
/// How many are remembered before those that are no longer fresh are dropped.
const MANY: usize = 10_000;

/// What somebody says who they are.
#[derive(Debug)]
pub struct Claim {
    /// The account, where it is said.
    pub account: Option<String>,
    /// The digest of the token; the token itself is gone by now.
    pub token: TokenHash,
    /// What is no token of ours: it may be a lasting password.
    pub password: Option<SecretString>,
}

impl Claim {
    /// Reads the header.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, words) = header.split_once(' ')?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Self {
                account: None,
                token: TokenHash::of(words.trim()),
                password: None,
            });
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let text = Zeroizing::new(STANDARD.decode(words.trim()).ok()?);
        let (account, secret) = std::str::from_utf8(&text).ok()?.split_once(':')?;
        Some(Self {
            account: Some(account.to_owned()),
            token: TokenHash::of(secret),
            password: (!Mark::Device.is_of(secret)).then(|| SecretString::from(secret)),
        })
    }
}

/// Tokens, and who holds them; those that were just looked up are remembered.
#[derive(Debug)]
pub struct Holders {
    database: Database,
    known: Mutex<HashMap<TokenHash, (Instant, Arc<Holder>)>>,
    /// Lasting passwords.
    pub lasting: Known,
}

impl Holders {
    /// Returns those of this database.
    pub fn of(database: Database) -> Self {
        Self {
            database,
            known: Mutex::default(),
            lasting: Known::default(),
        }
    }

    /// Returns who holds the token, where it is also the account's that they say.
    pub async fn find(&self, claim: &Claim) -> Answer<Option<Arc<Holder>>> {
        let holder = match self.remembered(&claim.token) {
            Some(holder) => Some(holder),
            None => self.look_up(&claim.token).await?,
        };
        Ok(holder.filter(|holder| {
            let said = claim.account.as_deref();
            said.is_none_or(|said| said == holder.account.as_str())
        }))
    }

    /// Forgets every answer, so that a change of the database counts at once.
    pub fn forget(&self) {
        self.lock().clear();
        self.lasting.stale();
    }

    fn remembered(&self, token: &TokenHash) -> Option<Arc<Holder>> {
        let known = self.lock();
        let (since, holder) = known.get(token)?;
        (since.elapsed() < FRESH).then(|| Arc::clone(holder))
    }

    async fn look_up(&self, token: &TokenHash) -> Answer<Option<Arc<Holder>>> {
        // Counted from before the question: a change while it is answered is not missed for longer.
        let since = Instant::now();
        let found = devices::holder(&self.database, token).await?.map(Arc::new);
        let mut known = self.lock();
        if known.len() > MANY {
            known.retain(|_, (since, _)| since.elapsed() < FRESH);
        }
        match &found {
            Some(holder) => known.insert(*token, (since, Arc::clone(holder))),
            None => known.remove(token),
        };
        Ok(found)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<TokenHash, (Instant, Arc<Holder>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(header: &str) -> Option<Claim> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, header.parse().expect("a header"));
        Claim::read(&headers)
    }

    #[test]
    fn the_token_is_the_password_of_basic_authentication() {
        let text = STANDARD.encode("alice:isd_x:y");
        for scheme in ["Basic", "basic", "BASIC"] {
            let claim = claim(&format!("{scheme} {text}")).expect("a claim");
            assert_eq!(claim.account.as_deref(), Some("alice"));
            assert_eq!(claim.token, TokenHash::of("isd_x:y"));
        }
    }

    #[test]
    fn a_bearer_says_no_account() {
        let claim = claim("Bearer isd_x").expect("a claim");
        assert_eq!(claim.account, None);
        assert_eq!(claim.token, TokenHash::of("isd_x"));
    }

    #[test]
    fn anything_else_is_no_claim() {
        let no_colon = STANDARD.encode("alice");
        let no_text = STANDARD.encode([0xff, b':', 0xfe]);
        for header in [
            "",
            "Basic",
            "Basic !!!",
            "Digest YWxpY2U6eA==",
            &format!("Basic {no_colon}"),
            &format!("Basic {no_text}"),
        ] {
            assert!(claim(header).is_none(), "{header}");
        }
        assert!(Claim::read(&HeaderMap::new()).is_none());
    }
}
