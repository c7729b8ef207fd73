//! Reading from the upstream: sizes, contents, lists.

use bytes::Bytes;
use reqwest::{Method, Response, StatusCode, header};
use serde::Deserialize;

use super::{Fault, Found, Inner, ask, path_of};
use crate::{
    domain::rest::{
        list::{Entry, Version},
        path::{Kind, Object, Repository},
        range::{Range, Slice},
    },
    server::storage::Content,
};

/// The longest list that is read: a million objects.
const LONGEST: usize = 128 << 20;

#[derive(Deserialize)]
struct Listed {
    name: String,
    size: u64,
}

/// Returns how many bytes an object has.
pub async fn size(
    inner: &Inner,
    repository: &Repository,
    object: Object,
) -> Result<Option<u64>, Fault> {
    let path = path_of(repository, object);
    let answer = inner.ask(Method::HEAD, &path, &[]).await?;
    match answer.status() {
        StatusCode::OK => length(&answer).map(Some),
        StatusCode::NOT_FOUND => inner.check().await.map(|()| None),
        status => Err(ask::odd(status)),
    }
}

/// Returns an object, or a part of it.
pub async fn get(
    inner: &Inner,
    repository: &Repository,
    object: Object,
    range: Range,
) -> Result<Option<Found>, Fault> {
    let outside = |size: u64| Found {
        size,
        slice: Slice::Outside,
        content: Content::Whole(Bytes::new()),
    };
    let asked = match range {
        Range::Whole => None,
        Range::FromTo(from, to) => Some(format!("bytes={from}-{to}")),
        Range::From(from) => Some(format!("bytes={from}-")),
        Range::Last(last) => Some(format!("bytes=-{last}")),
        Range::Senseless => {
            let size = size(inner, repository, object).await?;
            return Ok(size.map(outside));
        }
    };
    let headers: Vec<_> = asked
        .iter()
        .map(|asked| (header::RANGE, &asked[..]))
        .collect();
    let path = path_of(repository, object);
    let answer = inner.ask(Method::GET, &path, &headers).await?;
    let (size, slice) = match answer.status() {
        StatusCode::OK => (length(&answer)?, Slice::Whole),
        StatusCode::PARTIAL_CONTENT => part(&answer)?,
        StatusCode::RANGE_NOT_SATISFIABLE => {
            let size = self::size(inner, repository, object).await?;
            return Ok(size.map(outside));
        }
        StatusCode::NOT_FOUND => return inner.check().await.map(|()| None),
        status => return Err(ask::odd(status)),
    };
    Ok(Some(Found {
        size,
        slice,
        content: Content::Pieces(inner.pieces(answer)),
    }))
}

/// Returns all objects of a kind, by name.
pub async fn list(
    inner: &Inner,
    repository: &Repository,
    kind: Kind,
) -> Result<Option<Vec<Entry>>, Fault> {
    let path = format!("/{repository}/{}/", kind.as_str());
    let headers = [(header::ACCEPT, Version::Two.content_type())];
    let answer = inner.ask(Method::GET, &path, &headers).await?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return inner.check().await.map(|()| None),
        status => return Err(ask::odd(status)),
    }
    let text = inner.collect(answer, LONGEST).await?;
    // An empty list of rest-server is `null` or `[]`.
    let listed: Option<Vec<Listed>> = serde_json::from_slice(&text)
        .map_err(|error| Fault::Unreachable(format!("its list makes no sense: {error}")))?;
    let listed = listed.unwrap_or_default().into_iter();
    let mut entries: Vec<Entry> = listed
        // Whatever else lies there is nobody's.
        .filter_map(|listed| {
            Some(Entry {
                name: listed.name.parse().ok()?,
                size: listed.size,
            })
        })
        .collect();
    entries.sort_unstable();
    Ok(Some(entries))
}

/// Returns how long all of an object is: a HEAD has no body that would tell.
fn length(answer: &Response) -> Result<u64, Fault> {
    let value = answer.headers().get(header::CONTENT_LENGTH);
    value
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .ok_or_else(|| Fault::Unreachable("it does not say how long the object is".to_owned()))
}

/// Reads `Content-Range: bytes 5-9/32`.
fn part(answer: &Response) -> Result<(u64, Slice), Fault> {
    let value = answer.headers().get(header::CONTENT_RANGE);
    let read = || {
        let text = value?.to_str().ok()?.strip_prefix("bytes ")?;
        let (ends, size) = text.split_once('/')?;
        let (from, to) = ends.split_once('-')?;
        let (from, to, size): (u64, u64, u64) =
            (from.parse().ok()?, to.parse().ok()?, size.parse().ok()?);
        let length = (from <= to && to < size).then(|| to - from + 1)?;
        Some((size, Slice::Part { from, length }))
    };
    read().ok_or_else(|| Fault::Unreachable("it does not say which part that is".to_owned()))
}
