//! Whether a running game has a world open: Minecraft holds a lock on the world's `session.lock`.
//!
//! The game locks it since 1.16, by Java's `FileChannel.lock`. Before that it wrote a time into the
//! file and locked nothing, so that such a world always looks closed.

use std::{
    fs::{self, File},
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// How often a world that is open is looked at again.
const PAUSE: Duration = Duration::from_millis(100);

/// Returns whether another process holds the lock of `world`.
///
/// What cannot be looked at counts as not open: this is for advice, and whoever syncs a world that
/// changes meanwhile finds out by scanning it again.
pub fn is_open(world: &Path) -> bool {
    let path = world.join("session.lock");
    // Opening a pipe would wait for its other end, or wake whoever waits there for a reader.
    if !fs::metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
        return false;
    }
    match open(&path).and_then(|file| is_locked(&file)) {
        Ok(locked) => locked,
        Err(error) => means_locked(&error),
    }
}

/// Waits until no game has `world` open, at most for `patience`. Returns whether it is closed.
pub fn wait_until_closed(world: &Path, patience: Duration) -> bool {
    let since = Instant::now();
    while is_open(world) {
        let left = patience.saturating_sub(since.elapsed());
        if left.is_zero() {
            return false;
        }
        thread::sleep(left.min(PAUSE));
    }
    true
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // Nothing is waited for, even if the file has become a pipe since it was looked at.
    File::options()
        .read(true)
        .custom_flags(nix::libc::O_NONBLOCK)
        .open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Asks who would be in the way of a lock on the whole file. Java's is a POSIX record lock, which
/// nobody but another process can see; asking takes none and releases none.
#[cfg(unix)]
fn is_locked(file: &File) -> io::Result<bool> {
    use nix::{
        fcntl::{FcntlArg, fcntl},
        libc,
    };
    // Small constants, whose type is another on each system.
    #[allow(clippy::cast_possible_truncation)]
    let (ours, nobodys): (libc::c_short, libc::c_short) = (libc::F_WRLCK as _, libc::F_UNLCK as _);
    let mut lock = libc::flock {
        l_type: ours,
        l_whence: 0, // from the start
        l_start: 0,
        l_len: 0, // to the end, wherever that is
        l_pid: 0,
    };
    fcntl(file, FcntlArg::F_GETLK(&mut lock))?;
    Ok(lock.l_type != nobodys)
}

/// Windows keeps everybody else from reading what is locked.
#[cfg(not(unix))]
fn is_locked(mut file: &File) -> io::Result<bool> {
    io::Read::read(&mut file, &mut [0]).map(|_| false)
}

/// Returns whether the error says that somebody else holds the file or a part of it.
fn means_locked(error: &io::Error) -> bool {
    const SHARING_VIOLATION: i32 = 32;
    const LOCK_VIOLATION: i32 = 33;
    // On Unix these numbers mean something else.
    cfg!(windows)
        && matches!(
            error.raw_os_error(),
            Some(SHARING_VIOLATION | LOCK_VIOLATION)
        )
}
