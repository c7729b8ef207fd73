//! The cookies of browsers: of a session, and of a visit before anybody signed in.

use axum::http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret as _, SecretString};

use super::answer::Failure;
use crate::server::token::TokenHash;

/// What the cookie is called. Over TLS a browser takes one of this name from this server alone.
const SECURE: &str = "__Host-instance-sync";
const PLAIN: &str = "instance-sync";
/// What the one is called of a browser in which nobody signed in yet: so that no other page signs it in.
const SECURE_VISIT: &str = "__Host-instance-sync-visit";
const PLAIN_VISIT: &str = "instance-sync-visit";
/// How long it is kept, in seconds.
const VISIT: i64 = 24 * 60 * 60;

/// Returns what pages send back: nobody who lacks the cookie can know it, and it does not tell the cookie.
pub fn csrf_of(cookie: &str) -> String {
    hex::encode(TokenHash::of(&format!("csrf {cookie}")).as_bytes())
}

/// Returns what pages send back, for the cookie of a browser.
pub fn csrf_of_secret(cookie: &SecretString) -> String {
    csrf_of(cookie.expose_secret())
}

/// Returns what a browser shall keep.
pub fn set_cookie(is_secure: bool, token: &str, seconds: i64) -> String {
    set(session_name(is_secure), is_secure, token, seconds)
}

/// Returns what a browser shall keep in which nobody signed in yet.
pub fn set_visit(is_secure: bool, token: &str) -> String {
    set(visit_name(is_secure), is_secure, token, VISIT)
}

/// Returns what it keeps, where nobody signed in yet.
pub fn visit(headers: &HeaderMap, is_secure: bool) -> Option<SecretString> {
    cookie(headers, visit_name(is_secure))
}

/// Returns the one of a session.
pub fn session(headers: &HeaderMap, is_secure: bool) -> Option<SecretString> {
    cookie(headers, session_name(is_secure))
}

/// Returns a cookie as a header that no log shows.
pub fn secret_header(text: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| crate::error::Error::failed("a cookie could not be written"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn session_name(is_secure: bool) -> &'static str {
    if is_secure { SECURE } else { PLAIN }
}

fn visit_name(is_secure: bool) -> &'static str {
    if is_secure { SECURE_VISIT } else { PLAIN_VISIT }
}

fn set(name: &str, is_secure: bool, token: &str, seconds: i64) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<SecretString> {
    let all = headers.get_all(header::COOKIE).iter();
    let mut pairs = all
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(known, _)| *known == name)?;
    Some(SecretString::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_and_over_tls_under_its_own_name_alone() {
        let mut headers = HeaderMap::new();
        let text = "a=b; instance-sync=one; __Host-instance-sync=two";
        headers.insert(header::COOKIE, text.parse().expect("a header"));
        let read = |is_secure| session(&headers, is_secure).expect("there");
        assert_eq!(read(false).expose_secret(), "one");
        assert_eq!(read(true).expose_secret(), "two");
        assert!(session(&HeaderMap::new(), true).is_none());
        assert!(visit(&headers, false).is_none());
    }

    #[test]
    fn what_a_browser_keeps_is_out_of_reach_of_scripts_and_other_sites() {
        let plain = set_cookie(false, "x", 60);
        assert_eq!(
            plain,
            "instance-sync=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"
        );
        let secure = set_cookie(true, "x", 60);
        assert!(secure.starts_with("__Host-instance-sync=x; Path=/; "));
        assert!(secure.ends_with("HttpOnly; SameSite=Lax; Secure"));
    }
}
