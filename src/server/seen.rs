//! When each device last asked for anything. It is written now and then and not at each request: a write
//! waits for the disk. The first time of a device is written at once, for whoever looks whether it arrived.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::database::{Answer, Database, devices, devices::Device};

/// Devices that asked.
#[derive(Debug, Default)]
pub struct Seen {
    noted: Mutex<Noted>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Noted {
    /// When, since the last write.
    unwritten: HashMap<String, i64>,
    /// Those that asked since the server started.
    known: HashSet<String>,
}

impl Seen {
    /// Notes that a device asked at this time.
    pub fn note(&self, device: &str, at: i64) {
        let mut noted = self.lock();
        match noted.unwritten.get_mut(device) {
            Some(last) => *last = at,
            None => {
                noted.unwritten.insert(device.to_owned(), at);
            }
        }
        if !noted.known.contains(device) {
            noted.known.insert(device.to_owned());
            self.news.notify_one();
        }
    }

    /// Waits until a device asks that did not since the server started.
    pub async fn news(&self) {
        self.news.notified().await;
    }

    /// Adds to what the database says of a device what was not written yet.
    pub fn add_to(&self, device: &mut Device) {
        let noted = self.lock();
        let last = noted.unwritten.get(&device.id);
        device.last_seen_at = last.copied().or(device.last_seen_at);
    }

    /// Writes what was noted.
    pub async fn write(&self, database: &Database) -> Answer<()> {
        let seen = std::mem::take(&mut self.lock().unwritten);
        if seen.is_empty() {
            return Ok(());
        }
        let seen: Vec<_> = seen.into_iter().collect();
        devices::saw(database, &seen).await
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
