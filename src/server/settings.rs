//! What a server is told: where its data is, where it listens; and what follows from that.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

/// What a server is told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder with everything.
    pub data: DataFolder,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The certificate and its key, where it speaks TLS itself.
    pub tls: Option<TlsFiles>,
    /// Proxies whose word counts about where a request comes from.
    pub trusted: Vec<IpAddr>,
    /// How long it waits.
    pub patience: Patience,
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
