//! The question which instance a folder is to be: a new one, one of the account's, or one whose id is
//! typed.

use jiff::Timestamp;

use super::{Context, instances::called};
use crate::{
    domain::{
        catalogue::{Known, ago},
        ids::InstanceId,
        profile::Profile,
    },
    error::{Error, Result},
    sync::{catalogue::Offer, last_played::Played},
    ui::prompt::Prompt,
};

/// What was answered.
#[derive(Debug, Clone)]
pub enum Which {
    /// A new one; or, where the folder is opted in anew, the one that it is.
    Own,
    /// One of those that were listed.
    Listed(Known),
    /// The one of this id.
    Typed(InstanceId),
}

const TYPED: &str = "Another one, by its id";

/// Asks for it. `all` is whether there are no others than `offers`; `current` what the folder is opted in as;
/// `subject` what it is called, where several are asked about.
pub fn ask(
    context: &Context<'_>,
    prompt: &Prompt<'_>,
    (offers, all): (&[Offer], bool),
    current: Option<InstanceId>,
    subject: Option<&str>,
) -> Result<Which> {
    let own = match current {
        None => "a new one".to_owned(),
        Some(id) => format!("the one that this folder is, {}", id.short()),
    };
    if offers.is_empty() && all && current.is_none() && prompt.is_terminal() {
        // There is nothing to choose.
        let it = subject.unwrap_or("this");
        context.output.line(&format!(
            "No other device of this account has an instance yet: {it} becomes a new one."
        ));
        return Ok(Which::Own);
    }
    if offers.is_empty() {
        let of = subject.map_or_else(String::new, |name| format!(" for {name}"));
        let question = format!("Id of the instance to join{of} (empty: {own})");
        return prompt.line(&question, |text| answer(text, offers));
    }
    let now = context.settings.now();
    if prompt.is_terminal() {
        let first = match current {
            None => "A new instance".to_owned(),
            Some(id) => format!("The one that this folder is ({})", id.short()),
        };
        let mut items = vec![first];
        items.extend(offers.iter().map(|offer| line(offer, now)));
        items.push(TYPED.to_owned());
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        let question = match subject {
            None => "Which instance? Arrow keys, then Enter".to_owned(),
            Some(name) => format!("Which instance is {name}? Arrow keys, then Enter"),
        };
        let chosen = prompt.choose(&question, &items)?;
        return match chosen.checked_sub(1) {
            None => Ok(Which::Own),
            Some(place) => match offers.get(place) {
                Some(offer) => Ok(Which::Listed(offer.known.clone())),
                None => prompt.line("Id", |text| {
                    let id = text.parse::<InstanceId>();
                    id.map(Which::Typed)
                        .map_err(|error| Error::usage(error.to_string()))
                }),
            },
        };
    }
    if !context.output.is_json() {
        for (place, offer) in offers.iter().enumerate() {
            context
                .output
                .line(&format!("{:3}  {}", place + 1, line(offer, now)));
        }
    }
    let of = subject.map_or_else(String::new, |name| format!(" for {name}"));
    let question = format!("Instance to join{of}: a number, a label or an id (empty: {own})");
    prompt.line(&question, |text| answer(text, offers))
}

/// Returns what the instance is: what was asked for; else what the list says of the chosen one.
pub fn profile(asked: Profile, chosen: Option<&Known>) -> Profile {
    let listed = chosen.and_then(|one| one.profile.parse().ok());
    listed
        .filter(|_| asked == Profile::default())
        .unwrap_or(asked)
}

/// What is shown of an instance: `Skyblock · last played 3 hours ago on deck · 01M7Y8NX`.
fn line(offer: &Offer, now: Timestamp) -> String {
    let (label, id) = (offer.known.label(), offer.known.instance.short());
    let played = match &offer.played {
        Played::At { time, device } => format!("last played {} on {device}", ago(*time, now)),
        Played::Never => format!("never played, made on {}", offer.known.devices.join(", ")),
        Played::Trashed => "in the server's trash".to_owned(),
        Played::Unknown => format!(
            "last played: unknown, on {}",
            offer.known.devices.join(", ")
        ),
    };
    format!("{label} \u{b7} {played} \u{b7} {id}")
}

fn answer(text: &str, offers: &[Offer]) -> Result<Which> {
    if text.is_empty() {
        return Ok(Which::Own);
    }
    let listed = |offer: &Offer| Which::Listed(offer.known.clone());
    let typed = match text.parse::<InstanceId>() {
        Ok(id) => {
            let known = offers.iter().find(|offer| offer.known.instance == id);
            return Ok(known.map_or(Which::Typed(id), listed));
        }
        Err(error) => Error::usage(error.to_string()),
    };
    let number = text.parse::<usize>().ok();
    let place = number.and_then(|number| number.checked_sub(1));
    if let Some(offer) = place.and_then(|place| offers.get(place)) {
        return Ok(listed(offer));
    }
    match called(offers, text) {
        // More likely an id than a name.
        Err(_) if offers.is_empty() || text.len() == 26 => Err(typed),
        found => found.map(listed),
    }
}
