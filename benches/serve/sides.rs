//! The two servers, each with one account and one repository, without TLS.

use std::fs::{self, File};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;

use super::line::Line;
use crate::support::our_server::OurServer;
use crate::support::{Program, rest_server};

/// The repository on both.
pub const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
/// The account on both.
const ACCOUNT: &str = "alice";
/// Version 2 of the protocol, as restic asks for it.
const V2: &str = "Accept: application/vnd.x.restic.rest.v2\r\n";

/// A server that is asked.
pub struct Side {
    pub port: u16,
    authorization: String,
    /// It ends with this.
    _process: Process,
}

enum Process {
    Ours(#[allow(dead_code, reason = "held")] OurServer),
    Theirs(Child),
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Self::Theirs(child) = self {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Side {
    /// Starts our server, as an operator would.
    pub fn ours(folder: &Path) -> Self {
        let server = OurServer::start(folder);
        server.add_open_account(ACCOUNT);
        let token = server.add_device(ACCOUNT, "deck");
        let side = Self {
            port: server.port(),
            authorization: basic(&token),
            _process: Process::Ours(server),
        };
        side.create();
        side
    }

    /// Starts rest-server with an htpasswd at the lowest cost of bcrypt, private and append-only, without
    /// its log.
    pub fn theirs(folder: &Path) -> Self {
        let program = Program::RestServer.find().expect("rest-server");
        fs::create_dir_all(folder.join("data")).unwrap();
        fs::write(folder.join("htpasswd"), rest_server::HTPASSWD).unwrap();
        let port = free_port();
        let process = Command::new(program)
            .env_clear()
            .arg("--path")
            .arg(folder.join("data"))
            .arg("--htpasswd-file")
            .arg(folder.join("htpasswd"))
            .arg(format!("--listen=127.0.0.1:{port}"))
            .args(["--private-repos", "--append-only"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.join("server.log")).unwrap())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "rest-server does not answer");
            thread::sleep(Duration::from_millis(5));
        }
        let side = Self {
            port,
            authorization: basic(rest_server::ALICE.token),
            _process: Process::Theirs(process),
        };
        side.create();
        side
    }

    fn create(&self) {
        let head = self.request("POST", "?create=true", Some(0));
        assert_eq!(Line::to(self.port).ask(&head, b"").0, 200);
    }

    /// Returns the head of a request to the repository.
    pub fn request(&self, method: &str, path: &str, length: Option<usize>) -> Vec<u8> {
        let length = length.map_or_else(String::new, |length| {
            format!("Content-Length: {length}\r\n")
        });
        format!(
            "{method} /{ACCOUNT}/{ID}/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}{V2}{length}\r\n",
            self.authorization
        )
        .into_bytes()
    }
}

/// Returns the header of `ACCOUNT:SECRET`.
pub fn basic(token: &str) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(token);
    format!("Authorization: Basic {text}\r\n")
}

/// Returns a port that nobody has: rest-server does not say in a file which one the system chose.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
