//! Maintenance grants: one device may remove things from one repository, for a while.

use serde::Serialize;
use sqlx::Row;

use super::{Answer, Database};
use crate::domain::rest::name::{AccountName, RepositoryId};

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Grant {
    /// A ULID.
    pub id: String,
    /// Whose it is.
    pub account: String,
    /// What the device is called.
    pub device: String,
    /// Which repository.
    pub instance: String,
    /// Since when.
    pub created_at: i64,
    /// Until when.
    pub expires_at: i64,
    /// Since when no more, where somebody took it back.
    pub revoked_at: Option<i64>,
}

/// Adds one.
pub async fn add(
    database: &Database,
    (id, device): (&str, &str),
    instance: RepositoryId,
    (now, expires_at): (i64, i64),
) -> Answer<()> {
    sqlx::query(
        "INSERT INTO grants (id, device_id, instance_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(device)
    .bind(instance.to_string())
    .bind(now)
    .bind(expires_at)
    .execute(&database.pool)
    .await
    .map(drop)
}

/// Returns until when this device may remove things from this repository, where it may.
pub async fn until(
    database: &Database,
    device: &str,
    instance: RepositoryId,
    now: i64,
) -> Answer<Option<i64>> {
    let row = sqlx::query(
        "SELECT max(expires_at) AS until FROM grants
         WHERE device_id = ? AND instance_id = ? AND revoked_at IS NULL AND expires_at > ?",
    )
    .bind(device)
    .bind(instance.to_string())
    .bind(now)
    .fetch_one(&database.pool)
    .await?;
    row.try_get("until")
}

/// Takes one back. Returns whether it was there, and still good.
pub async fn revoke(database: &Database, id: &str, now: i64) -> Answer<bool> {
    let done = sqlx::query(
        "UPDATE grants SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL AND expires_at > ?",
    )
    .bind(now)
    .bind(id)
    .bind(now)
    .execute(&database.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Returns those of an account, or all, the newest first.
pub async fn list(database: &Database, account: Option<&AccountName>) -> Answer<Vec<Grant>> {
    let rows = sqlx::query(
        "SELECT grants.id, accounts.name AS account, devices.name AS device, instance_id, grants.created_at,
                expires_at, grants.revoked_at
         FROM grants JOIN devices ON devices.id = grants.device_id
                     JOIN accounts ON accounts.id = devices.account_id
         WHERE ? IS NULL OR accounts.name = ?
         ORDER BY grants.created_at DESC, grants.id DESC",
    )
    .bind(account.map(AccountName::as_str))
    .bind(account.map(AccountName::as_str))
    .fetch_all(&database.pool)
    .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Grant {
            id: row.try_get("id")?,
            account: row.try_get("account")?,
            device: row.try_get("device")?,
            instance: row.try_get("instance_id")?,
            created_at: row.try_get("created_at")?,
            expires_at: row.try_get("expires_at")?,
            revoked_at: row.try_get("revoked_at")?,
        })
    };
    rows.iter().map(read).collect()
}
