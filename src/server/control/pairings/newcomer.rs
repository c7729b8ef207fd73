//! A new device begins to wait: it says a code, or shows one.

use std::time::{Duration, Instant};

use axum::http::Method;
use schemars::JsonSchema;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    super::{
        admit::Access,
        answer::{Answered, Refusal},
        call::Call,
        route::Route,
    },
    STEP,
    code::{check_code, six_digits},
    tell, wrong_code,
};
use crate::{
    domain::rest::name::check_device_name,
    server::{
        clock,
        database::{
            devices::DeviceKind,
            is_there_already,
            pairings::{self, Claimed, Held, Newcomer, State},
        },
        token::{Mark, Token},
    },
};

/// How many codes new devices may show at once.
const REQUESTS: u64 = 10_000;

/// How often another code is drawn where one is shown already.
const DRAWS: usize = 20;

/// How often a new device should ask, in seconds.
const PACE: u64 = 2;

/// A new device that has a code.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PairingClaim")]
struct Claiming {
    /// Whose code it is.
    account: String,
    /// Six digits.
    code: String,
    /// What the device is called: 1 to 64 characters.
    name: String,
    /// What it is.
    #[serde(default)]
    kind: DeviceKind,
    /// What it has of the secret that its bundle will be sealed with.
    #[serde(default)]
    secret: Held,
}

/// A new device that shows a code.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PairingRequest")]
struct Requesting {
    /// What the device is called: 1 to 64 characters.
    name: String,
    /// What it is.
    #[serde(default)]
    kind: DeviceKind,
}

/// What a new device waits with.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WaitingPairing")]
struct Waiting {
    /// The pairing's ULID.
    id: String,
    /// What it asks for its answer with.
    claim: String,
    /// Six digits to show, where the new device shows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// Until when it waits.
    expires_at: i64,
    /// How often it should ask, in seconds.
    ask_every: u64,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::POST, "/v1/pairings/claim"),
            Access::Stranger,
            "A new device says a code. A wrong, used or old one: 404; after five wrong ones: 410.",
            claim,
        )
        .makes(),
        Route::json(
            (Method::POST, "/v1/pairings/requests"),
            Access::Stranger,
            "A new device shows a code, for whoever is in.",
            request,
        )
        .makes(),
    ]
}

async fn claim(call: Call<Claiming>) -> Answered<Waiting> {
    let (asked, server, now) = (&call.input, &call.server, clock::now());
    check_code(&asked.code)?;
    let device = newcomer(&call, &asked.name, asked.kind)?;
    server.limits.code_of_stranger(call.peer, Instant::now())?;
    let said = (&asked.account[..], &asked.code[..]);
    let (token, expires_at) = (Token::of(Mark::Pairing)?, now + STEP);
    let (who, times) = ((&device, asked.secret), (now, expires_at));
    match pairings::claim(&server.database, said, who, &token.hash(), times).await? {
        Claimed::No => Err(wrong_code()),
        Claimed::Burned => {
            let sentence = "too many wrong codes were tried; begin again on the other device";
            Err(Refusal::Burned(sentence).into())
        }
        Claimed::Yes(id, account) => {
            let about = format!(
                "{}: {id}: {} from {}",
                asked.account, device.name, call.peer
            );
            server.audit("pairing", "pairing claimed", &about).await?;
            tell(server, account, &id, State::Claimed);
            Ok(waiting(id, &token, None, expires_at).into())
        }
    }
}

async fn request(call: Call<Requesting>) -> Answered<Waiting> {
    let (asked, server, now) = (&call.input, &call.server, clock::now());
    let device = newcomer(&call, &asked.name, asked.kind)?;
    server.limits.code_of_stranger(call.peer, Instant::now())?;
    if pairings::requests(&server.database).await? >= REQUESTS {
        return Err(Refusal::TooMany(Duration::from_secs(60)).into());
    }
    let (id, token) = (Ulid::generate().to_string(), Token::of(Mark::Pairing)?);
    let (times, claim) = ((now, now + STEP), token.hash());
    for _ in 0..DRAWS {
        let code = six_digits()?;
        let new = (&id[..], &code[..]);
        match pairings::request(&server.database, new, &device, &claim, times).await {
            Err(error) if is_there_already(&error) => {}
            done => {
                done?;
                return Ok(waiting(id, &token, Some(code), times.1).into());
            }
        }
    }
    Err(Refusal::TooMany(Duration::from_secs(60)).into())
}

fn waiting(id: String, claim: &Token, code: Option<String>, expires_at: i64) -> Waiting {
    Waiting {
        id,
        claim: claim.expose().expose_secret().to_owned(),
        code,
        expires_at,
        ask_every: PACE,
    }
}

fn newcomer<I>(call: &Call<I>, name: &str, kind: DeviceKind) -> Result<Newcomer, Refusal> {
    check_device_name(name).map_err(|error| Refusal::Invalid(error.to_string()))?;
    Ok(Newcomer {
        name: name.to_owned(),
        kind,
        address: call.peer.to_string(),
    })
}
