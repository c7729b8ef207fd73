//! Core dumps: what this process and restic have in memory stays out of them. A command of the
//! player's may leave some, as it could without us.

/// Keeps what this process and restic have in memory out of core dumps. Costs a few system calls;
/// that a platform cannot do it is no reason to stop.
pub fn forbid() {
    #[cfg(unix)]
    platform::forbid();
    // A program that the kernel pipes core dumps to does not heed the limit.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// Starts a command of the player's, with the limit that there was before.
pub fn as_before<T>(start: impl FnOnce() -> T) -> T {
    #[cfg(unix)]
    return platform::as_before(start);
    #[cfg(not(unix))]
    start()
}

#[cfg(unix)]
mod platform {
    use std::sync::OnceLock;

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// The limit before it was changed.
    static BEFORE: OnceLock<Rlimit> = OnceLock::new();

    pub fn forbid() {
        let before = BEFORE.get_or_init(|| getrlimit(Resource::Core));
        // The hard limit stays: nobody could give a game its own back.
        let none = Rlimit {
            current: Some(0),
            maximum: before.maximum,
        };
        let _ = setrlimit(Resource::Core, none);
    }

    pub fn as_before<T>(start: impl FnOnce() -> T) -> T {
        let Some(before) = BEFORE.get() else {
            return start();
        };
        let _ = setrlimit(Resource::Core, *before);
        let started = start();
        forbid();
        started
    }
}
