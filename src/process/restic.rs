//! restic's child: it gets no stdin but a short text that it asks for, cannot outlive us where the
//! platform allows it, and is stopped when it stops making progress.

use std::{
    ffi::OsString,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, RecvTimeoutError, SyncSender},
    thread,
    time::{Duration, Instant},
};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::leash;
use crate::{
    cancel,
    error::{Error, Kind, Result},
    texts::text,
};

/// How long a child may go on without a sign of life.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The longest time without output that says something new.
    pub silence: Duration,
    /// The longest time after it said that it retries something (restic alone would go on for 15
    /// minutes), unless it makes progress again.
    pub retrying: Duration,
}

/// One call of a program.
#[derive(Debug)]
pub struct Call<'a> {
    /// The program.
    pub program: &'a Path,
    /// Its arguments; never a secret.
    pub args: Vec<OsString>,
    /// Its working folder.
    pub folder: Option<PathBuf>,
    /// Settings in its environment.
    pub settings: Vec<(&'static str, OsString)>,
    /// Secrets in its environment.
    pub secrets: Vec<(&'static str, SecretString)>,
    /// What it reads from its standard input; few enough bytes for any pipe to hold. Nothing where it
    /// is missing.
    pub input: Option<Vec<u8>>,
    /// When to stop it.
    pub patience: Patience,
}

/// Why a child was stopped by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It was silent for too long.
    Silent,
    /// It could not reach its server and would have gone on trying.
    Retrying,
    /// Its output was more than anybody can use.
    Flooding,
    /// The player cancelled.
    Cancelled,
}

/// How a child ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// Set where we ended it.
    pub stopped: Option<Stopped>,
    /// The end of what it wrote to stderr.
    pub stderr: String,
}

/// The most that is kept of stderr, and the longest line of stdout, in bytes.
const STDERR_KEPT: usize = 64 << 10;
const LONGEST_LINE: usize = 512 << 20;

/// How many pieces of 64 KB may wait for whoever reads them.
const QUEUED: usize = 8;

/// The most that is kept of an answer that is a secret, in bytes.
const LONGEST_SECRET: usize = 4 << 10;

/// Where a child writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pipe {
    /// Its answers.
    Stdout,
    /// Its complaints.
    Stderr,
}

/// Runs a program to its end, handing each piece of what it writes to `on_output` as it comes.
///
/// `on_output` returns whether the piece was a sign of progress; no complaint is one.
pub fn run(call: &Call<'_>, on_output: &mut dyn FnMut(Pipe, &[u8]) -> bool) -> Result<Ended> {
    cancel::check()?;
    let mut command = Command::new(call.program);
    command
        .args(&call.args)
        .stdin(match call.input {
            Some(_) => Stdio::piped(),
            None => Stdio::null(),
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(folder) = &call.folder {
        command.current_dir(folder);
    }
    scrub(&mut command);
    command.envs(call.settings.iter().map(|(name, value)| (name, value)));
    command.envs(
        call.secrets
            .iter()
            .map(|(name, value)| (name, value.expose_secret())),
    );
    let leash = leash::prepare(&mut command);
    let mut child = command.spawn().map_err(|error| {
        let program = call.program.display().to_string();
        Error::failed(text!("program-not-run", program = program))
            .because(error)
            .hint(text!("restic-give-another"))
    })?;
    leash::tie(&leash, &child);
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), &call.input) {
        // It fits into the pipe, so that nobody waits. A child that has ended says itself why.
        let _ = stdin.write_all(input);
    }

    let (sender, receiver) = mpsc::sync_channel(QUEUED);
    pump(child.stdout.take(), sender.clone(), Pipe::Stdout);
    pump(child.stderr.take(), sender, Pipe::Stderr);
    let mut watch = Watch::new(call.patience);
    let mut stderr: Vec<u8> = Vec::new();
    let stopped = loop {
        match receiver.recv_timeout(cancel::wait_at_most(watch.left())) {
            Ok((Pipe::Stdout, bytes)) => {
                if on_output(Pipe::Stdout, &bytes) {
                    watch.progress();
                }
            }
            Ok((Pipe::Stderr, bytes)) => {
                on_output(Pipe::Stderr, &bytes);
                if String::from_utf8_lossy(&bytes).contains("retrying after") {
                    watch.retrying();
                }
                stderr.extend_from_slice(&bytes);
                if stderr.len() > 2 * STDERR_KEPT {
                    stderr.drain(..stderr.len() - STDERR_KEPT);
                }
            }
            // Both pipes are closed: it has ended, or is about to.
            Err(RecvTimeoutError::Disconnected) => break None,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if cancel::is_requested() {
            break Some(Stopped::Cancelled);
        }
        if let Some(why) = watch.verdict() {
            break Some(why);
        }
    };
    // The readers must not be left waiting on a full channel.
    drop(receiver);
    let status = match stopped {
        Some(_) => leash::stop(&mut child),
        None => wait(&mut child, call.patience.silence),
    }
    .map_err(|error| {
        let program = call.program.display().to_string();
        Error::failed(text!("program-lost", program = program)).because(error)
    })?;
    Ok(Ended {
        code: status.code(),
        stopped,
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    })
}

/// Like [`run`], with each line on its own.
pub fn run_lines(call: &Call<'_>, on_line: &mut dyn FnMut(Pipe, &[u8]) -> bool) -> Result<Ended> {
    let mut rests = [Vec::new(), Vec::new()];
    let ended = run(call, &mut |pipe, bytes| {
        let mut progress = false;
        let rest: &mut Vec<u8> = &mut rests[pipe as usize];
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            rest.extend_from_slice(piece);
            if rest.last() == Some(&b'\n') {
                progress |= on_line(pipe, rest);
                rest.clear();
            } else if rest.len() > STDERR_KEPT {
                // No message of restic's is that long.
                rest.clear();
            }
        }
        progress
    })?;
    for (pipe, rest) in [Pipe::Stdout, Pipe::Stderr].into_iter().zip(&rests) {
        if !rest.is_empty() {
            on_line(pipe, rest);
        }
    }
    Ok(ended)
}

/// Like [`run`], with the whole of stdout.
pub fn run_whole(call: &Call<'_>) -> Result<(Ended, Vec<u8>)> {
    let mut whole = Vec::new();
    let mut flood = false;
    let mut ended = run(call, &mut |pipe, bytes| {
        if pipe == Pipe::Stderr {
            return false;
        }
        flood |= whole.len() + bytes.len() > LONGEST_LINE;
        if !flood {
            whole.extend_from_slice(bytes);
        }
        !flood
    })?;
    if flood {
        ended.stopped = Some(Stopped::Flooding);
    }
    Ok((ended, whole))
}

/// Like [`run_whole`], for an answer that is a secret: no copy of it stays in memory.
pub fn run_secret(call: &Call<'_>) -> Result<(Ended, Zeroizing<Vec<u8>>)> {
    // A vector that grows would leave copies behind.
    let mut whole = Zeroizing::new(Vec::with_capacity(LONGEST_SECRET));
    let ended = run(call, &mut |pipe, bytes| {
        let room = LONGEST_SECRET - whole.len();
        if pipe == Pipe::Stdout {
            whole.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        pipe == Pipe::Stdout
    })?;
    Ok((ended, whole))
}

/// Inherited settings of restic's can break a run, or leak another repository into it.
fn scrub(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RESTIC_") {
            command.env_remove(name);
        }
    }
}

/// A piece of what a child wrote; wiped when it is dropped, since it may be a secret.
type Piece = (Pipe, Zeroizing<Vec<u8>>);

fn pump(pipe: Option<impl Read + Send + 'static>, sender: SyncSender<Piece>, name: Pipe) {
    let Some(mut pipe) = pipe else { return };
    thread::spawn(move || {
        let mut buffer = Zeroizing::new(vec![0; 64 << 10]);
        loop {
            match pipe.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => return,
                Ok(length) => {
                    let piece = Zeroizing::new(buffer[..length].to_vec());
                    if sender.send((name, piece)).is_err() {
                        return;
                    }
                }
            }
        }
    });
}

/// Waits for a child whose pipes are closed.
fn wait(child: &mut Child, patience: Duration) -> io::Result<ExitStatus> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() >= deadline {
            return leash::stop(child);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Decides when patience ends.
struct Watch {
    patience: Patience,
    last_sign: Instant,
    retrying_since: Option<Instant>,
}

impl Watch {
    fn new(patience: Patience) -> Self {
        Self {
            patience,
            last_sign: Instant::now(),
            retrying_since: None,
        }
    }

    fn progress(&mut self) {
        self.last_sign = Instant::now();
        self.retrying_since = None;
    }

    fn retrying(&mut self) {
        self.retrying_since.get_or_insert_with(Instant::now);
    }

    fn deadline(&self) -> Instant {
        let silent = self.last_sign + self.patience.silence;
        match self.retrying_since {
            Some(since) => silent.min(since + self.patience.retrying),
            None => silent,
        }
    }

    fn left(&self) -> Duration {
        self.deadline()
            .saturating_duration_since(Instant::now())
            .max(Duration::from_millis(1))
    }

    fn verdict(&self) -> Option<Stopped> {
        (Instant::now() >= self.deadline()).then_some(match self.retrying_since {
            Some(_) => Stopped::Retrying,
            None => Stopped::Silent,
        })
    }
}

/// Returns an error for a child that was stopped. `doing` says what it did.
pub fn stopped_error(doing: &str, stopped: Stopped, patience: Patience) -> Error {
    match stopped {
        Stopped::Retrying => Error::new(Kind::Offline, text!("restic-server-away", doing = doing)),
        Stopped::Silent => Error::new(
            Kind::Offline,
            text!(
                "restic-no-progress",
                doing = doing,
                seconds = patience.silence.as_secs()
            ),
        ),
        Stopped::Flooding => Error::failed(text!("restic-flooded", doing = doing)),
        Stopped::Cancelled => cancel::error(),
    }
}
