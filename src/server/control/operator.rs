//! What an operator does over the admin listener: accounts, invites, enrolments, the audit; and what
//! watches the server asks. None of it is on the public port.

use axum::{body::Bytes, http::Method, response::Response};
use schemars::JsonSchema;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    about,
    admit::Access,
    answer::{Answered, Done, Failure, Refusal},
    call::{Call, Nothing},
    route::Route,
};
use crate::{
    domain::rest::name::AccountName,
    server::{
        admin::{INSTANCES, LONGEST_INVITE},
        clock,
        database::{
            accounts::{self, Account, Registration, Terms},
            audit::{self, Entry},
            devices::{self, Device},
            enrolments, instances, invites,
            invites::{Invite, NewInvite},
            is_there_already,
            services::Scope,
        },
        events::Event,
        metrics::Now,
        token::{Mark, Token},
    },
};

/// How long an enrolment is good, in minutes.
const ENROLMENT: i64 = 60;
/// How many entries of the audit are told.
const ENTRIES: u32 = 100;
const MOST_ENTRIES: u32 = 1000;

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

/// A code that is told once.
#[derive(Debug, Serialize, JsonSchema)]
struct MadeOnce {
    /// Its ULID.
    id: String,
    /// What to pass on: nobody can read it again.
    code: String,
    /// Until when it is good.
    expires_at: i64,
}

/// All invites.
#[derive(Debug, Serialize, JsonSchema)]
struct Invites {
    /// The newest first.
    invites: Vec<Invite>,
}

/// Devices of an account.
#[derive(Debug, Serialize, JsonSchema)]
struct Devices {
    /// The oldest first; revoked ones too.
    devices: Vec<Device>,
}

/// What was done.
#[derive(Debug, Serialize, JsonSchema)]
struct Audit {
    /// The newest last.
    entries: Vec<Entry>,
}

const ALL: Access = Access::Operator(Scope::All);
const PROVISION: Access = Access::Operator(Scope::Provision);

pub(super) fn routes() -> Vec<Route> {
    let mut routes = watching();
    routes.extend(of_accounts());
    routes.extend([
        Route::json(
            (Method::GET, "/v1/admin/invites"),
            ALL,
            "All invites.",
            list_invites,
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
        Route::json(
            (Method::GET, "/v1/admin/audit"),
            ALL,
            "What was done to accounts, devices and grants, and by whom.",
            audited,
        )
        .with_query(&[("limit", "How many: 1 to 1000, or 100.")]),
    ]);
    routes
}

fn watching() -> Vec<Route> {
    vec![
        Route::json(
            (Method::GET, "/readyz"),
            Access::Anybody,
            "Whether the storage and the database are there; 503 where one is not.",
            readyz,
        ),
        Route::other(
            (Method::GET, "/metrics"),
            Access::Anybody,
            ("Counters, for Prometheus.", "text/plain"),
            metrics,
        ),
    ]
}

fn of_accounts() -> Vec<Route> {
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
        Route::json(
            (Method::GET, "/v1/admin/accounts/{account}/devices"),
            PROVISION,
            "The devices of an account.",
            list_devices,
        ),
        Route::json(
            (
                Method::DELETE,
                "/v1/admin/accounts/{account}/devices/{device}",
            ),
            PROVISION,
            "Revokes a device, by its id or name.",
            revoke_device,
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

async fn readyz(call: Call<Nothing>) -> Answered<Done> {
    let server = &call.server;
    server.blobs.ready().await?;
    accounts::count(&server.database).await?;
    Ok(Done::reply())
}

async fn metrics(call: Call<Bytes>) -> Result<Response, Failure> {
    let server = &call.server;
    let text = server.metrics.text(Now {
        streams: server.events.open(),
        rows: [
            accounts::count(&server.database).await?,
            devices::count(&server.database).await?,
            instances::count(&server.database).await?,
        ],
        is_mounted: server.blobs.ready().await.is_ok(),
    });
    Ok(about::text(
        "text/plain; version=0.0.4; charset=utf-8",
        text,
    ))
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

async fn list_devices(call: Call<Nothing>) -> Answered<Devices> {
    let (name, _) = account(&call).await?;
    let devices = devices::list(&call.server.database, Some(&name)).await?;
    Ok(Devices { devices }.into())
}

async fn revoke_device(call: Call<Nothing>) -> Answered<Done> {
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
    let (expires_at, actor) = (now + ENROLMENT * 60, call.who.actor());
    let new = (&id[..], account, &actor[..]);
    enrolments::add(&server.database, new, &token, (now, expires_at)).await?;
    note(&call, "enrolment added", &format!("{name} ({id})")).await?;
    let code = token.expose().expose_secret().to_owned();
    Ok(MadeOnce {
        id,
        code,
        expires_at,
    }
    .into())
}

async fn list_invites(call: Call<Nothing>) -> Answered<Invites> {
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
    note(&call, "invite added", &format!("{id} for {hours} hours")).await?;
    let code = token.expose().expose_secret().to_owned();
    Ok(MadeOnce {
        id,
        code,
        expires_at,
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

async fn audited(call: Call<Nothing>) -> Answered<Audit> {
    let limit: u32 = call.asked("limit")?.unwrap_or(ENTRIES);
    if !(1..=MOST_ENTRIES).contains(&limit) {
        return Err(Refusal::Invalid(format!("limit is 1 to {MOST_ENTRIES}")).into());
    }
    let entries = audit::list(&call.server.database, limit).await?;
    Ok(Audit { entries }.into())
}

/// Returns the account that the path names, by name and number.
async fn account<I>(call: &Call<I>) -> Result<(AccountName, i64), Failure> {
    let name: AccountName = call.word("account")?;
    let found = accounts::find(&call.server.database, &name).await?;
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
