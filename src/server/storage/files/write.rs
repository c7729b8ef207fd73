//! Making repositories, and putting objects into them: written beside, on the disk, checked, and only then
//! given their name.

use std::{fs, io, path::Path, sync::Arc};

use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::task::JoinHandle;

use super::{Inner, blocking, incoming::Incoming, sync_folder};
use crate::{
    domain::rest::path::{Kind, Object, Repository},
    server::storage::{Fault, Put, Upload},
};

/// How much is collected before a thread writes it.
const PORTION: usize = 1 << 20;

/// Makes an empty repository. The 256 folders for packs come as they are needed.
pub fn create(inner: &Inner, repository: &Repository) -> Result<(), Fault> {
    inner.check()?;
    let folder = inner.place.repository(repository);
    for kind in Kind::ALL {
        fs::create_dir_all(inner.place.kind(repository, kind))?;
    }
    sync_folder(&folder)?;
    sync_folder(&inner.place.account(&repository.account))?;
    sync_folder(inner.place.root())?;
    Ok(())
}

/// Puts an object, unless one is there.
///
/// Portions are written by threads for that while the next one comes, so that a slow client occupies none.
pub async fn put(
    inner: Arc<Inner>,
    repository: Repository,
    object: Object,
    upload: &mut Upload<'_>,
) -> Result<Put, Fault> {
    let mut writing: Option<JoinHandle<Result<Incoming, Fault>>> = None;
    let mut portion: Vec<Bytes> = Vec::new();
    let mut collected = 0;
    while let Some(piece) = upload.body.next().await {
        let piece = piece?;
        collected += piece.len();
        portion.push(piece);
        if collected >= PORTION {
            let so_far = written(writing.take()).await?;
            let (inner, pieces) = (Arc::clone(&inner), std::mem::take(&mut portion));
            collected = 0;
            writing = Some(tokio::task::spawn_blocking(move || {
                add(&inner, so_far, &pieces)
            }));
        }
    }
    let so_far = written(writing).await?;
    blocking(move || {
        let incoming = add(&inner, so_far, &portion)?;
        finish(&inner, &repository, &object, incoming)
    })
    .await
}

async fn written(
    writing: Option<JoinHandle<Result<Incoming, Fault>>>,
) -> Result<Option<Incoming>, Fault> {
    match writing {
        None => Ok(None),
        Some(writing) => match writing.await {
            Ok(done) => done.map(Some),
            Err(error) => Err(Fault::Failed(io::Error::other(error))),
        },
    }
}

fn add(inner: &Inner, so_far: Option<Incoming>, pieces: &[Bytes]) -> Result<Incoming, Fault> {
    let mut incoming = match so_far {
        Some(incoming) => incoming,
        None => match Incoming::begin(&inner.place) {
            Ok(incoming) => incoming,
            Err(error) => {
                inner.check()?;
                return Err(error.into());
            }
        },
    };
    incoming.write(pieces)?;
    Ok(incoming)
}

/// Checks an upload that is complete, and gives it its name.
fn finish(
    inner: &Inner,
    repository: &Repository,
    object: &Object,
    mut incoming: Incoming,
) -> Result<Put, Fault> {
    let target = inner.place.object(repository, object);
    let matches = match object {
        Object::Config => true,
        Object::Blob(_, name) => incoming.digest() == *name.digest(),
    };
    if !matches {
        return if is_there(&target)? {
            Ok(Put::Other)
        } else {
            Err(Fault::Mismatch)
        };
    }
    if is_there(&target)? {
        return compare(object, &incoming, &target);
    }
    incoming.sync()?;
    let size = incoming.size();
    // Twice: the first time a folder may be missing.
    for attempt in 0..2 {
        match incoming.publish(&target) {
            Ok(()) => {
                inner.listed.forget(repository, object);
                if let Some(folder) = target.parent() {
                    sync_folder(folder)?;
                }
                return Ok(Put::New(size));
            }
            Err((error, back)) if error.kind() == io::ErrorKind::AlreadyExists => {
                return compare(object, &back, &target);
            }
            Err((error, back)) if error.kind() == io::ErrorKind::NotFound && attempt == 0 => {
                make_folders(inner, repository, object)?;
                incoming = *back;
            }
            Err((error, _)) => return Err(error.into()),
        }
    }
    Err(Fault::NoRepository)
}

/// Says whether what came is what is there.
fn compare(object: &Object, incoming: &Incoming, target: &Path) -> Result<Put, Fault> {
    let same = match object {
        Object::Config => incoming.is_like(target)?,
        // Both are what the name says. A length that differs tells of a disk that lost some of it.
        Object::Blob(..) => fs::metadata(target)?.len() == incoming.size(),
    };
    if !same {
        return Ok(Put::Other);
    }
    // Whoever put it may not have come so far yet, and this answer is a promise too.
    if let Some(folder) = target.parent() {
        sync_folder(folder)?;
    }
    Ok(Put::Same)
}

fn is_there(target: &Path) -> Result<bool, Fault> {
    match fs::metadata(target) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Makes the folders of an object, in a repository that is there.
fn make_folders(inner: &Inner, repository: &Repository, object: &Object) -> Result<(), Fault> {
    inner.check()?;
    let top = inner.place.repository(repository);
    if !top.is_dir() {
        return Err(Fault::NoRepository);
    }
    let mut folders = Vec::new();
    if let Object::Blob(kind, _) = object {
        folders.push(inner.place.kind(repository, *kind));
    }
    if let Some(folder) = inner.place.object(repository, object).parent() {
        folders.push(folder.to_owned());
    }
    for folder in folders {
        match fs::create_dir(&folder) {
            Ok(()) => {
                if let Some(above) = folder.parent() {
                    sync_folder(above)?;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
