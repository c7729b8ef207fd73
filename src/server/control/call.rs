//! One request as a handler sees it: who asks is known, and the body is a value.

use std::{net::IpAddr, str::FromStr, sync::Arc};

use axum::http::HeaderMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{answer::Refusal, who::Who};
use crate::server::Server;

/// A body with nothing in it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// One request.
#[derive(Debug)]
pub struct Call<I> {
    /// What requests share.
    pub server: Arc<Server>,
    /// Who asks.
    pub who: Who,
    /// From where.
    pub peer: IpAddr,
    /// Whether the client speaks TLS, with us or with a proxy that is trusted.
    pub is_secure: bool,
    /// What the client says of itself.
    pub agent: String,
    /// The words of the path that are not fixed.
    pub words: Vec<(String, String)>,
    /// What follows the path.
    pub query: Option<String>,
    /// What else was said.
    pub headers: HeaderMap,
    /// What is asked for.
    pub input: I,
}

impl<I> Call<I> {
    /// Returns the same request with another body: pages ask what the API asks.
    pub fn with<J>(&self, input: J) -> Call<J> {
        Call {
            server: Arc::clone(&self.server),
            who: self.who.clone(),
            peer: self.peer,
            is_secure: self.is_secure,
            agent: self.agent.clone(),
            words: self.words.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            input,
        }
    }

    /// Returns a word of the path.
    pub fn word<T: FromStr>(&self, name: &str) -> Result<T, Refusal> {
        let found = self.words.iter().find(|(known, _)| known == name);
        // What cannot be a name is the name of nothing.
        found
            .and_then(|(_, word)| word.parse().ok())
            .ok_or(Refusal::Nowhere)
    }

    /// Returns what the query says of this, where it says something.
    pub fn asked<T: FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let pairs = self.query.as_deref().unwrap_or_default().split('&');
        let mut values = pairs.filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let Some(value) = values.next() else {
            return Ok(None);
        };
        let read = value.parse().map(Some);
        read.map_err(|_| Refusal::Invalid(format!("{name} is not what it should be")))
    }
}
