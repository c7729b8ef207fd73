//! One repository, and what is done with it.

mod backup;
mod locked;
mod restore;
mod right_key;
mod told;

pub use backup::Backed;
pub use restore::Restored;

use std::{ffi::OsString, path::PathBuf, time::Duration};

use secrecy::SecretString;
use serde::de::DeserializeOwned;

use super::{argv, doing::Doing, failure, keys::Keys, messages::Listed};
use crate::{
    domain::{ids::SnapshotId, path::OWN_FOLDER},
    error::{Error, Result},
    process::restic::{self as process, Call, Ended, Patience},
    texts::text,
};

/// For calls that a launch waits for.
const BRISK: Patience = Patience {
    silence: Duration::from_secs(20),
    retrying: Duration::from_secs(3),
};

/// The variable that names the key.
const KEY_HINT: &str = "RESTIC_KEY_HINT";

/// For calls that may take so long in all, since they say nothing before they end.
fn patience_of(limit: Duration) -> Patience {
    Patience {
        silence: limit,
        retrying: limit.min(BRISK.retrying),
    }
}

/// How to open a repository.
pub struct Repository {
    /// restic's program.
    pub program: PathBuf,
    /// restic's name of the repository.
    pub location: String,
    /// The account and its secret, for a rest-server.
    pub account: Option<(String, SecretString)>,
    /// The repository's own password.
    pub password: SecretString,
    /// Which key to open it with.
    pub keys: Keys,
    /// A private CA.
    pub ca_file: Option<PathBuf>,
    /// restic's cache; `None` where everything is to come from the repository itself.
    pub cache: Option<PathBuf>,
}

impl Repository {
    pub(super) fn call(
        &self,
        mut args: Vec<OsString>,
        folder: Option<PathBuf>,
        patience: Patience,
    ) -> Call<'_> {
        let mut settings: Vec<(&'static str, OsString)> = vec![
            ("RESTIC_REPOSITORY", self.location.clone().into()),
            ("RESTIC_PROGRESS_FPS", "5".into()),
        ];
        match &self.cache {
            Some(cache) => settings.push(("RESTIC_CACHE_DIR", cache.into())),
            None => args.push("--no-cache".into()),
        }
        let password = self.keys.password(&self.password);
        let mut secrets = vec![("RESTIC_PASSWORD", password.clone())];
        if let Some(hint) = self.keys.hint() {
            settings.push((KEY_HINT, hint.into()));
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
            input: None,
            patience,
        }
    }

    pub(super) fn secrets(&self) -> Vec<&SecretString> {
        let mut secrets = vec![&self.password];
        secrets.extend(self.keys.fast().map(|fast| &fast.password));
        secrets.extend(self.account.as_ref().map(|(_, secret)| secret));
        secrets
    }

    pub(super) fn check(&self, doing: Doing<'_>, ended: &Ended, patience: Patience) -> Result<()> {
        failure::check(doing, ended, patience, &self.secrets())
    }

    fn whole(&self, args: &[OsString]) -> Result<(Ended, Vec<u8>)> {
        self.with_right_key(|| process::run_whole(&self.call(args.to_vec(), None, BRISK)))
    }

    fn answer(&self, doing: Doing<'_>, args: &[OsString]) -> Result<Vec<u8>> {
        let (ended, stdout) = self.whole(args)?;
        self.check(doing, &ended, BRISK)?;
        Ok(stdout)
    }

    fn json<T: DeserializeOwned>(&self, doing: Doing<'_>, args: &[OsString]) -> Result<T> {
        self.parse(doing, &self.answer(doing, args)?)
    }

    fn parse<T: DeserializeOwned>(&self, doing: Doing<'_>, stdout: &[u8]) -> Result<T> {
        serde_json::from_slice(stdout).map_err(|error| self.not_restic(doing).because(error))
    }

    fn not_restic(&self, doing: Doing<'_>) -> Error {
        Error::failed(text!(
            "restic-not-restic",
            doing = doing.to_string(),
            program = self.program.display().to_string()
        ))
        .hint(text!("restic-check-program"))
    }

    /// Creates the repository. Only the device that made the instance ever calls this.
    ///
    /// Where another device was faster by moments, its repository is the one.
    pub fn init(&self) -> Result<()> {
        let Err(error) = self.answer(Doing::Creating, &argv::init()) else {
            return Ok(());
        };
        let said = error.to_string();
        let lost = said.contains("(403)") || said.contains("already exists");
        if lost && self.open().is_ok() {
            return Ok(());
        }
        Err(error)
    }

    /// Lists the snapshots that can be read.
    pub fn snapshots(&self) -> Result<Vec<Listed>> {
        // `null` is how older versions write an empty list.
        self.json::<Option<Vec<Listed>>>(Doing::Listing, &argv::snapshots())
            .map(Option::unwrap_or_default)
    }

    /// Lists the snapshots that can be read, where that takes no longer than `limit`.
    pub fn snapshots_within(&self, limit: Duration) -> Result<Vec<Listed>> {
        let (doing, patience) = (Doing::Listing, patience_of(limit));
        let (ended, stdout) = self
            .with_right_key(|| process::run_whole(&self.call(argv::snapshots(), None, patience)))?;
        self.check(doing, &ended, patience)?;
        self.parse::<Option<Vec<Listed>>>(doing, &stdout)
            .map(Option::unwrap_or_default)
    }

    /// Lists the ids of all snapshots, readable or not.
    pub fn snapshot_ids(&self) -> Result<Vec<SnapshotId>> {
        let stdout = self.answer(Doing::Listing, &argv::list_snapshots())?;
        let text = String::from_utf8_lossy(&stdout);
        Ok(text
            .lines()
            .filter_map(|line| line.trim().parse().ok())
            .collect())
    }

    /// Returns the `push.json` of a snapshot, or `None` where it has none: a snapshot that a person
    /// made with plain restic.
    pub fn push_record(&self, snapshot: &SnapshotId) -> Result<Option<Vec<u8>>> {
        let path = format!("/{OWN_FOLDER}/push.json");
        let (ended, stdout) = self.whole(&argv::dump(snapshot, &path))?;
        if ended.code == Some(1) && ended.stderr.contains("not found in snapshot") {
            return Ok(None);
        }
        self.check(Doing::ReadingRecord(snapshot), &ended, BRISK)?;
        Ok(Some(stdout))
    }
}
