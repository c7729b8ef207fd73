//! The server: restic's REST protocol for devices with tokens, over a storage of objects, with accounts in
//! a database beside it. `commands/serve` is the only door to it.
//!
//! ```text
//! listen -> exchange -> router -> data -> authority
//!                                      -> storage (Blobs: files)
//!                                      -> database (SQLite)
//! admin  -> database, storage          beside a server that runs
//! ```
//!
//! It imports `domain`, `error` and its own settings; never `sync`, nor what a client has.

pub mod admin;
pub mod settings;
pub mod storage;

mod clock;
mod data;
pub mod database;
mod exchange;
mod listen;
mod lock;
mod log;
mod seen;
mod tls;
pub mod token;
mod upkeep;
mod watched;

use std::{io::Write, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, routing::get};
use tokio::runtime;

use self::{
    data::{credentials::Holders, misses::Misses, quota::Usage},
    database::{Database, IfMissing},
    exchange::{Numbers, Told},
    listen::Listening,
    log::Log,
    seen::Seen,
    settings::{Patience, Settings},
    storage::{Blobs, files::Files},
    tls::Certificate,
};
use crate::error::{Context, Result};

/// Threads for work on files: a disk does no more at a time.
const FILE_THREADS: usize = 64;
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
    numbers: Numbers,
    patience: Patience,
    certificate: Option<Certificate>,
}

/// What a server says once it serves.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it speaks TLS.
    pub is_secure: bool,
    /// Whether it has no account yet.
    pub is_new: bool,
}

/// Serves until the process is told to stop. `ready` is called once; the log goes to `log`.
pub fn run(
    settings: &Settings,
    log: Box<dyn Write + Send>,
    ready: impl FnOnce(&Ready),
) -> Result<()> {
    let _lock = lock::take(&settings.data)?;
    let runtime = runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(FILE_THREADS)
        .build()
        .context(|| "cannot start threads".to_owned())?;
    let (log, writing) = Log::begin(log);
    let done = runtime.block_on(serve(settings, log, ready));
    runtime.shutdown_timeout(LAST_WORK);
    writing.end();
    done
}

async fn serve(settings: &Settings, log: Log, ready: impl FnOnce(&Ready)) -> Result<()> {
    let data = &settings.data;
    let certificate = settings.tls.clone().map(Certificate::read).transpose()?;
    let is_secure = certificate.is_some();
    let database = Database::open(&data.database(), IfMissing::Make).await?;
    let files = open_storage(settings, &database).await?;
    let listening = Listening::at(settings.listen)
        .await
        .context(|| format!("cannot listen on {}", settings.listen))
        .map_err(|error| error.hint("--listen=ADDRESS:PORT names another one"))?;
    let address = listening
        .address()
        .context(|| format!("cannot listen on {}", settings.listen))?;
    let stop = upkeep::stop_signals().context(|| "cannot wait for signals".to_owned())?;
    let server = Arc::new(Server {
        blobs: Arc::new(files),
        holders: Holders::of(database.clone()),
        misses: Misses::default(),
        usage: Usage::default(),
        seen: Seen::default(),
        log,
        numbers: Numbers::begin(),
        patience: settings.patience,
        certificate,
        database,
    });
    upkeep::on_hangup(Arc::clone(&server)).context(|| "cannot wait for signals".to_owned())?;
    let accounts = database::accounts::list(&server.database)
        .await
        .context(|| "cannot read the accounts".to_owned())?;
    server.log.notice(format!("serving on {address}"));
    ready(&Ready {
        address,
        is_secure,
        is_new: accounts.is_empty(),
    });
    let upkeep = tokio::spawn(upkeep::go_on(Arc::clone(&server)));
    let finished = listening.serve(&server, &router(&server), stop).await;
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

/// Opens the storage that the database is about; a new one where it is about none.
async fn open_storage(settings: &Settings, database: &Database) -> Result<Files> {
    let unread = || "cannot read the database".to_owned();
    let known = database::storage::id(database).await.context(unread)?;
    let root = settings.data.repositories();
    let files = Files::open(&root, known.as_deref(), &ulid::Ulid::generate().to_string())?;
    if known.is_none() {
        let written = database::storage::set_id(database, files.id()).await;
        written.context(|| "cannot write the database".to_owned())?;
    }
    Ok(files)
}

fn router(server: &Arc<Server>) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .fallback(data::answer)
        .with_state(Arc::clone(server))
}

/// Says that the process answers; what it rests on is not looked at.
async fn healthz() -> axum::response::Response {
    let mut response = axum::response::Response::new(axum::body::Body::from("ok\n"));
    response.extensions_mut().insert(Told::new("health"));
    response
}
