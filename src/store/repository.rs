//! One repository, and what is done with it.

use std::{
    ffi::OsString,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::SecretString;
use serde::de::DeserializeOwned;

use super::{
    argv, failure,
    messages::{Key, Listed, Message, Status, Summary},
    pattern,
    process::{self, Call, Ended, Patience},
};
use crate::{
    domain::{
        ids::SnapshotId,
        path::{OWN_FOLDER, RelPath},
    },
    error::{Context, Error, Kind, Result},
};

/// For calls that a launch waits for.
const BRISK: Patience = Patience {
    silence: Duration::from_secs(20),
    retrying: Duration::from_secs(3),
};
/// For uploads: a pack of 16 MB takes minutes on a slow line, and restic says nothing meanwhile.
const UPLOAD: Patience = Patience {
    silence: Duration::from_secs(180),
    retrying: Duration::from_secs(10),
};

/// How to open a repository.
#[derive(Debug)]
pub struct Repository {
    /// restic's program.
    pub program: PathBuf,
    /// restic's name of the repository.
    pub location: String,
    /// The account and its secret, for a rest-server.
    pub account: Option<(String, SecretString)>,
    /// The repository's own password.
    pub password: SecretString,
    /// Which key to open it with. Without, junk in `keys/` can break restic.
    pub key_hint: Option<String>,
    /// A private CA.
    pub ca_file: Option<PathBuf>,
    /// restic's cache.
    pub cache: PathBuf,
}

/// How a backup ended.
#[derive(Debug)]
pub struct Backed {
    /// What it published.
    pub snapshot: SnapshotId,
    /// How many regular files are in it.
    pub files: u64,
    /// New bytes, before compression.
    pub bytes_added: u64,
    /// Whether everything that was listed could be read.
    pub complete: bool,
}

impl Repository {
    fn call(&self, args: Vec<OsString>, folder: Option<PathBuf>, patience: Patience) -> Call<'_> {
        let mut settings: Vec<(&'static str, OsString)> = vec![
            ("RESTIC_REPOSITORY", self.location.clone().into()),
            ("RESTIC_CACHE_DIR", self.cache.clone().into()),
            ("RESTIC_PROGRESS_FPS", "5".into()),
        ];
        let mut secrets = vec![("RESTIC_PASSWORD", self.password.clone())];
        if let Some(hint) = &self.key_hint {
            settings.push(("RESTIC_KEY_HINT", hint.into()));
        }
        if let Some(ca_file) = &self.ca_file {
            settings.push(("RESTIC_CACERT", ca_file.into()));
        }
        if let Some((account, secret)) = &self.account {
            settings.push(("RESTIC_REST_USERNAME", account.into()));
            secrets.push(("RESTIC_REST_PASSWORD", secret.clone()));
        }
        Call {
            program: &self.program,
            args,
            folder,
            settings,
            secrets,
            patience,
        }
    }

    fn check(&self, what: &str, ended: &Ended, patience: Patience) -> Result<()> {
        let mut secrets = vec![&self.password];
        secrets.extend(self.account.as_ref().map(|(_, secret)| secret));
        failure::check(what, ended, patience, &secrets)
    }

    fn answer(&self, what: &str, args: Vec<OsString>) -> Result<Vec<u8>> {
        let call = self.call(args, None, BRISK);
        let (ended, stdout) = process::run_whole(&call)?;
        self.check(what, &ended, BRISK)?;
        Ok(stdout)
    }

    fn json<T: DeserializeOwned>(&self, what: &str, args: Vec<OsString>) -> Result<T> {
        let stdout = self.answer(what, args)?;
        serde_json::from_slice(&stdout).map_err(|error| self.not_restic(what).because(error))
    }

    fn not_restic(&self, what: &str) -> Error {
        Error::failed(format!(
            "{what}: {} answered something that restic would not",
            self.program.display()
        ))
        .hint(
            "Check that program, or remove it so that restic is fetched anew. Nothing was changed.",
        )
    }

    /// Creates the repository. Only the device that made the instance ever calls this.
    pub fn init(&self) -> Result<()> {
        self.answer("creating the repository", argv::init())
            .map(|_| ())
    }

    /// Opens the repository and returns the id of the key that did.
    pub fn open(&self) -> Result<String> {
        let what = "opening the repository";
        let keys: Vec<Key> = self.json(what, argv::keys())?;
        let current = keys.into_iter().find(|key| key.current);
        current
            .map(|key| key.id)
            .ok_or_else(|| self.not_restic(what))
    }

    /// Lists the snapshots that can be read.
    pub fn snapshots(&self) -> Result<Vec<Listed>> {
        // `null` is how older versions write an empty list.
        self.json::<Option<Vec<Listed>>>("listing the snapshots", argv::snapshots())
            .map(Option::unwrap_or_default)
    }

    /// Lists the ids of all snapshots, readable or not.
    pub fn snapshot_ids(&self) -> Result<Vec<SnapshotId>> {
        let stdout = self.answer("listing the snapshots", argv::list_snapshots())?;
        let text = String::from_utf8_lossy(&stdout);
        Ok(text
            .lines()
            .filter_map(|line| line.trim().parse().ok())
            .collect())
    }

    /// Returns the `push.json` of a snapshot, or `None` where it has none: a snapshot that a person
    /// made with plain restic.
    pub fn push_record(&self, snapshot: &SnapshotId) -> Result<Option<Vec<u8>>> {
        let call = self.call(
            argv::dump(snapshot, &format!("/{OWN_FOLDER}/push.json")),
            None,
            BRISK,
        );
        let (ended, stdout) = process::run_whole(&call)?;
        if ended.code == Some(1) && ended.stderr.contains("not found in snapshot") {
            return Ok(None);
        }
        self.check("reading what a snapshot says of itself", &ended, BRISK)?;
        Ok(Some(stdout))
    }

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
        let what = "saving to the cloud";
        let call = self.call(argv::backup(backup), Some(folder.to_path_buf()), UPLOAD);
        let (ended, summary) = Self::stream(&call, progress)?;
        if ended.code != Some(3) {
            self.check(what, &ended, UPLOAD)?;
        }
        let summary = summary.ok_or_else(|| self.not_restic(what))?;
        Ok(Backed {
            snapshot: summary.snapshot_id.ok_or_else(|| self.not_restic(what))?,
            files: summary.total_files_processed,
            bytes_added: summary.data_added,
            complete: ended.code == Some(0),
        })
    }

    /// Restores `paths` of a snapshot into the empty folder `target`.
    ///
    /// More than was asked for may come out where a name cannot be written exactly.
    pub fn restore(
        &self,
        snapshot: &SnapshotId,
        target: &Path,
        paths: &[RelPath],
        progress: &mut dyn FnMut(&Status),
    ) -> Result<()> {
        let what = "fetching from the cloud";
        let mut list = tempfile::NamedTempFile::new()
            .context(|| format!("{what}: cannot write a list of files"))?;
        for path in paths {
            list.write_all(pattern::include_line(path.as_str()).as_bytes())
                .context(|| format!("{what}: cannot write a list of files"))?;
        }
        let call = self.call(
            argv::restore(snapshot, target, Some(list.path())),
            None,
            BRISK,
        );
        let (ended, _) = Self::stream(&call, progress)?;
        self.check(what, &ended, BRISK)
            .map_err(|error| match error.kind() {
                Kind::Failed if ended.code == Some(1) => {
                    error.hint("Nothing was changed on this device.")
                }
                _ => error,
            })
    }

    fn stream(
        call: &Call<'_>,
        progress: &mut dyn FnMut(&Status),
    ) -> Result<(Ended, Option<Summary>)> {
        let mut last = Status::default();
        let mut summary = None;
        let ended = process::run_lines(call, &mut |line| match serde_json::from_slice(line) {
            Ok(Message::Status(status)) => {
                progress(&status);
                // restic prints on a timer: only a changed number is a sign of life.
                let moved = status != last;
                last = status;
                moved
            }
            Ok(Message::Summary(end)) => {
                summary = Some(end);
                true
            }
            Ok(Message::Error(_) | Message::Other) => true,
            Err(_) => false,
        })?;
        Ok((ended, summary))
    }
}
