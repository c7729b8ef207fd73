//! One run of a command, timed or watched by a small process of its own.
//!
//! The benchmark holds a world in its memory and has threads that play a network: what it starts
//! itself would inherit both. So it starts itself anew for each run, as a process that does nothing
//! but start the command and wait for it.
//!
//! Times and memory come from different runs. What is timed runs undisturbed; what is watched is
//! traced, which slows it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_getcpu, sched_setaffinity};
use nix::sys::resource::{UsageWho, getrusage};
use nix::unistd::Pid;

use super::watch::{self, Watched};
use crate::support::Device;

/// First words of the command line of the small process.
const TIME: &str = "__time";
const TIME_ON_ONE_CPU: &str = "__time-on-one-cpu";
const WATCH: &str = "__watch";

/// A command that can be measured.
#[derive(Clone, Debug)]
pub struct Call {
    program: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    folder: PathBuf,
}

/// What one run took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample {
    pub wall: Duration,
    /// Of all its processes, in user and kernel mode.
    pub cpu: Duration,
}

impl std::ops::Add for Sample {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            wall: self.wall + other.wall,
            cpu: self.cpu + other.cpu,
        }
    }
}

impl Call {
    /// Prepares a program with an empty environment, to run in `folder`.
    pub fn new(program: impl AsRef<Path>, folder: &Path) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            env: Vec::new(),
            folder: folder.to_owned(),
        }
    }

    /// Prepares one of our own commands on a device, as its launcher would run it.
    pub fn ours(device: &Device, command: &str) -> Self {
        let mut pack = OsString::from("--pack-folder=");
        pack.push(&device.pack);
        Self::new(env!("CARGO_BIN_EXE_instance-sync"), &device.home)
            .env(device.environment())
            .arg(command)
            .arg(pack)
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    pub fn args<A: AsRef<OsStr>>(self, args: impl IntoIterator<Item = A>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    pub fn env(mut self, variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        self.env.extend(variables);
        self
    }

    /// Runs it, and says how long that took; it has to succeed.
    #[track_caller]
    pub fn time(&self) -> Sample {
        self.try_time().unwrap_or_else(|why| panic!("{why}"))
    }

    /// Runs it, and says how long that took, or what it said when it failed.
    pub fn try_time(&self) -> Result<Sample, String> {
        self.time_as(TIME)
    }

    /// The same on the processor that the small process is on. For commands that take a millisecond
    /// and have one thread: where the other processor is busy or asleep, being sent there takes
    /// three.
    #[track_caller]
    pub fn time_on_one_cpu(&self) -> Sample {
        self.time_as(TIME_ON_ONE_CPU)
            .unwrap_or_else(|why| panic!("{why}"))
    }

    fn time_as(&self, mode: &str) -> Result<Sample, String> {
        let figures = self.run_as(mode)?;
        let nanos = |at: usize| Duration::from_nanos(figures[at].parse().unwrap());
        Ok(Sample {
            wall: nanos(0),
            cpu: nanos(1),
        })
    }

    /// Runs it, and says what it needed and started; it has to succeed.
    #[track_caller]
    pub fn watch(&self) -> Watched {
        let figures = self.run_as(WATCH);
        Watched::parse(&figures.unwrap_or_else(|why| panic!("{why}")))
    }

    /// Runs it in the small process and returns the lines that this one answers.
    fn run_as(&self, mode: &str) -> Result<Vec<String>, String> {
        let output = Command::new(env::current_exe().unwrap())
            .arg(mode)
            .arg(&self.program)
            .args(&self.args)
            .env_clear()
            .envs(self.env.iter().cloned())
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let program = self.program.display();
            return Err(format!("{program} {:?}: {said}", self.args));
        }
        let lines = String::from_utf8(output.stdout).unwrap();
        Ok(lines.lines().map(str::to_owned).collect())
    }
}

/// Does the work of the small process, if this is one.
pub fn as_small_process() -> Option<ExitCode> {
    let mut args = env::args_os().skip(1);
    let mode = args.next()?;
    let command: Vec<OsString> = args.collect();
    let succeeded = match mode.to_str()? {
        TIME => time(&command),
        TIME_ON_ONE_CPU => {
            stay_on_this_cpu();
            time(&command)
        }
        WATCH => watch::watch(&command),
        _ => return None,
    };
    Some(if succeeded {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Binds this process and what it starts to the processor that it is on.
fn stay_on_this_cpu() {
    let mut cpus = CpuSet::new();
    cpus.set(sched_getcpu().unwrap()).unwrap();
    sched_setaffinity(Pid::from_raw(0), &cpus).unwrap();
}

fn time(command: &[OsString]) -> bool {
    let since = Instant::now();
    let status = Command::new(&command[0])
        .args(&command[1..])
        .stdout(Stdio::null())
        .status()
        .unwrap();
    let wall = since.elapsed();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros = [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| time.tv_sec() * 1_000_000 + time.tv_usec())
        .sum::<i64>();
    println!("{}\n{}", wall.as_nanos(), micros * 1000);
    status.success()
}
