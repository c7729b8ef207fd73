//! One request to the upstream, and how long it may take.

use std::{error::Error as _, io};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream::BoxStream};
use reqwest::{
    Certificate, Client, Method, RequestBuilder, Response, StatusCode, header::HeaderName,
    redirect::Policy,
};
use secrecy::ExposeSecret as _;
use tokio::time::timeout;

use super::{Bounds, Fault, Inner, Place};
use crate::error::{Context, Error, Result};

/// Returns what asks there.
pub fn client(place: &Place, bounds: Bounds) -> Result<Client> {
    // Fails only where a program that embeds this library chose one already: then that serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .connect_timeout(bounds.connect)
        .redirect(Policy::none())
        .no_proxy()
        .tcp_nodelay(true);
    if let Some(file) = &place.ca_file {
        let shown = file.display();
        let pem = std::fs::read(file).context(|| format!("cannot read {shown}"))?;
        let all = Certificate::from_pem_bundle(&pem)
            .ok()
            .filter(|all| !all.is_empty())
            .ok_or_else(|| Error::usage(format!("{shown} holds no certificate in PEM")))?;
        builder = builder.tls_certs_only(all);
    }
    builder
        .build()
        .context(|| "requests to the upstream cannot be prepared".to_owned())
}

/// Says that the upstream answered something that makes no sense here.
pub fn odd(status: StatusCode) -> Fault {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::INSUFFICIENT_STORAGE => {
            Fault::Full(io::Error::other(format!("the upstream answered {status}")))
        }
        status => Fault::Odd(status.as_u16()),
    }
}

/// Says that the upstream did not answer.
pub fn unreachable(error: &reqwest::Error) -> Fault {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    Fault::Unreachable(text)
}

impl Inner {
    /// Prepares a request; the path begins with `/`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.place.url);
        let request = self.client.request(method, url);
        let pair = self.place.credentials.as_ref();
        match pair.and_then(|pair| pair.expose_secret().split_once(':')) {
            Some((user, secret)) => request.basic_auth(user, Some(secret)),
            None => request,
        }
    }

    /// Sends a request without a body. The head of the answer comes within its bound.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, &str)],
    ) -> std::result::Result<Response, Fault> {
        let mut request = self.request(method, path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        self.answer(request).await
    }

    /// Sends a request whose body is at hand.
    pub async fn answer(&self, request: RequestBuilder) -> std::result::Result<Response, Fault> {
        match timeout(self.bounds.answer, request.send()).await {
            Ok(answered) => answered.map_err(|error| unreachable(&error)),
            Err(_) => Err(too_slow()),
        }
    }

    /// Reads an answer whole, up to a size that nothing of its kind has.
    pub async fn collect(
        &self,
        answer: Response,
        most: usize,
    ) -> std::result::Result<Vec<u8>, Fault> {
        let (mut pieces, mut all) = (self.pieces(answer), Vec::new());
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| Fault::Unreachable(error.to_string()))?;
            all.extend_from_slice(&piece);
            if all.len() > most {
                return Err(Fault::Unreachable("its answer is too long".to_owned()));
            }
        }
        Ok(all)
    }

    /// Returns an answer as it comes. One that stands still is an error, and no end.
    pub fn pieces(&self, answer: Response) -> BoxStream<'static, io::Result<Bytes>> {
        let bound = self.bounds.piece;
        let begin = Some(answer);
        futures_util::stream::unfold(begin, move |answer| async move {
            let mut answer = answer?;
            match timeout(bound, answer.chunk()).await {
                Ok(Ok(Some(piece))) => Some((Ok(piece), Some(answer))),
                Ok(Ok(None)) => None,
                Ok(Err(error)) => Some((Err(io::Error::other(error)), None)),
                Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), None)),
            }
        })
        .boxed()
    }
}

/// Says that the upstream took too long.
pub fn too_slow() -> Fault {
    Fault::Unreachable("it took too long".to_owned())
}
