//! One run in one opted-in folder: the lock, the state, the scope, and the way to the repository.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use secrecy::SecretString;
use ulid::Ulid;

use super::{
    cloud::Store,
    event::{Event, Listener, note, warn},
    provision,
    question::Ask,
    resolve::Decision,
    settings::Settings,
};
use crate::{
    config::{
        device,
        layout::Layout,
        scope_file,
        sync_file::{self, SyncFile},
    },
    domain::{
        ids::{InstanceId, ReplicaId, SnapshotId},
        location::Location,
        record::DeviceLabel,
        scope::Scope,
    },
    error::{Error, Kind, Result},
    remote::probe::{self, Question},
    secrets::{files, keyring, token::RepositoryKey},
    store::{find::Found, keys::Keys, repository::Repository},
    workdir::{
        folder::{Fate, FolderIdentity},
        journal,
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
    /// Whether a game waits for this.
    pub launching: bool,
    /// What the player has just decided.
    pub decision: Option<Decision>,
    /// Whether what restic has in its cache may be taken for what is in the repository.
    pub trust_cache: bool,
    credentials: Option<Credentials>,
    restic: Option<Found>,
    _lock: Lock,
}

/// What opens the server and the repository.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The account, and its secret where the place needs one.
    pub account: String,
    /// The account's secret.
    pub secret: Option<SecretString>,
    /// The repository's key.
    pub key: RepositoryKey,
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
/// An unfinished swap is carried to its end first, before anything is read.
pub fn open<'a>(
    settings: &'a Settings,
    listener: Listener<'a>,
    command: &str,
    patience: Duration,
) -> Result<Opened<'a>> {
    let layout = Layout::new(absolute(&settings.pack));
    let sync = sync_file::read(&layout)?;
    check_transport(&sync, settings)?;
    let lock = lock::take(&layout, command, patience)?;
    let mut device = device::this_device(&settings.dirs);
    if let Some(name) = &settings.device_name {
        device.name.clone_from(name);
    }
    let here = FolderIdentity::of(&layout, device.id);
    let instance = sync.instance_id;
    let mut state = match State::load(&layout, instance)? {
        Loaded::State(state) => *state,
        Loaded::Missing => State::new(instance, mint(), here.clone()),
        Loaded::Unusable(why) => {
            warn(
                listener,
                format!(
                    "state.json is not used: {why}. What is here and in the cloud is compared afresh."
                ),
            );
            State::new(instance, mint(), here.clone())
        }
    };
    let fate = state.folder.fate(&here, instance);
    if fate == Fate::Copied {
        report_copy(&mut state, &layout, listener)?;
        return Ok(Opened::Copy);
    }
    // A state from another machine, or one that was lost, does not name the journal's replica.
    if journal::roll_forward(&layout, instance, None)? {
        note(listener, "An interrupted pull was carried to its end.");
        if let Loaded::State(rolled) = State::load(&layout, instance)? {
            state = *rolled;
        }
    }
    let _ = stage::sweep(&layout, None);
    undo::sweep(&layout);
    if fate == Fate::Transplanted {
        // The same past, and from here on a future of its own.
        state.replica = mint();
        state.last_counter = 0;
        state.pending = None;
    }
    state.folder = here;
    let scope = scope_file::read(&layout, sync.profile)?;
    Ok(Opened::Session(Box::new(Session {
        settings,
        listener,
        layout,
        sync,
        device,
        scope,
        state,
        ask: None,
        launching: false,
        decision: None,
        trust_cache: true,
        credentials: None,
        restic: None,
        _lock: lock,
    })))
}

/// Mints a replica.
pub fn mint() -> ReplicaId {
    ReplicaId::new(Ulid::generate())
}

/// Returns an absolute path without asking the file system what it leads to.
pub fn absolute(path: &std::path::Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

fn check_transport(sync: &SyncFile, settings: &Settings) -> Result<()> {
    if sync.location.is_insecure() && !sync.insecure_http && !settings.insecure_http {
        return Err(Error::usage(format!(
            "{} is plain http to another machine: the token could be read on the way",
            sync.location
        ))
        .hint("Use https, or allow it with --insecure-http. Nothing was sent."));
    }
    Ok(())
}

fn report_copy(state: &mut State, layout: &Layout, listener: Listener<'_>) -> Result<()> {
    if state.copy_reported {
        return Ok(());
    }
    state.copy_reported = true;
    state.save(layout)?;
    listener(Event::Warning(
        format!(
            "this folder is a copy of {}, and is not synced",
            state.folder.path.display()
        ),
        vec![format!(
            "To sync it as an instance of its own, run: instance-sync setup {}. This is said once.",
            crate::domain::shell::pack_folder(layout.pack())
        )],
    ));
    Ok(())
}

impl Session<'_> {
    /// Returns the credentials, from the file or the keyring.
    pub fn credentials(&mut self) -> Result<&Credentials> {
        if self.credentials.is_none() {
            self.credentials = Some(load_credentials(
                self.settings,
                &self.layout,
                &self.sync,
                self.listener,
            )?);
        }
        self.credentials
            .as_ref()
            .ok_or_else(|| Error::failed("no credentials"))
    }

    /// Asks the server which snapshots there are; see [`probe::probe`].
    pub fn probe(&mut self) -> Result<Option<BTreeSet<SnapshotId>>> {
        if let Some(cloud) = &self.settings.cloud {
            return cloud.probe();
        }
        let ca_file = self.ca_file();
        let (location, instance) = (self.sync.location.clone(), self.sync.instance_id);
        let credentials = self.credentials()?;
        probe::probe(&Question {
            location: &location,
            account: &credentials.account,
            secret: credentials.secret.as_ref(),
            instance,
            ca_file: ca_file.as_deref(),
        })
    }

    /// Opens the repository as the engine sees it.
    pub fn store(&mut self) -> Result<Box<dyn Store>> {
        if let Some(cloud) = &self.settings.cloud {
            return cloud.open();
        }
        let mut repository = self.repository()?;
        if !self.state.to_create {
            self.learn_key(&mut repository)?;
        }
        Ok(Box::new(repository))
    }

    /// Returns the repository, with restic at hand: found, or fetched now. Locks that processes left
    /// behind are gone from it, if that was asked for.
    pub fn repository(&mut self) -> Result<Repository> {
        if self.restic.is_none() {
            self.restic = Some(provision::restic(
                self.settings,
                &self.layout,
                self.listener,
            )?);
        }
        let program = self
            .restic
            .as_ref()
            .map(|found| found.program.clone())
            .unwrap_or_default();
        let ca_file = self.ca_file();
        let (location, instance) = (self.sync.location.clone(), self.sync.instance_id);
        let cache = self.settings.dirs.restic_cache(self.layout.own());
        let cache = self.trust_cache.then_some(cache);
        let remember = self.remember_key()?;
        let mut repository = repository(
            program,
            &location,
            instance,
            self.credentials()?,
            ca_file,
            cache,
        );
        repository.keys = repository.keys.remembering(remember);
        if self.settings.unlock {
            self.unlock(&repository)?;
        }
        Ok(repository)
    }

    fn unlock(&self, repository: &Repository) -> Result<()> {
        let said = match repository.unlock() {
            Ok(0) => "No process left a lock behind, as far as can be told from here.".to_owned(),
            Ok(1) => "Removed a lock that a process left behind.".to_owned(),
            Ok(count) => format!("Removed {count} locks that processes left behind."),
            // It is still to be created.
            Err(error) if error.kind() == Kind::NoRepository => return Ok(()),
            Err(error) => return Err(error),
        };
        note(self.listener, said);
        Ok(())
    }

    /// Finds out which key the password opens, once, where an opt-in could not (offline, or by the
    /// earlier Python tool): from then on every call names it.
    pub fn learn_key(&self, repository: &mut Repository) -> Result<()> {
        repository.learn_key()
    }

    /// Returns what notes the key that opens the repository where the password is.
    fn remember_key(&mut self) -> Result<impl Fn(&str) + 'static> {
        let (place, instance) = (self.layout.key(), self.sync.instance_id);
        let in_files = place.exists() || self.layout.token().exists();
        let key = self.credentials()?.key.clone();
        Ok(move |id: &str| {
            let mut key = key.clone();
            key.key_id = Some(id.to_owned());
            // Not worth a failure: it is found out again.
            let _ = if in_files {
                files::write_key(&place, &key)
            } else {
                keyring::write_key(instance, &key)
            };
        })
    }

    /// Saves the state.
    pub fn save(&self) -> Result<()> {
        self.state.save(&self.layout)
    }

    fn ca_file(&self) -> Option<PathBuf> {
        self.settings
            .ca_file
            .clone()
            .or_else(|| self.sync.ca_file.clone())
    }
}

/// Returns how to open the repository of an instance.
pub fn repository(
    program: PathBuf,
    location: &Location,
    instance: InstanceId,
    credentials: &Credentials,
    ca_file: Option<PathBuf>,
    cache: Option<PathBuf>,
) -> Repository {
    let account = match location {
        Location::Rest(_) => credentials
            .secret
            .clone()
            .map(|secret| (credentials.account.clone(), secret)),
        Location::Folder(_) | Location::Other(_) => None,
    };
    Repository {
        program,
        location: location.repository(&credentials.account, instance),
        account,
        password: credentials.key.password.clone(),
        keys: keys(location, instance, credentials, ca_file.clone()),
        ca_file,
        cache,
    }
}

/// Returns the key that is known to open a repository, and the way to list the others.
fn keys(
    location: &Location,
    instance: InstanceId,
    credentials: &Credentials,
    ca_file: Option<PathBuf>,
) -> Keys {
    let (location, account) = (location.clone(), credentials.account.clone());
    let secret = credentials.secret.clone();
    let list = move || {
        probe::keys(&Question {
            location: &location,
            account: &account,
            secret: secret.as_ref(),
            instance,
            ca_file: ca_file.as_deref(),
        })
    };
    Keys::new(credentials.key.key_id.clone(), Box::new(list))
}

/// Loads what opens the server and the repository: `--token-file`, else `.cloud-sync/token`, else
/// the keyring.
pub fn load_credentials(
    settings: &Settings,
    layout: &Layout,
    sync: &SyncFile,
    listener: Listener<'_>,
) -> Result<Credentials> {
    let instance = sync.instance_id;
    let path = settings
        .token_file
        .clone()
        .unwrap_or_else(|| layout.token());
    let mended = |path: &std::path::Path| {
        warn(
            listener,
            format!(
                "{} could be read by other users of this machine; that was mended",
                path.display()
            ),
        );
    };
    let token = match files::read_token(&path)? {
        Some(loaded) => {
            if loaded.was_open {
                mended(&path);
            }
            Some(loaded.value)
        }
        None if settings.token_file.is_some() => {
            return Err(Error::new(
                Kind::Credentials,
                format!("there is no {}", path.display()),
            ));
        }
        None => None,
    };
    let key = files::read_key(&layout.key())?.map(|loaded| {
        if loaded.was_open {
            mended(&layout.key());
        }
        loaded.value
    });
    let rest = matches!(sync.location, Location::Rest(_));
    let token = match token {
        None if key.is_none() || rest => keyring::read_token(instance).unwrap_or_default(),
        token => token,
    };
    let missing = || {
        Error::new(
            Kind::Credentials,
            "there is no token for this instance on this device",
        )
        .hint(format!(
            "Give it again with: instance-sync setup --force {}",
            crate::domain::shell::pack_folder(layout.pack())
        ))
    };
    let key = match key {
        Some(key) => key,
        None => match keyring::read_key(instance).ok().flatten() {
            Some(key) => key,
            // As the earlier Python tool has it: the token's secret opens the repository too.
            None => {
                RepositoryKey::with_password(token.as_ref().ok_or_else(missing)?.secret.clone())
            }
        },
    };
    let account = sync
        .account
        .clone()
        .or_else(|| token.as_ref().map(|token| token.account.clone()));
    match (account, token) {
        (_, None) if rest => Err(missing()),
        (account, token) => Ok(Credentials {
            account: account.unwrap_or_else(|| LOCAL_ACCOUNT.to_owned()),
            secret: token.map(|token| token.secret),
            key,
        }),
    }
}

/// The account where a place knows none: a folder opted in with a passphrase alone.
pub const LOCAL_ACCOUNT: &str = "local";
