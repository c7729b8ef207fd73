//! A world that a running game has open, seen from another process: the lock is held by real ones.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::{fs::PermissionsExt as _, net::UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use instance_sync::workdir::world_lock::{is_open, wait_until_closed};

use crate::support::{Program, play};

/// Locks the file and holds it until standard input ends.
const PYTHON: &str = "
import fcntl, sys
file = open(sys.argv[1], 'r+b')
fcntl.lockf(file, {'exclusive': fcntl.LOCK_EX, 'shared': fcntl.LOCK_SH}[sys.argv[2]])
print('locked', flush=True)
sys.stdin.read()
";

/// The same, as Minecraft's own `DirectoryLock` does it.
const JAVA: &str = r#"
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import static java.nio.file.StandardOpenOption.*;

public class Lock {
    public static void main(String[] args) throws Exception {
        try (FileChannel channel = FileChannel.open(Path.of(args[0]), CREATE, WRITE)) {
            channel.write(ByteBuffer.wrap("\u2603".getBytes("UTF-8")));
            channel.force(true);
            if (channel.tryLock() == null) throw new Exception("somebody else holds it");
            System.out.println("locked");
            System.in.read();
        }
    }
}
"#;

/// A process that holds a lock.
struct Holder(Child);

impl Holder {
    #[track_caller]
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let holder = Self(child);
        assert_eq!(line, "locked\n");
        holder
    }

    #[track_caller]
    fn python(world: &Path, how: &str) -> Option<Self> {
        let mut python = Command::new(Program::Python.find()?);
        python.args(["-c", PYTHON]).arg(lock_of(world)).arg(how);
        Some(Self::start(&mut python))
    }

    /// Ends as a game does that is closed.
    fn close(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn lock_of(world: &Path) -> PathBuf {
    world.join("session.lock")
}

/// A world that nobody has open.
fn world() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("New World");
    play::write(&lock_of(&world), "\u{2603}".as_bytes());
    (folder, world)
}

#[test]
fn a_world_is_open_as_long_as_its_lock_is_held() {
    let (_folder, world) = world();
    assert!(!is_open(&world));
    for how in ["exclusive", "shared"] {
        let Some(game) = Holder::python(&world, how) else {
            return;
        };
        // Looking takes nothing away from the game.
        for _ in 0..3 {
            assert!(is_open(&world), "{how}");
        }
        game.close();
        assert!(!is_open(&world), "{how}");
    }
    // A game that crashed holds nothing.
    drop(Holder::python(&world, "exclusive"));
    assert!(!is_open(&world));
}

#[test]
fn the_lock_of_the_game_itself_is_seen() {
    let Some(java) = Program::Java.find() else {
        return;
    };
    let (folder, world) = world();
    fs::remove_file(lock_of(&world)).unwrap();
    let source = folder.path().join("Lock.java");
    fs::write(&source, JAVA).unwrap();
    let game = Holder::start(Command::new(java).arg(&source).arg(lock_of(&world)));
    assert!(is_open(&world));
    assert!(!wait_until_closed(&world, Duration::ZERO));
    game.close();
    assert!(!is_open(&world));
}

#[test]
fn a_world_that_is_open_is_waited_for_and_no_longer() {
    let (_folder, world) = world();
    let Some(game) = Holder::python(&world, "exclusive") else {
        return;
    };
    let since = Instant::now();
    assert!(!wait_until_closed(&world, Duration::from_millis(250)));
    assert!(since.elapsed() >= Duration::from_millis(250));

    let closing = thread::spawn(|| {
        thread::sleep(Duration::from_millis(300));
        game.close();
    });
    assert!(wait_until_closed(&world, Duration::MAX));
    closing.join().unwrap();
    assert!(wait_until_closed(&world, Duration::ZERO));
}

#[test]
fn what_is_no_lock_means_that_nothing_is_open() {
    let (_folder, world) = world();
    let lock = lock_of(&world);
    fs::set_permissions(&lock, fs::Permissions::from_mode(0o000)).unwrap();
    assert!(!is_open(&world), "it may not be read");
    fs::remove_file(&lock).unwrap();
    assert!(!is_open(&world), "it is not there");
    assert!(!is_open(&lock.join("no folder")), "nor is the world");
    fs::create_dir(&lock).unwrap();
    assert!(!is_open(&world), "it is a folder");
    fs::remove_dir(&lock).unwrap();
    std::os::unix::fs::symlink("nowhere", &lock).unwrap();
    assert!(!is_open(&world), "it leads nowhere");
    fs::remove_file(&lock).unwrap();
    let socket = UnixListener::bind(&lock).unwrap();
    assert!(!is_open(&world), "it is a socket");
    drop(socket);
    fs::remove_file(&lock).unwrap();
    // A pipe without another end is where whoever opens it waits for ever.
    assert!(
        Command::new("mkfifo")
            .arg(&lock)
            .status()
            .unwrap()
            .success()
    );
    let since = Instant::now();
    assert!(!is_open(&world), "it is a pipe");
    assert!(since.elapsed() < Duration::from_secs(2));
}
