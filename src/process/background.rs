//! This program once more, in the background: nobody waits for it, and it holds nothing of ours.

use std::{
    env,
    ffi::OsString,
    io,
    process::{Command, Stdio},
};

/// Starts this program with these words, by way of a process that ends at once: so it is nobody's
/// child, not that of a command that takes our place either.
pub fn start(words: &[OsString]) -> io::Result<()> {
    spawn(words)?.wait().map(drop)
}

/// Starts this program with these words as a process that outlives us; we are the one between.
pub fn leave(words: &[OsString]) -> io::Result<()> {
    // Away from the launcher's terminal and process group. It fails only where that is so already.
    #[cfg(unix)]
    let _ = rustix::process::setsid();
    spawn(words).map(drop)
}

/// Takes the lowest priority, and gives it to everything that is started from here on. On Windows it
/// was started with it.
pub fn be_modest() {
    #[cfg(unix)]
    let _ = rustix::process::nice(19);
}

fn spawn(words: &[OsString]) -> io::Result<std::process::Child> {
    let mut command = Command::new(env::current_exe()?);
    command
        .args(words)
        // Launchers read until the last process has closed its end.
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A folder that can be unmounted or removed meanwhile.
        .current_dir(env::temp_dir());
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        const DETACHED: u32 = 0x0000_0008;
        const NEW_GROUP: u32 = 0x0000_0200;
        const IDLE_PRIORITY: u32 = 0x0000_0040;
        const NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(DETACHED | NEW_GROUP | IDLE_PRIORITY | NO_WINDOW);
    }
    command.spawn()
}
