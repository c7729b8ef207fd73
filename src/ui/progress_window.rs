//! Progress in a window, where a launcher shows none: opened once work has lasted, closed with it.

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use super::{
    pace::Pace,
    window::{Said, Window},
};
use crate::{
    cancel,
    window::protocol::{Kind, Progress, ToWindow, Work},
};

/// Work that takes less is not worth a window.
const QUIET: Duration = Duration::from_secs(1);
/// Between two pictures.
const BEAT: Duration = Duration::from_millis(100);

/// Shows how far the work of a hook is.
pub struct ProgressWindow {
    /// Whether the window may come to the front: not after a game, when the player does other things.
    front: bool,
    course: RefCell<Option<Course>>,
}

/// From the first work to the last.
struct Course {
    begun: Instant,
    work: Work,
    work_begun: Instant,
    done_before: u64,
    last: Option<Instant>,
    /// What the window shows.
    shown: Option<Progress>,
    window: Showing,
}

enum Showing {
    NotYet,
    Now(Window),
    /// None can be shown, or the player closed it.
    NoMore,
}

impl ProgressWindow {
    /// Returns a display that has nothing to show yet.
    pub fn new(front: bool) -> Self {
        Self {
            front,
            course: RefCell::new(None),
        }
    }

    /// Shows that `done` of `total` bytes of a work are done, and what it is at.
    pub fn show(
        &self,
        instance: impl FnOnce() -> String,
        work: Work,
        item: Option<String>,
        (done, total): (u64, Option<u64>),
    ) {
        let mut slot = self.course.borrow_mut();
        let now = Instant::now();
        let course = slot.get_or_insert_with(|| {
            cancel::make_possible();
            Course {
                begun: now,
                work,
                work_begun: now,
                done_before: done,
                last: None,
                shown: None,
                window: Showing::NotYet,
            }
        });
        if course.work != work {
            (course.work, course.work_begun, course.done_before) = (work, now, done);
        }
        let is_early = now.duration_since(course.begun) < QUIET;
        let is_too_soon = course
            .last
            .is_some_and(|last| now.duration_since(last) < BEAT);
        if is_early || is_too_soon {
            return;
        }
        course.last = Some(now);
        let moved = done.saturating_sub(course.done_before);
        let pace = Pace::of(moved, now.duration_since(course.work_begun));
        let left = total.and_then(|total| pace.time_for(total.saturating_sub(done)));
        if matches!(course.window, Showing::NoMore) {
            return;
        }
        let known = course.shown.take().map(|shown| shown.instance);
        course.say(Progress {
            // What it is called is looked up once.
            instance: known.unwrap_or_else(instance),
            work,
            item,
            done,
            total,
            bytes_per_second: pace.bytes_per_second,
            seconds_left: left.map(|left| left.as_secs()),
            can_cancel: !cancel::is_requested(),
            front: self.front,
        });
    }

    /// Says that the rest is short, and cannot be cancelled.
    pub fn finish(&self) {
        let mut slot = self.course.borrow_mut();
        let Some(course) = slot.as_mut() else { return };
        if let Some(progress) = course.shown.take() {
            course.say(Progress {
                can_cancel: false,
                seconds_left: None,
                ..progress
            });
        }
    }

    /// Takes the window away.
    pub fn clear(&self) {
        drop(self.course.borrow_mut().take());
    }
}

impl Course {
    fn say(&mut self, progress: Progress) {
        let news = ToWindow::Progress(progress.clone());
        match &mut self.window {
            Showing::NotYet => {
                let window = Window::begin(Kind::Progress, news);
                self.window = window.map_or(Showing::NoMore, Showing::Now);
            }
            Showing::Now(window) => window.say(&news),
            Showing::NoMore => return,
        }
        self.shown = Some(progress);
        self.listen();
    }

    fn listen(&mut self) {
        while let Showing::Now(window) = &mut self.window {
            match window.hear(Some(Duration::ZERO)) {
                // What cancels is heeded already.
                Said::Event(_) => {}
                Said::Nothing => return,
                Said::Gone => self.window = Showing::NoMore,
            }
        }
    }
}
