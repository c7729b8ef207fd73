//! Windows, as whoever opens one sees them. What they show is drawn in a process of its own: see
//! [`crate::window`].

use std::time::{Duration, Instant};

use super::surface::is_set;

use crate::{
    cancel,
    process::window::{Heard, WindowChild},
    window::{
        COMMAND,
        protocol::{FromWindow, Kind, ToWindow},
    },
};

/// How long a window may take to appear. A driver that hangs must not hang a launch.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a Wayland session is found by. winit does not try X11 where that is dead.
const WAYLAND: [&str; 2] = ["WAYLAND_DISPLAY", "WAYLAND_SOCKET"];

/// A window under way. Dropping it closes it.
pub struct Window {
    kind: Kind,
    first: ToWindow,
    child: WindowChild,
    shown: bool,
    /// Set once it was tried without Wayland, or could not be.
    last_try: bool,
}

/// What a window said.
#[derive(Debug)]
pub enum Said {
    /// This.
    Event(FromWindow),
    /// Nothing, so far.
    Nothing,
    /// It is gone, or could never be shown.
    Gone,
}

impl Window {
    /// Begins to show a window, and does not wait for it.
    pub fn begin(kind: Kind, first: ToWindow) -> Option<Self> {
        let child = child(kind, &first, false)?;
        Some(Self {
            kind,
            first,
            child,
            shown: false,
            last_try: !could_be_x11(),
        })
    }

    /// Shows a window and waits until it is on the screen. `None` where none can be shown.
    pub fn open(kind: Kind, first: ToWindow) -> Option<Self> {
        let mut window = Self::begin(kind, first)?;
        let deadline = Instant::now() + PATIENCE;
        while !window.shown {
            let left = deadline.saturating_duration_since(Instant::now());
            match window.hear(Some(left)) {
                Said::Event(_) => {}
                Said::Nothing | Said::Gone => return None,
            }
        }
        Some(window)
    }

    /// Changes what it shows. What it has no time for is dropped.
    pub fn say(&mut self, news: &ToWindow) {
        if let Ok(line) = serde_json::to_string(news) {
            self.child.say(line);
        }
    }

    /// Waits for what it says, for ever where there is no `patience`.
    pub fn hear(&mut self, patience: Option<Duration>) -> Said {
        loop {
            let line = match self.child.hear(patience) {
                Heard::Line(line) => line,
                Heard::Nothing => return Said::Nothing,
                Heard::Gone if self.shown || self.last_try => return Said::Gone,
                Heard::Gone => {
                    self.last_try = true;
                    let Some(child) = child(self.kind, &self.first, true) else {
                        return Said::Gone;
                    };
                    self.child = child;
                    continue;
                }
            };
            // What it may say in a later version is nothing to this one.
            if let Ok(event) = serde_json::from_str::<FromWindow>(&line) {
                self.shown |= matches!(event, FromWindow::Shown);
                return Said::Event(event);
            }
        }
    }

    /// Waits for the player's answer, however long that takes. `None` where the window died.
    pub fn answer(&mut self) -> Option<FromWindow> {
        loop {
            match self.hear(None) {
                Said::Event(FromWindow::Shown) | Said::Nothing => {}
                Said::Event(event) => return Some(event),
                Said::Gone => return None,
            }
        }
    }
}

fn child(kind: Kind, first: &ToWindow, without_wayland: bool) -> Option<WindowChild> {
    let without: &[&str] = if without_wayland { &WAYLAND } else { &[] };
    let at_once = match kind {
        Kind::Progress => heed,
        _ => |_: &str| {},
    };
    let mut child = WindowChild::start([COMMAND, kind.word()], without, at_once).ok()?;
    child.say(serde_json::to_string(first).ok()?);
    Some(child)
}

/// Who waits for restic does not wait for the window too.
fn heed(line: &str) {
    if let Ok(FromWindow::Cancel) = serde_json::from_str(line) {
        cancel::request();
    }
}

/// Whether X11 is left to try where Wayland is dead.
fn could_be_x11() -> bool {
    WAYLAND.into_iter().any(is_set) && is_set("DISPLAY")
}
