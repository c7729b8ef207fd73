//! A password is set anew by a code that an operator passed to the person, once.

use axum::http::Method;
use schemars::JsonSchema;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{
    admit::Access,
    answer::{Answered, Refusal},
    auth::{self, SignedIn},
    call::Call,
    passwords,
    route::Route,
};
use crate::server::{clock, database::resets, token::TokenHash};

/// What sets a password anew.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resetting {
    /// The code.
    #[schemars(with = "String")]
    pub code: SecretString,
    /// The password from now on: 10 to 200 characters.
    #[schemars(with = "String")]
    pub password: SecretString,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::POST, "/v1/auth/reset"),
            Access::Stranger,
            "Sets a password anew by an operator's code, once, and signs in. A code that is wrong, used or over: 404.",
            reset,
        )
        .makes(),
    ]
}

/// Sets a password anew, and signs in.
pub async fn reset(call: Call<Resetting>) -> Answered<SignedIn> {
    let (asked, server, now) = (&call.input, &call.server, clock::now());
    let code = TokenHash::of(asked.code.expose_secret());
    let unknown = Refusal::NotThere("this code is not good");
    let Some((id, name)) = resets::find(&server.database, &code, now).await? else {
        return Err(unknown.into());
    };
    passwords::check(&asked.password, name.as_str())?;
    let kept = server.passwords.keep(&asked.password).await?;
    if !resets::claim(&server.database, &code, &kept, now).await? {
        return Err(unknown.into());
    }
    server.limits.was_right(name.as_str());
    server.audit("reset", "password set", name.as_str()).await?;
    auth::begin(&call, (id, &name)).await
}
