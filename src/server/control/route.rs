//! A route: what the router and the `OpenAPI` know of it.

use std::{fmt, sync::Arc, time::Instant};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts as _, RawPathParams, Request},
    http::{HeaderMap, HeaderName, Method, StatusCode, header, request::Parts},
    response::Response,
};
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::timeout;

use super::{
    admit::{self, Access},
    answer::{self, Answered, Failure, Refusal},
    call::Call,
    who::{self, Who},
};
use crate::server::{Server, exchange::Told, peer::Peer};

/// How long the body of a request may be.
const LARGEST: usize = 64 << 10;

type Answer =
    Arc<dyn Fn(Call<Bytes>) -> BoxFuture<'static, Result<Response, Failure>> + Send + Sync>;
/// Says what a value looks like.
pub type Shape = fn(&mut SchemaGenerator) -> Schema;

/// What an answer looks like.
#[derive(Debug, Clone, Copy)]
pub enum Output {
    /// JSON.
    Json(Shape),
    /// Something else, of this type.
    Other(&'static str),
}

/// A route.
#[derive(Clone)]
pub struct Route {
    /// How.
    pub method: Method,
    /// Where.
    pub path: &'static str,
    /// For whom.
    pub access: Access,
    /// What it does, for people.
    pub about: &'static str,
    /// What the query may say.
    pub query: &'static [(&'static str, &'static str)],
    /// The status of success.
    pub status: StatusCode,
    /// What the body looks like, where there is one.
    pub input: Option<Shape>,
    /// What the answer looks like.
    pub output: Output,
    answer: Answer,
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Route {
    /// Returns one that answers with JSON.
    pub fn json<I, O, F, R>(
        (method, path): (Method, &'static str),
        access: Access,
        about: &'static str,
        handler: F,
    ) -> Self
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + Send + 'static,
        F: Fn(Call<I>) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Answered<O>> + Send + 'static,
    {
        let has_body = matches!(method, Method::POST | Method::PATCH | Method::PUT);
        let status = StatusCode::OK;
        Self {
            method,
            path,
            access,
            about,
            query: &[],
            status,
            input: has_body.then_some(SchemaGenerator::subschema_for::<I>),
            output: Output::Json(SchemaGenerator::subschema_for::<O>),
            answer: Arc::new(move |call| {
                let handler = handler.clone();
                Box::pin(async move {
                    let call = read(&call)?;
                    let reply = handler(call).await?;
                    Ok(answer::value(StatusCode::OK, &reply))
                })
            }),
        }
    }

    /// Returns one that answers with something else.
    pub fn other<F, R>(
        (method, path): (Method, &'static str),
        access: Access,
        (about, kind): (&'static str, &'static str),
        handler: F,
    ) -> Self
    where
        F: Fn(Call<Bytes>) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Result<Response, Failure>> + Send + 'static,
    {
        Self {
            method,
            path,
            access,
            about,
            query: &[],
            status: StatusCode::OK,
            input: None,
            output: Output::Other(kind),
            answer: Arc::new(move |call| Box::pin(handler(call))),
        }
    }

    /// Says what the query may be.
    pub fn with_query(mut self, query: &'static [(&'static str, &'static str)]) -> Self {
        self.query = query;
        self
    }

    /// Makes success say that something new is there.
    pub fn makes(mut self) -> Self {
        self.status = StatusCode::CREATED;
        self
    }

    /// Answers a request.
    pub async fn answer(&self, server: Arc<Server>, request: Request) -> Response {
        let mut told = Told::new("control");
        match self.try_answer(server, request, &mut told).await {
            Ok(mut response) => {
                if response.status() == StatusCode::OK {
                    *response.status_mut() = self.status;
                }
                response.extensions_mut().insert(told);
                response
            }
            Err(failure) => {
                let mut response = answer::failed(&failure, told.kind);
                if let Some(of_failure) = response.extensions_mut().get_mut::<Told>() {
                    (of_failure.account, of_failure.device) = (told.account, told.device);
                }
                response
            }
        }
    }

    async fn try_answer(
        &self,
        server: Arc<Server>,
        request: Request,
        told: &mut Told,
    ) -> Result<Response, Failure> {
        let (mut parts, body) = request.into_parts();
        // First of all: a client that still sends would see a connection that breaks, and no answer.
        let bytes = body_of(body, &server).await?;
        let peer = parts.extensions.get::<Peer>().copied();
        let peer = peer.unwrap_or_default();
        // A cookie that is over keeps nobody from signing in.
        let who = match self.access {
            Access::Anybody => Who::Nobody,
            Access::Stranger => {
                server.limits.address(peer.address, Instant::now())?;
                Who::Nobody
            }
            Access::Operator(_) => who::operator(&server, &parts.headers, peer).await?,
            Access::Device | Access::Person | Access::Account => {
                who::find(&server, &parts.headers, peer).await?
            }
        };
        if let Ok(owner) = who.owner() {
            server.limits.account(owner.id, Instant::now())?;
        }
        (told.account, told.device) = who.told();
        // Pages of others can send forms here, and no JSON.
        let kind = text_of(&parts.headers, header::CONTENT_TYPE);
        // Whom nobody asks who they are, by a cookie least of all, says so by what the handler checks first.
        let is_checked = self.access != Access::Anybody;
        if is_checked && !bytes.is_empty() && kind.split(';').next() != Some("application/json") {
            return Err(Refusal::Invalid("the body has to be application/json".to_owned()).into());
        }
        let csrf = parts.headers.get(admit::CSRF);
        let csrf = csrf.and_then(|value| value.to_str().ok());
        admit::check(self.access, &who, &parts.method, csrf)?;
        let call = Call {
            who,
            peer: peer.address,
            is_secure: peer.is_secure,
            agent: text_of(&parts.headers, header::USER_AGENT).to_owned(),
            words: words(&mut parts).await?,
            query: parts.uri.query().map(str::to_owned),
            headers: parts.headers,
            input: bytes,
            server,
        };
        (self.answer)(call).await
    }
}

/// Reads the body of a request.
pub async fn body_of(body: Body, server: &Server) -> Result<Bytes, Refusal> {
    let read = Limited::new(body, LARGEST).collect();
    match timeout(server.patience.head, read).await {
        Err(_) => Err(Refusal::TooSlow),
        Ok(Ok(read)) => Ok(read.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::TooLarge),
        Ok(Err(_)) => Err(Refusal::Invalid("the request broke off".to_owned())),
    }
}

/// Returns a header as text; nothing, where there is none.
pub fn text_of(headers: &HeaderMap, name: HeaderName) -> &str {
    let value = headers.get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Returns the words of the path that are not fixed.
pub async fn words(parts: &mut Parts) -> Result<Vec<(String, String)>, Refusal> {
    let found = RawPathParams::from_request_parts(parts, &()).await;
    let found = found.map_err(|_| Refusal::Nowhere)?;
    let pairs = found.iter();
    Ok(pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
}

/// Reads the body as what is expected; an empty one as an object without fields.
fn read<I: DeserializeOwned>(call: &Call<Bytes>) -> Result<Call<I>, Refusal> {
    let text: &[u8] = if call.input.is_empty() {
        b"{}"
    } else {
        &call.input
    };
    let input = serde_json::from_slice(text)
        .map_err(|error| Refusal::Invalid(format!("the body is not what it should be: {error}")))?;
    Ok(call.with(input))
}
