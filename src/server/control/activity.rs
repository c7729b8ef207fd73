//! What devices tell: their heartbeats, and what became of their syncs.

use std::time::Instant;

use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    admit::Access,
    answer::{Answered, Done, Refusal},
    call::Call,
    call::Nothing,
    presence::{BEAT, Present, State},
    route::Route,
};
use crate::{
    domain::rest::name::{ObjectName, RepositoryId},
    server::{
        clock,
        database::sync_log::{self, Entry, NewEntry, What},
        events::Event,
    },
};

/// How many rows are told at once.
const ROWS: u32 = 100;
const MOST_ROWS: u32 = 500;
/// How many instances a heartbeat may tell of.
const MOST_DOING: usize = 64;

/// What a device says of itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Heartbeat {
    /// What it is doing.
    #[serde(default)]
    doing: Vec<Doing>,
}

/// What a device is doing with an instance.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Doing {
    /// Which instance.
    instance: String,
    /// What it is doing with it.
    state: State,
    /// Since when, by its own clock; one that is later than the server's counts as now.
    since: i64,
}

/// What is known of the account's other devices.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OtherDevices")]
struct Around {
    /// What they are doing.
    present: Vec<Present>,
    /// In how many seconds to say it again, as long as something is going on.
    next: u64,
}

/// What became of a sync.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SyncReport")]
struct Report {
    /// Which instance.
    instance: String,
    /// What it came to. What was pushed the server knows by itself.
    what: What,
    /// Which snapshot it is about.
    snapshot: Option<String>,
    /// How many bytes went over the line.
    bytes: Option<u64>,
    /// How many worlds and other units it was about.
    units: Option<u64>,
    /// Why, as a word of at most 40 lower-case letters, digits, '-' and '_'; never a name of anything.
    reason: Option<String>,
}

/// Rows of the sync log.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SyncLog")]
pub struct Log {
    /// The newest first.
    pub entries: Vec<Entry>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::POST, "/v1/heartbeat"),
            Access::Device,
            "Says what a device is doing, and what others do. It is forgotten after a while.",
            heartbeat,
        ),
        Route::json(
            (Method::POST, "/v1/sync-log"),
            Access::Device,
            "Says what became of a sync.",
            report,
        )
        .makes(),
        Route::json(
            (Method::GET, "/v1/sync-log"),
            Access::Account,
            "Who pushed, pulled, merged, forked or failed, and when: the last 2000 of the account.",
            log,
        )
        .with_query(&[
            ("instance", "Of this instance alone."),
            ("before", "Older than the entry with this id."),
            ("limit", "How many: 1 to 500, or 100."),
        ]),
    ]
}

async fn heartbeat(call: Call<Heartbeat>) -> Answered<Around> {
    let (owner, server) = (call.who.owner()?, &call.server);
    let device = call.who.device().ok_or(Refusal::Unknown)?;
    if call.input.doing.len() > MOST_DOING {
        return Err(Refusal::Invalid(format!("more than {MOST_DOING} instances")).into());
    }
    let now = clock::now();
    for doing in &call.input.doing {
        let present = Present {
            device: device.to_owned(),
            instance: instance_of(&doing.instance)?,
            state: doing.state,
            since: doing.since.min(now),
        };
        if server.presence.note(owner.id, &present, Instant::now()) {
            server.events.tell(owner.id, &Event::Presence(&present));
        }
    }
    let mut present = server.presence.of(owner.id, Instant::now());
    present.retain(|present| present.device != device);
    Ok(Around {
        present,
        next: BEAT,
    }
    .into())
}

async fn report(call: Call<Report>) -> Answered<Done> {
    let (owner, asked) = (call.who.owner()?, &call.input);
    let device = call.who.device().ok_or(Refusal::Unknown)?;
    if asked.what == What::Pushed {
        let why = "what was pushed is written down by the server";
        return Err(Refusal::Invalid(why.to_owned()).into());
    }
    let snapshot = asked.snapshot.as_deref();
    if snapshot.is_some_and(|name| name.parse::<ObjectName>().is_err()) {
        return Err(Refusal::Invalid("snapshot is none".to_owned()).into());
    }
    let reason = asked.reason.as_deref();
    if reason.is_some_and(|reason| !is_word(reason)) {
        return Err(Refusal::Invalid("reason is no word".to_owned()).into());
    }
    let small = |number: Option<u64>| number.filter(|number| i64::try_from(*number).is_ok());
    let entry = NewEntry {
        account_id: owner.id,
        at: clock::now(),
        device,
        instance: &instance_of(&asked.instance)?,
        what: asked.what,
        snapshot,
        bytes: small(asked.bytes),
        units: small(asked.units),
        reason,
    };
    sync_log::add(&call.server.database, &entry).await?;
    call.server.events.tell(
        owner.id,
        &Event::SyncLog {
            instance: entry.instance,
            device,
            what: asked.what,
        },
    );
    Ok(Done::reply())
}

/// Lists rows of the sync log.
pub async fn log(call: Call<Nothing>) -> Answered<Log> {
    let owner = call.who.owner()?;
    let instance: Option<RepositoryId> = call.asked("instance")?;
    let instance = instance.map(|id| id.to_string());
    let before: Option<i64> = call.asked("before")?;
    let limit: u32 = call.asked("limit")?.unwrap_or(ROWS);
    if !(1..=MOST_ROWS).contains(&limit) {
        return Err(Refusal::Invalid(format!("limit is 1 to {MOST_ROWS}")).into());
    }
    let database = &call.server.database;
    let entries = sync_log::list(database, owner.id, instance.as_deref(), before, limit).await?;
    Ok(Log { entries }.into())
}

/// Returns the one spelling of an instance's id.
fn instance_of(text: &str) -> Result<String, Refusal> {
    let id: RepositoryId = text
        .parse()
        .map_err(|_| Refusal::Invalid("instance is no ULID".to_owned()))?;
    Ok(id.to_string())
}

/// Returns whether it is a word for programs, which can hold no name of a world.
fn is_word(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    (1..=40).contains(&text.len()) && text.bytes().all(plain)
}
