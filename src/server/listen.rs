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
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::timeout,
};

use super::{
    Server,
    exchange::Exchange,
    peer::{Door, Peer},
    watched::{Phase, Watched},
};

/// How much of a connection is read ahead, and so how large the head of a request may be: restic's have a
/// few hundred bytes.
const BUFFER: usize = 64 << 10;
/// Connections of operators at a time.
const OPERATORS: u32 = 64;
/// After a failure to take a connection, such as too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// Where connections come in.
enum Socket {
    /// An address.
    Address(TcpListener),
    /// A file, which goes away with this.
    #[cfg(unix)]
    File {
        listener: tokio::net::UnixListener,
        _file: super::socket_file::SocketFile,
    },
}

/// A connection that came in.
enum Stream {
    /// From an address.
    Address(TcpStream, SocketAddr),
    /// By the file.
    #[cfg(unix)]
    File(tokio::net::UnixStream),
}

/// What takes connections.
pub struct Listening {
    socket: Socket,
    places: Arc<Semaphore>,
    number: u32,
    /// Whether it is the public one, which may speak TLS.
    is_public: bool,
}

impl Listening {
    /// Listens there, for everybody: for so many connections at a time.
    pub async fn at(address: SocketAddr, number: u32) -> io::Result<Self> {
        Self::with(address, number, true).await
    }

    /// Listens there, for operators.
    pub async fn for_operators(address: SocketAddr) -> io::Result<Self> {
        Self::with(address, OPERATORS, false).await
    }

    async fn with(address: SocketAddr, number: u32, is_public: bool) -> io::Result<Self> {
        Ok(Self {
            socket: Socket::Address(TcpListener::bind(address).await?),
            places: Arc::new(Semaphore::new(number as usize)),
            number,
            is_public,
        })
    }

    /// Listens at this file, which nobody but its owner can open.
    #[cfg(unix)]
    pub fn at_file(path: &std::path::Path) -> io::Result<Self> {
        let (listener, file) = super::socket_file::SocketFile::bind(path)?;
        Ok(Self {
            socket: Socket::File {
                listener,
                _file: file,
            },
            places: Arc::new(Semaphore::new(OPERATORS as usize)),
            number: OPERATORS,
            is_public: false,
        })
    }

    /// Returns where that is: with port 0, the system chose one. A file is at no address.
    pub fn address(&self) -> io::Result<SocketAddr> {
        match &self.socket {
            Socket::Address(listener) => listener.local_addr(),
            #[cfg(unix)]
            Socket::File { .. } => Err(io::ErrorKind::AddrNotAvailable.into()),
        }
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
            let (stream, place) = match accepted {
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
                is_public: self.is_public,
                stop: stop.clone(),
            };
            tokio::spawn(async move {
                connection.begin(stream).await;
                drop(place);
            });
        }
        let Self {
            socket,
            places,
            number,
            ..
        } = self;
        // From now on connections are refused, and whoever asks again finds the next server.
        drop(socket);
        timeout(server.patience.stop, places.acquire_many(number))
            .await
            .is_ok()
    }

    async fn accept(&self) -> io::Result<(Stream, OwnedSemaphorePermit)> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(io::Error::other)?;
        let stream = match &self.socket {
            Socket::Address(listener) => {
                let (stream, peer) = listener.accept().await?;
                Stream::Address(stream, peer)
            }
            #[cfg(unix)]
            Socket::File { listener, .. } => Stream::File(listener.accept().await?.0),
        };
        Ok((stream, place))
    }
}

/// One connection.
struct Connection {
    server: Arc<Server>,
    router: Router,
    is_public: bool,
    stop: watch::Receiver<bool>,
}

impl Connection {
    async fn begin(self, stream: Stream) {
        let (stream, peer) = match stream {
            Stream::Address(stream, peer) => (stream, peer.ip()),
            #[cfg(unix)]
            Stream::File(stream) => {
                return self.serve(stream, Peer::at_socket()).await;
            }
        };
        // Otherwise each small answer waits 40 ms for an acknowledgement.
        let _ = stream.set_nodelay(true);
        let certificate = self.server.certificate.as_ref();
        let peer = Peer {
            door: Door::Address,
            address: peer,
            is_secure: false,
        };
        match certificate.filter(|_| self.is_public) {
            None => self.serve(stream, peer).await,
            Some(certificate) => {
                let peer = Peer {
                    is_secure: true,
                    ..peer
                };
                let tls = certificate.acceptor();
                // Whoever does not get that far is no client; port scanners are not worth a line.
                if let Ok(Ok(stream)) = timeout(self.server.patience.head, tls.accept(stream)).await
                {
                    self.serve(stream, peer).await;
                }
            }
        }
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        mut self,
        stream: S,
        peer: Peer,
    ) {
        let phase = Phase::new();
        let patience = self.server.patience;
        let stream = Watched::new(stream, Arc::clone(&phase), patience.head, patience.body);
        let (server, router) = (&self.server, &self.router);
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
