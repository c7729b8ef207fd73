//! Maintenance grants that devices ask for, until a person decides.

use schemars::JsonSchema;
use serde::Serialize;
use sqlx::Row;

use super::{Answer, Database};

/// How long one waits for an answer, in seconds.
const OPEN: i64 = 24 * 60 * 60;

/// A row that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "GrantRequest")]
pub struct Request {
    /// A ULID.
    pub id: String,
    /// The device's ULID.
    pub device: String,
    /// What it is called.
    pub name: String,
    /// Which repository.
    pub instance: String,
    /// For how long, from the yes on.
    pub minutes: u32,
    /// Since when it waits.
    pub created_at: i64,
    /// Until when.
    pub expires_at: i64,
}

/// Adds one, in the place of one that this device has for this repository.
pub async fn add(
    database: &Database,
    (id, device, instance): (&str, &str, &str),
    minutes: u32,
    now: i64,
) -> Answer<()> {
    let mut together = database.pool.begin().await?;
    sqlx::query(
        "DELETE FROM grant_requests WHERE device_id = ? AND instance_id = ? AND decided_at IS NULL",
    )
    .bind(device)
    .bind(instance)
    .execute(&mut *together)
    .await?;
    sqlx::query(
        "INSERT INTO grant_requests (id, device_id, instance_id, minutes, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(device)
    .bind(instance)
    .bind(minutes)
    .bind(now)
    .bind(now + OPEN)
    .execute(&mut *together)
    .await?;
    together.commit().await
}

/// Returns those of an account that wait, the newest first.
pub async fn list(database: &Database, account_id: i64, now: i64) -> Answer<Vec<Request>> {
    let rows = sqlx::query(
        "SELECT grant_requests.id, device_id, devices.name, instance_id, minutes,
                grant_requests.created_at, expires_at
         FROM grant_requests JOIN devices ON devices.id = device_id
         WHERE devices.account_id = ? AND devices.revoked_at IS NULL AND decided_at IS NULL AND expires_at > ?
         ORDER BY grant_requests.created_at DESC, grant_requests.id DESC",
    )
    .bind(account_id)
    .bind(now)
    .fetch_all(&database.pool)
    .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Request {
            id: row.try_get("id")?,
            device: row.try_get("device_id")?,
            name: row.try_get("name")?,
            instance: row.try_get("instance_id")?,
            minutes: row.try_get("minutes")?,
            created_at: row.try_get("created_at")?,
            expires_at: row.try_get("expires_at")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Says yes or no to one of an account; a yes makes the grant with this id. Returns what it was, where it
/// waited.
pub async fn decide(
    database: &Database,
    account_id: i64,
    id: &str,
    grant: Option<&str>,
    now: i64,
) -> Answer<Option<Request>> {
    let waiting = list(database, account_id, now).await?;
    let Some(request) = waiting.into_iter().find(|request| request.id == id) else {
        return Ok(None);
    };
    let mut together = database.pool.begin().await?;
    // Once: of two who decide at the same time, the second finds nothing that waits.
    let decided = sqlx::query(
        "UPDATE grant_requests SET decided_at = ? WHERE id = ? AND decided_at IS NULL AND expires_at > ?",
    )
    .bind(now)
    .bind(id)
    .bind(now)
    .execute(&mut *together)
    .await?;
    if decided.rows_affected() != 1 {
        return Ok(None);
    }
    if let Some(grant) = grant {
        sqlx::query(
            "INSERT INTO grants (id, device_id, instance_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(grant)
        .bind(&request.device)
        .bind(&request.instance)
        .bind(now)
        .bind(now + i64::from(request.minutes) * 60)
        .execute(&mut *together)
        .await?;
        sqlx::query("UPDATE grant_requests SET grant_id = ? WHERE id = ?")
            .bind(grant)
            .bind(id)
            .execute(&mut *together)
            .await?;
    }
    together.commit().await?;
    Ok(Some(request))
}
