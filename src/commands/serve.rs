//! `serve`: the server. The only door to `server`.

mod admin;
mod reach;

use std::net::IpAddr;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use self::reach::{Machine, Reach, Who};
use super::{Context, Done};
use crate::{
    cli::serve::{DataPlane, Serve, What},
    domain::rest::links,
    error::{Context as _, Error, Result},
    server::{
        self, Ready,
        settings::{
            AdminPlace, BadPlace, DataFolder, DiscordApplication, Patience, Plane, Settings,
            TlsFiles,
        },
        storage::upstream::Place,
    },
    ui::output,
};

/// Holds what it takes to be let in upstream.
const UPSTREAM: &str = "INSTANCE_SYNC_UPSTREAM";

#[derive(Serialize)]
struct Report<'a> {
    event: &'static str,
    what: &'static str,
    #[serde(flatten)]
    reach: &'a Reach,
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Serve) -> Result<Done> {
    if let Some(What::Admin(args)) = &args.what {
        return admin::run(context, args);
    }
    let data = args.data.as_ref().ok_or_else(no_data)?;
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(TlsFiles {
            certificate: certificate.clone(),
            key: key.clone(),
        }),
        _ => None,
    };
    if tls.is_none()
        && !args.listen.ip().to_canonical().is_loopback()
        && args.trusted_proxy.is_empty()
    {
        context.output.warning(
            "plain http on an address that other machines reach: anybody on the way can read tokens, and devices take it with --insecure-http alone",
            &["Put a proxy that speaks TLS in front and name it with --trusted-proxy, or use --tls-cert and --tls-key".to_owned()],
        );
    }
    let settings = Settings {
        data: DataFolder::new(data),
        plane: plane(context, args)?,
        listen: args.listen,
        tls,
        admin: admin_place(args)?,
        trusted: args
            .trusted_proxy
            .iter()
            .map(IpAddr::to_canonical)
            .collect(),
        public_url: args.public_url.clone(),
        discord: args.discord_public_key.map(|key| DiscordApplication {
            key,
            quota: args.discord_quota.bytes(),
        }),
        patience: Patience::default(),
    };
    server::run(&settings, output::log(), |ready| {
        if ready.is_open {
            let shown = data.display();
            context.output.warning(
                &format!("other users of this machine can look into {shown}"),
                &[format!(
                    "Only the accounts (server.db) are closed to them. 'chmod 700 {shown}' closes the saves too"
                )],
            );
        }
        if ready.is_anothers {
            let shown = data.display();
            context.output.warning(
                &format!("{shown} is another user's: files that are made in it now are not theirs, and their server could not use them"),
                &["Run serve as the user whose folder it is, or give the folder to this one".to_owned()],
            );
        }
        if let Some(why) = &ready.distrust {
            let renew = "Renew it: files that change are read again by themselves";
            context.output.warning(why, &[renew.to_owned()]);
        }
        say(context, args, ready);
    })?;
    Ok(Done::Well)
}

fn say(context: &Context<'_>, args: &Serve, ready: &Ready) {
    let scheme = if ready.is_secure { "https" } else { "http" };
    let public = args.public_url.as_ref();
    let reach = Reach::of(scheme, ready.address, public, &Machine::ask());
    let output = context.output;
    if output.is_json() {
        output.object(&Report {
            event: "serve",
            what: "ready",
            reach: &reach,
        });
        if ready.invite.is_some() {
            // It is a secret, and --json holds none.
            output.line("There is no account yet. This makes an invite for the first one: instance-sync serve admin --data=DIR invite add, with the folder of this server");
        }
        return;
    }
    if let Some(admin) = ready.admin {
        output.line(&format!("Listening to operators on http://{admin}"));
    }
    output.line(&format!("Serving {}", reach.url));
    let has_proxy = !args.trusted_proxy.is_empty();
    for note in reach.notes(ready.address.port(), has_proxy, ready.is_secure) {
        output.line(&note);
    }
    if let Some(invite) = &ready.invite {
        let here = match reach.who {
            Who::ThisMachine => ", opened on this machine,",
            Who::Others => "",
        };
        output.passing(&format!(
            "There is no account yet. This page{here} makes the first one, within a day:"
        ));
        // Behind '#', so that no browser sends it along and no log has it.
        output.text(&format!(
            "{}{}#{}",
            reach.url,
            links::INVITE,
            invite.expose_secret()
        ));
    }
}

/// Says where objects are, and reads what it takes to be let in there: never from the command line.
fn plane(context: &Context<'_>, args: &Serve) -> Result<Plane> {
    let DataPlane::Upstream(url) = &args.data_plane else {
        return Ok(Plane::Files);
    };
    let said = match &args.data_plane_credentials {
        Some(file) => Some(
            std::fs::read_to_string(file).context(|| format!("cannot read {}", file.display()))?,
        ),
        None => std::env::var(UPSTREAM).ok(),
    };
    let credentials = said
        .map(|text| SecretString::from(text.trim()))
        .filter(|text| !text.expose_secret().is_empty());
    if let Some(pair) = &credentials {
        if !pair.expose_secret().contains(':') {
            return Err(Error::usage(
                "the upstream's credentials are not USER:PASSWORD",
            ));
        }
        let host = url.strip_prefix("http://");
        let is_here = |host: &str| {
            ["127.", "localhost", "[::1]"]
                .iter()
                .any(|here| host.starts_with(here))
        };
        if host.is_some_and(|host| !is_here(host)) {
            context.output.warning(
                "plain http to an upstream on another machine: anybody on the way can read its password",
                &["Use https://, or a network that nobody else is on".to_owned()],
            );
        }
    }
    Ok(Plane::Upstream(Place {
        url: url.clone(),
        credentials,
        ca_file: context.settings.ca_file.clone(),
    }))
}

fn admin_place(args: &Serve) -> Result<Option<AdminPlace>> {
    let place = args.admin.as_deref();
    let parse = |text| AdminPlace::parse(text, args.admin_anywhere);
    place.map(parse).transpose().map_err(|bad| {
        let error = Error::usage(bad.to_string());
        match bad {
            BadPlace::None => error,
            BadPlace::Reached => error.hint(
                "Use unix:PATH or 127.0.0.1:PORT. --admin-anywhere allows it: without a proxy that speaks TLS anybody on the way can read tokens",
            ),
        }
    })
}

fn no_data() -> Error {
    Error::usage("--data=DIR is missing: the folder of the server")
}
