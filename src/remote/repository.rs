//! Talking to a rest-server about one repository: requests with the account, refusals in words.

use std::{io::Read, path::Path, time::Duration};

use jiff::Timestamp;
use reqwest::{
    Method, StatusCode,
    blocking::{RequestBuilder, Response},
    header,
    redirect::Policy,
};
use secrecy::{ExposeSecret, SecretString};

use super::client::{self, Deadlines};
use crate::{
    domain::{
        ids::InstanceId,
        location::Location,
        rest::refused::{REFUSED, Why},
    },
    error::{Error, Kind, Result},
    texts::text,
};

/// A launch waits for this, so it is short: offline is decided within 5 s.
pub(super) const DEADLINES: Deadlines = Deadlines {
    connect: Duration::from_secs(2),
    total: Some(Duration::from_secs(4)),
    silence: Duration::from_secs(4),
};

/// The protocol version that lists names with sizes.
const ACCEPT: &str = "application/vnd.x.restic.rest.v2";

/// Whom to ask.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Where.
    pub location: &'a Location,
    /// Whose repository.
    pub account: &'a str,
    /// The account's secret.
    pub secret: Option<&'a SecretString>,
    /// Which instance.
    pub instance: InstanceId,
    /// A private CA.
    pub ca_file: Option<&'a Path>,
}

impl Question<'_> {
    /// Asks the server at `url` for what lies at `path` in the repository.
    ///
    /// # Errors
    /// Whatever is not the answer 200, by its kind.
    pub(super) fn get(&self, url: &str, path: &str) -> Result<Response> {
        self.send(url, self.request(url, Method::GET, path)?)
    }

    /// Asks as [`Question::get`] does, with a header more.
    pub(super) fn get_with(
        &self,
        url: &str,
        path: &str,
        (name, value): (&'static str, String),
    ) -> Result<Response> {
        let request = self.request(url, Method::GET, path)?;
        self.send(url, request.header(name, value))
    }

    /// Puts an object there.
    pub(super) fn post(&self, url: &str, path: &str, body: Vec<u8>) -> Result<()> {
        let request = self.request(url, Method::POST, path)?;
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream");
        self.send(url, request.body(body)).map(drop)
    }

    /// Asks the server at `url` to remove what lies at `path`, where nothing does. Returns whether it
    /// would have.
    pub(super) fn would_remove(&self, url: &str, path: &str) -> Result<bool> {
        let host = client::host(url);
        let request = self.request(url, Method::DELETE, path)?;
        let response = request
            .send()
            .map_err(|error| client::no_answer(host, self.ca_file, &error))?;
        match response.status() {
            StatusCode::FORBIDDEN | StatusCode::METHOD_NOT_ALLOWED => Ok(false),
            StatusCode::NOT_FOUND => Ok(true),
            status if status.is_success() => Ok(true),
            _ => Err(refusal(host, self.account, &response)),
        }
    }

    fn request(&self, url: &str, method: Method, path: &str) -> Result<RequestBuilder> {
        let plain = url.starts_with("http://");
        // Plain http is for loopback: no proxy may see what it carries.
        let client = client::client(self.ca_file, DEADLINES, Policy::none(), !plain)?;
        let address = format!("{url}/{}/{}/{path}", self.account, self.instance);
        let request = client
            .request(method, address)
            .header(header::ACCEPT, ACCEPT);
        Ok(match self.secret {
            Some(secret) => request.basic_auth(self.account, Some(secret.expose_secret())),
            None => request,
        })
    }

    fn send(&self, url: &str, request: RequestBuilder) -> Result<Response> {
        let host = client::host(url);
        let response = request
            .send()
            .map_err(|error| client::no_answer(host, self.ca_file, &error))?;
        match response.status() {
            // Empty because it is in the trash is not empty.
            StatusCode::OK if why_refused(&response).is_none() => Ok(response),
            _ => Err(refusal(host, self.account, &response)),
        }
    }
}

/// Reads at most `largest` bytes of an answer.
pub(super) fn body(host: &str, response: Response, largest: u64) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    match response.take(largest).read_to_end(&mut body) {
        Ok(_) => Ok(body),
        Err(error) => {
            let message = text!("server-answer-broke-off", host = host);
            Err(Error::new(Kind::Offline, message).because(error))
        }
    }
}

fn refusal(host: &str, account: &str, response: &Response) -> Error {
    let status = response.status();
    if let Some(why) = why_refused(response) {
        return shut_out(host, Some(account), why);
    }
    let code = status.as_u16();
    let answer = if let Some(reason) = status.canonical_reason() {
        text!("server-answered", host = host, code = code, reason = reason)
    } else {
        text!("server-answered-unknown", host = host, code = code)
    };
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Error::new(
            Kind::Credentials,
            text!(
                "server-refused",
                host = host,
                account = account,
                code = code
            ),
        )
        .hint(text!("server-check-token")),
        StatusCode::NOT_FOUND => Error::new(
            Kind::NoRepository,
            text!("server-no-repository", host = host),
        ),
        StatusCode::INSUFFICIENT_STORAGE => {
            Error::new(Kind::Full, text!("server-no-room", answer = answer))
                .hint(text!("server-ask-who-runs-it"))
        }
        status if status.is_redirection() => {
            Error::failed(text!("server-redirects", answer = answer))
                .hint(text!("server-token-not-sent"))
        }
        status if status.is_server_error() || matches!(status.as_u16(), 408 | 429) => {
            Error::new(Kind::Offline, answer)
        }
        _ => Error::failed(text!("server-of-another-kind", answer = answer))
            .hint(text!("server-check-url")),
    }
}

/// What our own server says beside a status.
pub(super) fn why_refused(response: &Response) -> Option<Why> {
    let why = Why::read(response.headers().get(REFUSED)?.to_str().ok()?)?;
    let fits = match (why, response.status()) {
        (Why::Suspended | Why::Revoked, status) => {
            matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
        }
        // The list of what is in the trash is an empty one.
        (Why::Trashed { .. }, status) => {
            matches!(
                status,
                StatusCode::OK | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND
            )
        }
        (Why::Storage, status) => status.is_server_error(),
    };
    fits.then_some(why)
}

/// Says it. `account` is known where a repository was asked for. The token is right, or was: no other look at it
/// helps.
pub(super) fn shut_out(host: &str, account: Option<&str>, why: Why) -> Error {
    let (kind, text, hint) = match (why, account) {
        (Why::Suspended, Some(account)) => (
            Kind::Credentials,
            text!("server-suspended", host = host, account = account),
            text!("server-suspended-hint"),
        ),
        (Why::Suspended, None) => (
            Kind::Credentials,
            text!("control-suspended", host = host),
            text!("server-suspended-hint"),
        ),
        (Why::Revoked, Some(account)) => (
            Kind::Credentials,
            text!("server-revoked", host = host, account = account),
            text!("server-revoked-hint"),
        ),
        (Why::Revoked, None) => (
            Kind::Credentials,
            text!("control-revoked", host = host),
            text!("server-revoked-hint"),
        ),
        (Why::Trashed { until }, _) => (
            Kind::Trashed,
            text!("server-trashed", host = host, day = day(until)),
            text!("server-trashed-hint"),
        ),
        (Why::Storage, _) => (
            Kind::Offline,
            text!("server-storage-away", host = host),
            text!("server-storage-away-hint"),
        ),
    };
    Error::new(kind, text).hint(hint)
}

/// The day in UTC.
fn day(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    time.strftime("%Y-%m-%d").to_string()
}
