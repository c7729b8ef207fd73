//! Enrolments: each makes one device of an account, once, for a short while.

use sqlx::Row;

use super::{Answer, Database, accounts};
use crate::{
    domain::rest::name::AccountName,
    server::token::{Token, TokenHash},
};

/// Adds one.
pub async fn add(
    database: &Database,
    (id, account_id, made_by): (&str, i64, &str),
    token: &Token,
    (now, expires_at): (i64, i64),
) -> Answer<()> {
    sqlx::query(
        "INSERT INTO enrolments (id, account_id, token_hash, made_by, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(account_id)
    .bind(token.hash().as_bytes().as_slice())
    .bind(made_by)
    .bind(now)
    .bind(expires_at)
    .execute(&database.pool)
    .await
    .map(drop)
}

/// Takes back those of one maker for an account that nobody used.
pub async fn take_back(database: &Database, account_id: i64, made_by: &str) -> Answer<()> {
    sqlx::query("DELETE FROM enrolments WHERE account_id = ? AND made_by = ? AND used_at IS NULL")
        .bind(account_id)
        .bind(made_by)
        .execute(&database.pool)
        .await
        .map(drop)
}

/// Uses one up. Returns the account that it is for, by number and name; nothing, where it is none, was
/// used, or is over, or its account is suspended.
pub async fn claim(
    database: &Database,
    token: &TokenHash,
    now: i64,
) -> Answer<Option<(i64, AccountName)>> {
    let mut together = database.pool.begin().await?;
    let row = sqlx::query(
        "UPDATE enrolments SET used_at = ?
         WHERE token_hash = ? AND used_at IS NULL AND expires_at > ? RETURNING account_id",
    )
    .bind(now)
    .bind(token.as_bytes().as_slice())
    .bind(now)
    .fetch_optional(&mut *together)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let id: i64 = row.try_get("account_id")?;
    let row = sqlx::query("SELECT name FROM accounts WHERE id = ? AND suspended_at IS NULL")
        .bind(id)
        .fetch_optional(&mut *together)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let name = accounts::read_name(&row)?;
    together.commit().await?;
    Ok(Some((id, name)))
}

/// Forgets those that are used or over.
pub async fn forget(database: &Database, now: i64) -> Answer<()> {
    sqlx::query("DELETE FROM enrolments WHERE used_at IS NOT NULL OR expires_at <= ?")
        .bind(now)
        .execute(&database.pool)
        .await
        .map(drop)
}
