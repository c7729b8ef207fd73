//! What happens in an account, as the server tells it: server-sent events.

use std::{
    io::{BufRead, BufReader, Read as _},
    time::Duration,
};

use reqwest::blocking::Response;
use serde::Deserialize;

use super::{Control, Refused, Said};
use crate::{
    error::{Error, Kind, Result},
    remote::client,
    texts::text,
};

/// How long a stream may be silent: the server says each 25 s that it is there.
const SILENCE: Duration = Duration::from_secs(75);

/// The longest line that is read, in bytes.
const LONGEST: u64 = 64 << 10;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happened {
    /// A snapshot is there.
    Snapshot {
        /// In which repository.
        instance: String,
        /// Which.
        snapshot: String,
        /// Whose device pushed it.
        device: String,
    },
    /// A device began or ended something.
    Presence {
        /// With which instance.
        instance: String,
        /// Which device.
        device: String,
        /// What it is doing: `playing`, `unpushed`, `idle`.
        state: String,
        /// Since when, in seconds since 1970.
        since: i64,
    },
    /// Devices were added, renamed or revoked.
    Devices,
    /// Something that this program has no use for.
    #[serde(other)]
    Other,
}

/// What a stream brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// This.
    Happened(Happened),
    /// That some of it was lost: it came too fast.
    Missed,
}

/// A stream of events.
pub struct Stream {
    host: String,
    lines: BufReader<Response>,
}

/// Begins to listen.
pub fn listen(control: &Control<'_>) -> Result<Said<Stream>> {
    let control = control.within(SILENCE);
    let request = control.request(reqwest::Method::GET, "/v1/events")?;
    let host = control.host();
    let response = request
        .header(reqwest::header::ACCEPT, "text/event-stream")
        .send()
        .map_err(|error| client::no_answer(host, control.ca_file, &error))?;
    if !response.status().is_success() {
        return Refused::read(host, response).map(Err);
    }
    Ok(Ok(Stream {
        host: host.to_owned(),
        lines: BufReader::new(response),
    }))
}

impl Stream {
    /// Waits for the next that happens.
    ///
    /// # Errors
    /// [`Kind::Offline`] where the stream ends, breaks off, or is silent for longer than a server is.
    #[allow(clippy::should_implement_trait)] // it ends with an error, and never else
    pub fn next(&mut self) -> Result<Heard> {
        next(&mut self.lines).map_err(|error| {
            let message = text!("server-answer-broke-off", host = self.host.as_str());
            Error::new(Kind::Offline, message).because(error)
        })
    }
}

/// Reads lines until one event is whole.
fn next(lines: &mut impl BufRead) -> std::io::Result<Heard> {
    let (mut word, mut data) = (String::new(), String::new());
    loop {
        let mut line = Vec::new();
        lines.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
        let Some(line) = line.strip_suffix(b"\n") else {
            // The end, or a line that is longer than any of a server's.
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        };
        let line = String::from_utf8_lossy(line);
        let line = line.strip_suffix('\r').unwrap_or(&line);
        let field = |name: &str| {
            let value = line.strip_prefix(name)?.strip_prefix(':')?;
            Some(value.strip_prefix(' ').unwrap_or(value).to_owned())
        };
        if let Some(value) = field("event") {
            word = value;
        } else if let Some(value) = field("data") {
            data = value;
        } else if line.is_empty() {
            if word == "missed" {
                return Ok(Heard::Missed);
            }
            if let Ok(happened) = serde_json::from_str(&data) {
                return Ok(Heard::Happened(happened));
            }
            // A beat, or what a later server says.
            (word, data) = (String::new(), String::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_one_after_the_other_and_the_rest_is_left_aside() {
        let text = "retry: 5000\n\n:\n\nevent: snapshot\ndata: {\"event\":\"snapshot\",\"instance\":\"i\",\
                    \"snapshot\":\"s\",\"device\":\"d\"}\n\nevent: missed\ndata: {}\n\nevent: later\r\n\
                    data: {\"event\":\"later\",\"more\":1}\r\n\r\nevent: odd\ndata: {\n\n";
        let mut lines = text.as_bytes();
        let snapshot = Happened::Snapshot {
            instance: "i".to_owned(),
            snapshot: "s".to_owned(),
            device: "d".to_owned(),
        };
        let mut heard = || next(&mut lines).ok();
        assert_eq!(heard(), Some(Heard::Happened(snapshot)));
        assert_eq!(heard(), Some(Heard::Missed));
        assert_eq!(heard(), Some(Heard::Happened(Happened::Other)));
        assert_eq!(heard(), None);
    }

    #[test]
    fn a_line_without_an_end_does_not_fill_the_memory() {
        let mut lines = BufReader::new(std::io::repeat(b'x'));
        assert!(next(&mut lines).is_err());
    }
}
