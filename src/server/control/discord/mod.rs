//! The interactions endpoint of Discord: `/cloud register`, `/cloud devices`, `/cloud revoke`.
//!
//! Whoever is named in a request is who Discord says, since its signature was verified. Answers are seen by
//! that person alone, and hold a code that works once; never a password, nor a token.

mod commands;
mod signature;

use axum::{body::Bytes, http::Method, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};

pub use self::signature::Discord;
use super::{
    about,
    admit::Access,
    answer::{Failure, Refusal},
    call::Call,
    route::Route,
};
use crate::server::clock;

/// What Discord sends and takes.
const PING: u8 = 1;
const COMMAND: u8 = 2;
const PONG: u8 = 1;
const MESSAGE: u8 = 4;
/// Seen by whoever asked, and nobody else.
const EPHEMERAL: u32 = 64;

/// One request of Discord's. What is not here is not looked at.
#[derive(Debug, Deserialize)]
struct Interaction {
    #[serde(rename = "type")]
    kind: u8,
    data: Option<Word>,
    /// In a server of Discord's.
    member: Option<Member>,
    /// In a direct message.
    user: Option<User>,
}

#[derive(Debug, Deserialize)]
struct Member {
    user: User,
}

#[derive(Debug, Deserialize)]
struct User {
    id: String,
}

/// A command, one below it, or what is said to one.
#[derive(Debug, Deserialize)]
struct Word {
    name: String,
    #[serde(default)]
    options: Vec<Word>,
    value: Option<Value>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![Route::other(
        (Method::POST, "/v1/discord/interactions"),
        Access::Anybody,
        (
            "For Discord: signed requests, each once.",
            "application/json",
        ),
        interact,
    )]
}

async fn interact(call: Call<Bytes>) -> Result<Response, Failure> {
    let server = &call.server;
    let discord = server.discord.as_ref().ok_or(Refusal::Nowhere)?;
    discord.check(&call.headers, &call.input, clock::now())?;
    let asked: Interaction = serde_json::from_slice(&call.input)
        .map_err(|_| Refusal::Invalid("this is no interaction".to_owned()))?;
    match asked.kind {
        PING => Ok(said(&json!({ "type": PONG }))),
        COMMAND => {
            let user = asked.member.map(|member| member.user).or(asked.user);
            let user = user.filter(|user| is_id(&user.id));
            let user = user.ok_or(Refusal::Invalid("nobody is named".to_owned()))?;
            let text = commands::answer(server, discord, &user.id, asked.data).await?;
            Ok(said(&json!({
                "type": MESSAGE,
                "data": { "content": text, "flags": EPHEMERAL, "allowed_mentions": { "parse": [] } },
            })))
        }
        _ => Err(Refusal::Invalid("this interaction is not known".to_owned()).into()),
    }
}

/// Returns whether it is an id of Discord's; it is an account's name then.
fn is_id(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn said(value: &Value) -> Response {
    about::text("application/json", value.to_string())
}
