//! Many connections that ask as fast as they are answered.

use std::thread;
use std::time::{Duration, Instant};

use super::line::Line;

/// What came of a load.
pub struct Load {
    /// Answers a second, of all connections together.
    pub rate: f64,
    /// How long 99 of 100 answers took at the most.
    pub p99: Duration,
}

/// Has so many connections ask the same for a while.
pub fn ask(port: u16, connections: usize, length: Duration, head: &[u8]) -> Load {
    let begin = Instant::now();
    let times: Vec<Vec<Duration>> = thread::scope(|scope| {
        let askers: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| {
                    let mut line = Line::to(port);
                    let mut times = Vec::new();
                    while begin.elapsed() < length {
                        let since = Instant::now();
                        let (status, _) = line.ask(head, b"");
                        assert_eq!(status, 200);
                        times.push(since.elapsed());
                    }
                    times
                })
            })
            .collect();
        let joined = askers.into_iter().map(|asker| asker.join().unwrap());
        joined.collect()
    });
    let took = begin.elapsed().as_secs_f64();
    let mut times: Vec<Duration> = times.concat();
    times.sort_unstable();
    #[allow(clippy::cast_precision_loss, reason = "a count of seconds' work")]
    let rate = times.len() as f64 / took;
    Load {
        rate,
        p99: times[times.len() * 99 / 100],
    }
}

/// Has a few connections do a number of things once each. Returns how long all took.
pub fn share<T: Sync>(
    port: u16,
    connections: usize,
    things: &[T],
    each: impl Fn(&mut Line, &T) + Sync,
) -> Duration {
    let begin = Instant::now();
    thread::scope(|scope| {
        for first in 0..connections {
            let each = &each;
            scope.spawn(move || {
                let mut line = Line::to(port);
                for thing in things.iter().skip(first).step_by(connections) {
                    each(&mut line, thing);
                }
            });
        }
    });
    begin.elapsed()
}

/// Returns the value in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
