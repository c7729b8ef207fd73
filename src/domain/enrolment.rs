//! What an operator passes to a player, to let one device in: a link, `https://HOST/v1/enrol#ise_...`, or the
//! code alone.
//!
//! What follows the `#` is a secret, and good once. No error repeats any of it.

use std::fmt;

use secrecy::SecretString;

use super::{
    location::Location,
    rest::{
        links::{ENROL, bare},
        mark,
    },
};
use crate::texts::text;

/// How many letters follow the mark of a code: 256 bits in base64url.
const LETTERS: usize = 43;

/// Where a device is let in, and by what.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The server.
    pub url: String,
    /// The code.
    pub code: SecretString,
}

/// A text that is no such thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadEnrolment(String);

impl Enrolment {
    /// Returns whether a text can only be meant as one: as a link, or as a code alone.
    pub fn is_meant(text: &str) -> bool {
        let text = bare(text);
        let is_path = text.starts_with(['/', '\\']);
        let (place, code) = text.split_once('#').unwrap_or((text, ""));
        code.starts_with(mark::ENROLMENT)
            || is_code(text)
            || !is_path && place.trim_end_matches('/').ends_with(ENROL)
    }

    /// Reads a link.
    ///
    /// # Errors
    /// Where it leads elsewhere, or its code is not whole.
    pub fn parse(text: &str) -> Result<Self, BadEnrolment> {
        let text = bare(text);
        if is_code(text) {
            return Err(BadEnrolment(text!("enrol-no-server")));
        }
        let form = || BadEnrolment(text!("enrol-form"));
        let (place, code) = text.split_once('#').unwrap_or((text, ""));
        let server = place.strip_suffix('/').unwrap_or(place);
        let server = server.strip_suffix(ENROL).ok_or_else(form)?;
        // Addresses are shown.
        if server.contains(mark::ENROLMENT) {
            return Err(form());
        }
        let url = Location::server(server).ok_or_else(form)?;
        Self::at(url, code)
    }

    /// Reads a code for this server.
    ///
    /// # Errors
    /// Where it is not whole.
    pub fn at(url: String, code: &str) -> Result<Self, BadEnrolment> {
        let code = bare(code);
        let letters = code.strip_prefix(mark::ENROLMENT).unwrap_or_default();
        let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if letters.len() != LETTERS || !letters.bytes().all(is_letter) {
            return Err(BadEnrolment(text!("enrol-broken")));
        }
        let code = SecretString::from(code);
        Ok(Self { url, code })
    }
}

impl fmt::Display for Enrolment {
    /// All but the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

/// Returns whether a text can only be meant as a code alone.
pub fn is_code(text: &str) -> bool {
    bare(text).starts_with(mark::ENROLMENT)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    const CODE: &str = "ise_0123456789abcdefghijABCDEFGHIJ-_klmnopqrstu";

    #[test]
    fn a_link_says_where_and_by_what() {
        for (link, url) in [
            (
                "https://saves.example.org/v1/enrol#",
                "https://saves.example.org",
            ),
            (
                "HTTPS://saves.example.org:8443/v1/enrol/#",
                "https://saves.example.org:8443",
            ),
            ("saves.example.org/v1/enrol#", "https://saves.example.org"),
            ("http://127.0.0.1:8000/v1/enrol#", "http://127.0.0.1:8000"),
            (
                "https://example.org/saves/v1/enrol#",
                "https://example.org/saves",
            ),
        ] {
            for text in [format!("{link}{CODE}"), format!(" <{link}{CODE}>\n")] {
                assert!(Enrolment::is_meant(&text), "{text}");
                let read = Enrolment::parse(&text).expect(&text);
                assert_eq!((&read.url[..], read.code.expose_secret()), (url, CODE));
            }
        }
        let link: crate::domain::rest::links::PublicUrl = "https://a".parse().expect("an address");
        Enrolment::parse(&link.enrolment(CODE)).expect("what the server makes");
    }

    #[test]
    fn a_code_alone_is_for_a_server_that_was_named() {
        for text in [CODE.to_owned(), format!("`{CODE}` ")] {
            assert!(is_code(&text) && Enrolment::is_meant(&text));
            assert!(Enrolment::parse(&text).is_err());
            let read = Enrolment::at("https://h".to_owned(), &text).expect("a code");
            assert_eq!(read.code.expose_secret(), CODE);
            assert_eq!(read.to_string(), "https://h");
        }
    }

    #[test]
    fn what_is_broken_is_told_and_not_repeated() {
        let broken = &CODE[..CODE.len() - 1];
        for text in [
            format!("https://h/v1/other#{CODE}"),
            format!("https://h#{CODE}"),
            format!("https://user@h/v1/enrol#{CODE}"),
            format!("https://h/{CODE}/v1/enrol#{CODE}"),
            format!("/v1/enrol#{CODE}"),
            format!("https://h/v1/enrol?x=y#{CODE}"),
            format!("https://h/v1/enrol#{broken}"),
            format!("https://h/v1/enrol#{CODE}x"),
            format!("https://h/v1/enrol#{broken}%"),
            "https://h/v1/enrol#".to_owned(),
            "https://h/v1/enrol".to_owned(),
            "https://h/v1/enrol#isi_0123456789".to_owned(),
            broken.to_owned(),
        ] {
            assert!(Enrolment::is_meant(&text), "{text}");
            let bad = Enrolment::parse(&text).expect_err(&text).to_string();
            assert!(!bad.contains("0123") && !bad.contains("user"), "{bad}");
        }
    }

    #[test]
    fn addresses_and_folders_and_pairings_are_something_else() {
        for text in [
            "https://h",
            "https://h/enrol",
            "/mnt/a#b",
            "/mnt/v1/enrol",
            "s3:https://host/bucket",
            "saves.example.org/alice/482913-7K2M-9QX4-TB0C-5H",
            "alice:isd_0123",
            "",
        ] {
            assert!(!Enrolment::is_meant(text), "{text}");
        }
    }
}
