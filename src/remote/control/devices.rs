//! The account's devices.

use serde::Deserialize;

use super::{Control, Said};
use crate::error::Result;

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Device {
    /// Its ULID.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is: `computer`, `handheld`, `phone`, or a word of a later version.
    pub kind: String,
    /// Since when it is there, in seconds since 1970.
    pub created_at: i64,
    /// When it last asked for anything.
    pub last_seen_at: Option<i64>,
    /// Since when its token opens nothing.
    pub revoked_at: Option<i64>,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

#[derive(Deserialize)]
struct Listed {
    devices: Vec<Device>,
}

/// Any answer: nothing of it is needed.
#[derive(Deserialize)]
struct Answer {}

/// Lists them, the oldest first; revoked ones too.
pub fn list(control: &Control<'_>) -> Result<Said<Vec<Device>>> {
    let said = control.get::<Listed>("/v1/devices")?;
    Ok(said.map(|listed| listed.devices))
}

/// Revokes the one with this id: its token opens nothing any more.
pub fn revoke(control: &Control<'_>, id: &str) -> Result<Said<()>> {
    let said = control.delete::<Answer>(&format!("/v1/devices/{id}"))?;
    Ok(said.map(|Answer {}| ()))
}
