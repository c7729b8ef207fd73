//! A copy of the database, on the machine itself, while the server runs.

use std::{fs::File, path::Path};

use super::{Admin, done};
use crate::{
    error::{Context, Error, Result},
    server::database::backup,
};

impl Admin {
    /// Copies the database into this file, which must not be there. It gets its name once it is whole, was
    /// read through and is on the disk. Returns how many bytes it has.
    pub fn back_up(&self, to: &Path) -> Result<u64> {
        let shown = to.display();
        if to.symlink_metadata().is_ok() {
            return Err(Error::usage(format!("{shown} is there already"))
                .hint("It was left as it is. Name a file that is not there yet"));
        }
        let folder = match to.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        // Nobody else may read it, from its first byte on: it says who has which account.
        let copy = tempfile::Builder::new()
            .prefix(".instance-sync-backup-")
            .tempfile_in(folder)
            .context(|| format!("cannot write into {}", folder.display()))?;
        let text = copy.path().to_str().ok_or_else(|| {
            Error::usage(format!("{shown} is not in UTF-8")).hint("Name another place")
        })?;
        let copied = self.wait(backup::copy_to(&self.database, text));
        copied.context(|| format!("cannot copy the database to {shown}"))?;
        if let Some(wrong) = done(self.wait(backup::check(copy.path())))? {
            return Err(Error::failed(format!("the copy is not sound: {wrong}"))
                .hint("It was thrown away. The database itself may be damaged: keep the backups that you have"));
        }
        let unwritten = || format!("cannot write {shown}");
        copy.as_file().sync_all().context(unwritten)?;
        let bytes = copy.as_file().metadata().context(unwritten)?.len();
        copy.persist_noclobber(to)
            .map_err(|failed| failed.error)
            .context(unwritten)?;
        if cfg!(unix) {
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .context(unwritten)?;
        }
        self.audit("database backed up", "")?;
        Ok(bytes)
    }
}
