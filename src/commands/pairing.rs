//! How a new device gets in, for `setup` and `init`.

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use super::{Context, input_line};
use crate::{
    domain::{
        enrolment::{BadEnrolment, Enrolment},
        location::Location,
        pairing::{Invitation, Secret},
    },
    error::{Error, Result},
    process::signals,
    sync::pairing::{
        enrolling,
        joiner::{Joiner, Paired},
    },
    texts::text,
};

/// What lets a new device in, once.
#[derive(Debug, Clone)]
pub enum Ticket {
    /// What another device of the account shows.
    Pairing(Invitation),
    /// What an operator passed on.
    Enrolment(Enrolment),
}

impl Ticket {
    /// Returns whether a text can only be meant as one.
    pub fn is_meant(text: &str) -> bool {
        Enrolment::is_meant(text) || Invitation::is_meant(text)
    }

    /// Reads what was typed.
    pub fn parse(text: &str) -> Result<Self> {
        if Enrolment::is_meant(text) {
            let read = Enrolment::parse(text).map_err(|bad| broken(&bad));
            return read.map(Self::Enrolment);
        }
        let read = Invitation::parse(text).map_err(|bad| {
            Error::usage(bad.to_string())
                .hint("Nothing was sent yet. Look at the other device again: instance-sync pair")
        });
        read.map(Self::Pairing)
    }

    /// Returns whether a passphrase can come with it.
    pub fn may_bring_passphrase(&self) -> bool {
        match self {
            Self::Pairing(invitation) => !matches!(invitation.words.secret, Secret::None),
            Self::Enrolment(_) => false,
        }
    }
}

/// Reads what was given as `--pair`; `-` is the next line of standard input.
pub fn given(text: &str) -> Result<Ticket> {
    let text = match text {
        "-" => SecretString::from(input_line()?),
        text => SecretString::from(text),
    };
    Ticket::parse(text.expose_secret())
}

/// Checks that what lets the device in and its passphrase do not both come from standard input.
pub fn check_inputs(pair: &str, passphrase_file: Option<&Path>) -> Result<()> {
    if pair == "-" && passphrase_file == Some(Path::new("-")) {
        return Err(Error::usage(
            "the code and the passphrase cannot both come from standard input",
        )
        .hint("Give one of them in another way. Nothing was sent yet."));
    }
    Ok(())
}

/// Reads a code that was typed for this server.
pub fn enrolment(url: &str, code: &SecretString) -> Result<Enrolment> {
    Enrolment::at(url.to_owned(), code.expose_secret()).map_err(|bad| broken(&bad))
}

fn broken(bad: &BadEnrolment) -> Error {
    Error::usage(bad.to_string()).hint(text!("enrol-form-hint"))
}

/// Checks that a code would not be shown to everybody on its way.
pub fn check_way(context: &Context<'_>, code: &Enrolment) -> Result<()> {
    enrolling::check_way(&context.settings, code)
}

/// Lets this device in by an operator's code, which is used up by it.
pub fn enrol(context: &Context<'_>, code: &Enrolment) -> Result<Paired> {
    heed_interrupts();
    let paired = enrolling::enrol(&context.settings, code, &|event| context.hear(event))?;
    say_in(context, &paired);
    Ok(paired)
}

/// Says whose this device is now, and by which name: the account may have had one of that name.
fn say_in(context: &Context<'_>, paired: &Paired) {
    let (name, account) = (paired.name.as_str(), paired.token.account.as_str());
    let said = text!("enrol-done", name = name, account = account);
    context.output.passing(&said);
}

/// Says the code of an invitation, and waits until the other device says yes.
pub fn by_code(context: &Context<'_>, invitation: &Invitation) -> Result<Paired> {
    heed_interrupts();
    let joiner = Joiner::claim(&context.settings, invitation, &|event| context.hear(event))?;
    let (host, name) = (joiner.host(), joiner.name.as_str());
    context
        .output
        .passing(&text!("pairing-waits", host = host, name = name));
    let paired = joiner.wait(&|event| context.hear(event))?;
    say_in(context, &paired);
    Ok(paired)
}

/// Shows a code, and waits until it is typed on the other device.
pub fn by_showing(context: &Context<'_>, location: &Location) -> Result<Paired> {
    let Location::Rest(url) = location else {
        return Err(Error::usage(
            "--show-code needs a server: --url=https://...",
        ));
    };
    if context.output.is_json() {
        return Err(Error::usage(
            "--show-code and --json exclude each other: what it shows is a secret",
        ));
    }
    heed_interrupts();
    let (joiner, words) = Joiner::request(&context.settings, url, &|event| context.hear(event))?;
    let text = words.to_text("");
    let output = context.output;
    output.line("On a device that is in, type this after instance-sync pair --approve:");
    output.text(&format!("\n  {}\n", text.expose_secret()));
    output.passing(&text!("pairing-shown-waits"));
    let paired = joiner.wait(&|event| context.hear(event))?;
    say_in(context, &paired);
    Ok(paired)
}

/// From here on an interrupt ends what was begun on the server as well, and takes a device out again that was
/// let in and has saved nothing.
pub fn heed_interrupts() {
    signals::interrupt_asks_to_stop();
}
