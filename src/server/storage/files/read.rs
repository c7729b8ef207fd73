//! Reading: sizes, contents, lists.

use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::Arc,
};

use futures_util::{StreamExt as _, future, stream};
use tokio::sync::OwnedSemaphorePermit;

use super::{Inner, pieces::Pieces};
use crate::{
    domain::rest::{
        list::Entry,
        name::ObjectName,
        path::{Kind, Object, Repository},
        range::{Range, Slice},
    },
    server::storage::{Content, Fault, Found},
};

/// Returns how many bytes an object has.
pub fn size(inner: &Inner, repository: &Repository, object: &Object) -> Result<Option<u64>, Fault> {
    match fs::metadata(inner.place.object(repository, object)) {
        Ok(found) if found.is_file() => Ok(Some(found.len())),
        Ok(_) => Ok(None),
        Err(error) => inner.missing(error, None),
    }
}

/// Opens an object, and reads its first piece. `open` is given back when the last one is read.
pub fn get(
    inner: &Inner,
    repository: &Repository,
    object: &Object,
    range: Range,
    open: OwnedSemaphorePermit,
) -> Result<Option<Found>, Fault> {
    let file = match File::open(inner.place.object(repository, object)) {
        Ok(file) => file,
        Err(error) => return inner.missing(error, None),
    };
    let about = file.metadata()?;
    if !about.is_file() {
        return Ok(None);
    }
    let size = about.len();
    let slice = range.of(size);
    let (at, left) = match slice {
        Slice::Whole => (0, size),
        Slice::Part { from, length } => (from, length),
        Slice::Outside => (0, 0),
    };
    let mut pieces = Pieces {
        file,
        at,
        left,
        buffers: Arc::clone(&inner.buffers),
        open,
    };
    let first = pieces.read()?;
    let content = if pieces.left == 0 {
        Content::Whole(first)
    } else {
        let first = stream::once(future::ready(Ok(first)));
        Content::Pieces(first.chain(pieces.stream()).boxed())
    };
    Ok(Some(Found {
        size,
        slice,
        content,
    }))
}

/// Returns all objects of a kind, by name.
pub fn list(
    inner: &Inner,
    repository: &Repository,
    kind: Kind,
) -> Result<Option<Vec<Entry>>, Fault> {
    let mut entries = Vec::new();
    let folder = inner.place.kind(repository, kind);
    let (found, reading) = if kind == Kind::Data {
        (each_folder(&folder, &mut entries), None)
    } else {
        let reading = inner.listed.begin(&folder, repository, kind);
        (objects_in(&folder, &mut entries), reading)
    };
    match found {
        Ok(()) => {
            entries.sort_unstable();
            if let Some(reading) = reading {
                inner.listed.keep(reading, &entries);
            }
            Ok(Some(entries))
        }
        // A repository of another server may lack the folder of a kind that it has nothing of.
        Err(error) if inner.place.repository(repository).is_dir() => {
            inner.missing(error, Some(Vec::new()))
        }
        Err(error) => inner.missing(error, None),
    }
}

fn each_folder(folder: &Path, entries: &mut Vec<Entry>) -> io::Result<()> {
    for shard in fs::read_dir(folder)? {
        let shard = shard?;
        if shard.file_name().len() == 2 && shard.file_type()?.is_dir() {
            objects_in(&shard.path(), entries)?;
        }
    }
    Ok(())
}

fn objects_in(folder: &Path, entries: &mut Vec<Entry>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Whatever else lies there is nobody's.
        let name = entry.file_name();
        let Some(name) = name
            .to_str()
            .and_then(|name| name.parse::<ObjectName>().ok())
        else {
            continue;
        };
        match entry.metadata() {
            Ok(about) if about.is_file() => entries.push(Entry {
                name,
                size: about.len(),
            }),
            Ok(_) => {}
            // Removed in the meantime.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Returns how many bytes the files below a folder have; none where it is missing.
pub fn bytes_below(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in walkdir::WalkDir::new(folder) {
        let about = entry.and_then(|entry| entry.metadata());
        match about {
            Ok(about) if about.is_file() => bytes += about.len(),
            Ok(_) => {}
            Err(error) => {
                let error = io::Error::from(error);
                if error.kind() != io::ErrorKind::NotFound {
                    return Err(error);
                }
            }
        }
    }
    Ok(bytes)
}
