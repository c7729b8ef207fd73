//! Secrets in the OS keyring: the Secret Service by zbus, Windows' Credential Manager, the
//! Keychain. Everything within a deadline: a keyring may wait for a person, a launch may not.

use std::{sync::mpsc, thread, time::Duration};

use keyring::v1::{Entry, Error as KeyringError};
use secrecy::{ExposeSecret, SecretString};

use super::token::{RepositoryKey, Token};
use crate::{
    domain::ids::InstanceId,
    error::{Error, Kind, Result},
};

const SERVICE: &str = "instance-sync";

/// How long a keyring may take. Unlocking one by hand takes longer: then the file serves.
const DEADLINE: Duration = Duration::from_secs(3);

/// Reads the token of an instance, or returns `None` where the keyring has none.
pub fn read_token(instance: InstanceId) -> Result<Option<Token>> {
    get(instance, "token")?
        .map(|text| Token::parse(text.expose_secret()))
        .transpose()
}

/// Writes the token of an instance.
pub fn write_token(instance: InstanceId, token: &Token) -> Result<()> {
    set(instance, "token", token.to_text())
}

/// Reads the key of an instance, or returns `None` where the keyring has none.
pub fn read_key(instance: InstanceId) -> Result<Option<RepositoryKey>> {
    let Some(text) = get(instance, "key")? else {
        return Ok(None);
    };
    serde_json::from_str(text.expose_secret())
        .map(Some)
        // The parser's own message could repeat what it read.
        .map_err(|_| Error::failed("the keyring's entry for this instance is damaged"))
}

/// Writes the key of an instance.
pub fn write_key(instance: InstanceId, key: &RepositoryKey) -> Result<()> {
    let text = serde_json::to_string(key).map_err(|_| Error::failed("cannot write the key"))?;
    set(instance, "key", SecretString::from(text))
}

fn get(instance: InstanceId, what: &str) -> Result<Option<SecretString>> {
    let user = format!("{instance}/{what}");
    within_deadline(move || match Entry::new(SERVICE, &user)?.get_password() {
        Ok(text) => Ok(Some(SecretString::from(text))),
        Err(KeyringError::NoEntry) => Ok(None),
        Err(error) => Err(error),
    })
}

fn set(instance: InstanceId, what: &str, secret: SecretString) -> Result<()> {
    let user = format!("{instance}/{what}");
    within_deadline(move || {
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
    work: impl FnOnce() -> std::result::Result<T, KeyringError> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = mpsc::channel();
    // Left to itself when it is late: it holds nothing that anybody waits for.
    thread::spawn(move || sender.send(work()));
    let hint = "Use files instead: leave --keyring out, or give --token-file.";
    match receiver.recv_timeout(DEADLINE) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Error::new(
            Kind::Failed,
            format!("the OS keyring cannot be used: {}", name(&error)),
        )
        .hint(hint)),
        Err(_) => Err(Error::failed(format!(
            "the OS keyring did not answer within {} s: is it locked?",
            DEADLINE.as_secs()
        ))
        .hint(hint)),
    }
}

/// What went wrong, without the data that some of these errors carry.
fn name(error: &KeyringError) -> String {
    match error {
        KeyringError::NoStorageAccess(cause) => format!("no access ({cause})"),
        KeyringError::PlatformFailure(cause) => format!("it failed ({cause})"),
        KeyringError::NoEntry => "it did not keep the secret".to_owned(),
        KeyringError::NoDefaultStore => "there is none".to_owned(),
        _ => "it failed".to_owned(),
    }
}
