//! What the server is: one of ours, or a plain rest-server. It is asked once, and remembered.

pub mod devices;
pub mod grants;
pub mod instances;
pub mod presence;
pub mod report;
pub mod watch;

use std::{path::Path, time::Duration};

use super::settings::Settings;
use crate::{
    config::servers_file::{self, Remembered},
    domain::location::Location,
    error::{Error, Result},
    remote::{
        control::{Control, about},
        repository::Question,
    },
    texts::text,
};

/// How long the question may take: `setup` and `init` wait for it.
const PATIENCE: Duration = Duration::from_secs(4);

/// Returns what is remembered of the server at this location; no request is made. `None` where nothing is
/// known, and where there is no server.
pub fn remembered(settings: &Settings, location: &Location) -> Option<Remembered> {
    match location {
        Location::Rest(url) => servers_file::of(&settings.dirs, url),
        Location::Folder(_) | Location::Other(_) => None,
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
    ask_within(settings, url, ca_file, PATIENCE).map(Some)
}

fn ask_within(
    settings: &Settings,
    url: &str,
    ca_file: Option<&Path>,
    patience: Duration,
) -> Result<Remembered> {
    let about = about::ask(url, ca_file, patience)?;
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
    Ok(found)
}

/// Checks that an address is not that of a page of our own server, which is at the root of its name alone: what is below
/// would be taken for an account without instances. Where nothing answers, nothing is wrong.
pub fn check_is_no_page(settings: &Settings, location: &Location) -> Result<()> {
    let Location::Rest(url) = location else {
        return Ok(());
    };
    let below = url
        .split_once("://")
        .and_then(|(scheme, rest)| Some((scheme, rest.split_once('/')?)));
    let Some((scheme, (authority, path))) = below else {
        return Ok(());
    };
    let root = format!("{scheme}://{authority}");
    let is_ours = |url: &str| {
        let about = about::ask(url, settings.ca_file.as_deref(), PATIENCE);
        about.is_ok_and(|about| about.is_some())
    };
    if path.is_empty() || !is_ours(&root) || is_ours(url) {
        return Ok(());
    }
    let path = format!("/{path}");
    Err(Error::usage(text!("server-page", url = &root)).hint(text!(
        "server-page-hint",
        path = path,
        url = &root
    )))
}

/// Asks the server what it is where nobody knows, or that was long ago; after a push, while nobody waits.
pub fn refresh(
    settings: &Settings,
    location: &Location,
    ca_file: Option<&Path>,
    patience: Duration,
) {
    let Location::Rest(url) = location else {
        return;
    };
    let known = remembered(settings, location);
    if known.is_none_or(|known| known.is_stale(settings.now())) {
        // Another push asks again.
        let _ = ask_within(settings, url, ca_file, patience);
    }
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

/// Returns the control API of a server that can be asked for `feature`, for a command that needs it; else
/// `lacks` says what a plain rest-server does not do.
pub fn control<'a>(
    settings: &Settings,
    question: &Question<'a>,
    feature: &str,
    lacks: &str,
) -> Result<Control<'a>> {
    const HOW: &str = "A server that can is instance-sync serve: docs/guides/own-server.md. Saves are as safe as \
                       before";
    let Some(control) = Control::beside(question) else {
        let what = format!("{} is no server: it {lacks}", question.location);
        return Err(Error::failed(what).hint(HOW));
    };
    let location = question.location;
    let known = match remembered(settings, location) {
        Some(known) if !known.is_stale(settings.now()) => Some(known),
        _ => ask(settings, location, question.ca_file)?,
    };
    match known {
        Some(known) if known.has(feature) => Ok(control),
        Some(known) if known.is_ours() => Err(Error::failed(format!(
            "{} is of an older version: it {lacks}",
            control.host()
        ))
        .hint("Ask whoever runs it to update it; then instance-sync doctor asks it again.")),
        _ => Err(Error::failed(format!(
            "{} is a plain rest-server: it {lacks}",
            control.host()
        ))
        .hint(HOW)
        .hint("If it has become one since: instance-sync doctor asks it again.")),
    }
}
