//! One run of a program: how it is started, bounded in time, and checked.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::output::Output;
use super::shown;

/// Nothing that a test runs may take longer; the process group is killed then.
const DEADLINE: Duration = Duration::from_secs(120);
/// How long the output may stay open once the program is gone: a child that outlives it holds it.
const ORPHANED: Duration = Duration::from_secs(3);

/// A run that is being put together. It happens in [`Run::ok`], [`Run::code`], [`Run::any`] or
/// [`Run::start`].
#[must_use = "nothing runs until ok(), code(), any() or start()"]
pub struct Run {
    program: PathBuf,
    wrapper: Vec<OsString>,
    pack: Option<PathBuf>,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    folder: PathBuf,
    stdin: Option<Vec<u8>>,
}

impl Run {
    /// Prepares a program to run in `folder` with these environment variables and no other.
    pub fn new(program: &Path, folder: &Path, env: Vec<(OsString, OsString)>) -> Self {
        Self {
            program: program.to_owned(),
            wrapper: Vec::new(),
            pack: None,
            args: Vec::new(),
            env,
            folder: folder.to_owned(),
            stdin: None,
        }
    }

    /// Passes `--pack-folder`, in front of everything else.
    pub fn pack(mut self, path: impl AsRef<Path>) -> Self {
        self.pack = Some(path.as_ref().to_owned());
        self
    }

    /// Passes no `--pack-folder`: the program has to find it.
    pub fn no_pack(mut self) -> Self {
        self.pack = None;
        self
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args
            .extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self = self.no_env(&name);
        self.env
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    pub fn no_env(mut self, name: impl AsRef<OsStr>) -> Self {
        self.env.retain(|(known, _)| known != name.as_ref());
        self
    }

    /// Runs in this folder.
    pub fn in_folder(mut self, folder: impl AsRef<Path>) -> Self {
        folder.as_ref().clone_into(&mut self.folder);
        self
    }

    /// Gives these bytes on a pipe as standard input; without it, there is none.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Puts a command in front, such as strace with its options.
    pub fn under<A: AsRef<OsStr>>(mut self, wrapper: impl IntoIterator<Item = A>) -> Self {
        self.wrapper = wrapper
            .into_iter()
            .map(|arg| arg.as_ref().to_owned())
            .collect();
        self
    }

    /// Runs it; it has to exit with 0.
    #[track_caller]
    pub fn ok(self) -> Output {
        self.code(0)
    }

    /// Runs it; it has to exit with this code.
    #[track_caller]
    pub fn code(self, code: i32) -> Output {
        let output = self.any();
        assert_eq!(
            output.status.code(),
            Some(code),
            "expected exit code {code}\n{output}"
        );
        output
    }

    /// Runs it, however it ends (but within the deadline).
    #[track_caller]
    pub fn any(self) -> Output {
        self.start().wait()
    }

    /// Starts it and returns at once.
    #[track_caller]
    pub fn start(self) -> Started {
        let mut words = self.wrapper.clone();
        words.push(self.program.clone().into_os_string());
        if let Some(pack) = &self.pack {
            let mut word = OsString::from("--pack-folder=");
            word.push(pack);
            words.push(word);
        }
        words.extend(self.args);
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .current_dir(&self.folder)
            .env_clear()
            .envs(self.env)
            .stdin(if self.stdin.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let line = shown::command(&words);
        let ours = self.program == Path::new(env!("CARGO_BIN_EXE_instance-sync"));
        let json = ours && words.iter().any(|word| word == "--json");
        let since = Instant::now();
        let said = Said::default();
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{line}: {error}"));
        if let (Some(bytes), Some(mut pipe)) = (self.stdin, child.stdin.take()) {
            // A program that does not read its input closes the pipe; that is its right.
            thread::spawn(move || drop(pipe.write_all(&bytes)));
        }
        Started {
            stdout: collect(child.stdout.take().unwrap(), &said),
            stderr: collect(child.stderr.take().unwrap(), &Said::default()),
            said,
            child,
            line,
            json,
            since,
        }
    }
}

/// What was written so far.
type Said = Arc<Mutex<Vec<u8>>>;

fn collect(mut pipe: impl Read + Send + 'static, said: &Said) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    let said = Arc::clone(said);
    thread::spawn(move || {
        let mut piece = [0; 4096];
        // What was read before an error is still worth showing.
        while let Ok(length @ 1..) = pipe.read(&mut piece) {
            said.lock().unwrap().extend_from_slice(&piece[..length]);
        }
        let _ = sender.send(said.lock().unwrap().clone());
    });
    receiver
}

/// A signal that a test sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Interrupt,
    Kill,
    /// It stays where it is, and goes on for nobody.
    Stop,
    Terminate,
}

/// A run under way. Dropping it kills it.
pub struct Started {
    child: Child,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
    said: Said,
    line: String,
    json: bool,
    since: Instant,
}

impl Started {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits until it has printed a line that is of interest, and returns what is.
    #[track_caller]
    pub fn line<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let text = String::from_utf8_lossy(&self.said.lock().unwrap()).into_owned();
            let whole = text.rfind('\n').map_or("", |end| &text[..end]);
            if let Some(found) = whole.lines().find_map(&find) {
                return found;
            }
            assert!(self.is_running(), "{} is over: {text}", self.line);
            assert!(Instant::now() < deadline, "{}: {text}", self.line);
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends a signal to the program alone, not to its children.
    #[cfg(unix)]
    pub fn signal(&self, signal: Signal) {
        // It may have ended by itself, which the test learns from wait().
        let _ = rustix::process::kill_process(self.pid(), signal.number());
    }

    /// Waits until the program has ended, and collects what it wrote.
    #[track_caller]
    pub fn wait(mut self) -> Output {
        let status = self.end_within(DEADLINE);
        let elapsed = self.since.elapsed();
        let patience = Instant::now() + ORPHANED;
        let (stdout, held) = text_of(&self.stdout, patience);
        let (stderr, held_too) = text_of(&self.stderr, patience);
        if held || held_too {
            self.kill();
        }
        let output = Output {
            status: status.unwrap_or_default(),
            stdout,
            stderr,
            elapsed,
            line: self.line.clone(),
        };
        assert!(
            status.is_some(),
            "killed: it ran for more than {DEADLINE:?}\n{output}"
        );
        assert!(
            !held && !held_too,
            "a process that outlived it holds its output open\n{output}"
        );
        // One that was killed may have stopped in the middle of a line.
        if self.json && output.status.code().is_some() {
            output.assert_keeps_to_schemas();
        }
        output
    }

    /// Returns how it ended, or `None` if it had to be killed.
    fn end_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        let mut pause = Duration::from_micros(200);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            if Instant::now() > deadline {
                self.kill();
                return None;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(2));
        }
    }

    fn kill(&mut self) {
        #[cfg(unix)]
        let _ = rustix::process::kill_process_group(self.pid(), Signal::Kill.number());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    #[cfg(unix)]
    fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.kill();
        }
    }
}

#[cfg(unix)]
impl Signal {
    pub(super) fn number(self) -> rustix::process::Signal {
        match self {
            Self::Interrupt => rustix::process::Signal::INT,
            Self::Kill => rustix::process::Signal::KILL,
            Self::Stop => rustix::process::Signal::STOP,
            Self::Terminate => rustix::process::Signal::TERM,
        }
    }
}

/// Returns what a pipe gave, and whether somebody still holds it open.
fn text_of(pipe: &Receiver<Vec<u8>>, until: Instant) -> (String, bool) {
    match pipe.recv_timeout(until.saturating_duration_since(Instant::now())) {
        Ok(bytes) => (String::from_utf8_lossy(&bytes).into_owned(), false),
        Err(RecvTimeoutError::Timeout) => ("(held open)".to_owned(), true),
        Err(RecvTimeoutError::Disconnected) => (String::new(), false),
    }
}
