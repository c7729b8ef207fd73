//! Times as people write them: `yesterday 18:00`, `2026-11-20 18:00`, `18:00`, `3 days ago`, and RFC
//! 3339. Nothing is guessed: what could be two moments, or is still to come, is an error.

use std::fmt;

use jiff::{
    Span, Timestamp, ToSpan, Zoned,
    civil::{Date, DateTime, Time},
    tz::AmbiguousOffset,
};

use crate::texts::text;

/// Why a text is no moment of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadTime {
    /// Nobody knows what it means.
    Unknown,
    /// It is a whole day.
    Day,
    /// It is still to come.
    Future(DateTime),
    /// Clocks showed it twice, when they were put back.
    Twice(DateTime),
    /// Clocks never showed it, since they were put forward.
    Never(DateTime),
}

impl fmt::Display for BadTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |time: &DateTime| time.strftime("%Y-%m-%d %H:%M").to_string();
        f.write_str(&match self {
            Self::Unknown => text!("when-unknown"),
            Self::Day => text!("when-day"),
            Self::Future(time) => text!("when-future", time = shown(time)),
            Self::Twice(time) => text!("when-twice", time = shown(time)),
            Self::Never(time) => text!("when-never", time = shown(time)),
        })
    }
}

/// Returns the moment that `text` means to somebody for whom it is `now`.
pub fn parse(text: &str, now: &Zoned) -> Result<Timestamp, BadTime> {
    let text = text.trim();
    let moment = match text.parse::<Timestamp>() {
        Ok(moment) => moment,
        Err(_) => understood(&text.to_lowercase(), now)?,
    };
    if moment > now.timestamp() {
        let time = moment.to_zoned(now.time_zone().clone()).datetime();
        return Err(BadTime::Future(time));
    }
    Ok(moment)
}

fn understood(text: &str, now: &Zoned) -> Result<Timestamp, BadTime> {
    if text.ends_with(" ago") {
        let back: Span = text.parse().map_err(|_| BadTime::Unknown)?;
        let then = now.checked_add(back).map_err(|_| BadTime::Unknown)?;
        return Ok(then.timestamp());
    }
    let words: Vec<&str> = text
        .split([' ', ',', '\t'])
        .filter(|word| !matches!(*word, "" | "at" | "um"))
        .collect();
    let (date, time) = match *words {
        [one] => match one.split_once('t') {
            Some((date, time)) if date.parse::<Date>().is_ok() => (day(date, now), clock(time)),
            _ if day(one, now).is_some() => return Err(BadTime::Day),
            _ => (Some(now.date()), clock(one)),
        },
        [date, time] => (day(date, now), clock(time)),
        _ => (None, None),
    };
    let (Some(date), Some(time)) = (date, time) else {
        return Err(BadTime::Unknown);
    };
    let wall = date.to_datetime(time);
    let found = now.time_zone().to_ambiguous_timestamp(wall);
    match found.offset() {
        AmbiguousOffset::Unambiguous { .. } => found.unambiguous().map_err(|_| BadTime::Unknown),
        AmbiguousOffset::Fold { .. } => Err(BadTime::Twice(wall)),
        AmbiguousOffset::Gap { .. } => Err(BadTime::Never(wall)),
    }
}

/// A day by its date or by its word.
fn day(word: &str, now: &Zoned) -> Option<Date> {
    let back = match word {
        "today" | "heute" => 0,
        "yesterday" | "gestern" => 1,
        "vorgestern" => 2,
        // Anything more than a date is something else.
        date => return (date.len() == 10).then(|| date.parse().ok()).flatten(),
    };
    now.date().checked_sub(back.days()).ok()
}

/// A time of day: `18:00`, `8:05`, `18:00:30`.
fn clock(word: &str) -> Option<Time> {
    let (hour, _) = word.split_once(':')?;
    let padded = if hour.len() == 1 {
        format!("0{word}")
    } else {
        word.to_owned()
    };
    let plain = padded
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b':');
    plain.then(|| padded.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    /// Saturday noon, two hours east of Greenwich in summer and one in winter.
    fn now() -> Zoned {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
        "2026-11-21T11:00:00Z"
            .parse::<Timestamp>()
            .expect("a time")
            .to_zoned(zone)
    }

    fn moment(text: &str) -> String {
        parse(text, &now()).map_or_else(|error| format!("{error:?}"), |time| time.to_string())
    }

    #[test]
    fn what_people_write_is_understood_in_their_zone() {
        for (text, time) in [
            ("2026-11-20T18:00:00Z", "2026-11-20T18:00:00Z"),
            ("2026-11-21T11:00:00Z", "2026-11-21T11:00:00Z"),
            ("2026-11-20T18:00:00+02:00", "2026-11-20T16:00:00Z"),
            ("2026-11-20 18:00", "2026-11-20T17:00:00Z"),
            ("2026-11-20T18:00", "2026-11-20T17:00:00Z"),
            ("2026-07-20 18:00:30", "2026-07-20T16:00:30Z"),
            (" Yesterday  18:00 ", "2026-11-20T17:00:00Z"),
            ("yesterday at 8:05", "2026-11-20T07:05:00Z"),
            ("gestern um 18:00", "2026-11-20T17:00:00Z"),
            ("today, 11:59", "2026-11-21T10:59:00Z"),
            ("08:00", "2026-11-21T07:00:00Z"),
            ("2h ago", "2026-11-21T09:00:00Z"),
            ("3 days ago", "2026-11-18T11:00:00Z"),
            ("1 week 2 hours ago", "2026-11-14T09:00:00Z"),
        ] {
            assert_eq!(moment(text), time, "{text}");
        }
    }

    #[test]
    fn what_could_be_two_moments_or_none_is_refused() {
        for text in [
            "",
            "soon",
            "18",
            "25:00",
            "18:00 uhr",
            "3 days",
            "in 3 days",
            "-3 days ago x",
            "20.11.2026 18:00",
            "2026-13-20 18:00",
            "2026-11-20 18:00 19:00",
            "yesterday noon",
            "2026-11-20 +1:00",
        ] {
            assert_eq!(parse(text, &now()), Err(BadTime::Unknown), "{text}");
        }
        assert_eq!(parse("yesterday", &now()), Err(BadTime::Day));
        assert_eq!(parse("2026-11-20", &now()), Err(BadTime::Day));
        assert_eq!(BadTime::Day.to_string(), text!("when-day"));
        for text in [
            "12:01",
            "today 18:00",
            "2027-01-01 00:00",
            "2030-01-01T00:00:00Z",
        ] {
            assert!(
                matches!(parse(text, &now()), Err(BadTime::Future(_))),
                "{text}"
            );
        }
        let odd = |text| parse(text, &now());
        assert!(matches!(odd("2026-10-25 02:30"), Err(BadTime::Twice(_))));
        assert!(matches!(odd("2026-03-29 02:30"), Err(BadTime::Never(_))));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_past_moment_or_an_error(text in "\\PC{0,40}|[0-9a-z :T+-]{0,30}") {
            let now = now();
            if let Ok(moment) = parse(&text, &now) {
                proptest::prop_assert!(moment <= now.timestamp());
            }
        }
    }
}
