//! How a machine is connected, step by step, with a token of its own: all that a person has to read.

use askama::Template;

use super::{
    devices::{KINDS, kind_of},
    frame::{Asked, Frame, Wrong},
    page::{Answered, Page, Sent},
};
use crate::server::{
    control::{
        admit::Access,
        answer::Failure,
        call::Call,
        devices::{self, NewDevice},
    },
    database::devices::DeviceKind,
};

#[derive(Template)]
#[template(path = "connect.html")]
struct Connect {
    frame: Frame,
    place: Place,
    name: String,
    chosen: DeviceKind,
    /// The token of the device that was just added: shown once.
    token: Option<String>,
    wrong: Wrong,
}

/// Where this server is, as the browser found it.
pub(super) struct Place {
    /// Its address.
    pub url: String,
    /// Whether `setup` takes it without being told that anybody on the way can read along.
    is_safe: bool,
}

impl Place {
    pub fn of(call: &Call<Asked>) -> Self {
        let host = &call.input.host;
        let scheme = if call.is_secure { "https" } else { "http" };
        let name = host.rsplit_once(':').map_or(host.as_str(), |(name, port)| {
            if port.bytes().all(|b| b.is_ascii_digit()) {
                name
            } else {
                host
            }
        });
        Self {
            url: format!("{scheme}://{host}"),
            is_safe: call.is_secure || matches!(name, "localhost" | "127.0.0.1" | "[::1]"),
        }
    }
}

impl Connect {
    fn kinds(&self) -> impl Iterator<Item = (&'static str, bool)> {
        KINDS
            .iter()
            .map(|(kind, word)| (*word, *kind == self.chosen))
    }
}

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::get("/devices/connect", Access::Person, look),
        Page::post("/devices/connect", Access::Person, add),
    ]
}

async fn look(call: Call<Asked>) -> Answered {
    Sent::page(&page(&call, None, Wrong::default())?)
}

/// Adds a device. Its token is in this answer and nowhere else, so that nothing redirects to it.
async fn add(call: Call<Asked>) -> Answered {
    let form = &call.input.form;
    let new = NewDevice {
        name: form.text("name").to_owned(),
        kind: kind_of(form.text("kind")),
    };
    match devices::add(call.with(new)).await {
        Ok(reply) => {
            let token = Some(reply.value.token);
            Sent::page(&page(&call, token, Wrong::default())?)
        }
        Err(failure) => {
            let (wrong, refusal) = Wrong::at("name", failure)?;
            Sent::refused(&refusal, &page(&call, None, wrong)?)
        }
    }
}

fn page(call: &Call<Asked>, token: Option<String>, wrong: Wrong) -> Result<Connect, Failure> {
    let form = &call.input.form;
    let chosen = match form.get("kind") {
        Some(word) => kind_of(word),
        None => DeviceKind::Computer,
    };
    Ok(Connect {
        frame: Frame::of(call, "devices")?,
        place: Place::of(call),
        name: form.text("name").chars().take(64).collect(),
        chosen,
        token,
        wrong,
    })
}
