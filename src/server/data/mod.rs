//! The data plane: restic's REST protocol, for devices with a token.
//!
//! Handlers are thin. Who may do what is in [`authority`], what an address means in `domain/rest`, where
//! bytes go in `storage`.

mod around;
mod asked;
pub mod authority;
pub mod credentials;
pub mod lasting;
pub mod misses;
pub mod quota;
mod trashed;
mod upload;

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

use self::{
    asked::Asked,
    authority::{Refusal, status_of},
    credentials::Claim,
    lasting::{Asking, Unsaid},
};
use super::{Server, clock, database::devices::Holder, exchange::Told, peer::Peer, storage::Fault};
use crate::domain::rest::refused::{REFUSED, Why};

/// How a request can end without success.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// It is not allowed, or senseless.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The storage did not do it.
    #[error("{0}")]
    Storage(#[from] Fault),
    /// The database did not answer.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// Nobody can say who asks.
    #[error("{0}")]
    Unsaid(#[from] Unsaid),
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => refusal.status(),
            Self::Storage(fault) => status_of(fault),
            Self::Database(_) | Self::Unsaid(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn is(&self, refusal: Refusal) -> bool {
        matches!(self, Self::Refused(this) if *this == refusal)
    }
}

type Answered = Result<Response, Failure>;

/// Answers a request about data: whatever is no page of the server's own.
pub async fn answer(server: Arc<Server>, request: Request) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let peer = peer.unwrap_or_default().address;
    let holder = match who(&server, peer, request.headers()).await {
        Ok(holder) => holder,
        Err(failure) => return failed(&failure, Told::new("unknown")),
    };
    server.seen.note(&holder.device, clock::now());
    let mut told = Told::new("path");
    told.account = Some(holder.account.to_string());
    told.device = Some(holder.device.clone());
    let (parts, mut body) = request.into_parts();
    let address = match authority::enter(&holder, parts.uri.path()) {
        Ok(address) => address,
        Err(refusal) => {
            upload::drain(&mut body, server.patience.body).await;
            return failed(&refusal.into(), told);
        }
    };
    told.instance = Some(address.repository.id.to_string());
    told.kind = address.target.word();
    let asked = Asked {
        server: &server,
        holder: &holder,
        address: &address,
        method: &parts.method,
        headers: &parts.headers,
        query: parts.uri.query(),
    };
    let answered = asked.answer(&mut body).await;
    if let Err(failure) = &answered {
        read_on(&mut body, failure, server.patience.body).await;
    }
    let trashed = if trashed::could_mislead(&asked, &answered) {
        trashed::why(&asked).await
    } else {
        None
    };
    let mut response = match answered {
        Ok(mut response) => {
            response.extensions_mut().insert(told);
            response
        }
        Err(failure) => failed(&failure, told),
    };
    say(response.headers_mut(), trashed);
    response
}

/// Says why, to whoever reads more than a status.
pub fn say(headers: &mut HeaderMap, why: Option<Why>) {
    if let Some(value) = why.and_then(|why| HeaderValue::try_from(why.said()).ok()) {
        headers.insert(REFUSED, value);
    }
}

/// Reads what is left of an upload that is refused: a client that still sends would see a connection that
/// breaks, and not the answer. One that stood still was waited for already.
async fn read_on(body: &mut Body, failure: &Failure, patience: Duration) {
    if !matches!(failure, Failure::Storage(Fault::StoodStill)) {
        upload::drain(body, patience).await;
    }
}

/// Returns whose token this is. Where it is nobody's, that takes a while.
async fn who(server: &Server, peer: IpAddr, headers: &HeaderMap) -> Result<Arc<Holder>, Failure> {
    let asking = match Claim::read(headers) {
        Some(claim) => server.holder(&claim, peer).await?,
        None => Asking::Nobody,
    };
    let refusal = match asking {
        Asking::Device(holder) => return Ok(holder),
        Asking::Revoked => Refusal::Revoked,
        Asking::Nobody => Refusal::Unknown,
    };
    let wait = server.misses.count(peer, Instant::now());
    tokio::time::sleep(wait).await;
    Err(refusal.into())
}

fn failed(failure: &Failure, mut told: Told) -> Response {
    let status = failure.status();
    // What a storage or a database says of itself is for the log alone.
    let text = match failure {
        Failure::Refused(refusal) => format!("{refusal}\n"),
        Failure::Storage(
            Fault::Failed(_) | Fault::Full(_) | Fault::Unreachable(_) | Fault::Odd(_),
        )
        | Failure::Database(_)
        | Failure::Unsaid(Unsaid::Database(_)) => {
            format!("{}\n", status.canonical_reason().unwrap_or("failed"))
        }
        Failure::Storage(fault) => format!("{fault}\n"),
        Failure::Unsaid(Unsaid::Busy) => format!("{failure}\n"),
    };
    told.why = Some(failure.to_string());
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    let why = match failure {
        Failure::Refused(Refusal::Suspended) => Some(Why::Suspended),
        Failure::Refused(Refusal::Revoked) => Some(Why::Revoked),
        Failure::Storage(fault) if fault.is_away() => Some(Why::Storage),
        _ => None,
    };
    say(headers, why);
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"instance-sync\", charset=\"UTF-8\""),
        );
    }
    response.extensions_mut().insert(told);
    response
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use tokio::time::timeout;

    use super::*;

    const SHORT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn an_upload_that_stood_still_is_waited_for_once() {
        let stalled = || Body::from_stream(stream::pending::<std::io::Result<bytes::Bytes>>());
        let read = async |failure: Failure| {
            let mut body = stalled();
            timeout(SHORT, read_on(&mut body, &failure, LONG)).await
        };
        assert!(read(Fault::StoodStill.into()).await.is_ok());
        // Whatever else is wrong: what comes is read first.
        assert!(read(Fault::TooLarge.into()).await.is_err());
        assert!(read(Refusal::Overwrites.into()).await.is_err());
    }
}
