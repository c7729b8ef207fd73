//! Objects as files of a local file system.
//!
//! Nothing here blocks a thread of the server: all work on files that may wait for a disk is done on threads for
//! that, a piece at a time, so that a slow client occupies none.

mod buffers;
mod incoming;
mod listed;
mod pieces;
mod place;
mod read;
mod removed;
mod sentinel;
mod stamp;
#[cfg(test)]
mod tests;
mod write;

use std::{fs, io, path::Path, sync::Arc};

use futures_util::{FutureExt as _, future};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::{buffers::Buffers, listed::Listed, place::Place};
use super::{Blobs, Fault, Found, Put, Removal, Task, Upload};
use crate::{
    domain::rest::{
        list::Entry,
        name::AccountName,
        path::{Kind, Object, Repository},
        range::Range,
    },
    error::{self, Context, Error},
};

/// A storage in a folder.
#[derive(Debug, Clone)]
pub struct Files {
    inner: Arc<Inner>,
    /// One for each object that may be read or written at a time: each is an open file.
    open: Arc<Semaphore>,
}

#[derive(Debug)]
struct Inner {
    place: Place,
    /// Which storage it is: another disk at the same place is none.
    id: String,
    buffers: Arc<Buffers>,
    listed: Listed,
}

impl Files {
    /// Opens the storage in this folder that has this id; makes one where the server never had any.
    ///
    /// # Errors
    /// Where the server had one and it is not there now: an empty folder in its place would look like lost
    /// saves.
    pub fn open(root: &Path, known: Option<&str>, new_id: &str) -> error::Result<Self> {
        let files = Self::adopt(root, known, new_id)?;
        let shown = root.display();
        incoming::clear(&files.inner.place).context(|| format!("cannot write to {shown}"))?;
        Ok(files)
    }

    /// The same, perhaps beside a server that runs: no upload is cleared away.
    pub fn adopt(root: &Path, known: Option<&str>, new_id: &str) -> error::Result<Self> {
        let place = Place::new(root);
        let shown = root.display();
        let found =
            sentinel::read(&place).context(|| format!("cannot read the storage in {shown}"))?;
        let id = match (found, known) {
            (Some(found), Some(known)) if found != known => {
                return Err(Error::usage(format!(
                    "{shown} holds another storage than this server's"
                ))
                .hint(
                    "Nothing was changed. Mount the right one there, or use another --data folder",
                ));
            }
            (Some(found), _) => found,
            (None, Some(_)) => {
                return Err(Error::failed(format!("the storage in {shown} is not there"))
                    .hint("Nothing was changed. If it is a disk that is not mounted, mount it and start again"));
            }
            (None, None) => {
                fs::create_dir_all(root).context(|| format!("cannot make {shown}"))?;
                sentinel::write(&place, new_id).context(|| format!("cannot write to {shown}"))?;
                new_id.to_owned()
            }
        };
        Ok(Self::of(place, id))
    }

    fn of(place: Place, id: String) -> Self {
        Self {
            inner: Arc::new(Inner {
                place,
                id,
                buffers: Arc::default(),
                listed: Listed::default(),
            }),
            open: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        }
    }

    /// Has it read and write so many objects at a time; whoever wants one more waits.
    #[must_use]
    pub fn holding_at_most(mut self, objects: u32) -> Self {
        self.open = Arc::new(Semaphore::new(objects as usize));
        self
    }

    /// Opens the storage in this folder for work beside a server: nothing is made, nothing cleared away.
    pub fn beside(root: &Path, id: &str) -> Self {
        Self::of(Place::new(root), id.to_owned())
    }

    /// Returns the id of the storage.
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// Waits until one more object may be open.
    async fn may_open(&self) -> Result<OwnedSemaphorePermit, Fault> {
        let permit = Arc::clone(&self.open).acquire_owned().await;
        permit.map_err(|error| Fault::Failed(io::Error::other(error)))
    }

    /// Does something on a thread for work on files.
    fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, Fault> + Send + 'static,
    ) -> Task<'static, T> {
        let inner = Arc::clone(&self.inner);
        blocking(move || work(&inner)).boxed()
    }
}

impl Inner {
    /// Fails where the storage is not there.
    fn check(&self) -> Result<(), Fault> {
        match sentinel::read(&self.place) {
            Ok(Some(found)) if found == self.id => Ok(()),
            // Nothing, another disk, or one that fails.
            Ok(_) | Err(_) => Err(Fault::NotMounted),
        }
    }

    /// Says of something that is not there whether it is truly missing.
    fn missing<T>(&self, error: io::Error, value: T) -> Result<T, Fault> {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => self.check().map(|()| value),
            _ => Err(error.into()),
        }
    }
}

/// Does something on a thread for work on files.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Fault::Failed(io::Error::other(error))),
    }
}

impl Blobs for Files {
    fn ready(&self) -> Task<'_, ()> {
        self.work(Inner::check)
    }

    fn create(&self, repository: &Repository) -> Task<'_, ()> {
        let repository = repository.clone();
        self.work(move |inner| write::create(inner, &repository))
    }

    fn put<'a>(
        &'a self,
        repository: &Repository,
        object: Object,
        upload: &'a mut Upload<'_>,
    ) -> Task<'a, Put> {
        let (inner, repository) = (Arc::clone(&self.inner), repository.clone());
        async move {
            let _open = self.may_open().await?;
            write::put(inner, repository, object, upload).await
        }
        .boxed()
    }

    fn size(&self, repository: &Repository, object: Object) -> Task<'_, Option<u64>> {
        let repository = repository.clone();
        self.work(move |inner| read::size(inner, &repository, &object))
    }

    fn get(
        &self,
        repository: &Repository,
        object: Object,
        range: Range,
    ) -> Task<'_, Option<Found>> {
        let (inner, repository) = (Arc::clone(&self.inner), repository.clone());
        async move {
            let open = self.may_open().await?;
            blocking(move || read::get(&inner, &repository, &object, range, open)).await
        }
        .boxed()
    }

    fn list(&self, repository: &Repository, kind: Kind) -> Task<'_, Option<Vec<Entry>>> {
        let inner = &self.inner;
        let folder = inner.place.kind(repository, kind);
        if let Some(known) = inner.listed.recall(&folder, repository, kind) {
            return future::ready(Ok(Some(known))).boxed();
        }
        let repository = repository.clone();
        self.work(move |inner| read::list(inner, &repository, kind))
    }

    fn remove(&self, repository: &Repository, object: Object, how: Removal) -> Task<'_, bool> {
        let repository = repository.clone();
        self.work(move |inner| removed::remove(inner, &repository, &object, how))
    }

    fn bring_back(&self, repository: &Repository) -> Task<'_, u64> {
        let repository = repository.clone();
        self.work(move |inner| removed::bring_back(inner, &repository))
    }

    fn purge(&self, before: i64) -> Task<'_, u64> {
        self.work(move |inner| removed::purge(inner, before))
    }

    fn usage(&self, account: &AccountName) -> Task<'_, u64> {
        let account = account.clone();
        self.work(move |inner| {
            inner.check()?;
            let place = &inner.place;
            Ok(read::bytes_below(&place.account(&account))?
                + read::bytes_below(&place.trash_of_account(&account))?)
        })
    }
}

/// Writes to the disk which names a folder has. Windows does so by itself.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}
