//! Opting a folder in, as a new instance or as one more device of an existing one; and out again.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::SecretString;
use serde::Serialize;
use ulid::Ulid;

use super::{
    access::Access,
    account,
    before::Before,
    catalogue,
    credentials::Credentials,
    event::{Listener, warn, warn_of},
    fast_key::{self, IfMissing},
    provision, secret_place, server, session,
    settings::Settings,
};
use crate::{
    config::{
        device, json_file,
        layout::Layout,
        scope_file,
        sync_file::{self, SyncFile},
    },
    domain::{
        catalogue::Entry, ids::InstanceId, location::Location, path::OWN_FOLDER, profile::Profile,
    },
    error::{Context, Error, Kind, Result},
    process::core_dumps,
    remote::probe,
    secrets::{
        Place, files,
        keyring::{self, Patience},
        token::{RepositoryKey, Token},
    },
    texts::text,
    workdir::{
        exports,
        folder::{self, Fate, FolderIdentity},
        lock,
        state::{Catalogued, Loaded, State},
    },
};

/// What a player asked for.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // switches of a command line
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
    /// What the instance is called in the catalogue that it was chosen from.
    pub label: Option<String>,
    /// Whether the account's catalogue may be told: not, where another passphrase opens it.
    pub tell: bool,
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
    /// What the instance is called, where it was opted in now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether the account's catalogue knows of this folder, where that was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<bool>,
    /// Whether there is anything in the folder that is to be compared with the cloud.
    #[serde(skip)]
    pub has_saves: bool,
}

impl OptedIn {
    /// Returns what is said of a folder that is opted in already.
    pub fn already(instance_id: InstanceId, layout: &Layout) -> Self {
        Self {
            instance_id,
            how: How::Already,
            pack_folder: layout.pack().to_path_buf(),
            label: None,
            listed: None,
            has_saves: true,
        }
    }
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
    let hint = || text!("optin-folder-hint");
    match fs::metadata(pack) {
        Ok(metadata) if metadata.is_dir() => Ok(layout),
        Ok(_) => Err(
            Error::usage(text!("optin-no-folder", path = pack.display().to_string())).hint(hint()),
        ),
        Err(error) => Err(
            Error::usage(text!("optin-unusable", path = pack.display().to_string()))
                .because(error)
                .hint(hint()),
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
        Loaded::State(state) => state.fate(&here) == Fate::Copied,
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
    if let Some(current) = &current
        && !request.force
    {
        is_what_was_asked_for(current, request, &layout)?;
        return Ok(OptedIn::already(current.instance_id, &layout));
    }
    secret_place::check_reach(&layout, request.place)?;
    let joins = request
        .instance
        .or(current.as_ref().map(|current| current.instance_id));
    let instance_id = joins.unwrap_or_else(|| InstanceId::new(Ulid::generate()));
    let before = Before::of(&layout)?;
    let kept = Kept::of(&layout, instance_id, before.instance());
    let token = request.token.clone().or(kept.token);
    let (passphrase, place) = (request.passphrase.as_ref(), request.location.clone());
    let credentials =
        account::given(settings, place, token.as_ref(), passphrase, kept.key)?.credentials;
    let sync = SyncFile {
        instance_id,
        location: request.location.clone(),
        account: Some(credentials.account.clone()),
        profile: request.profile,
        ca_file: settings.ca_file.as_deref().map(session::absolute),
        insecure_http: settings.insecure_http,
        fast_key: request.fast_key,
    };
    let has_saves = folder::has_saves(&layout, sync.profile);
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
    // What the folder is no more, and with what it still can be told.
    let left = current.filter(|was| was.instance_id != instance_id);
    let left = left.and_then(|was| server::presence::of_folder(settings, &layout, &was));
    match opting.run(credentials) {
        Ok((how, listed, label)) => {
            if let Some(left) = left {
                left.end(settings);
            }
            Ok(OptedIn {
                instance_id,
                how,
                pack_folder: layout.pack().to_path_buf(),
                label,
                listed,
                has_saves,
            })
        }
        Err(error) => {
            before.restore(&layout);
            Err(error.hint(text!("optin-left-hint")))
        }
    }
}

/// Returns the key that a folder, opted in as this instance, has.
pub fn key_of(layout: &Layout, instance: InstanceId) -> Option<RepositoryKey> {
    Kept::of(layout, instance, Some(instance)).key
}

/// A script that asks for something else must not take it for done.
fn is_what_was_asked_for(current: &SyncFile, request: &Request, layout: &Layout) -> Result<()> {
    let other = |id| id != current.instance_id;
    if current.location == request.location && !request.instance.is_some_and(other) {
        return Ok(());
    }
    Err(Error::usage(text!(
        "optin-already",
        path = layout.pack().display().to_string(),
        instance = current.instance_id.to_string(),
        location = current.location.to_string()
    ))
    .hint(text!("optin-already-hint")))
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
    /// Returns how, whether the catalogue knows of it, and what the instance is called.
    fn run(&self, credentials: Credentials) -> Result<(How, Option<bool>, Option<String>)> {
        let mut access = Access::new(self.sync, self.settings, credentials)?;
        let own = self.layout.own();
        fs::create_dir_all(own)
            .context(|| text!("sync-cannot-make", path = own.display().to_string()))
            .map_err(|error| error.hint(text!("optin-writable-hint")))?;
        // A hook may be at work in a folder that is opted in anew.
        let _lock = lock::take(self.layout, "setup", Duration::from_secs(10))?;
        scope_file::read(self.layout, self.sync.profile)?;
        let mut state = self.first_state()?;
        state.to_create = self.fresh;
        if self.request.offline {
            // The first push says what the launcher calls it, or asks what an instance that is there is called.
            let is_said = self.settings.label.is_some() || self.request.label.is_some();
            let label = self.entry(&state).label;
            let by_launcher = self.fresh && self.settings.launcher_label.is_some();
            if is_said || by_launcher || state.label.is_some() {
                state.label = Some(label.clone());
            }
            self.write(&access.credentials)?;
            state.save(self.layout)?;
            self.mark()?;
            return Ok((How::Offline, None, Some(label)));
        }
        match self.probe(&access) {
            Ok(()) => {}
            Err(error) if error.kind() == Kind::NoRepository && self.fresh => {}
            Err(error) if error.kind() == Kind::NoRepository => {
                return Err(error.hint(text!(
                    "optin-no-instance-hint",
                    instance = self.sync.instance_id.to_string()
                )));
            }
            Err(error) if error.kind() == Kind::Offline => {
                return Err(error.hint(text!("optin-offline-hint")));
            }
            Err(error) => return Err(error),
        }
        // It has just answered. What it is is not worth a failure: it is a server like any other then.
        let ca_file = access.question().ca_file;
        let server = server::ask(self.settings, &self.sync.location, ca_file);
        let server = server.ok().flatten();
        state.device_name = server::devices::own_name(&access.question(), server.as_ref());
        let restic = provision::restic(self.settings, self.layout, self.listener)?;
        let cache = self.settings.dirs.restic_cache(self.layout.own());
        let repository =
            |access: &Access| access.repository(restic.program.clone(), Some(cache.clone()), None);
        // On disk before the repository is: a crash in between leaves a folder that creates it at
        // its first push.
        self.write(&access.credentials)?;
        state.save(self.layout)?;
        if self.fresh {
            // A folder that made it before, and did not come to write that down, goes on with it.
            self.make_base()?;
            server::instances::register(&access.question(), server.as_ref())?;
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
        let told = self.tell(&mut state, &access, &restic.program, &cache);
        let failure = told.as_ref().err().map(Error::kind);
        state.catalogue = Catalogued::default().after(failure);
        // If that fails, it is told once more, which does no harm.
        let _ = state.save(self.layout);
        if let (Err(error), true) = (&told, self.request.tell) {
            warn_of(self.listener, error);
        }
        let how = if self.fresh {
            How::Created
        } else {
            How::Joined
        };
        Ok((how, Some(told.is_ok()), Some(self.entry(&state).label)))
    }

    /// What this folder says of itself.
    fn entry(&self, state: &State) -> Entry {
        let (instance, profile) = (self.sync.instance_id, self.sync.profile);
        let has = self.request.label.as_deref().or(state.label.as_deref());
        catalogue::entry(
            self.settings,
            self.layout,
            instance,
            profile,
            &device::called(state.device_name.as_deref()),
            has,
        )
    }

    /// Tells the account's catalogue of this folder.
    fn tell(&self, state: &mut State, access: &Access, program: &Path, cache: &Path) -> Result<()> {
        if !self.request.tell {
            return Err(Error::new(
                Kind::Credentials,
                text!("optin-other-passphrase"),
            ));
        }
        let access = access.beside(InstanceId::CATALOGUE);
        let (program, cache) = (program.to_path_buf(), cache.to_path_buf());
        let repository = access.repository(program, Some(cache), None);
        let is_said = self.settings.label.is_some() || self.request.label.is_some();
        if !self.fresh && !is_said && state.label.is_none() {
            state.label = catalogue::name_in(&repository, self.sync.instance_id);
        }
        let entry = self.entry(state);
        catalogue::write(&access, &repository, &entry)?;
        state.label = Some(entry.label);
        Ok(())
    }

    /// A folder as the cloud: its top is made at the first opt-in, and never by a hook, for which a
    /// missing folder is a disk that is not connected.
    fn make_base(&self) -> Result<()> {
        if let Location::Folder(path) = &self.sync.location {
            fs::create_dir_all(path).context(|| text!("sync-cannot-make", path = path))?;
        }
        Ok(())
    }

    /// Looks whether the repository is there, as far as that can be told without restic.
    fn probe(&self, access: &Access) -> Result<()> {
        if let Location::Folder(path) = &self.sync.location
            && self.fresh
            && !std::path::Path::new(path).exists()
        {
            return Err(Error::new(
                Kind::NoRepository,
                text!("optin-not-there-yet", path = path),
            ));
        }
        probe::probe(&access.question()).map(drop)
    }

    fn first_state(&self) -> Result<State> {
        let instance = self.sync.instance_id;
        let device = device::this_device(&self.settings.dirs);
        let here = FolderIdentity::of(self.layout, device.id);
        match State::load(self.layout, instance) {
            // Opted in anew as the same instance: what it has in common with the cloud stays true.
            Ok(Loaded::State(mut state)) if state.fate(&here) == Fate::Same => {
                state.copy_reported = false;
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
                text!(
                    "optin-leave-out",
                    why = error.to_string(),
                    folder = OWN_FOLDER
                ),
            );
        }
        sync_file::write(self.layout, self.sync)
    }
}

/// Opts the folder out. Returns what it was opted in as, as far as that can be read; `None` where
/// it was not. Cloud data, token and state stay; a server of ours is told that nothing is played here any more.
pub fn opt_out(settings: &Settings) -> Result<Option<Option<SyncFile>>> {
    let layout = Layout::new(session::absolute(&settings.pack));
    if !sync_file::is_opted_in(&layout) {
        return Ok(None);
    }
    let _lock = lock::take(&layout, "disable", Duration::from_secs(10))?;
    let was = sync_file::read(&layout).ok();
    json_file::remove(&layout.sync_json())?;
    let told = was.as_ref();
    let told = told.and_then(|was| server::presence::of_folder(settings, &layout, was));
    if let Some(told) = told {
        told.end(settings);
    }
    Ok(Some(was))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_key_to_the_instance_that_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        fs::create_dir_all(layout.own()).expect("made");
        let instance = InstanceId::new(Ulid::generate());
        let key = RepositoryKey::with_password(SecretString::from("secret"));
        files::write_key(&layout.key(), &key).expect("written");
        assert!(key_of(&layout, instance).is_some());
    }
}
