//! The pages of the public port, for a person with a browser: what [`control`] does, as HTML.
//!
//! Each page asks the same functions that the routes of the API ask, so that no rule is here a second time.
//! Every page works without scripts: forms are posted, and what was done redirects (303). `assets/app.js` only
//! keeps pages up to date while they are open. Sentences are in `templates`, escaped by askama.
//!
//! ```text
//! page -> guard (origin, CSRF) -> who -> handler -> control -> database, storage
//!                                                -> template
//! ```
//!
//! [`control`]: super::control

mod account;
mod activity;
mod assets;
mod connect;
mod devices;
mod form;
mod frame;
mod grants;
mod graph;
mod guard;
mod home;
mod instance;
mod instances;
mod page;
mod pair;
mod people;
mod picture;
mod shown;
mod square;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{Router, extract::Request, response::Response, routing::MethodFilter};

use self::page::Page;
use super::{Server, control::answer::Refusal};

/// First words of paths that are pages: what is not in the table is nowhere, and never data. None of them
/// can be an account.
const OURS: [&str; 11] = [
    "account",
    "assets",
    "devices",
    "events",
    "favicon.ico",
    "instances",
    "invite",
    "login",
    "logout",
    "pair",
    "reset",
];

/// All pages.
fn table() -> Vec<Page> {
    [
        home::pages(),
        people::pages(),
        connect::pages(),
        devices::pages(),
        pair::pages(),
        instances::pages(),
        instance::pages(),
        activity::pages(),
        grants::pages(),
        account::pages(),
    ]
    .concat()
}

/// Returns the router of the pages.
pub fn router(server: &Arc<Server>) -> Router {
    let mut router = Router::new();
    for page in table() {
        // Every method of the table is one; a test asks for each page.
        let Ok(method) = MethodFilter::try_from(page.method.clone()) else {
            continue;
        };
        let (path, server, page) = (page.path, Arc::clone(server), Arc::new(page));
        let handler = move |request: Request| {
            let (server, page) = (Arc::clone(&server), Arc::clone(&page));
            async move { page.answer(server, request).await }
        };
        router = router.route(path, axum::routing::on(method, handler));
    }
    for path in ["/assets/{file}", "/favicon.ico"] {
        router = router.route(path, axum::routing::get(assets::answer));
    }
    router.method_not_allowed_fallback(|| async { page::refused(&Refusal::Method) })
}

/// Returns whether a path is a page's, whether there is one or not.
pub fn is_ours(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next();
    first.is_none_or(|first| first.is_empty() || OURS.contains(&first))
}

/// Answers where no page is.
pub fn nowhere() -> Response {
    page::refused(&Refusal::Nowhere)
}
