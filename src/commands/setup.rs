//! `setup`: opting in, by questions.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::{
    Context, Done,
    folders::{self, Folder},
    init,
    which::{self, Which},
};
use crate::{
    cli::Setup,
    domain::{ids::InstanceId, location::Location, shell},
    error::{Error, Kind, Result},
    secrets::{
        Place, keyring,
        token::{self, Token},
    },
    sync::{
        account,
        catalogue::{self, Offer},
        opt_in::{self, OptedIn, Request},
    },
    ui::prompt::Prompt,
    wiring::{
        self,
        instances::{Hooks, Instance},
    },
};

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Setup) -> Result<Done> {
    let prompt = Prompt::new(context.output);
    let all = folders::choose(context, &prompt, args)?;
    let mut open = Vec::new();
    for folder in &all {
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
    let Some(first) = open.first() else {
        if all.is_empty() {
            let text = "All instances of the launchers are synced already. For another folder: --pack-folder.";
            context.output.line(text);
        }
        return Ok(Done::Well);
    };
    if prompt.is_terminal() {
        for folder in &open {
            let text = format!("Opting in {}", folder.layout.pack().display());
            context.output.line(&text);
        }
    }
    let account = account(context, &prompt, args, first)?;
    let place = place(context, &prompt, args)?;
    let (mut failed, mut done) = (0, Vec::new());
    for folder in &open {
        let asked = which(context, &prompt, &account, folder, open.len() > 1)
            .and_then(|which| opt_in(context, args, &account, folder, which, place));
        context.settle();
        match asked {
            Ok(opted_in) => {
                init::report(context, &opted_in);
                done.push(folder.layout.pack());
            }
            Err(error) if open.len() == 1 => return Err(error),
            Err(error) => {
                context.output.error(&error);
                failed += 1;
            }
        }
    }
    unwired(context, args, &done);
    match failed {
        0 => Ok(Done::Well),
        _ => Err(Error::failed(format!(
            "{failed} of {} folders could not be opted in",
            open.len()
        ))),
    }
}

/// Whose the instances are to be, and what is there of that account.
struct Account {
    location: Location,
    token: Option<Token>,
    passphrase: Option<SecretString>,
    offers: Vec<Offer>,
    tell: bool,
}

/// Asks whose they are, until the account's instances can be listed, or the player goes on without.
fn account(
    context: &Context<'_>,
    prompt: &Prompt<'_>,
    args: &Setup,
    folder: &Folder,
) -> Result<Account> {
    loop {
        let location = match &args.url {
            Some(url) => init::location(url)?,
            None => prompt.line("Server (https://..., or a folder)", init::location)?,
        };
        let rest = matches!(location, Location::Rest(_));
        let token = token_of(prompt, &context.settings, rest)?;
        let mut passphrase = passphrase_of(prompt, token.is_some())?;
        let kept = current(folder).and_then(|id| opt_in::key_of(&folder.layout, id));
        let (given, place) = (token.as_ref(), location.clone());
        let access = account::given(&folder.settings, place, given, passphrase.as_ref(), kept)?;
        let listener = |event| context.hear(event);
        let listed = catalogue::list(&folder.settings, &folder.layout, &listener, &access);
        context.settle();
        let (offers, tell) = match listed {
            Ok(offers) => {
                if offers.is_empty() && prompt.is_terminal() {
                    passphrase = said_twice(prompt, passphrase)?;
                }
                (offers, true)
            }
            Err(error) => {
                context.output.warning(&error.to_string(), error.hints());
                if prompt.is_terminal() && !goes_on(prompt)? {
                    continue;
                }
                (Vec::new(), error.kind() != Kind::Credentials)
            }
        };
        return Ok(Account {
            location,
            token,
            passphrase,
            offers,
            tell,
        });
    }
}

fn passphrase_of(prompt: &Prompt<'_>, optional: bool) -> Result<Option<SecretString>> {
    let question = if optional {
        "Passphrase (empty: none; whoever runs the server could then read the saves)"
    } else {
        "Passphrase that only you know"
    };
    prompt.secret(question, |text| match text.expose_secret() {
        "" if optional => Ok(None),
        text => token::passphrase(text).map(Some),
    })
}

/// Nobody can replace a passphrase that was mistyped when it was used for the first time.
fn said_twice(prompt: &Prompt<'_>, first: Option<SecretString>) -> Result<Option<SecretString>> {
    let Some(first) = first else { return Ok(None) };
    prompt.secret("The same passphrase again", |again| {
        if again.expose_secret() == first.expose_secret() {
            Ok(())
        } else {
            Err(Error::usage("that is not the same")
                .hint("To choose another one, start again: Ctrl-C."))
        }
    })?;
    Ok(Some(first))
}

/// Asks whether to go on where the account's instances cannot be listed.
fn goes_on(prompt: &Prompt<'_>) -> Result<bool> {
    let items = [
        "Ask for the account again",
        "Go on: make a new instance, or type an id",
    ];
    Ok(prompt.choose("What now? Arrow keys, then Enter", &items)? == 1)
}

/// What the folder is opted in as.
fn current(folder: &Folder) -> Option<InstanceId> {
    let current = opt_in::current(&folder.settings, &folder.layout);
    Some(current.ok()??.instance_id)
}

/// Asks where the secrets are to be kept, where there is a choice and somebody to make it.
fn place(context: &Context<'_>, prompt: &Prompt<'_>, args: &Setup) -> Result<Place> {
    if args.keyring {
        return Ok(Place::Keyring);
    }
    if !prompt.is_terminal() || !keyring::answers() {
        return Ok(Place::File);
    }
    let items = [
        "The keyring of the system",
        "Files in .cloud-sync that only you can read",
    ];
    let question = "Where are the secrets to be kept? Arrow keys, then Enter";
    if prompt.choose(question, &items)? != 0 {
        return Ok(Place::File);
    }
    if let Err(error) = keyring::try_out() {
        let hints = ["They are kept in files.".to_owned()];
        context.output.warning(&error.to_string(), &hints);
        return Ok(Place::File);
    }
    Ok(Place::Keyring)
}

fn which(
    context: &Context<'_>,
    prompt: &Prompt<'_>,
    account: &Account,
    folder: &Folder,
    several: bool,
) -> Result<Which> {
    let name = folder.name.as_deref();
    let subject = name.filter(|_| several);
    let mut offers = account.offers.clone();
    // What is called the same is most likely the same.
    offers.sort_by_key(|offer| name.is_none_or(|name| offer.known.label() != name));
    which::ask(context, prompt, &offers, current(folder), subject)
}

fn opt_in(
    context: &Context<'_>,
    args: &Setup,
    account: &Account,
    folder: &Folder,
    which: Which,
    place: Place,
) -> Result<OptedIn> {
    let (instance, chosen) = match which {
        Which::Own => (None, None),
        Which::Typed(id) => (Some(id), None),
        Which::Listed(known) => (Some(known.instance), Some(known)),
    };
    folder.make()?;
    let profile = which::profile(args.profile, chosen.as_ref());
    let label = chosen.map(|one| one.label().to_owned());
    let request = Request {
        location: account.location.clone(),
        token: account.token.clone(),
        passphrase: account.passphrase.clone(),
        instance,
        profile,
        place,
        offline: false,
        force: args.force,
        fast_key: !args.no_fast_key,
        label: label.or_else(|| folder.name.clone()),
        tell: account.tell,
    };
    opt_in::opt_in(&folder.settings, &|event| context.hear(event), &request)
}

/// Says of instances whose launcher runs no hooks for them what to do about that.
fn unwired(context: &Context<'_>, args: &Setup, done: &[&Path]) {
    if context.output.is_json() {
        return;
    }
    let Ok(listing) = wiring::instances(&args.launcher_dir, &context.settings.dirs) else {
        return;
    };
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

fn token_of(
    prompt: &Prompt<'_>,
    settings: &crate::sync::settings::Settings,
    needed: bool,
) -> Result<Option<Token>> {
    if let Some(path) = &settings.token_file {
        let loaded = crate::secrets::files::read_token(path)?;
        return match loaded {
            Some(loaded) => Ok(Some(loaded.value)),
            None => Err(Error::usage(format!("there is no {}", path.display()))),
        };
    }
    let question = if needed {
        "Token (ACCOUNT:SECRET)"
    } else {
        "Token (ACCOUNT:SECRET; empty: none)"
    };
    prompt.secret(question, |text: &SecretString| match text.expose_secret() {
        "" if !needed => Ok(None),
        text => Token::parse(text).map(Some),
    })
}
