//! Publishing a snapshot.

use std::{path::Path, time::Duration};

use super::{BRISK, Repository, told};
use crate::{
    domain::ids::SnapshotId,
    error::Result,
    process::restic::{self as process, Patience},
    store::{argv, doing::Doing, failure, messages::Status},
};

/// For uploads: a pack of 16 MB takes minutes on a slow line, and restic says nothing meanwhile.
const UPLOAD: Patience = Patience {
    silence: Duration::from_mins(3),
    retrying: Duration::from_secs(10),
};

/// How a backup ended.
#[derive(Debug)]
pub struct Backed {
    /// What it published.
    pub snapshot: SnapshotId,
    /// How many regular files are in it.
    pub files: u64,
    /// New bytes, before compression.
    pub bytes_added: u64,
    /// What could not be read of what was listed, in restic's words, where something could not.
    pub unread: Option<String>,
    /// What restic did not find of the parent any more, in its words. It read those files, and saved
    /// them anew.
    pub forgotten: Option<String>,
}

impl Repository {
    /// Publishes a snapshot of the listed files of `folder`.
    ///
    /// A snapshot that is published although files could not be read is no error here, and is not
    /// complete.
    pub fn backup(
        &self,
        folder: &Path,
        backup: &argv::Backup<'_>,
        progress: &mut dyn FnMut(&Status),
    ) -> Result<Backed> {
        let doing = Doing::Saving;
        let call = || self.call(argv::backup(backup), Some(folder.to_path_buf()), UPLOAD);
        let (ended, told) = self.with_right_key(|| told::stream(&call(), progress))?;
        match ended.code {
            Some(3) => {}
            Some(11) => return Err(self.locked(doing, &ended)),
            _ => self.check(doing, &ended, UPLOAD)?,
        }
        let summary = told.summary.ok_or_else(|| self.not_restic(doing))?;
        let forgotten = told.unread.parent;
        let unread = told
            .unread
            .file
            .map(|why| failure::masked(&why, &self.secrets()))
            .or_else(|| {
                let unexplained = ended.code != Some(0) && forgotten.is_none();
                unexplained.then(|| failure::last_words(&ended.stderr, &self.secrets()))
            });
        Ok(Backed {
            snapshot: summary.snapshot_id.ok_or_else(|| self.not_restic(doing))?,
            files: summary.total_files_processed,
            bytes_added: summary.data_added,
            unread,
            forgotten: forgotten.map(|why| failure::masked(&why, &self.secrets())),
        })
    }

    /// Publishes a snapshot of one short text, as the file `name`.
    pub fn back_up_text(&self, name: &str, text: &[u8], host: &str, tags: &[String]) -> Result<()> {
        let doing = Doing::Noting;
        let (ended, _) = self.with_right_key(|| {
            let mut call = self.call(argv::backup_text(name, host, tags), None, BRISK);
            call.input = Some(text.to_vec());
            process::run_whole(&call)
        })?;
        self.check(doing, &ended, BRISK)
    }
}
