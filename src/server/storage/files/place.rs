//! Where each object is: the layout of rest-server and of restic itself, so that a folder of theirs is one
//! of ours. What is only ours begins with a dot, which no account does.

use std::path::{Path, PathBuf};

use crate::domain::rest::{
    name::AccountName,
    path::{Kind, Object, Repository},
};

/// The folders of a storage.
#[derive(Debug, Clone)]
pub struct Place {
    root: PathBuf,
}

impl Place {
    /// Returns the places below this folder.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Says that the storage is mounted, and which one it is.
    pub fn sentinel(&self) -> PathBuf {
        self.root.join(".instance-sync-storage")
    }

    /// What is on its way. On the same file system as what is there, so that it can be renamed.
    pub fn incoming(&self) -> PathBuf {
        self.root.join(".incoming")
    }

    /// What was removed and can be brought back.
    pub fn trash(&self) -> PathBuf {
        self.root.join(".trash")
    }

    /// All repositories of an account.
    pub fn account(&self, account: &AccountName) -> PathBuf {
        self.root.join(account.as_str())
    }

    /// What was removed of an account.
    pub fn trash_of_account(&self, account: &AccountName) -> PathBuf {
        self.trash().join(account.as_str())
    }

    /// One repository.
    pub fn repository(&self, repository: &Repository) -> PathBuf {
        self.account(&repository.account)
            .join(repository.id.to_string())
    }

    /// What was removed of a repository.
    pub fn trash_of(&self, repository: &Repository) -> PathBuf {
        self.trash_of_account(&repository.account)
            .join(repository.id.to_string())
    }

    /// All objects of a kind.
    pub fn kind(&self, repository: &Repository, kind: Kind) -> PathBuf {
        self.repository(repository).join(kind.as_str())
    }

    /// One object. Packs are many, and lie in a folder for each first byte.
    pub fn object(&self, repository: &Repository, object: &Object) -> PathBuf {
        match object {
            Object::Config => self.repository(repository).join("config"),
            Object::Blob(kind, name) => {
                let (folder, name) = (self.kind(repository, *kind), name.to_string());
                match kind {
                    Kind::Data => folder.join(&name[..2]).join(&name),
                    _ => folder.join(&name),
                }
            }
        }
    }

    /// Where an object goes that is removed at this time.
    pub fn trashed(&self, repository: &Repository, object: &Object, at: i64) -> PathBuf {
        let folder = self.trash_of(repository);
        match object {
            Object::Config => folder.join(format!("config@{at}")),
            Object::Blob(kind, name) => folder.join(kind.as_str()).join(format!("{name}@{at}")),
        }
    }
}

/// Takes the name of a file in the trash apart: what it was, and when it was removed.
pub fn from_trash(file: &str) -> Option<(&str, i64)> {
    let (name, at) = file.rsplit_once('@')?;
    Some((name, at.parse().ok()?))
}
