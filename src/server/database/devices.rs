//! Devices: who may speak for an account. Each has a token of its own, of which only a digest is here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::{Row, sqlite::SqliteRow};

use super::{Answer, Database, accounts};
use crate::{
    domain::rest::name::AccountName,
    server::token::{Token, TokenHash},
};

/// What a device is, for pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// A computer on or below a desk, or on a lap.
    Computer,
    /// One to play with in bed.
    Handheld,
    /// A phone.
    Phone,
    /// Anything else.
    #[default]
    Other,
}

impl DeviceKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Computer => "computer",
            Self::Handheld => "handheld",
            Self::Phone => "phone",
            Self::Other => "other",
        }
    }

    pub(super) fn of(word: &str) -> Self {
        let mut known = [Self::Computer, Self::Handheld, Self::Phone].into_iter();
        known.find(|kind| kind.as_str() == word).unwrap_or_default()
    }
}

/// A row, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Device {
    /// A ULID.
    pub id: String,
    /// Whose it is.
    pub account: String,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Since when it is there.
    pub created_at: i64,
    /// When it last asked for anything, to the minute.
    pub last_seen_at: Option<i64>,
    /// Since when its token opens nothing.
    pub revoked_at: Option<i64>,
}

/// What a token stands for: the device, and what its account may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The device's ULID.
    pub device: String,
    /// The account's number.
    pub account_id: i64,
    /// The account.
    pub account: AccountName,
    /// Whether nothing is served to it.
    pub suspended: bool,
    /// How many bytes it may hold.
    pub quota: Option<u64>,
    /// How many instances it may have.
    pub instance_limit: u64,
    /// Who adds them.
    pub registration: accounts::Registration,
}

/// Adds one to an account.
pub async fn add(
    database: &Database,
    account_id: i64,
    (id, name): (&str, &str),
    kind: DeviceKind,
    token: &Token,
    now: i64,
) -> Answer<()> {
    sqlx::query(
        "INSERT INTO devices (id, account_id, name, kind, token_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(account_id)
    .bind(name)
    .bind(kind.as_str())
    .bind(token.hash().as_bytes().as_slice())
    .bind(now)
    .execute(&database.pool)
    .await
    .map(drop)
}

/// Returns who holds this token; nobody, where it was revoked.
pub async fn holder(database: &Database, token: &TokenHash) -> Answer<Option<Holder>> {
    let row = sqlx::query(
        "SELECT devices.id AS device, accounts.id AS account_id, accounts.name, suspended_at, quota_bytes,
                instance_limit, registers_itself
         FROM devices JOIN accounts ON accounts.id = devices.account_id
         WHERE token_hash = ? AND revoked_at IS NULL",
    )
    .bind(token.as_bytes().as_slice())
    .fetch_optional(&database.pool)
    .await?;
    row.as_ref().map(read_holder).transpose()
}

/// Returns whether this token was a device's that was revoked.
pub async fn was_revoked(database: &Database, token: &TokenHash) -> Answer<bool> {
    let found =
        sqlx::query("SELECT 1 FROM devices WHERE token_hash = ? AND revoked_at IS NOT NULL")
            .bind(token.as_bytes().as_slice())
            .fetch_optional(&database.pool)
            .await?;
    Ok(found.is_some())
}

/// Reads who holds a token, and what their account may do.
pub(super) fn read_holder(row: &SqliteRow) -> Answer<Holder> {
    Ok(Holder {
        device: row.try_get("device")?,
        account_id: row.try_get("account_id")?,
        account: accounts::read_name(row)?,
        suspended: row.try_get::<Option<i64>, _>("suspended_at")?.is_some(),
        quota: row
            .try_get::<Option<i64>, _>("quota_bytes")?
            .map(i64::cast_unsigned),
        instance_limit: row.try_get::<i64, _>("instance_limit")?.cast_unsigned(),
        registration: accounts::registration(row.try_get("registers_itself")?),
    })
}

/// Returns those of an account, or all; the revoked ones too, the oldest first.
pub async fn list(database: &Database, account: Option<&AccountName>) -> Answer<Vec<Device>> {
    let rows = sqlx::query(
        "SELECT devices.id, accounts.name AS account, devices.name, kind, devices.created_at, last_seen_at, revoked_at
         FROM devices JOIN accounts ON accounts.id = devices.account_id
         WHERE ? IS NULL OR accounts.name = ?
         ORDER BY accounts.name, devices.created_at, devices.id",
    )
    .bind(account.map(AccountName::as_str))
    .bind(account.map(AccountName::as_str))
    .fetch_all(&database.pool)
    .await?;
    rows.iter().map(read).collect()
}

/// Returns the device of an account that is called so and not revoked, or that has this id.
pub async fn find(
    database: &Database,
    account: &AccountName,
    named: &str,
) -> Answer<Option<Device>> {
    let row = sqlx::query(
        "SELECT devices.id, accounts.name AS account, devices.name, kind, devices.created_at, last_seen_at, revoked_at
         FROM devices JOIN accounts ON accounts.id = devices.account_id
         WHERE accounts.name = ? AND revoked_at IS NULL AND (devices.name = ? OR devices.id = ?)
         ORDER BY devices.name = ? DESC LIMIT 1",
    )
    .bind(account.as_str())
    .bind(named)
    .bind(named)
    .bind(named)
    .fetch_optional(&database.pool)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Changes what of one in use is said. Returns whether there is one.
pub async fn change(
    database: &Database,
    (account_id, id): (i64, &str),
    name: Option<&str>,
    kind: Option<DeviceKind>,
) -> Answer<bool> {
    let done = sqlx::query(
        "UPDATE devices SET name = coalesce(?, name), kind = coalesce(?, kind)
         WHERE account_id = ? AND id = ? AND revoked_at IS NULL",
    )
    .bind(name)
    .bind(kind.map(DeviceKind::as_str))
    .bind(account_id)
    .bind(id)
    .execute(&database.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Returns whether one is in use, and its account is served.
pub async fn is_good(database: &Database, id: &str) -> Answer<bool> {
    let found = sqlx::query(
        "SELECT 1 FROM devices JOIN accounts ON accounts.id = devices.account_id
         WHERE devices.id = ? AND revoked_at IS NULL AND suspended_at IS NULL",
    )
    .bind(id)
    .fetch_optional(&database.pool)
    .await?;
    Ok(found.is_some())
}

/// Returns how many are in use.
pub async fn count(database: &Database) -> Answer<u64> {
    let sql = "SELECT count(*) AS number FROM devices WHERE revoked_at IS NULL";
    super::count(database, sql).await
}

/// Revokes one: its token opens nothing any more. Returns whether it was one that did.
pub async fn revoke(database: &Database, id: &str, now: i64) -> Answer<bool> {
    let done = sqlx::query("UPDATE devices SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")
        .bind(now)
        .bind(id)
        .execute(&database.pool)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Remembers when devices last asked for anything.
pub async fn saw(database: &Database, seen: &[(String, i64)]) -> Answer<()> {
    let mut together = database.pool.begin().await?;
    for (id, at) in seen {
        sqlx::query("UPDATE devices SET last_seen_at = ? WHERE id = ?")
            .bind(at)
            .bind(id)
            .execute(&mut *together)
            .await?;
    }
    together.commit().await
}

fn read(row: &SqliteRow) -> Answer<Device> {
    Ok(Device {
        id: row.try_get("id")?,
        account: row.try_get("account")?,
        name: row.try_get("name")?,
        kind: DeviceKind::of(row.try_get("kind")?),
        created_at: row.try_get("created_at")?,
        last_seen_at: row.try_get("last_seen_at")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}
