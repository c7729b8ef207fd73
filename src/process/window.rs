//! The child that shows a window: this program itself, by another name. It gets lines and gives lines.

use std::{
    env, io,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender},
    thread,
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

use super::leash::{self, Leash};

/// How many lines may wait for a child that does not listen.
const QUEUED: usize = 16;

/// How long a child may take to end once nothing more is said to it.
const FAREWELL: Duration = Duration::from_millis(500);

/// What came from the child. It has no `Debug`: a line can hold a secret.
pub enum Heard {
    /// A line.
    Line(Zeroizing<String>),
    /// Nothing, so far.
    Nothing,
    /// It is gone.
    Gone,
}

/// A child that shows a window. Dropping it ends it.
pub struct WindowChild {
    child: Child,
    /// Where it is a handle, it holds the child for as long as it lives.
    _leash: Leash,
    said: Option<SyncSender<Zeroizing<String>>>,
    lines: Receiver<Zeroizing<String>>,
}

impl WindowChild {
    /// Starts this program with these words, without these variables. It is to be called on a thread that
    /// lives as long as the window: the system may end the child with the thread. `at_once` sees each line
    /// as it comes, on another thread.
    pub fn start(words: [&str; 2], without: &[&str], at_once: fn(&str)) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What drivers complain about is nobody's business.
            .stderr(Stdio::null());
        for name in without {
            command.env_remove(name);
        }
        let leash = leash::prepare(&mut command);
        let mut child = command.spawn()?;
        leash::tie(&leash, &child);
        let (said, queue) = mpsc::sync_channel::<Zeroizing<String>>(QUEUED);
        if let Some(mut stdin) = child.stdin.take() {
            // A child that does not listen holds nobody up but this thread.
            thread::spawn(move || {
                for line in queue {
                    if writeln!(stdin, "{}", *line).is_err() {
                        return;
                    }
                }
            });
        }
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(stdout).lines() {
                    let Ok(line) = line.map(Zeroizing::new) else {
                        return;
                    };
                    at_once(&line);
                    if sender.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        Ok(Self {
            child,
            _leash: leash,
            said: Some(said),
            lines,
        })
    }

    /// Says a line, which can hold a secret. One more than the child listens to is dropped.
    pub fn say(&mut self, line: String) {
        if let Some(said) = &self.said {
            let _ = said.try_send(Zeroizing::new(line));
        }
    }

    /// Waits for a line, for ever where there is no `patience`.
    pub fn hear(&self, patience: Option<Duration>) -> Heard {
        let heard = match patience {
            Some(patience) => self.lines.recv_timeout(patience),
            None => self
                .lines
                .recv()
                .map_err(|_| RecvTimeoutError::Disconnected),
        };
        match heard {
            Ok(line) => Heard::Line(line),
            Err(RecvTimeoutError::Timeout) => Heard::Nothing,
            Err(RecvTimeoutError::Disconnected) => Heard::Gone,
        }
    }
}

impl Drop for WindowChild {
    fn drop(&mut self) {
        // The end of its input tells it to end.
        self.said = None;
        let deadline = Instant::now() + FAREWELL;
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = leash::stop(&mut self.child);
    }
}
