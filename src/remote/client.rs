//! The HTTP client: deadlines of ours, TLS by rustls, no redirects.

use std::{path::Path, sync::Once, time::Duration};

use reqwest::{
    Certificate,
    blocking::{Client, ClientBuilder},
    redirect::Policy,
};

use super::distrust;
use crate::{
    error::{Context, Error, Kind, Result},
    texts::text,
};

/// What a request may cost in time.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the whole answer is there; `None` for downloads, whose silences are bounded instead.
    pub total: Option<Duration>,
    /// Between two pieces of an answer.
    pub silence: Duration,
}

/// Returns a client. `ca_file` replaces the system's certificate authorities, as in restic.
pub fn client(
    ca_file: Option<&Path>,
    deadlines: Deadlines,
    redirects: Policy,
    proxies: bool,
) -> Result<Client> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Fails only where a program that embeds this library chose one already: then that serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let mut builder: ClientBuilder = Client::builder()
        .connect_timeout(deadlines.connect)
        .timeout(deadlines.total)
        .redirect(redirects)
        .user_agent(concat!("instance-sync/", env!("CARGO_PKG_VERSION")));
    if !proxies {
        builder = builder.no_proxy();
    }
    if deadlines.total.is_none() {
        builder = builder.tcp_keepalive(deadlines.silence);
    }
    if let Some(path) = ca_file {
        builder = builder.tls_certs_only(certificates(path)?);
    }
    builder.build().context(|| text!("server-not-prepared"))
}

fn certificates(path: &Path) -> Result<Vec<Certificate>> {
    let shown = || path.display().to_string();
    let pem = std::fs::read(path).map_err(|error| {
        Error::usage(text!("server-ca-not-read", path = shown()))
            .because(error)
            .hint(text!("server-ca-in-pem"))
    })?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(Error::usage(text!("server-ca-holds-none", path = shown()))
            .hint(text!("server-ca-in-pem"))),
    }
}

/// Returns the `host[:port]` of a URL, for messages.
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// Turns a request that got no answer into an error of [`Kind::Offline`], with the cause in words. `ca_file` is
/// what the player gave.
pub fn no_answer(host: &str, ca_file: Option<&Path>, error: &reqwest::Error) -> Error {
    if let Some(distrusted) = distrust::found(host, ca_file, error) {
        return distrusted;
    }
    let causes = causes(error);
    let has = |text: &str| causes.contains(text);
    let error = |message: String| Error::new(Kind::Offline, message);
    error(if has("dns error") || has("failed to lookup") {
        text!("server-name-unknown", host = host)
    } else if has("Connection refused") || has("actively refused") {
        text!("server-not-listening", host = host)
    } else if has("timed out") || has("deadline") {
        text!("server-too-slow", host = host)
    } else {
        text!("server-connection-failed", host = host)
    })
}

fn causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
