//! Sessions: browsers in which somebody signed in. One that is revoked is gone.

use serde::Serialize;
use sqlx::Row;

use super::{Answer, Database, accounts};
use crate::{
    domain::rest::name::AccountName,
    server::token::{Token, TokenHash},
};

/// How long one is good that nobody uses, in seconds.
pub const KEPT: i64 = 30 * 24 * 60 * 60;
/// How many an account has at most: the one that was not used for longest makes room.
const MANY: i64 = 50;

/// One that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// A ULID.
    pub id: String,
    /// The account's number.
    pub account_id: i64,
    /// Whose it is.
    pub account: AccountName,
    /// Whether nothing is served to it.
    pub suspended: bool,
    /// How many instances it may have.
    pub instance_limit: u64,
    /// When it was last used, to ten minutes.
    pub last_seen_at: i64,
}

/// A row, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Session")]
pub struct Shown {
    /// A ULID.
    pub id: String,
    /// Since when it is there.
    pub created_at: i64,
    /// When it was last used, to ten minutes.
    pub last_seen_at: i64,
    /// From where it began.
    pub address: String,
    /// What the browser said of itself.
    pub agent: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// Adds one.
pub async fn add(
    database: &Database,
    (id, account_id): (&str, i64),
    token: &Token,
    (address, agent): (&str, &str),
    now: i64,
) -> Answer<()> {
    let mut together = database.pool.begin().await?;
    sqlx::query(
        "INSERT INTO sessions (id, account_id, token_hash, created_at, last_seen_at, address, agent)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(account_id)
    .bind(token.hash().as_bytes().as_slice())
    .bind(now)
    .bind(now)
    .bind(address)
    .bind(agent)
    .execute(&mut *together)
    .await?;
    sqlx::query(
        "DELETE FROM sessions WHERE account_id = ? AND id NOT IN
         (SELECT id FROM sessions WHERE account_id = ? ORDER BY last_seen_at DESC, id DESC LIMIT ?)",
    )
    .bind(account_id)
    .bind(account_id)
    .bind(MANY)
    .execute(&mut *together)
    .await?;
    together.commit().await
}

/// Returns the one with this cookie.
pub async fn find(database: &Database, token: &TokenHash, now: i64) -> Answer<Option<Session>> {
    let row = sqlx::query(
        "SELECT sessions.id, account_id, accounts.name, suspended_at, instance_limit, last_seen_at
         FROM sessions JOIN accounts ON accounts.id = sessions.account_id
         WHERE token_hash = ? AND last_seen_at > ?",
    )
    .bind(token.as_bytes().as_slice())
    .bind(now - KEPT)
    .fetch_optional(&database.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Session {
        id: row.try_get("id")?,
        account_id: row.try_get("account_id")?,
        account: accounts::read_name(&row)?,
        suspended: row.try_get::<Option<i64>, _>("suspended_at")?.is_some(),
        instance_limit: row.try_get::<i64, _>("instance_limit")?.cast_unsigned(),
        last_seen_at: row.try_get("last_seen_at")?,
    }))
}

/// Returns whether one is still there, and its account is served.
pub async fn is_good(database: &Database, id: &str) -> Answer<bool> {
    let found = sqlx::query(
        "SELECT 1 FROM sessions JOIN accounts ON accounts.id = sessions.account_id
         WHERE sessions.id = ? AND suspended_at IS NULL",
    )
    .bind(id)
    .fetch_optional(&database.pool)
    .await?;
    Ok(found.is_some())
}

/// Notes that one is used.
pub async fn saw(database: &Database, id: &str, now: i64) -> Answer<()> {
    sqlx::query("UPDATE sessions SET last_seen_at = ? WHERE id = ?")
        .bind(now)
        .bind(id)
        .execute(&database.pool)
        .await
        .map(drop)
}

/// Returns those of an account, the newest first; `this` is the one that asks.
pub async fn list(
    database: &Database,
    account_id: i64,
    this: &str,
    now: i64,
) -> Answer<Vec<Shown>> {
    let rows = sqlx::query(
        "SELECT id, created_at, last_seen_at, address, agent FROM sessions
         WHERE account_id = ? AND last_seen_at > ? ORDER BY created_at DESC, id DESC",
    )
    .bind(account_id)
    .bind(now - KEPT)
    .fetch_all(&database.pool)
    .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        let id: String = row.try_get("id")?;
        Ok(Shown {
            is_this: id == this,
            id,
            created_at: row.try_get("created_at")?,
            last_seen_at: row.try_get("last_seen_at")?,
            address: row.try_get("address")?,
            agent: row.try_get("agent")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Ends one of an account. Returns whether there was one.
pub async fn remove(database: &Database, account_id: i64, id: &str) -> Answer<bool> {
    let done = sqlx::query("DELETE FROM sessions WHERE account_id = ? AND id = ?")
        .bind(account_id)
        .bind(id)
        .execute(&database.pool)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends all of an account but this one.
pub async fn remove_others(database: &Database, account_id: i64, this: &str) -> Answer<()> {
    sqlx::query("DELETE FROM sessions WHERE account_id = ? AND id <> ?")
        .bind(account_id)
        .bind(this)
        .execute(&database.pool)
        .await
        .map(drop)
}

/// Forgets those that are over.
pub async fn forget(database: &Database, now: i64) -> Answer<()> {
    sqlx::query("DELETE FROM sessions WHERE last_seen_at <= ?")
        .bind(now - KEPT)
        .execute(&database.pool)
        .await
        .map(drop)
}
