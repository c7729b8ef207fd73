//! Pairing: a new device gets in by six digits, once somebody who is signed in says yes here.

use askama::Template;
use secrecy::ExposeSecret as _;

use super::{
    connect::Place,
    devices::word_of,
    frame::{Asked, Frame, Wrong},
    page::{Answered, Page, Sent},
    shown::When,
    square::Square,
};
use crate::{
    domain::pairing::{Invitation, Secret, Words},
    server::{
        clock,
        control::{admit::Access, answer::Failure, call::Call, pairings},
        database::pairings::State,
    },
};

#[derive(Template)]
#[template(path = "pair.html")]
struct Pair {
    frame: Frame,
    /// Codes that new devices may type.
    open: Vec<Open>,
    /// Devices that wait for a yes.
    waiting: Vec<Waiting>,
    /// Those that show a code themselves: the yes is said where it was typed.
    elsewhere: Vec<Waiting>,
    /// Those that may fetch what they get.
    approved: Vec<Waiting>,
    wrong: Wrong,
}

struct Open {
    id: String,
    /// What `setup` takes on the new device.
    text: String,
    /// The same for a camera.
    square: Option<Square>,
    until: When,
}

struct Waiting {
    id: String,
    name: String,
    kind: &'static str,
    address: String,
    until: When,
}

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::get("/pair", Access::Person, look),
        Page::post("/pair", Access::Person, begin),
        Page::post("/pair/{pairing}/approve", Access::Person, approve),
        Page::post("/pair/{pairing}/refuse", Access::Person, refuse),
        Page::post("/pair/{pairing}/end", Access::Person, end),
    ]
}

async fn look(call: Call<Asked>) -> Answered {
    Sent::page(&page(&call, Wrong::default()).await?)
}

async fn begin(call: Call<Asked>) -> Answered {
    let (owner, actor) = (call.who.owner()?, call.who.actor());
    let done = pairings::begin(&call.server, &owner, &actor)
        .await
        .map(drop);
    answer(&call, done, ("begin", "/pair")).await
}

async fn approve(call: Call<Asked>) -> Answered {
    decide(&call, true, "/pair?done=pairing-approved").await
}

async fn refuse(call: Call<Asked>) -> Answered {
    decide(&call, false, "/pair?done=pairing-refused").await
}

/// Says yes or no. A page has nothing that it could seal for the new device.
async fn decide(call: &Call<Asked>, is_yes: bool, to: &str) -> Answered {
    let (owner, actor) = (call.who.owner()?, call.who.actor());
    let id: String = call.word("pairing")?;
    let done = pairings::decide(&call.server, &owner, &actor, &id, (is_yes, None)).await;
    answer(call, done, ("page", to)).await
}

async fn end(call: Call<Asked>) -> Answered {
    let (owner, actor) = (call.who.owner()?, call.who.actor());
    let id: String = call.word("pairing")?;
    let done = pairings::end(&call.server, &owner, &actor, &id).await;
    answer(&call, done, ("page", "/pair?done=pairing-ended")).await
}

async fn answer(
    call: &Call<Asked>,
    done: Result<(), Failure>,
    (place, to): (&str, &str),
) -> Answered {
    match done {
        Ok(()) => Ok(Sent::to(to)),
        Err(failure) => {
            let (wrong, refusal) = Wrong::at(place, failure)?;
            Sent::refused(&refusal, &page(call, wrong).await?)
        }
    }
}

async fn page(call: &Call<Asked>, wrong: Wrong) -> Result<Pair, Failure> {
    let owner = call.who.owner()?;
    let found = pairings::under_way(&call.server, &owner).await?;
    let account = owner.name.to_string();
    let now = clock::now();
    let (mut open, mut waiting) = (Vec::new(), Vec::new());
    let (mut elsewhere, mut approved) = (Vec::new(), Vec::new());
    for pairing in found {
        let until = When::of(pairing.expires_at, now);
        let shows_itself = pairing.shows_itself();
        match (pairing.state, pairing.code, pairing.device) {
            (State::Open, Some(code), _) => {
                let text = text_of(call, account.clone(), code);
                open.push(Open {
                    id: pairing.id,
                    square: Square::of(&text),
                    text,
                    until,
                });
            }
            (state @ (State::Claimed | State::Approved), _, Some(device)) => {
                let shown = Waiting {
                    id: pairing.id,
                    kind: word_of(device.kind),
                    name: device.name,
                    address: device.address,
                    until,
                };
                match state {
                    State::Claimed if shows_itself => elsewhere.push(shown),
                    State::Claimed => waiting.push(shown),
                    _ => approved.push(shown),
                }
            }
            _ => {}
        }
    }
    Ok(Pair {
        frame: Frame::of(call, "devices")?,
        open,
        waiting,
        elsewhere,
        approved,
        wrong,
    })
}

/// Returns what is typed on the new device: where, whose, the code, and a check. There is no secret in it:
/// a page has none.
fn text_of(call: &Call<Asked>, account: String, code: String) -> String {
    let invitation = Invitation {
        url: Place::of(call).url,
        account,
        words: Words {
            code,
            secret: Secret::None,
        },
    };
    invitation.to_text().expose_secret().to_owned()
}
