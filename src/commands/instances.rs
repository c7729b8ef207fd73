//! `instances`: what an account has, to choose from.

use serde::Serialize;

use super::{Context, Done, init};
use crate::{
    cli::Instances,
    domain::catalogue::{ago, meant},
    error::{Error, Result},
    sync::{
        account,
        catalogue::{self, Offer},
        last_played::Played,
    },
    texts::{Language, speaking},
    ui::table,
};

/// The answer with `--json`.
#[derive(Serialize)]
struct Answer<'a> {
    schema: u64,
    instances: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    instance_id: String,
    label: &'a str,
    labels: &'a [String],
    devices: &'a [String],
    profile: &'a str,
    listed: jiff::Timestamp,
    last_played: &'a Played,
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Instances) -> Result<Done> {
    let settings = &context.settings;
    let layout = account::layout_of(settings);
    let listener = |event| context.hear(event);
    let access = match &args.url {
        Some(url) => {
            let location = init::location(url)?;
            let token = args.token.as_deref();
            let secrets = init::secrets(context, token, args.passphrase_file.as_deref())?;
            let (token, passphrase) = (secrets.token.as_ref(), secrets.passphrase.as_ref());
            account::given(settings, location, token, passphrase, None)?
        }
        None => account::of_folder(settings, &layout, &listener).map_err(|error| {
            error.hint("For another account, give --url and --token-file (and --passphrase-file).")
        })?,
    };
    catalogue::check_place(&access)?;
    let mut offers = catalogue::list(settings, &layout, &listener, &access)?;
    init::add_unlisted(context, &access, &mut offers);
    context.settle();
    let output = context.output;
    if output.is_json() {
        output.object(&Answer {
            schema: 1,
            instances: offers.iter().map(row).collect(),
        });
    } else if offers.is_empty() {
        output.line("No instance of this account is listed there. To make one, opt a folder in: instance-sync setup");
    } else {
        output.text(&grid(&offers, settings.now()));
    }
    Ok(Done::Well)
}

fn row(offer: &Offer) -> Row<'_> {
    Row {
        instance_id: offer.known.instance.to_string(),
        label: offer.known.label(),
        labels: &offer.known.labels,
        devices: &offer.known.devices,
        profile: &offer.known.profile,
        listed: offer.known.time,
        last_played: &offer.played,
    }
}

fn grid(offers: &[Offer], now: jiff::Timestamp) -> String {
    let heads = ["label", "last played", "on", "devices", "id"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    rows.extend(offers.iter().map(|offer| {
        let (when, device) = match &offer.played {
            Played::At { time, device } => {
                // The sentence around it is in English.
                let ago = speaking(Language::English, || ago(*time, now));
                (ago, device.clone())
            }
            Played::Never => ("never".to_owned(), String::new()),
            Played::Trashed => ("in the server's trash".to_owned(), String::new()),
            Played::Unknown => ("unknown".to_owned(), String::new()),
        };
        vec![
            offer.known.label().to_owned(),
            when,
            device,
            offer.known.devices.join(", "),
            offer.known.instance.to_string(),
        ]
    }));
    table::grid(&rows)
}

/// Returns the one of them that is called so, or whose id it is.
pub fn called<'a>(offers: &'a [Offer], text: &str) -> Result<&'a Offer> {
    let found = meant(offers.iter().map(|offer| &offer.known), text);
    let is = |offer: &&Offer| found.iter().any(|one| one.instance == offer.known.instance);
    let found: Vec<&Offer> = offers.iter().filter(is).collect();
    let names = |offers: &[&Offer]| {
        let name = |offer: &&Offer| format!("{} ({})", offer.known.label(), offer.known.instance);
        offers.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    match found.as_slice() {
        [one] => Ok(one),
        [] if offers.is_empty() => Err(Error::usage(format!(
            "no instance of this account is called {text:?}: none is listed"
        ))),
        [] => Err(
            Error::usage(format!("no instance of this account is called {text:?}")).hint(format!(
                "There are: {}.",
                names(&offers.iter().collect::<Vec<_>>())
            )),
        ),
        several => Err(Error::usage(format!(
            "{} instances of this account are called {text:?}",
            several.len()
        ))
        .hint(format!(
            "Give the id of one of them instead: {}.",
            names(several)
        ))),
    }
}
