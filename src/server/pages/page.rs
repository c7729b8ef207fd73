//! A page: what the router knows of it, and what comes back.

use std::{fmt, sync::Arc, time::Instant};

use askama::Template;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::Response,
};
use futures_util::future::BoxFuture;

use super::{
    form::Form,
    frame::{Asked, Frame},
    guard,
};
use crate::{
    error::Error,
    server::{
        Server,
        control::{
            admit::{self, Access, SUSPENDED},
            answer::{self, Failure, Refusal},
            call::Call,
            cookies,
            route::{body_of, text_of, words},
            who::{self, Who},
        },
        exchange::Told,
        peer::Peer,
    },
};

/// What a handler returns.
pub type Answered = Result<Sent, Failure>;

/// What is sent.
#[derive(Debug)]
pub struct Sent {
    status: StatusCode,
    /// A page, or where to go on.
    text: String,
    cookies: Vec<HeaderValue>,
}

impl Sent {
    /// Returns a page.
    pub fn page(template: &impl Template) -> Answered {
        Self::with(StatusCode::OK, template)
    }

    /// Returns a page that says why something was not done.
    pub fn refused(refusal: &Refusal, template: &impl Template) -> Answered {
        Self::with(refusal.code().0, template)
    }

    fn with(status: StatusCode, template: &impl Template) -> Answered {
        let text = template
            .render()
            .map_err(|error| Error::failed(format!("a page could not be written: {error}")))?;
        Ok(Self {
            status,
            text,
            cookies: Vec::new(),
        })
    }

    /// Returns that it was done, and where to go on.
    pub fn to(path: impl Into<String>) -> Self {
        Self {
            status: StatusCode::SEE_OTHER,
            text: path.into(),
            cookies: Vec::new(),
        }
    }

    /// Lets the browser keep something.
    pub fn keeping(mut self, cookie: Option<HeaderValue>) -> Self {
        self.cookies.extend(cookie);
        self
    }

    fn response(self) -> Response {
        let mut response = if self.status == StatusCode::SEE_OTHER {
            let mut response = Response::new(Body::empty());
            // Paths of ours are header values; whatever is not leads home.
            let to =
                HeaderValue::try_from(self.text).unwrap_or_else(|_| HeaderValue::from_static("/"));
            response.headers_mut().insert(header::LOCATION, to);
            response
        } else {
            let mut response = Response::new(Body::from(self.text));
            let html = HeaderValue::from_static("text/html; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, html);
            response
        };
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for cookie in self.cookies {
            headers.append(header::SET_COOKIE, cookie);
        }
        guard::protect(headers);
        response
    }
}

type Answer = Arc<dyn Fn(Call<Asked>) -> BoxFuture<'static, Answered> + Send + Sync>;

/// A page, or what a form of one does.
#[derive(Clone)]
pub struct Page {
    /// How.
    pub method: Method,
    /// Where.
    pub path: &'static str,
    /// For whom.
    pub access: Access,
    answer: Answer,
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Page {
    /// Returns one that is looked at.
    pub fn get<F, R>(path: &'static str, access: Access, handler: F) -> Self
    where
        F: Fn(Call<Asked>) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Answered> + Send + 'static,
    {
        Self::new(Method::GET, path, access, handler)
    }

    /// Returns what a form does.
    pub fn post<F, R>(path: &'static str, access: Access, handler: F) -> Self
    where
        F: Fn(Call<Asked>) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Answered> + Send + 'static,
    {
        Self::new(Method::POST, path, access, handler)
    }

    fn new<F, R>(method: Method, path: &'static str, access: Access, handler: F) -> Self
    where
        F: Fn(Call<Asked>) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Answered> + Send + 'static,
    {
        Self {
            method,
            path,
            access,
            answer: Arc::new(move |call| {
                let handler = handler.clone();
                Box::pin(async move { handler(call).await })
            }),
        }
    }

    /// Answers a request.
    pub async fn answer(&self, server: Arc<Server>, request: Request) -> Response {
        let mut told = Told::new("page");
        // Only what is looked at can be come back to.
        let back = match self.method {
            Method::GET => request.uri().path().to_owned(),
            _ => String::new(),
        };
        let answered = self.try_answer(server, request, &mut told).await;
        let mut response = match answered {
            Ok(sent) => sent.response(),
            Err(Failure::Refused(Refusal::Unknown)) if self.access == Access::Person => {
                Sent::to(format!("/login?to={back}")).response()
            }
            Err(failure) => {
                told.why = Some(failure.to_string());
                failed(&failure)
            }
        };
        response.extensions_mut().insert(told);
        response
    }

    async fn try_answer(&self, server: Arc<Server>, request: Request, told: &mut Told) -> Answered {
        let (mut parts, body) = request.into_parts();
        let bytes = body_of(body, &server).await?;
        let peer = parts.extensions.get::<Peer>().copied().unwrap_or_default();
        let form = Form::read(&bytes);
        let who = match self.access {
            Access::Person => who::find(&server, &parts.headers, peer).await?,
            Access::Stranger => {
                server.limits.address(peer.address, Instant::now())?;
                Who::Nobody
            }
            // Nothing else is a page.
            Access::Anybody | Access::Device | Access::Account | Access::Operator(_) => Who::Nobody,
        };
        if let Ok(owner) = who.owner() {
            server.limits.account(owner.id, Instant::now())?;
        }
        (told.account, told.device) = who.told();
        let csrf = form.get("csrf");
        let visit = cookies::visit(&parts.headers, peer.is_secure);
        if self.method != Method::GET {
            guard::check_origin(&parts.headers)?;
            if matches!(who, Who::Nobody) {
                let expected = visit.as_ref().map(cookies::csrf_of_secret);
                admit::same(csrf, &expected.ok_or(Refusal::Csrf)?)?;
            }
        }
        admit::check(self.access, &who, &parts.method, csrf)?;
        let input = Asked {
            form,
            visit,
            host: text_of(&parts.headers, header::HOST).to_owned(),
        };
        let call = Call {
            who,
            peer: peer.address,
            is_secure: peer.is_secure,
            agent: text_of(&parts.headers, header::USER_AGENT).to_owned(),
            words: words(&mut parts).await?,
            query: parts.uri.query().map(str::to_owned),
            headers: parts.headers,
            input,
            server,
        };
        (self.answer)(call).await
    }
}

/// A page that says what went wrong, where no other page can.
#[derive(Template)]
#[template(path = "refused.html")]
struct Refused {
    frame: Frame,
    status: u16,
    message: String,
    is_csrf: bool,
    is_suspended: bool,
}

/// Answers that it was refused.
pub fn refused(refusal: &Refusal) -> Response {
    let mut response = failed(&Failure::Refused(refusal.clone()));
    let mut told = Told::new("page");
    told.why = Some(refusal.to_string());
    response.extensions_mut().insert(told);
    response
}

/// Answers that it failed, in the words that the API has for it.
fn failed(failure: &Failure) -> Response {
    let (status, message) = answer::said(failure);
    let page = Refused {
        frame: Frame::bare(),
        status: status.as_u16(),
        message,
        is_csrf: matches!(failure, Failure::Refused(Refusal::Csrf)),
        is_suspended: matches!(failure, Failure::Refused(Refusal::Forbidden(SUSPENDED))),
    };
    let sent = Sent::with(status, &page).unwrap_or_else(|_| Sent {
        status,
        text: String::new(),
        cookies: Vec::new(),
    });
    let mut response = sent.response();
    if let Failure::Refused(Refusal::TooMany(wait)) = failure {
        let seconds = wait.as_secs().max(1);
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}
