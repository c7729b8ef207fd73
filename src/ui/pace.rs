//! How fast a work goes, and how long it still takes.

use std::time::Duration;

/// How fast a work goes.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Bytes each second.
    pub bytes_per_second: u64,
}

impl Pace {
    /// Returns the pace of so many bytes in that time.
    pub fn of(bytes: u64, elapsed: Duration) -> Self {
        let millis = elapsed.as_millis().max(1);
        let bytes_per_second = u128::from(bytes) * 1000 / millis;
        Self {
            bytes_per_second: u64::try_from(bytes_per_second).unwrap_or(u64::MAX),
        }
    }

    /// Returns how long so many bytes take; `None` while nothing moves.
    pub fn time_for(self, bytes: u64) -> Option<Duration> {
        let seconds = bytes.checked_div(self.bytes_per_second)?;
        Some(Duration::from_secs(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_tells_the_time_that_is_left() {
        let pace = Pace::of(3_000_000, Duration::from_millis(1500));
        assert_eq!(pace.bytes_per_second, 2_000_000);
        assert_eq!(pace.time_for(9_000_000), Some(Duration::from_secs(4)));
        assert_eq!(pace.time_for(0), Some(Duration::ZERO));
        let stuck = Pace::of(0, Duration::ZERO);
        assert_eq!((stuck.bytes_per_second, stuck.time_for(1)), (0, None));
        assert_eq!(
            Pace::of(u64::MAX, Duration::ZERO).bytes_per_second,
            u64::MAX
        );
    }
}
