//! Progress: a bar on a terminal, a plain line now and then elsewhere, nothing for what is short.

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};
use serde_json::json;

use super::{output::Output, pace::Pace};
use crate::{texts::text, window::protocol::Work};

/// Work that takes less is not worth a line.
const QUIET: Duration = Duration::from_secs(1);
/// Between two plain lines: a launcher's log is not a cinema.
const PAUSE: Duration = Duration::from_secs(5);
/// Between two events for another program, which may draw them.
const BEAT: Duration = Duration::from_secs(1);

/// Shows how far the current work is.
pub struct Progress<'a> {
    output: &'a Output,
    course: RefCell<Option<Course>>,
    counted: RefCell<Option<Counted>>,
}

/// Work that is counted, not measured in bytes.
struct Counted {
    what: String,
    begun: Instant,
    told: Instant,
    bar: Option<ProgressBar>,
}

/// The word for programs.
fn phase(work: Work) -> &'static str {
    match work {
        Work::Reading => "Reading",
        Work::Preparing => "Fetching restic",
        Work::Downloading => "Fetching",
        Work::Uploading => "Saving",
    }
}

/// The word for people.
fn spoken(work: Work) -> String {
    match work {
        Work::Reading => text!("work-reading"),
        Work::Preparing => text!("work-fetching-restic"),
        Work::Downloading => text!("work-fetching"),
        Work::Uploading => text!("work-saving"),
    }
}

struct Course {
    work: Work,
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
            course: RefCell::new(None),
            counted: RefCell::new(None),
        }
    }

    /// Shows that `done` of `total` things of a work are done: to people alone.
    pub fn count(&self, what: &str, done: u64, total: u64) {
        if self.output.is_json() {
            return;
        }
        let mut slot = self.counted.borrow_mut();
        if slot.as_ref().is_some_and(|counted| counted.what != what) {
            *slot = None;
        }
        let counted = slot.get_or_insert_with(|| Counted {
            what: what.to_owned(),
            begun: Instant::now(),
            told: Instant::now(),
            bar: None,
        });
        if counted.begun.elapsed() < QUIET {
            return;
        }
        if self.output.is_terminal() {
            let bar = counted.bar.get_or_insert_with(|| count_bar(what));
            bar.set_length(total);
            bar.set_position(done);
        } else if counted.told.elapsed() >= PAUSE {
            counted.told = Instant::now();
            self.output.passing(&format!("{what}: {done} of {total}"));
        }
    }

    /// Shows that `done` of `total` bytes of a work are done.
    pub fn show(&self, work: Work, done: u64, total: Option<u64>) {
        let mut slot = self.course.borrow_mut();
        if slot.as_ref().is_some_and(|course| course.work != work) {
            end(slot.take());
        }
        let course = slot.get_or_insert_with(|| Course {
            work,
            begun: Instant::now(),
            done_before: done,
            last_line: None,
            bar: None,
        });
        if course.begun.elapsed() < QUIET {
            return;
        }
        if self.output.is_terminal() && !self.output.is_json() {
            let bar = course.bar.get_or_insert_with(|| bar(work));
            bar.set_length(total.unwrap_or(done));
            bar.set_position(done);
            return;
        }
        let pause = if self.output.is_json() { BEAT } else { PAUSE };
        if course.last_line.is_some_and(|last| last.elapsed() < pause) {
            return;
        }
        course.last_line = Some(Instant::now());
        let pace = Pace::of(
            done.saturating_sub(course.done_before),
            course.begun.elapsed(),
        );
        let left = total.and_then(|total| pace.time_for(total.saturating_sub(done)));
        if self.output.is_json() {
            self.output.object(&json!({
                "event": "progress",
                "phase": phase(work),
                "done": done,
                "total": total,
                "bytes_per_second": pace.bytes_per_second,
                "seconds_left": left.map(|left| left.as_secs()),
            }));
        } else {
            self.output.passing(&line(work, done, total, pace, left));
        }
    }

    /// Takes the display away, before a line is printed and at the end.
    pub fn clear(&self) {
        end(self.course.borrow_mut().take());
        let counted = self.counted.borrow_mut().take();
        if let Some(bar) = counted.and_then(|counted| counted.bar) {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

fn end(course: Option<Course>) {
    if let Some(bar) = course.and_then(|course| course.bar) {
        bar.finish_and_clear();
    }
}

/// A line of it; how long it takes is known only where the end is.
fn line(work: Work, done: u64, total: Option<u64>, pace: Pace, left: Option<Duration>) -> String {
    let bytes = |bytes: u64| HumanBytes(bytes).to_string();
    let (title, done, pace) = (spoken(work), bytes(done), bytes(pace.bytes_per_second));
    let total = total.map(bytes);
    match (total, left.map(rough)) {
        (Some(total), Some(left)) => text!(
            "work-line-left",
            title = title,
            done = done,
            total = total,
            pace = pace,
            left = left
        ),
        (Some(total), None) => text!(
            "work-line-of",
            title = title,
            done = done,
            total = total,
            pace = pace
        ),
        (None, _) => text!("work-line", title = title, done = done, pace = pace),
    }
}

/// A time in one unit, as `indicatif` rounds it.
fn rough(time: Duration) -> String {
    let short = format!("{:#}", HumanDuration(time));
    let (number, unit) = short.split_at(short.len() - 1);
    let number: u64 = number.parse().unwrap_or_default();
    match unit {
        "y" => text!("time-years", number = number),
        "w" => text!("time-weeks", number = number),
        "d" => text!("time-days", number = number),
        "h" => text!("time-hours", number = number),
        "m" => text!("time-minutes", number = number),
        _ => text!("time-seconds", number = number),
    }
}

fn count_bar(what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:12} {bar:30} {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0)
        .with_style(style)
        .with_message(what.to_owned())
}

fn bar(work: Work) -> ProgressBar {
    let template = "{msg:12} {bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}";
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0)
        .with_style(style)
        .with_message(spoken(work))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{Language, speaking};

    #[test]
    fn a_time_is_rounded_as_the_bar_does_it() {
        let said = |seconds| {
            let time = Duration::from_secs(seconds);
            let english = speaking(Language::English, || rough(time));
            assert_eq!(english, HumanDuration(time).to_string());
            speaking(Language::German, || rough(time))
        };
        assert_eq!(
            (said(0), said(1)),
            ("0 Sekunden".into(), "1 Sekunde".into())
        );
        assert_eq!(
            (said(59), said(120)),
            ("59 Sekunden".into(), "2 Minuten".into())
        );
        assert_eq!(
            (said(7200), said(172_800)),
            ("2 Stunden".into(), "2 Tage".into())
        );
        assert_eq!(
            (said(1_300_000), said(99_000_000)),
            ("2 Wochen".into(), "3 Jahre".into())
        );
    }

    #[test]
    fn a_line_says_what_is_known() {
        let said = |total, left| {
            let pace = Pace::of(1024, Duration::from_secs(1));
            speaking(Language::English, || {
                line(Work::Uploading, 2048, total, pace, left)
            })
        };
        assert_eq!(said(None, None), "Saving: 2.00 KiB, 1.00 KiB/s");
        assert_eq!(
            said(Some(4096), None),
            "Saving: 2.00 KiB of 4.00 KiB, 1.00 KiB/s"
        );
        assert_eq!(
            said(Some(4096), Some(Duration::from_secs(2))),
            "Saving: 2.00 KiB of 4.00 KiB, 1.00 KiB/s, 2 seconds left"
        );
    }
}
