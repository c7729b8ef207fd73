//! A game that has a world open: another process that holds the lock of its `session.lock`.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::programs::{Program, python};

/// The game; it leaves the world when this is dropped.
pub struct Game {
    process: Child,
}

/// Java's lock is a POSIX record lock: it belongs to a process.
const SCRIPT: &str = "
import fcntl, sys
lock = open(sys.argv[1], 'a+b')
fcntl.lockf(lock, fcntl.LOCK_EX)
print('open', flush=True)
sys.stdin.read()
";

impl Game {
    /// Opens a world; `None` (the test is skipped) where there is no Python.
    #[track_caller]
    pub fn opens(world: &Path) -> Option<Self> {
        Program::Python.find()?;
        let mut process = Command::new(python())
            .args(["-c", SCRIPT])
            .arg(world.join("session.lock"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut answer = BufReader::new(process.stdout.take().unwrap());
        answer.read_line(&mut said).unwrap();
        assert_eq!(said, "open\n", "the world could not be locked");
        Some(Self { process })
    }
}

impl Drop for Game {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
