//! `setup` on a terminal, or answered line by line through a pipe.

use secrecy::{ExposeSecret, SecretString};

use super::{
    Found, Given, How, Need, access, current, failed, keyring_or_files, list, offered, open_ones,
    opt_in, passphrase_typed, reaches_keyring, token_of_file, token_typed, unwired,
};
use crate::{
    cli::Setup,
    commands::{
        Context, Done,
        folders::{self, Folder},
        init, pairing,
        which::{self, Which},
    },
    domain::{location::Location, pairing::Invitation},
    error::{Error, Result},
    secrets::{Place, keyring, token::Token},
    sync::pairing::joiner::Paired,
    ui::prompt::Prompt,
};

/// Asks, and opts in.
pub fn run(context: &Context<'_>, args: &Setup) -> Result<Done> {
    let prompt = Prompt::new(context.output);
    let all = folders::choose(context, &prompt, args)?;
    let is_any = !all.is_empty();
    let open = open_ones(context, args, all)?;
    let Some(first) = open.first() else {
        if !is_any {
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
    let mut paired = None;
    let done = opt_all_in(context, &prompt, args, (first, &open), &mut paired);
    if let (Err(_), Some(paired)) = (&done, &paired) {
        // Nothing keeps its token: it is let in anew at the next try.
        paired.leave();
    }
    done
}

/// Asks for the account, and then for each folder. `paired` is the device that was let in for it.
fn opt_all_in(
    context: &Context<'_>,
    prompt: &Prompt<'_>,
    args: &Setup,
    (first, open): (&Folder, &[Folder]),
    paired: &mut Option<Paired>,
) -> Result<Done> {
    let (given, found) = account(context, prompt, args, (first, open), paired)?;
    let how = How::of(args, place(context, prompt, args, open)?);
    let (mut wrong, mut done) = (0, Vec::new());
    for folder in open {
        let asked = which(context, prompt, &found, folder, open.len() > 1).and_then(|which| {
            let listener = |event| context.hear(event);
            let how = how.within_reach(args, folder);
            opt_in(&given, &found, folder, which, how, &listener)
        });
        context.settle();
        match asked {
            Ok(opted_in) => {
                init::report(context, &opted_in);
                context.course.end_in(context, &folder.layout, "setup", 0);
                done.push(folder.layout.pack());
            }
            Err(error) if open.len() == 1 => return Err(error),
            Err(error) => {
                context.output.error(&error);
                wrong += 1;
            }
        }
    }
    if !done.is_empty() {
        *paired = None;
    }
    unwired(context, args, &done);
    match wrong {
        0 => Ok(Done::Well),
        _ => Err(failed(wrong, open.len())),
    }
}

/// Asks whose they are, until the account's instances can be listed, or the player goes on without.
fn account(
    context: &Context<'_>,
    prompt: &Prompt<'_>,
    args: &Setup,
    (folder, all): (&Folder, &[Folder]),
    paired: &mut Option<Paired>,
) -> Result<(Given, Found)> {
    let mut said = args.pair.as_deref();
    loop {
        if let Some(before) = paired.take() {
            // Another try: what it was let in for goes no further.
            before.leave();
        }
        let door = match (said.take(), &args.url) {
            (Some(text), _) => Door::Code(pairing::given(text)?),
            (None, Some(url)) if args.show_code => Door::ShowCode(init::location(url)?),
            (None, Some(url)) => Door::Token(init::location(url)?),
            (None, None) => prompt.line(
                "Server (https://..., or a folder), or what instance-sync pair shows on another device",
                door,
            )?,
        };
        let mut given = match door {
            Door::Token(location) => with_token(context, prompt, location, all)?,
            Door::Code(invitation) => {
                let_in(prompt, pairing::by_code(context, &invitation)?, paired)?
            }
            Door::ShowCode(location) => {
                let_in(prompt, pairing::by_showing(context, &location)?, paired)?
            }
        };
        let access = access(&given, folder)?;
        let listed = list(&access, folder, &|event| context.hear(event));
        context.settle();
        let found = match listed {
            Ok(offers) => {
                let is_given = paired.as_ref().is_some_and(|got| got.passphrase.is_some());
                if offers.is_empty() && prompt.is_terminal() && !is_given {
                    given.passphrase = said_twice(prompt, given.passphrase)?;
                }
                Found { offers, tell: true }
            }
            Err(error) => {
                context.output.warning(&error.to_string(), error.hints());
                if prompt.is_terminal() && !goes_on(prompt)? {
                    continue;
                }
                Found::without_list(&error)
            }
        };
        return Ok((given, found));
    }
}

/// How this device gets into the account.
enum Door {
    /// By a token that the player has.
    Token(Location),
    /// By a code that another device shows.
    Code(Invitation),
    /// By a code that is shown here.
    ShowCode(Location),
}

fn door(text: &str) -> Result<Door> {
    if Invitation::is_meant(text) {
        pairing::invitation(text).map(Door::Code)
    } else {
        init::location(text).map(Door::Token)
    }
}

/// Asks for the token and the passphrase.
fn with_token(
    context: &Context<'_>,
    prompt: &Prompt<'_>,
    location: Location,
    folders: &[Folder],
) -> Result<Given> {
    let rest = matches!(location, Location::Rest(_));
    let token = match token_of_file(&context.settings)? {
        Some(token) => Some(token),
        None => token_of(prompt, rest)?,
    };
    let passphrase = passphrase_of(prompt, Need::beside(token.as_ref(), folders.iter()))?;
    Ok(Given {
        location,
        token,
        passphrase,
    })
}

/// Takes what the other device gave, and asks for a passphrase that it did not.
fn let_in(prompt: &Prompt<'_>, got: Paired, paired: &mut Option<Paired>) -> Result<Given> {
    let got = paired.insert(got);
    let passphrase = match got.passphrase.clone() {
        Some(passphrase) => Some(passphrase),
        None => passphrase_of(prompt, Need::Always)?,
    };
    Ok(Given {
        location: got.location.clone(),
        token: Some(got.token.clone()),
        passphrase,
    })
}

fn passphrase_of(prompt: &Prompt<'_>, need: Need) -> Result<Option<SecretString>> {
    let question = match need {
        Need::Optional => {
            "Passphrase (empty: none; whoever runs the server could then read the saves)"
        }
        Need::Kept => "Passphrase (empty: what the folder has)",
        Need::Always => "Passphrase that only you know",
        Need::OfDevice => "Passphrase that only you know, the same on all your devices",
    };
    prompt.secret(question, |text| passphrase_typed(text, need))
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

/// Asks where the secrets are to be kept, where there is a choice and somebody to make it.
fn place(
    context: &Context<'_>,
    prompt: &Prompt<'_>,
    args: &Setup,
    folders: &[Folder],
) -> Result<Place> {
    if args.keyring {
        return Ok(Place::Keyring);
    }
    let any = folders.iter().any(reaches_keyring);
    if !prompt.is_terminal() || !any || !keyring::answers() {
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
    for folder in folders.iter().filter(|folder| !reaches_keyring(folder)) {
        context.output.line(&format!(
            "Those of {} are kept in files: its launcher is a Flatpak, which does not reach the keyring.",
            folder.layout.pack().display()
        ));
    }
    let (place, error) = keyring_or_files();
    if let Some(error) = error {
        let hints = ["They are kept in files.".to_owned()];
        context.output.warning(&error.to_string(), &hints);
    }
    Ok(place)
}

fn which(
    context: &Context<'_>,
    prompt: &Prompt<'_>,
    found: &Found,
    folder: &Folder,
    several: bool,
) -> Result<Which> {
    let name = folder.name.as_deref();
    let subject = name.filter(|_| several);
    let offers: Vec<_> = offered(&found.offers, name)
        .into_iter()
        .map(|(_, offer)| offer)
        .collect();
    which::ask(context, prompt, &offers, current(folder), subject)
}

fn token_of(prompt: &Prompt<'_>, needed: bool) -> Result<Option<Token>> {
    let question = if needed {
        "Token (ACCOUNT:SECRET)"
    } else {
        "Token (ACCOUNT:SECRET; empty: none)"
    };
    prompt.secret(question, |text| token_typed(text, needed))
}
