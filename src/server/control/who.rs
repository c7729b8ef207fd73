//! Who asks: a device by its token, or a person by the cookie of a session.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, header};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    answer::{Failure, Refusal},
    cookies,
};
use crate::{
    domain::rest::name::AccountName,
    server::{
        Server, clock,
        data::{
            credentials::Claim,
            lasting::{Asking, Unsaid},
        },
        database::{
            devices::Holder,
            services::{self, Scope},
            sessions::{self, Session},
        },
        peer::{Door, Peer},
        token::TokenHash,
    },
};

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
    let found = if headers.contains_key(header::AUTHORIZATION) {
        device(server, headers, peer).await?
    } else if let Some(token) = cookies::session(headers, peer.is_secure) {
        person(server, &token).await?.ok_or(Refusal::Unknown)
    } else {
        Ok(Who::Nobody)
    };
    if found.is_err() {
        let wait = server.misses.count(peer.address, Instant::now());
        tokio::time::sleep(wait).await;
    }
    Ok(found?)
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

/// Returns which device it is, or why it is none.
async fn device(
    server: &Server,
    headers: &HeaderMap,
    peer: Peer,
) -> Result<Result<Who, Refusal>, Failure> {
    let Some(claim) = Claim::read(headers) else {
        return Ok(Err(Refusal::Unknown));
    };
    let found = match server.holder(&claim, peer.address).await {
        Ok(found) => found,
        Err(Unsaid::Busy) => return Err(Refusal::TooMany(BUSY).into()),
        Err(Unsaid::Database(error)) => return Err(error.into()),
    };
    Ok(match found {
        Asking::Device(holder) => {
            server.seen.note(&holder.device, clock::now());
            Ok(Who::Device(holder))
        }
        Asking::Revoked => Err(Refusal::Revoked),
        Asking::Nobody => Err(Refusal::Unknown),
    })
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
    let csrf = cookies::csrf_of(text);
    Ok(Some(Who::Person(Arc::new(Signed { session, csrf }))))
}
