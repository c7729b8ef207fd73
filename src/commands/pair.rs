//! `pair`: letting another device in, on a terminal or in a window.

mod desk;
mod folder;
mod scene;
mod terminal;
mod window;

use secrecy::{ExposeSecret as _, SecretString};

use super::{Context, Done, standard_input};
use crate::{
    cli::Pair,
    domain::pairing::{Secret, Words},
    error::{Error, Result},
    process::console,
    remote::control::pairings::{Newcomer, Pairing},
    sync::pairing::inviter::Inviter,
    texts::text,
    ui::surface::{self, Surface},
};

/// A pairing that is ended with whatever ends this command, unless it is over.
struct Under<'a> {
    inviter: &'a Inviter,
    id: String,
    is_over: bool,
}

impl<'a> Under<'a> {
    fn of(inviter: &'a Inviter, id: &str) -> Self {
        Self {
            inviter,
            id: id.to_owned(),
            is_over: false,
        }
    }
}

impl Drop for Under<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            // Where that fails, it is over in a quarter of an hour.
            let _ = self.inviter.end(&self.id);
        }
    }
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Pair) -> Result<Done> {
    // A script that answers line by line goes on doing so.
    let silent = surface::is_asked_for() || !console::is_script_on_input();
    let is_script = args.yes || context.output.is_json() || is_on_input(args);
    if context.surface == Surface::Window
        && silent
        && !is_script
        && let Some(done) = window::run(context, args)?
    {
        return Ok(done);
    }
    terminal::run(context, args)
}

/// Whether the code is read from standard input.
fn is_on_input(args: &Pair) -> bool {
    matches!(&args.approve, Some(Some(text)) if text == "-")
}

/// Reads the code that a new device shows; `-` is standard input.
fn words(text: &str) -> Result<Words> {
    let text = match text {
        "-" => SecretString::from(standard_input()?.trim()),
        text => SecretString::from(text),
    };
    let bad = |why: String| Error::usage(why).hint(text!("pairing-shown-slip-hint"));
    let words = Words::parse(text.expose_secret(), "").map_err(|why| bad(why.to_string()))?;
    match words.secret {
        // Nobody could seal anything for that device.
        Secret::None => Err(bad(text!("pairing-length"))),
        Secret::Typed(_) | Secret::Scanned(_) => Ok(words),
    }
}

/// Returns the device that waits.
fn waits(pairing: &Pairing) -> Result<&Newcomer> {
    let device = pairing.device.as_ref();
    device.ok_or_else(|| {
        Error::failed(text!("pairing-no-device")).hint(text!("pairing-no-device-hint"))
    })
}

/// What somebody else says, on one line.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
