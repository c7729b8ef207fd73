//! A line between a client and a real server that can be slowed down, cut, or go silent.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How the line behaves from now on, for open connections too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Passes everything.
    Good,
    /// Passes everything, each piece this much later.
    Slow(Duration),
    /// Closes every connection at once.
    Cut,
    /// Accepts connections and passes nothing: what a dead wireless network looks like.
    Silent,
    /// Passes this many more bytes from the server, counted over all connections, and then closes.
    CutAfter(u64),
}

/// The line; it is closed when this is dropped.
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    upstream: SocketAddr,
    line: Mutex<Line>,
    /// What came from the server since the line was last set.
    received: AtomicU64,
    connections: AtomicU64,
    gone: AtomicBool,
}

impl Proxy {
    /// Opens a good line to a server on this machine.
    pub fn to_port(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let state = Arc::new(State {
            upstream: SocketAddr::from(([127, 0, 0, 1], port)),
            line: Mutex::new(Line::Good),
            received: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            gone: AtomicBool::new(false),
        });
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            state: state.clone(),
        };
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if state.gone.load(Ordering::Relaxed) {
                    return;
                }
                state.connections.fetch_add(1, Ordering::Relaxed);
                let state = state.clone();
                thread::spawn(move || connect(client, &state));
            }
        });
        proxy
    }

    /// Returns the address for clients; the server's certificate is valid for it as well.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn set(&self, line: Line) {
        let mut current = self.state.line.lock().unwrap();
        self.state.received.store(0, Ordering::Relaxed);
        *current = line;
    }

    /// Returns how many connections were opened so far.
    pub fn connections(&self) -> u64 {
        self.state.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.gone.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for connections, so that it sees it.
        let _ = TcpStream::connect(self.address);
    }
}

fn connect(client: TcpStream, state: &Arc<State>) {
    let Ok(server) = TcpStream::connect(state.upstream) else {
        return;
    };
    let (Ok(client_too), Ok(server_too)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    let state_too = state.clone();
    thread::spawn(move || pass(client_too, server_too, &state_too, false));
    pass(server, client, state, true);
}

/// Passes what comes from one side on to the other until either of them, or the line, ends it.
fn pass(mut from: TcpStream, mut to: TcpStream, state: &State, from_server: bool) {
    // Short, so that a change of the line is noticed on a connection that is idle.
    let _ = from.set_read_timeout(Some(Duration::from_millis(10)));
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer);
        let line = *state.line.lock().unwrap();
        let closed = line == Line::Cut || state.gone.load(Ordering::Relaxed);
        let count = match read {
            _ if closed => break,
            Err(error) if is_timeout(&error) => continue,
            Ok(0) | Err(_) => break,
            Ok(count) => count,
        };
        let passed = match line {
            Line::Silent => 0,
            Line::CutAfter(limit) if from_server => {
                let before = state.received.fetch_add(count as u64, Ordering::Relaxed);
                count.min(usize::try_from(limit.saturating_sub(before)).unwrap_or(count))
            }
            Line::Slow(by) => {
                thread::sleep(by);
                count
            }
            Line::Good | Line::Cut | Line::CutAfter(_) => count,
        };
        let cut = passed < count && line != Line::Silent;
        if to.write_all(&buffer[..passed]).is_err() || cut {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
    )
}
