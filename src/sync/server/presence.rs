//! Who else is at work: told and asked with the one request that a pull makes anyway.

use jiff::{Timestamp, tz::TimeZone};

use std::time::Duration;

use crate::{
    config::{layout::Layout, sync_file::SyncFile},
    domain::{
        catalogue::label,
        rest::session::{Other, Session as Said},
    },
    remote::control::{
        Control,
        activity::{self, Doing},
    },
    sync::{access::Access, credentials, event::note, session::Session, settings::Settings},
    texts::text,
};

/// How long the server is told for.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a server knows of a folder that is about to leave its instance.
#[derive(Debug)]
pub struct Presence(Access);

/// Returns what a server of ours may know of this folder; `None` where nothing can be told, or need be.
pub fn of_folder(settings: &Settings, layout: &Layout, was: &SyncFile) -> Option<Presence> {
    let server = super::remembered(settings, &was.location)?;
    if !server.has("presence") {
        return None;
    }
    let credentials = credentials::load(settings, layout, was, &|_| {}).ok()?;
    Access::new(was, settings, credentials).ok().map(Presence)
}

impl Presence {
    /// Says that this device does nothing with the instance any more. Where that fails, it is forgotten after
    /// a while.
    pub fn end(&self, settings: &Settings) {
        let question = self.0.question();
        if let Some(control) = Control::beside(&question) {
            let since = settings.now().as_second();
            let control = control.within(PATIENCE);
            let _ = activity::beat(&control, question.instance, Doing::Idle, since);
        }
    }
}

/// What a run has had to do with a server of ours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Met {
    /// Since when a game starts, where the server was told that: in seconds since 1970.
    pub announced: Option<i64>,
    /// Whether it has answered.
    pub reached: bool,
    /// Whether this run only said again what an earlier one found.
    pub repeated: bool,
}

/// Returns what a launch says of itself; `None` to a plain rest-server, and where no launch waits.
pub fn of(session: &Session<'_>) -> Option<Said> {
    if !session.launching {
        return None;
    }
    let server = super::remembered(session.settings, &session.sync.location)?;
    // A folder that stopped for a conflict will most likely do so again.
    let begins = session.settings.plays && session.state.conflict.is_none();
    let since = session.settings.now().as_second();
    server.has("presence").then_some(if begins {
        Said::Play { since }
    } else {
        Said::Look
    })
}

/// Tells the player of others who play, or have something that is not in the cloud yet.
pub fn tell(session: &Session<'_>, others: &[Other]) {
    let now = session.settings.now();
    for other in others {
        let device = label(&other.device);
        let since = Timestamp::from_second(other.since);
        let (Some(device), Ok(since)) = (device, since) else {
            continue;
        };
        let since = clock(since, now, &TimeZone::system());
        let sentence = if other.is_playing {
            text!("pull-other-playing", device = device, since = since)
        } else {
            text!("pull-other-unpushed", device = device, since = since)
        };
        note(session.listener, sentence);
    }
}

/// The time of day where it was today; else the day too.
fn clock(time: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (time, now) = (time.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let form = if time.date() == now.date() {
        "%H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    time.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_began_today_is_told_by_the_time_of_day() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let time = |text: &str| text.parse::<Timestamp>().expect(text);
        let now = time("2026-08-14T19:00:00Z");
        assert_eq!(clock(time("2026-08-14T18:14:00Z"), now, &zone), "20:14");
        let late = clock(time("2026-08-13T21:14:00Z"), now, &zone);
        assert_eq!(late, "2026-08-13 23:14");
    }
}
