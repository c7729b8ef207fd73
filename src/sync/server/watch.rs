//! Listening to a server of ours: what other devices do with an instance, as it happens. It changes nothing
//! here: the next pull does.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    domain::ids::InstanceId,
    error::{Error, Kind, Result},
    remote::control::{
        Control,
        devices::{self, Device},
        events::{self, Happened, Heard},
    },
    sync::{access::Access, settings::Settings},
};

/// The first pause before the server is asked again, and the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// For how long a server may be away before it is given up.
const GIVE_UP: Duration = Duration::from_hours(1);

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It is listened, from here on.
    Listening,
    /// Another device pushed.
    Pushed {
        /// Which.
        device: String,
        /// The snapshot.
        snapshot: String,
    },
    /// Another device began or ended a session.
    Session {
        /// Which.
        device: String,
        /// `playing`, `unpushed`, `idle`.
        state: String,
        /// Since when, in seconds since 1970.
        since: i64,
    },
    /// Some of what happened was not heard.
    Missed,
    /// The server is away; it is asked again after this pause.
    Away {
        /// Why.
        why: String,
        /// How long.
        pause: Duration,
    },
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoOn {
    /// Yes.
    Yes,
    /// It is enough.
    Enough,
}

/// Listens until it is enough, the server says no, or it is away for too long.
pub fn watch(
    settings: &Settings,
    access: &Access,
    tell: &mut dyn FnMut(Seen) -> GoOn,
) -> Result<()> {
    let question = access.question();
    let control = super::control(settings, &question, "events", "tells nobody what happens")?;
    let mut pauses = Pauses::default();
    loop {
        let lost = match listen(&control, question.instance, pauses.began, tell) {
            Ok(()) => return Ok(()),
            Err(Lost { error, .. }) if error.kind() != Kind::Offline => return Err(error),
            Err(lost) => lost,
        };
        if lost.had_begun {
            pauses = Pauses {
                began: true,
                ..Pauses::default()
            };
        }
        let Some(pause) = pauses.next(Instant::now()) else {
            return Err(lost
                .error
                .hint("It was tried for an hour. Nothing is lost: a pull asks by itself."));
        };
        let why = lost.error.to_string();
        if tell(Seen::Away { why, pause }) == GoOn::Enough {
            return Ok(());
        }
        thread::sleep(pause);
    }
}

/// Pauses between tries, each twice as long as the one before.
#[derive(Debug, Default)]
struct Pauses {
    /// Whether it was ever listened.
    began: bool,
    since: Option<Instant>,
    last: Option<Duration>,
}

impl Pauses {
    /// Returns how long to wait; `None` where it is enough.
    fn next(&mut self, now: Instant) -> Option<Duration> {
        let since = *self.since.get_or_insert(now);
        if now.duration_since(since) > GIVE_UP {
            return None;
        }
        let pause = self
            .last
            .map_or(FIRST_PAUSE, |last| (last * 2).min(LONGEST_PAUSE));
        self.last = Some(pause);
        Some(pause)
    }
}

/// Why it is not listened any more.
struct Lost {
    error: Error,
    /// Whether it was before.
    had_begun: bool,
}

impl From<Error> for Lost {
    fn from(error: Error) -> Self {
        Self {
            error,
            had_begun: false,
        }
    }
}

/// Listens on one connection.
fn listen(
    control: &Control<'_>,
    instance: InstanceId,
    is_again: bool,
    tell: &mut dyn FnMut(Seen) -> GoOn,
) -> std::result::Result<(), Lost> {
    // Listened first, and asked who is there after: nobody who comes in between is missed.
    let mut stream = events::listen(control)?.map_err(Error::from)?;
    let mut known = devices::list(control)?.map_err(Error::from)?;
    let mut tell = |seen| tell(seen) == GoOn::Enough;
    if (is_again && tell(Seen::Missed)) || tell(Seen::Listening) {
        return Ok(());
    }
    let instance = instance.to_string();
    loop {
        let heard = stream.next().map_err(|error| Lost {
            error,
            had_begun: true,
        })?;
        if heard == Heard::Happened(Happened::Devices) {
            // Where that fails, a name is the one of before.
            if let Ok(Ok(devices)) = devices::list(control) {
                known = devices;
            }
        }
        if let Some(seen) = seen(heard, &instance, &known)
            && tell(seen)
        {
            return Ok(());
        }
    }
}

/// What of it is about this instance, and not this device's own.
fn seen(heard: Heard, instance: &str, known: &[Device]) -> Option<Seen> {
    let other = |id: &str| {
        let device = known.iter().find(|device| device.id == id);
        let is_this = device.is_some_and(|device| device.is_this);
        let name = device.map_or(id, |device| &device.name);
        (!is_this).then(|| name.to_owned())
    };
    match heard {
        Heard::Missed => Some(Seen::Missed),
        Heard::Happened(Happened::Snapshot {
            instance: of,
            snapshot,
            device,
        }) if of == instance => Some(Seen::Pushed {
            device: other(&device)?,
            snapshot,
        }),
        Heard::Happened(Happened::Presence {
            instance: of,
            device,
            state,
            since,
        }) if of == instance => Some(Seen::Session {
            device: other(&device)?,
            state,
            since,
        }),
        Heard::Happened(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str, is_this: bool) -> Device {
        Device {
            id: id.to_owned(),
            name: format!("the {id}"),
            kind: "other".to_owned(),
            created_at: 1,
            last_seen_at: None,
            revoked_at: None,
            is_this,
        }
    }

    fn pushed(instance: &str, device: &str) -> Heard {
        Heard::Happened(Happened::Snapshot {
            instance: instance.to_owned(),
            snapshot: "s".to_owned(),
            device: device.to_owned(),
        })
    }

    #[test]
    fn what_others_do_with_this_instance_is_told_and_nothing_else() {
        let known = [device("deck", false), device("pc", true)];
        let told = Seen::Pushed {
            device: "the deck".to_owned(),
            snapshot: "s".to_owned(),
        };
        assert_eq!(seen(pushed("i", "deck"), "i", &known), Some(told));
        assert_eq!(seen(pushed("i", "pc"), "i", &known), None);
        assert_eq!(seen(pushed("j", "deck"), "i", &known), None);
        let playing = |instance: &str, device: &str| {
            Heard::Happened(Happened::Presence {
                instance: instance.to_owned(),
                device: device.to_owned(),
                state: "playing".to_owned(),
                since: 7,
            })
        };
        let session = Seen::Session {
            device: "the deck".to_owned(),
            state: "playing".to_owned(),
            since: 7,
        };
        assert_eq!(seen(playing("i", "deck"), "i", &known), Some(session));
        assert_eq!(seen(playing("i", "pc"), "i", &known), None);
        assert_eq!(seen(playing("j", "deck"), "i", &known), None);
        assert_eq!(seen(Heard::Missed, "i", &known), Some(Seen::Missed));
        assert_eq!(seen(Heard::Happened(Happened::Devices), "i", &known), None);
    }

    #[test]
    fn pauses_grow_to_a_minute_and_end_after_an_hour() {
        let (mut pauses, begun) = (Pauses::default(), Instant::now());
        let seconds: Vec<u64> = (0..8)
            .filter_map(|_| Some(pauses.next(begun)?.as_secs()))
            .collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert!(pauses.next(begun + GIVE_UP).is_some());
        assert!(pauses.next(begun + GIVE_UP + FIRST_PAUSE).is_none());
    }
}
