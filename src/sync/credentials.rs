//! What opens the server and the repository of an instance, and where it is kept.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use secrecy::SecretString;

use super::{
    event::{Listener, warn},
    settings::Settings,
};
use crate::{
    config::{layout::Layout, sync_file::SyncFile},
    domain::{ids::InstanceId, location::Location},
    error::{Error, Kind, Result},
    process::core_dumps,
    secrets::{
        files,
        keyring::{self, Patience},
        token::{RepositoryKey, Token},
    },
    store::keys::Finding,
    texts::text,
};

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

/// Loads what opens the server and the repository: `--token-file`, else `.cloud-sync/token`, else
/// the keyring.
pub fn load(
    settings: &Settings,
    layout: &Layout,
    sync: &SyncFile,
    listener: Listener<'_>,
) -> Result<Credentials> {
    core_dumps::forbid();
    let instance = sync.instance_id;
    let path = settings
        .token_file
        .clone()
        .unwrap_or_else(|| layout.token());
    let mended = |path: &std::path::Path| {
        warn(
            listener,
            text!("access-mended", path = path.display().to_string()),
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
                text!("access-no-file", path = path.display().to_string()),
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
    let mut deaf = None;
    let token = match token {
        None if key.is_none() || rest => keyring::read_token(instance, Patience::Hook)
            .unwrap_or_else(|error| {
                deaf = Some(error);
                None
            }),
        token => token,
    };
    let missing = || missing(layout, deaf.as_ref());
    let key = match key {
        Some(key) => key,
        // One that does not answer is not waited for twice.
        None if deaf.is_some() => password_of(token.as_ref()).ok_or_else(missing)?,
        None => match keyring::read_key(instance, Patience::Hook).ok().flatten() {
            Some(key) => key,
            None => password_of(token.as_ref()).ok_or_else(missing)?,
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

/// As the earlier Python tool has it: the token's secret opens the repository too.
fn password_of(token: Option<&Token>) -> Option<RepositoryKey> {
    token.map(|token| RepositoryKey::with_password(token.secret.clone()))
}

/// No token was found: in no file, and not in the keyring, which may not have answered.
fn missing(layout: &Layout, deaf: Option<&Error>) -> Error {
    let folder = crate::domain::shell::pack_folder(layout.pack());
    let again = text!("access-again-hint", folder = folder);
    match deaf {
        None => Error::new(Kind::Credentials, text!("access-missing")).hint(again),
        Some(error) => Error::new(
            Kind::Credentials,
            text!("access-unread", why = error.to_string()),
        )
        .hint(text!("access-keyring-hint"))
        .hint(again),
    }
}

/// Returns what opens them, of what a player gives. `kept` is the key that opened the repository
/// before, where there was one.
///
/// # Errors
/// Where a token is missing, or a passphrase: a device's own token is no password of saves, which other
/// devices have to open too.
pub fn given(
    location: &Location,
    token: Option<&Token>,
    passphrase: Option<&SecretString>,
    kept: Option<RepositoryKey>,
) -> Result<Credentials> {
    if token.is_none() && matches!(location, Location::Rest(_)) {
        return Err(
            Error::usage(text!("access-needs-token")).hint(text!("access-needs-token-hint"))
        );
    }
    let secret = token.map(|token| token.secret.clone());
    let key = match (passphrase, kept, &secret) {
        (Some(passphrase), _, _) => RepositoryKey::with_password(passphrase.clone()),
        // What opened the repository before still does, whatever the account's secret is now.
        (None, Some(kept), _) => kept,
        (None, None, Some(_)) if token.is_some_and(Token::is_of_device) => {
            return Err(Error::usage(text!("access-needs-passphrase"))
                .hint(text!("access-needs-passphrase-hint")));
        }
        (None, None, Some(secret)) => RepositoryKey::with_password(secret.clone()),
        (None, None, None) => {
            return Err(Error::usage(text!("access-needs-password"))
                .hint(text!("access-needs-password-hint")));
        }
    };
    Ok(Credentials {
        account: token
            .map_or(LOCAL_ACCOUNT, |token| &token.account)
            .to_owned(),
        secret,
        key,
    })
}

/// The account where a place knows none: a folder opted in with a passphrase alone.
pub const LOCAL_ACCOUNT: &str = "local";

/// Where the key of an instance is kept on this device.
#[derive(Debug)]
pub struct Keeper {
    file: Option<PathBuf>,
    instance: InstanceId,
}

impl Keeper {
    /// Returns where the key of the instance in this folder is kept.
    pub fn of(layout: &Layout, instance: InstanceId) -> Self {
        let in_files = layout.key().exists() || layout.token().exists();
        Self {
            file: in_files.then(|| layout.key()),
            instance,
        }
    }

    /// Keeps this key.
    pub fn write(&self, key: &RepositoryKey) -> Result<()> {
        match &self.file {
            Some(file) => files::write_key(file, key),
            None => keyring::write_key(self.instance, key, Patience::Hook),
        }
    }

    /// Returns what notes there what is found out about keys; `key` is what is kept now.
    pub fn remembering(self, key: RepositoryKey) -> impl Fn(Finding<'_>) + Send + Sync + 'static {
        let key = Mutex::new(key);
        move |finding| {
            let mut key = key.lock().unwrap_or_else(PoisonError::into_inner);
            match finding {
                Finding::Opens(id) => key.key_id = Some(id.to_owned()),
                Finding::FastKeyGone => (key.fast_key_id, key.fast_password) = (None, None),
            }
            // Not worth a failure: it is found out again.
            let _ = self.write(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn folder() -> (tempfile::TempDir, Layout) {
        let pack = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(pack.path());
        std::fs::create_dir_all(layout.own()).expect("its own folder");
        (pack, layout)
    }

    fn kept(layout: &Layout) -> RepositoryKey {
        let read = files::read_key(&layout.key()).expect("it can be read");
        read.expect("it is there").value
    }

    #[test]
    fn a_key_is_kept_where_either_of_the_two_secrets_is() {
        let id = InstanceId::CATALOGUE;
        let (_pack, layout) = folder();
        assert_eq!(Keeper::of(&layout, id).file, None);
        for secret in [layout.token(), layout.key()] {
            std::fs::write(&secret, "").expect("a file");
            assert_eq!(Keeper::of(&layout, id).file, Some(layout.key()));
            std::fs::remove_file(&secret).expect("it goes");
        }
    }

    #[test]
    fn what_is_found_out_about_keys_is_noted_beside_the_password() {
        let (_pack, layout) = folder();
        std::fs::write(layout.token(), "alice:secret").expect("a token");
        let keeper = Keeper::of(&layout, InstanceId::CATALOGUE);
        let key = RepositoryKey {
            fast_password: Some("fast".into()),
            fast_key_id: Some("f".repeat(64)),
            ..RepositoryKey::with_password("of the player".into())
        };
        keeper.write(&key).expect("it is written");
        assert_eq!(kept(&layout).fast_key_id, key.fast_key_id);
        let note = keeper.remembering(key);
        note(Finding::Opens("abc"));
        let now = kept(&layout);
        assert_eq!(now.key_id.as_deref(), Some("abc"));
        assert!(now.fast_password.is_some());
        note(Finding::FastKeyGone);
        let now = kept(&layout);
        assert_eq!(now.password.expose_secret(), "of the player");
        assert_eq!(now.key_id.as_deref(), Some("abc"));
        assert!(now.fast_password.is_none() && now.fast_key_id.is_none());
    }
}
