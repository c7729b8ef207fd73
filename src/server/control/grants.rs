//! Maintenance grants: a device asks for one, a person says yes or no, and takes it back.

use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    admit::Access,
    answer::{Answered, Done, Refusal},
    call::{Call, Nothing},
    route::Route,
};
use crate::{
    domain::{count::counted, rest::name::RepositoryId},
    server::{
        admin::LONGEST_GRANT,
        clock,
        database::{
            grant_requests::{self, Request},
            grants::{self, Grant},
        },
        events::Event,
    },
};

/// What a device asks for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewGrantRequest")]
struct NewRequest {
    /// Which repository; 26 zeros are the account's list of instances.
    instance: String,
    /// For how long: 1 to 60.
    minutes: u32,
}

/// What was asked for, or made.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "GrantAnswer")]
pub struct Made {
    /// Its ULID.
    pub id: String,
}

/// Grants of an account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Grants {
    /// Those that wait for a yes, the newest first.
    pub requests: Vec<Request>,
    /// All that there were, the newest first.
    pub grants: Vec<Grant>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::GET, "/v1/grants"),
            Access::Account,
            "What devices ask for, and what they may remove.",
            list,
        ),
        Route::json(
            (Method::POST, "/v1/grants/requests"),
            Access::Device,
            "Asks to remove things from one repository for a while. A person decides within a day.",
            request,
        )
        .makes(),
        Route::json(
            (Method::POST, "/v1/grants/requests/{request}/approve"),
            Access::Person,
            "Says yes: the grant is in force from now on.",
            approve,
        )
        .makes(),
        Route::json(
            (Method::POST, "/v1/grants/requests/{request}/refuse"),
            Access::Person,
            "Says no.",
            refuse,
        ),
        Route::json(
            (Method::DELETE, "/v1/grants/{grant}"),
            Access::Account,
            "Takes a grant back.",
            revoke,
        ),
    ]
}

/// Lists what devices ask for, and what they may remove.
pub async fn list(call: Call<Nothing>) -> Answered<Grants> {
    let (owner, database) = (call.who.owner()?, &call.server.database);
    let requests = grant_requests::list(database, owner.id, clock::now()).await?;
    let grants = grants::list(database, Some(&owner.name)).await?;
    Ok(Grants { requests, grants }.into())
}

async fn request(call: Call<NewRequest>) -> Answered<Made> {
    let (owner, server, asked) = (call.who.owner()?, &call.server, &call.input);
    let device = call.who.device().ok_or(Refusal::Unknown)?;
    if !(1..=LONGEST_GRANT).contains(&asked.minutes) {
        return Err(Refusal::Invalid(format!("minutes is 1 to {LONGEST_GRANT}")).into());
    }
    let instance: RepositoryId = asked
        .instance
        .parse()
        .map_err(|_| Refusal::Invalid("instance is no ULID".to_owned()))?;
    let (id, instance) = (Ulid::generate().to_string(), instance.to_string());
    let what = (&id[..], device, &instance[..]);
    grant_requests::add(&server.database, what, asked.minutes, clock::now()).await?;
    let about = format!(
        "{}/{instance}: {device} for {} ({id})",
        owner.name,
        counted(asked.minutes, "minute")
    );
    server
        .audit(&call.who.actor(), "grant asked for", &about)
        .await?;
    server.events.tell(
        owner.id,
        &Event::Grant {
            device,
            instance: &instance,
            is_open: true,
        },
    );
    Ok(Made { id }.into())
}

/// Says yes to a request.
pub async fn approve(call: Call<Nothing>) -> Answered<Made> {
    let id = Ulid::generate().to_string();
    decide(&call, Some(&id)).await?;
    Ok(Made { id }.into())
}

/// Says no to a request.
pub async fn refuse(call: Call<Nothing>) -> Answered<Done> {
    decide(&call, None).await?;
    Ok(Done::reply())
}

async fn decide(call: &Call<Nothing>, grant: Option<&str>) -> Result<(), super::answer::Failure> {
    let (owner, server) = (call.who.owner()?, &call.server);
    let id: String = call.word("request")?;
    let decided =
        grant_requests::decide(&server.database, owner.id, &id, grant, clock::now()).await?;
    let Some(request) = decided else {
        return Err(Refusal::NotThere("nothing of this id waits for an answer").into());
    };
    let (what, id) = match grant {
        Some(grant) => ("grant added", grant),
        None => ("grant refused", &id[..]),
    };
    let about = format!(
        "{}/{}: {} for {} ({id})",
        owner.name,
        request.instance,
        request.name,
        counted(request.minutes, "minute")
    );
    server.audit(&call.who.actor(), what, &about).await?;
    server.events.tell(
        owner.id,
        &Event::Grant {
            device: &request.device,
            instance: &request.instance,
            is_open: false,
        },
    );
    Ok(())
}

/// Takes a grant back.
pub async fn revoke(call: Call<Nothing>) -> Answered<Done> {
    let (owner, server) = (call.who.owner()?, &call.server);
    let id: String = call.word("grant")?;
    let known = grants::list(&server.database, Some(&owner.name)).await?;
    let is_theirs = known.iter().any(|grant| grant.id == id);
    if !is_theirs || !grants::revoke(&server.database, &id, clock::now()).await? {
        return Err(Refusal::NotThere("no such grant is in force").into());
    }
    let about = format!("{}: {id}", owner.name);
    server
        .audit(&call.who.actor(), "grant revoked", &about)
        .await?;
    Ok(Done::reply())
}
