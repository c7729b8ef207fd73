//! Where a test can let the process die: at each step that changes a disk. Nothing in a release.

/// One more step is about to change something.
#[cfg(not(test))]
#[inline]
pub fn step() {}

#[cfg(test)]
pub use testing::{Crash, crash_at, disarm, step};

#[cfg(test)]
mod testing {
    use std::cell::Cell;

    thread_local! {
        static STEPS_LEFT: Cell<Option<u32>> = const { Cell::new(None) };
    }

    /// What unwinds where the process would have died.
    #[derive(Debug)]
    pub struct Crash;

    /// Lets this thread die at its `steps`-th step from now on.
    pub fn crash_at(steps: u32) {
        STEPS_LEFT.set(Some(steps));
    }

    /// Lets it live. Returns whether it was still to die.
    pub fn disarm() -> bool {
        STEPS_LEFT.replace(None).is_some()
    }

    /// One more step is about to change something.
    pub fn step() {
        match STEPS_LEFT.get() {
            None => {}
            Some(0) => {
                STEPS_LEFT.set(None);
                std::panic::panic_any(Crash);
            }
            Some(left) => STEPS_LEFT.set(Some(left - 1)),
        }
    }
}
