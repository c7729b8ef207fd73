//! Pairings: a new device on its way in, from the code that somebody shows to the device that is there.
//!
//! Each step is one statement that says from which state it may be taken, so that of two who take it at the
//! same time one does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::{Row, Sqlite, Transaction, sqlite::SqliteRow};

use super::{Answer, Database, devices::DeviceKind};
use crate::{
    domain::rest::name::AccountName,
    server::token::{Token, TokenHash},
};

/// After so many wrong codes, a code is good for nothing any more.
const MISSES: i64 = 5;

/// How a pairing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The code is shown, and nobody used it.
    Open,
    /// A device has the code, and waits for a yes.
    Claimed,
    /// It was let in, and did not fetch its token yet.
    Approved,
    /// Somebody said no.
    Refused,
    /// Whoever began it does not want it any more.
    Ended,
    /// Too many wrong codes were tried.
    Burned,
    /// It took too long.
    Expired,
    /// The device is there.
    Done,
}

impl State {
    fn of(word: &str, is_over: bool) -> Self {
        match word {
            "open" | "claimed" | "approved" if is_over => Self::Expired,
            "open" => Self::Open,
            "claimed" => Self::Claimed,
            "approved" => Self::Approved,
            "refused" => Self::Refused,
            "burned" => Self::Burned,
            "done" => Self::Done,
            _ => Self::Ended,
        }
    }
}

/// What a new device has of the secret that its bundle is sealed with. The server never has any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Held {
    /// Nothing: the player types the passphrase of the saves.
    #[default]
    None,
    /// The short one, which can be typed.
    Typed,
    /// The long one of the picture.
    Scanned,
}

impl Held {
    fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Typed => "typed",
            Self::Scanned => "scanned",
        }
    }

    fn of(word: &str) -> Self {
        let mut known = [Self::Typed, Self::Scanned].into_iter();
        known.find(|held| held.as_str() == word).unwrap_or_default()
    }
}

/// A device that wants to be let in, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Newcomer {
    /// What it calls itself.
    pub name: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Where it asks from.
    pub address: String,
}

/// A row, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Pairing {
    /// A ULID.
    pub id: String,
    /// How it stands.
    pub state: State,
    /// The code, while it is good.
    pub code: Option<String>,
    /// When it began.
    pub created_at: i64,
    /// When this state is over.
    pub expires_at: i64,
    /// The device, once there is one.
    pub device: Option<Newcomer>,
    /// What it has of the secret, where the code was shown to it; none where it shows its code itself.
    pub secret: Option<Held>,
}

impl Pairing {
    /// Returns whether the device shows its code itself: it takes only what is sealed by the secret beside that
    /// code, which is read from its screen.
    pub fn shows_itself(&self) -> bool {
        self.device.is_some() && self.secret.is_none()
    }
}

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

/// What is decided about a device that waits.
#[derive(Debug)]
pub enum Decision<'a> {
    /// It is let in, with this bundle; it has until then to fetch it.
    Approve(Option<&'a str>, i64),
    /// It is not.
    Refuse,
}

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
/// [`super::is_there_already`] knows.
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
    super::count(database, sql).await
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

/// Returns one of an account.
pub async fn find(
    database: &Database,
    account_id: i64,
    id: &str,
    now: i64,
) -> Answer<Option<Pairing>> {
    let row = sqlx::query("SELECT * FROM pairings WHERE account_id = ? AND id = ?")
        .bind(account_id)
        .bind(id)
        .fetch_optional(&database.pool)
        .await?;
    row.map(|row| read(&row, now)).transpose()
}

/// Returns those of an account that are under way, the newest first.
pub async fn list(database: &Database, account_id: i64, now: i64) -> Answer<Vec<Pairing>> {
    let rows = sqlx::query(
        "SELECT * FROM pairings
         WHERE account_id = ? AND state IN ('open', 'claimed', 'approved') AND expires_at > ?
         ORDER BY created_at DESC, id DESC",
    )
    .bind(account_id)
    .bind(now)
    .fetch_all(&database.pool)
    .await?;
    rows.iter().map(|row| read(row, now)).collect()
}

/// Says yes or no to a device that waits. Returns whether one did.
pub async fn decide(
    database: &Database,
    (account_id, id): (i64, &str),
    decision: &Decision<'_>,
    now: i64,
) -> Answer<bool> {
    let (state, bundle, until) = match decision {
        Decision::Approve(bundle, until) => ("approved", *bundle, Some(*until)),
        Decision::Refuse => ("refused", None, None),
    };
    let done = sqlx::query(
        "UPDATE pairings SET state = ?, bundle = ?, expires_at = coalesce(?, expires_at)
         WHERE account_id = ? AND id = ? AND state = 'claimed' AND expires_at > ?",
    )
    .bind(state)
    .bind(bundle)
    .bind(until)
    .bind(account_id)
    .bind(id)
    .bind(now)
    .execute(&database.pool)
    .await?;
    Ok(done.rows_affected() == 1)
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
    sqlx::query("UPDATE pairings SET bundle = NULL, claim_hash = NULL, device_id = ? WHERE id = ?")
        .bind(device)
        .bind(&pairing)
        .execute(&mut *together)
        .await?;
    together.commit().await?;
    let account: String = account.try_get("name")?;
    Ok(Some(Entered {
        pairing,
        account_id,
        account: account
            .parse()
            .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        name,
        bundle,
    }))
}

/// Forgets those that are over.
pub async fn forget(database: &Database, now: i64) -> Answer<()> {
    sqlx::query("DELETE FROM pairings WHERE expires_at <= ?")
        .bind(now)
        .execute(&database.pool)
        .await
        .map(drop)
}

/// Ends what waits for an account: there is one at a time.
async fn end_others(together: &mut Transaction<'_, Sqlite>, account_id: i64) -> Answer<()> {
    sqlx::query(
        "UPDATE pairings SET state = 'ended' WHERE account_id = ? AND state IN ('open', 'claimed')",
    )
    .bind(account_id)
    .execute(&mut **together)
    .await
    .map(drop)
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
    if taken.is_none() {
        return Ok(wanted);
    }
    let short: String = wanted.chars().take(50).collect();
    let last = &device[device.len().saturating_sub(6)..];
    Ok(format!("{short} ({last})"))
}

fn read(row: &SqliteRow, now: i64) -> Answer<Pairing> {
    let expires_at: i64 = row.try_get("expires_at")?;
    let state = State::of(row.try_get("state")?, expires_at <= now);
    let device = match row.try_get::<Option<String>, _>("name")? {
        None => None,
        Some(name) => Some(Newcomer {
            name,
            kind: DeviceKind::of(row.try_get("kind")?),
            address: row.try_get("address")?,
        }),
    };
    let secret: Option<String> = row.try_get("secret")?;
    let code: String = row.try_get("code")?;
    Ok(Pairing {
        id: row.try_get("id")?,
        state,
        code: (state == State::Open).then_some(code),
        created_at: row.try_get("created_at")?,
        expires_at,
        device,
        secret: secret.as_deref().map(Held::of),
    })
}
