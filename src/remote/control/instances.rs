//! The account's instances, as the server knows them: without their names.

use serde::{Deserialize, Serialize};

use super::{Control, Said};
use crate::{domain::ids::InstanceId, error::Result};

/// An instance.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Instance {
    /// Its ULID.
    pub id: String,
    /// Since when it is in the trash, where it is.
    pub deleted_at: Option<i64>,
    /// The last push of each device, the newest first.
    pub pushes: Vec<Push>,
}

/// A push.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Push {
    /// What the device is called.
    pub name: String,
    /// When, by the server's clock.
    pub at: i64,
}

#[derive(Serialize)]
struct New {
    id: InstanceId,
}

#[derive(Deserialize)]
struct Registered {
    is_new: bool,
}

#[derive(Deserialize)]
struct Listed {
    instances: Vec<Instance>,
}

/// Registers an instance, so that its repository can be created. Returns whether it was not known before.
pub fn register(control: &Control<'_>, id: InstanceId) -> Result<Said<bool>> {
    let said = control.post::<Registered>("/v1/instances", &New { id })?;
    Ok(said.map(|registered| registered.is_new))
}

/// Lists the account's instances; those in the trash too.
pub fn list(control: &Control<'_>) -> Result<Said<Vec<Instance>>> {
    let said = control.get::<Listed>("/v1/instances")?;
    Ok(said.map(|listed| listed.instances))
}
