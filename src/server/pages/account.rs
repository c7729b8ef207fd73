//! The account: its password, and where it is signed in.

use askama::Template;

use super::{
    frame::{Asked, Frame, Wrong},
    page::{Answered, Page, Sent},
    shown::When,
};
use crate::server::{
    clock,
    control::{
        admit::Access,
        answer::{Failure, Refusal},
        auth::{self, Changing},
        call::{Call, Nothing},
    },
};

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    frame: Frame,
    sessions: Vec<Shown>,
    wrong: Wrong,
}

struct Shown {
    id: String,
    begun: When,
    seen: When,
    address: String,
    agent: String,
    is_this: bool,
}

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::get("/account", Access::Person, look),
        Page::post("/account/password", Access::Person, change),
        Page::post("/account/sessions/{session}/revoke", Access::Person, revoke),
    ]
}

async fn look(call: Call<Asked>) -> Answered {
    Sent::page(&page(&call, Wrong::default()).await?)
}

async fn change(call: Call<Asked>) -> Answered {
    let form = &call.input.form;
    let asked = Changing {
        password: form.secret("password"),
        new_password: form.secret("new_password"),
    };
    match auth::change(call.with(asked)).await {
        Ok(_) => Ok(Sent::to("/account?done=password-changed")),
        Err(failure) => {
            let place = match &failure {
                Failure::Refused(Refusal::Invalid(_)) => "new_password",
                _ => "password",
            };
            let (wrong, refusal) = Wrong::at(place, failure)?;
            Sent::refused(&refusal, &page(&call, wrong).await?)
        }
    }
}

async fn revoke(call: Call<Asked>) -> Answered {
    match auth::revoke(call.with(Nothing {})).await {
        Ok(_) => Ok(Sent::to("/account?done=session-ended")),
        Err(failure) => {
            let (wrong, refusal) = Wrong::at("sessions", failure)?;
            Sent::refused(&refusal, &page(&call, wrong).await?)
        }
    }
}

async fn page(call: &Call<Asked>, wrong: Wrong) -> Result<Account, Failure> {
    let found = auth::list(call.with(Nothing {})).await?.value.sessions;
    let now = clock::now();
    let sessions = found.into_iter().map(|session| Shown {
        begun: When::of(session.created_at, now),
        seen: When::of(session.last_seen_at, now),
        id: session.id,
        address: session.address,
        agent: session.agent,
        is_this: session.is_this,
    });
    Ok(Account {
        frame: Frame::of(call, "account")?,
        sessions: sessions.collect(),
        wrong,
    })
}
