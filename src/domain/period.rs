//! Lengths of time as people write them: `12h`, `30d`, `2w`, `6m`, `1y`.

use jiff::SignedDuration;

/// Reads one. A month has 30 days and a year 365: nothing that this is for is more exact.
pub fn parse(text: &str) -> Result<SignedDuration, String> {
    let wrong =
        || format!("'{text}' is no length of time: a number and h, d, w, m or y, such as 30d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number: u32 = text[..text.len() - unit.len_utf8()]
        .parse()
        .map_err(|_| wrong())?;
    let hours = match unit {
        'h' => 1,
        'd' => 24,
        'w' => 7 * 24,
        'm' => 30 * 24,
        'y' => 365 * 24,
        _ => return Err(wrong()),
    };
    let hours = i64::from(number) * hours;
    // Longer than any clock runs.
    if hours > 1000 * 365 * 24 {
        return Err(wrong());
    }
    Ok(SignedDuration::from_hours(hours))
}

/// Writes one as [`parse`] reads it, in days where it is whole days.
pub fn short(period: SignedDuration) -> String {
    match period.as_hours() {
        hours if hours % 24 == 0 => format!("{}d", hours / 24),
        hours => format!("{hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_number_and_a_unit() {
        for (text, hours) in [
            ("12h", 12),
            ("30d", 720),
            ("2w", 336),
            ("6m", 4320),
            ("1y", 8760),
        ] {
            let period = parse(text).expect(text);
            assert_eq!(period.as_hours(), hours);
            assert_eq!(parse(&short(period)), Ok(period));
        }
        let written = |text| short(parse(text).expect(text));
        assert_eq!(
            (written("2w"), written("36h")),
            ("14d".to_owned(), "36h".to_owned())
        );
        assert!(parse("1000y").is_ok());
        for wrong in [
            "1001y",
            "",
            "d",
            "7",
            "-1d",
            "1.5d",
            "7 d",
            "4294967295y",
            "2\u{fc}",
            "\u{fc}",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
