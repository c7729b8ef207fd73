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
    /// When each asked last, since the server started.
    last: HashMap<String, i64>,
    /// Those of which that is not written yet.
    unwritten: HashSet<String>,
}

impl Seen {
    /// Notes that a device asked at this time.
    pub fn note(&self, device: &str, at: i64) {
        let mut noted = self.lock();
        if let Some(last) = noted.last.get_mut(device) {
            *last = at;
        } else {
            noted.last.insert(device.to_owned(), at);
            self.news.notify_one();
        }
        if !noted.unwritten.contains(device) {
            noted.unwritten.insert(device.to_owned());
        }
    }

    /// Waits until a device asks that did not since the server started.
    pub async fn news(&self) {
        self.news.notified().await;
    }

    /// Adds to what the database says of a device what may not be written yet.
    pub fn add_to(&self, device: &mut Device) {
        let noted = self.lock();
        let last = noted.last.get(&device.id);
        device.last_seen_at = last.copied().or(device.last_seen_at);
    }

    /// Writes what was noted. What cannot be written is written the next time.
    pub async fn write(&self, database: &Database) -> Answer<()> {
        let seen: Vec<(String, i64)> = {
            let mut noted = self.lock();
            let devices = std::mem::take(&mut noted.unwritten).into_iter();
            let seen = devices.filter_map(|device| {
                let at = *noted.last.get(&device)?;
                Some((device, at))
            });
            seen.collect()
        };
        if seen.is_empty() {
            return Ok(());
        }
        let written = devices::saw(database, &seen).await;
        if written.is_err() {
            let devices = seen.into_iter().map(|(device, _)| device);
            self.lock().unwritten.extend(devices);
        }
        written
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
