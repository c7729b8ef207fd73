//! What was done to accounts, devices and grants, and by whom. Rows are only ever added.

use serde::Serialize;
use sqlx::Row;

use super::{Answer, Database};

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "AuditEntry")]
pub struct Entry {
    /// When.
    pub at: i64,
    /// Who did it.
    pub actor: String,
    /// What.
    pub what: String,
    /// To whom or what; never a secret.
    pub about: String,
}

/// Adds one.
pub async fn add(database: &Database, entry: &Entry) -> Answer<()> {
    sqlx::query("INSERT INTO audit (at, actor, what, about) VALUES (?, ?, ?, ?)")
        .bind(entry.at)
        .bind(&entry.actor)
        .bind(&entry.what)
        .bind(&entry.about)
        .execute(&database.pool)
        .await
        .map(drop)
}

/// Returns the newest `limit` of them, the oldest first.
pub async fn list(database: &Database, limit: u32) -> Answer<Vec<Entry>> {
    let rows = sqlx::query("SELECT at, actor, what, about FROM audit ORDER BY id DESC LIMIT ?")
        .bind(limit)
        .fetch_all(&database.pool)
        .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Entry {
            at: row.try_get("at")?,
            actor: row.try_get("actor")?,
            what: row.try_get("what")?,
            about: row.try_get("about")?,
        })
    };
    rows.iter().rev().map(read).collect()
}
