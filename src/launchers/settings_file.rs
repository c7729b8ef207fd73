//! Files of a launcher: reading, a copy for the day on which something is wrong, writing.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::{
    config::json_file::{self, Access},
    domain::digest::Hasher,
    error::{Context, Error, Result},
    texts::text,
};

/// Returns a path as it is shown.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// How many copies of one file are kept.
const COPIES: usize = 10;

/// Reads a file that has to be there.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    json_file::read_bytes(path)?
        .ok_or_else(|| Error::failed(text!("launcher-not-there", path = shown(path))))
}

/// Returns the error for a file that is not what a launcher writes.
pub fn unreadable(path: &Path, why: &str) -> Error {
    Error::failed(text!("launcher-unreadable", path = shown(path), why = why))
        .hint(text!("launcher-unreadable-hint"))
}

/// Copies what a file was below `backups`. Returns the copy.
pub fn back_up(backups: &Path, path: &Path, bytes: &[u8], stamp: &str) -> Result<PathBuf> {
    let mut hasher = Hasher::default();
    hasher.update(path.to_string_lossy().as_bytes());
    let which: String = hasher.finish().to_string().chars().take(12).collect();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folder = backups.join(which);
    fs::create_dir_all(&folder).context(|| text!("launcher-cannot-make", path = shown(&folder)))?;
    let copy = folder.join(format!("{stamp}-{name}"));
    json_file::write_bytes(&copy, bytes, Access::Private)?;
    // The names begin with the time: the oldest come first.
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut copies: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    copies.sort();
    for old in &copies[..copies.len().saturating_sub(COPIES)] {
        let _ = fs::remove_file(old);
    }
    Ok(copy)
}

/// Replaces a file that is still `before`, with its permissions; a link to it stays a link.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<()> {
    let what = || text!("launcher-cannot-write", path = shown(path));
    let write = || -> Result<()> {
        let real = path.canonicalize().context(what)?;
        let folder = real.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new()
            .prefix(".writing-")
            .tempfile_in(folder)
            .context(what)?;
        file.write_all(after).context(what)?;
        let permissions = fs::metadata(&real).context(what)?.permissions();
        file.as_file().set_permissions(permissions).context(what)?;
        file.as_file().sync_all().context(what)?;
        if read(&real)? != before {
            let error = text!("launcher-changed", path = shown(path));
            return Err(Error::failed(error).hint(text!("launcher-changed-hint")));
        }
        file.persist(&real)
            .map_err(|error| error.error)
            .context(what)?;
        json_file::sync_folder(folder).context(what)
    };
    write().map_err(|error| error.hint(text!("launcher-left")))
}
