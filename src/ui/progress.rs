//! Progress: a bar on a terminal, a plain line now and then elsewhere, nothing for what is short.

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};
use serde_json::json;

use super::{output::Output, pace::Pace};

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
