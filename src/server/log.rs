//! The log: one JSON object a line, for a service manager. It holds no token and no name of an object.
//!
//! A thread of its own writes it: whoever reads too slowly costs lines, and no request waits. How many
//! lines were lost is the next line.

use std::{
    io::Write,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use jiff::Timestamp;
use serde::Serialize;

/// Lines that wait to be written.
const WAITING: usize = 4096;
/// How long lines are collected after those before: waking a thread for each would cost more than writing it.
const PAUSE: Duration = Duration::from_millis(5);

/// One request, once it is answered.
#[derive(Debug, Clone, Serialize)]
pub struct Request {
    /// Its number; the answer carries it as `X-Request-Id`.
    pub id: String,
    /// Where it came from.
    pub peer: IpAddr,
    /// Whose token it had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Which device's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Which repository of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// What was done.
    pub method: String,
    /// To what kind of thing.
    pub kind: &'static str,
    /// The answer.
    pub status: u16,
    /// How long it took, to the last byte.
    pub ms: f64,
    /// How many bytes came.
    pub received: u64,
    /// How many bytes went out.
    pub sent: u64,
    /// Whether the answer was not taken to its end.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// Why it was refused, or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What is written.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    /// A request.
    Request(Box<Request>),
    /// What became of the server itself.
    Notice { message: String },
    /// Lines that nobody took in time.
    Lost { lines: u64 },
}

#[derive(Serialize)]
struct Timed {
    time: Timestamp,
    #[serde(flatten)]
    line: Line,
}

/// Where lines go. Copies write to the same place.
#[derive(Debug, Clone)]
pub struct Log {
    lines: SyncSender<Timed>,
    lost: Arc<AtomicU64>,
}

/// What writes the lines; it ends once no [`Log`] is left.
#[derive(Debug)]
pub struct Writing(Option<thread::JoinHandle<()>>);

impl Log {
    /// Begins to write to this.
    pub fn begin(out: Box<dyn Write + Send>) -> (Self, Writing) {
        let (lines, receiver) = sync_channel(WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&lost);
        let thread = thread::spawn(move || write(out, &receiver, &counted));
        (Self { lines, lost }, Writing(Some(thread)))
    }

    /// Tells of a request.
    pub fn request(&self, request: Request) {
        self.put(Line::Request(Box::new(request)));
    }

    /// Tells of the server itself.
    pub fn notice(&self, message: impl Into<String>) {
        let message = message.into();
        self.put(Line::Notice { message });
    }

    fn put(&self, line: Line) {
        let time = Timestamp::now();
        if self.lines.try_send(Timed { time, line }).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Writing {
    /// Waits until everything is written. All copies of the log have to be gone.
    pub fn end(mut self) {
        if let Some(thread) = self.0.take() {
            let _ = thread.join();
        }
    }
}

fn write(mut out: Box<dyn Write + Send>, lines: &Receiver<Timed>, lost: &AtomicU64) {
    let mut text = Vec::new();
    while let Ok(first) = lines.recv() {
        text.clear();
        add(&mut text, &first);
        // What has come in the meantime goes out with it.
        while text.len() < 1 << 16
            && let Ok(next) = lines.try_recv()
        {
            add(&mut text, &next);
        }
        let missing = lost.swap(0, Ordering::Relaxed);
        if missing > 0 {
            let line = Line::Lost { lines: missing };
            let time = Timestamp::now();
            add(&mut text, &Timed { time, line });
        }
        // A log that cannot be written is no reason to stop serving.
        let _ = out.write_all(&text).and_then(|()| out.flush());
        thread::sleep(PAUSE);
    }
}

fn add(text: &mut Vec<u8>, line: &Timed) {
    if serde_json::to_writer(&mut *text, line).is_ok() {
        text.push(b'\n');
    }
}
