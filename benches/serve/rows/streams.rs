//! Devices that listen, and nothing happens.

use std::fs;

use crate::serve::figure::{Figure, Reach};
use crate::serve::line::Line;
use crate::serve::options::Options;
use crate::support::our_server::OurServer;

const WHAT: &str = "idle streams of events";
/// As many as an account may have.
const OF_ONE: usize = 64;

pub fn measure(options: &Options) -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start(folder.path());
    let wanted = options.scaled(10_000, 200);
    let mut streams = Vec::new();
    for number in 0..wanted {
        let account = format!("account{}", number / OF_ONE);
        let token = if number % OF_ONE == 0 {
            server.add_open_account(&account);
            Some(server.add_device(&account, "deck"))
        } else {
            None
        };
        if let Some(token) = token {
            let (_, secret) = token.split_once(':').unwrap();
            let head = format!(
                "GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n\r\n"
            );
            let ends = (number + OF_ONE).min(wanted);
            streams.extend((number..ends).map(|_| Line::to(server.port()).listen(head.as_bytes())));
        }
    }
    assert_eq!(streams.len(), wanted);
    let memory = memory_of(server.pid());
    // It still answers everybody.
    let head = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    assert_eq!(Line::to(server.port()).ask(head, b"").0, 200);
    #[allow(clippy::cast_precision_loss, reason = "it is small")]
    let open = Figure::new((WHAT, "open"), streams.len() as f64, "", Reach::None);
    vec![
        open,
        Figure::new(
            (WHAT, "memory of the server"),
            memory,
            "MB",
            Reach::AtMost(300.0),
        ),
    ]
}

/// Returns the most memory that a process has had, in MB.
fn memory_of(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes: f64 = most
        .and_then(|line| line.split_whitespace().next())
        .unwrap()
        .parse()
        .unwrap();
    kibibytes * 1.024 / 1000.0
}
