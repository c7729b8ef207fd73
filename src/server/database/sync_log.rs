//! The sync log: which device did what with which instance, and when. The oldest rows go.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::{Answer, Database};

/// How many rows an account keeps.
pub const KEPT: i64 = 2000;

/// What a device did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "SyncAction")]
pub enum What {
    /// It added a snapshot. The server writes this one itself.
    Pushed,
    /// It took over what others pushed.
    Pulled,
    /// It put together what two devices did.
    Merged,
    /// It found that two devices changed the same.
    Forked,
    /// It did not get through.
    Failed,
}

impl What {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pushed => "pushed",
            Self::Pulled => "pulled",
            Self::Merged => "merged",
            Self::Forked => "forked",
            Self::Failed => "failed",
        }
    }

    fn of(word: &str) -> Self {
        let known = [Self::Pushed, Self::Pulled, Self::Merged, Self::Forked];
        let mut known = known.into_iter();
        known
            .find(|what| what.as_str() == word)
            .unwrap_or(Self::Failed)
    }
}

/// What is written down.
#[derive(Debug, Clone)]
pub struct NewEntry<'a> {
    /// The account's number.
    pub account_id: i64,
    /// When.
    pub at: i64,
    /// The device's ULID.
    pub device: &'a str,
    /// The instance's.
    pub instance: &'a str,
    /// What it did.
    pub what: What,
    /// The snapshot that came of it, or that it is about.
    pub snapshot: Option<&'a str>,
    /// How many bytes went over the line.
    pub bytes: Option<u64>,
    /// How many worlds and other units it was about.
    pub units: Option<u64>,
    /// Why, as a word.
    pub reason: Option<&'a str>,
}

/// A row, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "SyncLogEntry")]
pub struct Entry {
    /// Its number: later ones are larger.
    pub id: i64,
    /// When.
    pub at: i64,
    /// The device's ULID.
    pub device: String,
    /// What the device is called.
    pub name: String,
    /// The instance's ULID.
    pub instance: String,
    /// What it did.
    pub what: What,
    /// The snapshot that came of it, or that it is about.
    pub snapshot: Option<String>,
    /// How many bytes went over the line.
    pub bytes: Option<u64>,
    /// How many worlds and other units it was about.
    pub units: Option<u64>,
    /// Why, as a word.
    pub reason: Option<String>,
}

/// Adds one.
pub async fn add(database: &Database, entry: &NewEntry<'_>) -> Answer<()> {
    sqlx::query(
        "INSERT INTO sync_log (account_id, at, device_id, instance_id, what, snapshot, bytes, units, reason)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(entry.account_id)
    .bind(entry.at)
    .bind(entry.device)
    .bind(entry.instance)
    .bind(entry.what.as_str())
    .bind(entry.snapshot)
    .bind(entry.bytes.map(u64::cast_signed))
    .bind(entry.units.map(u64::cast_signed))
    .bind(entry.reason)
    .execute(&database.pool)
    .await
    .map(drop)
}

/// Returns the newest of an account before this number, the newest first; of one instance, or of all.
pub async fn list(
    database: &Database,
    account_id: i64,
    instance: Option<&str>,
    before: Option<i64>,
    limit: u32,
) -> Answer<Vec<Entry>> {
    let rows = sqlx::query(
        "SELECT sync_log.id, at, device_id, devices.name, instance_id, what, snapshot, bytes, units, reason
         FROM sync_log JOIN devices ON devices.id = device_id
         WHERE sync_log.account_id = ? AND sync_log.id < ? AND (? IS NULL OR instance_id = ?)
         ORDER BY sync_log.id DESC LIMIT ?",
    )
    .bind(account_id)
    .bind(before.unwrap_or(i64::MAX))
    .bind(instance)
    .bind(instance)
    .bind(limit)
    .fetch_all(&database.pool)
    .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        let number = |name| {
            row.try_get::<Option<i64>, _>(name)
                .map(|n| n.map(i64::cast_unsigned))
        };
        Ok(Entry {
            id: row.try_get("id")?,
            at: row.try_get("at")?,
            device: row.try_get("device_id")?,
            name: row.try_get("name")?,
            instance: row.try_get("instance_id")?,
            what: What::of(row.try_get("what")?),
            snapshot: row.try_get("snapshot")?,
            bytes: number("bytes")?,
            units: number("units")?,
            reason: row.try_get("reason")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Forgets of each account what is more than `kept`.
pub async fn trim(database: &Database, kept: i64) -> Answer<()> {
    let rows =
        sqlx::query("SELECT account_id FROM sync_log GROUP BY account_id HAVING count(*) > ?")
            .bind(kept)
            .fetch_all(&database.pool)
            .await?;
    for row in rows {
        let account: i64 = row.try_get("account_id")?;
        sqlx::query(
            "DELETE FROM sync_log WHERE account_id = ? AND id <=
             (SELECT id FROM sync_log WHERE account_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
        )
        .bind(account)
        .bind(account)
        .bind(kept)
        .execute(&database.pool)
        .await?;
    }
    Ok(())
}
