//! Connections: taken, bounded, and let finish when the server stops.

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use futures_util::future::{self, Either};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::timeout,
};

use super::{
    Server,
    exchange::{Exchange, Peer},
    watched::{Phase, Watched},
};

/// How much of a connection is read ahead, and so how large the head of a request may be: restic's have a
/// few hundred bytes.
const BUFFER: usize = 64 << 10;
/// Connections at a time, where the system allows so many files.
const MANY: u64 = 20_000;
/// After a failure to take a connection, such as too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// What takes connections.
pub struct Listening {
    listener: TcpListener,
    places: Arc<Semaphore>,
    number: u32,
}

impl Listening {
    /// Listens there.
    pub async fn at(address: SocketAddr) -> io::Result<Self> {
        let number = connections();
        Ok(Self {
            listener: TcpListener::bind(address).await?,
            places: Arc::new(Semaphore::new(number as usize)),
            number,
        })
    }

    /// Returns where that is: with port 0, the system chose one.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` says so; then lets requests finish that are under way. Returns whether all did.
    pub async fn serve(
        self,
        server: &Arc<Server>,
        router: &Router,
        mut stop: watch::Receiver<bool>,
    ) -> bool {
        loop {
            let accepted = {
                let accept = pin!(self.accept());
                let stopped = pin!(stop.wait_for(|stop| *stop));
                match future::select(accept, stopped).await {
                    Either::Left((accepted, _)) => accepted,
                    Either::Right(_) => break,
                }
            };
            let (stream, peer, place) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    server
                        .log
                        .notice(format!("cannot take a connection: {error}"));
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let connection = Connection {
                server: Arc::clone(server),
                router: router.clone(),
                peer,
                stop: stop.clone(),
            };
            tokio::spawn(async move {
                connection.secure(stream).await;
                drop(place);
            });
        }
        let Self {
            listener,
            places,
            number,
            ..
        } = self;
        // From now on connections are refused, and whoever asks again finds the next server.
        drop(listener);
        timeout(server.patience.stop, places.acquire_many(number))
            .await
            .is_ok()
    }

    async fn accept(
        &self,
    ) -> io::Result<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(io::Error::other)?;
        let (stream, peer) = self.listener.accept().await?;
        Ok((stream, peer, place))
    }
}

/// One connection.
struct Connection {
    server: Arc<Server>,
    router: Router,
    peer: SocketAddr,
    stop: watch::Receiver<bool>,
}

impl Connection {
    async fn secure(self, stream: TcpStream) {
        // Otherwise each small answer waits 40 ms for an acknowledgement.
        let _ = stream.set_nodelay(true);
        match &self.server.certificate {
            None => self.serve(stream).await,
            Some(certificate) => {
                let tls = certificate.acceptor();
                // Whoever does not get that far is no client; port scanners are not worth a line.
                if let Ok(Ok(stream)) = timeout(self.server.patience.head, tls.accept(stream)).await
                {
                    self.serve(stream).await;
                }
            }
        }
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(mut self, stream: S) {
        let phase = Phase::new();
        let patience = self.server.patience;
        let stream = Watched::new(stream, Arc::clone(&phase), patience.head, patience.body);
        let (server, router) = (&self.server, &self.router);
        let peer = Peer {
            address: self.peer.ip(),
            is_secure: server.certificate.is_some(),
        };
        let service = service_fn(|request: hyper::Request<Incoming>| {
            let (exchange, request) = Exchange::begin(server, peer, &phase, request);
            let router = TowerToHyperService::new(router.clone());
            async move {
                let response = router.call(request).await?;
                Ok::<_, Infallible>(exchange.end(&server.log, response))
            }
        });
        let mut connection = pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(patience.idle)
                .max_buf_size(BUFFER)
                .serve_connection(TokioIo::new(stream), service)
        );
        let stopped = {
            let stop = pin!(self.stop.wait_for(|stop| *stop));
            matches!(
                future::select(connection.as_mut(), stop).await,
                Either::Right(_)
            )
        };
        if stopped {
            connection.as_mut().graceful_shutdown();
            // How it ends is in the line of its last request.
            let _ = connection.await;
        }
    }
}

/// Returns how many connections can be served at a time: each may have a file open too.
fn connections() -> u32 {
    let files = raise_open_files().unwrap_or(1024);
    let places = (files.saturating_sub(64) / 2).clamp(16, MANY);
    u32::try_from(places).unwrap_or(u32::MAX)
}

/// Asks for as many open files as this process may have.
#[cfg(unix)]
fn raise_open_files() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum.or(Some(u64::MAX)),
        Err(_) => limit.current,
    }
}

#[cfg(not(unix))]
fn raise_open_files() -> Option<u64> {
    Some(MANY * 2 + 64)
}
