//! What this server is: for clients that ask once and remember, and for whoever watches it.

use axum::{
    body::Body,
    http::{HeaderValue, Method, header},
    response::Response,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    admit::Access,
    answer::{Answered, Failure},
    call::{Call, Nothing},
    openapi,
    route::Route,
};
use axum::body::Bytes;

/// What can be asked of this server, beside restic's protocol.
const FEATURES: [&str; 9] = [
    "accounts",
    "devices",
    "enrolments",
    "events",
    "grants",
    "heartbeat",
    "instances",
    "presence",
    "sync-log",
];

/// What this server is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct About {
    /// Always `instance-sync`.
    pub server: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The versions of the control API that it speaks: 1 is below `/v1`.
    pub api: Vec<u32>,
    /// What can be asked of it. A client leaves out what is not here.
    pub features: Vec<&'static str>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::GET, "/.well-known/instance-sync"),
            Access::Anybody,
            "What this server is. A server that answers otherwise is a plain rest-server.",
            about,
        ),
        Route::other(
            (Method::GET, "/healthz"),
            Access::Anybody,
            ("Says that the process answers.", "text/plain"),
            healthz,
        ),
        Route::other(
            (Method::GET, "/openapi.json"),
            Access::Anybody,
            ("This description.", "application/json"),
            |call: Call<Bytes>| async move { Ok(described(&super::table(&call.server))) },
        ),
    ]
}

/// Returns the route that describes these.
pub(super) fn description_of(routes: Vec<Route>) -> Route {
    let handler = move |_: Call<Bytes>| std::future::ready(Ok(described(&routes)));
    Route::other(
        (Method::GET, "/openapi.json"),
        Access::Anybody,
        ("This description.", "application/json"),
        handler,
    )
}

async fn about(_: Call<Nothing>) -> Answered<About> {
    let about = About {
        server: "instance-sync",
        version: env!("CARGO_PKG_VERSION"),
        api: vec![1],
        features: FEATURES.to_vec(),
    };
    Ok(about.into())
}

/// Says that the process answers; what it rests on is not looked at.
async fn healthz(_: Call<Bytes>) -> Result<Response, Failure> {
    Ok(text("text/plain; charset=utf-8", "ok\n".to_owned()))
}

fn described(table: &[Route]) -> Response {
    let description = openapi::of(table);
    text("application/json", format!("{description:#}\n"))
}

pub(super) fn text(kind: &'static str, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
