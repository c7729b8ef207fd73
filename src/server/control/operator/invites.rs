//! Invites: made, listed, taken back.

use axum::http::Method;
use schemars::JsonSchema;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{ALL, MadeOnce, bytes, note};
use crate::{
    domain::count::counted,
    server::{
        admin::{INSTANCES, LONGEST_INVITE},
        clock,
        control::{
            answer::{Answered, Done, Refusal},
            call::{Call, Nothing},
            route::Route,
        },
        database::invites::{self, Invite, NewInvite},
        token::{Mark, Token},
    },
};

/// What an invite allows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Inviting {
    /// How many hours it is good: 72 where nothing is said, 720 at most.
    hours: Option<u32>,
    /// How many bytes the account may hold; none: no bound.
    quota_bytes: Option<u64>,
    /// How many instances it may have: 64 where nothing is said.
    instance_limit: Option<u32>,
}

/// All invites.
#[derive(Debug, Serialize, JsonSchema)]
struct Invites {
    /// The newest first.
    invites: Vec<Invite>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::GET, "/v1/admin/invites"),
            ALL,
            "All invites.",
            list,
        ),
        Route::json(
            (Method::POST, "/v1/admin/invites"),
            ALL,
            "Makes an invite, and tells its code once.",
            invite,
        )
        .makes(),
        Route::json(
            (Method::DELETE, "/v1/admin/invites/{invite}"),
            ALL,
            "Takes back an invite that nobody used.",
            take_back,
        ),
    ]
}

async fn list(call: Call<Nothing>) -> Answered<Invites> {
    let invites = invites::list(&call.server.database).await?;
    Ok(Invites { invites }.into())
}

async fn invite(call: Call<Inviting>) -> Answered<MadeOnce> {
    let (asked, server) = (&call.input, &call.server);
    let hours = asked.hours.unwrap_or(72);
    if !(1..=LONGEST_INVITE).contains(&hours) {
        return Err(Refusal::Invalid(format!("hours is 1 to {LONGEST_INVITE}")).into());
    }
    let (id, token, now) = (
        Ulid::generate().to_string(),
        Token::of(Mark::Invite)?,
        clock::now(),
    );
    let (expires_at, actor) = (now + i64::from(hours) * 3600, call.who.actor());
    let new = NewInvite {
        id: &id,
        made_by: &actor,
        times: (now, expires_at),
        quota_bytes: bytes(asked.quota_bytes)?,
        instance_limit: asked.instance_limit.map_or(INSTANCES, u64::from),
    };
    invites::add(&server.database, &new, &token).await?;
    let about = format!("{id} for {}", counted(hours, "hour"));
    note(&call, "invite added", &about).await?;
    let code = token.expose().expose_secret().to_owned();
    let link = server.public_url.as_ref().map(|url| url.invite(&code));
    Ok(MadeOnce {
        id,
        code,
        expires_at,
        link,
    }
    .into())
}

async fn take_back(call: Call<Nothing>) -> Answered<Done> {
    let id: String = call.word("invite")?;
    if !invites::remove(&call.server.database, &id).await? {
        return Err(Refusal::NotThere("no such invite is unused").into());
    }
    note(&call, "invite revoked", &id).await
}
