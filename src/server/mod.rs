//! The server: restic's REST protocol for devices with tokens, over a storage of objects, with accounts in
//! a database beside it, and a control API. `commands/serve` is the only door to it.
//!
//! ```text
//! listen -> exchange -> control (routes) -> database
//!                    -> pages (for browsers) -> control
//!                    -> data -> authority
//!                                      -> storage (Blobs: files, or a rest-server upstream)
//!                                      -> database (SQLite)
//!                            -> committed -> events -> control (streams)
//! admin  -> database, storage          beside a server that runs
//! ```
//!
//! It imports `domain`, `error` and its own settings; never `sync`, nor what a client has.

pub mod admin;
pub mod settings;
pub mod storage;

mod clock;
mod committed;
mod control;
mod counted;
mod data;
pub mod database;
mod doors;
mod events;
mod exchange;
mod folder;
mod forwarded;
mod listen;
mod lock;
mod log;
mod metrics;
mod open_files;
mod pages;
mod peer;
mod samples;
mod seen;
#[cfg(unix)]
mod socket_file;
mod tls;
pub mod token;
mod upkeep;
mod validity;
mod watched;

use std::{
    io::Write,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use secrecy::SecretString;
use tokio::{runtime, sync::watch};
use ulid::Ulid;

use self::{
    committed::Pushing,
    control::{
        discord::Discord, limits::Limits, passwords::Passwords, presence::Presence, sizes::Sizes,
    },
    data::{credentials::Holders, misses::Misses, quota::Usage},
    database::{Database, IfMissing},
    doors::Doors,
    events::Events,
    exchange::Numbers,
    listen::Listening,
    log::Log,
    metrics::Metrics,
    open_files::Shares,
    seen::Seen,
    settings::{Patience, Plane, Settings},
    storage::{
        Blobs, Fault,
        files::Files,
        upstream::{Bounds, Repositories, Upstream},
    },
    tls::Certificate,
};
use crate::{
    domain::rest::{links::PublicUrl, name::RepositoryId},
    error::{Context, Error, Result},
};

/// Threads for work on files: a disk does no more at a time.
const FILE_THREADS: usize = 64;
/// Who made the invite of a new server, and how long it is good, in seconds.
const AT_START: &str = "start";
const INVITE: i64 = 24 * 60 * 60;
/// How long work on files may go on that nobody waits for any more.
const LAST_WORK: Duration = Duration::from_secs(10);

/// What all requests share.
#[derive(Debug)]
struct Server {
    blobs: Arc<dyn Blobs>,
    database: Database,
    holders: Holders,
    misses: Misses,
    usage: Usage,
    seen: Seen,
    log: Log,
    metrics: Arc<Metrics>,
    numbers: Numbers,
    limits: Limits,
    passwords: Passwords,
    presence: Presence,
    pushing: Pushing,
    sizes: Sizes,
    events: Events,
    /// Whether it was told to stop.
    stop: watch::Receiver<bool>,
    trusted: Vec<IpAddr>,
    patience: Patience,
    certificate: Option<Certificate>,
    /// Its application at Discord.
    discord: Option<Discord>,
    /// Where players reach it.
    public_url: Option<PublicUrl>,
}

impl Server {
    /// Writes into the audit who did what.
    async fn audit(&self, actor: &str, what: &str, about: &str) -> database::Answer<()> {
        let entry = database::audit::Entry {
            at: clock::now(),
            actor: actor.to_owned(),
            what: what.to_owned(),
            about: about.to_owned(),
        };
        database::audit::add(&self.database, &entry).await
    }
}

/// What a server says once it serves.
#[derive(Debug)]
pub struct Ready {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it speaks TLS.
    pub is_secure: bool,
    /// Where operators are listened to, where that is an address.
    pub admin: Option<SocketAddr>,
    /// The code of an invite, where it has no account yet.
    pub invite: Option<SecretString>,
    /// Whether other users of this machine can look into its folder.
    pub is_open: bool,
    /// Whether the folder is another user's than whose this process is.
    pub is_anothers: bool,
    /// Why clients will not trust its certificate, where that can be told.
    pub distrust: Option<String>,
}

/// Serves until the process is told to stop. `ready` is called once; the log goes to `log`.
pub fn run(
    settings: &Settings,
    log: Box<dyn Write + Send>,
    ready: impl FnOnce(&Ready),
) -> Result<()> {
    let certificate = settings.tls.clone().map(Certificate::read).transpose()?;
    let discord = match &settings.discord {
        None => None,
        Some(of) => Some(Discord::new(&of.key, of.quota).ok_or_else(no_key)?),
    };
    let runtime = runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(FILE_THREADS)
        .build()
        .context(|| "cannot start threads".to_owned())?;
    let shares = Shares::take();
    let Doors {
        public,
        address,
        operators,
        lock,
    } = runtime.block_on(Doors::open(settings, shares.connections))?;
    let (log, writing) = Log::begin(log);
    let start = Start {
        public,
        address,
        operators,
        certificate,
        discord,
        objects: shares.objects,
    };
    let done = runtime.block_on(serve(settings, start, log, ready));
    runtime.shutdown_timeout(LAST_WORK);
    // Not before the last work on files is over.
    drop(lock);
    writing.end();
    done
}

/// What could be found out before anything was made.
struct Start {
    public: Listening,
    address: SocketAddr,
    operators: Option<Listening>,
    certificate: Option<Certificate>,
    discord: Option<Discord>,
    objects: u32,
}

async fn serve(
    settings: &Settings,
    start: Start,
    log: Log,
    ready: impl FnOnce(&Ready),
) -> Result<()> {
    let Start {
        public,
        address,
        operators,
        certificate,
        discord,
        objects,
    } = start;
    let is_secure = certificate.is_some();
    let database = Database::open(&settings.data.database(), IfMissing::Make).await?;
    let blobs = open_storage(settings, &database, objects).await?;
    let admin = operators
        .as_ref()
        .and_then(|listening| listening.address().ok());
    let stop = upkeep::stop_signals().context(|| "cannot wait for signals".to_owned())?;
    let server = Arc::new(Server {
        blobs,
        discord,
        holders: Holders::of(database.clone()),
        misses: Misses::default(),
        usage: Usage::default(),
        seen: Seen::default(),
        log,
        metrics: Arc::new(Metrics::begin()),
        numbers: Numbers::begin(),
        limits: Limits::default(),
        passwords: Passwords::default(),
        presence: Presence::default(),
        pushing: Pushing::default(),
        sizes: Sizes::default(),
        events: Events::default(),
        stop: stop.clone(),
        trusted: settings.trusted.clone(),
        patience: settings.patience,
        certificate,
        public_url: settings.public_url.clone(),
        database,
    });
    upkeep::on_hangup(Arc::clone(&server)).context(|| "cannot wait for signals".to_owned())?;
    let invite = first_invite(&server.database).await?;
    server.log.notice(format!("serving on {address}"));
    let distrust = server.certificate.as_ref().and_then(Certificate::distrust);
    if let Some(why) = &distrust {
        server.log.notice(why.clone());
    }
    ready(&Ready {
        distrust,
        is_anothers: folder::is_anothers(&settings.data),
        address,
        is_secure,
        admin,
        invite,
        is_open: folder::is_open(&settings.data),
    });
    let upkeep = tokio::spawn(upkeep::go_on(Arc::clone(&server)));
    let operators = operators.map(|listening| {
        let (server, stop) = (Arc::clone(&server), stop.clone());
        let router = control::of_operators(&server);
        tokio::spawn(async move { listening.serve(&server, &router, stop).await })
    });
    let finished = public.serve(&server, &control::public(&server), stop).await;
    if let Some(operators) = operators {
        let _ = operators.await;
    }
    upkeep.abort();
    // Where it fails, a time is a minute too old.
    let _ = server.seen.write(&server.database).await;
    server.log.notice(if finished {
        "stopped"
    } else {
        "stopped before all requests were answered; what was answered is kept"
    });
    server.database.close().await;
    Ok(())
}

fn no_key() -> Error {
    Error::usage("the key of --discord-public-key verifies nothing")
        .hint("It is on the page of the application at Discord, as 64 hexadecimal digits")
}

/// Opens the storage that the database is about; a new one where it is about none.
async fn open_storage(
    settings: &Settings,
    database: &Database,
    objects: u32,
) -> Result<Arc<dyn Blobs>> {
    let unread = || "cannot read the database".to_owned();
    let known = database::storage::id(database).await.context(unread)?;
    let (known, new_id) = (known.as_deref(), Ulid::generate().to_string());
    let (blobs, id): (Arc<dyn Blobs>, String) = match &settings.plane {
        Plane::Files => {
            let files = Files::open(&settings.data.repositories(), known, &new_id)?;
            let id = files.id().to_owned();
            (Arc::new(files.holding_at_most(objects)), id)
        }
        Plane::Upstream(place) => {
            let of = repositories_of(database.clone());
            let (place, bounds) = (place.clone(), Bounds::default());
            let upstream = Upstream::open(place, bounds, known, &new_id, of).await?;
            let id = upstream.id().to_owned();
            (Arc::new(upstream), id)
        }
    };
    if known.is_none() {
        let written = database::storage::set_id(database, &id).await;
        written.context(|| "cannot write the database".to_owned())?;
    }
    Ok(blobs)
}

/// Returns what says which repositories an account has: its instances, and their list.
fn repositories_of(database: Database) -> Repositories {
    Box::new(move |account| {
        let database = database.clone();
        Box::pin(async move {
            let rows = database::instances::list(&database, Some(&account)).await;
            let rows = rows.map_err(|error| Fault::Failed(std::io::Error::other(error)))?;
            let ids = rows.iter().filter_map(|row| row.id.parse().ok());
            Ok(ids.chain([RepositoryId::CATALOGUE]).collect())
        })
    })
}

/// Makes an invite where there is no account yet; the one of the start before is no good any more, since
/// nobody can read it again.
async fn first_invite(database: &Database) -> Result<Option<SecretString>> {
    let unwritten = || "cannot write the database".to_owned();
    let accounts = database::accounts::list(database).await;
    if !accounts.context(unwritten)?.is_empty() {
        return Ok(None);
    }
    let old = database::invites::remove_of(database, AT_START).await;
    old.context(unwritten)?;
    let (token, now) = (token::Token::of(token::Mark::Invite)?, clock::now());
    let invite = database::invites::NewInvite {
        id: &Ulid::generate().to_string(),
        made_by: AT_START,
        times: (now, now + INVITE),
        quota_bytes: None,
        instance_limit: admin::INSTANCES,
    };
    let added = database::invites::add(database, &invite, &token).await;
    added.context(unwritten)?;
    Ok(Some(token.expose()))
}
