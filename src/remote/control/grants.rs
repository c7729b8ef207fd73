//! Maintenance grants: a device asks for one, a person decides.

use serde::{Deserialize, Serialize};

use super::{Control, Said};
use crate::{domain::ids::InstanceId, error::Result};

/// What devices ask for, and what they got.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Grants {
    /// What waits for an answer.
    pub requests: Vec<Request>,
    /// All that there were, the newest first.
    pub grants: Vec<Grant>,
}

/// A request that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Request {
    /// Its ULID.
    pub id: String,
    /// The device's ULID.
    pub device: String,
    /// Which repository.
    pub instance: String,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Grant {
    /// Its ULID.
    pub id: String,
    /// What the device is called.
    pub device: String,
    /// Which repository.
    pub instance: String,
    /// Since when no more, where somebody took it back.
    pub revoked_at: Option<i64>,
}

#[derive(Serialize)]
struct New {
    instance: InstanceId,
    minutes: u32,
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

/// Any answer: nothing of it is needed.
#[derive(Deserialize)]
struct Answer {}

/// Lists the account's.
pub fn list(control: &Control<'_>) -> Result<Said<Grants>> {
    control.get("/v1/grants")
}

/// Asks to remove things from one repository for so long, in the place of what this device asked for
/// before. Returns the request's id.
pub fn request(control: &Control<'_>, instance: InstanceId, minutes: u32) -> Result<Said<String>> {
    let said = control.post::<Made>("/v1/grants/requests", &New { instance, minutes })?;
    Ok(said.map(|made| made.id))
}

/// Gives a grant back before its time.
pub fn give_back(control: &Control<'_>, grant: &Grant) -> Result<Said<()>> {
    let said = control.delete::<Answer>(&format!("/v1/grants/{}", grant.id))?;
    Ok(said.map(|Answer {}| ()))
}
