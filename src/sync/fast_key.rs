//! Giving a repository its fast key, or finding the one that it has.
//!
//! Nothing is uploaded that restic has not opened, since on an append-only server it would stay.

use std::{fs, path::Path};

use super::{
    access::Access,
    event::{Listener, note},
};
use crate::{
    error::{Context, Error, Result},
    remote::{key_file, probe},
    store::{
        fast_key::{FastKey, Forged, MasterKey},
        keys::Keys,
        repository::Repository,
    },
    texts::text,
};

/// With more keys, restic does not even look at the last of them: 20, less one for a person.
const MOST_KEYS: usize = 18;

/// What to do where the repository has no fast key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// Add it: the repository is new, or this device joins it, or a person asked.
    Add,
    /// Do without: somebody may have removed it.
    DoWithout,
}

/// Returns the fast key of the repository; `None` where there is none, or can be none: places that
/// are reached by restic alone, repositories with many keys.
///
/// # Errors
/// Where it could not be added, or is there and does not open the repository. Nothing depends on
/// it: the password goes on opening the repository.
pub fn obtain(
    access: &Access,
    repository: &Repository,
    if_missing: IfMissing,
) -> Result<Option<FastKey>> {
    let question = access.question();
    let Some(ids) = probe::keys(&question)? else {
        return Ok(None);
    };
    let master_key = repository.master_key()?;
    let forged = master_key.fast_key()?;
    if !ids.contains(&forged.key.id) {
        if if_missing == IfMissing::DoWithout || ids.len() > MOST_KEYS {
            return Ok(None);
        }
        let Some(config) = key_file::config(&question)? else {
            return Ok(None);
        };
        prove(&repository.program, &config, &forged, &master_key)?;
        key_file::publish(&question, &forged.key.id, &forged.file)?;
    }
    let mut with_fast = access.clone();
    with_fast.keep_fast(Some(forged.key.clone()));
    let opened = with_fast
        .repository(repository.program.clone(), repository.cache.clone(), None)
        .open()?;
    if opened == forged.key.id {
        Ok(Some(forged.key))
    } else {
        Err(Error::failed(text!("fastkey-not-kept")))
    }
}

/// Returns the fast key that was found, and says where one could not be had.
pub fn or_say(found: Result<Option<FastKey>>, listener: Listener<'_>) -> Option<FastKey> {
    found.unwrap_or_else(|error| {
        note(listener, text!("fastkey-none", why = error.to_string()));
        None
    })
}

/// Lets restic open a repository that consists of nothing but the `config` and the new key file.
fn prove(program: &Path, config: &[u8], forged: &Forged, master_key: &MasterKey) -> Result<()> {
    let what = || text!("fastkey-untried");
    let folder = tempfile::tempdir().context(what)?;
    let keys = folder.path().join("keys");
    fs::create_dir(&keys).context(what)?;
    fs::write(keys.join(&forged.key.id), &forged.file).context(what)?;
    fs::write(folder.path().join("config"), config).context(what)?;
    let tried = Repository {
        program: program.to_path_buf(),
        location: folder.path().to_string_lossy().into_owned(),
        account: None,
        password: forged.key.password.clone(),
        keys: Keys::new(None, Some(forged.key.clone()), Box::new(|| Ok(None))),
        ca_file: None,
        cache: None,
    };
    if tried.master_key()? == *master_key {
        Ok(())
    } else {
        Err(Error::failed(text!("fastkey-wrong")))
    }
}
