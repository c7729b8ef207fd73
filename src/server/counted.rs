//! The time as the server itself counted it, for what is thrown away for good.
//!
//! A clock that is set far ahead by mistake would empty the trash at once. This one never runs more than
//! twice as fast as time passes while the server runs: it catches up with a clock that is right, and a wrong
//! one gains nothing that matters. A clock that is behind counts at once: then the other was wrong.

use std::time::Duration;

use super::database::{Answer, Database, counted};

/// Goes on counting: `passed` since the last time, up to `clock`. Returns the time.
pub async fn go_on(database: &Database, passed: Duration, clock: i64) -> Answer<i64> {
    let before = counted::read(database).await?;
    let now = after(before, passed, clock);
    if before != Some(now) {
        counted::write(database, now).await?;
    }
    Ok(now)
}

fn after(before: Option<i64>, passed: Duration, clock: i64) -> i64 {
    let Some(before) = before else {
        // A server that never counted: nothing says that its clock is wrong.
        return clock;
    };
    let most = i64::try_from(passed.as_secs())
        .unwrap_or(i64::MAX)
        .saturating_mul(2);
    clock.min(before.saturating_add(most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::database::IfMissing;

    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;

    #[test]
    fn a_clock_that_jumps_ahead_is_followed_slowly_and_one_that_jumps_back_at_once() {
        let hour = Duration::from_secs(3600);
        assert_eq!(after(None, Duration::ZERO, 5), 5);
        assert_eq!(after(Some(0), hour, HOUR), HOUR);
        assert_eq!(after(Some(0), hour, 400 * DAY), 2 * HOUR);
        assert_eq!(after(Some(0), Duration::ZERO, 400 * DAY), 0, "a start");
        assert_eq!(after(Some(400 * DAY), hour, DAY), DAY);
        // Off for a week: it has caught up after a week.
        let mut counted = 0;
        for hour_since in 1..=7 * 24 {
            counted = after(Some(counted), hour, 7 * DAY + hour_since * HOUR);
        }
        assert_eq!(counted, 14 * DAY);
        assert_eq!(after(Some(i64::MAX - 1), hour, i64::MAX), i64::MAX);
    }

    #[tokio::test]
    async fn what_was_counted_outlives_the_server() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("server.db");
        let open = async || Database::open(&file, IfMissing::Make).await.expect("opens");
        let first = open().await;
        let count = async |database: &Database, passed: i64, clock: i64| {
            let passed = Duration::from_secs(passed.unsigned_abs());
            go_on(database, passed, clock).await.expect("counts")
        };
        assert_eq!(count(&first, 0, 1000).await, 1000);
        assert_eq!(count(&first, 100, 1100).await, 1100);
        first.close().await;
        let second = open().await;
        assert_eq!(count(&second, 0, 1000 + 90 * DAY).await, 1100);
        assert_eq!(count(&second, 50, 1000 + 90 * DAY).await, 1200);
        assert_eq!(count(&second, 50, 1250).await, 1250);
    }
}
