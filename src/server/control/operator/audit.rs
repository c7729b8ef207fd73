//! What was done, and by whom.

use axum::http::Method;
use schemars::JsonSchema;
use serde::Serialize;

use super::ALL;
use crate::server::{
    control::{
        answer::{Answered, Refusal},
        call::{Call, Nothing},
        route::Route,
    },
    database::audit::{self, Entry},
};

/// How many entries of the audit are told.
const ENTRIES: u32 = 100;
const MOST_ENTRIES: u32 = 1000;

/// What was done.
#[derive(Debug, Serialize, JsonSchema)]
struct Audit {
    /// The newest last.
    entries: Vec<Entry>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::GET, "/v1/admin/audit"),
            ALL,
            "What was done to accounts, devices and grants, and by whom.",
            audited,
        )
        .with_query(&[("limit", "How many: 1 to 1000, or 100.")]),
    ]
}

async fn audited(call: Call<Nothing>) -> Answered<Audit> {
    let limit: u32 = call.asked("limit")?.unwrap_or(ENTRIES);
    if !(1..=MOST_ENTRIES).contains(&limit) {
        return Err(Refusal::Invalid(format!("limit is 1 to {MOST_ENTRIES}")).into());
    }
    let entries = audit::list(&call.server.database, limit).await?;
    Ok(Audit { entries }.into())
}
