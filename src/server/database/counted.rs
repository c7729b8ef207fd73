//! How far the server counted the time itself.

use sqlx::Row;

use super::{Answer, Database};

/// Returns the time that it came to, where it ever counted.
pub async fn read(database: &Database) -> Answer<Option<i64>> {
    let row = sqlx::query("SELECT at FROM counted")
        .fetch_optional(&database.pool)
        .await?;
    row.map(|row| row.try_get("at")).transpose()
}

/// Remembers the time.
pub async fn write(database: &Database, at: i64) -> Answer<()> {
    let mut together = database.pool.begin().await?;
    sqlx::query("DELETE FROM counted")
        .execute(&mut *together)
        .await?;
    sqlx::query("INSERT INTO counted (at) VALUES (?)")
        .bind(at)
        .execute(&mut *together)
        .await?;
    together.commit().await
}
