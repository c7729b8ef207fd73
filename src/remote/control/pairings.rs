//! Pairings: what is asked of the server by a device that is in, and by one that wants to be.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::json;

use super::{Control, Said};
use crate::{domain::pairing::Secret, error::Result};

/// How a pairing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nobody used the code.
    Open,
    /// A device waits for a yes.
    Claimed,
    /// It has its yes, and did not fetch what comes with it.
    Approved,
    /// It has its no.
    Refused,
    /// Whoever began it does not want it any more.
    Ended,
    /// Too many wrong codes were tried.
    Burned,
    /// It took too long.
    Expired,
    /// The device is in.
    Done,
    /// What a later server says.
    #[serde(other)]
    Unknown,
}

/// What a device is, for pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// A computer on or below a desk, or on a lap.
    Computer,
    /// One to play with in bed.
    Handheld,
    /// Anything else.
    #[serde(other)]
    Other,
}

/// What a device has of the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Held {
    /// Nothing.
    None,
    /// The short one.
    Typed,
    /// The long one.
    Scanned,
}

impl Held {
    fn of(secret: &Secret) -> Self {
        match secret {
            Secret::None => Self::None,
            Secret::Typed(_) => Self::Typed,
            Secret::Scanned(_) => Self::Scanned,
        }
    }
}

/// A pairing that began.
#[derive(Debug, Deserialize)]
pub struct Begun {
    /// Its ULID.
    pub id: String,
    /// Six digits.
    pub code: String,
    /// Whose it is.
    pub account: String,
}

/// A device that wants to be let in, as it describes itself.
#[derive(Debug, Clone, Deserialize)]
pub struct Newcomer {
    /// What it calls itself; once it is in, what it is called in the account.
    pub name: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Where it asks from.
    pub address: String,
}

/// How a pairing stands.
#[derive(Debug, Deserialize)]
pub struct Pairing {
    /// Its ULID.
    pub id: String,
    /// How it stands.
    pub state: State,
    /// The device, once there is one.
    pub device: Option<Newcomer>,
    /// What it has of the secret, where it was told the code.
    pub secret: Option<Held>,
}

/// What a new device waits with.
#[derive(Debug, Deserialize)]
pub struct Waiting {
    /// The pairing's ULID.
    pub id: String,
    /// What it asks for its answer with.
    pub claim: SecretString,
    /// Six digits to show, where it shows them.
    pub code: Option<String>,
    /// How often it should ask, in seconds.
    pub ask_every: u64,
}

/// How a new device stands.
#[derive(Debug, Deserialize)]
pub struct Standing {
    /// How its pairing stands.
    pub state: State,
    /// What it got, once.
    pub entered: Option<Entered>,
}

/// What a new device gets, once.
#[derive(Debug, Deserialize)]
pub struct Entered {
    /// Its ULID.
    pub id: String,
    /// What it is called in the account.
    pub name: String,
    /// `ACCOUNT:SECRET`.
    pub token: SecretString,
    /// What was sealed for it.
    pub bundle: Option<String>,
}

/// What a new device says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Introduction<'a> {
    /// What it calls itself.
    pub name: &'a str,
    /// What it is.
    pub kind: DeviceKind,
}

impl Control<'_> {
    /// Begins a pairing.
    pub fn begin_pairing(&self) -> Result<Said<Begun>> {
        self.post("/v1/pairings", &json!({}))
    }

    /// Says a code that a new device shows.
    pub fn adopt_pairing(&self, code: &str) -> Result<Said<Pairing>> {
        self.post("/v1/pairings/adopt", &json!({ "code": code }))
    }

    /// Asks how a pairing stands.
    pub fn pairing(&self, id: &str) -> Result<Said<Pairing>> {
        self.get(&format!("/v1/pairings/{id}"))
    }

    /// Lets a new device in, with what was sealed for it.
    pub fn approve_pairing(&self, id: &str, bundle: Option<&str>) -> Result<Said<IgnoredAny>> {
        let path = format!("/v1/pairings/{id}/approve");
        self.post(&path, &json!({ "bundle": bundle }))
    }

    /// Does not let a new device in.
    pub fn refuse_pairing(&self, id: &str) -> Result<Said<IgnoredAny>> {
        self.post(&format!("/v1/pairings/{id}/refuse"), &json!({}))
    }

    /// Ends a pairing.
    pub fn end_pairing(&self, id: &str) -> Result<Said<IgnoredAny>> {
        self.delete(&format!("/v1/pairings/{id}"))
    }

    /// A new device says a code of an account, and what it has of its secret.
    pub fn claim_pairing(
        &self,
        (account, code): (&str, &str),
        secret: &Secret,
        this: Introduction<'_>,
    ) -> Result<Said<Waiting>> {
        let value = json!({
            "account": account,
            "code": code,
            "name": this.name,
            "kind": this.kind,
            "secret": Held::of(secret),
        });
        self.post("/v1/pairings/claim", &value)
    }

    /// A new device asks for a code to show.
    pub fn request_pairing(&self, this: Introduction<'_>) -> Result<Said<Waiting>> {
        let value = json!({ "name": this.name, "kind": this.kind });
        self.post("/v1/pairings/requests", &value)
    }

    /// A new device asks how it stands.
    pub fn answer_of_pairing(&self, claim: &SecretString) -> Result<Said<Standing>> {
        let value = json!({ "claim": claim.expose_secret() });
        self.post("/v1/pairings/answer", &value)
    }

    /// A new device gives up.
    pub fn withdraw_pairing(&self, claim: &SecretString) -> Result<Said<IgnoredAny>> {
        let value = json!({ "claim": claim.expose_secret() });
        self.post("/v1/pairings/withdraw", &value)
    }
}
