//! What a device tells our own server: what it is doing, and what became of a sync.

use serde::{Deserialize, Serialize};

use super::{Control, Said};
use crate::{
    domain::ids::{InstanceId, SnapshotId},
    error::Result,
};

/// What a device is doing with an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Doing {
    /// The game runs.
    Playing,
    /// Nothing.
    Idle,
}

/// What became of a sync. What was pushed the server knows by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// What others pushed was taken over.
    Pulled,
    /// What two devices did was put together.
    Merged,
    /// Two devices changed the same.
    Forked,
    /// It did not get through.
    Failed,
}

/// A row of the sync log. It holds no name of anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What it came to.
    pub what: What,
    /// Which snapshot it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotId>,
    /// How many bytes went over the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// How many units it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<u64>,
    /// Why, as a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

#[derive(Serialize)]
struct Report<'a> {
    instance: InstanceId,
    #[serde(flatten)]
    row: &'a Row,
}

#[derive(Serialize)]
struct Beat {
    doing: [OneBeat; 1],
}

#[derive(Serialize)]
struct OneBeat {
    instance: InstanceId,
    state: Doing,
    since: i64,
}

/// Any answer: nothing of it is needed.
#[derive(Deserialize)]
struct Answer {}

/// Tells what became of a sync.
pub fn report(control: &Control<'_>, instance: InstanceId, row: &Row) -> Result<Said<()>> {
    let said = control.post::<Answer>("/v1/sync-log", &Report { instance, row })?;
    Ok(said.map(|Answer {}| ()))
}

/// Tells what this device is doing, and since when by its clock, in seconds since 1970.
pub fn beat(
    control: &Control<'_>,
    instance: InstanceId,
    state: Doing,
    since: i64,
) -> Result<Said<()>> {
    let beat = Beat {
        doing: [OneBeat {
            instance,
            state,
            since,
        }],
    };
    let said = control.post::<Answer>("/v1/heartbeat", &beat)?;
    Ok(said.map(|Answer {}| ()))
}
