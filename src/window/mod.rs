//! The windows, as a process of their own: `instance-sync __window KIND`.
//!
//! Whoever opens one never touches a display: it talks to this process by [`protocol`], and whatever ends
//! this process (no display, a library that is missing, a driver that fails) only means that the question is
//! asked elsewhere. See `ui/window`.

pub mod protocol;

#[cfg(feature = "window")]
mod clean;
#[cfg(feature = "window")]
mod conflict;
#[cfg(feature = "window")]
mod focus;
#[cfg(feature = "window")]
mod format;
#[cfg(feature = "window")]
mod host;
#[cfg(feature = "window")]
mod icons;
#[cfg(feature = "window")]
mod message;
#[cfg(feature = "window")]
mod pair;
#[cfg(feature = "window")]
mod progress;
#[cfg(feature = "window")]
mod setup;
#[cfg(feature = "window")]
mod theme;
#[cfg(feature = "window")]
pub mod view;
#[cfg(feature = "window")]
mod widgets;

#[cfg(feature = "window")]
pub use {host::view_of, theme::apply};

use std::{ffi::OsString, process::ExitCode};

use protocol::Kind;

/// The word on the command line that asks for a window.
pub const COMMAND: &str = "__window";

/// Returns which window these words ask for. All other words are for people.
pub fn asked_for(mut words: impl Iterator<Item = OsString>) -> Option<Kind> {
    let (Some(command), Some(kind), None) = (words.next(), words.next(), words.next()) else {
        return None;
    };
    (command == COMMAND).then(|| Kind::of_word(kind.to_str()?))?
}

/// Shows a window until it is answered, or its input ends.
#[cfg(feature = "window")]
pub fn run(kind: Kind) -> ExitCode {
    host::run(kind)
}

/// This program was built without windows.
#[cfg(not(feature = "window"))]
pub fn run(_: Kind) -> ExitCode {
    ExitCode::FAILURE
}
