//! Pairing: a new device gets in by a code, once somebody who is in says yes.
//!
//! Two ways, which meet at `claimed`:
//!
//! ```text
//! shown by who is in:     POST /v1/pairings          -> code     the new device: POST /v1/pairings/claim
//! shown by the newcomer:  POST /v1/pairings/requests -> code     who is in:      POST /v1/pairings/adopt
//!
//! open -> claimed -> approved -> done        each is over after a while; a yes or a no is given once
//!   |        |-> refused
//!   |-> burned (five wrong codes)            whoever began it may end it
//! ```
//!
//! Who is in (a device by its token, a person by their session; each sees the pairings of its own account alone):
//!
//! - `POST /v1/pairings` begins one, in the place of one that waits: `{id, code, account, expires_at}`.
//! - `GET /v1/pairings` lists what is under way, `GET /v1/pairings/ID` is one of them, whatever became of it:
//!   `{id, state, code, created_at, expires_at, device: {name, kind, address}, secret}`. The event `pairing` on
//!   `/v1/events` says when to look again.
//! - `POST /v1/pairings/ID/approve` says yes. `bundle` is what a device sealed for the new one (base64); a page
//!   cannot seal anything and sends none: the new device then gets to ciphertext, and asks for the passphrase. One
//!   that shows its code itself would not take that, but leave again: without a bundle it is refused, 409.
//! - `POST /v1/pairings/ID/refuse` says no, `DELETE /v1/pairings/ID` ends one.
//!
//! The new device: `claim` or `requests` tell it a secret of its own (`claim`), and with that it asks
//! `POST /v1/pairings/answer` how it stands. The first answer after a yes makes the device and has its token and
//! the bundle, which are nowhere afterwards: the next one is 404.
//!
//! Pages call [`begin`], [`under_way`], [`decide`] and [`end`].

use std::time::{Duration, Instant};

use axum::http::Method;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    admit::Access,
    answer::{Answered, Done, Failure, Refusal},
    call::{Call, Nothing},
    route::Route,
    who::Owner,
};
use crate::{
    domain::rest::name::check_device_name,
    error::{Context, Error},
    server::{
        Server, clock,
        database::{
            devices::{self, DeviceKind},
            is_there_already,
            pairings::{self, Claimed, Decision, Held, Newcomer, Pairing, State},
        },
        events::Event,
        token::{Mark, Token, TokenHash},
    },
};

/// How long each step may take, in seconds: to type the code, to say yes, to fetch the answer.
const STEP: i64 = 15 * 60;
/// How long a bundle may be.
const LARGEST: usize = 16 << 10;
/// How many codes new devices may show at once.
const REQUESTS: u64 = 10_000;
/// How often another code is drawn where one is shown already.
const DRAWS: usize = 20;
/// How many devices of an account may be in use.
const DEVICES: usize = 100;
/// What is said of a device that shows its code itself, where a yes comes without a bundle.
const SEALED_ALONE: &str = "this device shows a code of its own and takes only what a device that is in seals for it: \
                            say yes there, with instance-sync pair --approve";
/// How often a new device should ask, in seconds.
const PACE: u64 = 2;

/// A pairing that began.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Begun {
    /// A ULID.
    pub id: String,
    /// Six digits, for the new device.
    pub code: String,
    /// Whose it is: the new device has to say that too.
    pub account: String,
    /// Until when the code is good.
    pub expires_at: i64,
}

/// Pairings of an account.
#[derive(Debug, Serialize, JsonSchema)]
struct Pairings {
    /// Those that are under way, the newest first.
    pairings: Vec<Pairing>,
}

/// What goes with a yes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Approval {
    /// What was sealed for the new device, in base64 for addresses, without padding. A device that shows its code
    /// itself, of which the pairing has no `secret`, is let in by that alone.
    bundle: Option<String>,
}

/// A code that a new device shows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Shown {
    /// Six digits.
    code: String,
}

/// A new device that has a code.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
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
struct Requesting {
    /// What the device is called: 1 to 64 characters.
    name: String,
    /// What it is.
    #[serde(default)]
    kind: DeviceKind,
}

/// What a new device waits with.
#[derive(Debug, Serialize, JsonSchema)]
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

/// A new device asks how it stands.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asking {
    /// What it was told when it began to wait.
    #[schemars(with = "String")]
    claim: SecretString,
}

/// How a new device stands.
#[derive(Debug, Serialize, JsonSchema)]
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
    [of_those_in(), of_newcomers()].concat()
}

fn of_those_in() -> Vec<Route> {
    vec![
        Route::json(
            (Method::GET, "/v1/pairings"),
            Access::Account,
            "New devices on their way in.",
            |call: Call<Nothing>| async move {
                let pairings = under_way(&call.server, &call.who.owner()?).await?;
                Ok(Pairings { pairings }.into())
            },
        ),
        Route::json(
            (Method::POST, "/v1/pairings"),
            Access::Account,
            "Begins to let a new device in, by a code that is shown here. It ends one that waits.",
            |call: Call<Nothing>| async move {
                let begun = begin(&call.server, &call.who.owner()?, &call.who.actor()).await?;
                Ok(begun.into())
            },
        )
        .makes(),
        Route::json(
            (Method::POST, "/v1/pairings/adopt"),
            Access::Account,
            "A code that a new device shows: it waits for a yes of this account now. One that is none: 404.",
            adopt,
        ),
        Route::json(
            (Method::GET, "/v1/pairings/{pairing}"),
            Access::Account,
            "How a pairing stands.",
            look,
        ),
        Route::json(
            (Method::DELETE, "/v1/pairings/{pairing}"),
            Access::Account,
            "Ends a pairing.",
            |call: Call<Nothing>| async move {
                let (owner, id) = (call.who.owner()?, call.word::<String>("pairing")?);
                end(&call.server, &owner, &call.who.actor(), &id).await?;
                Ok(Done::reply())
            },
        ),
        Route::json(
            (Method::POST, "/v1/pairings/{pairing}/approve"),
            Access::Account,
            "Lets the new device in, with what was sealed for it. One that shows its code itself, without that: 409.",
            |call: Call<Approval>| async move {
                let bundle = call.input.bundle.as_deref();
                yes_or_no(&call, true, bundle).await
            },
        ),
        Route::json(
            (Method::POST, "/v1/pairings/{pairing}/refuse"),
            Access::Account,
            "Does not let the new device in.",
            |call: Call<Nothing>| async move { yes_or_no(&call, false, None).await },
        ),
    ]
}

fn of_newcomers() -> Vec<Route> {
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
        Route::json(
            (Method::POST, "/v1/pairings/answer"),
            Access::Anybody,
            "A new device asks how it stands. Where it is let in, it gets its token and its bundle, once.",
            answer,
        ),
    ]
}

/// Begins a pairing whose code is shown by who is in.
pub async fn begin(server: &Server, owner: &Owner, actor: &str) -> Result<Begun, Failure> {
    server.limits.code_of_account(owner.id, Instant::now())?;
    let (id, code, now) = (Ulid::generate().to_string(), six_digits()?, clock::now());
    let expires_at = now + STEP;
    let new = (&id[..], &code[..]);
    pairings::start(&server.database, owner.id, new, (now, expires_at)).await?;
    let about = format!("{}: {id}", owner.name);
    server.audit(actor, "pairing begun", &about).await?;
    tell(server, owner.id, &id, State::Open);
    let account = owner.name.to_string();
    Ok(Begun {
        id,
        code,
        account,
        expires_at,
    })
}

/// Returns the pairings of an account that are under way.
pub async fn under_way(server: &Server, owner: &Owner) -> Result<Vec<Pairing>, Failure> {
    Ok(pairings::list(&server.database, owner.id, clock::now()).await?)
}

/// Says yes or no to a device that waits; `bundle` is what was sealed for it.
pub async fn decide(
    server: &Server,
    owner: &Owner,
    actor: &str,
    id: &str,
    (is_yes, bundle): (bool, Option<&str>),
) -> Result<(), Failure> {
    let now = clock::now();
    if let Some(bundle) = bundle
        && (bundle.len() > LARGEST || URL_SAFE_NO_PAD.decode(bundle).is_err())
    {
        return Err(Refusal::Invalid("bundle is no base64 of 12 KiB at most".to_owned()).into());
    }
    if is_yes && bundle.is_none() {
        // What it shows does not change any more.
        let found = pairings::find(&server.database, owner.id, id, now).await?;
        if found.is_some_and(|pairing| pairing.state == State::Claimed && pairing.shows_itself()) {
            return Err(Refusal::Conflict(SEALED_ALONE).into());
        }
    }
    if is_yes {
        let known = devices::list(&server.database, Some(&owner.name)).await?;
        let in_use = known.iter().filter(|device| device.revoked_at.is_none());
        if in_use.count() >= DEVICES {
            let refusal = Refusal::Forbidden("the account has as many devices as it may");
            return Err(refusal.into());
        }
    }
    let (decision, what, state) = if is_yes {
        let approve = Decision::Approve(bundle, now + STEP);
        (approve, "pairing approved", State::Approved)
    } else {
        (Decision::Refuse, "pairing refused", State::Refused)
    };
    if !pairings::decide(&server.database, (owner.id, id), &decision, now).await? {
        return Err(Refusal::NotThere("no device of this pairing waits for an answer").into());
    }
    let about = format!("{}: {id}", owner.name);
    server.audit(actor, what, &about).await?;
    tell(server, owner.id, id, state);
    Ok(())
}

/// Ends a pairing.
pub async fn end(server: &Server, owner: &Owner, actor: &str, id: &str) -> Result<(), Failure> {
    if !pairings::end(&server.database, (owner.id, id)).await? {
        return Err(no_pairing());
    }
    let about = format!("{}: {id}", owner.name);
    server.audit(actor, "pairing ended", &about).await?;
    tell(server, owner.id, id, State::Ended);
    Ok(())
}

async fn look(call: Call<Nothing>) -> Answered<Pairing> {
    let (owner, id) = (call.who.owner()?, call.word::<String>("pairing")?);
    let found = pairings::find(&call.server.database, owner.id, &id, clock::now()).await?;
    Ok(found.ok_or_else(no_pairing)?.into())
}

async fn yes_or_no<I>(call: &Call<I>, is_yes: bool, bundle: Option<&str>) -> Answered<Done> {
    let (owner, id) = (call.who.owner()?, call.word::<String>("pairing")?);
    let actor = call.who.actor();
    decide(&call.server, &owner, &actor, &id, (is_yes, bundle)).await?;
    Ok(Done::reply())
}

/// Takes a code that a new device shows: it waits for a yes of this account.
async fn adopt(call: Call<Shown>) -> Answered<Pairing> {
    let (owner, server, now) = (call.who.owner()?, &call.server, clock::now());
    check_code(&call.input.code)?;
    server.limits.code_of_account(owner.id, Instant::now())?;
    let times = (now, now + STEP);
    let adopted = pairings::adopt(&server.database, owner.id, &call.input.code, times).await?;
    let pairing = adopted.ok_or_else(wrong_code)?;
    let about = format!("{}: {}", owner.name, pairing.id);
    let actor = call.who.actor();
    server.audit(&actor, "pairing adopted", &about).await?;
    tell(server, owner.id, &pairing.id, State::Claimed);
    Ok(pairing.into())
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

async fn answer(call: Call<Asking>) -> Answered<Standing> {
    let (server, now) = (&call.server, clock::now());
    let claim = TokenHash::of(call.input.claim.expose_secret());
    let Some(state) = pairings::state(&server.database, &claim, now).await? else {
        // As with any wrong token, so that asking for all of them costs more than it tells.
        let wait = server.misses.count(call.peer, Instant::now());
        tokio::time::sleep(wait).await;
        return Err(Refusal::NotThere("nothing waits for this").into());
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

/// What is no code at all is no guess either.
fn check_code(code: &str) -> Result<(), Refusal> {
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(())
    } else {
        Err(Refusal::Invalid("a code is six digits".to_owned()))
    }
}

/// Draws a code, each as likely as any other.
fn six_digits() -> Result<String, Error> {
    const CODES: u32 = 1_000_000;
    loop {
        let mut bits = [0; 4];
        getrandom::fill(&mut bits).context(|| "the system gives no random numbers".to_owned())?;
        let drawn = u32::from_be_bytes(bits);
        if drawn < u32::MAX - u32::MAX % CODES {
            return Ok(format!("{:06}", drawn % CODES));
        }
    }
}

fn tell(server: &Server, account: i64, pairing: &str, state: State) {
    server
        .events
        .tell(account, &Event::Pairing { pairing, state });
}

fn wrong_code() -> Failure {
    Refusal::NotThere("this code is not good").into()
}

fn no_pairing() -> Failure {
    Refusal::NotThere("there is no such pairing").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_six_digits_and_not_the_same() {
        let codes: Vec<_> = (0..20).map(|_| six_digits().expect("a code")).collect();
        for code in &codes {
            check_code(code).expect(code);
        }
        assert!(codes.iter().any(|code| *code != codes[0]));
        for wrong in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"] {
            assert!(check_code(wrong).is_err(), "{wrong}");
        }
    }
}
