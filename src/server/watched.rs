//! A connection whose client is not waited for without end: for the rest of a request's head, and for
//! taking what is sent.
//!
//! hyper's own timeout runs from the end of the answer before: it bounds how long a connection may idle,
//! which has to be longer than any head may take.

use std::{
    future::Future as _,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

const WAITING: u8 = 0;
const HEAD: u8 = 1;
const WORKING: u8 = 2;

/// What a connection is doing.
#[derive(Debug)]
pub struct Phase(AtomicU8);

impl Phase {
    /// Returns that of a new connection.
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU8::new(WAITING)))
    }

    /// A request is there.
    pub fn work(&self) {
        self.0.store(WORKING, Ordering::Relaxed);
    }

    /// It is answered.
    pub fn wait(&self) {
        self.0.store(WAITING, Ordering::Relaxed);
    }

    fn is(&self, phase: u8) -> bool {
        self.0.load(Ordering::Relaxed) == phase
    }
}

const TOO_SLOW: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// A connection with bounds.
#[derive(Debug)]
pub struct Watched<S> {
    inner: S,
    phase: Arc<Phase>,
    /// For the rest of a head.
    head: Duration,
    /// For taking the next piece.
    body: Duration,
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl<S> Watched<S> {
    /// Watches a connection.
    pub fn new(inner: S, phase: Arc<Phase>, head: Duration, body: Duration) -> Self {
        Self {
            inner,
            phase,
            head,
            body,
            reading: None,
            writing: None,
        }
    }
}

/// Whether this time is over; it begins to run with the first question.
fn is_over(
    timer: &mut Option<Pin<Box<Sleep>>>,
    length: Duration,
    context: &mut Context<'_>,
) -> bool {
    let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + length)));
    timer.as_mut().poll(context).is_ready()
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(context, buffer);
        if buffer.filled().len() > before && self.phase.is(WAITING) {
            self.phase.0.store(HEAD, Ordering::Relaxed);
            // The time of the request before may be over by now.
            self.reading = None;
        }
        if !self.phase.is(HEAD) {
            self.reading = None;
            return polled;
        }
        let this = &mut *self;
        // Asked for each piece: one byte now and then is no progress.
        if !is_over(&mut this.reading, this.head, context) {
            return polled;
        }
        // As far as it can be said at once.
        if Pin::new(&mut this.inner)
            .poll_write(context, TOO_SLOW)
            .is_ready()
        {
            let _ = Pin::new(&mut this.inner).poll_flush(context);
        }
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncWrite + Unpin> Watched<S> {
    /// Bounds how long nothing may be taken.
    fn bounded<T>(
        &mut self,
        polled: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.writing = None;
            return polled;
        }
        if is_over(&mut self.writing, self.body, context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.bounded(polled, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write_vectored(context, pieces);
        self.bounded(polled, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_flush(context);
        self.bounded(polled, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_shutdown(context);
        self.bounded(polled, context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const SHORT: Duration = Duration::from_millis(30);
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_head_that_never_ends_is_told_so() {
        let (mut client, server) = duplex(1000);
        let mut server = Watched::new(server, Phase::new(), SHORT, LONG);
        client.write_all(b"GET /").await.expect("writes");
        let error = server
            .read_to_end(&mut Vec::new())
            .await
            .expect_err("too slow");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(server);
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.expect("reads");
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }

    #[tokio::test]
    async fn waiting_and_working_take_as_long_as_they_take() {
        let (mut client, server) = duplex(1000);
        let phase = Phase::new();
        let mut server = Watched::new(server, Arc::clone(&phase), SHORT, LONG);
        let mut piece = [0; 4];
        let wait = tokio::time::timeout(SHORT * 4, server.read_exact(&mut piece));
        assert!(wait.await.is_err(), "a connection may idle");
        client.write_all(b"GET ").await.expect("writes");
        server.read_exact(&mut piece).await.expect("reads");
        phase.work();
        let wait = tokio::time::timeout(SHORT * 4, server.read_exact(&mut piece));
        assert!(wait.await.is_err(), "a request may take its time");
    }

    #[tokio::test]
    async fn the_next_request_has_its_own_time() {
        let (mut client, server) = duplex(1000);
        let phase = Phase::new();
        let mut server = Watched::new(server, Arc::clone(&phase), SHORT, LONG);
        let mut piece = [0; 4];
        for _ in 0..3 {
            client.write_all(b"GET ").await.expect("writes");
            server.read_exact(&mut piece).await.expect("reads");
            phase.work();
            tokio::time::sleep(SHORT * 2).await;
            phase.wait();
        }
    }

    #[tokio::test]
    async fn who_takes_nothing_is_given_up() {
        let (_client, server) = duplex(10);
        let mut server = Watched::new(server, Phase::new(), LONG, SHORT);
        let error = server.write_all(&[0; 100]).await.expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
