//! Secrets in the OS keyring: the Secret Service by zbus, Windows' Credential Manager, the
//! Keychain. Everything within a deadline: a keyring may wait for a person, a launch may not.

use std::{sync::mpsc, thread, time::Duration};

use keyring::v1::{Entry, Error as KeyringError};
use secrecy::{ExposeSecret, SecretString};

use super::token::{RepositoryKey, Token};
use crate::{
    domain::ids::InstanceId,
    error::{Error, Kind, Result},
    texts::text,
};

const SERVICE: &str = "instance-sync";
const TOKEN: &str = "token";
const KEY: &str = "key";

/// How long a keyring may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// 3 s: a launch waits. Unlocking one by hand takes longer.
    Hook,
    /// 60 s: somebody is there who may have to unlock it.
    Person,
}

impl Patience {
    fn deadline(self) -> Duration {
        Duration::from_secs(match self {
            Self::Hook => 3,
            Self::Person => 60,
        })
    }
}

/// Returns whether a keyring answers within 3 s. It may still be locked.
pub fn answers() -> bool {
    get("probe".to_owned(), Patience::Hook).is_ok()
}

/// Writes something that is no secret, and removes it: an error where the keyring does not keep it.
pub fn try_out() -> Result<()> {
    let patience = Patience::Person;
    set("probe".to_owned(), SecretString::from("probe"), patience)?;
    remove("probe".to_owned())
}

/// Reads the token of an instance, or returns `None` where the keyring has none.
pub fn read_token(instance: InstanceId, patience: Patience) -> Result<Option<Token>> {
    get(user(instance, TOKEN), patience)?
        .map(|text| Token::parse(text.expose_secret()))
        .transpose()
}

/// Writes the token of an instance.
pub fn write_token(instance: InstanceId, token: &Token, patience: Patience) -> Result<()> {
    set(user(instance, TOKEN), token.to_text(), patience)
}

/// Reads the key of an instance, or returns `None` where the keyring has none.
pub fn read_key(instance: InstanceId, patience: Patience) -> Result<Option<RepositoryKey>> {
    let Some(text) = get(user(instance, KEY), patience)? else {
        return Ok(None);
    };
    serde_json::from_str(text.expose_secret())
        .map(Some)
        // The parser's own message could repeat what it read.
        .map_err(|_| Error::failed(text!("keyring-entry-damaged")))
}

/// Writes the key of an instance.
pub fn write_key(instance: InstanceId, key: &RepositoryKey, patience: Patience) -> Result<()> {
    let text =
        serde_json::to_string(key).map_err(|_| Error::failed(text!("keyring-key-not-written")))?;
    set(user(instance, KEY), SecretString::from(text), patience)
}

/// Removes both entries of an instance, where there are any.
pub fn forget(instance: InstanceId) -> Result<()> {
    for what in [TOKEN, KEY] {
        remove(user(instance, what))?;
    }
    Ok(())
}

fn remove(user: String) -> Result<()> {
    within_deadline(Patience::Person, move || {
        match Entry::new(SERVICE, &user)?.delete_credential() {
            Err(KeyringError::NoEntry) => Ok(()),
            other => other,
        }
    })
}

fn user(instance: InstanceId, what: &str) -> String {
    format!("{instance}/{what}")
}

fn get(user: String, patience: Patience) -> Result<Option<SecretString>> {
    within_deadline(patience, move || {
        match Entry::new(SERVICE, &user)?.get_password() {
            Ok(text) => Ok(Some(SecretString::from(text))),
            Err(KeyringError::NoEntry) => Ok(None),
            Err(error) => Err(error),
        }
    })
}

fn set(user: String, secret: SecretString, patience: Patience) -> Result<()> {
    within_deadline(patience, move || {
        let entry = Entry::new(SERVICE, &user)?;
        entry.set_password(secret.expose_secret())?;
        // A keyring that forgets at once is worse than none.
        match entry.get_password() {
            Ok(stored) if stored == secret.expose_secret() => Ok(()),
            Ok(_) => Err(KeyringError::NoEntry),
            Err(error) => Err(error),
        }
    })
}

fn within_deadline<T: Send + 'static>(
    patience: Patience,
    work: impl FnOnce() -> std::result::Result<T, KeyringError> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = mpsc::channel();
    // Left to itself when it is late: it holds nothing that anybody waits for.
    thread::spawn(move || sender.send(work()));
    match receiver.recv_timeout(patience.deadline()) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Error::new(
            Kind::Failed,
            text!("keyring-unusable", why = name(&error)),
        )
        .hint(text!("keyring-unlock"))),
        Err(_) => Err(Error::failed(text!(
            "keyring-too-slow",
            seconds = patience.deadline().as_secs()
        ))
        .hint(text!("keyring-unlock"))),
    }
}

/// What went wrong, without the data that some of these errors carry.
fn name(error: &KeyringError) -> String {
    match error {
        KeyringError::NoStorageAccess(cause) => {
            text!("keyring-no-access", cause = cause.to_string())
        }
        KeyringError::PlatformFailure(cause) => {
            text!("keyring-failed-because", cause = cause.to_string())
        }
        KeyringError::NoEntry => text!("keyring-forgets"),
        KeyringError::NoDefaultStore => text!("keyring-none"),
        _ => text!("keyring-failed"),
    }
}
