//! `setup`: opting in, by questions on a terminal, through a pipe, or in a window.

mod desk;
mod door;
mod scene;
mod terminal;
mod window;

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::{
    Context, Done,
    folders::Folder,
    init,
    which::{self, Which},
};
use crate::{
    cli::Setup,
    domain::{ids::InstanceId, location::Location, profile::Profile, shell},
    error::{Error, Kind, Result},
    process::console,
    secrets::{
        Place, files, keyring,
        token::{self, RepositoryKey, Token},
    },
    sync::{
        access::{Access, check_transport},
        account,
        catalogue::{self, Offer},
        event::Listener,
        opt_in::{self, OptedIn, Request},
        secret_place, server,
        settings::Settings,
    },
    texts::text,
    ui::surface::{self, Surface},
    wiring::{
        self,
        instances::{Hooks, Instance},
    },
};

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Setup) -> Result<Done> {
    // A script that answers line by line goes on doing so.
    let by_code = args.pair.is_some() || args.show_code;
    let silent = surface::is_asked_for() || !console::is_script_on_input();
    if context.surface == Surface::Window
        && silent
        && !by_code
        && let Some(done) = window::run(context, args)?
    {
        return Ok(done);
    }
    terminal::run(context, args)
}

/// Whose the instances are to be.
#[derive(Clone)]
struct Given {
    location: Location,
    token: Option<Token>,
    passphrase: Option<SecretString>,
}

/// What is there of an account.
#[derive(Clone)]
struct Found {
    offers: Vec<Offer>,
    /// Whether its catalogue may be told.
    tell: bool,
    /// Whether it was read: then these are all that there are.
    listed: bool,
}

impl Found {
    /// What is known of an account whose list was read.
    fn with_list(offers: Vec<Offer>) -> Self {
        Self {
            offers,
            tell: true,
            listed: true,
        }
    }

    /// What is known of an account whose list cannot be read.
    fn without_list(error: &Error) -> Self {
        Self {
            offers: Vec::new(),
            tell: error.kind() != Kind::Credentials,
            listed: false,
        }
    }
}

/// What of the command line counts for each folder.
#[derive(Clone, Copy)]
struct How {
    profile: Profile,
    place: Place,
    force: bool,
    fast_key: bool,
}

impl How {
    /// What counts for a folder whose launcher is a Flatpak: its hooks do not reach the keyring. Where the
    /// keyring was asked for by name, it is refused.
    fn within_reach(self, args: &Setup, folder: &Folder) -> Self {
        if args.keyring || reaches_keyring(folder) {
            return self;
        }
        let place = Place::File;
        Self { place, ..self }
    }

    fn of(args: &Setup, place: Place) -> Self {
        Self {
            profile: args.profile,
            place,
            force: args.force,
            fast_key: !args.no_fast_key,
        }
    }
}

/// Returns those of the folders that are not opted in yet, or are to be anew; and says of the others that
/// they are.
fn open_ones(context: &Context<'_>, args: &Setup, all: Vec<Folder>) -> Result<Vec<Folder>> {
    let mut open = Vec::new();
    for folder in all {
        match opt_in::current(&folder.settings, &folder.layout) {
            Ok(Some(current)) if !args.force => {
                // Said before anything is asked.
                let done = OptedIn::already(current.instance_id, &folder.layout);
                init::report(context, &done);
            }
            Err(error) if !args.force => return Err(error),
            _ => open.push(folder),
        }
    }
    Ok(open)
}

/// Returns where that is, before anything secret is typed for it.
fn place_of(context: &Context<'_>, url: &str) -> Result<Location> {
    let location = init::location(url)?;
    check_transport(&location, context.settings.insecure_http)?;
    server::check_is_no_page(&context.settings, &location)?;
    Ok(location)
}

/// Returns the way to an account, for this folder.
fn access(given: &Given, folder: &Folder) -> Result<Access> {
    let (token, passphrase) = (given.token.as_ref(), given.passphrase.as_ref());
    account::given(
        &folder.settings,
        given.location.clone(),
        token,
        passphrase,
        kept(folder),
    )
}

/// The key that opened the saves of a folder before.
fn kept(folder: &Folder) -> Option<RepositoryKey> {
    current(folder).and_then(|id| opt_in::key_of(&folder.layout, id))
}

/// Lists the account's instances.
fn list(access: &Access, folder: &Folder, listener: Listener<'_>) -> Result<Vec<Offer>> {
    let mut offers = catalogue::list(&folder.settings, &folder.layout, listener, access)?;
    let question = access.question();
    let server = server::ask(&folder.settings, question.location, question.ca_file);
    server::instances::add_unlisted(&question, server.ok().flatten().as_ref(), &mut offers);
    Ok(offers)
}

/// Returns the account's instances as they are offered for a folder: what is called the same is most
/// likely the same.
fn offered(offers: &[Offer], name: Option<&str>) -> Vec<(usize, Offer)> {
    let mut offers: Vec<(usize, Offer)> = offers.iter().cloned().enumerate().collect();
    offers.sort_by_key(|(_, offer)| name.is_none_or(|name| offer.known.label() != name));
    offers
}

/// What the folder is opted in as.
fn current(folder: &Folder) -> Option<InstanceId> {
    let current = opt_in::current(&folder.settings, &folder.layout);
    Some(current.ok()??.instance_id)
}

fn opt_in(
    given: &Given,
    found: &Found,
    folder: &Folder,
    which: Which,
    how: How,
    listener: Listener<'_>,
) -> Result<OptedIn> {
    let (instance, chosen) = match which {
        Which::Own => (None, None),
        Which::Typed(id) => (Some(id), None),
        Which::Listed(known) => (Some(known.instance), Some(known)),
    };
    folder.make()?;
    let profile = which::profile(how.profile, chosen.as_ref());
    // An id that stands for a name is none: the folder has a better one.
    let named = chosen.filter(|one| one.label() != one.instance.short());
    let label = named.map(|one| one.label().to_owned());
    let request = Request {
        location: given.location.clone(),
        token: given.token.clone(),
        passphrase: given.passphrase.clone(),
        instance,
        profile,
        place: how.place,
        offline: false,
        force: how.force,
        fast_key: how.fast_key,
        label,
        tell: found.tell,
    };
    opt_in::opt_in(&folder.settings, listener, &request)
}

/// Returns whether the hooks of a folder reach the keyring.
fn reaches_keyring(folder: &Folder) -> bool {
    secret_place::check_reach(&folder.layout, Place::Keyring).is_ok()
}

/// Returns the keyring, or the files and why where it does not keep what it is given.
fn keyring_or_files() -> (Place, Option<Error>) {
    match keyring::try_out() {
        Ok(()) => (Place::Keyring, None),
        Err(error) => (Place::File, Some(error)),
    }
}

/// Says how many of several folders failed.
fn failed(failed: usize, all: usize) -> Error {
    Error::failed(format!("{failed} of {all} folders could not be opted in"))
}

/// Says of instances whose launcher runs no hooks for them what to do about that.
fn unwired(context: &Context<'_>, args: &Setup, done: &[&Path]) {
    if context.output.is_json() {
        return;
    }
    let listing = wiring::instances(&args.launcher_dir, &context.settings.dirs);
    let of = |hooks: Hooks| {
        let is_done = |one: &&Instance| done.iter().any(|pack| one.is_at(pack));
        let mut all = listing.instances.iter().filter(is_done);
        all.find(|one| one.hooks == hooks)
    };
    if of(Hooks::None).is_some() {
        let text = "The launcher runs no hooks yet. To wire it: instance-sync hooks install";
        context.output.line(text);
    }
    if let Some(hidden) = of(Hooks::Shadowed) {
        context.output.line(&format!(
            "{} has commands of its own, so that the launcher's hooks never run there. To wire it: \
             instance-sync hooks install {}",
            hidden.name,
            shell::option("instance", &hidden.name)
        ));
    }
}

/// Returns the token of the file that was named.
fn token_of_file(settings: &Settings) -> Result<Option<Token>> {
    let Some(path) = &settings.token_file else {
        return Ok(None);
    };
    match files::read_token(path)? {
        Some(loaded) => Ok(Some(loaded.value)),
        None => Err(Error::usage(format!("there is no {}", path.display()))),
    }
}

/// Reads a token that was typed; none where it is not `needed` and empty.
fn token_typed(text: &SecretString, needed: bool) -> Result<Option<Token>> {
    match text.expose_secret() {
        "" if !needed => Ok(None),
        text => Token::parse(text).map(Some),
    }
}

/// Whether a passphrase has to be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// The token's secret will do.
    Optional,
    /// What opened the saves of these folders before still does.
    Kept,
    /// Nothing else could be the password.
    Always,
    /// The token is one device's own, and the saves are to be opened on others too.
    OfDevice,
}

impl Need {
    /// What is needed beside a token, for these folders.
    fn beside<'a>(token: Option<&Token>, folders: impl Iterator<Item = &'a Folder>) -> Self {
        match token {
            None => Self::Always,
            Some(token) if token.is_of_device() => Self::of_device(folders),
            Some(_) => Self::Optional,
        }
    }

    /// What is needed beside a device's own token, for these folders.
    fn of_device<'a>(mut folders: impl Iterator<Item = &'a Folder>) -> Self {
        if folders.all(|folder| kept(folder).is_some()) {
            Self::Kept
        } else {
            Self::OfDevice
        }
    }
}

/// Reads a passphrase that was typed; none where it is optional and empty.
fn passphrase_typed(text: &SecretString, need: Need) -> Result<Option<SecretString>> {
    match (text.expose_secret(), need) {
        ("", Need::Optional | Need::Kept) => Ok(None),
        ("", Need::OfDevice) => Err(Error::usage(text!("access-needs-passphrase"))
            .hint(text!("setup-needs-passphrase-hint"))),
        (text, _) => token::passphrase(text).map(Some),
    }
}
