//! How much each account held, once a day.

use sqlx::Row;

use super::{Answer, Database, accounts};
use crate::domain::rest::name::AccountName;

/// How many days are kept.
pub const KEPT: i64 = 400;
/// The length of a day, in seconds.
const DAY: i64 = 24 * 60 * 60;

/// What an account held on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Which day: whole days since 1970, UTC.
    pub day: i64,
    /// How much.
    pub bytes: u64,
}

/// Returns the day of this time.
pub fn day_of(seconds: i64) -> i64 {
    seconds.div_euclid(DAY)
}

/// Returns the accounts that have no sample of this day yet.
pub async fn missing(database: &Database, day: i64) -> Answer<Vec<(i64, AccountName)>> {
    let rows = sqlx::query(
        "SELECT id, name FROM accounts WHERE NOT EXISTS
         (SELECT 1 FROM storage_samples WHERE account_id = accounts.id AND day = ?)
         ORDER BY id",
    )
    .bind(day)
    .fetch_all(&database.pool)
    .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| Ok((row.try_get("id")?, accounts::read_name(row)?));
    rows.iter().map(read).collect()
}

/// Remembers one, in the place of another one of the same day.
pub async fn put(database: &Database, account_id: i64, sample: Sample) -> Answer<()> {
    sqlx::query(
        "INSERT INTO storage_samples (account_id, day, bytes) VALUES (?, ?, ?)
         ON CONFLICT (account_id, day) DO UPDATE SET bytes = excluded.bytes",
    )
    .bind(account_id)
    .bind(sample.day)
    .bind(i64::try_from(sample.bytes).unwrap_or(i64::MAX))
    .execute(&database.pool)
    .await
    .map(drop)
}

/// Returns those of an account since this day, the oldest first.
pub async fn list(database: &Database, account_id: i64, since: i64) -> Answer<Vec<Sample>> {
    let rows = sqlx::query(
        "SELECT day, bytes FROM storage_samples WHERE account_id = ? AND day >= ? ORDER BY day",
    )
    .bind(account_id)
    .bind(since)
    .fetch_all(&database.pool)
    .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Sample {
            day: row.try_get("day")?,
            bytes: row.try_get::<i64, _>("bytes")?.cast_unsigned(),
        })
    };
    rows.iter().map(read).collect()
}

/// Forgets those of before this day.
pub async fn forget(database: &Database, before: i64) -> Answer<()> {
    sqlx::query("DELETE FROM storage_samples WHERE day < ?")
        .bind(before)
        .execute(&database.pool)
        .await
        .map(drop)
}
