//! When each device last asked for anything. It is written now and then and not at each request: a write
//! waits for the disk.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::database::{Answer, Database, devices};

/// Devices that asked since the last write.
#[derive(Debug, Default)]
pub struct Seen(Mutex<HashMap<String, i64>>);

impl Seen {
    /// Notes that a device asked at this time.
    pub fn note(&self, device: &str, at: i64) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get_mut(device) {
            Some(last) => *last = at,
            None => {
                seen.insert(device.to_owned(), at);
            }
        }
    }

    /// Returns when a device asked that was not written yet.
    pub fn of(&self, device: &str) -> Option<i64> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(device).copied()
    }

    /// Writes what was noted.
    pub async fn write(&self, database: &Database) -> Answer<()> {
        let seen = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if seen.is_empty() {
            return Ok(());
        }
        let seen: Vec<_> = seen.into_iter().collect();
        devices::saw(database, &seen).await
    }
}
