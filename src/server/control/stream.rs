//! The stream of events of an account: open as long as whoever listens may, and the server runs.

use std::{
    convert::Infallible,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Method, header},
    response::Response,
};
use futures_util::{
    future::{self, Either},
    stream,
};
use tokio::{
    sync::{broadcast::error::RecvError, watch},
    time::timeout,
};

use super::{
    admit::Access,
    answer::{Failure, Refusal},
    call::Call,
    route::Route,
    who::Who,
};
use crate::server::{
    Server,
    database::{devices, sessions},
    events::{Listening, Message},
};

/// How often a stream says that it is there: proxies close what is silent for a minute.
const BEAT: Duration = Duration::from_secs(25);
/// How often it is looked whether who listens still may, where nobody says so.
const RECHECK: Duration = Duration::from_secs(100);
/// What a stream begins with: a client comes back after 5 s.
const HELLO: &str = "retry: 5000\n\n";

struct Open {
    server: Arc<Server>,
    who: Who,
    listening: Listening,
    stop: watch::Receiver<bool>,
    checked: Instant,
    has_begun: bool,
}

pub(super) fn routes() -> Vec<Route> {
    vec![Route::other(
        (Method::GET, "/v1/events"),
        Access::Account,
        (
            "What happens, as server-sent events: snapshot, presence, grant, pairing, sync_log, devices, instances; \
             missed, where some were lost. At most 64 streams of an account.",
            "text/event-stream",
        ),
        listen,
    )]
}

async fn listen(call: Call<Bytes>) -> Result<Response, Failure> {
    let owner = call.who.owner()?;
    let Some(listening) = call.server.events.listen(owner.id) else {
        return Err(Refusal::TooMany(Duration::from_secs(30)).into());
    };
    let open = Open {
        stop: call.server.stop.clone(),
        server: call.server,
        who: call.who,
        listening,
        checked: Instant::now(),
        has_begun: false,
    };
    let mut response = Response::new(Body::from_stream(stream::unfold(open, next)));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE.as_str(), "text/event-stream"),
        (header::CACHE_CONTROL.as_str(), "no-store"),
        // nginx would keep events until it has enough of them.
        ("x-accel-buffering", "no"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// Returns what is sent next; nothing, where the stream ends.
async fn next(mut open: Open) -> Option<(Result<Bytes, Infallible>, Open)> {
    if !open.has_begun {
        open.has_begun = true;
        return Some((Ok(Bytes::from_static(HELLO.as_bytes())), open));
    }
    loop {
        let message = {
            let message = pin!(timeout(BEAT, open.listening.messages.recv()));
            let stopped = pin!(open.stop.wait_for(|stop| *stop));
            match future::select(message, stopped).await {
                Either::Left((message, _)) => message,
                Either::Right(_) => return None,
            }
        };
        let text = match message {
            Ok(Ok(Message::Send(text))) => text,
            Ok(Ok(Message::Recheck)) => {
                if !open.still_may().await {
                    return None;
                }
                continue;
            }
            Ok(Err(RecvError::Lagged(_))) => Bytes::from_static(b"event: missed\ndata: {}\n\n"),
            Ok(Err(RecvError::Closed)) => return None,
            Err(_) => {
                // Another process may have revoked it.
                if open.checked.elapsed() >= RECHECK && !open.still_may().await {
                    return None;
                }
                Bytes::from_static(b":\n\n")
            }
        };
        return Some((Ok(text), open));
    }
}

impl Open {
    /// Returns whether who listens still may.
    async fn still_may(&mut self) -> bool {
        self.checked = Instant::now();
        let database = &self.server.database;
        let found = match &self.who {
            Who::Nobody | Who::Operator(_) => Ok(false),
            Who::Device(holder) => devices::is_good(database, &holder.device).await,
            Who::Person(signed) => sessions::is_good(database, &signed.session.id).await,
        };
        // A database that does not answer for a moment ends no stream.
        found.unwrap_or(true)
    }
}
