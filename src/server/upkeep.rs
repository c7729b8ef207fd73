//! What goes on beside requests: writing down who was there, emptying the trash; and when to stop.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::watch, time::timeout_at};

use super::{
    Server, clock, counted,
    database::{Answer, enrolments, instances, pairings, resets, samples, sessions, sync_log},
    samples as sampling, tls,
};
use crate::domain::count;

/// How often it is written down who was there.
const SEEN: Duration = Duration::from_secs(60);
/// How long nobody is written down anew who comes for the first time.
const PAUSE: Duration = Duration::from_secs(1);
/// How often the trash is looked through, in times of [`SEEN`].
const TRASH: u32 = 60;
/// How long something stays in the trash, in seconds.
pub const KEPT: i64 = 30 * 24 * 60 * 60;

/// Goes on until it is dropped.
pub async fn go_on(server: Arc<Server>) {
    let mut counted = Instant::now();
    for minute in 0.. {
        if minute % TRASH == 0 {
            let passed = counted.elapsed();
            counted = Instant::now();
            match counted::go_on(&server.database, passed, clock::now()).await {
                Ok(now) => empty(&server, now).await,
                Err(error) => server
                    .log
                    .notice(format!("the trash stays as it is: {error}")),
            }
            if let Err(error) = sampling::take(&server, clock::now()).await {
                let why = format!("how much accounts hold was not written down: {error}");
                server.log.notice(why);
            }
        }
        wait(&server).await;
        refresh(&server);
        note_seen(&server).await;
    }
}

/// Waits for a minute. Who comes for the first time meanwhile is written down at once.
async fn wait(server: &Server) {
    let end = tokio::time::Instant::now() + SEEN;
    while tokio::time::Instant::now() < end && timeout_at(end, server.seen.news()).await.is_ok() {
        note_seen(server).await;
        // Many may come together, after a restart.
        tokio::time::sleep(PAUSE).await;
    }
}

async fn note_seen(server: &Server) {
    if let Err(error) = server.seen.write(&server.database).await {
        server
            .log
            .notice(format!("who was there could not be written down: {error}"));
    }
}

/// Throws away what was long enough in the trash, by the time that the server counted.
async fn empty(server: &Server, counted: i64) {
    if let Err(error) = forget(server, counted).await {
        server.log.notice(format!("old rows stay: {error}"));
    }
    match server.blobs.purge(counted - KEPT).await {
        Ok(0) => {}
        Ok(bytes) => server.log.notice(format!(
            "emptied the trash of {} older than 30 days",
            count::counted(bytes, "byte")
        )),
        Err(fault) => server
            .log
            .notice(format!("the trash could not be emptied: {fault}")),
    }
}

/// Forgets rows that nobody needs any more.
async fn forget(server: &Server, counted: i64) -> Answer<()> {
    let (database, now) = (&server.database, clock::now());
    sessions::forget(database, now).await?;
    instances::forget(database, counted - KEPT).await?;
    enrolments::forget(database, now).await?;
    pairings::forget(database, now).await?;
    samples::forget(database, samples::day_of(now) - samples::KEPT).await?;
    resets::forget(database, now).await?;
    sync_log::trim(database, sync_log::KEPT).await
}

/// Reads the certificate again where its files changed.
fn refresh(server: &Server) {
    match server.certificate.as_ref().map(tls::Certificate::refresh) {
        None | Some(Ok(false)) => {}
        Some(Ok(true)) => {
            server.log.notice("the certificate was read again");
            let certificate = server.certificate.as_ref();
            let distrust = certificate.and_then(tls::Certificate::distrust);
            if let Some(why) = distrust {
                server.log.notice(why);
            }
        }
        Some(Err(error)) => server
            .log
            .notice(format!("the certificate stays as it was: {error}")),
    }
}

/// At each SIGHUP: what changed outside counts at once. Without this the signal would end the server.
#[cfg(unix)]
pub fn on_hangup(server: Arc<Server>) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut signals = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            server.holders.forget();
            refresh(&server);
        }
    });
    Ok(())
}

/// There is no such signal.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, clippy::needless_pass_by_value)] // as on the other systems
pub fn on_hangup(_: Arc<Server>) -> io::Result<()> {
    Ok(())
}

/// Returns what becomes true once the process is asked to stop.
#[cfg(unix)]
pub fn stop_signals() -> io::Result<watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, receiver) = watch::channel(false);
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut signals = signal(kind)?;
        let sender = sender.clone();
        tokio::spawn(async move {
            signals.recv().await;
            sender.send_replace(true);
        });
    }
    Ok(receiver)
}

/// Returns what becomes true once the process is asked to stop.
#[cfg(not(unix))]
pub fn stop_signals() -> io::Result<watch::Receiver<bool>> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            sender.send_replace(true);
        }
    });
    Ok(receiver)
}
