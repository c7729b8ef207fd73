//! Where the secrets of an instance are kept on this device, and moving them.

use std::{path::PathBuf, time::Duration};

use serde::Serialize;

use super::{session, settings::Settings};
use crate::{
    config::{
        json_file,
        layout::Layout,
        sync_file::{self, SyncFile},
    },
    domain::ids::InstanceId,
    error::{Error, Result},
    launchers::launcher::is_in_flatpak,
    process::core_dumps,
    secrets::{
        Place, files,
        keyring::{self, Patience},
        token::{RepositoryKey, Token},
    },
    texts::text,
    workdir::lock,
};

/// Where the secrets of an instance are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretPlace {
    /// The game folder.
    pub pack_folder: PathBuf,
    /// The instance.
    pub instance_id: InstanceId,
    /// Where the token is; `None` where this device has none.
    pub token: Option<Place>,
    /// Where the repository's key is; `None` where the token's secret opens the repository, or
    /// where this device has none.
    pub key: Option<Place>,
    /// Whether this run moved anything.
    pub moved: bool,
}

/// Refuses the keyring for the folder of a Flatpak: the hooks run in there, and would find no secret.
pub fn check_reach(layout: &Layout, place: Place) -> Result<()> {
    if place == Place::File || !is_in_flatpak(layout.pack()) {
        return Ok(());
    }
    let folder = layout.pack().display().to_string();
    Err(Error::usage(text!("secret-place-flatpak", folder = folder))
        .hint(text!("secret-place-flatpak-hint")))
}

/// Says where the secrets of the opted-in folder are. Reads them, and shows nothing of them.
pub fn look(settings: &Settings) -> Result<SecretPlace> {
    let (layout, sync) = opted_in(settings)?;
    let found = Found::of(&layout, sync.instance_id, Patience::Hook)?;
    Ok(found.places(&layout, sync.instance_id, false))
}

/// Moves the secrets of the opted-in folder to the keyring or to files. They are in the new place,
/// and were read back there, before they leave the old one.
pub fn move_to(settings: &Settings, to: Place) -> Result<SecretPlace> {
    let (layout, sync) = opted_in(settings)?;
    check_reach(&layout, to)?;
    let instance = sync.instance_id;
    let _lock = lock::take(&layout, "token", Duration::from_secs(10))?;
    let mut found = Found::of(&layout, instance, Patience::Person)?;
    if found.token.is_none() && found.key.is_none() {
        return Err(Error::failed(text!("access-missing")).hint(text!(
            "access-give-hint",
            folder = crate::domain::shell::pack_folder(layout.pack())
        )));
    }
    let stays = |error: Error| error.hint(text!("secret-place-stay-hint"));
    let moved = match to {
        Place::Keyring => found.put_in_keyring(instance).map_err(stays)?,
        Place::File => found.put_in_files(&layout).map_err(stays)?,
    };
    leave_old_place(&layout, instance, to, moved)?;
    Ok(found.places(&layout, instance, moved))
}

fn opted_in(settings: &Settings) -> Result<(Layout, SyncFile)> {
    core_dumps::forbid();
    let layout = Layout::new(session::absolute(&settings.pack));
    let sync = sync_file::read(&layout)?;
    Ok((layout, sync))
}

/// The secrets that there are, each with its place.
struct Found {
    token: Option<(Token, Place)>,
    key: Option<(RepositoryKey, Place)>,
}

impl Found {
    /// What is in a file is not looked for in the keyring, as in [`super::credentials::load`].
    fn of(layout: &Layout, instance: InstanceId, patience: Patience) -> Result<Self> {
        let mut found = Self {
            token: files::read_token(&layout.token())?.map(|loaded| (loaded.value, Place::File)),
            key: files::read_key(&layout.key())?.map(|loaded| (loaded.value, Place::File)),
        };
        match found.ask_keyring(instance, patience) {
            // A keyring that is not there matters where nothing else has the secrets.
            Err(error) if found.token.is_none() && found.key.is_none() => Err(error),
            _ => Ok(found),
        }
    }

    fn ask_keyring(&mut self, instance: InstanceId, patience: Patience) -> Result<()> {
        if self.token.is_none() {
            let token = keyring::read_token(instance, patience)?;
            self.token = token.map(|token| (token, Place::Keyring));
        }
        if self.key.is_none() {
            let key = keyring::read_key(instance, patience)?;
            self.key = key.map(|key| (key, Place::Keyring));
        }
        Ok(())
    }

    fn put_in_keyring(&mut self, instance: InstanceId) -> Result<bool> {
        let mut moved = false;
        if let Some((token, place @ Place::File)) = &mut self.token {
            keyring::write_token(instance, token, Patience::Person)?;
            (*place, moved) = (Place::Keyring, true);
        }
        if let Some((key, place @ Place::File)) = &mut self.key {
            keyring::write_key(instance, key, Patience::Person)?;
            (*place, moved) = (Place::Keyring, true);
        }
        Ok(moved)
    }

    fn put_in_files(&mut self, layout: &Layout) -> Result<bool> {
        let mut moved = false;
        if let Some((token, place @ Place::Keyring)) = &mut self.token {
            files::write_token(&layout.token(), token)?;
            (*place, moved) = (Place::File, true);
        }
        if let Some((key, place @ Place::Keyring)) = &mut self.key {
            files::write_key(&layout.key(), key)?;
            (*place, moved) = (Place::File, true);
        }
        Ok(moved)
    }

    fn places(&self, layout: &Layout, instance_id: InstanceId, moved: bool) -> SecretPlace {
        SecretPlace {
            pack_folder: layout.pack().to_path_buf(),
            instance_id,
            token: self.token.as_ref().map(|(_, place)| *place),
            key: self.key.as_ref().map(|(_, place)| *place),
            moved,
        }
    }
}

/// A crash before this leaves the secrets in both places; the next move does it again.
fn leave_old_place(layout: &Layout, instance: InstanceId, to: Place, moved: bool) -> Result<()> {
    match to {
        Place::Keyring => {
            json_file::remove(&layout.token())?;
            json_file::remove(&layout.key())
        }
        Place::File => match keyring::forget(instance) {
            Err(error) if moved => Err(error.hint(text!("secret-place-both-hint"))),
            // Where there is no keyring, nothing can be left in it.
            _ => Ok(()),
        },
    }
}
