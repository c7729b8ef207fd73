//! Who is in: codes that are shown here, and those of new devices that are typed here.

use std::time::Instant;

use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    super::{
        admit::Access,
        answer::{Answered, Done, Failure},
        call::{Call, Nothing},
        route::Route,
        who::Owner,
    },
    STEP,
    code::{check_code, six_digits},
    decide::{Approval, yes_or_no},
    no_pairing, tell, wrong_code,
};
use crate::server::{
    Server, clock,
    database::pairings::{self, Pairing, State},
};

/// A pairing that began.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BegunPairing")]
pub struct Begun {
    /// A ULID.
    pub id: String,
    /// Six digits, for the new device.
    pub code: String,
    /// Whose it is: the new device has to say that too.
    pub account: String,
    /// Until when the code is good.
    pub expires_at: i64,
}

/// Pairings of an account.
#[derive(Debug, Serialize, JsonSchema)]
struct Pairings {
    /// Those that are under way, the newest first.
    pairings: Vec<Pairing>,
}

/// A code that a new device shows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ShownCode")]
struct Shown {
    /// Six digits.
    code: String,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::GET, "/v1/pairings"),
            Access::Account,
            "New devices on their way in.",
            |call: Call<Nothing>| async move {
                let pairings = under_way(&call.server, &call.who.owner()?).await?;
                Ok(Pairings { pairings }.into())
            },
        ),
        Route::json(
            (Method::POST, "/v1/pairings"),
            Access::Account,
            "Begins to let a new device in, by a code that is shown here. It ends one that waits.",
            |call: Call<Nothing>| async move {
                let begun = begin(&call.server, &call.who.owner()?, &call.who.actor()).await?;
                Ok(begun.into())
            },
        )
        .makes(),
        Route::json(
            (Method::POST, "/v1/pairings/adopt"),
            Access::Account,
            "A code that a new device shows: it waits for a yes of this account now. One that is none: 404.",
            adopt,
        ),
        Route::json(
            (Method::GET, "/v1/pairings/{pairing}"),
            Access::Account,
            "How a pairing stands.",
            look,
        ),
        Route::json(
            (Method::DELETE, "/v1/pairings/{pairing}"),
            Access::Account,
            "Ends a pairing.",
            |call: Call<Nothing>| async move {
                let (owner, id) = (call.who.owner()?, call.word::<String>("pairing")?);
                end(&call.server, &owner, &call.who.actor(), &id).await?;
                Ok(Done::reply())
            },
        ),
        Route::json(
            (Method::POST, "/v1/pairings/{pairing}/approve"),
            Access::Account,
            "Lets the new device in, with what was sealed for it. One that shows its code itself, without that: 409.",
            |call: Call<Approval>| async move {
                let bundle = call.input.bundle.as_deref();
                yes_or_no(&call, true, bundle).await
            },
        ),
        Route::json(
            (Method::POST, "/v1/pairings/{pairing}/refuse"),
            Access::Account,
            "Does not let the new device in.",
            |call: Call<Nothing>| async move { yes_or_no(&call, false, None).await },
        ),
    ]
}

/// Begins a pairing whose code is shown by who is in.
pub async fn begin(server: &Server, owner: &Owner, actor: &str) -> Result<Begun, Failure> {
    server.limits.code_of_account(owner.id, Instant::now())?;
    let (id, code, now) = (Ulid::generate().to_string(), six_digits()?, clock::now());
    let expires_at = now + STEP;
    let new = (&id[..], &code[..]);
    pairings::start(&server.database, owner.id, new, (now, expires_at)).await?;
    let about = format!("{}: {id}", owner.name);
    server.audit(actor, "pairing begun", &about).await?;
    tell(server, owner.id, &id, State::Open);
    let account = owner.name.to_string();
    Ok(Begun {
        id,
        code,
        account,
        expires_at,
    })
}

/// Returns the pairings of an account that are under way.
pub async fn under_way(server: &Server, owner: &Owner) -> Result<Vec<Pairing>, Failure> {
    Ok(pairings::list(&server.database, owner.id, clock::now()).await?)
}

/// Ends a pairing.
pub async fn end(server: &Server, owner: &Owner, actor: &str, id: &str) -> Result<(), Failure> {
    if !pairings::end(&server.database, (owner.id, id)).await? {
        return Err(no_pairing());
    }
    let about = format!("{}: {id}", owner.name);
    server.audit(actor, "pairing ended", &about).await?;
    tell(server, owner.id, id, State::Ended);
    Ok(())
}

async fn look(call: Call<Nothing>) -> Answered<Pairing> {
    let (owner, id) = (call.who.owner()?, call.word::<String>("pairing")?);
    let found = pairings::find(&call.server.database, owner.id, &id, clock::now()).await?;
    Ok(found.ok_or_else(no_pairing)?.into())
}

/// Takes a code that a new device shows: it waits for a yes of this account.
async fn adopt(call: Call<Shown>) -> Answered<Pairing> {
    let (owner, server, now) = (call.who.owner()?, &call.server, clock::now());
    check_code(&call.input.code)?;
    server.limits.code_of_account(owner.id, Instant::now())?;
    let times = (now, now + STEP);
    let adopted = pairings::adopt(&server.database, owner.id, &call.input.code, times).await?;
    let pairing = adopted.ok_or_else(wrong_code)?;
    let about = format!("{}: {}", owner.name, pairing.id);
    let actor = call.who.actor();
    server.audit(&actor, "pairing adopted", &about).await?;
    tell(server, owner.id, &pairing.id, State::Claimed);
    Ok(pairing.into())
}
