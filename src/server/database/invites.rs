//! Invites: each lets somebody make one account, for a while.

use serde::Serialize;
use sqlx::Row;

use super::{Answer, Database};
use crate::server::token::Token;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Invite {
    /// A ULID.
    pub id: String,
    /// Who made it.
    pub made_by: String,
    /// Since when it is there.
    pub created_at: i64,
    /// Until when it is good.
    pub expires_at: i64,
    /// How many bytes the account may hold; null: no bound.
    pub quota_bytes: Option<u64>,
    /// How many instances it may have.
    pub instance_limit: u64,
    /// When it was used.
    pub used_at: Option<i64>,
    /// By which account.
    pub account: Option<String>,
}

/// What a new one is.
#[derive(Debug, Clone)]
pub struct NewInvite<'a> {
    /// A ULID.
    pub id: &'a str,
    /// Who makes it.
    pub made_by: &'a str,
    /// From when until when.
    pub times: (i64, i64),
    /// How many bytes the account may hold.
    pub quota_bytes: Option<u64>,
    /// How many instances it may have.
    pub instance_limit: u64,
}

/// Adds one.
pub async fn add(database: &Database, invite: &NewInvite<'_>, token: &Token) -> Answer<()> {
    sqlx::query(
        "INSERT INTO invites (id, token_hash, made_by, created_at, expires_at, quota_bytes, instance_limit)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(invite.id)
    .bind(token.hash().as_bytes().as_slice())
    .bind(invite.made_by)
    .bind(invite.times.0)
    .bind(invite.times.1)
    .bind(invite.quota_bytes.map(u64::cast_signed))
    .bind(invite.instance_limit.cast_signed())
    .execute(&database.pool)
    .await
    .map(drop)
}

/// Returns all, the newest first.
pub async fn list(database: &Database) -> Answer<Vec<Invite>> {
    let rows = sqlx::query(
        "SELECT invites.id, made_by, invites.created_at, expires_at, invites.quota_bytes,
                invites.instance_limit, used_at, accounts.name AS account
         FROM invites LEFT JOIN accounts ON accounts.id = invites.account_id
         ORDER BY invites.created_at DESC, invites.id DESC",
    )
    .fetch_all(&database.pool)
    .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Invite {
            id: row.try_get("id")?,
            made_by: row.try_get("made_by")?,
            created_at: row.try_get("created_at")?,
            expires_at: row.try_get("expires_at")?,
            quota_bytes: row
                .try_get::<Option<i64>, _>("quota_bytes")?
                .map(i64::cast_unsigned),
            instance_limit: row.try_get::<i64, _>("instance_limit")?.cast_unsigned(),
            used_at: row.try_get("used_at")?,
            account: row.try_get("account")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Takes back one that was not used. Returns whether there was one.
pub async fn remove(database: &Database, id: &str) -> Answer<bool> {
    let done = sqlx::query("DELETE FROM invites WHERE id = ? AND used_at IS NULL")
        .bind(id)
        .execute(&database.pool)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes back all of one maker that were not used.
pub async fn remove_of(database: &Database, made_by: &str) -> Answer<()> {
    sqlx::query("DELETE FROM invites WHERE made_by = ? AND used_at IS NULL")
        .bind(made_by)
        .execute(&database.pool)
        .await
        .map(drop)
}
