//! Putting objects: streamed to the upstream as they come, and hashed on the way.
//!
//! An upload ends there only once it is known to be whole and what its name says; until then it is one that
//! breaks off, which the upstream throws away. But for the config: rest-server keeps as much of one as came,
//! and that would be no repository for ever; it is small, and is sent once all of it is here.

use std::{io, pin::pin};

use bytes::Bytes;
use futures_util::{
    StreamExt as _,
    future::{Either, select},
    stream,
};
use reqwest::{Body, Method, Response, StatusCode};
use sha2::{Digest as _, Sha256};
use tokio::{sync::mpsc, time::timeout};

use super::{Fault, Inner, ask, path_of, read};
use crate::{
    domain::rest::{
        path::{Object, Repository},
        range::Range,
    },
    server::storage::{Content, Put, Upload},
};

/// How many pieces may wait for the upstream.
const WAITING: usize = 4;

/// What goes to the upstream.
enum Piece {
    Bytes(Bytes),
    /// It is whole, and sound.
    End,
}

/// How feeding an upload to the upstream ended.
enum Fed {
    /// All of it, so many bytes.
    Whole(u64),
    /// The upstream takes no more: it says why in its answer.
    Refused,
}

/// Puts an object, unless one is there.
pub async fn put(
    inner: &Inner,
    repository: Repository,
    object: Object,
    upload: &mut Upload<'_>,
) -> Result<Put, Fault> {
    inner.require(&repository).await?;
    let _alone = match object {
        Object::Config => Some(inner.configs.lock().await),
        Object::Blob(..) => None,
    };
    if let Some(size) = read::size(inner, &repository, object).await? {
        return compare(inner, &repository, object, size, upload).await;
    }
    let request = inner.request(Method::POST, &path_of(&repository, object));
    if object == Object::Config {
        let config = collect(upload).await?;
        let fed = Fed::Whole(config.len() as u64);
        let answer = inner.answer(request.body(config)).await?;
        return outcome(inner, &repository, object, fed, &answer).await;
    }
    let (sender, receiver) = mpsc::channel(WAITING);
    let request = request.body(Body::wrap_stream(body(receiver)));
    let feeding = pin!(feed(inner, object, upload, sender));
    let answering = pin!(request.send());
    let (fed, answer) = match select(feeding, answering).await {
        Either::Left((fed, answering)) => {
            let fed = fed?;
            let answer = timeout(inner.bounds.answer, answering).await;
            (fed, answer.map_err(|_| ask::too_slow())?)
        }
        // It answered before all was sent, or feeding has not noticed yet that it is done.
        Either::Right((answer, feeding)) => match &answer {
            Ok(answered) if answered.status() == StatusCode::OK => (feeding.await?, answer),
            _ => (Fed::Refused, answer),
        },
    };
    let answer = answer.map_err(|error| ask::unreachable(&error))?;
    outcome(inner, &repository, object, fed, &answer).await
}

async fn outcome(
    inner: &Inner,
    repository: &Repository,
    object: Object,
    fed: Fed,
    answer: &Response,
) -> Result<Put, Fault> {
    match (answer.status(), fed) {
        (StatusCode::OK, Fed::Whole(size)) => Ok(Put::New(size)),
        // Somebody else was faster, where it is append-only.
        (StatusCode::FORBIDDEN, _) => match read::size(inner, repository, object).await? {
            Some(_) => Ok(Put::Other),
            None => Err(ask::odd(StatusCode::FORBIDDEN)),
        },
        (StatusCode::NOT_FOUND, _) => inner.check().await.and(Err(Fault::NoRepository)),
        (status, _) => Err(ask::odd(status)),
    }
}

/// Returns what the upstream reads. Where it ends without [`Piece::End`], it breaks off.
fn body(
    receiver: mpsc::Receiver<Piece>,
) -> impl futures_util::Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::unfold(Some(receiver), |receiver| async move {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Piece::Bytes(bytes)) => Some((Ok(bytes), Some(receiver))),
            Some(Piece::End) => None,
            None => Some((Err(io::ErrorKind::BrokenPipe.into()), None)),
        }
    })
}

async fn feed(
    inner: &Inner,
    object: Object,
    upload: &mut Upload<'_>,
    sender: mpsc::Sender<Piece>,
) -> Result<Fed, Fault> {
    let (mut digest, mut size) = (Sha256::new(), 0);
    let send = async |piece| match timeout(inner.bounds.piece, sender.send(piece)).await {
        Ok(sent) => Ok(sent.is_ok()),
        Err(_) => Err(ask::too_slow()),
    };
    while let Some(piece) = upload.body.next().await {
        let piece = piece?;
        digest.update(&piece);
        size += piece.len() as u64;
        if !send(Piece::Bytes(piece)).await? {
            return Ok(Fed::Refused);
        }
    }
    if !is_sound(object, digest) {
        return Err(Fault::Mismatch);
    }
    Ok(if send(Piece::End).await? {
        Fed::Whole(size)
    } else {
        Fed::Refused
    })
}

fn is_sound(object: Object, digest: Sha256) -> bool {
    match object {
        Object::Config => true,
        Object::Blob(_, name) => digest.finalize()[..] == name.digest()[..],
    }
}

async fn collect(upload: &mut Upload<'_>) -> Result<Vec<u8>, Fault> {
    let mut all = Vec::new();
    while let Some(piece) = upload.body.next().await {
        all.extend_from_slice(&piece?);
    }
    Ok(all)
}

/// Says whether what comes is what is there. None of it is sent.
async fn compare(
    inner: &Inner,
    repository: &Repository,
    object: Object,
    there: u64,
    upload: &mut Upload<'_>,
) -> Result<Put, Fault> {
    let mut known = match object {
        Object::Config => contents(inner, repository, object).await?.map(Vec::from),
        Object::Blob(..) => None,
    };
    let (mut digest, mut size) = (Sha256::new(), 0);
    let mut is_same = true;
    while let Some(piece) = upload.body.next().await {
        let piece = piece?;
        digest.update(&piece);
        size += piece.len() as u64;
        if let Some(left) = &mut known {
            is_same &= left.starts_with(&piece);
            left.drain(..piece.len().min(left.len()));
        }
    }
    let is_like = match object {
        Object::Config => known.is_some_and(|left| left.is_empty()),
        Object::Blob(..) => is_sound(object, digest),
    };
    Ok(if is_same && is_like && size == there {
        Put::Same
    } else {
        Put::Other
    })
}

async fn contents(
    inner: &Inner,
    repository: &Repository,
    object: Object,
) -> Result<Option<Bytes>, Fault> {
    let found = read::get(inner, repository, object, Range::Whole).await?;
    let Some(found) = found else { return Ok(None) };
    let mut all = Vec::new();
    match found.content {
        Content::Whole(bytes) => return Ok(Some(bytes)),
        Content::Pieces(mut pieces) => {
            while let Some(piece) = pieces.next().await {
                all.extend_from_slice(
                    &piece.map_err(|error| Fault::Unreachable(error.to_string()))?,
                );
            }
        }
    }
    Ok(Some(all.into()))
}
