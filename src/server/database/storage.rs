//! Which storage this database is about.

use sqlx::Row;

use super::{Answer, Database};

/// Returns its id, where there was one.
pub async fn id(database: &Database) -> Answer<Option<String>> {
    let row = sqlx::query("SELECT id FROM storage")
        .fetch_optional(&database.pool)
        .await?;
    row.map(|row| row.try_get("id")).transpose()
}

/// Remembers the id of the first one.
pub async fn set_id(database: &Database, id: &str) -> Answer<()> {
    sqlx::query("INSERT INTO storage (id) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM storage)")
        .bind(id)
        .execute(&database.pool)
        .await
        .map(drop)
}
