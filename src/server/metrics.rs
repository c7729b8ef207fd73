//! Counters, for Prometheus. They name no account.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

/// Upper bounds of how long requests took, in milliseconds.
const BOUNDS: [f64; 8] = [
    1.0,
    5.0,
    25.0,
    100.0,
    500.0,
    2500.0,
    10_000.0,
    f64::INFINITY,
];
/// What requests are about; everything that is no page of the control plane is data.
const PLANES: [&str; 2] = ["data", "control"];

/// Counters since the start.
#[derive(Debug)]
pub struct Metrics {
    since: Instant,
    /// By plane, by the first digit of the status.
    answers: [[AtomicU64; 6]; 2],
    received: AtomicU64,
    sent: AtomicU64,
    took: [AtomicU64; BOUNDS.len()],
    took_micros: AtomicU64,
}

/// What is read at the moment that somebody asks.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// Streams of events that are open.
    pub streams: usize,
    /// Rows of accounts, devices that are not revoked, instances.
    pub rows: [u64; 3],
    /// Whether the storage is there.
    pub is_mounted: bool,
}

impl Metrics {
    /// Begins to count.
    pub fn begin() -> Self {
        Self {
            since: Instant::now(),
            answers: Default::default(),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            took: Default::default(),
            took_micros: AtomicU64::new(0),
        }
    }

    /// Counts a request that is over.
    pub fn count(&self, kind: &str, status: u16, ms: f64, (received, sent): (u64, u64)) {
        let plane = usize::from(kind == "control");
        let class = usize::from(status / 100).min(5);
        self.answers[plane][class].fetch_add(1, Ordering::Relaxed);
        self.received.fetch_add(received, Ordering::Relaxed);
        self.sent.fetch_add(sent, Ordering::Relaxed);
        let bucket = BOUNDS.iter().position(|bound| ms <= *bound);
        if let Some(bucket) = bucket.and_then(|bucket| self.took.get(bucket)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a time, and small
        self.took_micros
            .fetch_add((ms * 1000.0) as u64, Ordering::Relaxed);
    }

    /// Returns all of them as Prometheus reads them.
    pub fn text(&self, now: Now) -> String {
        let mut out = String::new();
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let version = env!("CARGO_PKG_VERSION");
        head(&mut out, "build_info", "gauge", "The version.");
        let _ = writeln!(out, "instance_sync_build_info{{version=\"{version}\"}} 1");
        let one = |out: &mut String, name: &str, kind, about, value: u64| {
            head(out, name, kind, about);
            let _ = writeln!(out, "instance_sync_{name} {value}");
        };
        let uptime = self.since.elapsed().as_secs();
        one(
            &mut out,
            "uptime_seconds",
            "gauge",
            "Since the start.",
            uptime,
        );
        head(
            &mut out,
            "requests_total",
            "counter",
            "Requests that are over.",
        );
        for (plane, by_class) in PLANES.iter().zip(&self.answers) {
            for (class, count) in by_class.iter().enumerate().skip(1) {
                let _ = writeln!(
                    out,
                    "instance_sync_requests_total{{plane=\"{plane}\",status=\"{class}xx\"}} {}",
                    read(count)
                );
            }
        }
        head(
            &mut out,
            "request_seconds",
            "histogram",
            "How long requests took.",
        );
        let mut sum = 0;
        for (bound, count) in BOUNDS.iter().zip(&self.took) {
            sum += read(count);
            let bound = if bound.is_finite() {
                (bound / 1000.0).to_string()
            } else {
                "+Inf".to_owned()
            };
            let _ = writeln!(
                out,
                "instance_sync_request_seconds_bucket{{le=\"{bound}\"}} {sum}"
            );
        }
        let micros = read(&self.took_micros);
        let _ = writeln!(
            out,
            "instance_sync_request_seconds_sum {}.{:06}\ninstance_sync_request_seconds_count {sum}",
            micros / 1_000_000,
            micros % 1_000_000
        );
        let (received, sent) = (read(&self.received), read(&self.sent));
        one(
            &mut out,
            "received_bytes_total",
            "counter",
            "Of bodies.",
            received,
        );
        one(&mut out, "sent_bytes_total", "counter", "Of bodies.", sent);
        let streams = now.streams as u64;
        one(&mut out, "event_streams", "gauge", "Open ones.", streams);
        let [accounts, devices, instances] = now.rows;
        one(&mut out, "accounts", "gauge", "All of them.", accounts);
        one(&mut out, "devices", "gauge", "Not revoked.", devices);
        one(&mut out, "instances", "gauge", "Not deleted.", instances);
        let mounted = u64::from(now.is_mounted);
        one(
            &mut out,
            "storage_up",
            "gauge",
            "Whether it is mounted.",
            mounted,
        );
        out
    }
}

fn head(out: &mut String, name: &str, kind: &str, about: &str) {
    let _ = writeln!(
        out,
        "# HELP instance_sync_{name} {about}\n# TYPE instance_sync_{name} {kind}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_plane_status_and_time() {
        let metrics = Metrics::begin();
        metrics.count("data", 200, 0.5, (10, 20));
        metrics.count("snapshots", 404, 30.0, (0, 1));
        metrics.count("control", 201, 20_000.0, (5, 0));
        let text = metrics.text(Now {
            streams: 3,
            rows: [1, 2, 4],
            is_mounted: true,
        });
        for line in [
            "instance_sync_requests_total{plane=\"data\",status=\"2xx\"} 1",
            "instance_sync_requests_total{plane=\"data\",status=\"4xx\"} 1",
            "instance_sync_requests_total{plane=\"control\",status=\"2xx\"} 1",
            "instance_sync_request_seconds_bucket{le=\"0.001\"} 1",
            "instance_sync_request_seconds_bucket{le=\"0.1\"} 2",
            "instance_sync_request_seconds_bucket{le=\"+Inf\"} 3",
            "instance_sync_request_seconds_sum 20.030500",
            "instance_sync_request_seconds_count 3",
            "instance_sync_received_bytes_total 15",
            "instance_sync_sent_bytes_total 21",
            "instance_sync_event_streams 3",
            "instance_sync_devices 2",
            "instance_sync_storage_up 1",
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
    }
}
