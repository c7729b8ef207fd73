//! A device gets in by a code that an operator, or a service of theirs, passed to the player.

use axum::{
    body::Bytes,
    http::{HeaderValue, Method, header},
    response::Response,
};
use schemars::JsonSchema;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    about,
    admit::Access,
    answer::{Answered, Failure, Refusal},
    call::Call,
    route::Route,
};
use crate::{
    domain::rest::{
        links,
        name::{check_device_name, told_apart},
    },
    server::{
        clock,
        database::{
            devices::{self, DeviceKind},
            enrolments, is_there_already,
        },
        events::Event,
        token::{Token, TokenHash},
    },
};

/// A device that gets in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Enrolling {
    /// The code.
    #[schemars(with = "String")]
    code: SecretString,
    /// What the device is called: 1 to 64 characters.
    name: String,
    /// What it is.
    #[serde(default)]
    kind: DeviceKind,
}

/// A device that got in.
#[derive(Debug, Serialize, JsonSchema)]
struct Enrolled {
    /// Its ULID.
    id: String,
    /// What it is called in the account.
    name: String,
    /// What it authenticates with, `ACCOUNT:SECRET`: nobody can read it again.
    token: String,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::POST, "/v1/enrolments"),
            Access::Stranger,
            "Makes a device by a code, once. A code that is wrong, used or over: 404.",
            enrol,
        )
        .makes(),
        Route::other(
            (Method::GET, links::ENROL),
            Access::Anybody,
            (
                "A page for whoever opens the link of a code: what to do with it.",
                "text/html",
            ),
            page,
        ),
    ]
}

/// A page without anything that runs: the code stays in the address, where no server sees it.
async fn page(_: Call<Bytes>) -> Result<Response, Failure> {
    let kind = "text/html; charset=utf-8";
    let mut response = about::text(kind, include_str!("enrol.html").to_owned());
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

async fn enrol(call: Call<Enrolling>) -> Answered<Enrolled> {
    let (asked, server, now) = (&call.input, &call.server, clock::now());
    check_device_name(&asked.name).map_err(|error| Refusal::Invalid(error.to_string()))?;
    let code = TokenHash::of(asked.code.expose_secret());
    let claimed = enrolments::claim(&server.database, &code, now).await?;
    let Some((account, name)) = claimed else {
        return Err(Refusal::NotThere("this code is not good").into());
    };
    let (id, token) = (Ulid::generate().to_string(), Token::make()?);
    let add = async |named: &str| {
        let new = (&id[..], named);
        devices::add(&server.database, account, new, asked.kind, &token, now).await
    };
    // The code is used up by now: a name that is taken must not keep the player out.
    let called = match add(&asked.name).await {
        Err(error) if is_there_already(&error) => {
            let called = told_apart(&asked.name, &id);
            add(&called).await?;
            called
        }
        added => {
            added?;
            asked.name.clone()
        }
    };
    let about = format!("{name}: {called} ({id})");
    server.audit("enrolment", "device added", &about).await?;
    server.events.tell(account, &Event::Devices);
    let token = token.for_account(name.as_str());
    let token = token.expose_secret().to_owned();
    Ok(Enrolled {
        id,
        name: called,
        token,
    }
    .into())
}
