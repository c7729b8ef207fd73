//! One request and its answer, from outside: its number, its line in the log, how far it came.

use std::{
    net::IpAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Instant,
};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, header},
    response::Response,
};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::{
    Server, forwarded,
    log::{self, Log},
    metrics::Metrics,
    peer::Peer,
    watched::Phase,
};

/// What a handler tells the log: it goes along with the answer, inside of the server.
#[derive(Debug, Clone)]
pub struct Told {
    /// Whose token it was.
    pub account: Option<String>,
    /// Which device's.
    pub device: Option<String>,
    /// Which repository.
    pub instance: Option<String>,
    /// What kind of thing was asked for.
    pub kind: &'static str,
    /// Why it was refused, or failed.
    pub why: Option<String>,
}

impl Told {
    /// Returns that something of this kind was asked for.
    pub fn new(kind: &'static str) -> Self {
        Self {
            account: None,
            device: None,
            instance: None,
            kind,
            why: None,
        }
    }
}

/// A request under way.
#[derive(Debug)]
pub struct Exchange {
    id: String,
    peer: IpAddr,
    method: Method,
    since: Instant,
    received: Arc<AtomicU64>,
    metrics: Arc<Metrics>,
    _busy: Busy,
}

/// The connection waits for its next request once this is gone.
#[derive(Debug)]
struct Busy(Arc<Phase>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.wait();
    }
}

impl Exchange {
    /// Begins one: gives it a number, and counts what comes.
    pub fn begin<B>(
        server: &Server,
        connected: Peer,
        phase: &Arc<Phase>,
        request: axum::http::Request<B>,
    ) -> (Self, Request)
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        phase.work();
        let peer = forwarded::client(connected, request.headers(), &server.trusted);
        let received = Arc::new(AtomicU64::new(0));
        let exchange = Self {
            id: server.numbers.next(),
            peer: peer.address,
            method: request.method().clone(),
            since: Instant::now(),
            received: Arc::clone(&received),
            metrics: Arc::clone(&server.metrics),
            _busy: Busy(Arc::clone(phase)),
        };
        let mut request = request.map(|body| {
            Body::new(Received {
                body: Body::new(body),
                received,
            })
        });
        request.extensions_mut().insert(peer);
        (exchange, request)
    }

    /// Ends one: the answer is logged once it is sent.
    pub fn end(self, log: &Log, mut response: Response) -> Response {
        let told = response
            .extensions_mut()
            .remove::<Told>()
            .unwrap_or_else(|| Told::new("page"));
        if let Ok(id) = HeaderValue::try_from(&self.id) {
            response.headers_mut().insert("x-request-id", id);
        }
        let length = response
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse().ok());
        let expected = match self.method {
            Method::HEAD => Some(0),
            _ => length.or_else(|| response.body().size_hint().exact()),
        };
        let status = response.status().as_u16();
        response.map(|body| {
            Body::new(Sent {
                body,
                passed: 0,
                expected,
                is_over: false,
                status,
                exchange: self,
                told,
                log: log.clone(),
            })
        })
    }
}

/// A body that comes, counted.
struct Received {
    body: Body,
    received: Arc<AtomicU64>,
}

impl HttpBody for Received {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(piece) = frame.data_ref()
        {
            self.received
                .fetch_add(piece.len() as u64, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A body that goes out, counted; when it is gone, the exchange is over.
struct Sent {
    body: Body,
    passed: u64,
    /// How many bytes it should have, where that is known.
    expected: Option<u64>,
    is_over: bool,
    status: u16,
    exchange: Exchange,
    told: Told,
    log: Log,
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.passed += frame.data_ref().map_or(0, |piece| piece.len() as u64);
            }
            Poll::Ready(None) => self.is_over = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        let told = &mut self.told;
        let (received, ms) = (
            self.exchange.received.load(Ordering::Relaxed),
            self.exchange.since.elapsed().as_secs_f64() * 1e3,
        );
        let bytes = (received, self.passed);
        let metrics = &self.exchange.metrics;
        metrics.count(told.kind, self.status, ms, bytes);
        let is_whole = self.is_over || self.expected == Some(self.passed);
        self.log.request(log::Request {
            id: std::mem::take(&mut self.exchange.id),
            peer: self.exchange.peer,
            account: told.account.take(),
            device: told.device.take(),
            instance: told.instance.take(),
            method: self.exchange.method.to_string(),
            kind: told.kind,
            status: self.status,
            ms: (ms * 1e3).round() / 1e3,
            received,
            sent: self.passed,
            cut: !is_whole,
            why: told.why.take(),
        });
    }
}

/// Numbers of requests: unlike those of any other run of the server.
#[derive(Debug)]
pub struct Numbers {
    run: String,
    next: AtomicU64,
}

impl Numbers {
    /// Begins to count.
    pub fn begin() -> Self {
        let run = ulid::Ulid::generate().to_string();
        Self {
            run: run[4..10].to_owned() + &run[20..],
            next: AtomicU64::new(1),
        }
    }

    fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{}-{number}", self.run)
    }
}
