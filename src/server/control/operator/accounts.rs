//! Accounts: made, listed, bounded, suspended.

use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ALL, PROVISION, account, bytes, note};
use crate::{
    domain::rest::name::AccountName,
    server::{
        admin::INSTANCES,
        clock,
        control::{
            answer::{Answered, Done, Refusal},
            call::{Call, Nothing},
            route::Route,
        },
        database::{
            accounts::{self, Account, Registration, Terms},
            is_there_already,
        },
    },
};

/// All accounts.
#[derive(Debug, Serialize, JsonSchema)]
struct Accounts {
    /// By name.
    accounts: Vec<Account>,
}

/// An account that is made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    /// What it is called: 1 to 64 lower-case letters, digits, '-' and '_'.
    account: String,
    /// How many bytes it may hold; none: no bound.
    quota_bytes: Option<u64>,
    /// How many instances it may have: 64 where nothing is said.
    instance_limit: Option<u32>,
}

/// What an account may hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Quota {
    /// How many bytes; null: no bound.
    bytes: Option<u64>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::GET, "/v1/admin/accounts"),
            ALL,
            "All accounts.",
            list,
        ),
        Route::json(
            (Method::POST, "/v1/admin/accounts"),
            PROVISION,
            "Makes an account without a password: for devices alone.",
            add,
        )
        .makes(),
        Route::json(
            (Method::POST, "/v1/admin/accounts/{account}/suspend"),
            ALL,
            "Serves nothing to an account; what it has stays.",
            suspend,
        ),
        Route::json(
            (Method::POST, "/v1/admin/accounts/{account}/resume"),
            ALL,
            "Serves everything to it again.",
            resume,
        ),
        Route::json(
            (Method::PUT, "/v1/admin/accounts/{account}/quota"),
            ALL,
            "Sets how much an account may hold.",
            set_quota,
        ),
    ]
}

async fn list(call: Call<Nothing>) -> Answered<Accounts> {
    let accounts = accounts::list(&call.server.database).await?;
    Ok(Accounts { accounts }.into())
}

async fn add(call: Call<NewAccount>) -> Answered<Done> {
    let asked = &call.input;
    let name: AccountName = asked
        .account
        .parse()
        .map_err(|error| Refusal::Invalid(format!("{error}")))?;
    let terms = Terms {
        quota_bytes: bytes(asked.quota_bytes)?,
        instance_limit: asked.instance_limit.map_or(INSTANCES, u64::from),
        registration: Registration::Beforehand,
    };
    match accounts::add(&call.server.database, &name, terms, clock::now()).await {
        Err(error) if is_there_already(&error) => {
            return Err(Refusal::Conflict("this name belongs to somebody").into());
        }
        added => added?,
    }
    note(&call, "account added", name.as_str()).await
}

async fn suspend(call: Call<Nothing>) -> Answered<Done> {
    set_suspended(&call, Some(clock::now()), "account suspended").await
}

async fn resume(call: Call<Nothing>) -> Answered<Done> {
    set_suspended(&call, None, "account resumed").await
}

async fn set_suspended(call: &Call<Nothing>, at: Option<i64>, what: &str) -> Answered<Done> {
    let (account, server) = (account(call).await?, &call.server);
    accounts::set_suspended(&server.database, &account.0, at).await?;
    server.holders.forget();
    server.events.recheck(account.1);
    note(call, what, account.0.as_str()).await
}

async fn set_quota(call: Call<Quota>) -> Answered<Done> {
    let ((name, _), server) = (account(&call).await?, &call.server);
    let quota = bytes(call.input.bytes)?;
    accounts::set_quota(&server.database, &name, quota).await?;
    server.holders.forget();
    let shown = quota.map_or_else(|| "none".to_owned(), |bytes| bytes.to_string());
    note(&call, "quota set", &format!("{name}: {shown}")).await
}
