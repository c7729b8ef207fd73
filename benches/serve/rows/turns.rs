//! A community's evening: many devices push in turns.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::serve::content;
use crate::serve::figure::{Figure, Reach};
use crate::serve::line::Line;
use crate::serve::load;
use crate::serve::options::Options;
use crate::serve::sides::{ID, basic};
use crate::support::our_server::OurServer;

const WHAT: &str = "1,000 devices of 50 accounts push in turns, 8 at a time";
const ACCOUNTS: usize = 50;

/// A device, and where it pushes.
struct Device {
    number: u64,
    account: String,
    authorization: String,
}

pub fn measure(options: &Options) -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start(folder.path());
    let each = options.scaled(20, 2);
    let mut devices = Vec::new();
    for account in 0..ACCOUNTS {
        let name = format!("account{account}");
        server.add_open_account(&name);
        for device in 0..each {
            let token = server.add_device(&name, &format!("device{device}"));
            devices.push(Device {
                number: (account * each + device) as u64,
                account: name.clone(),
                authorization: basic(&token),
            });
        }
    }
    let errors = AtomicUsize::new(0);
    // One of each account first, then the next: all of them at work at once.
    devices.sort_by_key(|device| device.number % each as u64);
    let took = load::share(server.port(), 8, &devices, |line, device| {
        if !push(line, device) {
            errors.fetch_add(1, Ordering::Relaxed);
        }
    });
    #[allow(clippy::cast_precision_loss, reason = "both are small")]
    let (errors, pushes) = (errors.load(Ordering::Relaxed) as f64, devices.len() as f64);
    vec![
        Figure::new((WHAT, "pushes that failed"), errors, "", Reach::AtMost(0.0)),
        Figure::new(
            (WHAT, "pushes"),
            pushes / took.as_secs_f64(),
            "/s",
            Reach::None,
        ),
    ]
}

/// Does what restic asks of a server for a small push. Returns whether every answer was a good one.
fn push(line: &mut Line, device: &Device) -> bool {
    let mut ask = |method: &str, path: &str, body: &[u8]| {
        let head = format!(
            "{method} /{}/{ID}/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}Content-Length: {}\r\n\r\n",
            device.account,
            device.authorization,
            body.len()
        );
        line.ask(head.as_bytes(), body).0
    };
    let mut good = ask("POST", "?create=true", b"") == 200;
    let lock = content::object(device.number * 10 + 1, 200);
    let lock_path = format!("locks/{}", lock.name);
    good &= ask("POST", &lock_path, &lock.bytes) == 200;
    good &= ask("GET", "snapshots/", b"") == 200;
    good &= ask("GET", "index/", b"") == 200;
    for (part, (kind, size)) in [
        ("data", 300_000),
        ("data", 20_000),
        ("index", 2_000),
        ("snapshots", 400),
    ]
    .into_iter()
    .enumerate()
    {
        let object = content::object(device.number * 10 + 2 + part as u64, size);
        let path = format!("{kind}/{}", object.name);
        good &= ask("POST", &path, &object.bytes) == 200;
    }
    good & (ask("DELETE", &lock_path, b"") == 200)
}
