//! Secrets in files: mode 600, mended where it is not.

use std::{fs, path::Path};

use secrecy::{ExposeSecret, SecretString};

use super::token::{RepositoryKey, Token};
use crate::{
    config::json_file::{self, Access},
    domain::{path::OWN_FOLDER, shell},
    error::{Error, Kind, Result},
    texts::text,
};

/// What is read from a file, and whether others could read it too until now.
#[derive(Debug)]
pub struct Loaded<T> {
    /// What it says.
    pub value: T,
    /// Set where the file's mode had to be mended.
    pub was_open: bool,
}

/// Reads a token file, or returns `None` where there is none.
pub fn read_token(path: &Path) -> Result<Option<Loaded<Token>>> {
    let Some(text) = read(path)? else {
        return Ok(None);
    };
    let value = Token::parse(text.value.expose_secret()).map_err(|error| {
        let own = path.parent().filter(|own| own.ends_with(OWN_FOLDER));
        let hint = own.and_then(Path::parent).map_or_else(
            || text!("secret-file-wrong"),
            |pack| text!("secret-give-again", folder = shell::pack_folder(pack)),
        );
        Error::usage(format!("{}: {error}", path.display())).hint(hint)
    })?;
    Ok(Some(Loaded {
        value,
        was_open: text.was_open,
    }))
}

/// Writes a token file.
pub fn write_token(path: &Path, token: &Token) -> Result<()> {
    let text = token.to_text();
    json_file::write_bytes(
        path,
        format!("{}\n", text.expose_secret()).as_bytes(),
        Access::Private,
    )
}

/// Reads a key file, or returns `None` where there is none.
pub fn read_key(path: &Path) -> Result<Option<Loaded<RepositoryKey>>> {
    let was_open = mend(path);
    let key = json_file::read(path, 1).map_err(|error| match error.kind() {
        // The parser's own message could repeat what it read.
        Kind::Usage => error.without_cause(),
        _ => error,
    })?;
    Ok(key.map(|value| Loaded { value, was_open }))
}

/// Writes a key file.
pub fn write_key(path: &Path, key: &RepositoryKey) -> Result<()> {
    json_file::write(path, key, Access::Private)
}

/// Reads a file that holds one secret.
pub fn read(path: &Path) -> Result<Option<Loaded<SecretString>>> {
    let was_open = mend(path);
    let Some(bytes) = json_file::read_bytes(path)? else {
        return Ok(None);
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::usage(text!("secret-not-text", path = path.display().to_string())))?;
    Ok(Some(Loaded {
        value: SecretString::from(text),
        was_open,
    }))
}

/// Returns whether others may do anything with the file.
#[cfg(unix)]
pub fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o077 != 0)
}

/// Returns false: what a user has belongs to that user alone.
#[cfg(not(unix))]
pub fn others_can_read(_path: &Path) -> bool {
    false
}

/// Takes away what others may do with the file; returns whether they could.
#[cfg(unix)]
fn mend(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let open = others_can_read(path);
    if open {
        // If it is not ours to change, reading it decides.
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
    }
    open
}

#[cfg(not(unix))]
fn mend(path: &Path) -> bool {
    let _ = fs::metadata(path);
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_in_an_error_about_a_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        for text in [
            r#"{"schema": 1, "password": 20261121}"#,
            r#"{"schema": 1, "password": ["20261121"]}"#,
            r#"{"schema": 1, "password": {"20261121": 1}}"#,
            r#"{"schema": "20261121", "password": "x"}"#,
            r#"{"schema": 1, "password": "x", "fast_password": 20261121}"#,
            r#""20261121""#,
            "20261121",
        ] {
            fs::write(&path, text).expect("writes");
            let error = read_key(&path).expect_err(text).to_string();
            assert!(!error.contains("20261121"), "{error}");
            assert!(error.contains("is not what it should be"), "{error}");
        }
    }
}
