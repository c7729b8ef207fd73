//! A new device asks how it stands, and gets what it is let in with; or it gives up.

use std::time::Instant;

use axum::http::Method;
use schemars::JsonSchema;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    super::{
        admit::Access,
        answer::{Answered, Done, Failure, Refusal},
        call::Call,
        route::Route,
    },
    tell,
};
use crate::server::{
    clock,
    database::pairings::{self, State},
    events::Event,
    token::{Token, TokenHash},
};

/// A new device asks how it stands.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PairingQuestion")]
struct Asking {
    /// What it was told when it began to wait.
    #[schemars(with = "String")]
    claim: SecretString,
}

/// How a new device stands.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PairingStanding")]
struct Standing {
    /// How its pairing stands.
    state: State,
    /// What it got, in the one answer where it is let in.
    #[serde(skip_serializing_if = "Option::is_none")]
    entered: Option<LetIn>,
}

/// What a new device gets, once.
#[derive(Debug, Serialize, JsonSchema)]
struct LetIn {
    /// The device's ULID.
    id: String,
    /// What it is called.
    name: String,
    /// What it authenticates with, `ACCOUNT:SECRET`: nobody can read it again.
    token: String,
    /// What was sealed for it.
    bundle: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::POST, "/v1/pairings/answer"),
            Access::Anybody,
            "A new device asks how it stands. Where it is let in, it gets its token and its bundle, once.",
            answer,
        ),
        Route::json(
            (Method::POST, "/v1/pairings/withdraw"),
            Access::Anybody,
            "A new device that waits gives up: its pairing is ended.",
            withdraw,
        ),
    ]
}

async fn answer(call: Call<Asking>) -> Answered<Standing> {
    let (server, now) = (&call.server, clock::now());
    let claim = TokenHash::of(call.input.claim.expose_secret());
    let Some(state) = pairings::state(&server.database, &claim, now).await? else {
        return Err(nothing_waits(&call).await);
    };
    if state != State::Approved {
        let entered = None;
        return Ok(Standing { state, entered }.into());
    }
    let (id, token) = (Ulid::generate().to_string(), Token::make()?);
    let entered = pairings::enter(&server.database, &claim, (&id, &token), now).await?;
    let Some(entered) = entered else {
        return Err(Refusal::NotThere("nothing waits for this").into());
    };
    let about = format!("{}: {} ({id})", entered.account, entered.name);
    let actor = format!("pairing {}", entered.pairing);
    server.audit(&actor, "device added", &about).await?;
    tell(server, entered.account_id, &entered.pairing, State::Done);
    server.events.tell(entered.account_id, &Event::Devices);
    let token = token.for_account(entered.account.as_str());
    let entered = LetIn {
        id,
        name: entered.name,
        token: token.expose_secret().to_owned(),
        bundle: entered.bundle,
    };
    Ok(Standing {
        state: State::Done,
        entered: Some(entered),
    }
    .into())
}

async fn withdraw(call: Call<Asking>) -> Answered<Done> {
    let server = &call.server;
    let claim = TokenHash::of(call.input.claim.expose_secret());
    let Some((id, account)) = pairings::withdraw(&server.database, &claim).await? else {
        return Err(nothing_waits(&call).await);
    };
    // Before somebody of an account said the code, it concerns nobody.
    if let Some(account) = account {
        let actor = format!("pairing {id}");
        server.audit(&actor, "pairing withdrawn", &id).await?;
        tell(server, account, &id, State::Ended);
    }
    Ok(Done::reply())
}

/// As with any wrong token it takes a while, so that trying all of them costs more than it tells.
async fn nothing_waits(call: &Call<Asking>) -> Failure {
    let wait = call.server.misses.count(call.peer, Instant::now());
    tokio::time::sleep(wait).await;
    Refusal::NotThere("nothing waits for this").into()
}
