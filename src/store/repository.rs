//! One repository, and what is done with it.

use std::{
    ffi::OsString,
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use secrecy::SecretString;
use serde::de::DeserializeOwned;

use super::{
    argv,
    doing::Doing,
    failure,
    fast_key::MasterKey,
    keys::Keys,
    lacking::Lacking,
    locks::Lock,
    messages::{Key, Listed, Message, Status, Summary},
    pattern,
    unread::Unread,
};
use crate::{
    domain::{
        ids::SnapshotId,
        path::{OWN_FOLDER, RelPath},
    },
    error::{Context, Error, Kind, Result},
    process::restic::{self as process, Call, Ended, Patience, Pipe},
    texts::text,
};

/// For calls that a launch waits for.
const BRISK: Patience = Patience {
    silence: Duration::from_secs(20),
    retrying: Duration::from_secs(3),
};
/// For uploads: a pack of 16 MB takes minutes on a slow line, and restic says nothing meanwhile.
const UPLOAD: Patience = Patience {
    silence: Duration::from_mins(3),
    retrying: Duration::from_secs(10),
};

/// How many keys are tried until one opens the repository, as many as restic does, and how long.
const MOST_KEYS: usize = 20;
const SEARCH: Duration = Duration::from_secs(20);

/// How many locks are looked at to find the one that hinders, and how long.
const MOST_LOCKS: usize = 8;
const LOOK: Duration = Duration::from_secs(10);

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

/// How far a restore got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restored {
    /// Everything came.
    Whole,
    /// Some of it is not in the repository any more, or is damaged there. The rest came.
    Lacking {
        /// How many files are lacking, or whole folders.
        items: usize,
        /// What restic said of the first.
        why: String,
    },
    /// Nothing came, since restic stopped at one file that is not in the repository any more. Asked for
    /// less at a time, it may give the rest.
    Nothing {
        /// What restic said of it.
        why: String,
    },
}

/// What a long call told on its way.
#[derive(Default)]
struct Told {
    summary: Option<Summary>,
    lacking: Lacking,
    unread: Unread,
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

    /// Runs a call, and where the key was the wrong one, runs it again with the right one.
    pub(super) fn with_right_key<T>(
        &self,
        mut run: impl FnMut() -> Result<(Ended, T)>,
    ) -> Result<(Ended, T)> {
        // Calls that run side by side learn from each other; each asks for itself what it began with.
        let (with_fast, was_settled) = (self.keys.fast().is_some(), self.keys.is_settled());
        let (mut ended, mut value) = run()?;
        if with_fast && failure::is_refused(&ended) {
            self.keys.refuse_fast();
            (ended, value) = run()?;
        }
        if was_settled || !failure::is_of_a_key(&ended) {
            return Ok((ended, value));
        }
        if !self.keys.is_settled() {
            self.find_key(&ended)?;
        }
        run()
    }

    fn whole(&self, args: &[OsString]) -> Result<(Ended, Vec<u8>)> {
        self.with_right_key(|| process::run_whole(&self.call(args.to_vec(), None, BRISK)))
    }

    /// Tries the other keys of the repository, since `ended` says that the one in use is the wrong
    /// one, and names from now on the one that opens it.
    fn find_key(&self, ended: &Ended) -> Result<()> {
        let since = Instant::now();
        let wrong = failure::wrong_key(ended);
        let ids = match self.keys.list() {
            Err(error) if error.kind() == Kind::Offline => return Err(error),
            Err(_) => None,
            Ok(ids) => ids,
        };
        let mut tried = usize::from(wrong.is_some());
        let others = ids.iter().flatten().filter(|id| Some(id.as_str()) != wrong);
        for id in others.take(MOST_KEYS) {
            if since.elapsed() > SEARCH {
                break;
            }
            tried += 1;
            let mut call = self.call(argv::keys(), None, BRISK);
            call.settings.retain(|(name, _)| *name != KEY_HINT);
            call.settings.push((KEY_HINT, id.into()));
            let (ended, stdout) = process::run_whole(&call)?;
            match self.check(Doing::Opening, &ended, BRISK) {
                // Not always the one that was named: restic goes on with the others.
                Ok(()) => {
                    self.keys.found(&self.current_key(&stdout)?);
                    return Ok(());
                }
                Err(error) if error.kind() == Kind::Offline => return Err(error),
                Err(_) => {}
            }
        }
        Err(self.no_key_fits(ended, ids.map(|_| tried)))
    }

    /// Returns an error for a repository that none of the keys opens that were tried; `None` where
    /// they cannot be listed.
    fn no_key_fits(&self, ended: &Ended, tried: Option<usize>) -> Error {
        let said = failure::last_words(&ended.stderr, &self.secrets());
        let error = |message: String| Error::new(Kind::Damaged, message);
        let doing = Doing::Opening.to_string();
        match tried {
            Some(0 | 1) => error(text!(
                "repository-key-does-not-open",
                doing = doing,
                said = said
            )),
            Some(count) => error(text!(
                "repository-no-key-opens",
                doing = doing,
                number = count,
                said = said
            )),
            None => error(text!(
                "repository-restics-key-does-not-open",
                doing = doing,
                said = said
            ))
            .hint(text!("repository-keys-not-listed")),
        }
        .hint(text!("repository-bring-keys-back"))
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

    /// Opens the repository and returns the id of the key that did.
    pub fn open(&self) -> Result<String> {
        self.current_key(&self.answer(Doing::Opening, &argv::keys())?)
    }

    /// Finds out which key the password opens, where that is not known, so that every later call
    /// can name it.
    pub fn learn_key(&self) -> Result<()> {
        if self.keys.hint().is_none() {
            self.keys.found(&self.open()?);
        }
        Ok(())
    }

    /// Returns the master key. Whoever has it can read everything, whatever happens to the keys.
    pub fn master_key(&self) -> Result<MasterKey> {
        let doing = Doing::ReadingMasterKey;
        let args = argv::master_key();
        let (ended, stdout) =
            self.with_right_key(|| process::run_secret(&self.call(args.clone(), None, BRISK)))?;
        self.check(doing, &ended, BRISK)?;
        // The parser's own message could repeat what it read.
        serde_json::from_slice(&stdout).map_err(|_| self.not_restic(doing))
    }

    fn current_key(&self, stdout: &[u8]) -> Result<String> {
        let keys: Vec<Key> = self.parse(Doing::Opening, stdout)?;
        let current = keys.into_iter().find(|key| key.current);
        current
            .map(|key| key.id)
            .ok_or_else(|| self.not_restic(Doing::Opening))
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
        let (ended, told) = self.with_right_key(|| Self::stream(&call(), progress))?;
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

    /// Returns an error that says whose lock hinders, and for how long.
    pub(super) fn locked(&self, doing: Doing<'_>, ended: &Ended) -> Error {
        let now = Timestamp::now();
        let Some(lock) = self.exclusive_lock(&ended.stderr) else {
            let said = failure::last_words(&ended.stderr, &self.secrets());
            return Error::new(Kind::Offline, format!("{doing}: {said}"))
                .hint(failure::lock_in_the_way());
        };
        let message = text!(
            "lock-held",
            doing = doing.to_string(),
            owner = lock.words(now)
        );
        let hint = if lock.is_stale(now) {
            text!("lock-left-behind")
        } else {
            failure::lock_in_the_way()
        };
        Error::new(Kind::Offline, message).hint(hint)
    }

    /// Returns the exclusive lock, where it can be read. `said` is what restic said of it, with the
    /// beginning of its id.
    fn exclusive_lock(&self, said: &str) -> Option<Lock> {
        let (doing, since) = (Doing::LookingAtLocks, Instant::now());
        let listed = self.answer(doing, &argv::list_locks()).ok()?;
        let listed = String::from_utf8_lossy(&listed);
        let is_id = |id: &&str| id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
        let mut ids: Vec<&str> = listed.lines().map(str::trim).filter(is_id).collect();
        ids.sort_by_key(|id| !said.contains(&id[..8]));
        let within = |_: &&str| since.elapsed() < LOOK;
        // Those of dead backups are passed over, and those that went meanwhile.
        ids.into_iter()
            .take(MOST_LOCKS)
            .take_while(within)
            .filter_map(|id| self.json::<Lock>(doing, &argv::lock(id)).ok())
            .find(|lock| lock.exclusive)
    }

    /// Removes the locks of processes that are gone, and returns how many there were. restic decides
    /// it: a lock of this machine whose process is no more, or one that is 30 minutes old.
    pub fn unlock(&self) -> Result<u64> {
        let stdout = self.answer(Doing::RemovingLocks, &argv::unlock())?;
        let said = String::from_utf8_lossy(&stdout);
        let count = said.split_whitespace().find_map(|word| word.parse().ok());
        Ok(count.unwrap_or(0))
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
        let (ended, _) = self.fetch(snapshot, target, Some(paths), progress)?;
        self.check_fetched(&ended)
    }

    /// Restores what can be had of `paths` of a snapshot into the empty folder `target`: what is
    /// missing or damaged in the repository does not keep the rest from coming.
    ///
    /// What comes has to be checked file by file against its digest: a file that is lacking may be
    /// there, of its right size, with a hole in it.
    ///
    /// # Errors
    /// Whatever is not about single files of the snapshot: offline, refused, no repository, an index
    /// that cannot be read, a snapshot that is not there, a full disk, a restic that was killed. And
    /// [`Kind::Damaged`] where nothing can be had.
    pub fn restore_what_can_be(
        &self,
        snapshot: &SnapshotId,
        target: &Path,
        paths: Option<&[RelPath]>,
        progress: &mut dyn FnMut(&Status),
    ) -> Result<Restored> {
        let (ended, lacking) = self.fetch(snapshot, target, paths, progress)?;
        if failure::is_of_one_file(&ended) {
            let why = failure::last_words(&ended.stderr, &self.secrets());
            return Ok(Restored::Nothing { why });
        }
        // Otherwise it ended over something else than what it said of files.
        let counted = ended.code == Some(1)
            && ended.stopped.is_none()
            && failure::last_words(&ended.stderr, &[]).starts_with("There were ");
        let Some(items) = lacking.count().filter(|_| counted) else {
            return self.check_fetched(&ended).map(|()| Restored::Whole);
        };
        let why = failure::masked(lacking.why(), &self.secrets());
        if lacking.is_everything() {
            let message = format!("{}: {why}", Doing::Fetching);
            return Err(Error::new(Kind::Damaged, message).hint(text!("repository-unchanged-here")));
        }
        Ok(Restored::Lacking { items, why })
    }

    fn fetch(
        &self,
        snapshot: &SnapshotId,
        target: &Path,
        paths: Option<&[RelPath]>,
        progress: &mut dyn FnMut(&Status),
    ) -> Result<(Ended, Lacking)> {
        let cannot = || {
            text!(
                "restic-list-not-written",
                doing = Doing::Fetching.to_string()
            )
        };
        let list = match paths {
            None => None,
            Some(paths) => {
                let mut list = tempfile::NamedTempFile::new().context(cannot)?;
                for path in paths {
                    list.write_all(pattern::include_line(path.as_str()).as_bytes())
                        .context(cannot)?;
                }
                Some(list)
            }
        };
        let list = list.as_ref().map(tempfile::NamedTempFile::path);
        let args = argv::restore(snapshot, target, list);
        let call = || self.call(args.clone(), None, BRISK);
        let (ended, told) = self.with_right_key(|| Self::stream(&call(), progress))?;
        Ok((ended, told.lacking))
    }

    fn check_fetched(&self, ended: &Ended) -> Result<()> {
        self.check(Doing::Fetching, ended, BRISK)
            .map_err(|error| match error.kind() {
                Kind::Failed if ended.code == Some(1) => {
                    error.hint(text!("repository-unchanged-here"))
                }
                _ => error,
            })
    }

    fn stream(call: &Call<'_>, progress: &mut dyn FnMut(&Status)) -> Result<(Ended, Told)> {
        let mut last = Status::default();
        let mut told = Told::default();
        let ended = process::run_lines(call, &mut |pipe, line| {
            match (pipe, serde_json::from_slice(line)) {
                (Pipe::Stdout, Ok(Message::Status(status))) => {
                    progress(&status);
                    // restic prints on a timer: only a changed number is a sign of life.
                    let moved = status != last;
                    last = status;
                    moved
                }
                (Pipe::Stdout, Ok(Message::Summary(end))) => {
                    told.summary = Some(end);
                    true
                }
                (_, Ok(Message::Error(error))) => {
                    told.lacking.note(&error);
                    told.unread.note(&error);
                    true
                }
                (_, parsed) => parsed.is_ok(),
            }
        })?;
        Ok((ended, told))
    }
}
