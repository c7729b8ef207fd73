//! Talking to a rest-server about one repository: requests with the account, refusals in words.

use std::{io::Read, path::Path, time::Duration};

use reqwest::{
    Method, StatusCode,
    blocking::{RequestBuilder, Response},
    header,
    redirect::Policy,
};
use secrecy::{ExposeSecret, SecretString};

use super::client::{self, Deadlines};
use crate::{
    domain::{ids::InstanceId, location::Location},
    error::{Error, Kind, Result},
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

    /// Puts an object there.
    pub(super) fn post(&self, url: &str, path: &str, body: Vec<u8>) -> Result<()> {
        let request = self.request(url, Method::POST, path)?;
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream");
        self.send(url, request.body(body)).map(drop)
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
            .map_err(|error| client::no_answer(host, &error))?;
        match response.status() {
            StatusCode::OK => Ok(response),
            status => Err(refusal(host, self.account, status)),
        }
    }
}

/// Reads at most `largest` bytes of an answer.
pub(super) fn body(host: &str, response: Response, largest: u64) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    match response.take(largest).read_to_end(&mut body) {
        Ok(_) => Ok(body),
        Err(error) => {
            let error =
                Error::new(Kind::Offline, format!("the answer of {host} broke off")).because(error);
            Err(error)
        }
    }
}

fn refusal(host: &str, account: &str, status: StatusCode) -> Error {
    let said = status.canonical_reason().unwrap_or("an unknown answer");
    let said = format!("{host} answered {} {said}", status.as_u16());
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Error::new(
            Kind::Credentials,
            format!("{host} refused the account {account} ({})", status.as_u16()),
        )
        .hint("Check the token: run instance-sync setup --force in the game folder, or ask whoever runs the server."),
        StatusCode::NOT_FOUND => Error::new(Kind::NoRepository, format!("{host} has no such repository")),
        StatusCode::INSUFFICIENT_STORAGE => {
            Error::new(Kind::Full, format!("{said}: the server has no room")).hint("Ask whoever runs it.")
        }
        status if status.is_redirection() => Error::failed(format!("{said}: it redirects to another address"))
            .hint("The token was not sent there. Opt in with the address that it redirects to, if you trust it."),
        status if status.is_server_error() || matches!(status.as_u16(), 408 | 429) => Error::new(Kind::Offline, said),
        _ => Error::failed(format!("{said}: this is not a repository server"))
            .hint("Check the URL: it should be that of a rest-server, without account and instance."),
    }
}
