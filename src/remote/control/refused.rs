//! When the control API says no: as a word for programs, and as an error for people.

use std::time::Duration;

use reqwest::{StatusCode, blocking::Response, header};
use serde::Deserialize;

use crate::{
    domain::rest::refused::Why,
    error::{Error, Kind, Result},
    remote::repository::{body, shut_out, why_refused},
    texts::text,
};

/// The largest refusal that is read, in bytes.
const LARGEST: u64 = 64 << 10;

/// The longest sentence of a server that is shown, in characters.
const LONGEST: usize = 300;

/// The server's no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Who said it: `host[:port]`.
    pub host: String,
    /// The status.
    pub status: u16,
    /// The word that stays the same, such as `not_there`; empty where what answers is no control API.
    pub word: String,
    /// The server's own sentence, in English, on one line; it may be empty.
    pub sentence: String,
    /// When to ask again, where it was too often.
    pub wait: Option<Duration>,
    /// What it says as the data plane does.
    pub why: Option<Why>,
}

#[derive(Default, Deserialize)]
struct Problem {
    error: String,
    message: String,
}

impl Refused {
    /// Reads a refusal.
    ///
    /// # Errors
    /// [`Kind::Offline`] where the server is not well: that is no answer to what was asked.
    pub(super) fn read(host: &str, response: Response) -> Result<Self> {
        let (status, wait) = (response.status(), retry_after(&response));
        let why = why_refused(&response);
        if let Some(why @ Why::Storage) = why {
            return Err(shut_out(host, None, why));
        }
        if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
            let code = status.as_u16();
            let reason = status.canonical_reason().unwrap_or_default();
            let answer = text!("server-answered", host = host, code = code, reason = reason);
            return Err(Error::new(Kind::Offline, answer));
        }
        let bytes = body(host, response, LARGEST)?;
        let problem: Problem = serde_json::from_slice(&bytes).unwrap_or_default();
        let sentence = problem.message.chars().filter(|c| !c.is_control());
        Ok(Self {
            host: host.to_owned(),
            status: status.as_u16(),
            word: problem.error,
            sentence: sentence.take(LONGEST).collect(),
            wait,
            why,
        })
    }

    /// Returns whether there is no such thing to be asked: of an older server, or of another kind.
    pub fn is_unknown_route(&self) -> bool {
        self.word.is_empty() || matches!(&self.word[..], "nowhere" | "method")
    }

    /// Returns whether this is the control API's word.
    pub fn is(&self, word: &str) -> bool {
        self.word == word
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let (host, code) = (refused.host.as_str(), refused.status);
        if let Some(why) = refused.why {
            return shut_out(host, None, why);
        }
        let why = refused.sentence.as_str();
        if (300..400).contains(&code) {
            let answer = text!("server-answered-unknown", host = host, code = code);
            return Self::failed(text!("server-redirects", answer = answer))
                .hint(text!("server-token-not-sent"));
        }
        if code == 401 {
            return Self::new(Kind::Credentials, text!("control-unknown", host = host))
                .hint(text!("control-unknown-hint"));
        }
        if refused.is_unknown_route() {
            return Self::failed(text!("control-no-route", host = host, code = code))
                .hint(text!("control-no-route-hint"));
        }
        match refused.wait {
            Some(wait) => Self::failed(text!("control-too-often", host = host))
                .hint(text!("control-wait", seconds = wait.as_secs())),
            None => Self::failed(text!("control-refused", host = host, why = why))
                .hint(text!("control-refused-hint")),
        }
    }
}

/// Returns in how many seconds the server wants to be asked again.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?;
    let seconds = value.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
impl Refused {
    /// Returns what the server `h` says with this status and word, and nothing else.
    pub fn of_test(status: u16, word: &str) -> Self {
        Self {
            host: "h".to_owned(),
            status,
            word: word.to_owned(),
            sentence: String::new(),
            wait: None,
            why: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, word: &str) -> Refused {
        Refused {
            host: "h:8000".to_owned(),
            sentence: "the account has as many instances as it may".to_owned(),
            ..Refused::of_test(status, word)
        }
    }

    #[test]
    fn who_is_out_is_told_so_and_ends_as_with_the_data_plane() {
        for (status, why) in [(401, Why::Revoked), (403, Why::Suspended)] {
            let mut refused = refused(status, "unknown");
            refused.why = Some(why);
            let error = Error::from(refused);
            assert_eq!(error.kind(), Kind::Credentials);
            assert!(error.to_string().contains(why.word()), "{error}");
            assert!(!error.hints()[0].contains("token"), "{:?}", error.hints());
        }
    }

    #[test]
    fn a_token_that_is_not_known_is_a_matter_of_credentials() {
        let error = Error::from(refused(401, "unknown"));
        assert_eq!(error.kind(), Kind::Credentials);
        assert!(!error.hints().is_empty());
    }

    #[test]
    fn what_a_server_says_is_in_the_error() {
        let error = Error::from(refused(403, "forbidden"));
        assert_eq!(error.kind(), Kind::Failed);
        assert!(error.to_string().contains("as many instances"), "{error}");
    }

    #[test]
    fn a_server_of_another_kind_knows_no_such_route() {
        assert!(refused(404, "").is_unknown_route());
        assert!(refused(405, "method").is_unknown_route());
        assert!(!refused(404, "not_there").is_unknown_route());
        let error = Error::from(refused(404, ""));
        assert!(!error.to_string().contains("instances"), "{error}");
    }

    #[test]
    fn who_asks_too_often_is_told_how_long_to_wait() {
        let mut refused = refused(429, "too_many");
        refused.wait = Some(Duration::from_secs(30));
        assert!(Error::from(refused).hints()[0].contains("30"));
    }
}
