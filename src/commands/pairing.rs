//! The new device of a pairing, for `setup` and `init`.

use secrecy::{ExposeSecret as _, SecretString};

use super::{Context, standard_input};
use crate::{
    domain::{location::Location, pairing::Invitation},
    error::{Error, Result},
    process::signals,
    sync::pairing::joiner::{Joiner, Paired},
    texts::text,
};

/// Reads what was given as `--pair`; `-` is standard input.
pub fn given(text: &str) -> Result<Invitation> {
    let text = match text {
        "-" => SecretString::from(standard_input()?),
        text => SecretString::from(text),
    };
    invitation(text.expose_secret())
}

/// Reads what was typed.
pub fn invitation(text: &str) -> Result<Invitation> {
    Invitation::parse(text).map_err(|bad| {
        Error::usage(bad.to_string())
            .hint("Nothing was sent yet. Look at the other device again: instance-sync pair")
    })
}

/// Says the code of an invitation, and waits until the other device says yes.
pub fn by_code(context: &Context<'_>, invitation: &Invitation) -> Result<Paired> {
    let joiner = Joiner::claim(&context.settings, invitation)?;
    let (host, name) = (joiner.host(), joiner.name.as_str());
    context
        .output
        .passing(&text!("pairing-waits", host = host, name = name));
    joiner.wait(&|event| context.hear(event))
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
    let (joiner, words) = Joiner::request(&context.settings, url)?;
    let text = words.to_text("");
    let output = context.output;
    output.line("On a device that is in, type this after instance-sync pair --approve:");
    output.text(&format!("\n  {}\n", text.expose_secret()));
    output.passing(&text!("pairing-shown-waits"));
    joiner.wait(&|event| context.hear(event))
}

/// From here on an interrupt ends what was begun on the server as well.
pub fn heed_interrupts() {
    signals::interrupt_asks_to_stop();
}
