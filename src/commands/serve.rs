//! `serve`: the server. The only door to `server`.

mod admin;

use std::net::IpAddr;

use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::{Context, Done};
use crate::{
    cli::serve::{Serve, What},
    error::{Error, Result},
    server::{
        self, Ready,
        settings::{DataFolder, Patience, Settings, TlsFiles},
    },
    ui::output,
};

#[derive(Serialize)]
struct Report {
    event: &'static str,
    what: &'static str,
    url: String,
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
    if tls.is_none() && !args.listen.ip().is_loopback() {
        context.output.warning(
            "plain http on an address that other machines reach: anybody on the way can read tokens",
            &["Put a proxy that speaks TLS in front, or use --tls-cert and --tls-key".to_owned()],
        );
    }
    let settings = Settings {
        data: DataFolder::new(data),
        listen: args.listen,
        tls,
        trusted: args
            .trusted_proxy
            .iter()
            .map(IpAddr::to_canonical)
            .collect(),
        patience: Patience::default(),
    };
    server::run(&settings, output::log(), |ready| say(context, ready))?;
    Ok(Done::Well)
}

fn say(context: &Context<'_>, ready: &Ready) {
    let scheme = if ready.is_secure { "https" } else { "http" };
    let url = format!("{scheme}://{}", ready.address);
    let output = context.output;
    if output.is_json() {
        output.object(&Report {
            event: "serve",
            what: "ready",
            url,
        });
        return;
    }
    output.line(&format!("Serving {url}"));
    if let Some(invite) = &ready.invite {
        output.passing("There is no account yet. This invite makes the first one, within a day:");
        output.text(invite.expose_secret());
    }
}

fn no_data() -> Error {
    Error::usage("--data=DIR is missing: the folder of the server")
}
