//! Objects on a rest-server behind this one. Accounts, tokens, quotas and append-only are this server's;
//! that one keeps what it is given.
//!
//! It has no trash, so nothing but a lock is ever removed there. What it says of something that is missing
//! counts only while its sentinel is there, an object of ours that nobody else has: an upstream whose disk
//! is not mounted answers 404 to everything, and to restic that is an empty repository.

mod ask;
mod put;
mod read;
#[cfg(test)]
mod tests;

use std::{
    collections::HashSet,
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt as _, future::BoxFuture};
use reqwest::{Method, StatusCode};
use secrecy::SecretString;

use super::{Blobs, Fault, Found, Put, Removal, Task, Upload};
use crate::{
    domain::rest::{
        list::Entry,
        name::{AccountName, RepositoryId},
        path::{Kind, Object, Repository},
        range::Range,
    },
    error::{Error, Result},
};

/// The sentinel. No account begins with a dot.
const SENTINEL: &str = "/.instance-sync/";
/// How many repositories are remembered as there.
const MANY: usize = 10_000;

/// Where the upstream is, and what it takes to be let in.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its address, without a slash at its end.
    pub url: String,
    /// `USER:PASSWORD`.
    pub credentials: Option<SecretString>,
    /// Authorities that replace the system's (PEM).
    pub ca_file: Option<PathBuf>,
}

/// How long the upstream may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the head of an answer is there, once all was sent.
    pub answer: Duration,
    /// For the next piece, in either direction.
    pub piece: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            piece: Duration::from_secs(60),
        }
    }
}

/// Says which repositories an account has: the upstream knows no accounts.
pub type Repositories = Box<
    dyn Fn(AccountName) -> BoxFuture<'static, std::result::Result<Vec<RepositoryId>, Fault>>
        + Send
        + Sync,
>;

/// A storage behind a rest-server.
#[derive(Debug, Clone)]
pub struct Upstream {
    inner: Arc<Inner>,
}

struct Inner {
    client: reqwest::Client,
    place: Place,
    bounds: Bounds,
    /// Which storage it is: another one at the same address is none.
    id: String,
    repositories: Repositories,
    /// Repositories that were there.
    known: Mutex<HashSet<Repository>>,
    /// Configs come one after the other: an upstream that is not append-only would let one replace another.
    configs: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("place", &self.place.url)
            .finish_non_exhaustive()
    }
}

impl Upstream {
    /// Opens the storage there. One that was known before need not answer yet; a new one gets its sentinel.
    pub async fn open(
        place: Place,
        bounds: Bounds,
        known: Option<&str>,
        new_id: &str,
        repositories: Repositories,
    ) -> Result<Self> {
        let (client, url) = (ask::client(&place, bounds)?, place.url.clone());
        let mut inner = Inner {
            client,
            place,
            bounds,
            id: known.unwrap_or(new_id).to_owned(),
            repositories,
            known: Mutex::default(),
            configs: tokio::sync::Mutex::default(),
        };
        let found = inner.sentinel().await;
        match (found, known) {
            (Ok(Some(found)), Some(known)) if found != known => {
                return Err(Error::usage(format!(
                    "{url} holds another storage than this server's"
                ))
                .hint("Nothing was changed. Name the right one, or use another --data folder"));
            }
            (Ok(None), Some(_)) => {
                return Err(Error::failed(format!("the storage behind {url} is not there"))
                    .hint("Nothing was changed. If it is a disk that is not mounted there, mount it and start again")
                    .hint("A --data folder is about one storage: one that kept everything itself cannot change to --data-plane"));
            }
            (Ok(Some(found)), _) => inner.id = found,
            (Ok(None), None) => inner.write_sentinel().await.map_err(|fault| {
                Error::failed(format!("cannot begin a storage behind {url}: {fault}"))
            })?,
            // It will answer one day; until then everything here is 502 or 503.
            (Err(_), Some(_)) => {}
            (Err(fault), None) => {
                return Err(Error::failed(format!("cannot reach {url}: {fault}")).hint(
                    "Nothing was changed. The first start needs it; later it may come and go",
                ));
            }
        }
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Returns the id of the storage.
    pub fn id(&self) -> &str {
        &self.inner.id
    }
}

impl Inner {
    async fn sentinel(&self) -> std::result::Result<Option<String>, Fault> {
        let path = format!("{SENTINEL}config");
        let answer = self.ask(Method::GET, &path, &[]).await?;
        match answer.status() {
            StatusCode::OK => {
                let bytes = self.collect(answer, 1024).await?;
                Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned()))
            }
            StatusCode::NOT_FOUND => Ok(None),
            status => Err(ask::odd(status)),
        }
    }

    async fn write_sentinel(&self) -> std::result::Result<(), Fault> {
        for (path, body) in [("?create=true", String::new()), ("config", self.id.clone())] {
            let path = format!("{SENTINEL}{path}");
            let request = self.request(Method::POST, &path).body(body);
            match self.answer(request).await?.status() {
                StatusCode::OK => {}
                status => return Err(ask::odd(status)),
            }
        }
        Ok(())
    }

    /// Fails where the storage is not there.
    async fn check(&self) -> std::result::Result<(), Fault> {
        match self.sentinel().await? {
            Some(found) if found == self.id => Ok(()),
            _ => Err(Fault::NotMounted),
        }
    }

    /// Fails where a repository was never created: rest-server would make it at the first upload.
    async fn require(&self, repository: &Repository) -> std::result::Result<(), Fault> {
        if self.lock().contains(repository) {
            return Ok(());
        }
        match read::list(self, repository, Kind::Locks).await? {
            Some(_) => {
                self.remember(repository);
                Ok(())
            }
            None => Err(Fault::NoRepository),
        }
    }

    fn remember(&self, repository: &Repository) {
        let mut known = self.lock();
        if known.len() >= MANY {
            known.clear();
        }
        known.insert(repository.clone());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<Repository>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the path of an object there.
fn path_of(repository: &Repository, object: Object) -> String {
    match object {
        Object::Config => format!("/{repository}/config"),
        Object::Blob(kind, name) => format!("/{repository}/{}/{name}", kind.as_str()),
    }
}

impl Blobs for Upstream {
    fn ready(&self) -> Task<'_, ()> {
        self.inner.check().boxed()
    }

    fn create(&self, repository: &Repository) -> Task<'_, ()> {
        let repository = repository.clone();
        async move {
            self.inner.check().await?;
            let path = format!("/{repository}/?create=true");
            let answer = self.inner.ask(Method::POST, &path, &[]).await?;
            match answer.status() {
                StatusCode::OK => {
                    self.inner.remember(&repository);
                    Ok(())
                }
                status => Err(ask::odd(status)),
            }
        }
        .boxed()
    }

    fn put<'a>(
        &'a self,
        repository: &Repository,
        object: Object,
        upload: &'a mut Upload<'_>,
    ) -> Task<'a, Put> {
        put::put(&self.inner, repository.clone(), object, upload).boxed()
    }

    fn size(&self, repository: &Repository, object: Object) -> Task<'_, Option<u64>> {
        let repository = repository.clone();
        async move { read::size(&self.inner, &repository, object).await }.boxed()
    }

    fn get(
        &self,
        repository: &Repository,
        object: Object,
        range: Range,
    ) -> Task<'_, Option<Found>> {
        let repository = repository.clone();
        async move { read::get(&self.inner, &repository, object, range).await }.boxed()
    }

    fn list(&self, repository: &Repository, kind: Kind) -> Task<'_, Option<Vec<Entry>>> {
        let repository = repository.clone();
        async move { read::list(&self.inner, &repository, kind).await }.boxed()
    }

    fn remove(&self, repository: &Repository, object: Object, how: Removal) -> Task<'_, bool> {
        let path = path_of(repository, object);
        async move {
            if how != Removal::ForGood {
                return Err(Fault::NoTrash);
            }
            let answer = self.inner.ask(Method::DELETE, &path, &[]).await?;
            match answer.status() {
                StatusCode::OK => Ok(true),
                StatusCode::NOT_FOUND => self.inner.check().await.map(|()| false),
                status => Err(ask::odd(status)),
            }
        }
        .boxed()
    }

    fn has_trash(&self) -> bool {
        false
    }

    fn bring_back(&self, _: &Repository) -> Task<'_, u64> {
        async { Ok(0) }.boxed()
    }

    fn purge(&self, _: i64) -> Task<'_, u64> {
        async { Ok(0) }.boxed()
    }

    fn usage(&self, account: &AccountName) -> Task<'_, u64> {
        let account = account.clone();
        async move {
            let mut bytes = 0;
            for id in (self.inner.repositories)(account.clone()).await? {
                let repository = Repository {
                    account: account.clone(),
                    id,
                };
                for kind in Kind::ALL {
                    let list = read::list(&self.inner, &repository, kind).await?;
                    let sizes = list.unwrap_or_default().into_iter().map(|entry| entry.size);
                    bytes += sizes.sum::<u64>();
                }
            }
            Ok(bytes)
        }
        .boxed()
    }
}
