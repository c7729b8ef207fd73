//! Serving a folder of rest-server where it is: what is in it is registered, and nothing of it is moved,
//! changed or removed.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;
use ulid::Ulid;

use super::{Admin, INSTANCES, done};
use crate::{
    domain::rest::name::{AccountName, RepositoryId},
    error::{Context, Error, Result},
    server::{
        clock,
        database::{
            self,
            instances::{self, Registered},
        },
        storage::files::Files,
    },
};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Where, below the folder.
    pub path: String,
    /// `account_added`, `instance_added`, `known` or `not_served`.
    pub what: &'static str,
    /// Why it is not served.
    pub why: Option<&'static str>,
}

impl Admin {
    /// Takes this folder as the storage; the one of the server, where none is named.
    pub fn import_folder(&self, folder: Option<&Path>, quota: Option<u64>) -> Result<Vec<Found>> {
        let root = self.data.repositories();
        if let Some(folder) = folder {
            lead(&root, folder)?;
        }
        if !root.is_dir() {
            return Err(
                Error::usage(format!("there is no folder {}", root.display()))
                    .hint("Name the folder that rest-server was given as --path"),
            );
        }
        let known = done(self.wait(database::storage::id(&self.database)))?;
        let files = Files::adopt(&root, known.as_deref(), &Ulid::generate().to_string())?;
        if known.is_none() {
            done(self.wait(database::storage::set_id(&self.database, files.id())))?;
        }
        let mut all = Vec::new();
        for (name, is_folder) in entries(&root)? {
            let shown = name.to_string_lossy().into_owned();
            match (is_folder, name.to_str().and_then(|name| name.parse().ok())) {
                // Ours: the sentinel, uploads, the trash.
                _ if shown.starts_with('.') => {}
                (false, _) => all.push(left(shown, "it is a file")),
                (true, None) => all.push(left(shown, "it is no account's name")),
                (true, Some(account)) => self.import_account(&root, &account, quota, &mut all)?,
            }
        }
        Ok(all)
    }

    fn import_account(
        &self,
        root: &Path,
        account: &AccountName,
        quota: Option<u64>,
        all: &mut Vec<Found>,
    ) -> Result<()> {
        let (mut ours, mut others) = (Vec::new(), Vec::new());
        let folder = root.join(account.as_str());
        for (name, is_folder) in entries(&folder)? {
            let shown = format!("{account}/{}", name.to_string_lossy());
            let id: Option<RepositoryId> = name.to_str().and_then(|name| name.parse().ok());
            match id {
                _ if !is_folder => others.push(left(shown, "it is a file")),
                None => others.push(left(shown, "it is not called by the ULID of an instance")),
                Some(id) if folder.join(&name).join("config").is_file() => ours.push(id),
                Some(_) => others.push(left(shown, "it is no repository: it has no config")),
            }
        }
        if ours.is_empty() {
            all.extend(others);
            return Ok(());
        }
        let games = ours.iter().filter(|id| !id.is_catalogue()).count() as u64;
        // As many as there are, and room for more.
        let limit = INSTANCES.max(games + INSTANCES / 2);
        let is_new = self.add_open(account, quota, limit)?;
        all.push(found(
            account.to_string(),
            if is_new { "account_added" } else { "known" },
        ));
        let row = self.account(account)?;
        for id in ours {
            let path = format!("{account}/{id}");
            if id.is_catalogue() {
                all.push(found(path, "known"));
                continue;
            }
            let (limit, now) = (row.instance_limit, clock::now());
            let registered = instances::register(&self.database, row.id, id, limit, now);
            all.push(match done(self.wait(registered))? {
                Registered::Added => {
                    self.audit("instance added", &path)?;
                    found(path, "instance_added")
                }
                Registered::Already => found(path, "known"),
                Registered::Deleted => left(path, "it was deleted here, and is in the trash"),
                Registered::TooMany => left(path, "the account has as many instances as it may"),
            });
        }
        all.extend(others);
        Ok(())
    }
}

fn found(path: String, what: &'static str) -> Found {
    Found {
        path,
        what,
        why: None,
    }
}

fn left(path: String, why: &'static str) -> Found {
    Found {
        path,
        what: "not_served",
        why: Some(why),
    }
}

/// Makes the place of the storage lead to this folder.
fn lead(root: &Path, folder: &Path) -> Result<()> {
    let shown = folder.display();
    let folder = fs::canonicalize(folder).context(|| format!("cannot find {shown}"))?;
    if !folder.is_dir() {
        return Err(Error::usage(format!("{shown} is no folder")));
    }
    match fs::canonicalize(root) {
        Ok(there) if there == folder => return Ok(()),
        Ok(_) => {
            return Err(Error::usage(format!(
                "{} is there already, and is another folder",
                root.display()
            ))
            .hint("Nothing was changed. Import into a --data folder whose server never ran"));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).context(|| format!("cannot read {}", root.display())),
    }
    link(&folder, root).context(|| format!("cannot make {}", root.display()))
}

#[cfg(unix)]
fn link(folder: &Path, root: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(folder, root)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::other(
        "move the folder there yourself, and import without naming one",
    ))
}

/// Returns what is in a folder, by name, and whether each is a folder.
fn entries(folder: &Path) -> Result<Vec<(OsString, bool)>> {
    let unread = || format!("cannot read {}", folder.display());
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).context(unread)? {
        let entry = entry.context(unread)?;
        let path: PathBuf = entry.path();
        all.push((entry.file_name(), path.is_dir()));
    }
    all.sort();
    Ok(all)
}
