//! One server at a time in a data folder: a second one would clear away the uploads of the first.

use std::fs::{self, File, TryLockError};

use super::{folder, settings::DataFolder};
use crate::error::{Context, Error, Kind, Result};

/// Takes the folder; makes it where there is none. It is held until this goes away.
pub fn take(data: &DataFolder) -> Result<File> {
    let (path, shown) = (data.path(), data.path().display());
    fs::create_dir_all(path).context(|| format!("cannot make {shown}"))?;
    folder::restrict(data).map_err(|error| folder::unread(path, error))?;
    let file = folder::private()
        .create(true)
        .truncate(false)
        .open(data.lock())
        .map_err(|error| folder::unread(path, error))?;
    folder::mend(&data.lock());
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::new(
            Kind::Busy,
            format!("another server is running in {shown}"),
        )
        .hint("Nothing was changed. Stop that one first, or name another folder with --data")),
        Err(TryLockError::Error(error)) => Err(error).context(|| format!("cannot lock {shown}")),
    }
}
