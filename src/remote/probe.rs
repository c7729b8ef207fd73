//! The probe: which snapshots are there? One request, or one look into a folder.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::{StatusCode, blocking::Response, header, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::client::{self, Deadlines};
use crate::{
    domain::{
        ids::{InstanceId, SnapshotId},
        location::Location,
    },
    error::{Context, Error, Kind, Result},
};

/// A launch waits for this, so it is short: offline is decided within 5 s.
const DEADLINES: Deadlines = Deadlines {
    connect: Duration::from_secs(2),
    total: Some(Duration::from_secs(4)),
    silence: Duration::from_secs(4),
};

/// The protocol version that lists names with sizes.
const ACCEPT: &str = "application/vnd.x.restic.rest.v2";

/// The largest list that is read, in bytes: half a million snapshots.
const LARGEST: u64 = 64 << 20;

/// Whom to ask.
#[derive(Debug)]
pub struct Question<'a> {
    /// Where.
    pub location: &'a Location,
    /// Whose repository.
    pub account: &'a str,
    /// The account's secret.
    pub secret: Option<&'a SecretString>,
    /// Which instance.
    pub instance: InstanceId,
    /// A private CA.
    pub ca_file: Option<&'a Path>,
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

/// Asks a server for the names of its objects of one kind.
fn ask(url: &str, kind: &str, question: &Question<'_>) -> Result<Vec<String>> {
    let host = client::host(url);
    let plain = url.starts_with("http://");
    // Plain http is for loopback: no proxy may see what it carries.
    let client = client::client(question.ca_file, DEADLINES, Policy::none(), !plain)?;
    let address = format!("{url}/{}/{}/{kind}/", question.account, question.instance);
    let mut request = client.get(address).header(header::ACCEPT, ACCEPT);
    if let Some(secret) = question.secret {
        request = request.basic_auth(question.account, Some(secret.expose_secret()));
    }
    let response = request
        .send()
        .map_err(|error| client::no_answer(host, &error))?;
    let status = response.status();
    if status == StatusCode::OK {
        return read(host, kind, response);
    }
    let said = status.canonical_reason().unwrap_or("an unknown answer");
    let said = format!("{host} answered {} {said}", status.as_u16());
    Err(match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Error::new(
            Kind::Credentials,
            format!("{host} refused the account {} ({})", question.account, status.as_u16()),
        )
        .hint("Check the token: run instance-sync setup --force in the game folder, or ask whoever runs the server."),
        StatusCode::NOT_FOUND => Error::new(Kind::NoRepository, format!("{host} has no such repository")),
        StatusCode::INSUFFICIENT_STORAGE => {
            Error::new(Kind::Full, format!("{said}: the server has no room")).hint("Ask whoever runs it.")
        }
        status if status.is_redirection() => Error::failed(format!("{said}: it redirects to another address"))
            .hint("The token was not sent there. Opt in with the address that it redirects to, if you trust it."),
        status if status.is_server_error() || matches!(status.as_u16(), 408 | 429) => Error::new(Kind::Offline, said),
        _ => Error::failed(format!("{said}: this is not a repository server"))
            .hint("Check the URL: it should be that of a rest-server, without account and instance."),
    })
}

fn read(host: &str, kind: &str, response: Response) -> Result<Vec<String>> {
    let mut body = Vec::new();
    response
        .take(LARGEST)
        .read_to_end(&mut body)
        .map_err(|error| {
            Error::new(Kind::Offline, format!("the answer of {host} broke off")).because(error)
        })?;
    match serde_json::from_slice::<Vec<Entry>>(&body) {
        Ok(entries) => Ok(entries.into_iter().map(|entry| entry.name).collect()),
        // Version 1 of the protocol lists bare names, whatever was asked for.
        Err(_) => serde_json::from_slice(&body).map_err(|_| {
            Error::failed(format!(
                "{host} answered something that is no list of {kind}"
            ))
            .hint(
                "Check the URL: a web page answers there, not a rest-server. Nothing was changed.",
            )
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
            Error::new(Kind::Offline, format!("the folder {path} is not there"))
                .hint("Is the disk connected?"),
        );
    }
    if missing(&repository.join("config")) {
        return Err(Error::new(
            Kind::NoRepository,
            format!("{path} holds no such repository"),
        ));
    }
    let objects = repository.join(kind);
    let entries = fs::read_dir(&objects)
        .context(|| format!("cannot list {}", objects.display()))
        .map_err(|error| error.with_kind(Kind::Offline))?;
    Ok(entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect())
}
