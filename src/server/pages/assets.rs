//! What pages load: a style, scripts, a picture. They are part of the program, and their names say what is in
//! them, so that a browser keeps them for good.

use std::sync::OnceLock;

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use sha2::{Digest as _, Sha256};

use super::{guard, nowhere};
use crate::server::exchange::Told;

/// How long a browser keeps one: a year.
const KEPT: &str = "public, max-age=31536000, immutable";

/// A file.
#[derive(Debug)]
struct Asset {
    /// What it is called, with a digest of what is in it.
    name: String,
    kind: &'static str,
    bytes: &'static [u8],
    tag: HeaderValue,
}

/// Where pages find them.
#[derive(Debug)]
pub struct Assets {
    files: [Asset; 4],
}

impl Assets {
    /// Returns the path of the style.
    pub fn style(&self) -> String {
        self.path(0)
    }

    /// Returns the path of our script.
    pub fn script(&self) -> String {
        self.path(1)
    }

    /// Returns the path of htmx.
    pub fn htmx(&self) -> String {
        self.path(2)
    }

    /// Returns the path of the picture.
    pub fn icon(&self) -> String {
        self.path(3)
    }

    fn path(&self, which: usize) -> String {
        let name = self.files.get(which).map(|file| file.name.as_str());
        format!("/assets/{}", name.unwrap_or_default())
    }
}

/// Returns all of them.
pub fn all() -> &'static Assets {
    static ALL: OnceLock<Assets> = OnceLock::new();
    ALL.get_or_init(|| Assets {
        files: [
            asset("style", "css", include_bytes!("assets/style.css")),
            asset("app", "js", include_bytes!("assets/app.js")),
            asset(
                "htmx",
                "js",
                include_bytes!("assets/htmx/htmx-2.0.11.min.js"),
            ),
            asset("icon", "svg", include_bytes!("assets/icon.svg")),
        ],
    })
}

fn asset(name: &str, ending: &str, bytes: &'static [u8]) -> Asset {
    let digest = hex::encode(Sha256::digest(bytes));
    let short = digest.get(..16).unwrap_or_default();
    Asset {
        name: format!("{name}-{short}.{ending}"),
        kind: match ending {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        },
        bytes,
        // Hexadecimal digits in quotes are a header.
        tag: HeaderValue::try_from(format!("\"{short}\""))
            .unwrap_or(HeaderValue::from_static("\"\"")),
    }
}

/// Answers with the file that a request names.
pub async fn answer(request: Request) -> Response {
    let all = &all().files;
    let path = request.uri().path();
    let found = match path.strip_prefix("/assets/") {
        Some(name) => all.iter().find(|file| file.name == name),
        // A browser that does not read the page asks for this.
        None => all.last(),
    };
    let Some(file) = found else { return nowhere() };
    let is_known = request.headers().get(header::IF_NONE_MATCH) == Some(&file.tag);
    let mut response = Response::new(if is_known {
        Body::empty()
    } else {
        Body::from(Bytes::from_static(file.bytes))
    });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::ETAG, file.tag.clone());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(KEPT));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
    guard::protect(headers);
    response.extensions_mut().insert(Told::new("page"));
    response
}
