//! What is kept of passwords.

use sqlx::{Row, SqliteConnection};

use super::{Answer, Database};
use crate::domain::rest::name::AccountName;

/// What is kept of one.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// Random bytes of its own.
    pub salt: Vec<u8>,
    /// What argon2id made of both.
    pub digest: Vec<u8>,
    /// How much memory that took.
    pub memory_kib: u32,
    /// How often it went over it.
    pub passes: u32,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

/// Returns the account's number and what is kept of its password, where it has one.
pub async fn find(database: &Database, account: &AccountName) -> Answer<Option<(i64, Kept)>> {
    let row = sqlx::query(
        "SELECT account_id, salt, digest, memory_kib, passes
         FROM passwords JOIN accounts ON accounts.id = passwords.account_id
         WHERE accounts.name = ?",
    )
    .bind(account.as_str())
    .fetch_optional(&database.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let kept = Kept {
        salt: row.try_get("salt")?,
        digest: row.try_get("digest")?,
        memory_kib: row.try_get("memory_kib")?,
        passes: row.try_get("passes")?,
    };
    Ok(Some((row.try_get("account_id")?, kept)))
}

/// Gives an account that has none its password, together with what else is done.
pub(super) async fn add(
    together: &mut SqliteConnection,
    account_id: i64,
    kept: &Kept,
    now: i64,
) -> Answer<()> {
    sqlx::query(
        "INSERT INTO passwords (account_id, salt, digest, memory_kib, passes, changed_at)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(account_id)
    .bind(&kept.salt)
    .bind(&kept.digest)
    .bind(kept.memory_kib)
    .bind(kept.passes)
    .bind(now)
    .execute(together)
    .await
    .map(drop)
}

/// Replaces the password of an account that has one. Returns whether it does.
pub async fn replace(database: &Database, account_id: i64, kept: &Kept, now: i64) -> Answer<bool> {
    let done = sqlx::query(
        "UPDATE passwords SET salt = ?, digest = ?, memory_kib = ?, passes = ?, changed_at = ?
         WHERE account_id = ?",
    )
    .bind(&kept.salt)
    .bind(&kept.digest)
    .bind(kept.memory_kib)
    .bind(kept.passes)
    .bind(now)
    .bind(account_id)
    .execute(&database.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}
