//! What keeps other pages out: which forms are ours, and what a browser may do with a page of ours.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::server::control::{answer::Refusal, route::text_of};

/// What goes with each answer. Nothing but what this server sends is loaded, run or shown, and no other page
/// shows ours.
const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // To this server alone: without that a browser would say that our own forms come from nowhere.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
];

/// Adds what goes with each answer.
pub fn protect(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Checks that a form was sent by a page of this server, as far as the browser says where it was.
pub fn check_origin(headers: &HeaderMap) -> Result<(), Refusal> {
    let said = |name: &'static str| text_of(headers, HeaderName::from_static(name));
    let is_ours = match (said("sec-fetch-site"), said("origin")) {
        ("", "") => true,
        ("", origin) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some_and(|host| is_same(host, said("host")))
        }
        (site, _) => matches!(site, "same-origin" | "none"),
    };
    if is_ours { Ok(()) } else { Err(Refusal::Csrf) }
}

/// Returns whether both are the same server. A proxy may leave out the port of the host that it passes on.
fn is_same(of_page: &str, host: &str) -> bool {
    let name = |text: &str| match text.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name.to_owned(),
        _ => text.to_owned(),
    };
    !host.is_empty() && (of_page == host || name(of_page) == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        check_origin(&headers).is_ok()
    }

    #[test]
    fn a_form_of_another_page_is_none_of_ours() {
        let host = ("host", "sync.example.org:8443");
        assert!(check(&[host, ("origin", "https://sync.example.org:8443")]));
        assert!(check(&[host]), "a program that is no browser");
        for wrong in [
            "https://evil.example.org",
            "https://sync.example.org",
            "https://sync.example.org:1",
            "null",
        ] {
            assert!(!check(&[host, ("origin", wrong)]), "{wrong}");
        }
        // Behind a proxy that leaves out the port.
        let host = ("host", "sync.example.org");
        assert!(check(&[host, ("origin", "https://sync.example.org:8443")]));
        assert!(!check(&[host, ("origin", "https://example.org:8443")]));
        let host = ("host", "[::1]");
        assert!(check(&[host, ("origin", "http://[::1]:8000")]));
    }

    #[test]
    fn a_browser_that_says_more_is_believed() {
        let rest = [("host", "a"), ("origin", "http://a")];
        for (site, expected) in [
            ("same-origin", true),
            ("none", true),
            ("same-site", false),
            ("cross-site", false),
        ] {
            let said = [rest[0], rest[1], ("sec-fetch-site", site)];
            assert_eq!(check(&said), expected, "{site}");
        }
    }
}
