//! What an operator does over the admin listener: accounts, invites, enrolments, the audit; and what
//! watches the server asks. None of it is on the public port.

mod accounts;
mod audit;
mod devices;
mod invites;
mod passwords;
mod watching;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    admit::Access,
    answer::{Answered, Done, Failure, Refusal},
    call::Call,
    route::Route,
};
use crate::{
    domain::rest::name::AccountName,
    server::{database, database::services::Scope},
};

const ALL: Access = Access::Operator(Scope::All);
const PROVISION: Access = Access::Operator(Scope::Provision);

/// A code that is told once.
#[derive(Debug, Serialize, JsonSchema)]
struct MadeOnce {
    /// Its ULID.
    id: String,
    /// What to pass on: nobody can read it again.
    code: String,
    /// Until when it is good.
    expires_at: i64,
    /// The same as a link, where the server knows its own address (--public-url).
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    [
        watching::routes(),
        accounts::routes(),
        devices::routes(),
        invites::routes(),
        passwords::routes(),
        audit::routes(),
    ]
    .concat()
}

/// Returns the account that the path names, by name and number.
async fn account<I>(call: &Call<I>) -> Result<(AccountName, i64), Failure> {
    let name: AccountName = call.word("account")?;
    let found = database::accounts::find(&call.server.database, &name).await?;
    let found = found.ok_or(Refusal::NotThere("there is no such account"))?;
    Ok((name, found.id))
}

/// Returns a number of bytes that the database can hold.
fn bytes(bytes: Option<u64>) -> Result<Option<u64>, Refusal> {
    match bytes {
        Some(bytes) if i64::try_from(bytes).is_err() => {
            Err(Refusal::Invalid("that is more than there is".to_owned()))
        }
        bytes => Ok(bytes),
    }
}

async fn note<I>(call: &Call<I>, what: &str, about: &str) -> Answered<Done> {
    call.server.audit(&call.who.actor(), what, about).await?;
    Ok(Done::reply())
}
