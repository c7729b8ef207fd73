//! A new device asks how it stands, or gives up; the one that is let in is made, once.

use sqlx::{Row, Sqlite, Transaction};

use super::{Answer, Database, State};
use crate::{
    domain::rest::name::{AccountName, told_apart},
    server::{
        database::{accounts, devices::DeviceKind},
        token::{Token, TokenHash},
    },
};

/// A device that was let in.
#[derive(Debug)]
pub struct Entered {
    /// The pairing.
    pub pairing: String,
    /// The account's number.
    pub account_id: i64,
    /// The account.
    pub account: AccountName,
    /// What the device is called.
    pub name: String,
    /// What was sealed for it.
    pub bundle: Option<String>,
}

/// Returns how the pairing of a device that waits stands; `None` where there is none, its answer was
/// fetched, or it is over for so long that nothing is known of it.
pub async fn state(database: &Database, claim: &TokenHash, now: i64) -> Answer<Option<State>> {
    let row = sqlx::query(
        "SELECT state, expires_at FROM pairings
         WHERE claim_hash = ? AND (account_id IS NULL OR account_id IN
               (SELECT id FROM accounts WHERE suspended_at IS NULL))",
    )
    .bind(claim.as_bytes().as_slice())
    .fetch_optional(&database.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let is_over = row.try_get::<i64, _>("expires_at")? <= now;
    Ok(Some(State::of(row.try_get("state")?, is_over)))
}

/// Ends the pairing of a device that waits no longer. Returns the pairing, and the account's number where it is known;
/// `None` where nothing is under way.
pub async fn withdraw(
    database: &Database,
    claim: &TokenHash,
) -> Answer<Option<(String, Option<i64>)>> {
    let row = sqlx::query(
        "UPDATE pairings SET state = 'ended', bundle = NULL
         WHERE claim_hash = ? AND state IN ('open', 'claimed', 'approved')
         RETURNING id, account_id",
    )
    .bind(claim.as_bytes().as_slice())
    .fetch_optional(&database.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((row.try_get("id")?, row.try_get("account_id")?)))
}

/// Makes the device that was let in, and forgets what was sealed for it and what it asked with: once, all
/// of it or nothing.
pub async fn enter(
    database: &Database,
    claim: &TokenHash,
    (device, token): (&str, &Token),
    now: i64,
) -> Answer<Option<Entered>> {
    let mut together = database.pool.begin().await?;
    let row = sqlx::query(
        "UPDATE pairings SET state = 'done' WHERE claim_hash = ? AND state = 'approved' AND expires_at > ?
         RETURNING id, account_id, name, kind, bundle",
    )
    .bind(claim.as_bytes().as_slice())
    .bind(now)
    .fetch_optional(&mut *together)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (pairing, account_id): (String, i64) = (row.try_get("id")?, row.try_get("account_id")?);
    let bundle: Option<String> = row.try_get("bundle")?;
    let wanted: String = row.try_get("name")?;
    let kind: String = row.try_get("kind")?;
    let account = sqlx::query("SELECT name FROM accounts WHERE id = ? AND suspended_at IS NULL")
        .bind(account_id)
        .fetch_optional(&mut *together)
        .await?;
    let Some(account) = account else {
        return Ok(None);
    };
    let name = free_name(&mut together, account_id, wanted, device).await?;
    sqlx::query(
        "INSERT INTO devices (id, account_id, name, kind, token_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(device)
    .bind(account_id)
    .bind(&name)
    .bind(DeviceKind::of(&kind).as_str())
    .bind(token.hash().as_bytes().as_slice())
    .bind(now)
    .execute(&mut *together)
    .await?;
    sqlx::query(
        "UPDATE pairings SET bundle = NULL, claim_hash = NULL, device_id = ?, name = ? WHERE id = ?",
    )
        .bind(device)
        // Whoever said yes reads here what it is called now.
        .bind(&name)
        .bind(&pairing)
        .execute(&mut *together)
        .await?;
    together.commit().await?;
    Ok(Some(Entered {
        pairing,
        account_id,
        account: accounts::read_name(&account)?,
        name,
        bundle,
    }))
}

/// Returns what the device is called: its name, with an addition where the account has one of that name.
/// The player said yes by now, and a name must not keep the device out.
async fn free_name(
    together: &mut Transaction<'_, Sqlite>,
    account_id: i64,
    wanted: String,
    device: &str,
) -> Answer<String> {
    let taken = sqlx::query(
        "SELECT 1 FROM devices WHERE account_id = ? AND name = ? AND revoked_at IS NULL",
    )
    .bind(account_id)
    .bind(&wanted)
    .fetch_optional(&mut **together)
    .await?;
    Ok(match taken {
        None => wanted,
        Some(_) => told_apart(&wanted, device),
    })
}
