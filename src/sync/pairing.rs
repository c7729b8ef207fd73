//! Pairing: a device that is in lets another one in, and gives it what opens the saves.
//!
//! [`inviter`] is the device that is in, [`joiner`] the new one. Between them the server passes on a bundle that is
//! sealed by a secret which only the two have (`secrets/sealed.rs`). [`enrolling`] is a new device that an operator lets in.

pub mod enrolling;
pub mod inviter;
pub mod joiner;

use std::{
    thread,
    time::{Duration, Instant},
};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::event::{Listener, note};
use crate::{
    cancel,
    error::{Context as _, Error, Kind, Result},
    remote::control::{Refused, Said, pairings::State},
    texts::text,
};

/// How long a server may be away while somebody waits: it may be restarted.
const AWAY: Duration = Duration::from_secs(120);
/// The longest that somebody waits, whatever a server says.
const LONGEST: Duration = Duration::from_mins(50);
/// How long in all somebody waits who has asked too often.
const SOON: Duration = Duration::from_secs(60);
/// How often it is looked whether somebody asked to stop.
const BEAT: Duration = Duration::from_millis(100);

/// What a bundle says.
#[derive(Serialize)]
struct Written<'a> {
    schema: u64,
    account: &'a str,
    url: &'a str,
    password: &'a str,
}

/// What a bundle says, as it is read.
#[derive(Deserialize)]
struct Bundle {
    schema: u64,
    account: String,
    password: SecretString,
}

impl Written<'_> {
    fn text(&self) -> Result<SecretString> {
        let text = serde_json::to_string(self).context(|| text!("pairing-unsealed"))?;
        Ok(SecretString::from(text))
    }
}

impl Bundle {
    fn read(text: &SecretString) -> Option<Self> {
        // The parser's own message could repeat what it read.
        let bundle: Self = serde_json::from_str(text.expose_secret()).ok()?;
        (bundle.schema == 1).then_some(bundle)
    }
}

/// Asks again and again until there is something to tell: nothing, while there is not.
///
/// # Errors
/// Those of `ask`, but for a server that is away for a while; where it takes longer than any pairing; where
/// somebody asked to stop.
fn until<T>(
    host: &str,
    pace: Duration,
    listener: Listener<'_>,
    mut ask: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let begun = Instant::now();
    let mut away: Option<Instant> = None;
    loop {
        match ask() {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {
                if away.take().is_some() {
                    note(listener, text!("pairing-server-back", host = host));
                }
            }
            Err(error) if error.kind() == Kind::Offline => {
                let since = *away.get_or_insert_with(|| {
                    note(listener, text!("pairing-server-gone", host = host));
                    Instant::now()
                });
                if since.elapsed() >= AWAY {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
        if begun.elapsed() >= LONGEST {
            return Err(over(State::Expired, host));
        }
        let next = Instant::now() + pace;
        while Instant::now() < next {
            cancel::check()?;
            thread::sleep(BEAT);
        }
    }
}

/// Asks, and where that was too often, once more as soon as the server wants it, where that is soon.
fn patiently<T>(
    listener: Listener<'_>,
    mut ask: impl FnMut() -> Result<Said<T>>,
) -> Result<Said<T>> {
    let begun = Instant::now();
    loop {
        let said = ask()?;
        let wait = match &said {
            Err(refused) => refused.wait.map(|wait| wait.max(Duration::from_secs(1))),
            Ok(_) => None,
        };
        let (Err(refused), Some(wait)) = (&said, wait) else {
            return Ok(said);
        };
        if begun.elapsed() + wait > SOON {
            return Ok(said);
        }
        let (host, seconds) = (refused.host.as_str(), wait.as_secs());
        note(
            listener,
            text!("pairing-too-often", host = host, seconds = seconds),
        );
        let next = Instant::now() + wait;
        while Instant::now() < next {
            cancel::check()?;
            thread::sleep(BEAT);
        }
    }
}

/// Returns what is said of a pairing that let nobody in.
pub fn over(state: State, host: &str) -> Error {
    match state {
        State::Refused => {
            Error::failed(text!("pairing-refused")).hint(text!("pairing-refused-hint"))
        }
        State::Burned => {
            Error::failed(text!("pairing-burned", host = host)).hint(text!("pairing-burned-hint"))
        }
        State::Expired => {
            Error::failed(text!("pairing-expired")).hint(text!("pairing-expired-hint"))
        }
        State::Open
        | State::Claimed
        | State::Approved
        | State::Ended
        | State::Done
        | State::Unknown => Error::failed(text!("pairing-ended")).hint(text!("pairing-ended-hint")),
    }
}

/// Returns what a server said to a code, as an error for people where it said no.
fn code_said<T>(said: Said<T>) -> Result<T> {
    said.map_err(|refused: Refused| {
        let host = refused.host.as_str();
        if refused.is("not_there") || refused.is("invalid") {
            Error::failed(text!("pairing-wrong-code", host = host))
                .hint(text!("pairing-wrong-code-hint"))
        } else if refused.is("burned") {
            over(State::Burned, host)
        } else if refused.is_unknown_route() {
            let code = refused.status;
            Error::failed(text!("control-no-route", host = host, code = code))
                .hint(text!("control-no-route-hint"))
        } else {
            refused.into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_read_as_it_was_written_and_a_later_one_is_not() {
        let written = Written {
            schema: 1,
            account: "alice",
            url: "https://h",
            password: "correct \"horse\"",
        };
        let read = Bundle::read(&written.text().expect("writes")).expect("reads");
        assert_eq!(read.account, "alice");
        assert_eq!(read.password.expose_secret(), "correct \"horse\"");
        let later = Written {
            schema: 2,
            ..written
        };
        assert!(Bundle::read(&later.text().expect("writes")).is_none());
        assert!(Bundle::read(&SecretString::from("{}")).is_none());
    }

    #[test]
    fn a_server_that_is_away_for_a_moment_ends_nothing() {
        let mut asked = 0;
        let found = until("h", Duration::ZERO, &|_| {}, || {
            asked += 1;
            match asked {
                1 => Ok(None),
                2 | 3 => Err(Error::new(Kind::Offline, "away")),
                _ => Ok(Some(asked)),
            }
        });
        assert_eq!(found.expect("found"), 4);
        let failed = until("h", Duration::ZERO, &|_| {}, || {
            Err::<Option<()>, _>(Error::failed("no"))
        });
        assert_eq!(failed.expect_err("fails").to_string(), "no");
    }

    #[test]
    fn who_asks_too_often_asks_again_where_that_is_soon() {
        let busy = |seconds| Refused {
            wait: Some(Duration::from_secs(seconds)),
            ..Refused::of_test(429, "too_many")
        };
        let begun = Instant::now();
        let mut asked = 0;
        let said = patiently(&|_| {}, || {
            asked += 1;
            Ok(if asked == 1 { Err(busy(0)) } else { Ok(asked) })
        });
        assert_eq!(said.expect("an answer"), Ok(2));
        // Never at once, whatever the server says.
        assert!(begun.elapsed() >= Duration::from_secs(1));
        let begun = Instant::now();
        let said = patiently::<()>(&|_| {}, || Ok(Err(busy(300))));
        assert_eq!(said.expect("an answer"), Err(busy(300)));
        assert!(begun.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn a_no_to_a_code_is_told_by_what_it_is() {
        let no = |status, word: &str| {
            let said: Said<()> = Err(Refused::of_test(status, word));
            code_said(said).expect_err("a no").to_string()
        };
        let wrong = text!("pairing-wrong-code", host = "h");
        assert_eq!(no(404, "not_there"), wrong);
        assert_eq!(no(400, "invalid"), wrong);
        assert_eq!(no(410, "burned"), over(State::Burned, "h").to_string());
        // A plain rest-server, or whatever answers in its place; and a server of ours that is older.
        for (status, word) in [(405, ""), (404, ""), (404, "nowhere")] {
            let route = text!("control-no-route", host = "h", code = status);
            assert_eq!(no(status, word), route, "{status} {word}");
        }
        assert_ne!(no(403, "suspended"), wrong);
    }

    #[test]
    fn each_end_says_what_to_do_next() {
        for state in [
            State::Refused,
            State::Burned,
            State::Expired,
            State::Ended,
            State::Unknown,
        ] {
            assert!(!over(state, "h").hints().is_empty(), "{state:?}");
        }
    }
}
