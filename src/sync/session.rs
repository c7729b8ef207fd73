//! One run in one opted-in folder: the lock, the state, the scope, and the way to the repository.

use std::{cell::RefCell, collections::BTreeSet, path::PathBuf, rc::Rc, thread, time::Duration};

use ulid::Ulid;

use super::{
    access::{self, Access},
    cloud::Store,
    credentials::{self, Keeper},
    event::{Event, Listener, note, warn},
    fast_key::{self, IfMissing},
    provision,
    question::Ask,
    resolve::Decision,
    server::{
        self,
        presence::{self, Met},
    },
    settings::Settings,
    unfinished,
};
use crate::{
    config::{
        device, json_file,
        layout::Layout,
        scope_file,
        sync_file::{self, SyncFile},
    },
    domain::{
        ids::{ReplicaId, SnapshotId},
        record::DeviceLabel,
        rest::session::Session as Said,
        scope::Scope,
        shell,
    },
    error::{Error, Kind, Result},
    remote::probe::{self, Probed},
    store::{find::Found, repository::Repository},
    texts::text,
    workdir::{
        folder::{Fate, FolderIdentity},
        lock::{self, Lock},
        stage,
        state::{Loaded, State},
        undo,
    },
};

/// A run in an opted-in folder.
pub struct Session<'a> {
    /// What was asked for.
    pub settings: &'a Settings,
    /// Whom to tell.
    pub listener: Listener<'a>,
    /// Where everything is.
    pub layout: Layout,
    /// The opt-in.
    pub sync: SyncFile,
    /// This machine.
    pub device: DeviceLabel,
    /// What is synced.
    pub scope: Scope,
    /// What this folder knows.
    pub state: State,
    /// Who answers questions, if anybody does.
    pub ask: Option<Ask<'a>>,
    /// Whether anything that is here is not in the cloud, as far as this run has seen.
    pub unsaved: bool,
    /// Whether a game waits for this.
    pub launching: bool,
    /// The snapshot of what this very run saved before it decided anything.
    pub saved_now: Option<SnapshotId>,
    /// What the player has just decided.
    pub decision: Option<Decision>,
    /// What this run has had to do with a server of ours.
    pub met: Met,
    /// Whether what restic has in its cache may be taken for what is in the repository.
    pub trust_cache: bool,
    access: Option<Access>,
    restic: Option<Found>,
    locks: Locks,
    /// How the folder's lock is held.
    hold: Hold,
}

/// What becomes of the locks that processes left in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Locks {
    /// Nothing, or nothing more.
    Stay,
    /// They are removed before anything is done there, as somebody asked for.
    Go,
}

/// How a run holds the lock of its folder.
#[derive(Clone)]
pub struct Hold {
    layout: Layout,
    command: String,
    patience: Duration,
    /// `None` where this is only a look, and while somebody is asked.
    lock: Rc<RefCell<Option<Lock>>>,
}

impl Hold {
    fn is_taken(&self) -> bool {
        self.lock.borrow().is_some()
    }

    /// Asks somebody, who may take any time to answer: meanwhile others can work in the folder. Returns
    /// whether nobody did.
    pub fn while_open<T>(&self, ask: impl FnOnce() -> Result<T>) -> Result<(T, bool)> {
        if !self.is_taken() {
            return Ok((ask()?, true));
        }
        let state = || -> Option<serde_json::Value> {
            let bytes = json_file::read_bytes(&self.layout.state_json()).ok()??;
            let mut state: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
            // Whoever only looked knows the files better than before, and nothing else is new.
            for looked in ["stamps", "scanned_at"] {
                state.as_object_mut()?.remove(looked);
            }
            Some(state)
        };
        let before = state();
        self.lock.replace(None);
        let answer = ask()?;
        let lock = lock::take(&self.layout, &self.command, self.patience)?;
        self.lock.replace(Some(lock));
        let same = state() == before && !self.layout.journal().exists();
        Ok((answer, same))
    }
}

/// Says that somebody worked in the folder while a question waited.
pub fn overtaken() -> Error {
    Error::failed(text!("session-overtaken")).hint(text!("session-overtaken-hint"))
}

/// What opening a folder led to.
pub enum Opened<'a> {
    /// It can be worked on.
    Session(Box<Session<'a>>),
    /// It is a copy of another folder; nothing was touched.
    Copy,
}

/// Opens the opted-in folder for `command`, waiting at most `patience` for whoever works on it.
///
/// An unfinished swap is carried to its end first, before anything is read. Where a game is in the way of
/// that, nothing else can be done: [`Kind::Unfinished`].
pub fn open<'a>(
    settings: &'a Settings,
    listener: Listener<'a>,
    command: &str,
    patience: Duration,
) -> Result<Opened<'a>> {
    let layout = Layout::new(absolute(&settings.pack));
    let sync = sync_file::read(&layout)?;
    access::check_folder(&sync, settings)?;
    let lock = lock::take(&layout, command, patience)?;
    let mut device = device::this_device(&settings.dirs);
    let here = FolderIdentity::of(&layout, device.id);
    let instance = sync.instance_id;
    let mut state = match State::load(&layout, instance)? {
        Loaded::State(state) => *state,
        Loaded::Missing => State::new(instance, mint(), here.clone()),
        Loaded::Unusable(why) => {
            warn(listener, text!("session-state-unused", why = why));
            State::new(instance, mint(), here.clone())
        }
    };
    let fate = state.fate(&here);
    if fate == Fate::Copied {
        let is_there = state.folder.fate(&here, instance) == fate;
        report_copy(&mut state, &layout, listener, is_there)?;
        return Ok(Opened::Copy);
    }
    // A state from another machine, or one that was lost, does not name the journal's replica.
    if let Some(rolled) = unfinished::carry_on(&layout, instance, sync.profile, &state, listener)? {
        state = rolled;
    }
    let _ = stage::sweep(&layout, None);
    undo::sweep(&layout);
    if fate == Fate::Transplanted {
        state.become_another(mint());
        state.pending = None;
        state.device_name = None;
    }
    device.name = match &settings.device_name {
        Some(name) => name.clone(),
        None => device::called(state.device_name.as_deref()),
    };
    state.folder = here;
    state.copy_reported = false;
    let whose = (sync, device);
    let hold = Hold {
        layout: layout.clone(),
        command: command.to_owned(),
        patience,
        lock: Rc::new(RefCell::new(Some(lock))),
    };
    let session = begin(settings, listener, layout, whose, state, hold)?;
    Ok(Opened::Session(Box::new(session)))
}

/// Opens the opted-in folder to look at it, beside whoever works on it: there is no lock, and nothing
/// of the folder's is written. Whatever is unfinished stays so.
pub fn look<'a>(settings: &'a Settings, listener: Listener<'a>) -> Result<Session<'a>> {
    let layout = Layout::new(absolute(&settings.pack));
    let sync = sync_file::read(&layout)?;
    access::check_folder(&sync, settings)?;
    let mut device = device::this_device(&settings.dirs);
    let state = match State::load(&layout, sync.instance_id)? {
        Loaded::State(state) => *state,
        Loaded::Missing | Loaded::Unusable(_) => {
            let here = FolderIdentity::of(&layout, device.id);
            State::new(sync.instance_id, mint(), here)
        }
    };
    device.name = device::called(state.device_name.as_deref());
    let hold = Hold {
        layout: layout.clone(),
        command: String::new(),
        patience: Duration::ZERO,
        lock: Rc::default(),
    };
    begin(settings, listener, layout, (sync, device), state, hold)
}

/// Begins a run.
fn begin<'a>(
    settings: &'a Settings,
    listener: Listener<'a>,
    layout: Layout,
    (sync, device): (SyncFile, DeviceLabel),
    state: State,
    hold: Hold,
) -> Result<Session<'a>> {
    let scope = scope_file::read(&layout, sync.profile)?;
    Ok(Session {
        settings,
        listener,
        layout,
        sync,
        device,
        scope,
        state,
        ask: None,
        unsaved: false,
        launching: false,
        saved_now: None,
        decision: None,
        met: Met::default(),
        trust_cache: true,
        access: None,
        restic: None,
        locks: if settings.unlock {
            Locks::Go
        } else {
            Locks::Stay
        },
        hold,
    })
}

/// Mints a replica.
pub fn mint() -> ReplicaId {
    ReplicaId::new(Ulid::generate())
}

/// Returns an absolute path without asking the file system what it leads to.
pub fn absolute(path: &std::path::Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Says once that this folder is a copy; each time, where the original `is_there` no more: whoever plays on
/// in the copy has to know that nothing is synced.
fn report_copy(
    state: &mut State,
    layout: &Layout,
    listener: Listener<'_>,
    is_there: bool,
) -> Result<()> {
    let original = state.folder.path.display().to_string();
    let folder = shell::pack_folder(layout.pack());
    if !is_there {
        let (hint, instance) = (folder.clone(), state.instance_id.to_string());
        listener(Event::Warning(
            text!("session-copy-alone", original = original),
            vec![
                text!("session-copy-alone-hint", folder = hint),
                text!(
                    "session-copy-again-hint",
                    folder = folder,
                    instance = instance
                ),
            ],
        ));
        return Ok(());
    }
    if state.copy_reported {
        return Ok(());
    }
    state.copy_reported = true;
    state.save(layout)?;
    listener(Event::Warning(
        text!("session-copy", original = original),
        vec![text!("session-copy-hint", folder = folder)],
    ));
    Ok(())
}

impl Session<'_> {
    /// Lets others work on the folder. From here on this session only reads, and writes no state.
    pub fn let_go(&mut self) {
        self.hold.lock.replace(None);
    }

    /// Returns how the folder's lock is held.
    pub fn hold(&self) -> Hold {
        self.hold.clone()
    }

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

    /// Goes on as another replica, since the state is older than the folder's own past: what is marked
    /// from here on is marked like nothing that is in the cloud already.
    pub fn rolled_back(&mut self) {
        self.state.become_another(mint());
        note(self.listener, text!("pull-rolled-back"));
    }

    /// Returns the option that names this folder, to be pasted.
    pub fn folder(&self) -> String {
        shell::pack_folder(self.layout.pack())
    }

    /// Says of a repository that is not there what that means for this folder. Any other error is
    /// returned as it is.
    pub fn without_repository(&self, error: Error) -> Error {
        if error.kind() != Kind::NoRepository {
            return error;
        }
        let folder = self.folder();
        if self.state.vector.is_empty() {
            return error.hint(text!("session-nothing-created"));
        }
        error
            .hint(text!("session-was-there"))
            .hint(text!("session-begin-anew", folder = folder))
    }

    /// Saves the state.
    pub fn save(&self) -> Result<()> {
        debug_assert!(self.hold.is_taken(), "a session that let go writes nothing");
        self.state.save(&self.layout)
    }
}
