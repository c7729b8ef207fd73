//! Reading: sizes, contents, lists.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::Path,
};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tokio::{sync::OwnedSemaphorePermit, task::JoinHandle};

use super::Inner;
use crate::{
    domain::rest::{
        list::Entry,
        name::ObjectName,
        path::{Kind, Object, Repository},
        range::{Range, Slice},
    },
    server::storage::{Content, Fault, Found},
};

/// What is read at a time. Smaller objects are answered in one piece.
const PIECE: u64 = 256 << 10;

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
    let mut file = match File::open(inner.place.object(repository, object)) {
        Ok(file) => file,
        Err(error) => return inner.missing(error, None),
    };
    let about = file.metadata()?;
    if !about.is_file() {
        return Ok(None);
    }
    let size = about.len();
    let slice = range.of(size);
    let length = match slice {
        Slice::Whole => size,
        Slice::Part { from, length } => {
            file.seek(SeekFrom::Start(from))?;
            length
        }
        Slice::Outside => 0,
    };
    let first = piece(&mut file, length.min(PIECE))?;
    let left = length - first.len() as u64;
    let content = if left == 0 {
        Content::Whole(first)
    } else {
        Content::Pieces(pieces((file, open), first, left))
    };
    Ok(Some(Found {
        size,
        slice,
        content,
    }))
}

/// One piece on its way from the disk, with what reads the next one.
type Reading = JoinHandle<io::Result<(Bytes, Held)>>;
/// An open file, and what lets it be open.
type Held = (File, OwnedSemaphorePermit);

/// Reads on while the piece before is sent.
fn pieces(file: Held, first: Bytes, left: u64) -> stream::BoxStream<'static, io::Result<Bytes>> {
    let begin = |(mut file, open): Held, length: u64| -> Reading {
        tokio::task::spawn_blocking(move || Ok((piece(&mut file, length)?, (file, open))))
    };
    let ahead = begin(file, left.min(PIECE));
    stream::unfold(
        (Some(first), Some(ahead), left),
        move |(ready, ahead, left)| async move {
            if let Some(ready) = ready {
                return Some((Ok(ready), (None, ahead, left)));
            }
            let (piece, file) = match ahead?.await {
                Ok(Ok(read)) => read,
                Ok(Err(error)) => return Some((Err(error), (None, None, 0))),
                Err(error) => return Some((Err(io::Error::other(error)), (None, None, 0))),
            };
            let left = left - piece.len() as u64;
            let ahead = (left > 0).then(|| begin(file, left.min(PIECE)));
            Some((Ok(piece), (None, ahead, left)))
        },
    )
    .boxed()
}

/// Reads exactly so much; less is an error, since no object ever shrinks.
fn piece(file: &mut File, length: u64) -> io::Result<Bytes> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)?);
    file.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length {
        Ok(bytes.into())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Returns all objects of a kind, by name.
pub fn list(
    inner: &Inner,
    repository: &Repository,
    kind: Kind,
) -> Result<Option<Vec<Entry>>, Fault> {
    let mut entries = Vec::new();
    let folder = inner.place.kind(repository, kind);
    let found = match kind {
        Kind::Data => each_folder(&folder, &mut entries),
        _ => objects_in(&folder, &mut entries),
    };
    match found {
        Ok(()) => {
            entries.sort_unstable();
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
