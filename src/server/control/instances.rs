//! Instances of an account: listed with who pushed last, registered, deleted into the trash and back.

use std::time::Instant;

use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    admit::Access,
    answer::{Answered, Done, Failure, Refusal},
    call::{Call, Nothing},
    presence::Present,
    route::Route,
    who::Owner,
};
use crate::{
    domain::{
        ids::InstanceId,
        rest::{
            name::RepositoryId,
            path::{Kind, Object, Repository},
        },
    },
    server::{
        Server, clock,
        database::{
            instances::{self, Registered},
            pushes::{self, Push},
        },
        events::Event,
        storage::{Blobs, Fault, Removal},
    },
};

/// Instances of an account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Instances {
    /// By id, so the oldest first; deleted ones too, as long as they can be brought back.
    pub instances: Vec<Listed>,
    /// How many there may be.
    pub limit: u64,
}

/// An instance.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ListedInstance")]
pub struct Listed {
    /// Its ULID.
    pub id: String,
    /// Since when it is there.
    pub created_at: i64,
    /// Since when it is in the trash.
    pub deleted_at: Option<i64>,
    /// How much it holds, to the minute.
    pub bytes: u64,
    /// The last push of each device, the newest first.
    pub pushes: Vec<Push>,
    /// What devices are doing with it now.
    pub present: Vec<Present>,
}

/// An instance that is registered.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewInstance {
    /// Its ULID; a new one where there is none.
    id: Option<String>,
}

/// An instance that is registered.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RegisteredInstance")]
struct Known {
    /// Its ULID: its repository is /ACCOUNT/ULID/.
    id: String,
    /// Whether it was not there before.
    is_new: bool,
}

/// What came back from the trash.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BroughtBack")]
pub struct Back {
    /// How many objects that was.
    pub objects: u64,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::GET, "/v1/instances"),
            Access::Account,
            "The instances of the account: how large, who pushed last, who plays.",
            list,
        ),
        Route::json(
            (Method::POST, "/v1/instances"),
            Access::Account,
            "Registers an instance, so that ?create=true makes its repository. Again: the same answer.",
            register,
        ),
        Route::json(
            (Method::DELETE, "/v1/instances/{instance}"),
            Access::Person,
            "Puts all of an instance into the trash, for 30 days.",
            delete,
        ),
        Route::json(
            (Method::POST, "/v1/instances/{instance}/undelete"),
            Access::Person,
            "Brings back what of an instance is in the trash.",
            undelete,
        ),
    ]
}

/// Lists the instances of the account.
pub async fn list(call: Call<Nothing>) -> Answered<Instances> {
    let (owner, server) = (call.who.owner()?, &call.server);
    let known = instances::list(&server.database, Some(&owner.name)).await?;
    let pushes = pushes::list(&server.database, owner.id).await?;
    let present = server.presence.of(owner.id, Instant::now());
    let mut instances = Vec::new();
    for row in known {
        let of_row = pushes.iter().filter(|push| push.instance == row.id);
        let here = present.iter().filter(|present| present.instance == row.id);
        let Ok(id) = row.id.parse() else { continue };
        let (of, blobs) = (repository(&owner, id), server.blobs.as_ref());
        let bytes = server.sizes.of(blobs, &of).await?;
        instances.push(Listed {
            bytes,
            pushes: of_row.cloned().collect(),
            present: here.cloned().collect(),
            id: row.id,
            created_at: row.created_at,
            deleted_at: row.deleted_at,
        });
    }
    let limit = owner.instance_limit;
    Ok(Instances { instances, limit }.into())
}

async fn register(call: Call<NewInstance>) -> Answered<Known> {
    let (owner, server) = (call.who.owner()?, &call.server);
    let id = match &call.input.id {
        None => InstanceId::new(Ulid::generate()),
        Some(id) => id
            .parse()
            .map_err(|_| Refusal::Invalid("id is no ULID of an instance".to_owned()))?,
    };
    let (limit, now) = (owner.instance_limit, clock::now());
    let done = instances::register(&server.database, owner.id, id.into(), limit, now).await?;
    let is_new = match done {
        Registered::Added => true,
        Registered::Already => false,
        Registered::Deleted => {
            return Err(Refusal::Conflict("this instance is in the trash").into());
        }
        Registered::TooMany => {
            return Err(Refusal::Forbidden("the account has as many instances as it may").into());
        }
    };
    if is_new {
        let about = format!("{}/{id}", owner.name);
        server
            .audit(&call.who.actor(), "instance added", &about)
            .await?;
        server.events.tell(owner.id, &Event::Instances);
    }
    let id = id.to_string();
    Ok(Known { id, is_new }.into())
}

/// Puts all of an instance into the trash.
pub async fn delete(call: Call<Nothing>) -> Answered<Done> {
    let (owner, server) = (call.who.owner()?, &call.server);
    let (id, now) = (instance(&call)?, clock::now());
    if !server.blobs.has_trash() {
        return Err(Refusal::Conflict("this server has no trash: nothing was deleted").into());
    }
    // Known as deleted first: nobody creates it anew while it goes. Again, it goes on where it stopped.
    if !instances::set_deleted(&server.database, owner.id, id, now).await? {
        return Err(no_instance());
    }
    let of = repository(&owner, id);
    to_trash(server.blobs.as_ref(), &of, now).await?;
    server.sizes.forget(&of);
    changed(&call, server, &owner, "instance deleted", &of).await
}

/// Brings back what of an instance is in the trash.
pub async fn undelete(call: Call<Nothing>) -> Answered<Back> {
    let (owner, server) = (call.who.owner()?, &call.server);
    let id = instance(&call)?;
    let limit = owner.instance_limit;
    match instances::undelete(&server.database, owner.id, id, limit).await? {
        Registered::Added | Registered::Already => {}
        Registered::TooMany => {
            return Err(Refusal::Forbidden("the account has as many instances as it may").into());
        }
        Registered::Deleted => return Err(no_instance()),
    }
    let of = repository(&owner, id);
    let objects = server.blobs.bring_back(&of).await?;
    server.sizes.forget(&of);
    changed(&call, server, &owner, "instance brought back", &of).await?;
    Ok(Back { objects }.into())
}

async fn changed<I>(
    call: &Call<I>,
    server: &Server,
    owner: &Owner,
    what: &str,
    about: &Repository,
) -> Answered<Done> {
    server
        .audit(&call.who.actor(), what, &about.to_string())
        .await?;
    server.events.tell(owner.id, &Event::Instances);
    Ok(Done::reply())
}

/// Puts all objects into the trash. Locks go for good: whoever held them has nothing to lock any more.
async fn to_trash(blobs: &dyn Blobs, repository: &Repository, now: i64) -> Result<(), Fault> {
    // The config first: from then on it is no repository.
    let config = Removal::ToTrash(now);
    blobs.remove(repository, Object::Config, config).await?;
    for kind in Kind::ALL {
        let how = match kind {
            Kind::Locks => Removal::ForGood,
            Kind::Data | Kind::Index | Kind::Keys | Kind::Snapshots => Removal::ToTrash(now),
        };
        for entry in blobs.list(repository, kind).await?.unwrap_or_default() {
            let object = Object::Blob(kind, entry.name);
            blobs.remove(repository, object, how).await?;
        }
    }
    Ok(())
}

fn instance<I>(call: &Call<I>) -> Result<RepositoryId, Refusal> {
    let id: RepositoryId = call.word("instance")?;
    // The account's list of instances is none of them.
    if id.is_catalogue() {
        return Err(Refusal::NotThere("there is no such instance"));
    }
    Ok(id)
}

fn no_instance() -> Failure {
    Refusal::NotThere("there is no such instance").into()
}

fn repository(owner: &Owner, id: RepositoryId) -> Repository {
    Repository {
        account: owner.name.clone(),
        id,
    }
}
