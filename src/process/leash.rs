//! What ties restic and windows to us: they end when we do. With `console.rs`, on
//! Windows, the only file with unsafe code.

pub use platform::{Leash, prepare, stop, tie};

#[cfg(unix)]
mod platform {
    //! Unix: on Linux the kernel ends the child with us, whatever ends us.

    use std::{
        io,
        os::unix::process::CommandExt,
        process::{Child, Command, ExitStatus},
        thread,
        time::{Duration, Instant},
    };

    use rustix::process::{Pid, Signal};

    pub struct Leash;

    #[cfg_attr(not(target_os = "linux"), allow(unused_variables))]
    pub fn prepare(command: &mut Command) -> Leash {
        // Elsewhere the child stays in our group, so that an interrupt reaches both.
        #[cfg(target_os = "linux")]
        {
            command.process_group(0);
            die_with_parent(command);
        }
        Leash
    }

    /// SIGTERM and not SIGKILL: restic removes its lock on it.
    #[cfg(target_os = "linux")]
    #[allow(unsafe_code)]
    fn die_with_parent(command: &mut Command) {
        let parent = std::process::id();
        let last_act = move || {
            rustix::process::set_parent_process_death_signal(Some(Signal::TERM))?;
            // The parent may have died before the signal was set.
            let orphaned = rustix::process::getppid()
                .is_none_or(|pid| pid.as_raw_nonzero().get().unsigned_abs() != parent);
            if orphaned {
                Err(io::Error::from_raw_os_error(3))
            } else {
                Ok(())
            }
        };
        // SAFETY: between fork and exec only two system calls are made (prctl and getppid); nothing
        // allocates, locks or unwinds.
        unsafe {
            command.pre_exec(last_act);
        }
    }

    pub fn tie(_: &Leash, _: &Child) {}

    /// Interrupts the child, which makes restic end at once and remove its lock; then kills it.
    pub fn stop(child: &mut Child) -> io::Result<ExitStatus> {
        let signal = |signal: Signal| {
            let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
                return;
            };
            let _ = if cfg!(target_os = "linux") {
                rustix::process::kill_process_group(pid, signal)
            } else {
                rustix::process::kill_process(pid, signal)
            };
        };
        signal(Signal::INT);
        let deadline = Instant::now() + Duration::from_millis(1500);
        while Instant::now() < deadline {
            if let Some(status) = child.try_wait()? {
                signal_rest(child.id());
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(5));
        }
        signal_rest(child.id());
        child.kill()?;
        child.wait()
    }

    /// Kills whatever the child left behind in its group.
    fn signal_rest(group: u32) {
        if cfg!(target_os = "linux")
            && let Some(pid) = i32::try_from(group).ok().and_then(Pid::from_raw)
        {
            let _ = rustix::process::kill_process_group(pid, Signal::KILL);
        }
    }
}

#[cfg(windows)]
mod platform {
    //! Windows: a job object ends the child when the last handle to it goes, which is ours.

    use std::{
        io,
        os::windows::{io::AsRawHandle, process::CommandExt},
        process::{Child, Command, ExitStatus},
    };

    use win32job::{ExtendedLimitInfo, Job};

    /// `CREATE_NO_WINDOW`: nothing flashes.
    const NO_WINDOW: u32 = 0x0800_0000;

    pub struct Leash(Option<Job>);

    pub fn prepare(command: &mut Command) -> Leash {
        command.creation_flags(NO_WINDOW);
        let mut limits = ExtendedLimitInfo::new();
        limits.limit_kill_on_job_close();
        // Without a job the call still works; the child could then outlive us.
        Leash(Job::create_with_limit_info(&limits).ok())
    }

    pub fn tie(leash: &Leash, child: &Child) {
        if let Some(job) = &leash.0 {
            let _ = job.assign_process(child.as_raw_handle() as isize);
        }
    }

    pub fn stop(child: &mut Child) -> io::Result<ExitStatus> {
        child.kill()?;
        child.wait()
    }
}
