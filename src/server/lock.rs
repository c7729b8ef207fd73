//! One server at a time in a data folder: a second one would clear away the uploads of the first.

use std::fs::{self, File, TryLockError};

use super::settings::DataFolder;
use crate::error::{Context, Error, Kind, Result};

/// Takes the folder; makes it where there is none. It is held until this goes away.
pub fn take(data: &DataFolder) -> Result<File> {
    let shown = data.path().display();
    fs::create_dir_all(data.path()).context(|| format!("cannot make {shown}"))?;
    restrict(data).context(|| format!("cannot change {shown}"))?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(data.lock())
        .context(|| format!("cannot write to {shown}"))?;
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

/// Lets nobody else in: the database knows who has which account.
#[cfg(unix)]
fn restrict(data: &DataFolder) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = data.path();
    let mode = fs::metadata(path)?.permissions().mode();
    // A folder that an operator opened on purpose stays so.
    if fs::read_dir(path)?.next().is_none() && mode & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)] // as on the other systems
fn restrict(_: &DataFolder) -> std::io::Result<()> {
    Ok(())
}
