//! Who asks: a device by its token, or a person by the cookie of a session.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret as _, SecretString};

use super::answer::{Failure, Refusal};
use crate::{
    domain::rest::name::AccountName,
    server::{
        Server, clock,
        data::{credentials::Claim, lasting::Unsaid},
        database::{
            devices::Holder,
            services::{self, Scope},
            sessions::{self, Session},
        },
        exchange::{Door, Peer},
        token::TokenHash,
    },
};

/// What the cookie is called. Over TLS a browser takes one of this name from this server alone.
const SECURE: &str = "__Host-instance-sync";
const PLAIN: &str = "instance-sync";
/// What the one is called of a browser in which nobody signed in yet: so that no other page signs it in.
const SECURE_VISIT: &str = "__Host-instance-sync-visit";
const PLAIN_VISIT: &str = "instance-sync-visit";
/// How long it is kept, in seconds.
const VISIT: i64 = 24 * 60 * 60;
/// When to come back, where too many wrong passwords are being looked at.
const BUSY: Duration = Duration::from_secs(6);
/// How often it is written down that a session is used, in seconds.
const NOTED: i64 = 600;

/// Who asks.
#[derive(Debug, Clone)]
pub enum Who {
    /// Nobody that was asked to say so.
    Nobody,
    /// A device.
    Device(Arc<Holder>),
    /// A person.
    Person(Arc<Signed>),
    /// An operator, or a program that does their work.
    Operator(Operator),
}

/// An operator, or a program that does their work.
#[derive(Debug, Clone)]
pub struct Operator {
    /// What it is called.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
}

/// A person who signed in.
#[derive(Debug)]
pub struct Signed {
    /// Their session.
    pub session: Session,
    /// What pages of ours send with whatever changes something.
    pub csrf: String,
}

/// Whose things it is about.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The account's number.
    pub id: i64,
    /// The account.
    pub name: AccountName,
    /// How many instances it may have.
    pub instance_limit: u64,
}

impl Who {
    /// Returns whose things it is about.
    pub fn owner(&self) -> Result<Owner, Refusal> {
        match self {
            Self::Nobody | Self::Operator(_) => Err(Refusal::Unknown),
            Self::Device(holder) => Ok(Owner {
                id: holder.account_id,
                name: holder.account.clone(),
                instance_limit: holder.instance_limit,
            }),
            Self::Person(signed) => Ok(Owner {
                id: signed.session.account_id,
                name: signed.session.account.clone(),
                instance_limit: signed.session.instance_limit,
            }),
        }
    }

    /// Returns the person.
    pub fn person(&self) -> Result<&Signed, Refusal> {
        match self {
            Self::Person(signed) => Ok(signed),
            Self::Nobody | Self::Device(_) | Self::Operator(_) => Err(Refusal::Unknown),
        }
    }

    /// Returns the device's id.
    pub fn device(&self) -> Option<&str> {
        match self {
            Self::Device(holder) => Some(&holder.device),
            Self::Nobody | Self::Person(_) | Self::Operator(_) => None,
        }
    }

    /// Returns whether nothing is served to them.
    pub fn is_suspended(&self) -> bool {
        match self {
            Self::Nobody | Self::Operator(_) => false,
            Self::Device(holder) => holder.suspended,
            Self::Person(signed) => signed.session.suspended,
        }
    }

    /// Returns the account and the device, for the log.
    pub fn told(&self) -> (Option<String>, Option<String>) {
        match self {
            Self::Nobody | Self::Operator(_) => (None, None),
            Self::Device(holder) => (
                Some(holder.account.to_string()),
                Some(holder.device.clone()),
            ),
            Self::Person(signed) => (Some(signed.session.account.to_string()), None),
        }
    }

    /// Returns who it was, for the audit.
    pub fn actor(&self) -> String {
        match self {
            Self::Nobody => "nobody".to_owned(),
            Self::Operator(operator) => operator.name.clone(),
            Self::Device(holder) => format!("device {}", holder.device),
            Self::Person(signed) => format!("account {}", signed.session.account),
        }
    }
}

/// Finds who asks. Whoever says something wrong waits for the answer, longer each time.
pub async fn find(server: &Server, headers: &HeaderMap, peer: Peer) -> Result<Who, Failure> {
    let (found, said) = if headers.contains_key(header::AUTHORIZATION) {
        (device(server, headers, peer).await?, true)
    } else if let Some(token) = cookie(headers, session_name(peer.is_secure)) {
        (person(server, &token).await?, true)
    } else {
        (None, false)
    };
    match found {
        Some(who) => Ok(who),
        None if !said => Ok(Who::Nobody),
        None => {
            let wait = server.misses.count(peer.address, Instant::now());
            tokio::time::sleep(wait).await;
            Err(Refusal::Unknown.into())
        }
    }
}

/// Finds who asks on the operator's listener: a service by its token, else the operator, where they came in
/// by the socket.
pub async fn operator(server: &Server, headers: &HeaderMap, peer: Peer) -> Result<Who, Failure> {
    if !headers.contains_key(header::AUTHORIZATION) {
        return Ok(match peer.door {
            Door::Address => Who::Nobody,
            Door::Socket => Who::Operator(Operator {
                name: "admin".to_owned(),
                scope: Scope::All,
            }),
        });
    }
    if let Some(claim) = Claim::read(headers)
        && let Some(service) = services::find(&server.database, &claim.token).await?
    {
        return Ok(Who::Operator(Operator {
            name: format!("service {}", service.name),
            scope: service.scope,
        }));
    }
    let wait = server.misses.count(peer.address, Instant::now());
    tokio::time::sleep(wait).await;
    Err(Refusal::Unknown.into())
}

async fn device(server: &Server, headers: &HeaderMap, peer: Peer) -> Result<Option<Who>, Failure> {
    let Some(claim) = Claim::read(headers) else {
        return Ok(None);
    };
    let found = match server.holder(&claim, peer.address).await {
        Ok(found) => found,
        Err(Unsaid::Busy) => return Err(Refusal::TooMany(BUSY).into()),
        Err(Unsaid::Database(error)) => return Err(error.into()),
    };
    let Some(holder) = found else {
        return Ok(None);
    };
    server.seen.note(&holder.device, clock::now());
    Ok(Some(Who::Device(holder)))
}

async fn person(server: &Server, token: &SecretString) -> Result<Option<Who>, Failure> {
    let (now, text) = (clock::now(), token.expose_secret());
    let found = sessions::find(&server.database, &TokenHash::of(text), now).await?;
    let Some(session) = found else {
        return Ok(None);
    };
    if now - session.last_seen_at >= NOTED {
        sessions::saw(&server.database, &session.id, now).await?;
    }
    let csrf = csrf_of(text);
    Ok(Some(Who::Person(Arc::new(Signed { session, csrf }))))
}

/// Returns what pages send back: nobody who lacks the cookie can know it, and it does not tell the cookie.
pub fn csrf_of(cookie: &str) -> String {
    hex::encode(TokenHash::of(&format!("csrf {cookie}")).as_bytes())
}

/// Returns what pages send back, for the cookie of a browser.
pub fn csrf_of_secret(cookie: &SecretString) -> String {
    csrf_of(cookie.expose_secret())
}

/// Returns what a browser shall keep.
pub fn set_cookie(is_secure: bool, token: &str, seconds: i64) -> String {
    set(session_name(is_secure), is_secure, token, seconds)
}

/// Returns what a browser shall keep in which nobody signed in yet.
pub fn set_visit(is_secure: bool, token: &str) -> String {
    set(visit_name(is_secure), is_secure, token, VISIT)
}

/// Returns what it keeps, where nobody signed in yet.
pub fn visit(headers: &HeaderMap, is_secure: bool) -> Option<SecretString> {
    cookie(headers, visit_name(is_secure))
}

/// Returns a cookie as a header that no log shows.
pub fn secret_header(text: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| crate::error::Error::failed("a cookie could not be written"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn session_name(is_secure: bool) -> &'static str {
    if is_secure { SECURE } else { PLAIN }
}

fn visit_name(is_secure: bool) -> &'static str {
    if is_secure { SECURE_VISIT } else { PLAIN_VISIT }
}

fn set(name: &str, is_secure: bool, token: &str, seconds: i64) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<SecretString> {
    let all = headers.get_all(header::COOKIE).iter();
    let mut pairs = all
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(known, _)| *known == name)?;
    Some(SecretString::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_and_over_tls_under_its_own_name_alone() {
        let mut headers = HeaderMap::new();
        let text = "a=b; instance-sync=one; __Host-instance-sync=two";
        headers.insert(header::COOKIE, text.parse().expect("a header"));
        let read = |is_secure| cookie(&headers, session_name(is_secure)).expect("there");
        assert_eq!(read(false).expose_secret(), "one");
        assert_eq!(read(true).expose_secret(), "two");
        assert!(cookie(&HeaderMap::new(), SECURE).is_none());
        assert!(visit(&headers, false).is_none());
    }

    #[test]
    fn what_a_browser_keeps_is_out_of_reach_of_scripts_and_other_sites() {
        let plain = set_cookie(false, "x", 60);
        assert_eq!(
            plain,
            "instance-sync=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"
        );
        let secure = set_cookie(true, "x", 60);
        assert!(secure.starts_with("__Host-instance-sync=x; Path=/; "));
        assert!(secure.ends_with("HttpOnly; SameSite=Lax; Secure"));
    }
}
