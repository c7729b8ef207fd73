//! The names in an address: accounts, repositories, objects. Each has one spelling, since each is a
//! name of a file.

use std::{fmt, str::FromStr};

use crate::domain::ids::InstanceId;

/// A word that cannot be such a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Not 1 to 64 lower-case letters, digits, `-` and `_`, or one that begins with `-`.
    #[error(
        "an account is 1 to 64 lower-case letters, digits, '-' and '_', and begins with no '-'"
    )]
    Account,
    /// An account that would be mistaken for a part of a repository, or for a page of the server.
    #[error("this name means something else in an address")]
    Reserved,
    /// Not 26 characters of a ULID in upper case.
    #[error("a repository is 26 characters of a ULID, in upper case")]
    Repository,
    /// A device's name that cannot be shown in a row.
    #[error("a device's name has 1 to 64 characters, and is not blank")]
    Device,
    /// Not 64 lower-case hexadecimal digits.
    #[error("an object is 64 lower-case hexadecimal digits")]
    Object,
}

/// Words that are no account: parts of a repository, and what the server itself answers to.
const RESERVED: [&str; 28] = [
    "account",
    "accounts",
    "admin",
    "api",
    "assets",
    "auth",
    "config",
    "data",
    "devices",
    "events",
    "health",
    "healthz",
    "index",
    "instances",
    "invite",
    "keys",
    "locks",
    "login",
    "logout",
    "metrics",
    "openapi",
    "pair",
    "readyz",
    "reset",
    "snapshots",
    "static",
    "v1",
    "v2",
];

/// Whose repositories they are: the first word of an address, and a folder of the storage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountName(String);

impl AccountName {
    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccountName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let plain =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
        // One that begins with a dash is an option to whoever types it.
        if !(1..=64).contains(&text.len()) || !text.bytes().all(plain) || text.starts_with('-') {
            return Err(BadName::Account);
        }
        if RESERVED.contains(&text) {
            return Err(BadName::Reserved);
        }
        Ok(Self(text.to_owned()))
    }
}

/// Checks that a device's name can be shown in a row.
pub fn check_device_name(name: &str) -> Result<(), BadName> {
    let is_sound = !name.trim().is_empty()
        && name.chars().count() <= 64
        && !name.chars().any(char::is_control);
    if is_sound {
        Ok(())
    } else {
        Err(BadName::Device)
    }
}

/// Returns what a device is called whose name another one of the account has: with the end of its id.
pub fn told_apart(name: &str, id: &str) -> String {
    let short: String = name.chars().take(50).collect();
    let last = &id[id.len().saturating_sub(6)..];
    format!("{short} ({last})")
}

/// One repository of an account: an instance, or the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryId(InstanceId);

impl RepositoryId {
    /// The account's list of instances.
    pub const CATALOGUE: Self = Self(InstanceId::CATALOGUE);

    /// Returns whether it is the account's list of instances.
    pub fn is_catalogue(self) -> bool {
        self == Self::CATALOGUE
    }
}

impl From<InstanceId> for RepositoryId {
    fn from(id: InstanceId) -> Self {
        Self(id)
    }
}

impl fmt::Display for RepositoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RepositoryId {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        if text.len() == 26 && text.bytes().all(|b| b == b'0') {
            return Ok(Self::CATALOGUE);
        }
        let id: InstanceId = text.parse().map_err(|_| BadName::Repository)?;
        // A file system may tell upper from lower case or not: only one of them is a name.
        if id.to_string() == text {
            Ok(Self(id))
        } else {
            Err(BadName::Repository)
        }
    }
}

/// What an object is called: the SHA-256 of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName([u8; 32]);

impl ObjectName {
    /// Returns the digest that it stands for.
    pub fn digest(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for ObjectName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let lower = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        let mut digest = [0; 32];
        if text.len() == 64
            && text.bytes().all(lower)
            && hex::decode_to_slice(text, &mut digest).is_ok()
        {
            Ok(Self(digest))
        } else {
            Err(BadName::Object)
        }
    }
}
