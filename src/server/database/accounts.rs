//! Accounts: whose repositories they are, and how much they may hold.

use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{Row, sqlite::SqliteRow};

use super::{Answer, Database};
use crate::domain::rest::name::AccountName;

/// Who may add instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Whoever operates the server; a device cannot create what nobody registered.
    Beforehand,
    /// Each device, by creating it: for clients that know nothing but restic's protocol.
    ByCreating,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Account {
    /// Its number in the database.
    #[serde(skip)]
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// Since when it is there.
    pub created_at: i64,
    /// Since when nothing is served to it.
    pub suspended_at: Option<i64>,
    /// How many bytes it may hold.
    pub quota_bytes: Option<u64>,
    /// How many instances it may have.
    pub instance_limit: u64,
    /// Who adds them.
    pub registration: Registration,
}

/// What a new account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// How many bytes it may hold.
    pub quota_bytes: Option<u64>,
    /// How many instances it may have.
    pub instance_limit: u64,
    /// Who adds them.
    pub registration: Registration,
}

/// Adds one.
pub async fn add(database: &Database, name: &AccountName, terms: Terms, now: i64) -> Answer<()> {
    sqlx::query(
        "INSERT INTO accounts (name, created_at, quota_bytes, instance_limit, registers_itself)
         VALUES (?, ?, ?, ?, ?)",
    )
    .bind(name.as_str())
    .bind(now)
    .bind(terms.quota_bytes.map(u64::cast_signed))
    .bind(terms.instance_limit.cast_signed())
    .bind(terms.registration == Registration::ByCreating)
    .execute(&database.pool)
    .await
    .map(drop)
}

/// Returns the one of this name.
pub async fn find(database: &Database, name: &AccountName) -> Answer<Option<Account>> {
    let row = sqlx::query(
        "SELECT id, name, created_at, suspended_at, quota_bytes, instance_limit, registers_itself
         FROM accounts WHERE name = ?",
    )
    .bind(name.as_str())
    .fetch_optional(&database.pool)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Returns all, by name.
pub async fn list(database: &Database) -> Answer<Vec<Account>> {
    let rows = sqlx::query(
        "SELECT id, name, created_at, suspended_at, quota_bytes, instance_limit, registers_itself
         FROM accounts ORDER BY name",
    )
    .fetch_all(&database.pool)
    .await?;
    rows.iter().map(read).collect()
}

/// Returns how many there are.
pub async fn count(database: &Database) -> Answer<u64> {
    super::count(database, "SELECT count(*) AS number FROM accounts").await
}

/// Sets how many bytes it may hold. Returns whether there is such an account.
pub async fn set_quota(
    database: &Database,
    name: &AccountName,
    quota: Option<u64>,
) -> Answer<bool> {
    let done = sqlx::query("UPDATE accounts SET quota_bytes = ? WHERE name = ?")
        .bind(quota.map(u64::cast_signed))
        .bind(name.as_str())
        .execute(&database.pool)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Serves nothing to it since `at`, or everything again. Returns whether there is such an account.
pub async fn set_suspended(
    database: &Database,
    name: &AccountName,
    at: Option<i64>,
) -> Answer<bool> {
    let done = sqlx::query("UPDATE accounts SET suspended_at = ? WHERE name = ?")
        .bind(at)
        .bind(name.as_str())
        .execute(&database.pool)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &SqliteRow) -> Answer<Account> {
    Ok(Account {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        created_at: row.try_get("created_at")?,
        suspended_at: row.try_get("suspended_at")?,
        quota_bytes: row
            .try_get::<Option<i64>, _>("quota_bytes")?
            .map(i64::cast_unsigned),
        instance_limit: row.try_get::<i64, _>("instance_limit")?.cast_unsigned(),
        registration: registration(row.try_get("registers_itself")?),
    })
}

/// Reads the column.
pub(super) fn registration(registers_itself: bool) -> Registration {
    if registers_itself {
        Registration::ByCreating
    } else {
        Registration::Beforehand
    }
}

/// Reads the name of an account.
pub(super) fn read_name(row: &SqliteRow) -> Answer<AccountName> {
    let name: String = row.try_get("name")?;
    name.parse()
        .map_err(|error| sqlx::Error::Decode(Box::new(error)))
}
