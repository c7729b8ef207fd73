//! An opt-in, step by step: whatever ends it in between leaves a folder that can go on.

use std::{fs, path::Path, time::Duration};

use super::{How, Request};
use crate::{
    config::{
        device, json_file,
        layout::Layout,
        scope_file,
        sync_file::{self, SyncFile},
    },
    domain::{catalogue::Entry, ids::InstanceId, location::Location, path::OWN_FOLDER},
    error::{Context, Error, Kind, Result},
    remote::probe,
    secrets::{
        Place, files,
        keyring::{self, Patience},
        token::Token,
    },
    sync::{
        access::Access,
        catalogue,
        credentials::Credentials,
        event::{Listener, warn, warn_of},
        fast_key::{self, IfMissing},
        provision, server, session,
        settings::Settings,
    },
    texts::text,
    workdir::{
        exports,
        folder::{Fate, FolderIdentity},
        lock,
        state::{Catalogued, Loaded, State},
    },
};

/// An opt-in that is under way.
pub(super) struct Opting<'a> {
    pub(super) settings: &'a Settings,
    pub(super) listener: Listener<'a>,
    pub(super) layout: &'a Layout,
    /// What the folder will be.
    pub(super) sync: &'a SyncFile,
    pub(super) request: &'a Request,
    /// The account's, if it has one: given now, or there before.
    pub(super) token: Option<&'a Token>,
    /// Whether the repository is still to be created, and by this folder.
    pub(super) fresh: bool,
}

impl Opting<'_> {
    /// Returns how, whether the catalogue knows of it, and what the instance is called.
    pub(super) fn run(
        &self,
        credentials: Credentials,
    ) -> Result<(How, Option<bool>, Option<String>)> {
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
            return self.offline(state, &access.credentials);
        }
        self.look(&access)?;
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

    /// Opts in without asking the server: the first push does what is left.
    fn offline(
        &self,
        mut state: State,
        credentials: &Credentials,
    ) -> Result<(How, Option<bool>, Option<String>)> {
        // The first push says what the launcher calls it, or asks what an instance that is there is called.
        let is_said = self.settings.label.is_some() || self.request.label.is_some();
        let label = self.entry(&state).label;
        let by_launcher = self.fresh && self.settings.launcher_label.is_some();
        if is_said || by_launcher || state.label.is_some() {
            state.label = Some(label.clone());
        }
        self.write(credentials)?;
        state.save(self.layout)?;
        self.mark()?;
        Ok((How::Offline, None, Some(label)))
    }

    /// Looks whether the repository is there, and ought to be.
    fn look(&self, access: &Access) -> Result<()> {
        match self.probe(access) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == Kind::NoRepository && self.fresh => Ok(()),
            Err(error) if error.kind() == Kind::NoRepository => Err(error.hint(text!(
                "optin-no-instance-hint",
                instance = self.sync.instance_id.to_string()
            ))),
            Err(error) if error.kind() == Kind::Offline => {
                Err(error.hint(text!("optin-offline-hint")))
            }
            Err(error) => Err(error),
        }
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

    /// Asks whether the repository is there, as far as that can be told without restic.
    fn probe(&self, access: &Access) -> Result<()> {
        if let Location::Folder(path) = &self.sync.location
            && self.fresh
            && !Path::new(path).exists()
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
