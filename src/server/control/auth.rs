//! People: registering by an invite, signing in and out, their sessions, their password.

use std::time::Instant;

use axum::http::Method;
use schemars::JsonSchema;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    admit::Access,
    answer::{Answered, Done, Refusal, Reply},
    call::{Call, Nothing},
    cookies, passwords,
    route::Route,
};
use crate::{
    domain::rest::name::AccountName,
    server::{
        clock,
        database::{
            passwords as kept,
            registration::{self, Joined},
            sessions::{self, Shown},
        },
        token::{Mark, Token, TokenHash},
    },
};

/// How much is kept of what a browser says of itself.
const AGENT: usize = 200;

/// What makes an account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registering {
    /// The code of an invite.
    #[schemars(with = "String")]
    pub invite: SecretString,
    /// What the account shall be called: 1 to 64 lower-case letters, digits, '-' and '_'.
    pub account: String,
    /// 10 to 200 characters.
    #[schemars(with = "String")]
    pub password: SecretString,
}

/// What somebody signs in with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SigningIn {
    /// The account.
    pub account: String,
    /// Its password.
    #[schemars(with = "String")]
    pub password: SecretString,
}

/// What changes a password.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PasswordChange")]
pub struct Changing {
    /// The one so far.
    #[schemars(with = "String")]
    pub password: SecretString,
    /// The one from now on.
    #[schemars(with = "String")]
    pub new_password: SecretString,
}

/// The session that a cookie stands for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SignedIn {
    /// Who signed in.
    pub account: String,
    /// What to send as X-CSRF-Token with whatever changes something.
    pub csrf: String,
}

/// Sessions of an account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Sessions {
    /// The newest first.
    pub sessions: Vec<Shown>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::POST, "/v1/auth/register"),
            Access::Stranger,
            "Makes an account by an invite, and signs in. An invite that is wrong, used or over: 404.",
            register,
        )
        .makes(),
        Route::json(
            (Method::POST, "/v1/auth/session"),
            Access::Stranger,
            "Signs in. Whatever is wrong, the answer is the same.",
            sign_in,
        )
        .makes(),
        Route::json(
            (Method::GET, "/v1/auth/session"),
            Access::Person,
            "Who is signed in here.",
            signed_in,
        ),
        Route::json(
            (Method::DELETE, "/v1/auth/session"),
            Access::Person,
            "Signs out.",
            sign_out,
        ),
        Route::json(
            (Method::GET, "/v1/auth/sessions"),
            Access::Person,
            "Where the account is signed in.",
            list,
        ),
        Route::json(
            (Method::DELETE, "/v1/auth/sessions/{session}"),
            Access::Person,
            "Signs out elsewhere.",
            revoke,
        ),
        Route::json(
            (Method::POST, "/v1/auth/password"),
            Access::Person,
            "Changes the password, and signs out everywhere else.",
            change,
        ),
    ]
}

/// Makes an account by an invite, and signs in.
pub async fn register(call: Call<Registering>) -> Answered<SignedIn> {
    let asked = &call.input;
    let name: AccountName = asked
        .account
        .parse()
        .map_err(|error| Refusal::Invalid(format!("{error}")))?;
    passwords::check(&asked.password, name.as_str())?;
    let server = &call.server;
    let digest = server.passwords.keep(&asked.password).await?;
    let (invite, now) = (TokenHash::of(asked.invite.expose_secret()), clock::now());
    let joined = registration::join(&server.database, &invite, &name, &digest, now).await?;
    let id = match joined {
        Joined::Yes(id) => id,
        Joined::NoInvite => return Err(Refusal::NotThere("this invite is not good").into()),
        Joined::NameTaken => return Err(Refusal::Conflict("this name belongs to somebody").into()),
    };
    server
        .audit("invite", "account registered", name.as_str())
        .await?;
    begin(&call, (id, &name)).await
}

/// Signs in.
pub async fn sign_in(call: Call<SigningIn>) -> Answered<SignedIn> {
    let (asked, server) = (&call.input, &call.server);
    let name: Option<AccountName> = asked.account.parse().ok();
    let found = match &name {
        Some(name) => {
            server.limits.password(name.as_str(), Instant::now())?;
            kept::find(&server.database, name).await?
        }
        None => None,
    };
    let (id, digest) = found.unzip();
    let is_right = server.passwords.is_right(&asked.password, digest.as_ref());
    match (is_right.await?, name, id) {
        (true, Some(name), Some(id)) => {
            server.limits.was_right(name.as_str());
            begin(&call, (id, &name)).await
        }
        _ => Err(Refusal::SignIn.into()),
    }
}

/// Begins a session.
pub(super) async fn begin<I>(
    call: &Call<I>,
    (id, name): (i64, &AccountName),
) -> Answered<SignedIn> {
    let token = Token::of(Mark::Session)?;
    let secret = token.expose();
    let session = Ulid::generate().to_string();
    let (address, agent) = (call.peer.to_string(), shown(&call.agent));
    let now = clock::now();
    let database = &call.server.database;
    sessions::add(database, (&session, id), &token, (&address, &agent), now).await?;
    let cookie = cookies::set_cookie(call.is_secure, secret.expose_secret(), sessions::KEPT);
    Ok(Reply {
        value: SignedIn {
            account: name.to_string(),
            csrf: cookies::csrf_of(secret.expose_secret()),
        },
        cookie: Some(cookies::secret_header(&cookie)?),
    })
}

/// Returns what a browser says of itself, such that it can be shown.
fn shown(agent: &str) -> String {
    let plain = agent.chars().filter(|c| !c.is_control());
    plain.take(AGENT).collect()
}

async fn signed_in(call: Call<Nothing>) -> Answered<SignedIn> {
    let signed = call.who.person()?;
    let value = SignedIn {
        account: signed.session.account.to_string(),
        csrf: signed.csrf.clone(),
    };
    Ok(value.into())
}

/// Signs out.
pub async fn sign_out(call: Call<Nothing>) -> Answered<Done> {
    let session = &call.who.person()?.session;
    sessions::remove(&call.server.database, session.account_id, &session.id).await?;
    call.server.events.recheck(session.account_id);
    let gone = cookies::set_cookie(call.is_secure, "", 0);
    Ok(Reply {
        cookie: Some(cookies::secret_header(&gone)?),
        ..Done::reply()
    })
}

/// Lists where the account is signed in.
pub async fn list(call: Call<Nothing>) -> Answered<Sessions> {
    let session = &call.who.person()?.session;
    let database = &call.server.database;
    let now = clock::now();
    let sessions = sessions::list(database, session.account_id, &session.id, now).await?;
    Ok(Sessions { sessions }.into())
}

/// Signs out elsewhere.
pub async fn revoke(call: Call<Nothing>) -> Answered<Done> {
    let id: String = call.word("session")?;
    let owner = call.who.owner()?;
    if !sessions::remove(&call.server.database, owner.id, &id).await? {
        return Err(Refusal::NotThere("there is no such session").into());
    }
    call.server.events.recheck(owner.id);
    Ok(Done::reply())
}

/// Changes the password, and signs out everywhere else.
pub async fn change(call: Call<Changing>) -> Answered<Done> {
    let (asked, server) = (&call.input, &call.server);
    let session = &call.who.person()?.session;
    let name = &session.account;
    passwords::check(&asked.new_password, name.as_str())?;
    server.limits.password(name.as_str(), Instant::now())?;
    let found = kept::find(&server.database, name).await?;
    let digest = found.map(|(_, digest)| digest);
    let is_right = server.passwords.is_right(&asked.password, digest.as_ref());
    if !is_right.await? {
        return Err(Refusal::Forbidden("the password is wrong").into());
    }
    server.limits.was_right(name.as_str());
    let new = server.passwords.keep(&asked.new_password).await?;
    kept::replace(&server.database, session.account_id, &new, clock::now()).await?;
    sessions::remove_others(&server.database, session.account_id, &session.id).await?;
    server.events.recheck(session.account_id);
    let actor = call.who.actor();
    server
        .audit(&actor, "password changed", name.as_str())
        .await?;
    Ok(Done::reply())
}
