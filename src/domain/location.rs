//! Where an instance's repository is: what a player's URL means.

use std::{fmt, str::FromStr};

use super::ids::InstanceId;
use crate::texts::text;

/// The address that a player gives, without the account and the instance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// A rest-server: `https://host[:port][/prefix]`, or `http://` to loopback.
    Rest(String),
    /// A folder: an absolute path or `file://`.
    Folder(String),
    /// Anything else that restic speaks: `s3:`, `sftp:`, `rclone:` ...
    Other(String),
}

/// An address that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadLocation(String);

impl Location {
    /// Returns the address of a server as codes and links name it: by https, where they do not say.
    pub fn server(text: &str) -> Option<String> {
        let read = if text.contains("://") {
            text.parse()
        } else {
            format!("https://{text}").parse()
        };
        match read {
            Ok(Self::Rest(url)) => Some(url),
            _ => None,
        }
    }

    /// Returns restic's name of the repository of one instance of one account.
    pub fn repository(&self, account: &str, instance: InstanceId) -> String {
        match self {
            Self::Rest(url) => format!("rest:{url}/{account}/{instance}/"),
            Self::Folder(path) => format!(
                "{}/{account}/{instance}",
                path.trim_end_matches(['/', '\\'])
            ),
            Self::Other(place) => format!("{}/{account}/{instance}", place.trim_end_matches('/')),
        }
    }

    /// Returns whether it is a server on the machine that asks: to any other machine the address is its own.
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Rest(url) => url
                .split_once("://")
                .is_some_and(|(_, rest)| is_loopback(host(rest))),
            Self::Folder(_) | Self::Other(_) => false,
        }
    }

    /// Returns whether the address is plain http to another machine, where the token could be
    /// read on the way.
    pub fn is_insecure(&self) -> bool {
        match self {
            Self::Rest(url) => url
                .strip_prefix("http://")
                .is_some_and(|rest| !is_loopback(host(rest))),
            Self::Folder(_) | Self::Other(_) => false,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rest(text) | Self::Folder(text) | Self::Other(text) => f.write_str(text),
        }
    }
}

/// The host of `host[:port][/path]`, brackets of IPv6 removed.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(v6),
        None => authority.split(':').next().unwrap_or(authority),
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl FromStr for Location {
    type Err = BadLocation;

    fn from_str(text: &str) -> Result<Self, BadLocation> {
        let text = text.trim();
        let bad = |why: String| Err(BadLocation(why));
        if text.is_empty() {
            return bad(text!("address-empty"));
        }
        if text.chars().any(char::is_control) {
            return bad(text!("address-control-character"));
        }
        // `rest:https://...` is what restic calls it: accept it from people who paste that.
        let text = text.strip_prefix("rest:").unwrap_or(text);
        let lower = text.to_ascii_lowercase();
        if lower.starts_with("https://") || lower.starts_with("http://") {
            let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
            let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
            if authority.contains('@') {
                return bad(text!("address-holds-token"));
            }
            if host(rest).is_empty() || rest.contains(['?', '#', ' ', '\\']) {
                return bad(text!("address-form"));
            }
            return Ok(Self::Rest(format!(
                "{}://{}",
                scheme.to_ascii_lowercase(),
                rest.trim_end_matches('/')
            )));
        }
        if lower.starts_with("file://") {
            return match &text["file://".len()..] {
                // file:///C:/saves: the slash before a drive letter belongs to the URL.
                path if is_absolute(path.trim_start_matches('/')) => {
                    Ok(Self::Folder(path.trim_start_matches('/').to_owned()))
                }
                path if is_absolute(path) => Ok(Self::Folder(path.to_owned())),
                _ => bad(text!("address-file-not-absolute")),
            };
        }
        if is_absolute(text) {
            return Ok(Self::Folder(text.to_owned()));
        }
        match text.split_once(':') {
            Some(("s3" | "sftp" | "rclone" | "b2" | "azure" | "gs" | "swift", place))
                if !place.is_empty() =>
            {
                let userinfo = place
                    .split_once("://")
                    .map_or("", |(_, rest)| rest.split('/').next().unwrap_or(""));
                // sftp://user@host names a user and no secret.
                if userinfo
                    .rsplit_once('@')
                    .is_some_and(|(user, _)| user.contains(':'))
                {
                    return bad(text!("address-holds-credentials"));
                }
                Ok(Self::Other(text.to_owned()))
            }
            _ => bad(text!("address-unknown")),
        }
    }
}

/// Whether `path` is absolute on Unix or (`C:\`, `C:/`) on Windows, on whatever platform this is.
fn is_absolute(path: &str) -> bool {
    let bytes = path.as_bytes();
    let drive = bytes.len() > 2
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && matches!(bytes[2], b'/' | b'\\');
    bytes.first() == Some(&b'/') || drive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_means_one_repository_per_instance() {
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
        let repository = |url: &str| url.parse::<Location>().expect(url).repository("alice", id);
        let rest = "rest:https://h:8000/p/alice/01ARZ3NDEKTSV4RRFFQ69G5FAV/";
        assert_eq!(repository("https://h:8000/p/"), rest);
        assert_eq!(repository("rest:HTTPS://h:8000/p"), rest);
        assert_eq!(
            repository("/srv/saves/"),
            "/srv/saves/alice/01ARZ3NDEKTSV4RRFFQ69G5FAV"
        );
        assert_eq!(
            repository("file:///srv/saves"),
            "/srv/saves/alice/01ARZ3NDEKTSV4RRFFQ69G5FAV"
        );
        assert_eq!(
            repository("file:///C:/saves"),
            "C:/saves/alice/01ARZ3NDEKTSV4RRFFQ69G5FAV"
        );
        let shown = |url: &str| url.parse::<Location>().expect(url).to_string();
        assert_eq!(shown("rest:HTTPS://h:8000/p/"), "https://h:8000/p");
        assert_eq!(shown("/srv/saves"), "/srv/saves");
        assert_eq!(shown("s3:host/bucket"), "s3:host/bucket");
        assert_eq!(
            repository("s3:https://host/bucket"),
            "s3:https://host/bucket/alice/01ARZ3NDEKTSV4RRFFQ69G5FAV"
        );
    }

    #[test]
    fn credentials_and_nonsense_are_refused() {
        for bad in [
            "",
            "https://",
            "https://user:pw@host",
            "https://user@host/x",
            "saves",
            "ftp://x",
            "file://saves",
            "https://h?x",
            "s3:https://k:s@host/b",
            "s3:",
            "C:",
        ] {
            assert!(bad.parse::<Location>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn plain_http_is_for_loopback() {
        let insecure = |url: &str| url.parse::<Location>().expect(url).is_insecure();
        assert!(insecure("http://example.com") && insecure("http://localhost.example.com"));
        assert!(insecure("http://127.0.0.1.example.com"));
        for fine in [
            "https://example.com",
            "http://127.0.0.1:8000",
            "http://[::1]:8000/x",
            "http://localhost",
            "/srv",
        ] {
            assert!(!insecure(fine), "{fine}");
        }
    }

    #[test]
    fn only_a_server_can_be_on_the_machine_that_asks() {
        let loopback = |url: &str| url.parse::<Location>().expect(url).is_loopback();
        for here in [
            "http://127.0.0.1:8000",
            "http://127.1.2.3",
            "http://[::1]:8000/x",
            "https://LocalHost:8443/deep",
        ] {
            assert!(loopback(here), "{here}");
        }
        for elsewhere in [
            "https://example.com",
            "http://192.168.0.2:8000",
            "https://localhost.example.com",
            "https://example.com/localhost",
            "/srv/localhost",
            "s3:http://localhost/bucket",
        ] {
            assert!(!loopback(elsewhere), "{elsewhere}");
        }
    }
}
