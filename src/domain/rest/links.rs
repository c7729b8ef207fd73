//! Addresses that people are sent to: what this server is called from outside, and links with a code.

use std::str::FromStr;

/// Where players reach this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

/// Text that is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the public address is https://NAME, perhaps with a port; http:// is for this machine alone"
)]
pub struct BadUrl;

impl PublicUrl {
    /// Returns the address, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether it is for this machine alone.
    pub fn is_local(&self) -> bool {
        let host = self.0.split_once("://").map(|(_, host)| host);
        host.is_some_and(is_here)
    }

    /// Returns the link by which a person makes an account.
    pub fn invite(&self, code: &str) -> String {
        format!("{}{INVITE}#{code}", self.0)
    }

    /// Returns the link that passes an enrolment code on. What follows the `#` is sent to no server: it is
    /// in no log of a proxy, and a program that looks at links ahead of people does not use it up.
    pub fn enrolment(&self, code: &str) -> String {
        format!("{}{ENROL}#{code}", self.0)
    }

    /// Returns the link by which a person sets a password anew; its code travels as that of an enrolment does.
    pub fn reset(&self, code: &str) -> String {
        format!("{}{RESET}#{code}", self.0)
    }
}

/// The page that the link of an enrolment opens.
pub const ENROL: &str = "/v1/enrol";
/// The page that sets a password anew.
pub const RESET: &str = "/reset";
/// The page that makes an account.
pub const INVITE: &str = "/invite";

/// Returns whether a host is this machine, by a name that no other has.
fn is_here(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|here| {
        host.strip_prefix(here)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    })
}

/// Returns whether a text is a link to a page where a person makes an account or sets a password anew, which is
/// for a browser.
pub fn is_for_browser(text: &str) -> bool {
    let text = bare(text);
    let place = text.split(['#', '?']).next().unwrap_or(text);
    let place = place.trim_end_matches('/');
    place.contains("://") && (place.ends_with(INVITE) || place.ends_with(RESET))
}

/// A text without what stands around it: chats put links into brackets, and code into quotes.
pub fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '`'))
}

impl FromStr for PublicUrl {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, BadUrl> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let (scheme, host) = text.split_once("://").ok_or(BadUrl)?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
        let is_host = !host.is_empty() && host.chars().all(is_plain);
        if is_host && (scheme == "https" || scheme == "http" && is_here(host)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadUrl)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_is_for_a_browser_is_told_from_an_address() {
        for link in [
            "https://saves.example.org/invite#isi_x",
            " <https://saves.example.org:8443/invite/> ",
            "http://127.0.0.1:8000/reset#isr_x",
        ] {
            assert!(is_for_browser(link), "{link}");
        }
        for other in [
            "https://saves.example.org",
            "https://saves.example.org/invites",
            "/home/alice/invite",
            "https://saves.example.org/v1/enrol#ise_x",
        ] {
            assert!(!is_for_browser(other), "{other}");
        }
    }

    #[test]
    fn a_link_leads_to_a_page_and_its_code_is_sent_to_no_server() {
        for (text, url) in [
            ("https://saves.example.org", "https://saves.example.org"),
            ("https://saves.example.org/", "https://saves.example.org"),
            (
                "https://saves.example.org:8443",
                "https://saves.example.org:8443",
            ),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("http://[::1]:8000", "http://[::1]:8000"),
        ] {
            let public: PublicUrl = text.parse().expect("an address");
            assert_eq!(public.as_str(), url);
            assert_eq!(public.enrolment("ise_x"), format!("{url}/v1/enrol#ise_x"));
            assert_eq!(public.reset("isr_x"), format!("{url}/reset#isr_x"));
            assert_eq!(public.invite("isi_x"), format!("{url}/invite#isi_x"));
            assert_eq!(public.is_local(), url.starts_with("http://"));
        }
        for bad in [
            "",
            "saves.example.org",
            "https://",
            "http://saves.example.org",
            "https://a/b",
            "https://a?b",
            "https://a#b",
            "https://user@a",
            "ftp://a",
            "https://a b",
            "http://127.0.0.1.example.org",
        ] {
            assert_eq!(bad.parse::<PublicUrl>(), Err(BadUrl), "{bad}");
        }
    }
}
