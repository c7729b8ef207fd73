//! A pairing begins, and is ended.

use super::{Answer, Database, Newcomer, end_others};
use crate::server::{database::count, token::TokenHash};

/// Begins one for an account, in the place of one that waits.
pub async fn start(
    database: &Database,
    account_id: i64,
    (id, code): (&str, &str),
    (now, expires_at): (i64, i64),
) -> Answer<()> {
    let mut together = database.pool.begin().await?;
    end_others(&mut together, account_id).await?;
    sqlx::query(
        "INSERT INTO pairings (id, account_id, code, state, created_at, expires_at)
         VALUES (?, ?, ?, 'open', ?, ?)",
    )
    .bind(id)
    .bind(account_id)
    .bind(code)
    .bind(now)
    .bind(expires_at)
    .execute(&mut *together)
    .await?;
    together.commit().await
}

/// Begins one that a new device shows. Whether there is such a code already is an error that
/// [`is_there_already`](crate::server::database::is_there_already) knows.
pub async fn request(
    database: &Database,
    (id, code): (&str, &str),
    device: &Newcomer,
    claim: &TokenHash,
    (now, expires_at): (i64, i64),
) -> Answer<()> {
    sqlx::query("DELETE FROM pairings WHERE account_id IS NULL AND expires_at <= ?")
        .bind(now)
        .execute(&database.pool)
        .await?;
    sqlx::query(
        "INSERT INTO pairings (id, code, state, created_at, expires_at, name, kind, address, claim_hash)
         VALUES (?, ?, 'open', ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(code)
    .bind(now)
    .bind(expires_at)
    .bind(&device.name)
    .bind(device.kind.as_str())
    .bind(&device.address)
    .bind(claim.as_bytes().as_slice())
    .execute(&database.pool)
    .await
    .map(drop)
}

/// Returns how many codes new devices show.
pub async fn requests(database: &Database) -> Answer<u64> {
    let sql = "SELECT count(*) AS number FROM pairings WHERE account_id IS NULL AND state = 'open'";
    count(database, sql).await
}

/// Ends one. Returns whether it was under way.
pub async fn end(database: &Database, (account_id, id): (i64, &str)) -> Answer<bool> {
    let done = sqlx::query(
        "UPDATE pairings SET state = 'ended', bundle = NULL
         WHERE account_id = ? AND id = ? AND state IN ('open', 'claimed', 'approved')",
    )
    .bind(account_id)
    .bind(id)
    .execute(&database.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}
