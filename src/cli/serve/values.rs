//! What options of `serve` are worth.

use std::net::SocketAddr;

use crate::domain::drill::Amount;

/// Where saves are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataPlane {
    /// In the folder.
    Files,
    /// On a rest-server at this address.
    Upstream(String),
}

pub(super) fn plane(text: &str) -> Result<DataPlane, String> {
    if text == "files" {
        return Ok(DataPlane::Files);
    }
    let url = text.strip_prefix("upstream:").unwrap_or_default();
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host) if host.contains('@') => Err(
            "a password in an address is seen by everybody: --data-plane-credentials".to_owned(),
        ),
        Some(host) if !host.is_empty() && !host.contains(['?', '#', ' ']) => {
            Ok(DataPlane::Upstream(url.trim_end_matches('/').to_owned()))
        }
        _ => Err("it is files, or upstream:https://HOST[:PORT]".to_owned()),
    }
}

pub(super) fn discord_key(text: &str) -> Result<[u8; 32], String> {
    let mut key = [0; 32];
    match hex::decode_to_slice(text, &mut key) {
        Ok(()) => Ok(key),
        Err(_) => Err("it is 64 hexadecimal digits".to_owned()),
    }
}

/// How much there may be of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// So many bytes.
    Bytes(u64),
    /// As much as there is room for.
    None,
}

impl Bound {
    /// Returns the bytes, where there is a bound.
    pub fn bytes(self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::None => None,
        }
    }
}

pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "it is not ADDRESS:PORT, such as 127.0.0.1:8000, or 0.0.0.0:8000 for all networks"
            .to_owned()
    })
}

pub(super) fn bound(text: &str) -> Result<Bound, String> {
    if text == "none" {
        return Ok(Bound::None);
    }
    match text.parse() {
        Ok(Amount::Bytes(bytes)) => Ok(Bound::Bytes(bytes)),
        _ => Err(format!(
            "'{text}' is no amount: bytes such as 500M or 20G, or none"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_a_port_alone_is_shown_how() {
        assert!(listen("0.0.0.0:8000").is_ok());
        let said = listen("8000").expect_err("a port alone");
        assert!(said.contains("127.0.0.1:8000"), "{said}");
    }
}
