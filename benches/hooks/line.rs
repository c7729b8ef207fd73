//! A line to the server that is as long as one likes: a TCP proxy that passes everything on later,
//! as much as comes, and counts.
//!
//! Pieces overtake nothing and wait for nothing but their time, so that the line delays without being
//! slow. The kernel of this machine shakes hands with clients at once, so the wait for that round
//! trip is put in front of the first piece.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The line; it stays open as long as the program runs.
pub struct Line {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    upstream: SocketAddr,
    /// How long a piece travels one way, in nanoseconds.
    one_way: AtomicU64,
    connections: AtomicU64,
    /// How often the server answered something: the round trips that data made.
    answers: AtomicU64,
    /// How many bytes the server sent.
    received: AtomicU64,
}

/// What went over the line from one moment to another.
#[derive(Clone, Copy, Debug)]
pub struct Traffic {
    pub connections: u64,
    pub answers: u64,
    pub received: u64,
}

impl std::ops::Sub for Traffic {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            connections: self.connections - before.connections,
            answers: self.answers - before.answers,
            received: self.received - before.received,
        }
    }
}

impl Line {
    /// Opens a line without delay to a server on this machine.
    pub fn to_port(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            upstream: SocketAddr::from(([127, 0, 0, 1], port)),
            one_way: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            answers: AtomicU64::new(0),
            received: AtomicU64::new(0),
        });
        let line = Self {
            address,
            state: state.clone(),
        };
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let state = state.clone();
                thread::spawn(move || connect(client, &state));
            }
        });
        line
    }

    /// Returns the port for clients; the server's certificate is valid there as well.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Sets how long a round trip takes from now on.
    pub fn set_round_trip(&self, time: Duration) {
        let nanos = u64::try_from((time / 2).as_nanos()).unwrap();
        self.state.one_way.store(nanos, Ordering::Relaxed);
    }

    /// Returns what went over it so far.
    pub fn traffic(&self) -> Traffic {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Traffic {
            connections: read(&self.state.connections),
            answers: read(&self.state.answers),
            received: read(&self.state.received),
        }
    }
}

impl State {
    fn one_way(&self) -> Duration {
        Duration::from_nanos(self.one_way.load(Ordering::Relaxed))
    }
}

/// A piece of data, and when it arrives.
type Piece = (Instant, Vec<u8>);

fn connect(client: TcpStream, state: &Arc<State>) {
    state.connections.fetch_add(1, Ordering::Relaxed);
    let shaken = Instant::now() + 2 * state.one_way();
    let Ok(server) = TcpStream::connect(state.upstream) else {
        return;
    };
    let (Ok(client_too), Ok(server_too)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    // Whether the client has said something since the server last did.
    let asked = Arc::new(AtomicBool::new(false));
    let (state_up, asked_up) = (state.clone(), asked.clone());
    carry(client, server, move |_| {
        asked_up.store(true, Ordering::Relaxed);
        shaken.max(Instant::now()) + state_up.one_way()
    });
    let state = state.clone();
    carry(server_too, client_too, move |bytes| {
        state.received.fetch_add(bytes, Ordering::Relaxed);
        let answers = asked.swap(false, Ordering::Relaxed);
        state.answers.fetch_add(answers.into(), Ordering::Relaxed);
        Instant::now() + state.one_way()
    });
}

/// Carries what comes from one side to the other; `on_piece` is told how many bytes came, and says
/// when they are there.
fn carry(from: TcpStream, to: TcpStream, on_piece: impl FnMut(u64) -> Instant + Send + 'static) {
    let (sender, receiver) = channel();
    thread::spawn(move || take(from, &sender, on_piece));
    thread::spawn(move || deliver(to, &receiver));
}

fn take(mut from: TcpStream, sender: &Sender<Piece>, mut on_piece: impl FnMut(u64) -> Instant) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let piece = (on_piece(count as u64), buffer[..count].to_vec());
        if sender.send(piece).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Read);
}

fn deliver(mut to: TcpStream, receiver: &Receiver<Piece>) {
    let _ = to.set_nodelay(true);
    for (time, bytes) in receiver {
        thread::sleep(time.saturating_duration_since(Instant::now()));
        if to.write_all(&bytes).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
