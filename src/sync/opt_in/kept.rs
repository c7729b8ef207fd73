//! The secrets that a folder had before.

use crate::{
    config::layout::Layout,
    domain::ids::InstanceId,
    secrets::{
        files,
        keyring::{self, Patience},
        token::{RepositoryKey, Token},
    },
};

/// Returns the key that a folder, opted in as this instance, has.
pub fn key_of(layout: &Layout, instance: InstanceId) -> Option<RepositoryKey> {
    Kept::of(layout, instance, Some(instance)).key
}

/// The secrets of a folder that was opted in as the same instance before.
pub(super) struct Kept {
    pub(super) token: Option<Token>,
    pub(super) key: Option<RepositoryKey>,
}

impl Kept {
    /// Reads them, where the folder was opted in as `instance` before.
    pub(super) fn of(layout: &Layout, instance: InstanceId, before: Option<InstanceId>) -> Self {
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

#[cfg(test)]
mod tests {
    use std::fs;

    use secrecy::SecretString;
    use ulid::Ulid;

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
