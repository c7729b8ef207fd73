//! A repository's key files: adding one without restic, which would make it slow to open.

use std::{fs, io::Write, path::PathBuf};

use super::{
    client,
    repository::{Question, body},
};
use crate::{
    domain::location::Location,
    error::{Context, Error, Kind, Result},
    texts::text,
};

/// The largest `config` that is read, in bytes; restic's have 155.
const LARGEST: u64 = 64 << 10;

/// Returns the repository's `config`, still encrypted; `None` where no key file can be added.
pub fn config(question: &Question<'_>) -> Result<Option<Vec<u8>>> {
    match question.location {
        Location::Rest(url) => {
            let response = question.get(url, "config")?;
            body(client::host(url), response, LARGEST).map(Some)
        }
        Location::Folder(_) => {
            let path = folder(question).join("config");
            let config = fs::read(&path)
                .context(|| text!("file-not-read", path = path.display().to_string()))?;
            Ok(Some(config))
        }
        Location::Other(_) => Ok(None),
    }
}

/// Adds the key file `id`. That somebody else has added it meanwhile is as good: the id is the sum
/// of the content.
pub fn publish(question: &Question<'_>, id: &str, file: &[u8]) -> Result<()> {
    match question.location {
        Location::Rest(url) => match question.post(url, &format!("keys/{id}"), file.to_vec()) {
            // It is there, or it may not be: opening it with that key tells.
            Err(error) if error.kind() == Kind::Credentials => Ok(()),
            other => other,
        },
        Location::Folder(_) => {
            let keys = folder(question).join("keys");
            let what = || text!("place-not-written", path = keys.display().to_string());
            let mut new = tempfile::NamedTempFile::new_in(&keys).context(what)?;
            new.write_all(file).context(what)?;
            new.as_file().sync_all().context(what)?;
            match new.persist_noclobber(keys.join(id)) {
                Err(error) if error.error.kind() != std::io::ErrorKind::AlreadyExists => {
                    Err(error.error).context(what)
                }
                _ => Ok(()),
            }
        }
        Location::Other(_) => Err(Error::failed(text!("repository-takes-no-key-file"))),
    }
}

fn folder(question: &Question<'_>) -> PathBuf {
    PathBuf::from(
        question
            .location
            .repository(question.account, question.instance),
    )
}
