//! What a folder was like, to tell later whether it changed.

use std::path::Path;

/// What a folder was like: which one, and when it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "none is made there")
)]
pub struct Stamp {
    device: (u32, u32),
    inode: u64,
    modified: (i64, u32),
    changed: (i64, u32),
}

#[cfg(target_os = "linux")]
impl Stamp {
    /// Returns that of a folder that was left alone for so many seconds.
    pub fn settled(folder: &Path, seconds: i64) -> Option<Self> {
        use rustix::fs::{AtFlags, CWD};
        let stamp = Self::of(CWD, folder, AtFlags::empty())?;
        let now = jiff::Timestamp::now().as_second();
        let last = stamp.modified.0.max(stamp.changed.0);
        (last + seconds <= now).then_some(stamp)
    }

    /// Returns that of now, as far as the system has it in memory.
    pub fn at_once(folder: &Path) -> Option<Self> {
        use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, openat2};
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = openat2(CWD, folder, flags, Mode::empty(), ResolveFlags::CACHED).ok()?;
        let flags = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
        Self::of(folder, Path::new(""), flags)
    }

    fn of(from: impl std::os::fd::AsFd, path: &Path, flags: rustix::fs::AtFlags) -> Option<Self> {
        use rustix::fs::{StatxFlags, statx};
        let wanted = StatxFlags::INO | StatxFlags::MTIME | StatxFlags::CTIME;
        let found = statx(from, path, flags, wanted).ok()?;
        let has = StatxFlags::from_bits_retain(found.stx_mask);
        has.contains(wanted).then_some(Self {
            device: (found.stx_dev_major, found.stx_dev_minor),
            inode: found.stx_ino,
            modified: (found.stx_mtime.tv_sec, found.stx_mtime.tv_nsec),
            changed: (found.stx_ctime.tv_sec, found.stx_ctime.tv_nsec),
        })
    }
}

// Nothing else says without waiting what it has in memory.
#[cfg(not(target_os = "linux"))]
impl Stamp {
    pub fn settled(_folder: &Path, _seconds: i64) -> Option<Self> {
        None
    }

    pub fn at_once(_folder: &Path) -> Option<Self> {
        None
    }
}
