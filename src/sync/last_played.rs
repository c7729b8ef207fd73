//! When instances were last played, read from their own repositories: pushes tell nobody else.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde::Serialize;

use super::{access::Access, catalogue::Offer};
use crate::{
    domain::{
        catalogue::{Known, label},
        ids::InstanceId,
    },
    error::Kind,
    remote::probe,
    store::messages::Listed,
};

/// How long people wait for it. Opening a repository takes half a second of a processor.
const DEADLINE: Duration = Duration::from_secs(5);

/// How many are asked at the same time: each is a restic that takes 60 MB.
const AT_ONCE: usize = 4;

/// When an instance was last played.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Played {
    /// A device pushed it then, by its clock.
    At {
        /// When.
        time: Timestamp,
        /// Which device.
        device: String,
    },
    /// Nothing was pushed yet.
    Never,
    /// It is in the server's trash.
    Trashed,
    /// There was no answer in time, or none that can be read.
    Unknown,
}

/// What a repository said.
enum Found {
    Played(Played),
    /// It is not there any more.
    Gone,
}

/// Asks for each instance, in this order as far as the time goes. Those whose repository is gone are
/// left out: an entry of the catalogue stays for ever.
pub fn ask(access: &Access, program: &Path, known: Vec<Known>) -> Vec<Offer> {
    let deadline = Instant::now() + DEADLINE;
    let asked: Arc<Vec<InstanceId>> = Arc::new(known.iter().map(|one| one.instance).collect());
    let next = Arc::new(AtomicUsize::new(0));
    let (sender, receiver) = mpsc::channel();
    for _ in 0..AT_ONCE.min(asked.len()) {
        let (asked, next, sender) = (Arc::clone(&asked), Arc::clone(&next), sender.clone());
        let (access, program) = (access.clone(), program.to_path_buf());
        // Not waited for: whatever hangs keeps nobody from choosing.
        thread::spawn(move || {
            while let Some(id) = asked.get(next.fetch_add(1, Ordering::Relaxed)) {
                let found = one(&access.beside(*id), &program, deadline);
                if Instant::now() >= deadline || sender.send((*id, found)).is_err() {
                    return;
                }
            }
        });
    }
    drop(sender);
    let mut offers: Vec<Option<Offer>> = known
        .into_iter()
        .map(|known| {
            let played = Played::Unknown;
            Some(Offer { known, played })
        })
        .collect();
    while let Ok((id, found)) =
        receiver.recv_timeout(deadline.saturating_duration_since(Instant::now()))
    {
        let is_it = |offer: &&mut Option<Offer>| {
            offer
                .as_ref()
                .is_some_and(|offer| offer.known.instance == id)
        };
        let Some(slot) = offers.iter_mut().find(is_it) else {
            continue;
        };
        match (found, slot.as_mut()) {
            (Found::Played(played), Some(offer)) => offer.played = played,
            (Found::Gone, _) | (_, None) => *slot = None,
        }
    }
    offers.into_iter().flatten().collect()
}

fn one(access: &Access, program: &Path, deadline: Instant) -> Found {
    match probe::probe(&access.question()) {
        Err(error) if error.kind() == Kind::NoRepository => return Found::Gone,
        Err(error) if error.kind() == Kind::Trashed => return Found::Played(Played::Trashed),
        Err(_) => return Found::Played(Played::Unknown),
        // No restic is needed to see that.
        Ok(Some(ids)) if ids.is_empty() => return Found::Played(Played::Never),
        Ok(_) => {}
    }
    let left = deadline.saturating_duration_since(Instant::now());
    let repository = access.repository(program.to_path_buf(), None, None);
    match repository.snapshots_within(left) {
        Ok(listed) => Found::Played(newest(&listed)),
        Err(error) if error.kind() == Kind::NoRepository => Found::Gone,
        Err(_) => Found::Played(Played::Unknown),
    }
}

/// Safety copies are made by pulls, too: nobody need have played.
fn newest(listed: &[Listed]) -> Played {
    let plays = listed
        .iter()
        .filter(|one| one.tag("kind") != Some("rescue"))
        .filter_map(|one| Some((one.time.parse::<Timestamp>().ok()?, &one.hostname)));
    match plays.max() {
        None => Played::Never,
        Some((time, device)) => Played::At {
            time,
            device: label(device).unwrap_or_else(|| "?".to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safety_copies_are_no_plays() {
        let listed = |text: &str| serde_json::from_str::<Vec<Listed>>(text).expect("a list");
        let id = "a".repeat(64);
        let one = |time: &str, host: &str, tag: &str| {
            format!(r#"{{"id":"{id}","time":"{time}","hostname":"{host}","tags":["{tag}"]}}"#)
        };
        let played = one("2026-08-14T20:00:00.123456789+02:00", "deck", "n=3");
        let earlier = one("2026-08-14T17:59:00Z", "desktop", "n=3");
        let rescue = one("2026-08-15T00:00:00Z", "tv", "kind=rescue");
        let found = newest(&listed(&format!("[{played},{earlier},{rescue}]")));
        let time = "2026-08-14T18:00:00.123456789Z".parse().expect("a time");
        let device = "deck".to_owned();
        assert_eq!(found, Played::At { time, device });
        assert_eq!(newest(&listed(&format!("[{rescue}]"))), Played::Never);
    }
}
