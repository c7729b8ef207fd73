//! Small file systems, and such as cannot be written: for disks that are full. It takes root.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file system that is there until this is dropped.
pub struct Mounted(PathBuf);

impl Mounted {
    /// Mounts an empty file system of this many megabytes; `None`, loudly, where that is not
    /// allowed. Under `CI=true`, root has to be allowed.
    pub fn of_megabytes(folder: &Path, megabytes: u32) -> Option<Self> {
        fs::create_dir_all(folder).unwrap();
        let size = format!("size={megabytes}m,mode=755");
        mount(&["-t", "tmpfs", "-o", &size, "tmpfs"], folder).then(|| Self(folder.to_owned()))
    }

    /// Makes a folder with what it holds a file system that cannot be written.
    pub fn read_only(folder: &Path) -> Option<Self> {
        let path = folder.display().to_string();
        if !mount(&["--bind", &path], folder) {
            return None;
        }
        let mounted = Self(folder.to_owned());
        assert!(mount(&["-o", "remount,bind,ro"], folder));
        Some(mounted)
    }

    /// Leaves this many kilobytes free.
    #[track_caller]
    pub fn fill_up(&self, kilobytes: u64) {
        let free = fs2::available_space(&self.0).unwrap();
        let length = free.saturating_sub(kilobytes << 10);
        let zeros = vec![0; usize::try_from(length).unwrap()];
        fs::write(self.filling(), zeros).unwrap();
    }

    /// Returns the file that takes the room.
    pub fn filling(&self) -> PathBuf {
        self.0.join("mods-that-fill-the-disk")
    }

    /// Gives the room back.
    #[track_caller]
    pub fn free_again(&self) {
        fs::remove_file(self.filling()).unwrap();
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Lazily: a process that was just killed may still hold it.
        let _ = quiet("umount").arg("--lazy").arg(&self.0).status();
    }
}

fn quiet(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn mount(options: &[&str], folder: &Path) -> bool {
    let done = cfg!(target_os = "linux")
        && quiet("mount")
            .args(options)
            .arg(folder)
            .status()
            .is_ok_and(|status| status.success());
    if !done {
        let root = rustix::process::geteuid().is_root();
        let ci = std::env::var("CI").as_deref() == Ok("true");
        assert!(
            !(ci && root),
            "mount {options:?} failed, although this is root"
        );
        let test = std::thread::current();
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: {}: file systems cannot be mounted here",
            test.name().unwrap_or("?")
        );
    }
    done
}
