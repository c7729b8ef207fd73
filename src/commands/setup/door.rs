//! How a device gets into an account: by a token, by what another device shows, by what an operator passed on.

use secrecy::{ExposeSecret, SecretString};

use super::{
    Found, Given, Need, access, list, passphrase_typed, place_of, token_of_file, token_typed,
};
use crate::{
    cli::Setup,
    commands::{
        Context,
        folders::Folder,
        pairing::{self, Ticket},
    },
    domain::{
        enrolment::{self, Enrolment},
        location::Location,
    },
    error::{Error, Kind, Result},
    secrets::token::Token,
    sync::pairing::joiner::Paired,
    texts::text,
    ui::prompt::Prompt,
};

/// Who is asked, and for which folders.
#[derive(Clone, Copy)]
pub struct Asking<'a, 'c> {
    pub context: &'a Context<'c>,
    pub prompt: &'a Prompt<'a>,
    pub folders: &'a [Folder],
}

/// How this device gets into the account.
enum Door {
    /// By a token that the player has.
    Token(Location),
    /// By a code that somebody gave the player.
    Ticket(Ticket),
    /// By a code that is shown here.
    ShowCode(Location),
}

/// What was typed where a token is asked for.
enum Typed {
    Token(Option<Token>),
    /// A code that makes one.
    Code(Enrolment),
}

/// What becomes of an account whose list cannot be read.
enum Next {
    Passphrase,
    Account,
    GoOn,
}

/// Asks whose they are, until the account's instances can be listed, or the player goes on without. `paired`
/// is the device that was let in for it.
pub fn account(
    asking: Asking<'_, '_>,
    args: &Setup,
    folder: &Folder,
    paired: &mut Option<Paired>,
) -> Result<(Given, Found)> {
    let Asking {
        context, prompt, ..
    } = asking;
    let mut said = args.pair.as_deref();
    loop {
        if let Some(before) = paired.take() {
            // Another try: what it was let in for goes no further.
            before.leave();
        }
        let door = match (said.take(), &args.url) {
            (Some(text), _) => Door::Ticket(pairing::given(text)?),
            (None, Some(url)) if args.show_code => Door::ShowCode(place_of(context, url)?),
            (None, Some(url)) => Door::Token(place_of(context, url)?),
            (None, None) => prompt.line(
                "Server (https://..., or a folder), or the link or code that lets this device in",
                |text| door(context, text).map_err(|error| asking.with_option(error)),
            )?,
        };
        let mut given = match door {
            Door::Token(location) => asking.with_token(location, paired)?,
            Door::Ticket(Ticket::Enrolment(code)) => asking.enrolled(&code, paired)?,
            Door::Ticket(Ticket::Pairing(invitation)) => {
                asking.let_in(pairing::by_code(context, &invitation)?, paired)?
            }
            Door::ShowCode(location) => {
                asking.let_in(pairing::by_showing(context, &location)?, paired)?
            }
        };
        loop {
            let access = access(&given, folder)?;
            let listed = list(&access, folder, &|event| context.hear(event));
            context.settle();
            let is_given = paired.as_ref().is_some_and(|got| got.passphrase.is_some());
            let error = match listed {
                Ok(offers) => {
                    let is_first = offers.is_empty() && prompt.is_terminal() && !is_given;
                    if is_first && !is_said_twice(context, prompt, given.passphrase.as_ref())? {
                        let need = Need::beside(given.token.as_ref(), asking.folders.iter());
                        given.passphrase = asking.passphrase(need)?;
                        // What is there may be opened by the other one alone.
                        continue;
                    }
                    return Ok((given, Found::with_list(offers)));
                }
                Err(error) if error.kind() == Kind::Cancelled => return Err(error),
                Err(error) => error,
            };
            context.output.warning(&error.to_string(), error.hints());
            // What let it in is used up, and a passphrase is mistyped easily.
            match next(prompt, paired.is_some() && !is_given)? {
                Next::Passphrase => given.passphrase = asking.passphrase(Need::OfDevice)?,
                Next::Account => break,
                Next::GoOn => return Ok((given, Found::without_list(&error))),
            }
        }
    }
}

fn door(context: &Context<'_>, text: &str) -> Result<Door> {
    if Ticket::is_meant(text) {
        Ticket::parse(text).map(Door::Ticket)
    } else {
        place_of(context, text).map(Door::Token)
    }
}

impl Asking<'_, '_> {
    /// Says how an option is given that the error advises: a question takes none.
    fn with_option(self, error: Error) -> Error {
        let is_advised = |hint: &String| hint.contains("--insecure-http");
        if self.prompt.is_terminal() && error.hints().iter().any(is_advised) {
            error.hint("To allow it: Ctrl-C, then instance-sync setup --insecure-http")
        } else {
            error
        }
    }

    /// Asks once more for a passphrase that a new instance is to have, where nothing could be compared with it.
    pub fn make_sure(self, given: &mut Given, found: &Found) -> Result<()> {
        if given.passphrase.is_some() && !found.tell {
            let said = "This instance will have another passphrase than the account's others.";
            self.context.output.warning(said, &[]);
        }
        while !is_said_twice(self.context, self.prompt, given.passphrase.as_ref())? {
            let need = Need::beside(given.token.as_ref(), self.folders.iter());
            given.passphrase = self.passphrase(need)?;
        }
        Ok(())
    }

    /// Asks for the token and the passphrase.
    fn with_token(self, location: Location, paired: &mut Option<Paired>) -> Result<Given> {
        let token = match token_of_file(&self.context.settings)? {
            Some(token) => Some(token),
            None => match self.token(&location)? {
                Typed::Token(token) => token,
                Typed::Code(code) => return self.enrolled(&code, paired),
            },
        };
        let need = Need::beside(token.as_ref(), self.folders.iter());
        let passphrase = self.passphrase(need)?;
        Ok(Given {
            location,
            token,
            passphrase,
        })
    }

    /// Lets this device in by an operator's code. It is used up once there is a passphrase, and not before.
    fn enrolled(self, code: &Enrolment, paired: &mut Option<Paired>) -> Result<Given> {
        pairing::check_way(self.context, code)?;
        let passphrase = self.passphrase(Need::of_device(self.folders.iter()))?;
        let got = paired.insert(pairing::enrol(self.context, code)?);
        Ok(Given {
            location: got.location.clone(),
            token: Some(got.token.clone()),
            passphrase,
        })
    }

    /// Takes what the other device gave, and asks for a passphrase that it did not.
    fn let_in(self, got: Paired, paired: &mut Option<Paired>) -> Result<Given> {
        let got = paired.insert(got);
        let mut passphrase = got.passphrase.clone();
        if passphrase.is_none() {
            let said = text!("pairing-in-without", name = got.name.as_str());
            self.context.output.passing(&said);
            passphrase = self.passphrase(Need::Always)?;
        }
        Ok(Given {
            location: got.location.clone(),
            token: Some(got.token.clone()),
            passphrase,
        })
    }

    fn token(self, location: &Location) -> Result<Typed> {
        let server = match location {
            Location::Rest(url) => Some(url),
            Location::Folder(_) | Location::Other(_) => None,
        };
        let question = if server.is_some() {
            "Token (ACCOUNT:SECRET)"
        } else {
            "Token (ACCOUNT:SECRET; empty: none)"
        };
        self.prompt.secret(question, |text| match server {
            Some(url) if enrolment::is_code(text.expose_secret()) => {
                pairing::enrolment(url, text).map(Typed::Code)
            }
            server => token_typed(text, server.is_some()).map(Typed::Token),
        })
    }

    fn passphrase(self, need: Need) -> Result<Option<SecretString>> {
        let question = match need {
            Need::Optional => {
                "Passphrase (empty: none; whoever runs the server could then read the saves)"
            }
            Need::Kept => "Passphrase (empty: what the folder has)",
            Need::Always => "Passphrase that only you know",
            Need::OfDevice => "Passphrase that only you know, the same on all your devices",
        };
        self.prompt
            .secret(question, |text| passphrase_typed(text, need))
    }
}

/// How often a passphrase may be repeated wrongly before it is chosen anew.
const REPEATS: usize = 3;

/// Returns whether somebody typed the same passphrase a second time: nobody can replace one that was mistyped
/// when it was used for the first time.
fn is_said_twice(
    context: &Context<'_>,
    prompt: &Prompt<'_>,
    first: Option<&SecretString>,
) -> Result<bool> {
    let Some(first) = first else { return Ok(true) };
    for _ in 0..REPEATS {
        let question = "The same passphrase again (empty: choose another one)";
        let again = prompt.secret(question, |again| Ok(again.clone()))?;
        if again.expose_secret() == first.expose_secret() {
            return Ok(true);
        }
        if again.expose_secret().is_empty() {
            return Ok(false);
        }
        context.output.error(&Error::usage("that is not the same"));
    }
    let text = "It was another one each time: choose the passphrase once more.";
    context.output.line(text);
    Ok(false)
}

/// Asks what to do where the account's instances cannot be listed. Who answers through a pipe goes on.
fn next(prompt: &Prompt<'_>, is_typed: bool) -> Result<Next> {
    if !prompt.is_terminal() {
        return Ok(Next::GoOn);
    }
    let mut items = vec![
        "Ask for the account again",
        "Go on: make a new instance, or type an id",
    ];
    if is_typed {
        items.insert(0, "Type the passphrase again");
    }
    let chosen = prompt.choose("What now? Arrow keys, then Enter", &items)?;
    Ok(match (chosen, is_typed) {
        (0, true) => Next::Passphrase,
        (1, true) | (0, false) => Next::Account,
        _ => Next::GoOn,
    })
}
