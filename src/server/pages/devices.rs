//! Devices: when each was last seen, renamed, revoked.

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
        call::{Call, Nothing},
        devices::{self, Changes},
    },
    database::devices::DeviceKind,
};

/// What there is to be chosen from.
pub const KINDS: [(DeviceKind, &str); 4] = [
    (DeviceKind::Computer, "computer"),
    (DeviceKind::Handheld, "handheld"),
    (DeviceKind::Phone, "phone"),
    (DeviceKind::Other, "other"),
];

#[derive(Template)]
#[template(path = "devices.html")]
struct Devices {
    frame: Frame,
    used: Vec<Shown>,
    revoked: Vec<Shown>,
    wrong: Wrong,
}

struct Shown {
    id: String,
    name: String,
    kind: &'static str,
    added: When,
    seen: Option<When>,
    revoked: Option<When>,
}

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::get("/devices", Access::Person, look),
        Page::post("/devices/{device}/rename", Access::Person, rename),
        Page::post("/devices/{device}/revoke", Access::Person, revoke),
    ]
}

async fn look(call: Call<Asked>) -> Answered {
    Sent::page(&page(&call, Wrong::default()).await?)
}

async fn rename(call: Call<Asked>) -> Answered {
    let changes = Changes {
        name: Some(call.input.form.text("name").to_owned()),
        kind: None,
    };
    match devices::change(call.with(changes)).await {
        Ok(_) => Ok(Sent::to("/devices?done=device-renamed")),
        Err(failure) => refused(&call, failure, "rename").await,
    }
}

async fn revoke(call: Call<Asked>) -> Answered {
    match devices::revoke(call.with(Nothing {})).await {
        Ok(_) => Ok(Sent::to("/devices?done=device-revoked")),
        Err(failure) => refused(&call, failure, "revoke").await,
    }
}

async fn refused(call: &Call<Asked>, failure: Failure, what: &str) -> Answered {
    let id: String = call.word("device")?;
    let place = match &failure {
        // Nobody can correct it beside a device that is not there.
        Failure::Refused(Refusal::NotThere(_)) => "page".to_owned(),
        _ => format!("{what} {id}"),
    };
    let (wrong, refusal) = Wrong::at(place, failure)?;
    Sent::refused(&refusal, &page(call, wrong).await?)
}

async fn page(call: &Call<Asked>, wrong: Wrong) -> Result<Devices, Failure> {
    let listed = devices::list(call.with(Nothing {})).await?.value.devices;
    let now = clock::now();
    let all = listed.into_iter().map(|listed| {
        let device = listed.device;
        Shown {
            kind: word_of(device.kind),
            added: When::of(device.created_at, now),
            seen: device.last_seen_at.map(|at| When::of(at, now)),
            revoked: device.revoked_at.map(|at| When::of(at, now)),
            id: device.id,
            name: device.name,
        }
    });
    let (revoked, used) = all.partition(|shown| shown.revoked.is_some());
    Ok(Devices {
        frame: Frame::of(call, "devices")?,
        used,
        revoked,
        wrong,
    })
}

/// Returns the word for a kind, as forms send it.
pub fn word_of(kind: DeviceKind) -> &'static str {
    let found = KINDS.iter().find(|(known, _)| *known == kind);
    found.map_or("other", |(_, word)| word)
}

/// Returns the kind of a word.
pub fn kind_of(word: &str) -> DeviceKind {
    let found = KINDS.iter().find(|(_, known)| *known == word);
    found.map_or(DeviceKind::Other, |(kind, _)| *kind)
}
