//! The last push of each device into each instance.

use serde::Serialize;
use sqlx::Row;

use super::{Answer, Database};

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Push {
    /// Into which instance.
    #[serde(skip)]
    pub instance: String,
    /// The device's ULID.
    pub device: String,
    /// What it is called.
    pub name: String,
    /// When.
    pub at: i64,
    /// The snapshot.
    pub snapshot: String,
}

/// Remembers one.
pub async fn put(
    database: &Database,
    account_id: i64,
    (instance, device, snapshot): (&str, &str, &str),
    now: i64,
) -> Answer<()> {
    sqlx::query(
        "INSERT INTO pushes (account_id, instance_id, device_id, at, snapshot) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (account_id, instance_id, device_id)
         DO UPDATE SET at = excluded.at, snapshot = excluded.snapshot",
    )
    .bind(account_id)
    .bind(instance)
    .bind(device)
    .bind(now)
    .bind(snapshot)
    .execute(&database.pool)
    .await
    .map(drop)
}

/// Returns those of an account, the newest first.
pub async fn list(database: &Database, account_id: i64) -> Answer<Vec<Push>> {
    let rows = sqlx::query(
        "SELECT instance_id, device_id, devices.name, at, snapshot
         FROM pushes JOIN devices ON devices.id = device_id
         WHERE pushes.account_id = ? ORDER BY at DESC, device_id",
    )
    .bind(account_id)
    .fetch_all(&database.pool)
    .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Push {
            instance: row.try_get("instance_id")?,
            device: row.try_get("device_id")?,
            name: row.try_get("name")?,
            at: row.try_get("at")?,
            snapshot: row.try_get("snapshot")?,
        })
    };
    rows.iter().map(read).collect()
}
