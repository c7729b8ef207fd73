//! `pair` on a terminal: what is shown is printed, and who came is asked about there.

use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::{Under, folder, printable, waits, words};
use crate::{
    cli::Pair,
    commands::{Context, Done, pairing},
    domain::{
        pairing::{Invitation, Secret, Words},
        shell,
    },
    error::{Error, Kind, Result},
    remote::control::pairings::{DeviceKind, Newcomer, Pairing, State},
    sync::pairing::inviter::{Invited, Inviter},
    texts::text,
    ui::{picture, prompt::Prompt},
};

/// What `--json` says, one line for each step. The secret is in none.
#[derive(Serialize)]
struct Step<'a> {
    event: &'static str,
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pairing: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Device<'a>>,
}

#[derive(Serialize)]
struct Device<'a> {
    name: &'a str,
    kind: DeviceKind,
    address: &'a str,
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Pair) -> Result<Done> {
    let settings = folder::settings(context)?;
    let inviter = Inviter::of_folder(&settings, &|event| context.hear(event))?;
    pairing::heed_interrupts();
    let Some(given) = &args.approve else {
        return invite(context, args, &inviter);
    };
    let words = match given {
        Some(text) => words(text)?,
        None => Prompt::new(context.output).line("Code that the new device shows", words)?,
    };
    let waiting = inviter.adopt(&words)?;
    decide(context, args, &inviter, &waiting, &words.secret)
}

/// Shows a code, waits for whoever uses it, and asks.
fn invite(context: &Context<'_>, args: &Pair, inviter: &Inviter) -> Result<Done> {
    let begun = inviter.begin()?;
    let mut under = Under::of(inviter, &begun.id);
    show(context, inviter, &begun);
    let listener = |event| context.hear(event);
    let waiting = inviter.wait_while(&begun.id, State::Open, &listener)?;
    // From here on its own guard ends it.
    under.is_over = true;
    let secret = begun.secret(waiting.secret);
    decide(context, args, inviter, &waiting, secret)
}

/// Asks about a device that waits, and tells it the answer.
fn decide(
    context: &Context<'_>,
    args: &Pair,
    inviter: &Inviter,
    waiting: &Pairing,
    secret: &Secret,
) -> Result<Done> {
    let mut under = Under::of(inviter, &waiting.id);
    let device = waits(waiting)?;
    let name = printable(&device.name);
    say_who(context, device, &name);
    // Somebody said yes on a page meanwhile: there is nothing left to ask, nor a bundle to send.
    let is_decided = waiting.state != State::Claimed;
    let is_wanted = is_decided || args.yes || asked(context, &name)?;
    let told = match (is_decided, is_wanted) {
        (true, _) => Ok(()),
        (false, true) => inviter.approve(&waiting.id, secret),
        (false, false) => inviter.refuse(&waiting.id),
    };
    // Somebody may have answered on a page, while the question stood here.
    let elsewhere = match &told {
        Err(_) => Some(inviter.look(&waiting.id)?),
        Ok(()) => None,
    };
    let is_in = |one: &Pairing| matches!(one.state, State::Approved | State::Done);
    let is_decided = is_decided || elsewhere.as_ref().is_some_and(is_in);
    if !is_decided {
        told?;
    } else if !is_wanted {
        under.is_over = true;
        let device = elsewhere.and_then(|one| one.device);
        let name = device.map_or(name, |device| printable(&device.name));
        return Err(
            Error::failed(text!("pairing-page-said-yes", name = &name)).hint(text!(
                "pairing-page-said-yes-hint",
                name = shell::word(&name)
            )),
        );
    }
    if !is_wanted {
        under.is_over = true;
        step(context, "refused", |_| {});
        context
            .output
            .passing(&format!("{name} was refused. It got nothing."));
        return Ok(Done::Well);
    }
    if !context.output.is_json() {
        let waits = text!("pairing-fetching", name = &name);
        context.output.passing(&waits);
    }
    let listener = |event| context.hear(event);
    let fetched = inviter.wait_for_fetching(&waiting.id, &listener);
    let entered = match fetched {
        Ok(entered) => entered,
        Err(error) if error.kind() == Kind::Cancelled => return Err(error),
        Err(error) => {
            return Err(error.hint(text!("pairing-not-fetched", name = &name)));
        }
    };
    under.is_over = true;
    // The account may have had a device of that name.
    let device = entered.device.as_ref().unwrap_or(device);
    let (name, address) = (printable(&device.name), printable(&device.address));
    step(context, "done", |step| {
        step.device = Some(shown(device, &name, &address));
    });
    if !context.output.is_json() {
        context.output.line(&match secret {
            _ if is_decided => format!(
                "{name} was let in on a page of the server, which has no passphrase. Type it there when it asks."
            ),
            Secret::None => format!(
                "{name} is in. It has no passphrase of yours: type it there when it asks."
            ),
            Secret::Typed(_) | Secret::Scanned(_) => format!(
                "{name} is in, with a token of its own and what opens your saves. To take it out again: \
                 instance-sync devices revoke {}",
                shell::word(&name)
            ),
        });
    }
    Ok(Done::Well)
}

/// Shows what is to be typed or scanned there.
fn show(context: &Context<'_>, inviter: &Inviter, code: &Invited) {
    let output = context.output;
    if output.is_json() {
        let bare = Invitation {
            words: Words {
                code: code.typed.words.code.clone(),
                secret: Secret::None,
            },
            ..code.typed.clone()
        };
        let text = bare.to_text();
        step(context, "begun", |step| {
            step.server = Some(&code.typed.url);
            step.account = Some(&code.typed.account);
            // The server knows all of this.
            step.pairing = Some(text.expose_secret());
        });
        return;
    }
    let typed = code.typed.to_text();
    let setup = format!("instance-sync setup {}", inviter.options(&code.typed));
    output.line(&format!(
        "On the new device, run {} and type this where it asks for the server:",
        setup.trim_end()
    ));
    output.text(&format!("\n  {}\n", typed.expose_secret()));
    if output.is_terminal() && output.draws() && !output.is_ascii() {
        let scanned = code.scanned.to_text();
        let drawn = picture::of(
            scanned.expose_secret(),
            output.width(),
            output.is_coloured(),
        );
        if let Some(drawn) = drawn {
            output.text(&format!("Or scan it:\n\n{drawn}\n"));
        }
    }
    for hint in inviter.hints(&code.typed) {
        output.line(&hint);
    }
    output.passing(
        "It is good for one device and 15 minutes. Show it to nobody else: it carries what opens your saves.\n\
         Waiting for the new device; Ctrl-C ends that.",
    );
}

fn say_who(context: &Context<'_>, device: &Newcomer, name: &str) {
    let address = printable(&device.address);
    if context.output.is_json() {
        step(context, "waits", |step| {
            step.device = Some(shown(device, name, &address));
        });
        return;
    }
    let kind = match device.kind {
        DeviceKind::Computer => "a computer",
        DeviceKind::Handheld => "a handheld",
        DeviceKind::Other => "a device",
    };
    let sentence = format!("{name} ({kind}) wants to be let in, from {address}.");
    context.output.line(&sentence);
}

fn shown<'a>(device: &Newcomer, name: &'a str, address: &'a str) -> Device<'a> {
    Device {
        name,
        kind: device.kind,
        address,
    }
}

/// Asks. Whoever is not there says no.
fn asked(context: &Context<'_>, name: &str) -> Result<bool> {
    let prompt = Prompt::new(context.output);
    let question = format!("Is that yours? Let {name} in? [y/N]");
    prompt.line(&question, |answer| {
        match answer.to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(true),
            "" | "n" | "no" => Ok(false),
            _ => Err(Error::usage("please answer y or n")),
        }
    })
}

fn step<'a>(context: &Context<'_>, what: &'static str, with: impl FnOnce(&mut Step<'a>)) {
    if !context.output.is_json() {
        return;
    }
    let mut step = Step {
        event: "pair",
        what,
        server: None,
        account: None,
        pairing: None,
        device: None,
    };
    with(&mut step);
    context.output.object(&step);
}
