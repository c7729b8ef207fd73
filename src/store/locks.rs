//! Locks that restic's processes put on a repository.
//!
//! Those of backups exclude nobody, also where their process died. One that somebody has who prunes
//! or checks excludes all others, dead or alive, until it is removed.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::texts::text;

/// From this age on restic counts a lock as left behind: a living process renews its own every 5
/// minutes.
const STALE: SignedDuration = SignedDuration::from_mins(30);

/// What `restic cat lock` prints.
#[derive(Debug, Clone, Deserialize)]
pub struct Lock {
    /// When it was last renewed, by its owner's clock, in RFC 3339.
    time: String,
    /// Whether it excludes all others.
    #[serde(default)]
    pub exclusive: bool,
    #[serde(default)]
    hostname: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    pid: u64,
}

impl Lock {
    /// Returns for how long it has been there: none where clocks disagree.
    pub fn age(&self, now: Timestamp) -> SignedDuration {
        let since = self.time.parse().unwrap_or(now);
        now.duration_since(since).max(SignedDuration::ZERO)
    }

    /// Returns whether whoever has it is gone, as far as its age tells.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.age(now) >= STALE
    }

    /// Returns its owner and age in words.
    pub fn words(&self, now: Timestamp) -> String {
        let name = |text: &str| -> String {
            let shown = text.chars().filter(|c| !c.is_control());
            shown.take(100).collect()
        };
        let (user, host) = (name(&self.username), name(&self.hostname));
        text!(
            "lock-owner",
            user = user,
            host = host,
            process = self.pid,
            age = age(self.age(now))
        )
    }
}

/// Says a time by its largest unit alone.
fn age(age: SignedDuration) -> String {
    match (age.as_mins(), age.as_hours()) {
        (0, _) => text!("lock-age-moment"),
        (minutes, 0) => text!("lock-age-minutes", number = minutes),
        (_, hours) if hours < 48 => text!("lock-age-hours", number = hours),
        (_, hours) => text!("lock-age-days", number = hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_says_whose_it_is_and_for_how_long() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a time");
        let lock = |time: &str| -> Lock {
            let json = format!(
                r#"{{"time":"{time}","exclusive":true,"hostname":"vm\n","username":"root","pid":28384,"uid":0}}"#
            );
            serde_json::from_str(&json).expect("a lock")
        };
        for (time, age, stale) in [
            ("2026-11-21T11:59:30.87119Z", "less than a minute", false),
            ("2026-11-21T12:31:00+01:00", "29 min", false),
            ("2026-11-21T11:30:00Z", "30 min", true),
            ("2026-11-20T11:30:00Z", "24 h", true),
            ("2026-11-01T11:30:00Z", "20 days", true),
            // Another clock, or nonsense.
            ("2027-11-21T11:30:00Z", "less than a minute", false),
            ("yesterday", "less than a minute", false),
        ] {
            let lock = lock(time);
            let words = format!("root@vm (process 28384) for {age}");
            assert_eq!((lock.words(now), lock.is_stale(now)), (words, stale));
        }
    }
}
