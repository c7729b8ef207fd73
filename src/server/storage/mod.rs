//! Where objects are: a trait, and the storages that there are.
//!
//! What is promised here is what object storage can keep too: an object is put whole or not at all, never
//! over another one; names say what is in it; a list is not a transaction. [`files`] keeps it on a local
//! file system, [`upstream`] on a rest-server; S3 follows behind the same trait (docs/adr/0015).

pub mod files;
pub mod upstream;

use std::{fmt, io};

use bytes::Bytes;
use futures_util::{future::BoxFuture, stream::BoxStream};

use crate::domain::rest::{
    list::Entry,
    name::AccountName,
    path::{Kind, Object, Repository},
    range::{Range, Slice},
};

/// What a storage does, and how it can fail.
pub type Task<'a, T> = BoxFuture<'a, Result<T, Fault>>;

/// A storage of objects. No object is ever changed; what is put is on the disk when the answer is there.
pub trait Blobs: fmt::Debug + Send + Sync {
    /// Fails where the storage is not there: an answer that something is missing would be a lie then.
    fn ready(&self) -> Task<'_, ()>;

    /// Makes an empty repository; one that is there stays as it is.
    fn create(&self, repository: &Repository) -> Task<'_, ()>;

    /// Puts an object, unless one is there. Its content is checked against its name, but for the config.
    /// Where it fails, some of the upload may not have been read.
    fn put<'a>(
        &'a self,
        repository: &Repository,
        object: Object,
        upload: &'a mut Upload<'_>,
    ) -> Task<'a, Put>;

    /// Returns how many bytes an object has.
    fn size(&self, repository: &Repository, object: Object) -> Task<'_, Option<u64>>;

    /// Returns an object, or a part of it.
    fn get(&self, repository: &Repository, object: Object, range: Range)
    -> Task<'_, Option<Found>>;

    /// Returns all objects of a kind by name; `None` where there is no such repository.
    fn list(&self, repository: &Repository, kind: Kind) -> Task<'_, Option<Vec<Entry>>>;

    /// Takes an object away. Returns whether it was there.
    fn remove(&self, repository: &Repository, object: Object, how: Removal) -> Task<'_, bool>;

    /// Returns whether something can be taken away and brought back. Where not, only locks go.
    fn has_trash(&self) -> bool {
        true
    }

    /// Puts back what of a repository is in the trash. Returns how many objects that was.
    fn bring_back(&self, repository: &Repository) -> Task<'_, u64>;

    /// Empties the trash of what was put there before this time. Returns how many bytes that was.
    fn purge(&self, before: i64) -> Task<'_, u64>;

    /// Returns how many bytes an account takes, its trash included. It looks at every object.
    fn usage(&self, account: &AccountName) -> Task<'_, u64>;
}

/// What comes from a client.
pub struct Upload<'a> {
    /// The content, as it comes.
    pub body: BoxStream<'a, Result<Bytes, Fault>>,
}

impl fmt::Debug for Upload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Upload")
    }
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is there now, with so many bytes.
    New(u64),
    /// The same was there before: a client that did not get its answer asks again.
    Same,
    /// Something else is there, and stays.
    Other,
}

/// An object that was asked for.
#[derive(Debug)]
pub struct Found {
    /// How many bytes all of it has.
    pub size: u64,
    /// What was asked for.
    pub slice: Slice,
    /// Those bytes; nothing where they are outside.
    pub content: Content,
}

/// The bytes of an object.
pub enum Content {
    /// All at once: it is small.
    Whole(Bytes),
    /// Piece by piece.
    Pieces(BoxStream<'static, io::Result<Bytes>>),
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content")
    }
}

/// How something is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// For good: locks.
    ForGood,
    /// Into the trash, at this time (seconds since 1970).
    ToTrash(i64),
}

/// Why a storage did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It is not there: a disk that is not mounted, or another one.
    #[error("the storage is not mounted")]
    NotMounted,
    /// There is no such repository.
    #[error("there is no such repository")]
    NoRepository,
    /// The content is not what its name says.
    #[error("the content is not what its name says")]
    Mismatch,
    /// The client stopped before the end.
    #[error("the upload broke off: {0}")]
    BrokeOff(String),
    /// The client sent nothing for too long.
    #[error("the upload stood still")]
    StoodStill,
    /// It is larger than anything of its kind.
    #[error("the object is too large")]
    TooLarge,
    /// The account holds as much as it may.
    #[error("the account's quota is used up")]
    OverQuota,
    /// The disk is full, or cannot be written.
    #[error("the storage takes nothing more: {0}")]
    Full(io::Error),
    /// It takes nothing away that it cannot bring back.
    #[error("this storage has no trash: nothing but locks is removed here")]
    NoTrash,
    /// Another server keeps the objects, and does not answer.
    #[error("the upstream does not answer: {0}")]
    Unreachable(String),
    /// It answers something that makes no sense here.
    #[error("the upstream answered {0}")]
    Odd(u16),
    /// Anything else.
    #[error("the storage failed: {0}")]
    Failed(io::Error),
}

impl Fault {
    /// Returns whether what keeps the objects is not there, or makes no sense: whoever runs it has to see to it.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::NotMounted | Self::Unreachable(_) | Self::Odd(_))
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge
            | io::ErrorKind::ReadOnlyFilesystem => Self::Full(error),
            _ => Self::Failed(error),
        }
    }
}
