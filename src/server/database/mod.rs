//! The server's database: `SQLite` beside the storage, in WAL mode, so that `serve admin` works beside a
//! server that runs.
//!
//! Each table has a file with its queries as functions. They keep to what `PostgreSQL` understands too
//! (no `rowid`, no upsert of its own kind), and nothing else in the server writes SQL.

pub mod accounts;
pub mod audit;
pub mod backup;
pub mod counted;
pub mod devices;
pub mod discord;
pub mod enrolments;
pub mod grant_requests;
pub mod grants;
pub mod instances;
pub mod invites;
pub mod lasting;
pub mod pairings;
pub mod passwords;
pub mod pushes;
pub mod registration;
pub mod resets;
pub mod samples;
pub mod services;
pub mod sessions;
pub mod storage;
pub mod sync_log;

#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    Row as _, SqlSafeStr, SqlitePool,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::folder;
use crate::error::{Context, Error, Result};

/// How long a write waits for another process's.
const BUSY: Duration = Duration::from_secs(5);
/// Readers beside each other; there is one writer at a time anyway.
const CONNECTIONS: u32 = 4;

/// The steps from an empty file to the tables of today. A step that was released never changes.
const STEPS: [(i64, &str, &str); 7] = [
    (1, "accounts", include_str!("migrations/0001_accounts.sql")),
    (2, "people", include_str!("migrations/0002_people.sql")),
    (3, "devices", include_str!("migrations/0003_devices.sql")),
    (
        4,
        "provisioning",
        include_str!("migrations/0004_provisioning.sql"),
    ),
    (5, "pairings", include_str!("migrations/0005_pairings.sql")),
    (6, "samples", include_str!("migrations/0006_samples.sql")),
    (
        7,
        "operating",
        include_str!("migrations/0007_operating.sql"),
    ),
];

/// What queries answer.
pub type Answer<T> = std::result::Result<T, sqlx::Error>;

/// The database. Copies share their connections.
#[derive(Debug, Clone)]
pub struct Database {
    pool: SqlitePool,
}

/// Whether a database may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// An empty one.
    Make,
    /// It is an error: somebody meant another folder.
    Fail,
}

impl Database {
    /// Opens the database in this file, and brings its tables up to date.
    pub async fn open(file: &Path, if_missing: IfMissing) -> Result<Self> {
        let place = file.display();
        let there = file
            .try_exists()
            .map_err(|error| folder::unread(&folder_of(file), error))?;
        if if_missing == IfMissing::Fail && !there {
            return Err(Error::usage(format!("{place} is not there")).hint(
                "Name the folder of a server with --data; 'instance-sync serve --data=DIR' makes one",
            ));
        }
        if if_missing == IfMissing::Make {
            folder::make_private(file).map_err(|error| folder::unread(&folder_of(file), error))?;
        }
        // Those beside it are made with the rights of the database.
        for beside in ["", "-wal", "-shm"] {
            let mut name = file.as_os_str().to_owned();
            name.push(beside);
            folder::mend(Path::new(&name));
        }
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(if_missing == IfMissing::Make)
            .journal_mode(SqliteJournalMode::Wal)
            // A revocation that was acknowledged is not forgotten when the power fails.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(BUSY)
            .connect_with(options)
            .await
            .map_err(|error| unopened(file, error))?;
        match migrator().run(&pool).await {
            Ok(()) => Ok(Self { pool }),
            Err(MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_)) => {
                Err(Error::usage(format!(
                    "{place} was written by a newer version of instance-sync"
                ))
                .hint("It was left as it is. Update instance-sync here"))
            }
            Err(MigrateError::Execute(error)) => Err(unopened(file, error)),
            Err(error) => Err(error).context(|| format!("cannot bring {place} up to date")),
        }
    }

    /// Writes everything into the one file, and lets go of it.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

fn folder_of(file: &Path) -> PathBuf {
    file.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Says why a database cannot be used, and what to do about it.
fn unopened(file: &Path, error: sqlx::Error) -> Error {
    let place = file.display();
    let code = error.as_database_error().and_then(|error| {
        let code = error.code()?;
        code.parse::<i32>().ok()
    });
    let failed = Error::failed(format!("cannot open {place}")).because(error);
    match code.map(|code| code & 0xff) {
        // SQLITE_NOTADB, SQLITE_CORRUPT.
        Some(26 | 11) => failed.hint(
            "It was left as it is. Stop the server and put a backup in its place, as docs/guides/operate.md says, or name another folder with --data",
        ),
        _ => match folder::whose(file) {
            Some(hint) => failed.hint(hint),
            None => failed,
        },
    }
}

fn migrator() -> Migrator {
    let steps = STEPS.into_iter().map(|(number, what, sql)| {
        let (what, sql) = (Cow::Borrowed(what), sql.into_sql_str());
        Migration::new(number, what, MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(steps.collect())
}

/// Returns the one number that a query answers with.
async fn count(database: &Database, sql: &'static str) -> Answer<u64> {
    let row = sqlx::query(sql).fetch_one(&database.pool).await?;
    Ok(row.try_get::<i64, _>("number")?.cast_unsigned())
}

/// Returns whether a query failed since what it wanted to add is there.
pub fn is_there_already(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
