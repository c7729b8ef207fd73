//! What comes back: a value as JSON, or a problem with a word for programs and a sentence for people.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::admit::SUSPENDED;
use crate::{
    domain::{count::counted, rest::refused::Why},
    server::{data, exchange::Told, storage::Fault},
};

/// Why something was not done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Problem {
    /// A word that stays the same: programs may look at it.
    pub error: &'static str,
    /// A sentence for a person, which may change.
    pub message: String,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody that is known asks: nobody learns what was wrong.
    #[error("sign in first, or use a device's token")]
    Unknown,
    /// A token that was right once: who has it may know what became of its device.
    #[error("this device was revoked")]
    Revoked,
    /// Account and password do not belong together: nobody learns which of them is wrong.
    #[error("account or password is wrong")]
    SignIn,
    /// Another page sent this.
    #[error("the request lacks the session's X-CSRF-Token")]
    Csrf,
    /// Who asks may not.
    #[error("{0}")]
    Forbidden(&'static str),
    /// There is nothing at this path.
    #[error("there is nothing at this path")]
    Nowhere,
    /// There is no such thing.
    #[error("{0}")]
    NotThere(&'static str),
    /// Nothing can be done that way.
    #[error("this is not done that way")]
    Method,
    /// It contradicts what is there.
    #[error("{0}")]
    Conflict(&'static str),
    /// It was tried too often.
    #[error("{0}")]
    Burned(&'static str),
    /// It makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The body is longer than anything that is asked.
    #[error("the request is too large")]
    TooLarge,
    /// The body does not come.
    #[error("the request stood still")]
    TooSlow,
    /// Too often.
    #[error("too many requests; try again in {}", counted(seconds(.0), "second"))]
    TooMany(Duration),
}

/// How a request can end without success.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It is not allowed, or senseless.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The storage did not do it.
    #[error("{0}")]
    Storage(#[from] Fault),
    /// The database did not answer.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// Anything else.
    #[error("{0}")]
    System(#[from] crate::error::Error),
}

/// What a handler returns.
pub type Answered<O> = Result<Reply<O>, Failure>;

/// A value that is sent, and what goes with it.
#[derive(Debug)]
pub struct Reply<O> {
    /// What was asked for.
    pub value: O,
    /// What the browser shall keep.
    pub cookie: Option<HeaderValue>,
}

impl<O> From<O> for Reply<O> {
    fn from(value: O) -> Self {
        Self {
            value,
            cookie: None,
        }
    }
}

/// That something was done, where there is nothing else to say.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Done {
    /// Always true.
    pub done: bool,
}

impl Done {
    /// Returns that it was done.
    pub fn reply() -> Reply<Self> {
        Self { done: true }.into()
    }
}

fn seconds(wait: &Duration) -> u64 {
    wait.as_secs().max(1)
}

impl Refusal {
    /// Returns the answer, and the word for programs.
    pub fn code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Unknown | Self::Revoked | Self::SignIn => (StatusCode::UNAUTHORIZED, "unknown"),
            Self::Csrf => (StatusCode::FORBIDDEN, "csrf"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            Self::Nowhere => (StatusCode::NOT_FOUND, "nowhere"),
            Self::NotThere(_) => (StatusCode::NOT_FOUND, "not_there"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method"),
            Self::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
            Self::Burned(_) => (StatusCode::GONE, "burned"),
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too_slow"),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "too_many"),
        }
    }

    /// Returns what the data plane says of it too.
    fn why(&self) -> Option<Why> {
        match self {
            Self::Revoked => Some(Why::Revoked),
            Self::Forbidden(SUSPENDED) => Some(Why::Suspended),
            _ => None,
        }
    }
}

/// Answers with a value.
pub fn value<O: Serialize>(status: StatusCode, reply: &Reply<O>) -> Response {
    let mut response = json(status, &reply.value);
    if let Some(cookie) = &reply.cookie {
        response
            .headers_mut()
            .insert(header::SET_COOKIE, cookie.clone());
    }
    response
}

/// Answers that it was refused.
pub fn refused(refusal: &Refusal, kind: &'static str) -> Response {
    let (status, error) = refusal.code();
    let message = refusal.to_string();
    let mut response = problem(status, error, message.clone(), kind, message);
    data::say(response.headers_mut(), refusal.why());
    if let Refusal::TooMany(wait) = refusal {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds(wait).into());
    }
    response
}

/// Answers that it failed.
pub fn failed(failure: &Failure, kind: &'static str) -> Response {
    match failure {
        Failure::Refused(refusal) => refused(refusal, kind),
        failure => {
            let (status, error, message) = told_of(failure);
            let mut response = problem(status, error, message, kind, failure.to_string());
            if matches!(failure, Failure::Storage(fault) if fault.is_away()) {
                data::say(response.headers_mut(), Some(Why::Storage));
            }
            response
        }
    }
}

/// Returns the answer, and a sentence for whoever asked. What a storage or a database says of itself is for
/// the log alone.
pub fn said(failure: &Failure) -> (StatusCode, String) {
    let (status, _, message) = told_of(failure);
    (status, message)
}

/// Returns the answer, the word for programs, and the sentence.
fn told_of(failure: &Failure) -> (StatusCode, &'static str, String) {
    let away = StatusCode::SERVICE_UNAVAILABLE;
    let (status, error, message) = match failure {
        Failure::Refused(refusal) => {
            let (status, error) = refusal.code();
            return (status, error, refusal.to_string());
        }
        Failure::Storage(Fault::NotMounted) => (away, "storage", "the storage is not mounted"),
        Failure::Storage(Fault::Unreachable(_) | Fault::Odd(_)) => {
            (away, "storage", "the storage does not answer")
        }
        Failure::Database(_) => (away, "database", "the database does not answer"),
        Failure::Storage(_) | Failure::System(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "failed",
            "the server failed; its log says why",
        ),
    };
    (status, error, message.to_owned())
}

fn problem(
    status: StatusCode,
    error: &'static str,
    message: String,
    kind: &'static str,
    why: String,
) -> Response {
    let mut response = json(status, &Problem { error, message });
    let mut told = Told::new(kind);
    told.why = Some(why);
    response.extensions_mut().insert(told);
    response
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    // Values of this program can all be written.
    let text = serde_json::to_vec(value).unwrap_or_default();
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
