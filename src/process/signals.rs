//! Signals that arrive while a command of the player's runs: whose they are.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use signal_hook::{consts::SIGINT, flag};

use crate::cancel;

pub use platform::Signals;

/// How often it is looked whether an interrupt came.
const BEAT: Duration = Duration::from_millis(50);

/// Takes the first interrupt as the wish to stop, so that what was begun elsewhere can be ended there; the
/// next one ends this process as ever. So does a terminal that is closed, and who asks this process to end.
pub fn interrupt_asks_to_stop() {
    static ONCE: AtomicBool = AtomicBool::new(false);
    if ONCE.swap(true, Ordering::Relaxed) {
        return;
    }
    cancel::begin();
    let asked = Arc::new(AtomicBool::new(false));
    platform::ends_ask_to_stop(&asked);
    let armed = flag::register_conditional_default(SIGINT, Arc::clone(&asked));
    if armed.is_err() || flag::register(SIGINT, Arc::clone(&asked)).is_err() {
        return;
    }
    cancel::make_possible();
    thread::spawn(move || {
        while !asked.load(Ordering::Relaxed) {
            thread::sleep(BEAT);
        }
        cancel::request();
    });
}

#[cfg(unix)]
mod platform {
    //! Unix: handlers instead of the defaults. A program that is started has the defaults again.

    use std::{
        io,
        process::{Child, ExitStatus},
        sync::{Arc, atomic::AtomicBool},
        thread,
    };

    use rustix::process::{Pid, Signal, kill_process};
    use signal_hook::{
        consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM},
        flag, iterator,
        low_level::emulate_default_handler,
    };

    /// Takes what a terminal says that is closed as the wish to stop; it may say it twice. So is what a system says
    /// that is shut down; who says that a second time means it.
    pub(super) fn ends_ask_to_stop(asked: &Arc<AtomicBool>) {
        if ignored() >> (SIGTERM - 1) & 1 == 0
            && flag::register_conditional_default(SIGTERM, Arc::clone(asked)).is_ok()
        {
            let _ = flag::register(SIGTERM, Arc::clone(asked));
        }
        if ignored() >> (SIGHUP - 1) & 1 == 0 {
            // Where that is not to be had, it ends this process as ever.
            let _ = flag::register(SIGHUP, Arc::clone(asked));
        }
    }

    /// The signals, which are ours from here on.
    pub struct Signals(Option<iterator::Signals>);

    impl Signals {
        /// Takes the signals that would end us. What we were told to ignore (`nohup`) stays ignored,
        /// and so it is by the command.
        pub fn take() -> Self {
            let ignored = ignored();
            let wanted = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];
            let wanted = wanted
                .into_iter()
                .filter(|signal| ignored >> (signal - 1) & 1 == 0)
                // Ignored, it would leave nobody to wait for: neither the command nor restic.
                .chain([SIGCHLD]);
            Self(iterator::Signals::new(wanted).ok())
        }

        /// Waits for the command, and passes on what is meant for it.
        pub fn wait_for(&mut self, child: &mut Child) -> io::Result<ExitStatus> {
            let Some(signals) = &mut self.0 else {
                return child.wait();
            };
            loop {
                if let Some(status) = child.try_wait()? {
                    return Ok(status);
                }
                for signal in signals.wait() {
                    match signal {
                        SIGTERM => pass_on(child, Signal::TERM),
                        SIGHUP => pass_on(child, Signal::HUP),
                        // The terminal has sent these to the command too.
                        _ => {}
                    }
                }
            }
        }

        /// Goes on working after the command. Whoever ends a whole tree of processes (Steam, a
        /// closing terminal) means the game: the save still goes out. Whoever asks twice means us.
        pub fn work_on(self) {
            let Some(mut signals) = self.0 else { return };
            thread::spawn(move || {
                let mut asked = 0;
                for signal in signals.forever() {
                    match signal {
                        SIGCHLD => continue,
                        SIGTERM | SIGHUP => asked += 1,
                        _ => asked = 2,
                    }
                    if asked > 1 {
                        let _ = emulate_default_handler(signal);
                    }
                }
            });
        }
    }

    fn pass_on(child: &Child, signal: Signal) {
        // It was not waited for yet, so that the number is still its own.
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let _ = kill_process(pid, signal);
        }
    }

    /// Returns the set of ignored signals, as far as the system tells.
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        line.and_then(|set| u64::from_str_radix(set.trim(), 16).ok())
            .unwrap_or(0)
    }
}

#[cfg(not(unix))]
mod platform {
    //! Elsewhere an interrupt reaches the command and us: it must not end us before the push.

    use std::{
        io,
        process::{Child, ExitStatus},
        sync::{Arc, atomic::AtomicBool},
    };

    /// There is no such signal.
    pub(super) fn ends_ask_to_stop(_: &Arc<AtomicBool>) {}

    /// The signals, which are ours from here on.
    pub struct Signals;

    impl Signals {
        /// Takes the interrupt.
        pub fn take() -> Self {
            let seen = Arc::new(AtomicBool::new(false));
            let _ = signal_hook::flag::register(signal_hook::consts::SIGINT, seen);
            Self
        }

        /// Waits for the command.
        #[allow(clippy::unused_self)]
        pub fn wait_for(&mut self, child: &mut Child) -> io::Result<ExitStatus> {
            child.wait()
        }

        /// Goes on working after the command.
        pub fn work_on(self) {}
    }
}
