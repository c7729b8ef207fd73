//! Maintenance: what devices ask to remove, what they may remove; yes, no, and taking it back.

use askama::Template;

use super::{
    frame::{Asked, Frame, Wrong},
    page::{Answered, Page, Sent},
    shown::{When, short},
};
use crate::server::{
    clock,
    control::{
        admit::Access,
        answer::Failure,
        call::{Call, Nothing},
        grants,
    },
};

/// How many that are over are shown.
const OVER: usize = 20;

#[derive(Template)]
#[template(path = "grants.html")]
struct Grants {
    frame: Frame,
    waiting: Vec<Waiting>,
    open: Vec<Open>,
    over: Vec<Open>,
    wrong: Wrong,
}

struct Waiting {
    id: String,
    device: String,
    instance: String,
    minutes: u32,
    asked: When,
    until: When,
}

struct Open {
    id: String,
    device: String,
    instance: String,
    since: When,
    until: When,
    revoked: Option<When>,
}

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::get("/account/grants", Access::Person, look),
        Page::post(
            "/account/grants/requests/{request}/approve",
            Access::Person,
            approve,
        ),
        Page::post(
            "/account/grants/requests/{request}/refuse",
            Access::Person,
            refuse,
        ),
        Page::post("/account/grants/{grant}/revoke", Access::Person, revoke),
    ]
}

async fn look(call: Call<Asked>) -> Answered {
    Sent::page(&page(&call, Wrong::default()).await?)
}

async fn approve(call: Call<Asked>) -> Answered {
    let done = grants::approve(call.with(Nothing {})).await.map(drop);
    answer(&call, done, "grant-approved").await
}

async fn refuse(call: Call<Asked>) -> Answered {
    let done = grants::refuse(call.with(Nothing {})).await.map(drop);
    answer(&call, done, "grant-refused").await
}

async fn revoke(call: Call<Asked>) -> Answered {
    let done = grants::revoke(call.with(Nothing {})).await.map(drop);
    answer(&call, done, "grant-revoked").await
}

async fn answer(call: &Call<Asked>, done: Result<(), Failure>, word: &str) -> Answered {
    match done {
        Ok(()) => Ok(Sent::to(format!("/account/grants?done={word}"))),
        Err(failure) => {
            // What it was about is gone from the list.
            let (wrong, refusal) = Wrong::at("page", failure)?;
            Sent::refused(&refusal, &page(call, wrong).await?)
        }
    }
}

async fn page(call: &Call<Asked>, wrong: Wrong) -> Result<Grants, Failure> {
    let found = grants::list(call.with(Nothing {})).await?.value;
    let now = clock::now();
    let waiting = found.requests.into_iter().map(|request| Waiting {
        instance: short(&request.instance),
        asked: When::of(request.created_at, now),
        until: When::of(request.expires_at, now),
        id: request.id,
        device: request.name,
        minutes: request.minutes,
    });
    let (mut open, mut over) = (Vec::new(), Vec::new());
    for grant in found.grants {
        let is_open = grant.revoked_at.is_none() && grant.expires_at > now;
        let shown = Open {
            instance: short(&grant.instance),
            since: When::of(grant.created_at, now),
            until: When::of(grant.expires_at, now),
            revoked: grant.revoked_at.map(|at| When::of(at, now)),
            id: grant.id,
            device: grant.device,
        };
        if is_open {
            open.push(shown);
        } else if over.len() < OVER {
            over.push(shown);
        }
    }
    Ok(Grants {
        frame: Frame::of(call, "grants")?,
        waiting: waiting.collect(),
        open,
        over,
        wrong,
    })
}
