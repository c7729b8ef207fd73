//! Opting a folder in, as a new instance or as one more device of an existing one; and out again.

use std::{fs, path::PathBuf, time::Duration};

use secrecy::SecretString;
use serde::Serialize;
use ulid::Ulid;

use super::{
    access::Access,
    before::Before,
    credentials::{Credentials, LOCAL_ACCOUNT},
    event::{Listener, warn},
    fast_key::{self, IfMissing},
    provision, session,
    settings::Settings,
};
use crate::{
    config::{
        device, json_file,
        layout::Layout,
        scope_file,
        sync_file::{self, SyncFile},
    },
    domain::{ids::InstanceId, location::Location, path::OWN_FOLDER, profile::Profile},
    error::{Context, Error, Kind, Result},
    process::core_dumps,
    remote::probe,
    secrets::{
        Place, files,
        keyring::{self, Patience},
        token::{RepositoryKey, Token},
    },
    workdir::{
        exports,
        folder::{Fate, FolderIdentity},
        lock,
        state::{Loaded, State},
    },
};

/// What a player asked for.
#[derive(Debug)]
pub struct Request {
    /// Where the repository is or will be.
    pub location: Location,
    /// The account; not needed where the place has none and a passphrase is given.
    pub token: Option<Token>,
    /// The player's own password of the repository.
    pub passphrase: Option<SecretString>,
    /// The instance to join; a new one where it is missing.
    pub instance: Option<InstanceId>,
    /// What the instance is.
    pub profile: Profile,
    /// Where the secrets go.
    pub place: Place,
    /// Whether to leave the server alone for now.
    pub offline: bool,
    /// Whether to opt in anew where the folder is opted in already.
    pub force: bool,
    /// Whether the repository may get a fast key.
    pub fast_key: bool,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OptedIn {
    /// The instance.
    pub instance_id: InstanceId,
    /// How.
    pub how: How,
    /// The folder.
    pub pack_folder: PathBuf,
}

/// How a folder came to be opted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum How {
    /// It was before; nothing was changed.
    Already,
    /// As a new instance, whose repository was created.
    Created,
    /// As one more device of an instance.
    Joined,
    /// Without asking the server.
    Offline,
}

/// Returns the layout of the folder to opt in, if it can be.
pub fn check_folder(settings: &Settings) -> Result<Layout> {
    let layout = Layout::new(session::absolute(&settings.pack));
    let pack = layout.pack();
    let hint = "Give the folder that holds saves/ and options.txt with --pack-folder.";
    match fs::metadata(pack) {
        Ok(metadata) if metadata.is_dir() => Ok(layout),
        Ok(_) => Err(Error::usage(format!("{} is not a folder", pack.display())).hint(hint)),
        Err(error) => Err(
            Error::usage(format!("cannot use the folder {}", pack.display()))
                .because(error)
                .hint(hint),
        ),
    }
}

/// Returns the instance that the folder is opted in as; `None` for a copy of another folder, which
/// is not.
pub fn current(settings: &Settings, layout: &Layout) -> Result<Option<SyncFile>> {
    if !sync_file::is_opted_in(layout) {
        return Ok(None);
    }
    let sync = sync_file::read(layout)?;
    let here = FolderIdentity::of(layout, device::this_device(&settings.dirs).id);
    let copied = match State::load(layout, sync.instance_id)? {
        Loaded::State(state) => state.folder.fate(&here, sync.instance_id) == Fate::Copied,
        Loaded::Missing | Loaded::Unusable(_) => false,
    };
    Ok((!copied).then_some(sync))
}

/// Opts the folder in. Where that fails, the folder is left as it was.
pub fn opt_in(settings: &Settings, listener: Listener<'_>, request: &Request) -> Result<OptedIn> {
    core_dumps::forbid();
    let layout = check_folder(settings)?;
    let current = match current(settings, &layout) {
        // What is broken may be replaced on request.
        Err(_) if request.force => None,
        other => other?,
    };
    let done = |instance_id, how| OptedIn {
        instance_id,
        how,
        pack_folder: layout.pack().to_path_buf(),
    };
    if let Some(current) = &current
        && !request.force
    {
        return Ok(done(current.instance_id, How::Already));
    }
    let insecure_http = settings.insecure_http;
    if request.location.is_insecure() && !insecure_http {
        return Err(
            Error::usage("plain http would show the token to everybody on the way")
                .hint("Use https, or allow it with --insecure-http."),
        );
    }
    let joins = request
        .instance
        .or(current.as_ref().map(|current| current.instance_id));
    let instance_id = joins.unwrap_or_else(|| InstanceId::new(Ulid::generate()));
    let before = Before::of(&layout)?;
    let kept = Kept::of(&layout, instance_id, before.instance());
    let token = request.token.clone().or(kept.token);
    let account = token
        .as_ref()
        .map_or(LOCAL_ACCOUNT, |token| token.account.as_str());
    let sync = SyncFile {
        instance_id,
        location: request.location.clone(),
        account: Some(account.to_owned()),
        profile: request.profile,
        ca_file: settings.ca_file.as_deref().map(session::absolute),
        insecure_http,
        fast_key: request.fast_key,
    };
    let credentials = credentials(request, token.as_ref(), kept.key, account)?;
    let opting = Opting {
        settings,
        listener,
        layout: &layout,
        sync: &sync,
        request,
        token: token.as_ref(),
        // A folder that was opted in and never reached its server has still to create it.
        fresh: joins.is_none() || (request.instance.is_none() && before.to_create(&sync)),
    };
    match opting.run(credentials) {
        Ok(how) => Ok(done(sync.instance_id, how)),
        Err(error) => {
            before.restore(&layout);
            Err(error.hint("The folder was left as it was."))
        }
    }
}

/// The secrets of a folder that was opted in as the same instance before.
struct Kept {
    token: Option<Token>,
    key: Option<RepositoryKey>,
}

impl Kept {
    fn of(layout: &Layout, instance: InstanceId, before: Option<InstanceId>) -> Self {
        let none = Self {
            token: None,
            key: None,
        };
        if before != Some(instance) {
            return none;
        }
        let token = files::read_token(&layout.token())
            .ok()
            .flatten()
            .map(|loaded| loaded.value);
        let key = files::read_key(&layout.key())
            .ok()
            .flatten()
            .map(|loaded| loaded.value);
        if token.is_some() || key.is_some() {
            return Self { token, key };
        }
        Self {
            token: keyring::read_token(instance, Patience::Hook).ok().flatten(),
            key: keyring::read_key(instance, Patience::Hook).ok().flatten(),
        }
    }
}

fn credentials(
    request: &Request,
    token: Option<&Token>,
    kept: Option<RepositoryKey>,
    account: &str,
) -> Result<Credentials> {
    if token.is_none() && matches!(request.location, Location::Rest(_)) {
        return Err(Error::usage("a rest-server needs a token")
            .hint("Give it with --token=ACCOUNT:SECRET or --token-file."));
    }
    let secret = token.map(|token| token.secret.clone());
    let key = match (&request.passphrase, kept, &secret) {
        (Some(passphrase), _, _) => RepositoryKey::with_password(passphrase.clone()),
        // What opened the repository before still does, whatever the account's secret is now.
        (None, Some(kept), _) => kept,
        (None, None, Some(secret)) => RepositoryKey::with_password(secret.clone()),
        (None, None, None) => {
            return Err(Error::usage("the repository needs a password")
                .hint("Give a token, or a passphrase with --passphrase-file."));
        }
    };
    Ok(Credentials {
        account: account.to_owned(),
        secret,
        key,
    })
}

struct Opting<'a> {
    settings: &'a Settings,
    listener: Listener<'a>,
    layout: &'a Layout,
    sync: &'a SyncFile,
    request: &'a Request,
    token: Option<&'a Token>,
    fresh: bool,
}

impl Opting<'_> {
    fn run(&self, credentials: Credentials) -> Result<How> {
        let mut access = Access::new(self.sync, self.settings, credentials);
        let own = self.layout.own();
        let hint = "Is the folder writable?";
        fs::create_dir_all(own)
            .context(|| format!("cannot make {}", own.display()))
            .map_err(|error| error.hint(hint))?;
        // A hook may be at work in a folder that is opted in anew.
        let _lock = lock::take(self.layout, "setup", Duration::from_secs(10))?;
        scope_file::read(self.layout, self.sync.profile)?;
        let mut state = self.first_state()?;
        state.to_create = self.fresh;
        if self.request.offline {
            self.write(&access.credentials)?;
            state.save(self.layout)?;
            self.mark()?;
            return Ok(How::Offline);
        }
        let exists = match self.probe(&access) {
            Ok(exists) => exists,
            Err(error) if error.kind() == Kind::NoRepository && self.fresh => false,
            Err(error) if error.kind() == Kind::NoRepository => {
                return Err(error.hint(format!(
                    "There is no instance {} of this account there: check the id, the account and the URL.",
                    self.sync.instance_id
                )));
            }
            Err(error) if error.kind() == Kind::Offline => {
                return Err(error.hint("To opt in without the server for now, add --offline."));
            }
            Err(error) => return Err(error),
        };
        let restic = provision::restic(self.settings, self.layout, self.listener)?;
        let cache = self.settings.dirs.restic_cache(self.layout.own());
        let repository =
            |access: &Access| access.repository(restic.program.clone(), Some(cache.clone()), None);
        // On disk before the repository is: a crash in between leaves a folder that creates it at
        // its first push.
        self.write(&access.credentials)?;
        state.save(self.layout)?;
        if self.fresh && !exists {
            self.make_base()?;
            repository(&access).init()?;
        }
        access.credentials.key.key_id = Some(repository(&access).open()?);
        if self.sync.fast_key {
            let found = fast_key::obtain(&access, &repository(&access), IfMissing::Add);
            access.keep_fast(fast_key::or_say(found, self.listener));
        }
        self.write(&access.credentials)?;
        state.to_create = false;
        state.save(self.layout)?;
        self.mark()?;
        Ok(if self.fresh {
            How::Created
        } else {
            How::Joined
        })
    }

    /// A folder as the cloud: its top is made at the first opt-in, and never by a hook, for which a
    /// missing folder is a disk that is not connected.
    fn make_base(&self) -> Result<()> {
        if let Location::Folder(path) = &self.sync.location {
            fs::create_dir_all(path).context(|| format!("cannot make {path}"))?;
        }
        Ok(())
    }

    /// Returns whether the repository is there, as far as that can be told without restic.
    fn probe(&self, access: &Access) -> Result<bool> {
        if let Location::Folder(path) = &self.sync.location
            && self.fresh
            && !std::path::Path::new(path).exists()
        {
            return Err(Error::new(
                Kind::NoRepository,
                format!("{path} is not there yet"),
            ));
        }
        let found = probe::probe(&access.question())?;
        Ok(found.is_some())
    }

    fn first_state(&self) -> Result<State> {
        let instance = self.sync.instance_id;
        let device = device::this_device(&self.settings.dirs);
        let here = FolderIdentity::of(self.layout, device.id);
        match State::load(self.layout, instance) {
            // Opted in anew as the same instance: what it has in common with the cloud stays true.
            Ok(Loaded::State(state)) if state.folder.fate(&here, instance) == Fate::Same => {
                Ok(*state)
            }
            Ok(_) => Ok(State::new(instance, session::mint(), here)),
            Err(error) if self.request.force => {
                warn(self.listener, error.to_string());
                Ok(State::new(instance, session::mint(), here))
            }
            Err(error) => Err(error),
        }
    }

    fn write(&self, credentials: &Credentials) -> Result<()> {
        let instance = self.sync.instance_id;
        match self.request.place {
            Place::File => {
                if let Some(token) = self.token {
                    files::write_token(&self.layout.token(), token)?;
                }
                files::write_key(&self.layout.key(), &credentials.key)
            }
            Place::Keyring => {
                if let Some(token) = self.token {
                    keyring::write_token(instance, token, Patience::Person)?;
                }
                keyring::write_key(instance, &credentials.key, Patience::Person)?;
                json_file::remove(&self.layout.token())?;
                json_file::remove(&self.layout.key())
            }
        }
    }

    /// Opts in: everything else is in place.
    fn mark(&self) -> Result<()> {
        if let Err(error) = exports::leave_out_own_folder(self.layout) {
            warn(
                self.listener,
                format!("{error}: leave {OWN_FOLDER} out when you export this instance"),
            );
        }
        sync_file::write(self.layout, self.sync)
    }
}

/// Opts the folder out. Returns what it was opted in as, as far as that can be read; `None` where
/// it was not. Cloud data, token and state stay.
pub fn opt_out(settings: &Settings) -> Result<Option<Option<SyncFile>>> {
    let layout = Layout::new(session::absolute(&settings.pack));
    if !sync_file::is_opted_in(&layout) {
        return Ok(None);
    }
    let _lock = lock::take(&layout, "disable", Duration::from_secs(10))?;
    let was = sync_file::read(&layout).ok();
    json_file::remove(&layout.sync_json())?;
    Ok(Some(was))
}
