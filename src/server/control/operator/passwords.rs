//! Passwords of people: set anew by a code, which the operator passes on.

use axum::http::Method;
use schemars::JsonSchema;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use super::{ALL, account, note};
use crate::server::{
    admin::{LONGEST_RESET, RESET},
    clock,
    control::{
        answer::{Answered, Refusal},
        call::Call,
        route::Route,
    },
    database::resets,
    token::{Mark, Token},
};

/// What takes a password away.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Resetting {
    /// How many hours the code is good: 24 where nothing is said, 72 at most.
    hours: Option<u32>,
}

/// A code that is told once.
#[derive(Debug, Serialize, JsonSchema)]
struct Reset {
    /// What to pass on: nobody can read it again. The page `/reset` and `POST /v1/auth/reset` on the public
    /// port take it.
    code: String,
    /// Until when it is good.
    expires_at: i64,
    /// The same as a link to that page, where the server knows its own address (--public-url).
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::POST, "/v1/admin/accounts/{account}/password-reset"),
            ALL,
            "Takes away an account's password and sessions, and tells a code that sets a new one, once.",
            reset,
        )
        .makes(),
    ]
}

async fn reset(call: Call<Resetting>) -> Answered<Reset> {
    let ((name, account), server) = (account(&call).await?, &call.server);
    let hours = call.input.hours.unwrap_or(RESET);
    if !(1..=LONGEST_RESET).contains(&hours) {
        return Err(Refusal::Invalid(format!("hours is 1 to {LONGEST_RESET}")).into());
    }
    let (token, now) = (Token::of(Mark::Reset)?, clock::now());
    let (expires_at, actor) = (now + i64::from(hours) * 3600, call.who.actor());
    let of = (account, &actor[..]);
    resets::add(&server.database, of, &token, (now, expires_at)).await?;
    server.events.recheck(account);
    note(&call, "password reset", name.as_str()).await?;
    let code = token.expose().expose_secret().to_owned();
    let link = server.public_url.as_ref().map(|url| url.reset(&code));
    Ok(Reset {
        code,
        expires_at,
        link,
    }
    .into())
}
