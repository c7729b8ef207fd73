//! Devices of an account: listed, added, renamed, revoked.

use axum::http::Method;
use schemars::JsonSchema;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    admit::Access,
    answer::{Answered, Done, Failure, Refusal},
    call::{Call, Nothing},
    route::Route,
    who::Who,
};
use crate::{
    domain::rest::name::check_device_name,
    server::{
        clock,
        database::{
            devices::{self, Device, DeviceKind},
            is_there_already,
        },
        events::Event,
        token::Token,
    },
};

/// How many devices of an account may be in use.
const MANY: usize = 100;

/// Devices of an account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Devices {
    /// The oldest first; revoked ones too.
    pub devices: Vec<Listed>,
}

/// A device.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ListedDevice")]
pub struct Listed {
    /// What is known of it.
    #[serde(flatten)]
    pub device: Device,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// A device that is added.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDevice {
    /// What it is called: 1 to 64 characters.
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub kind: DeviceKind,
}

/// A device that was added.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AddedDevice")]
pub struct Added {
    /// Its ULID.
    pub id: String,
    /// What it authenticates with, `ACCOUNT:SECRET`: nobody can read it again.
    pub token: String,
}

/// What of a device is changed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DeviceChanges")]
pub struct Changes {
    /// What it is called from now on.
    pub name: Option<String>,
    /// What it is.
    pub kind: Option<DeviceKind>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::GET, "/v1/devices"),
            Access::Account,
            "The devices of the account, with when each was last seen.",
            list,
        ),
        Route::json(
            (Method::POST, "/v1/devices"),
            Access::Person,
            "Adds a device, and tells its token once. A device cannot add another one.",
            add,
        )
        .makes(),
        Route::json(
            (Method::PATCH, "/v1/devices/{device}"),
            Access::Account,
            "Renames a device. A device changes itself alone.",
            change,
        ),
        Route::json(
            (Method::DELETE, "/v1/devices/{device}"),
            Access::Account,
            "Revokes a device: its token opens nothing any more.",
            revoke,
        ),
    ]
}

/// Lists the devices of the account.
pub async fn list(call: Call<Nothing>) -> Answered<Devices> {
    let (owner, server) = (call.who.owner()?, &call.server);
    let known = devices::list(&server.database, Some(&owner.name)).await?;
    let this = call.who.device();
    let devices = known.into_iter().map(|mut device| {
        // What was not written down yet.
        server.seen.add_to(&mut device);
        Listed {
            is_this: this == Some(&device.id),
            device,
        }
    });
    let devices = devices.collect();
    Ok(Devices { devices }.into())
}

/// Adds a device, and tells its token once.
pub async fn add(call: Call<NewDevice>) -> Answered<Added> {
    let (owner, server, asked) = (call.who.owner()?, &call.server, &call.input);
    check_device_name(&asked.name).map_err(invalid)?;
    let known = devices::list(&server.database, Some(&owner.name)).await?;
    let in_use = known.iter().filter(|device| device.revoked_at.is_none());
    if in_use.count() >= MANY {
        return Err(Refusal::Forbidden("the account has as many devices as it may").into());
    }
    let (id, token) = (Ulid::generate().to_string(), Token::make()?);
    let (new, now) = ((&id[..], &asked.name[..]), clock::now());
    let added = devices::add(&server.database, owner.id, new, asked.kind, &token, now);
    name_taken(added.await)?;
    let about = format!("{}: {} ({id})", owner.name, asked.name);
    let actor = call.who.actor();
    server.audit(&actor, "device added", &about).await?;
    server.events.tell(owner.id, &Event::Devices);
    let token = token.for_account(owner.name.as_str());
    let token = token.expose_secret().to_owned();
    Ok(Added { id, token }.into())
}

/// Renames a device.
pub async fn change(call: Call<Changes>) -> Answered<Done> {
    let (owner, server, asked) = (call.who.owner()?, &call.server, &call.input);
    let id: String = call.word("device")?;
    if matches!(&call.who, Who::Device(holder) if holder.device != id) {
        return Err(Refusal::Forbidden("a device changes itself alone").into());
    }
    if let Some(name) = &asked.name {
        check_device_name(name).map_err(invalid)?;
    }
    let name = asked.name.as_deref();
    let changed = devices::change(&server.database, (owner.id, &id), name, asked.kind).await;
    if !name_taken(changed)? {
        return Err(no_device());
    }
    server.events.tell(owner.id, &Event::Devices);
    Ok(Done::reply())
}

/// Revokes a device.
pub async fn revoke(call: Call<Nothing>) -> Answered<Done> {
    let (owner, server) = (call.who.owner()?, &call.server);
    let named: String = call.word("device")?;
    let found = devices::find(&server.database, &owner.name, &named).await?;
    let device = found.filter(|device| device.id == named);
    let device = device.ok_or_else(no_device)?;
    devices::revoke(&server.database, &device.id, clock::now()).await?;
    // At once, and not within the seconds that another process's change takes.
    server.holders.forget();
    server.presence.forget(owner.id, &device.id);
    server.events.recheck(owner.id);
    let about = format!("{}: {} ({})", owner.name, device.name, device.id);
    let actor = call.who.actor();
    server.audit(&actor, "device revoked", &about).await?;
    server.events.tell(owner.id, &Event::Devices);
    Ok(Done::reply())
}

fn no_device() -> Failure {
    Refusal::NotThere("there is no such device").into()
}

fn invalid(error: impl std::fmt::Display) -> Refusal {
    Refusal::Invalid(error.to_string())
}

fn name_taken<T>(done: Result<T, sqlx::Error>) -> Result<T, Failure> {
    done.map_err(|error| {
        if is_there_already(&error) {
            Refusal::Conflict("the account has a device of this name").into()
        } else {
            error.into()
        }
    })
}
