//! A question on a terminal that does not outlast the wish to stop, wherever that comes from: a key that is typed is
//! heard by whoever asks, a signal is not.

use std::{
    io,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use dialoguer::console::Term;

use crate::cancel;

/// How often it is looked whether somebody asked to stop.
const BEAT: Duration = Duration::from_millis(50);

/// Asks; beside us, where somebody may ask to stop. Then it is an error of the kind of an interrupt, and the terminal
/// is as before.
pub fn ask<T: Send + 'static>(
    ask: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    if !cancel::is_possible() {
        return ask();
    }
    let before = platform::Before::now();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || drop(sender.send(ask())));
    loop {
        match receiver.recv_timeout(BEAT) {
            Ok(answer) => return answer,
            Err(RecvTimeoutError::Timeout) if cancel::is_requested() => {
                // It waits for a key that nobody types any more.
                before.restore();
                let term = Term::stderr();
                let _ = term.show_cursor();
                let _ = term.write_line("");
                return Err(io::ErrorKind::Interrupted.into());
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[cfg(unix)]
mod platform {
    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

    /// How the terminal takes what is typed.
    pub struct Before(Option<Termios>);

    impl Before {
        /// As it is now.
        pub fn now() -> Self {
            Self(tcgetattr(rustix::stdio::stdin()).ok())
        }

        /// As it was.
        pub fn restore(self) {
            if let Some(before) = self.0 {
                let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &before);
            }
        }
    }
}

#[cfg(not(unix))]
mod platform {
    /// Whoever reads a key there changes nothing.
    pub struct Before;

    impl Before {
        /// As it is now.
        pub fn now() -> Self {
            Self
        }

        /// As it was.
        #[allow(clippy::unused_self)]
        pub fn restore(self) {}
    }
}
