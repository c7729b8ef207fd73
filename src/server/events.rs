//! What happens, told to whoever listens: server-sent events, by account.
//!
//! A stream that listens costs a connection and a place in its account's room. Several replicas would
//! put a bus of their own behind [`Events::tell`].

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::broadcast::{Receiver, Sender, channel};

use super::{
    control::presence::Present,
    database::{pairings::State, sync_log::What},
};

/// How many streams an account may have, and all of them together.
const OF_ACCOUNT: usize = 64;
const OF_ALL: usize = 15_000;
/// How many events wait for a stream that is slow; it is told that it missed some.
const WAITING: usize = 16;

/// What happens.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event<'a> {
    /// A snapshot is there for good.
    Snapshot {
        /// In which repository; 26 zeros are the account's list of instances.
        instance: &'a str,
        /// Which.
        snapshot: &'a str,
        /// Whose device pushed it.
        device: &'a str,
    },
    /// A device began or ended something.
    Presence(&'a Present),
    /// A device asks for a maintenance grant, or somebody decided about it.
    Grant {
        /// Which device.
        device: &'a str,
        /// Which repository.
        instance: &'a str,
        /// Whether it waits for an answer.
        is_open: bool,
    },
    /// A device that wants to be let in waits for a yes, or does not any more.
    Pairing {
        /// Which pairing.
        pairing: &'a str,
        /// How it stands.
        state: State,
    },
    /// A device told what became of a sync.
    SyncLog {
        /// Of which instance.
        instance: &'a str,
        /// Which device.
        device: &'a str,
        /// What it came to.
        what: What,
    },
    /// Devices were added, renamed or revoked.
    Devices,
    /// Instances were added, deleted or brought back.
    Instances,
}

impl Event<'_> {
    fn word(&self) -> &'static str {
        match self {
            Self::Snapshot { .. } => "snapshot",
            Self::Presence(_) => "presence",
            Self::Grant { .. } => "grant",
            Self::Pairing { .. } => "pairing",
            Self::SyncLog { .. } => "sync_log",
            Self::Devices => "devices",
            Self::Instances => "instances",
        }
    }

    /// Returns it as a stream sends it.
    fn text(&self) -> Bytes {
        let data = serde_json::to_string(self).unwrap_or_default();
        Bytes::from(format!("event: {}\ndata: {data}\n\n", self.word()))
    }
}

/// What a stream is told.
#[derive(Debug, Clone)]
pub enum Message {
    /// To send this.
    Send(Bytes),
    /// To look whether whoever listens still may.
    Recheck,
}

/// The rooms of all accounts that somebody listens to.
#[derive(Debug, Default, Clone)]
pub struct Events(Arc<Mutex<Rooms>>);

#[derive(Debug, Default)]
struct Rooms {
    rooms: HashMap<i64, (Sender<Message>, usize)>,
    all: usize,
}

/// A place in a room; it is free again once this is gone.
#[derive(Debug)]
pub struct Listening {
    events: Events,
    account: i64,
    /// What comes.
    pub messages: Receiver<Message>,
}

impl Events {
    /// Begins to listen, where there is a place.
    pub fn listen(&self, account: i64) -> Option<Listening> {
        let mut rooms = self.lock();
        if rooms.all >= OF_ALL {
            return None;
        }
        let (sender, open) = rooms
            .rooms
            .entry(account)
            .or_insert_with(|| (channel(WAITING).0, 0));
        if *open >= OF_ACCOUNT {
            return None;
        }
        *open += 1;
        let messages = sender.subscribe();
        rooms.all += 1;
        Some(Listening {
            events: self.clone(),
            account,
            messages,
        })
    }

    /// Tells everybody who listens to this account.
    pub fn tell(&self, account: i64, event: &Event<'_>) {
        self.send(account, || Message::Send(event.text()));
    }

    /// Makes everybody who listens to this account show again that they may.
    pub fn recheck(&self, account: i64) {
        self.send(account, || Message::Recheck);
    }

    /// Returns how many streams there are.
    pub fn open(&self) -> usize {
        self.lock().all
    }

    fn send(&self, account: i64, message: impl FnOnce() -> Message) {
        if let Some((sender, _)) = self.lock().rooms.get(&account) {
            // Nobody may be left who takes it.
            let _ = sender.send(message());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Rooms> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut rooms = self.events.lock();
        rooms.all = rooms.all.saturating_sub(1);
        if let Some((_, open)) = rooms.rooms.get_mut(&self.account) {
            *open = open.saturating_sub(1);
            if *open == 0 {
                rooms.rooms.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(message: Message) -> String {
        match message {
            Message::Send(bytes) => String::from_utf8(bytes.to_vec()).expect("text"),
            Message::Recheck => "recheck".to_owned(),
        }
    }

    #[tokio::test]
    async fn an_account_hears_of_its_own_alone() {
        let events = Events::default();
        let mut alice = events.listen(1).expect("a place");
        let mut bob = events.listen(2).expect("a place");
        events.tell(
            1,
            &Event::Snapshot {
                instance: "i",
                snapshot: "s",
                device: "d",
            },
        );
        events.recheck(2);
        assert_eq!(
            text(alice.messages.recv().await.expect("a message")),
            "event: snapshot\ndata: {\"event\":\"snapshot\",\"instance\":\"i\",\"snapshot\":\"s\",\"device\":\"d\"}\n\n"
        );
        assert!(alice.messages.try_recv().is_err());
        assert_eq!(
            text(bob.messages.recv().await.expect("a message")),
            "recheck"
        );
    }

    #[test]
    fn an_account_has_so_many_places_and_no_more() {
        let events = Events::default();
        let mut open: Vec<_> = (0..OF_ACCOUNT)
            .map(|_| events.listen(1).expect("a place"))
            .collect();
        assert!(events.listen(1).is_none());
        assert!(events.listen(2).is_some());
        open.pop();
        assert!(events.listen(1).is_some());
        drop(open);
        assert_eq!(events.open(), 0);
        assert!(events.lock().rooms.is_empty());
    }
}
