//! Sizes, times and lists, as a player reads them.

use jiff::{Timestamp, tz::TimeZone};

use crate::texts::text;

/// Returns a size such as `268 MB` or `1.4 GB`.
pub fn size(bytes: u64) -> String {
    let mut unit = text!("size-kb");
    let mut tenths = tenths_of(bytes, 1_000);
    for (limit, name) in [
        (1_000_000, text!("size-mb")),
        (1_000_000_000, text!("size-gb")),
        (1_000_000_000_000, text!("size-tb")),
    ] {
        if bytes >= limit {
            unit = name;
            tenths = tenths_of(bytes, limit);
        }
    }
    if bytes < 1_000 {
        return text!("size-bytes", number = bytes);
    }
    // What is large needs no fraction.
    let number = if tenths >= 1_000 {
        text!("size-whole", number = (tenths + 5) / 10)
    } else {
        text!("size-fraction", number = tenths / 10, tenths = tenths % 10)
    };
    text!("size", number = number, unit = unit)
}

fn tenths_of(bytes: u64, unit: u64) -> u64 {
    (bytes / (unit / 10)).min(99_999_999)
}

/// Returns when that was, seen from `now`: `Today, 18:42`.
pub fn when(time: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (time, now) = (time.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let clock = time.strftime("%H:%M").to_string();
    let day = time.date();
    if day == now.date() {
        text!("time-today", clock = clock)
    } else if now.date().yesterday().is_ok_and(|before| before == day) {
        text!("time-yesterday", clock = clock)
    } else {
        text!("time-other", day = day.to_string(), clock = clock)
    }
}

/// Returns how long something still takes.
pub fn left(seconds: u64) -> String {
    match seconds {
        0..60 => text!("time-left-seconds", number = seconds),
        60..3600 => text!("time-left-minutes", number = seconds.div_ceil(60)),
        _ => text!("time-left-hours", number = seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{Language, speaking};

    #[test]
    fn sizes_are_read_at_a_glance() {
        let sizes = [
            (0, "0 B", "0 B"),
            (999, "999 B", "999 B"),
            (1_000, "1.0 KB", "1,0 KB"),
            (1_540_000, "1.5 MB", "1,5 MB"),
            (268_400_000, "268 MB", "268 MB"),
            (1_000_000_000, "1.0 GB", "1,0 GB"),
            (5_300_000_000_000, "5.3 TB", "5,3 TB"),
        ];
        for (bytes, english, german) in sizes {
            assert_eq!(speaking(Language::English, || size(bytes)), english);
            assert_eq!(speaking(Language::German, || size(bytes)), german);
        }
        assert!(size(u64::MAX).ends_with("TB"));
    }

    #[test]
    fn days_are_those_of_the_players_zone() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let now = at("2026-05-14T21:30:00Z");
        let when = |text: &str| when(at(text), now, &zone);
        assert_eq!(when("2026-05-14T16:42:00Z"), "Today, 18:42");
        assert_eq!(when("2026-05-13T22:01:00Z"), "Today, 00:01");
        assert_eq!(when("2026-05-13T21:59:00Z"), "Yesterday, 23:59");
        assert_eq!(when("2026-05-12T10:00:00Z"), "2026-05-12, 12:00");
        // A clock that is ahead.
        assert_eq!(when("2027-01-01T10:00:00Z"), "2027-01-01, 12:00");
    }

    #[test]
    fn what_is_left_is_rounded_up() {
        assert_eq!(left(8), "8 s left");
        assert_eq!(left(61), "2 min left");
        assert_eq!(left(3601), "2 h left");
    }
}
