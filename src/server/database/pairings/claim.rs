//! A code is said: that of an account by a new device, that of a new device by an account.

use sqlx::Row;

use super::{Answer, Database, Held, Newcomer, Pairing, end_others, find};
use crate::server::token::TokenHash;

/// After so many wrong codes, a code is good for nothing any more.
const MISSES: i64 = 5;

/// What becomes of a code that is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// It is right: the pairing, and the account's number.
    Yes(String, i64),
    /// There is no such code.
    No,
    /// Too many were tried.
    Burned,
}

/// A new device says a code of an account. A wrong one counts.
pub async fn claim(
    database: &Database,
    (account, code): (&str, &str),
    (device, held): (&Newcomer, Held),
    claim: &TokenHash,
    (now, expires_at): (i64, i64),
) -> Answer<Claimed> {
    const ACCOUNT: &str = "SELECT id FROM accounts WHERE name = ? AND suspended_at IS NULL";
    let right = sqlx::query(
        "UPDATE pairings SET state = 'claimed', expires_at = ?, name = ?, kind = ?, address = ?, secret = ?, claim_hash = ?
         WHERE account_id = (SELECT id FROM accounts WHERE name = ? AND suspended_at IS NULL)
           AND state = 'open' AND code = ? AND expires_at > ?
         RETURNING id, account_id",
    )
    .bind(expires_at)
    .bind(&device.name)
    .bind(device.kind.as_str())
    .bind(&device.address)
    .bind(held.as_str())
    .bind(claim.as_bytes().as_slice())
    .bind(account)
    .bind(code)
    .bind(now)
    .fetch_optional(&database.pool)
    .await?;
    if let Some(row) = right {
        return Ok(Claimed::Yes(row.try_get("id")?, row.try_get("account_id")?));
    }
    let owner = sqlx::query(ACCOUNT).bind(account);
    let owner = owner.fetch_optional(&database.pool).await?;
    let owner: i64 = match owner {
        Some(row) => row.try_get("id")?,
        None => return Ok(Claimed::No),
    };
    sqlx::query(
        "UPDATE pairings SET misses = misses + 1, state = CASE WHEN misses + 1 >= ? THEN 'burned' ELSE state END
         WHERE account_id = ? AND state = 'open' AND expires_at > ?",
    )
    .bind(MISSES)
    .bind(owner)
    .bind(now)
    .execute(&database.pool)
    .await?;
    let last = sqlx::query(
        "SELECT state FROM pairings WHERE account_id = ? AND expires_at > ?
         ORDER BY created_at DESC, id DESC LIMIT 1",
    )
    .bind(owner)
    .bind(now)
    .fetch_optional(&database.pool)
    .await?;
    let is_burned = match last {
        Some(row) => row.try_get::<&str, _>("state")? == "burned",
        None => false,
    };
    Ok(if is_burned {
        Claimed::Burned
    } else {
        Claimed::No
    })
}

/// Somebody of an account says a code that a new device shows: it waits for their yes from now on.
pub async fn adopt(
    database: &Database,
    account_id: i64,
    code: &str,
    (now, expires_at): (i64, i64),
) -> Answer<Option<Pairing>> {
    let mut together = database.pool.begin().await?;
    // Before it is known whether the code is right: a transaction that first reads may not write in the end.
    let found = sqlx::query(
        "UPDATE pairings SET code = code WHERE account_id IS NULL AND state = 'open' AND code = ? AND expires_at > ?
         RETURNING id",
    )
    .bind(code)
    .bind(now)
    .fetch_optional(&mut *together)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let id: String = row.try_get("id")?;
    end_others(&mut together, account_id).await?;
    sqlx::query(
        "UPDATE pairings SET state = 'claimed', account_id = ?, expires_at = ? WHERE id = ?",
    )
    .bind(account_id)
    .bind(expires_at)
    .bind(&id)
    .execute(&mut *together)
    .await?;
    together.commit().await?;
    find(database, account_id, &id, now).await
}
