//! The token (`ACCOUNT:SECRET`) and the repository's key.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::{
    config::sync_file::check_account,
    domain::{
        enrolment,
        rest::{links::ENROL, mark},
    },
    error::{Error, Result},
    texts::text,
};

/// What the server knows an account by.
#[derive(Clone)]
pub struct Token {
    /// The account: a folder on the server.
    pub account: String,
    /// Its secret.
    pub secret: SecretString,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({}:***)", self.account)
    }
}

impl Token {
    /// Reads `ACCOUNT:SECRET`; one line end after it is left aside. No error repeats the secret.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = |message: String| Error::usage(message).hint(text!("token-form"));
        let line = text.strip_suffix('\n').unwrap_or(text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            return Err(bad(text!("token-empty")));
        }
        if line.chars().any(char::is_control) {
            return Err(bad(text!("token-control-character")));
        }
        if enrolment::is_code(line) || line.contains(ENROL) {
            let code = Error::usage(text!("token-is-code"));
            return Err(code.hint(text!("token-is-code-hint")));
        }
        let (account, secret) = line
            .split_once(':')
            .ok_or_else(|| bad(text!("token-no-colon")))?;
        if secret.is_empty() {
            return Err(bad(text!("token-no-secret")));
        }
        check_account(account)?;
        Ok(Self {
            account: account.to_owned(),
            secret: SecretString::from(secret),
        })
    }

    /// Returns whether it is one device's own, of a server of ours: no other device ever has it.
    pub fn is_of_device(&self) -> bool {
        mark::is_devices(self.secret.expose_secret())
    }

    /// Returns the text that [`Token::parse`] reads.
    pub fn to_text(&self) -> SecretString {
        SecretString::from(format!("{}:{}", self.account, self.secret.expose_secret()))
    }
}

/// What opens a repository: the `key` file, or the keyring's entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RepositoryKey {
    /// The schema of the file: 1.
    pub schema: u64,
    /// The repository's password.
    #[serde(serialize_with = "exposed")]
    pub password: SecretString,
    /// The id of the key file that the password opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// The password of the fast key, where there is one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_exposed"
    )]
    pub fast_password: Option<SecretString>,
    /// The id of the fast key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fast_key_id: Option<String>,
}

impl RepositoryKey {
    /// Returns the key with this password, about which nothing else is known yet.
    pub fn with_password(password: SecretString) -> Self {
        Self {
            schema: 1,
            password,
            key_id: None,
            fast_password: None,
            fast_key_id: None,
        }
    }
}

/// Reads a passphrase that a player chose: one line, of any characters but control ones.
pub fn passphrase(text: &str) -> Result<SecretString> {
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() || line.chars().any(char::is_control) {
        return Err(Error::usage(text!("passphrase-one-line")));
    }
    Ok(SecretString::from(line))
}

// A key file is the one place where these are written.
fn exposed<S: Serializer>(
    secret: &SecretString,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

#[allow(clippy::ref_option)] // serde's signature
fn maybe_exposed<S: Serializer>(
    secret: &Option<SecretString>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => exposed(secret, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_line_with_a_colon() {
        for text in ["a:s", "a:s\n", "a:s\r\n"] {
            assert_eq!(Token::parse(text).expect(text).secret.expose_secret(), "s");
        }
        assert_eq!(
            Token::parse("a:s:t")
                .expect("colons in secrets")
                .secret
                .expose_secret(),
            "s:t"
        );
        for bad in [
            "",
            "nocolon",
            "a:",
            ":s",
            "a:s\nb",
            "a/b:s",
            "../a:s",
            "snapshots:s",
            "a:s\n\n",
            // What makes a device is no token, and its link has colons.
            "ise_0123",
            "https://h/v1/enrol#ise_0123",
        ] {
            assert!(Token::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_devices_own_token_is_told_by_its_secret() {
        let is_of_device = |text: &str| Token::parse(text).expect(text).is_of_device();
        assert!(is_of_device("alice:isd_0123"));
        for shared in ["alice:secret", "isd_:secret", "alice:x:isd_0123"] {
            assert!(!is_of_device(shared), "{shared}");
        }
    }

    #[test]
    fn no_secret_is_in_an_error_or_in_debug() {
        let error = Token::parse("hunter2hunter2")
            .expect_err("no colon")
            .to_string();
        assert!(!error.contains("hunter2"));
        let token = Token::parse("alice:hunter2").expect("a token");
        assert!(!format!("{token:?}").contains("hunter2"));
        assert!(!format!("{:?}", RepositoryKey::with_password(token.secret)).contains("hunter2"));
    }
}
