//! Who plays what, and who has something that is not pushed yet. It is in memory and expires: a device
//! says it again with its next heartbeat, and after a restart of the server nobody is there for a while.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How often a device that plays should say so, in seconds.
pub const BEAT: u64 = 300;
/// How long a device plays that says nothing more; from then on it has something that is not pushed.
const PLAYING: Duration = Duration::from_secs(3 * BEAT);
/// How long a session waits to be pushed of a device that says nothing more.
const UNPUSHED: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How many are remembered of an account, and of how many accounts.
const MANY: usize = 256;
const ACCOUNTS: usize = 10_000;

/// What a device is doing with an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "PresenceState")]
pub enum State {
    /// The game runs.
    Playing,
    /// It was played, and is not pushed.
    Unpushed,
    /// Neither.
    Idle,
}

/// What a device is doing, as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Present {
    /// The device's ULID.
    pub device: String,
    /// Which instance.
    pub instance: String,
    /// What it is doing.
    pub state: State,
    /// Since when, by the device's clock.
    pub since: i64,
}

#[derive(Debug)]
struct Entry {
    since: i64,
    /// Until when it plays, where it does.
    plays: Option<Instant>,
    until: Instant,
}

impl Entry {
    fn state(&self, now: Instant) -> State {
        match self.plays {
            Some(until) if until > now => State::Playing,
            _ => State::Unpushed,
        }
    }
}

/// What one device does with one instance.
type Doing = HashMap<(String, String), Entry>;

/// All devices of all accounts.
#[derive(Debug, Default)]
pub struct Presence(Mutex<HashMap<i64, Doing>>);

impl Presence {
    /// Notes what a device is doing. Returns whether others did not know that.
    pub fn note(&self, account: i64, present: &Present, now: Instant) -> bool {
        let plays = match present.state {
            State::Playing => Some(now + PLAYING),
            State::Unpushed => None,
            State::Idle => return self.clear(account, &present.device, &present.instance),
        };
        let mut all = self.lock();
        if all.len() >= ACCOUNTS && !all.contains_key(&account) {
            for doing in all.values_mut() {
                doing.retain(|_, entry| entry.until > now);
            }
            all.retain(|_, doing| !doing.is_empty());
        }
        let doing = all.entry(account).or_default();
        doing.retain(|_, entry| entry.until > now);
        let key = (present.device.clone(), present.instance.clone());
        if doing.len() >= MANY && !doing.contains_key(&key) {
            return false;
        }
        let entry = Entry {
            since: present.since,
            plays,
            until: now + UNPUSHED,
        };
        let before = doing.insert(key, entry);
        before.is_none_or(|before| {
            (before.state(now), before.since) != (present.state, present.since)
        })
    }

    /// Forgets what a device does with an instance: it pushed. Returns whether something was known.
    pub fn clear(&self, account: i64, device: &str, instance: &str) -> bool {
        let mut all = self.lock();
        let Some(doing) = all.get_mut(&account) else {
            return false;
        };
        let key = (device.to_owned(), instance.to_owned());
        let was = doing.remove(&key).is_some();
        if doing.is_empty() {
            all.remove(&account);
        }
        was
    }

    /// Forgets a device.
    pub fn forget(&self, account: i64, device: &str) {
        if let Some(doing) = self.lock().get_mut(&account) {
            doing.retain(|(known, _), _| known != device);
        }
    }

    /// Returns what devices of an account do, the longest first.
    pub fn of(&self, account: i64, now: Instant) -> Vec<Present> {
        let all = self.lock();
        let doing = all.get(&account).into_iter().flatten();
        let mut found: Vec<_> = doing
            .filter(|(_, entry)| entry.until > now)
            .map(|((device, instance), entry)| Present {
                device: device.clone(),
                instance: instance.clone(),
                state: entry.state(now),
                since: entry.since,
            })
            .collect();
        found.sort_by(|a, b| (a.since, &a.device).cmp(&(b.since, &b.device)));
        found
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Doing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn present(device: &str, state: State, since: i64) -> Present {
        Present {
            device: device.to_owned(),
            instance: "i".to_owned(),
            state,
            since,
        }
    }

    #[test]
    fn who_plays_is_known_until_it_pushes_or_says_nothing_for_long() {
        let (presence, now) = (Presence::default(), Instant::now());
        let deck = present("deck", State::Playing, 5);
        assert!(presence.note(1, &deck, now));
        assert!(!presence.note(1, &deck, now), "others know");
        assert!(presence.note(1, &present("deck", State::Unpushed, 5), now));
        assert!(presence.note(1, &present("pc", State::Playing, 3), now));
        let names = |now| {
            let of = presence.of(1, now).into_iter();
            of.map(|present| present.device).collect::<Vec<_>>()
        };
        assert_eq!(names(now), ["pc", "deck"]);
        // Whoever plays and says nothing more has played, and pushed nothing.
        let later = presence.of(1, now + PLAYING);
        assert!(
            later.iter().all(|one| one.state == State::Unpushed),
            "{later:?}"
        );
        assert_eq!(names(now + PLAYING), ["pc", "deck"]);
        assert!(names(now + UNPUSHED).is_empty());
        assert!(presence.of(2, now).is_empty());
        assert!(presence.clear(1, "deck", "i"));
        assert!(!presence.clear(1, "deck", "i"));
        assert!(presence.note(1, &present("pc", State::Idle, 9), now));
        assert!(presence.lock().is_empty());
    }

    #[test]
    fn a_device_cannot_fill_the_memory() {
        let (presence, now) = (Presence::default(), Instant::now());
        for number in 0..2 * MANY {
            let mut one = present("deck", State::Playing, 5);
            one.instance = number.to_string();
            presence.note(1, &one, now);
        }
        assert_eq!(presence.of(1, now).len(), MANY);
        presence.forget(1, "deck");
        assert!(presence.of(1, now).is_empty());
    }
}
