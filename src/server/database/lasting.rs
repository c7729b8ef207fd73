//! Lasting passwords: devices of clients from before there were tokens, whose secret somebody chose.

use sqlx::Row;

use super::{Answer, Database, devices::Holder};
use crate::{domain::rest::name::AccountName, server::token::TokenHash};

/// What such a device is called.
pub const NAME: &str = "lasting password";

/// What became of a password that was brought along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// It is there now.
    Added,
    /// Another one was there before: it opens nothing any more.
    Changed,
    /// It was there before.
    Same,
}

/// What is kept of one; nothing of it is ever printed.
#[derive(Clone)]
pub struct Lasting {
    /// The device, and what its account may do.
    pub holder: Holder,
    /// What bcrypt made of the password.
    pub hash: String,
    /// Whether it opens nothing any more.
    pub is_revoked: bool,
}

impl std::fmt::Debug for Lasting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Lasting").field(&self.holder).finish()
    }
}

/// Gives an account this lasting password: a device of its own. `id` and `nobodys` are for a new one.
pub async fn bring(
    database: &Database,
    account_id: i64,
    hash: &str,
    (id, nobodys): (&str, &TokenHash),
    now: i64,
) -> Answer<Brought> {
    let mut together = database.pool.begin().await?;
    let row = sqlx::query(
        "SELECT hash, revoked_at FROM lasting_passwords
         JOIN devices ON devices.id = lasting_passwords.device_id
         WHERE lasting_passwords.account_id = ?",
    )
    .bind(account_id)
    .fetch_optional(&mut *together)
    .await?;
    let brought = match row {
        // One that an operator revoked stays so, unless the password is another one now.
        Some(row) if row.try_get::<String, _>("hash")? == hash => return Ok(Brought::Same),
        Some(_) => Brought::Changed,
        None => Brought::Added,
    };
    if brought == Brought::Changed {
        sqlx::query(
            "UPDATE devices SET revoked_at = coalesce(revoked_at, ?)
             WHERE id = (SELECT device_id FROM lasting_passwords WHERE account_id = ?)",
        )
        .bind(now)
        .bind(account_id)
        .execute(&mut *together)
        .await?;
        sqlx::query("DELETE FROM lasting_passwords WHERE account_id = ?")
            .bind(account_id)
            .execute(&mut *together)
            .await?;
    }
    sqlx::query(
        "INSERT INTO devices (id, account_id, name, kind, token_hash, created_at)
         VALUES (?, ?, ?, 'other', ?, ?)",
    )
    .bind(id)
    .bind(account_id)
    .bind(NAME)
    .bind(nobodys.as_bytes().as_slice())
    .bind(now)
    .execute(&mut *together)
    .await?;
    sqlx::query("INSERT INTO lasting_passwords (account_id, device_id, hash) VALUES (?, ?, ?)")
        .bind(account_id)
        .bind(id)
        .bind(hash)
        .execute(&mut *together)
        .await?;
    together.commit().await?;
    Ok(brought)
}

/// Returns what is kept of any of them, where there is one.
pub async fn any(database: &Database) -> Answer<Option<String>> {
    let row = sqlx::query("SELECT hash FROM lasting_passwords LIMIT 1")
        .fetch_optional(&database.pool)
        .await?;
    row.map(|row| row.try_get("hash")).transpose()
}

/// Returns the one of an account, where it has one; a revoked one too.
pub async fn find(database: &Database, account: &AccountName) -> Answer<Option<Lasting>> {
    let row = sqlx::query(
        "SELECT devices.id AS device, accounts.id AS account_id, accounts.name, suspended_at,
                quota_bytes, instance_limit, registers_itself, hash, revoked_at
         FROM lasting_passwords JOIN devices ON devices.id = lasting_passwords.device_id
                                JOIN accounts ON accounts.id = lasting_passwords.account_id
         WHERE accounts.name = ?",
    )
    .bind(account.as_str())
    .fetch_optional(&database.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Lasting {
        holder: super::devices::read_holder(&row)?,
        hash: row.try_get("hash")?,
        is_revoked: row.try_get::<Option<i64>, _>("revoked_at")?.is_some(),
    }))
}
