//! A connection that stays open, with as little work on the client's side as can be: what is measured is the
//! server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// A connection to a server on this machine.
pub struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    pub fn to(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        Self {
            stream,
            buffer: vec![0; 256 << 10],
        }
    }

    /// Sends a whole request and reads the answer to its end. Returns its status and how long its body was.
    pub fn ask(&mut self, head: &[u8], body: &[u8]) -> (u16, u64) {
        self.stream.write_all(head).unwrap();
        if !body.is_empty() {
            self.stream.write_all(body).unwrap();
        }
        let mut filled = 0;
        let end = loop {
            let read = self.stream.read(&mut self.buffer[filled..]).unwrap();
            assert!(read > 0, "the server hung up");
            filled += read;
            if let Some(end) = find(&self.buffer[..filled], b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = std::str::from_utf8(&self.buffer[..end]).unwrap();
        let status: u16 = head[9..12].parse().unwrap();
        let length = length_of(head).unwrap_or_else(|| panic!("no length: {head}"));
        let mut left = length - (filled - end) as u64;
        while left > 0 {
            let read = self.stream.read(&mut self.buffer).unwrap();
            assert!(read > 0, "the server hung up");
            left -= read as u64;
        }
        (status, length)
    }

    /// Sends a request whose answer does not end, and reads its first piece. Returns the connection.
    pub fn listen(mut self, head: &[u8]) -> TcpStream {
        self.stream.write_all(head).unwrap();
        let read = self.stream.read(&mut self.buffer).unwrap();
        let said = String::from_utf8_lossy(&self.buffer[..read]);
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
        self.stream
    }
}

fn length_of(head: &str) -> Option<u64> {
    if head.starts_with("HTTP/1.1 204") {
        return Some(0);
    }
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_it = name.eq_ignore_ascii_case("content-length");
        is_it.then(|| value.trim().parse().unwrap())
    })
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
