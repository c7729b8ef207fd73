//! A copy of the database that is whole, while others write to it.

use std::path::Path;

use sqlx::{ConnectOptions as _, Row as _, sqlite::SqliteConnectOptions};

use super::{Answer, Database};

/// Writes a copy into this file, which is empty or missing.
pub async fn copy_to(database: &Database, file: &str) -> Answer<()> {
    // One reading transaction: what is written meanwhile is in none of it.
    sqlx::query("VACUUM INTO ?")
        .bind(file)
        .execute(&database.pool)
        .await
        .map(drop)
}

/// Returns what is wrong with a copy, where something is.
pub async fn check(file: &Path) -> Answer<Option<String>> {
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let mut connection = options.connect().await?;
    let rows = sqlx::query("PRAGMA integrity_check")
        .fetch_all(&mut connection)
        .await?;
    let said: Vec<String> = rows
        .iter()
        .map(|row| row.try_get(0))
        .collect::<Answer<_>>()?;
    let accounts = sqlx::query("SELECT count(*) FROM accounts")
        .fetch_one(&mut connection)
        .await;
    sqlx::Connection::close(connection).await?;
    accounts?;
    Ok((said != ["ok"]).then(|| said.join("; ")))
}
