//! A person joins: the invite is used, and the account and its password are there, all or none of it.

use sqlx::Row;

use super::{
    Answer, Database, is_there_already,
    passwords::{self, Kept},
};
use crate::{domain::rest::name::AccountName, server::token::TokenHash};

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// The account is there; its number.
    Yes(i64),
    /// The invite is none, was used, or is over.
    NoInvite,
    /// The name belongs to somebody; the invite is still good.
    NameTaken,
}

/// Makes an account by an invite.
pub async fn join(
    database: &Database,
    invite: &TokenHash,
    name: &AccountName,
    kept: &Kept,
    now: i64,
) -> Answer<Joined> {
    let mut together = database.pool.begin().await?;
    // First: of two who use one invite at once, the second waits here, and finds it used.
    let row = sqlx::query(
        "UPDATE invites SET used_at = ? WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?
         RETURNING id, quota_bytes, instance_limit",
    )
    .bind(now)
    .bind(invite.as_bytes().as_slice())
    .bind(now)
    .fetch_optional(&mut *together)
    .await?;
    let Some(row) = row else {
        return Ok(Joined::NoInvite);
    };
    let (invite, quota, limit): (String, Option<i64>, i64) = (
        row.try_get("id")?,
        row.try_get("quota_bytes")?,
        row.try_get("instance_limit")?,
    );
    let added = sqlx::query(
        "INSERT INTO accounts (name, created_at, quota_bytes, instance_limit, registers_itself)
         VALUES (?, ?, ?, ?, 0) RETURNING id",
    )
    .bind(name.as_str())
    .bind(now)
    .bind(quota)
    .bind(limit)
    .fetch_one(&mut *together)
    .await;
    let account: i64 = match added {
        Ok(row) => row.try_get("id")?,
        Err(error) if is_there_already(&error) => {
            together.rollback().await?;
            return Ok(Joined::NameTaken);
        }
        Err(error) => return Err(error),
    };
    passwords::add(&mut together, account, kept, now).await?;
    sqlx::query("UPDATE invites SET account_id = ? WHERE id = ?")
        .bind(account)
        .bind(invite)
        .execute(&mut *together)
        .await?;
    together.commit().await?;
    Ok(Joined::Yes(account))
}
