//! Instances: the repositories that an account may create. The catalogue needs no row.

use serde::Serialize;
use sqlx::Row;

use super::{Answer, Database};
use crate::domain::rest::name::{AccountName, RepositoryId};

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// Whose it is.
    pub account: String,
    /// A ULID.
    pub id: String,
    /// Since when it is there.
    pub created_at: i64,
    /// Since when it is in the trash.
    pub deleted_at: Option<i64>,
}

/// What became of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// It is there now.
    Added,
    /// It was there before.
    Already,
    /// It is in the trash.
    Deleted,
    /// The account has as many as it may.
    TooMany,
}

/// Returns whether an account has this one.
pub async fn is_known(database: &Database, account_id: i64, id: RepositoryId) -> Answer<bool> {
    let found = sqlx::query(
        "SELECT 1 FROM instances WHERE account_id = ? AND id = ? AND deleted_at IS NULL",
    )
    .bind(account_id)
    .bind(id.to_string())
    .fetch_optional(&database.pool)
    .await?;
    Ok(found.is_some())
}

/// Returns since when one is in the trash, where it is.
pub async fn deleted_at(
    database: &Database,
    account_id: i64,
    id: RepositoryId,
) -> Answer<Option<i64>> {
    let row = sqlx::query("SELECT deleted_at FROM instances WHERE account_id = ? AND id = ?")
        .bind(account_id)
        .bind(id.to_string())
        .fetch_optional(&database.pool)
        .await?;
    row.map_or(Ok(None), |row| row.try_get("deleted_at"))
}

/// Returns how many there are, but for those in the trash.
pub async fn count(database: &Database) -> Answer<u64> {
    let sql = "SELECT count(*) AS number FROM instances WHERE deleted_at IS NULL";
    super::count(database, sql).await
}

/// Says that one is in the trash since `at`. Returns whether there is one.
pub async fn set_deleted(
    database: &Database,
    account_id: i64,
    id: RepositoryId,
    at: i64,
) -> Answer<bool> {
    let done = sqlx::query(
        "UPDATE instances SET deleted_at = coalesce(deleted_at, ?) WHERE account_id = ? AND id = ?",
    )
    .bind(at)
    .bind(account_id)
    .bind(id.to_string())
    .execute(&database.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Says that one is back, unless that is more than `limit`. [`Registered::Deleted`]: there is none.
pub async fn undelete(
    database: &Database,
    account_id: i64,
    id: RepositoryId,
    limit: u64,
) -> Answer<Registered> {
    if is_known(database, account_id, id).await? {
        return Ok(Registered::Already);
    }
    if deleted_at(database, account_id, id).await?.is_none() {
        return Ok(Registered::Deleted);
    }
    let done = sqlx::query(
        "UPDATE instances SET deleted_at = NULL WHERE account_id = ? AND id = ?
         AND (SELECT count(*) FROM instances WHERE account_id = ? AND deleted_at IS NULL) < ?",
    )
    .bind(account_id)
    .bind(id.to_string())
    .bind(account_id)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .execute(&database.pool)
    .await?;
    Ok(if done.rows_affected() == 1 {
        Registered::Added
    } else {
        Registered::TooMany
    })
}

/// Forgets those that have been in the trash since before this time: nothing of them is left.
pub async fn forget(database: &Database, before: i64) -> Answer<()> {
    sqlx::query("DELETE FROM instances WHERE deleted_at < ?")
        .bind(before)
        .execute(&database.pool)
        .await
        .map(drop)
}

/// Adds one, unless that is more than `limit`.
pub async fn register(
    database: &Database,
    account_id: i64,
    id: RepositoryId,
    limit: u64,
    now: i64,
) -> Answer<Registered> {
    if is_known(database, account_id, id).await? {
        return Ok(Registered::Already);
    }
    if deleted_at(database, account_id, id).await?.is_some() {
        return Ok(Registered::Deleted);
    }
    // One statement: two devices at once must not pass the limit together.
    let added = sqlx::query(
        "INSERT INTO instances (account_id, id, created_at)
         SELECT ?, ?, ? WHERE (SELECT count(*) FROM instances WHERE account_id = ? AND deleted_at IS NULL) < ?",
    )
    .bind(account_id)
    .bind(id.to_string())
    .bind(now)
    .bind(account_id)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .execute(&database.pool)
    .await;
    match added {
        Ok(done) if done.rows_affected() == 1 => Ok(Registered::Added),
        Ok(_) => Ok(Registered::TooMany),
        Err(error) if super::is_there_already(&error) => Ok(Registered::Already),
        Err(error) => Err(error),
    }
}

/// Returns those of an account, or all.
pub async fn list(database: &Database, account: Option<&AccountName>) -> Answer<Vec<Instance>> {
    let rows = sqlx::query(
        "SELECT accounts.name AS account, instances.id, instances.created_at, deleted_at
         FROM instances JOIN accounts ON accounts.id = instances.account_id
         WHERE ? IS NULL OR accounts.name = ?
         ORDER BY accounts.name, instances.id",
    )
    .bind(account.map(AccountName::as_str))
    .bind(account.map(AccountName::as_str))
    .fetch_all(&database.pool)
    .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Instance {
            account: row.try_get("account")?,
            id: row.try_get("id")?,
            created_at: row.try_get("created_at")?,
            deleted_at: row.try_get("deleted_at")?,
        })
    };
    rows.iter().map(read).collect()
}
