//! The control API of our own server: JSON below `/v1`, for the device that a token stands for.
//!
//! A value is asked for by `control.get(path)??`: the first `?` is for a server that cannot be reached or
//! makes no sense, the second for one that says no, which many callers look at first.

pub mod about;
pub mod activity;
pub mod devices;
pub mod enrolments;
pub mod events;
pub mod grants;
pub mod instances;
pub mod pairings;
mod refused;

use std::{path::Path, time::Duration};

use reqwest::{Method, blocking::RequestBuilder, header, redirect::Policy};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, de::DeserializeOwned};

pub use self::refused::Refused;
use super::{
    client::{self, Deadlines},
    repository::{Question, body},
};
use crate::{
    domain::location::Location,
    error::{Context as _, Error, Result},
    texts::text,
};

/// The largest answer that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// How long a person waits for an answer.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The control API of a server, as one device asks it.
#[derive(Debug, Clone, Copy)]
pub struct Control<'a> {
    /// The address of the server, as a [`Location::Rest`] has it.
    pub url: &'a str,
    /// The secret of the device's token; none for who is no device yet. It is sent in the clear where the
    /// address is plain http: callers check the transport before.
    pub secret: Option<&'a SecretString>,
    /// A private CA.
    pub ca_file: Option<&'a Path>,
    /// How long one answer may take, from the first to the last byte.
    pub patience: Duration,
}

/// A value, or the server's no.
pub type Said<T> = std::result::Result<T, Refused>;

impl<'a> Control<'a> {
    /// Returns the control API beside a repository; none where that is on no server, or has no token.
    pub fn beside(question: &Question<'a>) -> Option<Self> {
        match question.location {
            Location::Rest(url) => Some(Self {
                url,
                secret: Some(question.secret?),
                ca_file: question.ca_file,
                patience: PATIENCE,
            }),
            Location::Folder(_) | Location::Other(_) => None,
        }
    }

    /// Returns the same, with less or more patience.
    #[must_use]
    pub fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Asks for what is at a path, such as `/v1/devices`.
    ///
    /// # Errors
    /// [`crate::error::Kind::Offline`] where nothing answers, or the server is not well;
    /// [`crate::error::Kind::Failed`] where the answer makes no sense.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Said<T>> {
        self.send(self.request(Method::GET, path)?)
    }

    /// Posts a value. Errors are those of [`Control::get`].
    pub fn post<T: DeserializeOwned>(&self, path: &str, value: &impl Serialize) -> Result<Said<T>> {
        let bytes = serde_json::to_vec(value).context(|| text!("server-not-prepared"))?;
        let request = self.request(Method::POST, path)?;
        self.send(
            request
                .header(header::CONTENT_TYPE, "application/json")
                .body(bytes),
        )
    }

    /// Deletes what is at a path. Errors are those of [`Control::get`].
    pub fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<Said<T>> {
        self.send(self.request(Method::DELETE, path)?)
    }

    /// Returns the `host[:port]`, for messages.
    pub fn host(&self) -> &'a str {
        client::host(self.url)
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder> {
        let deadlines = Deadlines {
            connect: self.patience.min(Duration::from_secs(3)),
            total: Some(self.patience),
            silence: self.patience,
        };
        let plain = self.url.starts_with("http://");
        // Plain http is for loopback: no proxy may see what it carries.
        let client = client::client(self.ca_file, deadlines, Policy::none(), !plain)?;
        let request = client
            .request(method, format!("{}{path}", self.url))
            .header(header::ACCEPT, "application/json");
        Ok(match self.secret {
            Some(secret) => request.bearer_auth(secret.expose_secret()),
            None => request,
        })
    }

    fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<Said<T>> {
        let host = self.host();
        let response = request
            .send()
            .map_err(|error| client::no_answer(host, self.ca_file, &error))?;
        if !response.status().is_success() {
            return Refused::read(host, response).map(Err);
        }
        let bytes = body(host, response, LARGEST)?;
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            Error::failed(text!("control-odd", host = host))
                .because(error)
                .hint(text!("control-odd-hint"))
        })?;
        Ok(Ok(value))
    }
}
