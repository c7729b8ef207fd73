//! Why the certificate of a server is not taken, in words.

use std::{error::Error as Cause, path::Path};

use rustls::CertificateError;

use crate::{
    error::{Error, Kind},
    texts::text,
};

/// How many names of a certificate are said.
const NAMES: usize = 4;

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wrong {
    /// Nobody that is trusted here has issued it.
    Issuer,
    /// It is for other names.
    Name(Vec<String>),
    Expired,
    NotYet,
    /// It is a CA's own, which no server may use.
    OfCa,
    /// It is not made for a server.
    Purpose,
    Revoked,
    /// What else there is, as the library says it.
    Other(String),
}

/// Returns why a request came to nothing, where that is the certificate. `ca_file` is what the player gave.
pub fn found(host: &str, ca_file: Option<&Path>, error: &reqwest::Error) -> Option<Error> {
    let wrong = wrong(error)?;
    let said = Error::new(Kind::Offline, why(host, &wrong));
    let said = match (&wrong, ca_file) {
        (Wrong::Issuer, None) => said.hint(text!("tls-issuer-hint")),
        (Wrong::Issuer, Some(path)) => {
            let path = path.display().to_string();
            said.hint(text!("tls-issuer-given-hint", path = path))
        }
        (Wrong::Name(_), _) => said.hint(text!("tls-name-hint")),
        (Wrong::Expired, _) => said.hint(text!("tls-expired-hint")),
        (Wrong::NotYet, _) => said.hint(text!("tls-not-yet-hint")),
        (Wrong::OfCa, _) => said.hint(text!("tls-of-ca-hint")),
        (Wrong::Purpose | Wrong::Revoked | Wrong::Other(_), _) => {
            said.hint(text!("tls-other-hint"))
        }
    };
    Some(said.hint(text!("tls-nothing-sent")))
}

fn why(host: &str, wrong: &Wrong) -> String {
    match wrong {
        Wrong::Issuer => text!("tls-issuer", host = host),
        Wrong::Name(names) if names.is_empty() => text!("tls-name", host = host),
        Wrong::Name(names) => text!("tls-name-of", host = host, names = names.join(", ")),
        Wrong::Expired => text!("tls-expired", host = host),
        Wrong::NotYet => text!("tls-not-yet", host = host),
        Wrong::OfCa => text!("tls-of-ca", host = host),
        Wrong::Purpose => text!("tls-purpose", host = host),
        Wrong::Revoked => text!("tls-revoked", host = host),
        Wrong::Other(cause) => text!("tls-other", host = host, cause = cause.as_str()),
    }
}

/// Looks for it among the causes.
fn wrong(error: &(dyn Cause + 'static)) -> Option<Wrong> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
            return Some(meaning(why));
        }
        // An error of this kind is not among its own causes.
        if let Some(inner) = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            && let Some(found) = wrong(inner)
        {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

fn meaning(why: &CertificateError) -> Wrong {
    match why {
        // A CA of the same name, and another key: it was renewed, or is somebody else's.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Wrong::Issuer,
        CertificateError::NotValidForName => Wrong::Name(Vec::new()),
        CertificateError::NotValidForNameContext { presented, .. } => Wrong::Name(
            presented
                .iter()
                .take(NAMES)
                .map(|name| bare(name))
                .collect(),
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Wrong::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Wrong::NotYet
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            Wrong::Purpose
        }
        CertificateError::Revoked => Wrong::Revoked,
        // The library has no word of its own for it.
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => Wrong::OfCa,
        other => Wrong::Other(other.to_string()),
    }
}

/// A name of a certificate without the kind around it: `DnsName("a.example")`.
fn bare(name: &str) -> String {
    let inner = name.split_once('(').map_or(name, |(_, rest)| rest);
    let inner = inner.strip_suffix(')').unwrap_or(inner);
    inner
        .trim_matches('"')
        .chars()
        .filter(|c| !c.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_of_a_certificate_has_words_of_its_own() {
        let name = CertificateError::NotValidForNameContext {
            expected: rustls::pki_types::ServerName::try_from("h")
                .expect("a name")
                .to_owned(),
            presented: vec!["DnsName(\"a.example\")".to_owned()],
        };
        assert_eq!(meaning(&name), Wrong::Name(vec!["a.example".to_owned()]));
        let all = [
            CertificateError::UnknownIssuer,
            name,
            CertificateError::Expired,
            CertificateError::NotValidYet,
            CertificateError::InvalidPurpose,
            CertificateError::Revoked,
        ];
        let said: Vec<String> = all.iter().map(|why_| why("h", &meaning(why_))).collect();
        for (place, one) in said.iter().enumerate() {
            assert!(one.contains('h') && !one.contains("Context"), "{one}");
            assert!(!said[..place].contains(one), "{one}");
        }
    }

    #[test]
    fn it_is_found_below_what_wraps_it() {
        let why = rustls::Error::InvalidCertificate(CertificateError::Expired);
        let wrapped = std::io::Error::other(std::io::Error::other(why));
        assert_eq!(wrong(&wrapped), Some(Wrong::Expired));
        assert_eq!(wrong(&std::io::Error::other("connection reset")), None);
    }
}
