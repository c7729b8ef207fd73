//! Programs that do an operator's work, each with a token and a scope.

use schemars::JsonSchema;
use serde::Serialize;
use sqlx::Row;

use super::{Answer, Database};
use crate::server::token::{Token, TokenHash};

/// What a service may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Whatever an operator may.
    All,
    /// Make accounts and enrolments, list and revoke devices: what a chat bot does for a player.
    Provision,
}

impl Scope {
    fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Provision => "provision",
        }
    }

    fn of(word: &str) -> Self {
        if word == "all" {
            Self::All
        } else {
            Self::Provision
        }
    }

    /// Returns whether who has this scope may do what takes that one.
    pub fn allows(self, needed: Self) -> bool {
        self == Self::All || needed == Self::Provision
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Service {
    /// A ULID.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// Since when it is there.
    pub created_at: i64,
    /// Since when its token opens nothing.
    pub revoked_at: Option<i64>,
}

/// Adds one.
pub async fn add(
    database: &Database,
    (id, name): (&str, &str),
    scope: Scope,
    token: &Token,
    now: i64,
) -> Answer<()> {
    sqlx::query(
        "INSERT INTO services (id, name, token_hash, scope, created_at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(name)
    .bind(token.hash().as_bytes().as_slice())
    .bind(scope.as_str())
    .bind(now)
    .execute(&database.pool)
    .await
    .map(drop)
}

/// Returns whose token this is.
pub async fn find(database: &Database, token: &TokenHash) -> Answer<Option<Service>> {
    let row = sqlx::query(
        "SELECT id, name, scope, created_at, revoked_at FROM services
         WHERE token_hash = ? AND revoked_at IS NULL",
    )
    .bind(token.as_bytes().as_slice())
    .fetch_optional(&database.pool)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Returns all, the oldest first.
pub async fn list(database: &Database) -> Answer<Vec<Service>> {
    let rows = sqlx::query(
        "SELECT id, name, scope, created_at, revoked_at FROM services ORDER BY created_at, id",
    )
    .fetch_all(&database.pool)
    .await?;
    rows.iter().map(read).collect()
}

/// Revokes the one of this name. Returns whether there was one.
pub async fn revoke(database: &Database, name: &str, now: i64) -> Answer<bool> {
    let done =
        sqlx::query("UPDATE services SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL")
            .bind(now)
            .bind(name)
            .execute(&database.pool)
            .await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &sqlx::sqlite::SqliteRow) -> Answer<Service> {
    Ok(Service {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        scope: Scope::of(row.try_get("scope")?),
        created_at: row.try_get("created_at")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}
