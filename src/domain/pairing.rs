//! What is carried from one device to the other by hand: where, whose, a code, and a secret.
//!
//! `saves.example.org/alice/482913-7K2M-9QX4-TB0C-5H`: the server's address (https where it says nothing
//! else), the account, six digits that the server knows, a secret that it never sees, and two characters that
//! tell a slip of the finger before a code is wasted. A device that shows a code itself shows the last part
//! alone: who types it is on that server already. Letters are Crockford's: none is mistaken for another, and
//! neither case nor hyphens count.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::{location::Location, rest::name::AccountName};
use crate::texts::text;

/// The letters, each worth five bits.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many digits the code has.
const DIGITS: usize = 6;
/// How many letters a secret has that is typed (60 bits), and one that is scanned (260 bits).
pub const TYPED: usize = 12;
/// See [`TYPED`].
pub const SCANNED: usize = 52;
/// How many letters the check has; together they count to [`PRIME`] and a little further.
const CHECK: usize = 2;
/// The check is a remainder by a prime: one letter that differs, and two neighbours that changed places, always
/// show.
const PRIME: u32 = 1021;
const BASE: u32 = 257;

/// What two devices share and the server does not know.
#[derive(Debug, Clone)]
pub enum Secret {
    /// Nothing: the code came from a web page.
    None,
    /// Short enough to be typed.
    Typed(SecretString),
    /// Too long to be tried out, whatever is done to it.
    Scanned(SecretString),
}

/// A code and its secret.
#[derive(Debug, Clone)]
pub struct Words {
    /// Six digits, which the server knows.
    pub code: String,
    /// What it does not.
    pub secret: Secret,
}

/// All that a new device needs.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The server.
    pub url: String,
    /// The account.
    pub account: String,
    /// The rest.
    pub words: Words,
}

/// A text that is no such thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadPairing(String);

impl Secret {
    /// Makes one of random bytes, as many as it has letters; none where that many are none.
    pub fn of(random: &[u8]) -> Self {
        let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
        let text = SecretString::from(random.iter().map(letter).collect::<String>());
        match random.len() {
            TYPED => Self::Typed(text),
            SCANNED => Self::Scanned(text),
            _ => Self::None,
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::None => "",
            Self::Typed(text) | Self::Scanned(text) => text.expose_secret(),
        }
    }
}

impl Words {
    /// Reads what [`Words::to_text`] writes, for the server at `place`.
    ///
    /// # Errors
    /// Where it is something else, or a letter of it is wrong. No error repeats any of it.
    pub fn parse(text: &str, place: &str) -> Result<Self, BadPairing> {
        let bad = |why: String| Err(BadPairing(why));
        let typed = text.chars().filter(|c| !matches!(c, '-' | ' '));
        let mut letters = Zeroizing::new(String::with_capacity(text.len()));
        for letter in typed {
            match value(letter) {
                Some(value) => letters.push(char::from(LETTERS[value])),
                None => return bad(text!("pairing-letter")),
            }
        }
        let digits = letters.bytes().take_while(u8::is_ascii_digit).count();
        let secret = match letters.len().checked_sub(DIGITS + CHECK) {
            Some(length @ (0 | TYPED | SCANNED)) if digits >= DIGITS => {
                let secret = SecretString::from(&letters[DIGITS..DIGITS + length]);
                match length {
                    TYPED => Secret::Typed(secret),
                    SCANNED => Secret::Scanned(secret),
                    _ => Secret::None,
                }
            }
            _ => return bad(text!("pairing-length")),
        };
        let code = letters[..DIGITS].to_owned();
        let words = Self { code, secret };
        if letters[letters.len() - CHECK..] != words.check(place) {
            return bad(text!("pairing-slip"));
        }
        Ok(words)
    }

    /// Returns it in groups, for the server at `place`; [`Words::parse`] reads it.
    pub fn to_text(&self, place: &str) -> SecretString {
        let mut text = self.code.clone();
        for (number, letter) in self.secret.text().chars().enumerate() {
            if number % 4 == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        text.push('-');
        text.push_str(&self.check(place));
        SecretString::from(text)
    }

    fn check(&self, place: &str) -> String {
        let place = place.to_ascii_lowercase();
        let parts = [&place[..], &self.code, self.secret.text()];
        let bytes = parts.iter().flat_map(|part| part.bytes());
        let rest = bytes.fold(0, |rest, byte| (rest * BASE + u32::from(byte)) % PRIME);
        let letter = |shift: u32| char::from(LETTERS[((rest >> shift) & 31) as usize]);
        [letter(5), letter(0)].iter().collect()
    }
}

impl Invitation {
    /// Returns whether a text can only be meant as one: it ends as they do.
    pub fn is_meant(text: &str) -> bool {
        let last = text.trim().rsplit('/').next().unwrap_or_default();
        let is_code = |word: &str| word.len() == DIGITS && word.bytes().all(|b| b.is_ascii_digit());
        text.contains('/') && last.split_once('-').is_some_and(|(code, _)| is_code(code))
    }

    /// Returns whether everybody on the way could read what the new device gets, so that it has to be allowed.
    pub fn is_insecure(&self) -> bool {
        Location::Rest(self.url.clone()).is_insecure()
    }

    /// Returns whether its address leads another machine to itself.
    pub fn is_loopback(&self) -> bool {
        Location::Rest(self.url.clone()).is_loopback()
    }

    /// Reads what [`Invitation::to_text`] writes.
    ///
    /// # Errors
    /// Where it is something else, or a letter of it is wrong. No error repeats any of it.
    pub fn parse(text: &str) -> Result<Self, BadPairing> {
        let form = || BadPairing(text!("pairing-form"));
        let (place, words) = text.trim().rsplit_once('/').ok_or_else(form)?;
        let (server, account) = place.rsplit_once('/').ok_or_else(form)?;
        let url = Location::server(server).ok_or_else(form)?;
        let account = account.to_ascii_lowercase();
        if account.parse::<AccountName>().is_err() {
            return Err(form());
        }
        let words = Words::parse(words, &place_of(&url, &account))?;
        Ok(Self {
            url,
            account,
            words,
        })
    }

    /// Returns it as it is typed.
    pub fn to_text(&self) -> SecretString {
        let place = place_of(&self.url, &self.account);
        let words = self.words.to_text(&place);
        let short = place.strip_prefix("https://");
        let short = short
            .filter(|short| !short.contains("://"))
            .unwrap_or(&place);
        SecretString::from(format!("{short}/{}", words.expose_secret()))
    }
}

impl fmt::Display for Invitation {
    /// All but the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.url, self.account)
    }
}

fn place_of(url: &str, account: &str) -> String {
    format!("{url}/{account}")
}

/// Returns what a letter is worth; those that look alike are the same.
fn value(letter: char) -> Option<usize> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    };
    LETTERS
        .iter()
        .position(|known| char::from(*known) == letter)
}

#[cfg(test)]
mod tests;
