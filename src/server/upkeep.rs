//! What goes on beside requests: writing down who was there, emptying the trash; and when to stop.

use std::{io, sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{Server, clock};

/// How often it is written down who was there.
const SEEN: Duration = Duration::from_secs(60);
/// How often the trash is looked through, in times of [`SEEN`].
const TRASH: u32 = 60;
/// How long something stays in the trash, in seconds.
const KEPT: i64 = 30 * 24 * 60 * 60;

/// Goes on until it is dropped.
pub async fn go_on(server: Arc<Server>) {
    for minute in 0.. {
        if minute % TRASH == 0 {
            match server.blobs.purge(clock::now() - KEPT).await {
                Ok(0) => {}
                Ok(bytes) => server.log.notice(format!(
                    "emptied the trash of {bytes} bytes older than 30 days"
                )),
                Err(fault) => server
                    .log
                    .notice(format!("the trash could not be emptied: {fault}")),
            }
        }
        tokio::time::sleep(SEEN).await;
        if let Err(error) = server.seen.write(&server.database).await {
            server
                .log
                .notice(format!("who was there could not be written down: {error}"));
        }
    }
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
