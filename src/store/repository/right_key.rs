//! Which key opens the repository: the one that is named, or another one of it.

use std::time::{Duration, Instant};

use super::{BRISK, KEY_HINT, Repository};
use crate::{
    error::{Error, Kind, Result},
    process::restic::{self as process, Ended},
    store::{argv, doing::Doing, failure, fast_key::MasterKey, messages::Key},
    texts::text,
};

/// How many keys are tried until one opens the repository, as many as restic does, and how long.
const MOST_KEYS: usize = 20;
const SEARCH: Duration = Duration::from_secs(20);

impl Repository {
    /// Runs a call, and where the key was the wrong one, runs it again with the right one.
    pub(in crate::store) fn with_right_key<T>(
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
}
