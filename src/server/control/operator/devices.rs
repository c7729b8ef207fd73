//! Devices of an account: listed, revoked, and let in by a code.

use axum::http::Method;
use schemars::JsonSchema;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use ulid::Ulid;

use super::{MadeOnce, PROVISION, account, note};
use crate::server::{
    admin::ENROLMENT,
    clock,
    control::{
        answer::{Answered, Done, Refusal},
        call::{Call, Nothing},
        route::Route,
    },
    database::{
        devices::{self, Device},
        enrolments,
    },
    events::Event,
    token::{Mark, Token},
};

/// Devices of an account.
#[derive(Debug, Serialize, JsonSchema)]
struct Devices {
    /// The oldest first; revoked ones too.
    devices: Vec<Device>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::GET, "/v1/admin/accounts/{account}/devices"),
            PROVISION,
            "The devices of an account.",
            list,
        ),
        Route::json(
            (
                Method::DELETE,
                "/v1/admin/accounts/{account}/devices/{device}",
            ),
            PROVISION,
            "Revokes a device, by its id or name.",
            revoke,
        ),
        Route::json(
            (Method::POST, "/v1/admin/accounts/{account}/enrolments"),
            PROVISION,
            "Makes a code that makes one device, once, within an hour: to be passed to the player.",
            enrol,
        )
        .makes(),
    ]
}

async fn list(call: Call<Nothing>) -> Answered<Devices> {
    let (name, _) = account(&call).await?;
    let mut devices = devices::list(&call.server.database, Some(&name)).await?;
    let seen = &call.server.seen;
    for device in &mut devices {
        seen.add_to(device);
    }
    Ok(Devices { devices }.into())
}

async fn revoke(call: Call<Nothing>) -> Answered<Done> {
    let ((name, id), server) = (account(&call).await?, &call.server);
    let named: String = call.word("device")?;
    let found = devices::find(&server.database, &name, &named).await?;
    let device = found.ok_or(Refusal::NotThere("there is no such device"))?;
    devices::revoke(&server.database, &device.id, clock::now()).await?;
    server.holders.forget();
    server.presence.forget(id, &device.id);
    server.events.recheck(id);
    server.events.tell(id, &Event::Devices);
    let about = format!("{name}: {} ({})", device.name, device.id);
    note(&call, "device revoked", &about).await
}

async fn enrol(call: Call<Nothing>) -> Answered<MadeOnce> {
    let ((name, account), server) = (account(&call).await?, &call.server);
    let (id, token, now) = (
        Ulid::generate().to_string(),
        Token::of(Mark::Enrolment)?,
        clock::now(),
    );
    let (expires_at, actor) = (now + ENROLMENT, call.who.actor());
    let new = (&id[..], account, &actor[..]);
    enrolments::add(&server.database, new, &token, (now, expires_at)).await?;
    note(&call, "enrolment added", &format!("{name} ({id})")).await?;
    let code = token.expose().expose_secret().to_owned();
    let link = server.public_url.as_ref().map(|url| url.enrolment(&code));
    Ok(MadeOnce {
        id,
        code,
        expires_at,
        link,
    }
    .into())
}
