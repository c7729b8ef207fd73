//! The player's wish to stop: asked for in a window, heeded wherever stopping leaves everything as it was.
//!
//! It is one for the whole process, as a signal is. Unlike a signal it lets what was begun be cleared away.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use crate::{
    error::{Error, Kind, Result},
    texts::text,
};

static POSSIBLE: AtomicBool = AtomicBool::new(false);
static REQUESTED: AtomicBool = AtomicBool::new(false);

/// How often whoever waits for something else looks whether it is to stop.
const BEAT: Duration = Duration::from_millis(100);

/// Forgets what was asked of earlier work.
pub fn begin() {
    REQUESTED.store(false, Ordering::Relaxed);
}

/// Says that somebody may ask to stop: who waits, looks now and then.
pub fn make_possible() {
    POSSIBLE.store(true, Ordering::Relaxed);
}

/// Returns whether somebody may ask to stop.
pub fn is_possible() -> bool {
    POSSIBLE.load(Ordering::Relaxed)
}

/// Asks to stop.
pub fn request() {
    REQUESTED.store(true, Ordering::Relaxed);
}

/// Returns whether somebody asked.
pub fn is_requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// Returns how long to wait at a time, where it could be as long as `longest`.
pub fn wait_at_most(longest: Duration) -> Duration {
    if POSSIBLE.load(Ordering::Relaxed) {
        longest.min(BEAT)
    } else {
        longest
    }
}

/// Fails with [`Kind::Cancelled`] where somebody asked to stop.
pub fn check() -> Result<()> {
    if is_requested() { Err(error()) } else { Ok(()) }
}

/// Returns what is said of work that was cancelled.
pub fn error() -> Error {
    Error::new(Kind::Cancelled, text!("cancelled")).hint(text!("cancelled-kept"))
}
