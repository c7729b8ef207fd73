//! What a device says of its session with a list of snapshots, and what it hears of others: two headers, so
//! that neither costs a request. They hold no name of a world or a file.

use std::{
    fmt::{self, Write as _},
    str::FromStr,
};

/// The header of a request: what this device is doing.
pub const SESSION: &str = "instance-sync-session";
/// The header of the answer: what others are doing.
pub const OTHERS: &str = "instance-sync-others";

/// How many others are told of.
pub const MANY: usize = 4;
/// The longest name of a device, in characters.
const LONGEST: usize = 64;

/// What the device is doing that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// It looks, and begins nothing.
    Look,
    /// A game starts.
    Play {
        /// When, by the device's clock, in seconds since 1970.
        since: i64,
    },
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Look => f.write_str("look"),
            Self::Play { since } => write!(f, "play {since}"),
        }
    }
}

impl FromStr for Session {
    type Err = BadHeader;

    fn from_str(text: &str) -> Result<Self, BadHeader> {
        match text.split_once(' ') {
            None if text == "look" => Ok(Self::Look),
            Some(("play", since)) => Ok(Self::Play {
                since: since.parse().map_err(|_| BadHeader)?,
            }),
            _ => Err(BadHeader),
        }
    }
}

/// A header that says nothing that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this header says nothing")]
pub struct BadHeader;

/// What another device is doing with the same instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// What the device is called.
    pub device: String,
    /// Whether the game runs, as far as is known; else it was played, and is not pushed.
    pub is_playing: bool,
    /// Since when, by that device's clock, in seconds since 1970.
    pub since: i64,
}

/// Writes the header of an answer: `playing SECONDS NAME, unpushed SECONDS NAME`, names percent-encoded.
pub fn write(others: &[Other]) -> String {
    let one = |other: &Other| {
        let doing = if other.is_playing {
            "playing"
        } else {
            "unpushed"
        };
        format!("{doing} {} {}", other.since, encoded(&other.device))
    };
    let told: Vec<String> = others.iter().take(MANY).map(one).collect();
    told.join(", ")
}

/// Reads the header of an answer; what of it makes no sense is left out.
pub fn read(header: &str) -> Vec<Other> {
    let one = |text: &str| {
        let mut words = text.trim().split(' ');
        let is_playing = match words.next()? {
            "playing" => true,
            "unpushed" => false,
            _ => return None,
        };
        let since = words.next()?.parse().ok()?;
        let device = decoded(words.next()?)?;
        let whole = words.next().is_none() && !device.is_empty();
        whole.then_some(Other {
            device,
            is_playing,
            since,
        })
    };
    header.split(',').filter_map(one).take(MANY).collect()
}

fn encoded(name: &str) -> String {
    let mut text = String::new();
    let name: String = name.chars().take(LONGEST).collect();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            text.push(char::from(byte));
        } else {
            // A text takes whatever is written into it.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, left) = match (first, after) {
            (b'%', [high, low, left @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).ok()?;
                (u8::from_str_radix(digits, 16).ok()?, left)
            }
            (b'%', _) => return None,
            (byte, left) => (*byte, left),
        };
        bytes.push(byte);
        rest = left;
    }
    let text = String::from_utf8(bytes).ok()?;
    Some(text.chars().take(LONGEST).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_device_says_is_read_back_and_anything_else_is_nothing() {
        for session in [
            Session::Look,
            Session::Play {
                since: 1_763_800_000,
            },
        ] {
            assert_eq!(session.to_string().parse(), Ok(session));
        }
        for odd in ["", "play", "play x", "play 5 6", "idle", "look 5", " look"] {
            assert_eq!(odd.parse::<Session>(), Err(BadHeader), "{odd:?}");
        }
    }

    #[test]
    fn others_are_told_in_letters_that_a_header_may_hold() {
        let deck = Other {
            device: "Lea's Deck, ä".to_owned(),
            is_playing: false,
            since: 60,
        };
        let text = write(std::slice::from_ref(&deck));
        assert_eq!(text, "unpushed 60 Lea%27s%20Deck%2C%20%C3%A4");
        assert_eq!(read(&text), [deck]);
        assert_eq!(
            read("sleeping 5 x, playing x y, playing 5, playing 5 %zz, unpushed 5 a b"),
            []
        );
    }

    proptest! {
        #[test]
        fn any_devices_are_read_as_they_were_written(
            others in proptest::collection::vec((".{1,64}", any::<bool>(), any::<i64>()), 0..=MANY)
        ) {
            let others: Vec<Other> = others
                .into_iter()
                .map(|(device, is_playing, since)| Other { device, is_playing, since })
                .collect();
            let text = write(&others);
            prop_assert!(text.bytes().all(|b| (0x20..0x7f).contains(&b)));
            prop_assert_eq!(read(&text), others);
        }

        #[test]
        fn any_header_is_something_or_nothing(text: String) {
            let _ = text.parse::<Session>();
            prop_assert!(read(&text).len() <= MANY);
        }
    }
}
