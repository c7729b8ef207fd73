//! What a server is told: where its data is, where it listens; and what follows from that.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use super::storage::upstream;
use crate::domain::rest::links::PublicUrl;

/// What a server is told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder with everything.
    pub data: DataFolder,
    /// Where objects are.
    pub plane: Plane,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The certificate and its key, where it speaks TLS itself.
    pub tls: Option<TlsFiles>,
    /// Where operators are listened to.
    pub admin: Option<AdminPlace>,
    /// Proxies whose word counts about where a request comes from.
    pub trusted: Vec<IpAddr>,
    /// Where players reach it, for links.
    pub public_url: Option<PublicUrl>,
    /// Its application at Discord.
    pub discord: Option<DiscordApplication>,
    /// How long it waits.
    pub patience: Patience,
}

impl Settings {
    /// Returns the files that it is told to use.
    pub fn files(&self) -> Vec<&Path> {
        let tls = self.tls.iter();
        let tls = tls.flat_map(|tls| [tls.certificate.as_path(), tls.key.as_path()]);
        let socket = match &self.admin {
            Some(AdminPlace::File(file)) => Some(file.as_path()),
            Some(AdminPlace::Address(_)) | None => None,
        };
        let authority = match &self.plane {
            Plane::Upstream(place) => place.ca_file.as_deref(),
            Plane::Files => None,
        };
        tls.chain(socket).chain(authority).collect()
    }
}

/// Where objects are.
#[derive(Debug, Clone)]
pub enum Plane {
    /// In the folder.
    Files,
    /// On a rest-server behind this one.
    Upstream(upstream::Place),
}

/// What is known of an application at Discord.
#[derive(Debug, Clone)]
pub struct DiscordApplication {
    /// Its public key.
    pub key: [u8; 32],
    /// How much an account that it makes may hold.
    pub quota: Option<u64>,
}

/// Where operators are listened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminPlace {
    /// A socket: who can open that file is the operator.
    File(PathBuf),
    /// An address, where everybody needs a service's token.
    Address(SocketAddr),
}

/// Why operators are not listened to at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPlace {
    /// It is none.
    #[error("the place of --admin is unix:PATH or ADDRESS:PORT")]
    None,
    /// Others reach it.
    #[error("the address of --admin is one that other machines reach")]
    Reached,
}

impl AdminPlace {
    /// Reads `unix:PATH` or an address; one that other machines reach only where that is wanted.
    pub fn parse(text: &str, anywhere: bool) -> Result<Self, BadPlace> {
        if let Some(path) = text.strip_prefix("unix:") {
            return match path {
                "" => Err(BadPlace::None),
                path => Ok(Self::File(path.into())),
            };
        }
        let address: SocketAddr = text.parse().map_err(|_| BadPlace::None)?;
        if address.ip().to_canonical().is_loopback() || anywhere {
            Ok(Self::Address(address))
        } else {
            Err(BadPlace::Reached)
        }
    }
}

/// The files of a certificate.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate, and those up to the authority (PEM).
    pub certificate: PathBuf,
    /// Its key (PEM).
    pub key: PathBuf,
}

/// How long the server waits for clients.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request, from its first byte on; and for a TLS handshake.
    pub head: Duration,
    /// For the next piece of a body, in either direction.
    pub body: Duration,
    /// For the next request on a connection. Longer than restic keeps one (90 s), so that it is never
    /// closed under a request that is on its way.
    pub idle: Duration,
    /// For requests that are under way when the server is told to stop.
    pub stop: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(60),
            idle: Duration::from_secs(150),
            stop: Duration::from_secs(30),
        }
    }
}

/// The folder with everything that a server has.
#[derive(Debug, Clone)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// Returns the places in this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.0.join("server.db")
    }

    /// The storage: often a disk of its own.
    pub fn repositories(&self) -> PathBuf {
        self.0.join("repos")
    }

    /// Held by a server that runs.
    pub fn lock(&self) -> PathBuf {
        self.0.join("server.lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_listened_to_where_nobody_else_reaches() {
        let parse = |text: &str| AdminPlace::parse(text, false);
        assert_eq!(parse("unix:/run/a"), Ok(AdminPlace::File("/run/a".into())));
        for here in ["127.0.0.1:9000", "127.9.9.9:1", "[::1]:9000"] {
            assert!(matches!(parse(here), Ok(AdminPlace::Address(_))), "{here}");
        }
        for reached in [
            "0.0.0.0:9000",
            "192.0.2.1:1",
            "[::]:9000",
            "[2001:db8::1]:1",
        ] {
            assert_eq!(parse(reached), Err(BadPlace::Reached), "{reached}");
            assert!(AdminPlace::parse(reached, true).is_ok());
        }
        for none in ["", "unix:", "9000", "localhost:9000", "/run/a"] {
            assert_eq!(AdminPlace::parse(none, true), Err(BadPlace::None), "{none}");
        }
    }
}
