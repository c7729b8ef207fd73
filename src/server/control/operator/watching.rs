//! What watches the server asks: whether it is ready, and counters.

use axum::{body::Bytes, http::Method, response::Response};

use crate::server::{
    control::{
        about,
        admit::Access,
        answer::{Answered, Done, Failure},
        call::{Call, Nothing},
        route::Route,
    },
    database::{accounts, devices, instances},
    metrics::Now,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::json(
            (Method::GET, "/readyz"),
            Access::Anybody,
            "Whether the storage and the database are there; 503 where one is not.",
            readyz,
        ),
        Route::other(
            (Method::GET, "/metrics"),
            Access::Anybody,
            ("Counters, for Prometheus.", "text/plain"),
            metrics,
        ),
    ]
}

async fn readyz(call: Call<Nothing>) -> Answered<Done> {
    let server = &call.server;
    server.blobs.ready().await?;
    accounts::count(&server.database).await?;
    Ok(Done::reply())
}

async fn metrics(call: Call<Bytes>) -> Result<Response, Failure> {
    let server = &call.server;
    let text = server.metrics.text(Now {
        streams: server.events.open(),
        rows: [
            accounts::count(&server.database).await?,
            devices::count(&server.database).await?,
            instances::count(&server.database).await?,
        ],
        is_mounted: server.blobs.ready().await.is_ok(),
    });
    Ok(about::text(
        "text/plain; version=0.0.4; charset=utf-8",
        text,
    ))
}
