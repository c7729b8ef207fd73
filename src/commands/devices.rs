//! `devices`: which devices an account has, and taking one of them out.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{Context, Done, init, question};
use crate::{
    cli::devices::{Devices, Revoke, What},
    domain::{
        catalogue::{ago, label},
        shell,
    },
    error::{Error, Result},
    remote::control::devices::Device,
    sync::{access::Access, account, server::devices},
    texts::{Language, speaking},
    ui::{prompt::Prompt, table},
};

/// The answer with `--json`.
#[derive(Serialize)]
struct Answer<'a> {
    schema: u64,
    devices: Vec<Row<'a>>,
}

/// The answer of `revoke` with `--json`.
#[derive(Serialize)]
struct Revoked<'a> {
    schema: u64,
    revoked: Row<'a>,
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    name: &'a str,
    kind: &'a str,
    created: Timestamp,
    last_seen: Option<Timestamp>,
    revoked: Option<Timestamp>,
    this: bool,
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Devices) -> Result<Done> {
    let access = access(context, args)?;
    let known = devices::list(&context.settings, &access)?;
    match &args.what {
        None | Some(What::List) => show(context, &known),
        Some(What::Revoke(args)) => return revoke(context, &access, &known, args),
    }
    Ok(Done::Well)
}

fn access(context: &Context<'_>, args: &Devices) -> Result<Access> {
    let settings = &context.settings;
    let Some(url) = &args.url else {
        let layout = account::layout_of(settings);
        let access = account::of_folder(settings, &layout, &|event| context.hear(event));
        return access
            .map_err(|error| error.hint("For another account, give --url and --token-file."));
    };
    let location = init::location(url)?;
    let secrets = init::secrets(context, args.token.as_deref(), None)?;
    account::to_ask(settings, location, secrets.token.as_ref())
}

fn show(context: &Context<'_>, known: &[Device]) {
    let output = context.output;
    if output.is_json() {
        output.object(&Answer {
            schema: 1,
            devices: known.iter().map(row).collect(),
        });
        return;
    }
    let now = context.settings.now();
    let heads = ["name", "kind", "last seen", "", "id"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    rows.extend(known.iter().map(|device| {
        let seen = seen(device, now);
        let mark = match device.revoked_at.and_then(time) {
            Some(revoked) => format!("revoked on {}", day(revoked)),
            None if device.is_this => "this device".to_owned(),
            None => String::new(),
        };
        let shown = label(&device.name).unwrap_or_else(|| "?".to_owned());
        vec![shown, device.kind.clone(), seen, mark, device.id.clone()]
    }));
    output.text(&table::grid(&rows));
}

/// When it was seen last; the sentence around it is in English.
fn seen(device: &Device, now: Timestamp) -> String {
    let seen = device.last_seen_at.and_then(time);
    seen.map_or_else(
        || "never".to_owned(),
        |time| speaking(Language::English, || ago(time, now)),
    )
}

fn revoke(context: &Context<'_>, access: &Access, known: &[Device], args: &Revoke) -> Result<Done> {
    let device = devices::called(known, &args.device)?;
    let shown = label(&device.name).unwrap_or_else(|| "?".to_owned());
    let prompt = Prompt::new(context.output);
    if !args.yes {
        if !prompt.is_terminal() || context.output.is_json() {
            return Err(
                Error::usage("nothing was revoked, since nobody was asked").hint(format!(
                    "To revoke it without a question: instance-sync devices revoke {} --yes",
                    shell::word(&args.device)
                )),
            );
        }
        let whose = if device.is_this {
            ", which is this device"
        } else {
            ""
        };
        let asked = format!(
            "Revoke {shown}{whose} ({}, last seen: {}, {})? It neither pulls nor pushes any more; what is on it stays \
             there.",
            device.kind,
            seen(device, context.settings.now()),
            device.id
        );
        if !question::yes(&prompt, &asked)? {
            context.output.line("Nothing was revoked.");
            return Ok(Done::Well);
        }
    }
    devices::revoke(&context.settings, access, device)?;
    if context.output.is_json() {
        let revoked = Some(context.settings.now());
        context.output.object(&Revoked {
            schema: 1,
            revoked: Row {
                revoked,
                ..row(device)
            },
        });
    } else {
        context.output.line(&format!(
            "{shown} is revoked: its token opens nothing any more. What it saved stays, and whoever has it still \
             knows the passphrase: docs/guides/devices.md."
        ));
    }
    Ok(Done::Well)
}

fn row(device: &Device) -> Row<'_> {
    Row {
        id: &device.id,
        name: &device.name,
        kind: &device.kind,
        created: time(device.created_at).unwrap_or_default(),
        last_seen: device.last_seen_at.and_then(time),
        revoked: device.revoked_at.and_then(time),
        this: device.is_this,
    }
}

fn time(second: i64) -> Option<Timestamp> {
    Timestamp::from_second(second).ok()
}

fn day(time: Timestamp) -> String {
    let zoned = time.to_zoned(TimeZone::system());
    zoned.strftime("%-d %b %Y").to_string()
}
