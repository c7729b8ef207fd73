//! The address of a request: `/{account}/{repository}/...`, and nothing else.

use std::{fmt, str::FromStr};

use super::name::{AccountName, BadName, ObjectName, RepositoryId};

/// The kinds of objects that a repository has many of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Packs: what was saved.
    Data,
    /// Where in the packs it is.
    Index,
    /// What opens the repository.
    Keys,
    /// Who is at work.
    Locks,
    /// What was saved when.
    Snapshots,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Data,
        Self::Index,
        Self::Keys,
        Self::Locks,
        Self::Snapshots,
    ];

    /// Returns its word in an address, which is its folder too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Index => "index",
            Self::Keys => "keys",
            Self::Locks => "locks",
            Self::Snapshots => "snapshots",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One object of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// The one that makes it a repository. Its name says nothing about its content.
    Config,
    /// One of many, called by the SHA-256 of its content.
    Blob(Kind, ObjectName),
}

impl Object {
    /// Returns whether it is a lock: what a device may remove by itself.
    pub fn is_lock(&self) -> bool {
        matches!(self, Self::Blob(Kind::Locks, _))
    }
}

/// What of a repository a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The repository itself.
    Repository,
    /// The names of all objects of a kind.
    List(Kind),
    /// One object.
    Object(Object),
}

impl Target {
    /// Returns a word for logs, which names no object.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::List(kind) | Self::Object(Object::Blob(kind, _)) => kind.as_str(),
            Self::Object(Object::Config) => "config",
        }
    }
}

/// One repository: whose, and which.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository {
    /// Whose.
    pub account: AccountName,
    /// Which.
    pub id: RepositoryId,
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.id)
    }
}

/// An address, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// In which repository.
    pub repository: Repository,
    /// What of it.
    pub target: Target,
}

/// A path that is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    /// One of its names is none.
    #[error("{0}")]
    Name(#[from] BadName),
    /// It has too few words, or too many, or one that means nothing.
    #[error("the path leads nowhere")]
    Nowhere,
}

impl FromStr for Address {
    type Err = BadPath;

    /// Reads the path of a request just as it came: nothing is decoded, resolved or left out, so that one
    /// object has one address.
    fn from_str(path: &str) -> Result<Self, BadPath> {
        let words = path.strip_prefix('/').ok_or(BadPath::Nowhere)?;
        let (account, words) = words.split_once('/').ok_or(BadPath::Nowhere)?;
        let (id, rest) = words.split_once('/').ok_or(BadPath::Nowhere)?;
        let repository = Repository {
            account: account.parse()?,
            id: id.parse()?,
        };
        let target = match rest.split_once('/') {
            None if rest.is_empty() => Target::Repository,
            None if rest == "config" => Target::Object(Object::Config),
            None => return Err(BadPath::Nowhere),
            Some((kind, name)) => {
                let kind = Kind::of(kind).ok_or(BadPath::Nowhere)?;
                if name.is_empty() {
                    Target::List(kind)
                } else {
                    Target::Object(Object::Blob(kind, name.parse()?))
                }
            }
        };
        Ok(Self { repository, target })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.repository)?;
        match self.target {
            Target::Repository => Ok(()),
            Target::List(kind) => write!(f, "{}/", kind.as_str()),
            Target::Object(Object::Config) => f.write_str("config"),
            Target::Object(Object::Blob(kind, name)) => write!(f, "{}/{name}", kind.as_str()),
        }
    }
}
