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
}

/// What became of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// It is there now.
    Added,
    /// It was there before.
    Already,
    /// The account has as many as it may.
    TooMany,
}

/// Returns whether an account has this one.
pub async fn is_known(database: &Database, account_id: i64, id: RepositoryId) -> Answer<bool> {
    let found = sqlx::query("SELECT 1 FROM instances WHERE account_id = ? AND id = ?")
        .bind(account_id)
        .bind(id.to_string())
        .fetch_optional(&database.pool)
        .await?;
    Ok(found.is_some())
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
    // One statement: two devices at once must not pass the limit together.
    let added = sqlx::query(
        "INSERT INTO instances (account_id, id, created_at)
         SELECT ?, ?, ? WHERE (SELECT count(*) FROM instances WHERE account_id = ?) < ?",
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
        "SELECT accounts.name AS account, instances.id, instances.created_at
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
        })
    };
    rows.iter().map(read).collect()
}
