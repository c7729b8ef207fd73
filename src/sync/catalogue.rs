//! The account's catalogue: reading it to choose an instance from, and telling it what this folder is.
//!
//! Nothing depends on it. Where it cannot be read or written, an id can be typed, and saves go on as
//! they do; see DESIGN.md, "The catalogue".

use std::{
    fs,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use jiff::Timestamp;
use serde::Serialize;
use ulid::Ulid;

use super::{
    access::Access,
    event::{Listener, note},
    last_played::{self, Played},
    provision,
    session::Session,
    settings::Settings,
};
use crate::{
    config::layout::Layout,
    domain::{
        catalogue::{self, Entry, Known, SCHEMA},
        ids::InstanceId,
        profile::Profile,
    },
    error::{Context, Error, Kind, Result},
    remote::probe,
    store::{messages::Listed, repository::Repository},
    texts::text,
    workdir::label,
};

/// How long the catalogue itself may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Work that takes less is not worth a line.
const QUIET: Duration = Duration::from_secs(1);

/// An instance that a device can join.
#[derive(Debug, Clone)]
pub struct Offer {
    /// What the catalogue says of it.
    pub known: Known,
    /// When it was last played.
    pub played: Played,
}

/// Lists the account's instances, the last played first. An account without a catalogue has none.
///
/// # Errors
/// Where the catalogue cannot be read. The ids of instances are as good as ever.
pub fn list(
    settings: &Settings,
    layout: &Layout,
    listener: Listener<'_>,
    access: &Access,
) -> Result<Vec<Offer>> {
    let access = access.beside(InstanceId::CATALOGUE);
    if !is_there(&access)? {
        return Ok(Vec::new());
    }
    let program = provision::restic(settings, layout, listener)?.program;
    // Without a cache: this device joins one of them at most.
    let repository = access.repository(program.clone(), None, None);
    let work = || match repository.snapshots_within(PATIENCE) {
        Ok(listed) => Ok(last_played::ask(&access, &program, known(&listed))),
        Err(error) if error.kind() == Kind::NoRepository => Ok(Vec::new()),
        Err(error) => Err(unreadable(error)),
    };
    let mut offers = beside_a_word(listener, &text!("catalogue-asking"), work)?;
    offers.sort_by_key(|offer| {
        let sign_of_life = match &offer.played {
            Played::At { time, .. } => *time,
            Played::Never | Played::Trashed | Played::Unknown => offer.known.time,
        };
        (std::cmp::Reverse(sign_of_life), offer.known.instance)
    });
    Ok(offers)
}

/// Refuses a folder as the cloud that is not there: there cannot be anything to choose from.
pub fn check_place(access: &Access) -> Result<()> {
    match access.base_folder() {
        Some(base) if !base.exists() => Err(Error::new(
            Kind::Offline,
            text!("catalogue-no-folder", path = base.display().to_string()),
        )
        .hint(text!("catalogue-no-folder-hint"))),
        _ => Ok(()),
    }
}

/// Returns whether there may be a catalogue, as far as that can be told without restic.
fn is_there(access: &Access) -> Result<bool> {
    // A folder that nobody has opted in with yet.
    if access.base_folder().is_some_and(|base| !base.exists()) {
        return Ok(false);
    }
    match probe::probe(&access.question()) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == Kind::NoRepository => Ok(false),
        Err(error) => {
            let (kind, hints) = (error.kind(), error.hints().to_vec());
            let error = Error::new(kind, text!("catalogue-unlisted")).because(error);
            Err(hints.into_iter().fold(error, Error::hint))
        }
    }
}

/// Says why a catalogue cannot be read or written that is there.
fn unreadable(error: Error) -> Error {
    // What a server refuses, such as a name that it does not know, is of the same kind.
    let of_password = error.to_string().contains("no key found");
    let typed = text!("catalogue-by-id-hint");
    match error.kind() {
        Kind::Credentials if of_password => {
            Error::new(Kind::Credentials, text!("catalogue-other-passphrase"))
                .hint(text!("catalogue-other-passphrase-hint"))
                .hint(typed)
        }
        kind => Error::new(kind, text!("catalogue-unusable"))
            .because(error)
            .hint(typed),
    }
}

fn known(listed: &[Listed]) -> Vec<Known> {
    let entry = |one: &Listed| {
        let tags = one.tags.as_deref().unwrap_or_default();
        Entry::read(tags, &one.hostname, one.time.parse().unwrap_or_default())
    };
    catalogue::instances(listed.iter().filter_map(entry))
}

/// Does it, and says `sentence` where that takes more than a moment.
fn beside_a_word<T: Send>(
    listener: Listener<'_>,
    sentence: &str,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::scope(|scope| {
        scope.spawn(move || sender.send(work()));
        let done = match receiver.recv_timeout(QUIET) {
            Err(RecvTimeoutError::Timeout) => {
                note(listener, sentence);
                receiver.recv().ok()
            }
            done => done.ok(),
        };
        done.unwrap_or_else(|| Err(Error::failed(text!("catalogue-died"))))
    })
}

/// The file of an entry: what the tags of its snapshot say, for whoever restores it.
#[derive(Serialize)]
struct Written<'a> {
    schema: u64,
    instance_id: InstanceId,
    label: &'a str,
    device: &'a str,
    profile: &'a str,
    time: Timestamp,
}

/// Adds an entry, and creates the catalogue where there is none.
pub fn write(access: &Access, repository: &Repository, entry: &Entry) -> Result<()> {
    let (tags, name) = (entry.tags(), format!("{}.json", entry.instance));
    let text = serde_json::to_vec_pretty(&Written {
        schema: SCHEMA,
        instance_id: entry.instance,
        label: &entry.label,
        device: &entry.device,
        profile: &entry.profile,
        time: entry.time,
    })
    .context(|| text!("catalogue-unwritten"))?;
    let add = || repository.back_up_text(&name, &text, &entry.device, &tags);
    let added = match add() {
        Err(error) if error.kind() == Kind::NoRepository => {
            create(access, repository).and_then(|()| add())
        }
        added => added,
    };
    added.map_err(unreadable)
}

/// Creates it. Of several devices that do so at the same moment, the first one's stays, and the others
/// use it.
fn create(access: &Access, repository: &Repository) -> Result<()> {
    let Some(folder) = access.account_folder() else {
        // A server lets nobody write over a `config`.
        return repository.init();
    };
    // A folder would: it is made beside its place, and renamed, which happens to one alone.
    let place = folder.join(InstanceId::CATALOGUE.to_string());
    let fresh = folder.join(format!(".making-{}", Ulid::generate()));
    let making = access.repository(repository.program.clone(), None, None);
    let making = Repository {
        location: fresh.to_string_lossy().into_owned(),
        ..making
    };
    let made = making.init();
    let named = made.and_then(|()| {
        fs::rename(&fresh, &place)
            .context(|| text!("sync-cannot-make", path = place.display().to_string()))
    });
    if named.is_err() {
        let _ = fs::remove_dir_all(&fresh);
    }
    if place.join("config").exists() {
        return Ok(());
    }
    named
}

/// Returns what the instance of a folder is called: the first of these names that is one, else what the
/// launcher's files or the folder call it.
pub fn label_of<'a>(
    names: impl IntoIterator<Item = Option<&'a str>>,
    layout: &Layout,
    instance: InstanceId,
) -> String {
    let mut names = names.into_iter().flatten();
    names
        .find_map(catalogue::label)
        .or_else(|| catalogue::label(&label::of_folder(layout.pack())?))
        .unwrap_or_else(|| instance.short())
}

/// Returns what this folder says of itself. Who says nothing else keeps the name that the instance `has`,
/// whatever the folder is called: it is shown on every device.
pub fn entry(
    settings: &Settings,
    layout: &Layout,
    instance: InstanceId,
    profile: Profile,
    device: &str,
    has: Option<&str>,
) -> Entry {
    let (said, launcher) = (settings.label.as_deref(), &settings.launcher_label);
    Entry {
        instance,
        label: label_of([said, has, launcher.as_deref()], layout, instance),
        device: catalogue::label(device).unwrap_or_else(|| "device".to_owned()),
        profile: profile.to_string(),
        time: settings.now(),
    }
}

/// Returns what the account calls an instance; `None` where it has no name there, or the list cannot be
/// read.
pub fn name_in(repository: &Repository, instance: InstanceId) -> Option<String> {
    let listed = repository.snapshots_within(PATIENCE).ok()?;
    let mut known = known(&listed).into_iter();
    let one = known.find(|one| one.instance == instance)?;
    Some(one.label().to_owned())
}

/// Tells the catalogue of this folder, where it does not know of it yet: after a push, silently. The
/// saves are in the cloud already.
pub fn after_push(session: &mut Session<'_>) {
    let mark = session.state.catalogue;
    if !mark.is_due() || session.settings.cloud.is_some() {
        return;
    }
    let done = tell(session);
    session.state.catalogue = mark.after(done.as_ref().err().map(Error::kind));
    // Told again, it is told twice, which does no harm.
    let _ = session.save();
}

fn tell(session: &mut Session<'_>) -> Result<()> {
    let program = session.program()?;
    let cache = session.settings.dirs.restic_cache(session.layout.own());
    let access = session.access()?.beside(InstanceId::CATALOGUE);
    let repository = access.repository(program, Some(cache), None);
    let instance = session.sync.instance_id;
    if session.state.label.is_none() && session.settings.label.is_none() {
        session.state.label = name_in(&repository, instance);
    }
    let entry = entry(
        session.settings,
        &session.layout,
        instance,
        session.sync.profile,
        &session.device.name,
        session.state.label.as_deref(),
    );
    write(&access, &repository, &entry)?;
    session.state.label = Some(entry.label);
    Ok(())
}
