//! Pairings: a new device on its way in, from the code that somebody shows to the device that is there.
//!
//! Each step is one statement that says from which state it may be taken, so that of two who take it at the
//! same time one does.

mod begin;
mod claim;
mod decide;
mod enter;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::{Row, Sqlite, Transaction, sqlite::SqliteRow};

use super::{Answer, Database, devices::DeviceKind};

pub use begin::{end, request, requests, start};
pub use claim::{Claimed, adopt, claim};
pub use decide::{Decision, decide};
pub use enter::{Entered, enter, state, withdraw};

/// How a pairing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "PairingState")]
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
#[schemars(rename = "HeldSecret")]
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
    /// What it calls itself; once it is in, what it is called in the account.
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
