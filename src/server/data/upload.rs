//! The body of an upload as a stream that knows its bounds: size, quota, patience.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use super::quota::Room;
use crate::server::storage::{Fault, Upload};

/// How much of a refused upload is read on, so that the client gets to see the answer.
const DRAINED: u64 = 256 << 20;

/// What bounds an upload.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How large it may be.
    pub largest: u64,
    /// How large it says it is.
    pub declared: Option<u64>,
    /// How long the next piece may take.
    pub patience: Duration,
}

/// Begins to read an upload. Its room is taken at once where it says how large it is.
pub fn begin<'a>(
    body: &'a mut Body,
    limits: Limits,
    room: &'a mut Option<Room>,
) -> Result<Upload<'a>, Fault> {
    if let Some(declared) = limits.declared {
        if declared > limits.largest {
            return Err(Fault::TooLarge);
        }
        if let Some(room) = room {
            room.take(declared)?;
        }
    }
    let reading = Reading {
        body,
        room,
        limits,
        size: 0,
    };
    let pieces = stream::try_unfold(reading, |mut reading| async move {
        let piece = reading.next().await?;
        Ok(piece.map(|piece| (piece, reading)))
    });
    Ok(Upload {
        body: pieces.boxed(),
    })
}

struct Reading<'a> {
    body: &'a mut Body,
    room: &'a mut Option<Room>,
    limits: Limits,
    size: u64,
}

impl Reading<'_> {
    async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        let Some(piece) = next(self.body, self.limits.patience).await? else {
            return Ok(None);
        };
        self.size += piece.len() as u64;
        if self.size > self.limits.largest {
            return Err(Fault::TooLarge);
        }
        if self.limits.declared.is_none()
            && let Some(room) = self.room
        {
            room.take(piece.len() as u64)?;
        }
        Ok(Some(piece))
    }
}

/// Returns the next piece; an upload that breaks off is an error and no end.
async fn next(body: &mut Body, patience: Duration) -> Result<Option<Bytes>, Fault> {
    loop {
        let frame = timeout(patience, body.frame())
            .await
            .map_err(|_| Fault::StoodStill)?;
        match frame {
            None => return Ok(None),
            Some(Err(error)) => return Err(Fault::BrokeOff(error.to_string())),
            Some(Ok(frame)) => {
                // Trailers say nothing that matters.
                if let Ok(piece) = frame.into_data() {
                    return Ok(Some(piece));
                }
            }
        }
    }
}

/// Reads what is left of a body that nobody wants.
pub async fn drain(body: &mut Body, patience: Duration) {
    let mut left = DRAINED;
    while let Ok(Some(piece)) = next(body, patience).await {
        left = left.saturating_sub(piece.len() as u64);
        if left == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    const LIMITS: Limits = Limits {
        largest: 10,
        declared: None,
        patience: Duration::from_millis(20),
    };

    async fn read(body: Body, limits: Limits) -> Result<usize, Fault> {
        let (mut body, mut room) = (body, None);
        let mut upload = begin(&mut body, limits, &mut room)?;
        let mut size = 0;
        while let Some(piece) = upload.body.next().await {
            size += piece?.len();
        }
        Ok(size)
    }

    #[tokio::test]
    async fn an_upload_that_stands_still_is_not_waited_for() {
        let begun = stream::iter([Ok::<_, io::Error>(Bytes::from("half"))]);
        let body = Body::from_stream(begun.chain(stream::pending()));
        let read = read(body, LIMITS).await;
        assert!(matches!(read, Err(Fault::StoodStill)), "{read:?}");
    }

    #[tokio::test]
    async fn an_upload_that_breaks_off_is_no_end() {
        let broken = stream::iter([
            Ok(Bytes::from("half")),
            Err(io::Error::from(io::ErrorKind::ConnectionReset)),
        ]);
        let read = read(Body::from_stream(broken), LIMITS).await;
        assert!(matches!(read, Err(Fault::BrokeOff(_))), "{read:?}");
    }

    #[tokio::test]
    async fn an_upload_has_a_largest_size_whatever_it_says_of_itself() {
        let ten = || Body::from(vec![0; 10]);
        assert_eq!(read(ten(), LIMITS).await.expect("fits"), 10);
        let smaller = Limits {
            largest: 9,
            ..LIMITS
        };
        assert!(matches!(read(ten(), smaller).await, Err(Fault::TooLarge)));
        let declared = Limits {
            declared: Some(11),
            ..LIMITS
        };
        assert!(matches!(read(ten(), declared).await, Err(Fault::TooLarge)));
    }
}
