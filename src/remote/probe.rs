//! The probe: which snapshots are there? One request, or one look into a folder.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use reqwest::blocking::Response;
use serde::Deserialize;

use super::{
    client,
    repository::{Question, body},
};

use crate::{
    domain::{
        ids::SnapshotId,
        location::Location,
        rest::session::{self, Other, Session},
    },
    error::{Context, Error, Kind, Result},
    texts::text,
};

/// The largest list that is read, in bytes: half a million snapshots.
const LARGEST: u64 = 64 << 20;

/// Which snapshots there are, and who else is at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// The ids; `None` where only restic itself can tell.
    pub ids: Option<BTreeSet<SnapshotId>>,
    /// What other devices are doing with the instance.
    pub others: Vec<Other>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
}

/// Returns the ids of all snapshots, or `None` where only restic itself can tell (s3, sftp ...).
///
/// # Errors
/// [`Kind::Offline`], [`Kind::Credentials`], [`Kind::NoRepository`], and [`Kind::Failed`] where
/// something answers that is no repository server.
pub fn probe(question: &Question<'_>) -> Result<Option<BTreeSet<SnapshotId>>> {
    let names = match question.location {
        Location::Rest(url) => ask(url, "snapshots", question)?,
        Location::Folder(path) => look(path, "snapshots", question)?,
        Location::Other(_) => return Ok(None),
    };
    // Uploads that are under way appear as `<id>.rest-server-temp...`.
    Ok(Some(
        names.iter().filter_map(|name| name.parse().ok()).collect(),
    ))
}

/// Returns what [`probe`] does, and tells our own server by the same request what this device is doing; what
/// others are doing with the instance is in its answer.
pub fn probe_playing(question: &Question<'_>, session: Session) -> Result<Probed> {
    let Location::Rest(url) = question.location else {
        let others = Vec::new();
        return probe(question).map(|ids| Probed { ids, others });
    };
    let header = (session::SESSION, session.to_string());
    let response = question.get_with(url, "snapshots/", header)?;
    let others = response.headers().get(session::OTHERS);
    let others = others.and_then(|value| value.to_str().ok());
    let others = others.map(session::read).unwrap_or_default();
    let names = read(client::host(url), "snapshots", response)?;
    let ids = names.iter().filter_map(|name| name.parse().ok()).collect();
    Ok(Probed {
        ids: Some(ids),
        others,
    })
}

/// Returns the ids of the repository's keys, in order, or `None` where only restic itself could
/// tell, which it does not before it has opened the repository.
///
/// # Errors
/// As those of [`probe`].
pub fn keys(question: &Question<'_>) -> Result<Option<Vec<String>>> {
    let names = match question.location {
        Location::Rest(url) => ask(url, "keys", question)?,
        Location::Folder(path) => look(path, "keys", question)?,
        Location::Other(_) => return Ok(None),
    };
    let is_id = |name: &String| name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let mut ids: Vec<String> = names.into_iter().filter(is_id).collect();
    ids.sort();
    Ok(Some(ids))
}

/// Returns whether snapshots can be removed, as far as anybody can tell before one is: a server says it
/// of one that is not there.
pub fn may_remove(question: &Question<'_>) -> Result<bool> {
    match question.location {
        Location::Rest(url) => question.would_remove(url, &format!("snapshots/{:064}", 0)),
        Location::Folder(_) | Location::Other(_) => Ok(true),
    }
}

/// Asks a server for the names of its objects of one kind.
fn ask(url: &str, kind: &str, question: &Question<'_>) -> Result<Vec<String>> {
    let response = question.get(url, &format!("{kind}/"))?;
    read(client::host(url), kind, response)
}

fn read(host: &str, kind: &str, response: Response) -> Result<Vec<String>> {
    let body = body(host, response, LARGEST)?;
    match serde_json::from_slice::<Vec<Entry>>(&body) {
        Ok(entries) => Ok(entries.into_iter().map(|entry| entry.name).collect()),
        // Version 1 of the protocol lists bare names, whatever was asked for.
        Err(_) => serde_json::from_slice(&body).map_err(|_| {
            Error::failed(text!("server-no-list", host = host, kind = kind))
                .hint(text!("server-web-page"))
        }),
    }
}

/// Looks into a folder for the names of its objects of one kind.
fn look(path: &str, kind: &str, question: &Question<'_>) -> Result<Vec<String>> {
    let base = PathBuf::from(path);
    let repository = PathBuf::from(
        question
            .location
            .repository(question.account, question.instance),
    );
    let missing = |path: &Path| matches!(fs::metadata(path), Err(error) if error.kind() == io::ErrorKind::NotFound);
    if missing(&base) {
        // Not mounted, or not made yet: never a reason to think that the saves are gone.
        return Err(
            Error::new(Kind::Offline, text!("place-not-there", path = path))
                .hint(text!("place-is-disk-connected")),
        );
    }
    if missing(&repository.join("config")) {
        return Err(Error::new(
            Kind::NoRepository,
            text!("place-no-repository", path = path),
        ));
    }
    let objects = repository.join(kind);
    let entries = fs::read_dir(&objects)
        .context(|| text!("place-not-listed", path = objects.display().to_string()))
        .map_err(|error| error.with_kind(Kind::Offline))?;
    Ok(entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect())
}
