//! What follows from an upload that is there for good: how much a push came to, a row in the sync log, an
//! event. None of it can make the upload fail.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Server, clock,
    database::{
        Answer,
        devices::Holder,
        pushes,
        sync_log::{self, NewEntry, What},
    },
    events::Event,
};
use crate::domain::rest::{
    name::RepositoryId,
    path::{Kind, Object, Repository},
};

/// How many pushes under way are remembered.
const MANY: usize = 10_000;

/// How many bytes each device uploaded into each repository since its last snapshot there.
#[derive(Debug, Default)]
pub struct Pushing(Mutex<HashMap<(String, RepositoryId), u64>>);

impl Pushing {
    fn add(&self, device: &str, id: RepositoryId, bytes: u64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MANY {
            known.clear();
        }
        let sum = known.entry((device.to_owned(), id)).or_default();
        *sum = sum.saturating_add(bytes);
    }

    fn take(&self, device: &str, id: RepositoryId) -> u64 {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&(device.to_owned(), id)).unwrap_or(0)
    }
}

/// Notes that an object is there that was not before.
pub async fn note(
    server: &Arc<Server>,
    holder: &Holder,
    repository: &Repository,
    object: Object,
    bytes: u64,
) {
    server.pushing.add(&holder.device, repository.id, bytes);
    let Object::Blob(Kind::Snapshots, name) = object else {
        return;
    };
    let bytes = server.pushing.take(&holder.device, repository.id);
    let (server, holder) = (Arc::clone(server), holder.clone());
    let (id, snapshot) = (repository.id, name.to_string());
    server.sizes.forget(repository);
    // By itself: a client that is gone by now has pushed all the same.
    let noting = tokio::spawn(async move {
        let instance = id.to_string();
        // The list of instances is no instance: it says nothing about a game.
        if !id.is_catalogue() {
            let written = write(&server, &holder, (&instance, &snapshot), bytes).await;
            if let Err(error) = written {
                server
                    .log
                    .notice(format!("a push could not be written down: {error}"));
            }
            server
                .presence
                .clear(holder.account_id, &holder.device, &instance);
        }
        let event = Event::Snapshot {
            instance: &instance,
            snapshot: &snapshot,
            device: &holder.device,
        };
        server.events.tell(holder.account_id, &event);
    });
    let _ = noting.await;
}

async fn write(
    server: &Server,
    holder: &Holder,
    (instance, snapshot): (&str, &str),
    bytes: u64,
) -> Answer<()> {
    let (now, device) = (clock::now(), &holder.device[..]);
    let of = (instance, device, snapshot);
    pushes::put(&server.database, holder.account_id, of, now).await?;
    let entry = NewEntry {
        account_id: holder.account_id,
        at: now,
        device,
        instance,
        what: What::Pushed,
        snapshot: Some(snapshot),
        bytes: Some(bytes),
        units: None,
        reason: None,
    };
    sync_log::add(&server.database, &entry).await
}
