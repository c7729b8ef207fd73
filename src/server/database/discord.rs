//! Which account a user of Discord has.

use super::{Answer, Database, accounts};

/// Returns the account of a user.
pub async fn account(database: &Database, user: &str) -> Answer<Option<accounts::Account>> {
    let row = sqlx::query(
        "SELECT accounts.name FROM discord_users
         JOIN accounts ON accounts.id = discord_users.account_id WHERE user_id = ?",
    )
    .bind(user)
    .fetch_optional(&database.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    accounts::find(database, &accounts::read_name(&row)?).await
}

/// Says that an account is this user's.
pub async fn link(database: &Database, user: &str, account_id: i64, now: i64) -> Answer<()> {
    sqlx::query("INSERT INTO discord_users (user_id, account_id, created_at) VALUES (?, ?, ?)")
        .bind(user)
        .bind(account_id)
        .bind(now)
        .execute(&database.pool)
        .await
        .map(drop)
}
