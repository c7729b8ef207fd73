//! Removing, and the trash: what a device removed under a grant can be brought back for a while.

use std::{fs, io, path::Path};

use walkdir::WalkDir;

use super::{Inner, place::from_trash, sync_folder};
use crate::{
    domain::rest::path::{Kind, Object, Repository},
    server::storage::{Fault, Removal},
};

/// Takes an object away. Returns whether it was there.
pub fn remove(
    inner: &Inner,
    repository: &Repository,
    object: &Object,
    how: Removal,
) -> Result<bool, Fault> {
    let file = inner.place.object(repository, object);
    let gone = match how {
        Removal::ForGood => fs::remove_file(&file),
        Removal::ToTrash(at) => {
            // Before anything is made: an answer about a disk that is not there would be wrong.
            inner.check()?;
            if file.is_file() {
                put_aside(&file, &inner.place.trashed(repository, object, at))
            } else {
                Err(io::ErrorKind::NotFound.into())
            }
        }
    };
    inner.listed.forget(repository, object);
    match gone {
        Ok(()) => Ok(true),
        Err(error) => inner.missing(error, false),
    }
}

fn put_aside(file: &Path, trashed: &Path) -> io::Result<()> {
    let folder = trashed.parent().unwrap_or(trashed);
    fs::create_dir_all(folder)?;
    // The same object removed twice in one second is the same content.
    fs::rename(file, trashed)?;
    sync_folder(folder)
}

/// Puts back what of a repository is in the trash. Returns how many objects that was.
pub fn bring_back(inner: &Inner, repository: &Repository) -> Result<u64, Fault> {
    inner.check()?;
    let trash = inner.place.trash_of(repository);
    let mut back = 0;
    // Snapshots last: who lists them meanwhile finds what they refer to.
    for kind in [
        None,
        Some(Kind::Keys),
        Some(Kind::Data),
        Some(Kind::Index),
        Some(Kind::Locks),
        Some(Kind::Snapshots),
    ] {
        let folder = kind.map_or_else(|| trash.clone(), |kind| trash.join(kind.as_str()));
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let Some((name, _)) = name.to_str().and_then(from_trash) else {
                continue;
            };
            let object = match kind {
                None if name == "config" => Object::Config,
                None => continue,
                Some(kind) => match name.parse() {
                    Ok(name) => Object::Blob(kind, name),
                    Err(_) => continue,
                },
            };
            let put = put_back(&entry.path(), &inner.place.object(repository, &object));
            inner.listed.forget(repository, &object);
            back += u64::from(put?);
        }
    }
    Ok(back)
}

/// Gives a file its place again. Returns whether it was free.
fn put_back(trashed: &Path, target: &Path) -> io::Result<bool> {
    let folder = target.parent().unwrap_or(target);
    fs::create_dir_all(folder)?;
    let is_back = match fs::hard_link(trashed, target) {
        Ok(()) => {
            sync_folder(folder)?;
            true
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
        Err(error) => return Err(error),
    };
    fs::remove_file(trashed)?;
    Ok(is_back)
}

/// Empties the trash of what was put there before this time. Returns how many bytes that was.
pub fn purge(inner: &Inner, before: i64) -> Result<u64, Fault> {
    inner.check()?;
    let mut freed = 0;
    // What a folder holds comes first, so that it is empty by then.
    for entry in WalkDir::new(inner.place.trash())
        .min_depth(1)
        .contents_first(true)
    {
        let entry = match entry.map_err(io::Error::from) {
            Ok(entry) => entry,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        if entry.file_type().is_dir() {
            // One that is not empty stays.
            let _ = fs::remove_dir(entry.path());
            continue;
        }
        let at = entry.file_name().to_str().and_then(from_trash);
        if at.is_some_and(|(_, at)| at < before) {
            let size = entry.metadata().map_or(0, |about| about.len());
            fs::remove_file(entry.path())?;
            freed += size;
        }
    }
    Ok(freed)
}
