//! The way to the repository of a run: the question to the server, the secrets, restic.

use std::{collections::BTreeSet, path::PathBuf, thread};

use super::{Locks, Session};
use crate::{
    domain::{ids::SnapshotId, rest::session::Session as Said},
    error::{Error, Kind, Result},
    remote::probe::{self, Probed},
    store::repository::Repository,
    sync::{
        access::Access,
        cloud::Store,
        credentials::{self, Keeper},
        event::note,
        fast_key::{self, IfMissing},
        provision,
        server::{self, presence},
    },
    texts::text,
};

impl Session<'_> {
    /// Asks the server which snapshots there are; see [`probe::probe`].
    pub fn probe(&mut self) -> Result<Option<BTreeSet<SnapshotId>>> {
        if let Some(cloud) = &self.settings.cloud {
            return cloud.probe();
        }
        let asked = probe::probe(&self.access()?.question());
        asked.map_err(|error| self.refused(error))
    }

    /// Asks as [`Session::probe`] does. A server of ours learns by it that a game starts, where one does,
    /// and says who else is at work.
    fn probe_as(access: &Access, said: Option<Said>) -> Result<Probed> {
        let question = access.question();
        match said {
            Some(said) => probe::probe_playing(&question, said),
            None => probe::probe(&question).map(|ids| Probed {
                ids,
                others: Vec::new(),
            }),
        }
    }

    /// Says of a token that was refused how this folder gets another one.
    fn refused(&self, error: Error) -> Error {
        if error.kind() == Kind::Credentials {
            let folder = self.folder();
            return error.hint(text!("session-token-again", folder = folder));
        }
        error
    }

    /// Asks as [`Session::probe`] does, while `work` is done.
    pub fn probe_beside<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> T,
    ) -> (T, Result<Option<BTreeSet<SnapshotId>>>) {
        // The fleet model's cloud answers at once, and in the order in which it is asked.
        if self.settings.cloud.is_some() {
            let done = work(self);
            return (done, self.probe());
        }
        let access = match self.access() {
            Ok(access) => access.clone(),
            Err(error) => return (work(self), Err(error)),
        };
        let said = presence::of(self);
        if let Some(Said::Play { since }) = said {
            self.met.announced = Some(since);
        }
        let (done, asked) = thread::scope(|scope| {
            let asked = scope.spawn(|| Self::probe_as(&access, said));
            let done = work(self);
            let died = |_| Err(Error::failed(text!("session-probe-died")));
            (done, asked.join().unwrap_or_else(died))
        });
        let asked = asked.map(|probed| {
            self.met.reached = true;
            presence::tell(self, &probed.others);
            probed.ids
        });
        (done, asked.map_err(|error| self.refused(error)))
    }

    /// Returns the way to the repository.
    pub fn access(&mut self) -> Result<&Access> {
        if self.access.is_none() {
            let credentials =
                credentials::load(self.settings, &self.layout, &self.sync, self.listener)?;
            self.access = Some(Access::new(&self.sync, self.settings, credentials)?);
        }
        self.access
            .as_ref()
            .ok_or_else(|| Error::failed(text!("session-no-credentials")))
    }

    /// Opens the repository as the engine sees it.
    pub fn store(&mut self) -> Result<Box<dyn Store>> {
        if let Some(cloud) = &self.settings.cloud {
            return cloud.open();
        }
        let repository = self.repository()?;
        let settled = self.state.to_create || repository.keys.hint().is_some();
        // Who only looks leaves it to the next hook to find out which key it is.
        if settled || !self.hold.is_taken() {
            return Ok(Box::new(repository));
        }
        // Opted in offline, or by the earlier Python tool: from here on every call names its key.
        repository.learn_key()?;
        if self.find_fast_key(&repository, IfMissing::DoWithout)? {
            return Ok(Box::new(self.repository()?));
        }
        Ok(Box::new(repository))
    }

    /// Returns the repository, with restic at hand: found, or fetched now. Locks that processes left
    /// behind are gone from it, if that was asked for.
    pub fn repository(&mut self) -> Result<Repository> {
        let program = self.program()?;
        let cache = self.settings.dirs.restic_cache(self.layout.own());
        let cache = self.trust_cache.then_some(cache);
        let keeper = Keeper::of(&self.layout, self.sync.instance_id);
        let keeper = self.hold.is_taken().then_some(keeper);
        let access = self.access()?;
        let repository = access.repository(program, cache, keeper);
        if self.locks == Locks::Go {
            self.unlock(&repository)?;
            self.locks = Locks::Stay;
        }
        Ok(repository)
    }

    /// Returns restic's program: found, or fetched now.
    pub fn program(&mut self) -> Result<PathBuf> {
        if self.restic.is_none() {
            self.restic = Some(
                provision::restic(self.settings, &self.layout, self.listener)
                    .map_err(Error::grave)?,
            );
        }
        let found = self.restic.as_ref();
        Ok(found.map(|found| found.program.clone()).unwrap_or_default())
    }

    /// Creates the repository, and gives it a fast key.
    pub fn create(&mut self, store: &dyn Store) -> Result<()> {
        if self.settings.cloud.is_none() {
            let settings = self.settings;
            let location = self.sync.location.clone();
            let question = self.access()?.question();
            let server = server::known(settings, &location, question.ca_file);
            server::instances::register(&question, server.as_ref())?;
        }
        store.init()?;
        self.state.to_create = false;
        self.save()?;
        if self.settings.cloud.is_none() {
            let repository = self.repository()?;
            repository.learn_key()?;
            self.find_fast_key(&repository, IfMissing::Add)?;
        }
        Ok(())
    }

    /// Looks for the repository's fast key, and keeps it. Returns whether there is one.
    fn find_fast_key(&mut self, repository: &Repository, if_missing: IfMissing) -> Result<bool> {
        if !self.sync.fast_key {
            return Ok(false);
        }
        let keeper = Keeper::of(&self.layout, self.sync.instance_id);
        let listener = self.listener;
        let access = self.access()?;
        let found = fast_key::obtain(access, repository, if_missing);
        let Some(key) = fast_key::or_say(found, listener) else {
            return Ok(false);
        };
        let mut access = access.clone();
        access.credentials.key.key_id = repository.keys.hint().map(str::to_owned);
        access.keep_fast(Some(key));
        let kept = keeper.write(&access.credentials.key).is_ok();
        self.access = Some(access);
        Ok(kept)
    }

    fn unlock(&self, repository: &Repository) -> Result<()> {
        let said = match repository.unlock() {
            Ok(0) => text!("session-no-locks"),
            Ok(count) => text!("session-unlocked", number = count),
            // It is still to be created.
            Err(error) if error.kind() == Kind::NoRepository => return Ok(()),
            Err(error) => return Err(error),
        };
        note(self.listener, said);
        Ok(())
    }
}
