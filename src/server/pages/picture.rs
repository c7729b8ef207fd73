//! How much an account held over time, as a picture: a line over days, and the quota above it.

use super::shown::{date_of, size};
use crate::server::database::samples::Sample;

/// How large it is, in pixels, with room for words on the left and below.
const WIDTH: u64 = 640;
const HEIGHT: u64 = 200;
const LEFT: u64 = 70;
const BOTTOM: u64 = 30;
const TOP: u64 = 12;
const RIGHT: u64 = 12;

/// The picture.
#[derive(Debug)]
pub struct Picture {
    /// The line, as points of a polyline.
    pub line: String,
    /// The area below it.
    pub area: String,
    /// Where a lone day is.
    pub last: (u64, u64),
    /// Lines across, with what they stand for.
    pub marks: Vec<(u64, String)>,
    /// How high the quota is, where there is one and it has room in the picture.
    pub quota: Option<u64>,
    /// The first day, and the last one.
    pub days: (String, String),
    /// Each day and what was held, the newest first: what the picture says, in words.
    pub table: Vec<(String, String)>,
}

/// How many days the table has.
const TABLE: usize = 14;

impl Picture {
    /// Draws what was held each day, the oldest first; there is one day at least.
    pub fn of(samples: &[Sample], quota: Option<u64>) -> Self {
        let first = samples.first().map_or(0, |sample| sample.day);
        let last = samples.last().map_or(0, |sample| sample.day);
        let held = samples.iter().map(|sample| sample.bytes).max().unwrap_or(0);
        // The quota is drawn once half of it is used: until then the line would lie on the ground.
        let quota = quota.filter(|quota| held >= *quota / 2);
        let top = nice(held.max(quota.unwrap_or(0)).max(1));
        let days = u64::try_from(last - first).unwrap_or(0).max(1);
        let (wide, high) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        let y = |bytes: u64| TOP + high - scaled(bytes, high, top);
        let x = |day: i64| {
            let since = u64::try_from(day - first).unwrap_or(0);
            // A lone day is today, and stands on the right.
            if first == last {
                LEFT + wide
            } else {
                LEFT + scaled(since, wide, days)
            }
        };
        let points: Vec<_> = samples
            .iter()
            .map(|sample| (x(sample.day), y(sample.bytes)))
            .collect();
        let line: Vec<_> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let line = line.join(" ");
        let ground = TOP + high;
        let ends = (points.first(), points.last());
        let area = match ends {
            (Some((from, _)), Some((to, _))) => {
                format!("{from},{ground} {line} {to},{ground}")
            }
            _ => String::new(),
        };
        let newest = samples.iter().rev().take(TABLE);
        Self {
            area,
            line,
            last: points.last().copied().unwrap_or((LEFT, ground)),
            marks: [0, top / 2, top]
                .into_iter()
                .map(|bytes| (y(bytes), size(bytes)))
                .collect(),
            quota: quota.map(y),
            days: (date_of(first), date_of(last)),
            table: newest
                .map(|sample| (date_of(sample.day), size(sample.bytes)))
                .collect(),
        }
    }
}

/// Returns `part` of `whole` as a length.
fn scaled(part: u64, length: u64, whole: u64) -> u64 {
    let wide = u128::from(part) * u128::from(length) / u128::from(whole.max(1));
    u64::try_from(wide).unwrap_or(length).min(length)
}

/// Returns a round number that is not smaller: 1, 2 or 5 and zeros.
fn nice(bytes: u64) -> u64 {
    let mut step: u64 = 1;
    loop {
        for factor in [1, 2, 5] {
            match step.checked_mul(factor) {
                Some(round) if round >= bytes => return round,
                Some(_) => {}
                None => return u64::MAX,
            }
        }
        match step.checked_mul(10) {
            Some(next) => step = next,
            None => return u64::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(all: &[(i64, u64)]) -> Vec<Sample> {
        let one = |&(day, bytes): &(i64, u64)| Sample { day, bytes };
        all.iter().map(one).collect()
    }

    #[test]
    fn more_is_higher_and_later_is_further_right() {
        let picture = Picture::of(&samples(&[(0, 0), (5, 500), (10, 1000)]), Some(1000));
        assert_eq!(picture.line, "70,170 349,91 628,12");
        assert_eq!(picture.area, "70,170 70,170 349,91 628,12 628,170");
        assert_eq!(picture.quota, Some(12));
        assert_eq!(picture.last, (628, 12));
        assert_eq!(picture.marks[2], (12, "1.0 kB".to_owned()));
        assert_eq!(
            picture.days,
            ("1 Jan 1970".to_owned(), "11 Jan 1970".to_owned())
        );
        assert_eq!(
            picture.table[0],
            ("11 Jan 1970".to_owned(), "1.0 kB".to_owned())
        );
    }

    #[test]
    fn a_picture_has_bounds_whatever_was_held() {
        for all in [
            vec![],
            vec![(3, 0)],
            vec![(3, u64::MAX)],
            vec![(0, u64::MAX), (400, 0)],
        ] {
            for quota in [None, Some(0), Some(u64::MAX)] {
                let picture = Picture::of(&samples(&all), quota);
                for point in picture.line.split_whitespace() {
                    let (x, y) = point.split_once(',').expect("a point");
                    let (x, y): (u64, u64) = (x.parse().expect("x"), y.parse().expect("y"));
                    assert!((LEFT..=WIDTH).contains(&x), "{all:?}: {point}");
                    assert!((TOP..=HEIGHT).contains(&y), "{all:?}: {point}");
                }
            }
        }
        // A quota that is far away would make the line lie on the ground.
        assert_eq!(Picture::of(&samples(&[(1, 5)]), Some(1 << 40)).quota, None);
    }

    #[test]
    fn scales_end_in_round_numbers() {
        for (bytes, expected) in [(1, 1), (3, 5), (6, 10), (201, 500), (u64::MAX, u64::MAX)] {
            assert_eq!(nice(bytes), expected, "{bytes}");
        }
    }
}
