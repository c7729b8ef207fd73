//! Times and sizes, for people.

use askama::Template;
use jiff::{Timestamp, tz::TimeZone};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Older times are told by their date.
const LONG: i64 = 30 * DAY;

/// A time, told from now. It says the same in every zone; the time itself is in UTC, since a server does not
/// know where who looks at it is.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "when.html")]
pub struct When {
    iso: String,
    full: String,
    date: String,
    age: Age,
}

/// How far away a time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Less than a minute.
    Now,
    /// So many minutes ago.
    Minutes(i64),
    /// So many hours ago.
    Hours(i64),
    /// So many days ago.
    Days(i64),
    /// Longer ago.
    Long,
    /// In so many minutes.
    InMinutes(i64),
    /// In so many hours.
    InHours(i64),
    /// In so many days.
    InDays(i64),
}

impl Age {
    fn of(at: i64, now: i64) -> Self {
        match now.saturating_sub(at) {
            since if since >= LONG => Self::Long,
            since if since >= DAY => Self::Days(since / DAY),
            since if since >= HOUR => Self::Hours(since / HOUR),
            since if since >= MINUTE => Self::Minutes(since / MINUTE),
            since if since > -MINUTE => Self::Now,
            // Half a unit more or less: what lasts 30 days begins with "in 30 days".
            since if since > -HOUR => Self::InMinutes((MINUTE / 2 - since) / MINUTE),
            since if since > -DAY => Self::InHours((HOUR / 2 - since) / HOUR),
            since => Self::InDays((DAY / 2).saturating_sub(since) / DAY),
        }
    }
}

impl When {
    /// Returns this time as seen from now; both in seconds since 1970.
    pub fn of(at: i64, now: i64) -> Self {
        let time = Timestamp::from_second(at).unwrap_or_default();
        let zoned = time.to_zoned(TimeZone::UTC);
        Self {
            iso: time.to_string(),
            full: zoned.strftime("%-d %B %Y, %H:%M UTC").to_string(),
            date: zoned.strftime("%-d %B %Y").to_string(),
            age: Age::of(at, now),
        }
    }
}

/// Returns the date of a day, counted from 1970.
pub fn date_of(day: i64) -> String {
    let time = Timestamp::from_second(day.saturating_mul(DAY)).unwrap_or_default();
    time.to_zoned(TimeZone::UTC)
        .strftime("%-d %b %Y")
        .to_string()
}

/// Returns a size such as `268 MB`.
pub fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let (mut unit, mut rest) = (0, bytes);
    // Up to the unit of which there are less than a thousand, also once it is rounded.
    while rest >= 999_500 && unit + 1 < UNITS.len() {
        rest /= 1000;
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or_default();
    let tenths = (rest + 50) / 100;
    if tenths < 100 {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    } else {
        format!("{} {name}", (rest + 500) / 1000)
    }
}

const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];

/// Returns the part of an id that tells it from others for people, as `setup` shows it.
pub fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_at_a_glance() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (1_540_000, "1.5 MB"),
            (9_960_000, "10 MB"),
            (268_400_000, "268 MB"),
            (999_600_000, "1.0 GB"),
            (u64::MAX, "18447 PB"),
        ] {
            assert_eq!(size(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn times_are_told_from_now() {
        let now = 1_795_000_000;
        for (at, text) in [
            (now, "just now"),
            (now - 59, "just now"),
            (now + 59, "just now"),
            (now - 60, "a minute ago"),
            (now - 3 * HOUR, "3 hours ago"),
            (now - DAY, "yesterday"),
            (now - 29 * DAY, "29 days ago"),
            (now - 40 * DAY, "9 October 2026"),
            (now + 80, "in a minute"),
            (now + 2 * HOUR, "in 2 hours"),
            (now + 9 * DAY - 5, "in 9 days"),
        ] {
            let html = When::of(at, now).render().expect("a time");
            assert!(html.contains(&format!(">{text}</time>")), "{at}: {html}");
        }
        let html = When::of(now, now).render().expect("a time");
        assert!(html.starts_with("<time datetime=\"2026-11-18T"), "{html}");
        assert!(html.contains("UTC\""), "{html}");
        // What a device says of its clock may be anything.
        assert!(When::of(i64::MAX, now).render().is_ok());
        assert!(When::of(i64::MIN, now).render().is_ok());
    }
}
