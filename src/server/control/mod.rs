//! The control plane: accounts and devices, as JSON over HTTP under `/v1`.
//!
//! [`table`] is the list of routes; the router and the `OpenAPI` are both made from it, so that neither
//! knows a route that the other does not. Handlers are thin: who may ask is in [`admit`], rows in
//! `database`.
//!
//! ```text
//! route -> who (cookie, token) -> admit -> handler -> database, storage
//! ```

mod about;
pub mod activity;
pub mod admit;
pub mod answer;
pub mod auth;
pub mod call;
pub mod cookies;
pub mod devices;
pub mod discord;
mod enrolments;
pub mod grants;
pub mod instances;
pub mod limits;
mod openapi;
mod operator;
pub mod pairings;
pub mod passwords;
pub mod presence;
pub mod resets;
pub mod route;
pub mod sizes;
mod stream;
pub mod who;

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    http::{Method, header},
    response::Response,
    routing::MethodFilter,
};

use self::{answer::Refusal, route::Route};
use super::{Server, data, pages};
use crate::domain::rest::path::Address;

/// First words of paths that are the server's own: what is not in the table is nowhere, and never data.
const OURS: [&str; 8] = [
    "/.well-known",
    "/admin",
    "/healthz",
    "/metrics",
    "/openapi.json",
    "/readyz",
    "/v1",
    "/v2",
];

/// All routes of the public port.
fn table(server: &Server) -> Vec<Route> {
    let discord = match server.discord {
        Some(_) => discord::routes(),
        None => Vec::new(),
    };
    [
        about::routes(),
        auth::routes(),
        devices::routes(),
        instances::routes(),
        activity::routes(),
        grants::routes(),
        enrolments::routes(),
        pairings::routes(),
        resets::routes(),
        discord,
        stream::routes(),
    ]
    .concat()
}

/// Returns the router of the public port: the table, pages, and data everywhere else.
pub fn public(server: &Arc<Server>) -> Router {
    let mut router = routes(server, table(server)).fallback({
        let server = Arc::clone(server);
        move |request: Request| {
            let server = Arc::clone(&server);
            async move {
                if pages::is_ours(request.uri().path()) || is_astray(&request) {
                    return pages::nowhere();
                }
                data::answer(server, request).await
            }
        }
    });
    for word in OURS {
        if !table(server).iter().any(|route| route.path == word) {
            router = router.route(word, axum::routing::any(nowhere));
        }
        for below in ["/", "/{*rest}"] {
            router = router.route(&format!("{word}{below}"), axum::routing::any(nowhere));
        }
    }
    router.merge(pages::router(server))
}

/// Returns whether somebody without a token looks at what no client of restic would ask for: a browser, to
/// which a 401 is a question for a password that nobody has.
fn is_astray(request: &Request) -> bool {
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    looks
        && !request.headers().contains_key(header::AUTHORIZATION)
        && request.uri().path().parse::<Address>().is_err()
}

/// Returns the router of the operator's listener. No route is on both.
pub fn of_operators(server: &Arc<Server>) -> Router {
    let description = about::description_of(operator::routes());
    let table = [operator::routes(), vec![description]].concat();
    routes(server, table).fallback(nowhere)
}

fn routes(server: &Arc<Server>, table: Vec<Route>) -> Router {
    let mut router = Router::new();
    for route in table {
        // Every method of the table is one; a test asks for each route.
        let Ok(method) = MethodFilter::try_from(route.method.clone()) else {
            continue;
        };
        let (path, server, route) = (route.path, Arc::clone(server), Arc::new(route));
        let handler = move |request: Request| {
            let (server, route) = (Arc::clone(&server), Arc::clone(&route));
            async move { route.answer(server, request).await }
        };
        router = router.route(path, axum::routing::on(method, handler));
    }
    router.method_not_allowed_fallback(|| async { answer::refused(&Refusal::Method, "path") })
}

async fn nowhere() -> Response {
    answer::refused(&Refusal::Nowhere, "path")
}
