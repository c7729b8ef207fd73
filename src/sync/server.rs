//! What the server is: one of ours, or a plain rest-server. It is asked once, and remembered.

pub mod instances;

use std::{path::Path, time::Duration};

use super::settings::Settings;
use crate::{
    config::servers_file::{self, Remembered},
    domain::location::Location,
    error::Result,
    remote::control::about,
};

/// How long the question may take: `setup` and `init` wait for it.
const PATIENCE: Duration = Duration::from_secs(4);

/// Returns what is remembered of the server at this location; no request is made. `None` where nothing is
/// known, and where there is no server.
pub fn remembered(settings: &Settings, location: &Location) -> Option<Remembered> {
    match location {
        Location::Rest(url) if settings.cloud.is_none() => servers_file::of(&settings.dirs, url),
        Location::Rest(_) | Location::Folder(_) | Location::Other(_) => None,
    }
}

/// Asks the server what it is, and remembers it. `None` where there is no server.
///
/// # Errors
/// [`crate::error::Kind::Offline`] where it cannot be reached; what was remembered stays.
pub fn ask(
    settings: &Settings,
    location: &Location,
    ca_file: Option<&Path>,
) -> Result<Option<Remembered>> {
    let Location::Rest(url) = location else {
        return Ok(None);
    };
    if settings.cloud.is_some() {
        return Ok(None);
    }
    let about = about::ask(url, ca_file, PATIENCE)?;
    let (version, features) = match about {
        Some(about) => (Some(about.version), about.features),
        None => (None, Vec::new()),
    };
    let found = Remembered {
        asked_at: settings.now(),
        version,
        features: features.into_iter().collect(),
    };
    servers_file::remember(&settings.dirs, url, Some(found.clone()));
    Ok(Some(found))
}

/// Returns what the server is: as it is remembered, or asked now where nothing is, or that was long ago.
/// Where it cannot be reached, what is remembered counts.
pub fn known(
    settings: &Settings,
    location: &Location,
    ca_file: Option<&Path>,
) -> Option<Remembered> {
    let remembered = remembered(settings, location);
    match remembered {
        Some(known) if !known.is_stale(settings.now()) => Some(known),
        other => ask(settings, location, ca_file).ok().flatten().or(other),
    }
}
