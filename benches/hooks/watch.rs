//! What a command needs and starts: its own peak memory, and the programs that it executes.
//!
//! `wait4` cannot tell: its peak is that of the largest process of the tree, which is restic, and it
//! counts the memory of whoever forked. Looking into `/proc` now and then misses short runs. So the
//! command is traced: the kernel stops it when it exits, while its high-water mark can still be
//! read, and at each `exec` below it. Nothing else is stopped, no system call is.

use std::ffi::OsString;
use std::fs;
use std::process::{Command, Stdio};

use nix::sys::ptrace::{self, Event, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// What a watched run needed and started.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The most memory that the command itself held at once, in bytes; not that of its children.
    pub peak: u64,
    /// The names of the programs that it executed, in their order.
    pub programs: Vec<String>,
}

impl Watched {
    /// Reads the lines that [`watch`] writes.
    pub fn parse(lines: &[String]) -> Self {
        let kilobytes: u64 = lines[0].parse().unwrap();
        Self {
            peak: kilobytes * 1024,
            programs: lines[1..].to_vec(),
        }
    }

    /// Returns how many processes of restic there were.
    pub fn restics(&self) -> usize {
        let is_restic = |name: &&String| name.starts_with("restic");
        self.programs.iter().filter(is_restic).count()
    }
}

/// Stops itself, so that it can be attached to before the command begins.
const WAITS: &str = "kill -STOP $$; exec \"$0\" \"$@\"";

/// Runs a command and prints its peak in kilobytes, and each program that was executed below it.
#[allow(clippy::zombie_processes, reason = "waitpid waits for it")]
pub fn watch(command: &[OsString]) -> bool {
    let shell = Command::new("/bin/sh")
        .args(["-c", WAITS])
        .args(command)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let pid = Pid::from_raw(shell.id().try_into().unwrap());
    waitpid(pid, Some(WaitPidFlag::WUNTRACED)).unwrap();
    ptrace::seize(
        pid,
        Options::PTRACE_O_TRACEEXIT
            | Options::PTRACE_O_TRACEEXEC
            | Options::PTRACE_O_TRACEFORK
            | Options::PTRACE_O_TRACEVFORK
            | Options::PTRACE_O_TRACECLONE,
    )
    .unwrap();
    kill(pid, Signal::SIGCONT).unwrap();
    follow(pid)
}

/// Lets everything go on until the command has ended.
fn follow(command: Pid) -> bool {
    let mut programs = Vec::new();
    let mut peak = 0;
    loop {
        match waitpid(None, Some(WaitPidFlag::__WALL)).unwrap() {
            WaitStatus::PtraceEvent(pid, _, event) => {
                if event == Event::PTRACE_EVENT_EXEC as i32 {
                    programs.push(program_of(pid));
                } else if event == Event::PTRACE_EVENT_EXIT as i32 && pid == command {
                    peak = high_water_mark(pid);
                }
                go_on(pid, None);
            }
            WaitStatus::Stopped(pid, signal) => go_on(pid, Some(signal)),
            WaitStatus::Exited(pid, code) if pid == command => {
                // The first is the command itself, in the place of the shell.
                println!("{peak}\n{}", programs[1..].join("\n"));
                return code == 0;
            }
            WaitStatus::Signaled(pid, ..) if pid == command => return false,
            _ => {}
        }
    }
}

fn go_on(pid: Pid, signal: Option<Signal>) {
    // It may have been killed meanwhile, which the next wait says.
    let _ = ptrace::cont(pid, signal);
}

fn program_of(pid: Pid) -> String {
    let program = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
    let name = program.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Returns the kilobytes that a process held at most.
fn high_water_mark(pid: Pid) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let mark = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = mark.and_then(|mark| mark.split_whitespace().next());
    kilobytes.unwrap().parse().unwrap()
}
