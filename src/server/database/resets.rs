//! Codes that set a password anew, each once, for a while.

use sqlx::Row;

use super::{
    Answer, Database, accounts,
    passwords::{self, Kept},
};
use crate::{
    domain::rest::name::AccountName,
    server::token::{Token, TokenHash},
};

/// Adds one, in the place of the one before. The password so far and all sessions are gone at once:
/// whoever asks for it may have lost them to somebody.
pub async fn add(
    database: &Database,
    (account_id, made_by): (i64, &str),
    token: &Token,
    (now, expires_at): (i64, i64),
) -> Answer<()> {
    let mut together = database.pool.begin().await?;
    for sql in [
        "DELETE FROM password_resets WHERE account_id = ?",
        "DELETE FROM passwords WHERE account_id = ?",
        "DELETE FROM sessions WHERE account_id = ?",
    ] {
        sqlx::query(sql)
            .bind(account_id)
            .execute(&mut *together)
            .await?;
    }
    sqlx::query(
        "INSERT INTO password_resets (account_id, token_hash, made_by, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?)",
    )
    .bind(account_id)
    .bind(token.hash().as_bytes().as_slice())
    .bind(made_by)
    .bind(now)
    .bind(expires_at)
    .execute(&mut *together)
    .await?;
    together.commit().await
}

/// Returns whose password it sets: by number and name; nothing, where it is none, was used, or is over.
pub async fn find(
    database: &Database,
    token: &TokenHash,
    now: i64,
) -> Answer<Option<(i64, AccountName)>> {
    let row = sqlx::query(
        "SELECT account_id, accounts.name FROM password_resets
         JOIN accounts ON accounts.id = password_resets.account_id
         WHERE token_hash = ? AND expires_at > ?",
    )
    .bind(token.as_bytes().as_slice())
    .bind(now)
    .fetch_optional(&database.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((
        row.try_get("account_id")?,
        accounts::read_name(&row)?,
    )))
}

/// Uses one up: from now on the password is this one. Returns whether it was still good.
pub async fn claim(database: &Database, token: &TokenHash, kept: &Kept, now: i64) -> Answer<bool> {
    let mut together = database.pool.begin().await?;
    // First: of two who use one code at once, the second waits here, and finds none.
    let row = sqlx::query(
        "DELETE FROM password_resets WHERE token_hash = ? AND expires_at > ? RETURNING account_id",
    )
    .bind(token.as_bytes().as_slice())
    .bind(now)
    .fetch_optional(&mut *together)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let account: i64 = row.try_get("account_id")?;
    passwords::add(&mut together, account, kept, now).await?;
    together.commit().await?;
    Ok(true)
}

/// Forgets those that are over.
pub async fn forget(database: &Database, now: i64) -> Answer<()> {
    sqlx::query("DELETE FROM password_resets WHERE expires_at <= ?")
        .bind(now)
        .execute(&database.pool)
        .await
        .map(drop)
}
