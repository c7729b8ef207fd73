//! What a client says of its session with a list of snapshots, and what it hears of others by the answer:
//! a hook with nothing to do asks once, and that is all that it asks.

use std::time::Instant;

use axum::http::{HeaderMap, HeaderValue};

use super::asked::Asked;
use crate::{
    domain::rest::session::{self, MANY, OTHERS, Other, SESSION, Session},
    server::{
        clock,
        control::presence::{Present, State},
        database::devices,
        events::Event,
    },
};

/// Notes what the client says, and tells it of others. A client that says nothing, such as restic, is told
/// nothing. None of it can make the list fail.
pub(super) async fn tell(asked: &Asked<'_>, headers: &mut HeaderMap) {
    let said = asked.headers.get(SESSION);
    let said = said.and_then(|value| value.to_str().ok()?.parse::<Session>().ok());
    let id = asked.address.repository.id;
    let Some(said) = said.filter(|_| !id.is_catalogue()) else {
        return;
    };
    let (server, holder, now) = (asked.server, asked.holder, Instant::now());
    let instance = id.to_string();
    if let Session::Play { since } = said {
        let present = Present {
            device: holder.device.clone(),
            instance: instance.clone(),
            state: State::Playing,
            since: since.min(clock::now()),
        };
        if server.presence.note(holder.account_id, &present, now) {
            server
                .events
                .tell(holder.account_id, &Event::Presence(&present));
        }
    }
    let mut present = server.presence.of(holder.account_id, now);
    present.retain(|one| one.instance == instance && one.device != holder.device);
    if present.is_empty() {
        return;
    }
    // Names are looked up only where there is somebody.
    let mut others = Vec::new();
    for one in present.iter().take(MANY) {
        let found = devices::find(&server.database, &holder.account, &one.device).await;
        if let Ok(Some(device)) = found {
            others.push(Other {
                device: device.name,
                is_playing: one.state == State::Playing,
                since: one.since,
            });
        }
    }
    if let Ok(value) = HeaderValue::try_from(session::write(&others))
        && !others.is_empty()
    {
        headers.insert(OTHERS, value);
    }
}
