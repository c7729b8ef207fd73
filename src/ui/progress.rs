//! Progress: a bar on a terminal, a plain line now and then elsewhere, nothing for what is short.

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};
use serde_json::json;

use super::output::Output;

/// Work that takes less is not worth a line.
const QUIET: Duration = Duration::from_secs(1);
/// Between two plain lines: a launcher's log is not a cinema.
const PAUSE: Duration = Duration::from_secs(5);
/// Between two events for another program, which may draw them.
const BEAT: Duration = Duration::from_secs(1);

/// Shows how far the current work is.
pub struct Progress<'a> {
    output: &'a Output,
    work: RefCell<Option<Work>>,
}

struct Work {
    title: &'static str,
    begun: Instant,
    /// What was done when it was first heard of.
    done_before: u64,
    last_line: Option<Instant>,
    bar: Option<ProgressBar>,
}

impl<'a> Progress<'a> {
    /// Returns a display on `output`.
    pub fn new(output: &'a Output) -> Self {
        Self {
            output,
            work: RefCell::new(None),
        }
    }

    /// Shows that `done` of `total` bytes of the work called `title` are done.
    pub fn show(&self, title: &'static str, done: u64, total: Option<u64>) {
        let mut slot = self.work.borrow_mut();
        if slot.as_ref().is_some_and(|work| work.title != title) {
            end(slot.take());
        }
        let work = slot.get_or_insert_with(|| Work {
            title,
            begun: Instant::now(),
            done_before: done,
            last_line: None,
            bar: None,
        });
        if work.begun.elapsed() < QUIET {
            return;
        }
        if self.output.is_terminal() && !self.output.is_json() {
            let bar = work.bar.get_or_insert_with(|| bar(title));
            bar.set_length(total.unwrap_or(done));
            bar.set_position(done);
            return;
        }
        let pause = if self.output.is_json() { BEAT } else { PAUSE };
        if work.last_line.is_some_and(|last| last.elapsed() < pause) {
            return;
        }
        work.last_line = Some(Instant::now());
        let pace = Pace::of(done.saturating_sub(work.done_before), work.begun.elapsed());
        let left = total.and_then(|total| pace.time_for(total.saturating_sub(done)));
        if self.output.is_json() {
            self.output.object(&json!({
                "event": "progress",
                "phase": title,
                "done": done,
                "total": total,
                "bytes_per_second": pace.bytes_per_second,
                "seconds_left": left.map(|left| left.as_secs()),
            }));
        } else {
            let of = total.map(|total| format!(" of {}", HumanBytes(total)));
            let left = left.map(|left| format!(", {} left", HumanDuration(left)));
            self.output.passing(&format!(
                "{title}: {}{}, {}/s{}",
                HumanBytes(done),
                of.unwrap_or_default(),
                HumanBytes(pace.bytes_per_second),
                left.unwrap_or_default()
            ));
        }
    }

    /// Takes the display away, before a line is printed and at the end.
    pub fn clear(&self) {
        end(self.work.borrow_mut().take());
    }
}

/// How fast a work goes.
#[derive(Debug, Clone, Copy)]
struct Pace {
    bytes_per_second: u64,
}

impl Pace {
    fn of(bytes: u64, elapsed: Duration) -> Self {
        let millis = elapsed.as_millis().max(1);
        let bytes_per_second = u128::from(bytes) * 1000 / millis;
        Self {
            bytes_per_second: u64::try_from(bytes_per_second).unwrap_or(u64::MAX),
        }
    }

    /// Returns how long so many bytes take; `None` while nothing moves.
    fn time_for(self, bytes: u64) -> Option<Duration> {
        let seconds = bytes.checked_div(self.bytes_per_second)?;
        Some(Duration::from_secs(seconds))
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

fn end(work: Option<Work>) {
    if let Some(bar) = work.and_then(|work| work.bar) {
        bar.finish_and_clear();
    }
}

fn bar(title: &'static str) -> ProgressBar {
    let template = "{msg:12} {bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}";
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style).with_message(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_tells_the_time_that_is_left() {
        let pace = Pace::of(3_000_000, Duration::from_millis(1500));
        assert_eq!(pace.bytes_per_second, 2_000_000);
        assert_eq!(pace.time_for(9_000_000), Some(Duration::from_secs(4)));
        assert_eq!(pace.time_for(0), Some(Duration::ZERO));
        let stuck = Pace::of(0, Duration::ZERO);
        assert_eq!((stuck.bytes_per_second, stuck.time_for(1)), (0, None));
        assert_eq!(
            Pace::of(u64::MAX, Duration::ZERO).bytes_per_second,
            u64::MAX
        );
    }
}
