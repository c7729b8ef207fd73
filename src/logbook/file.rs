//! One log: a file that is appended to, and put aside when it is large.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Appends whole lines, in one call, so that two processes at once do not mix theirs.
pub fn append(path: &Path, text: &str, largest: u64) -> io::Result<()> {
    let (mut file, length) = open(path)?;
    if length > largest {
        // Unless another process has just done that.
        if is_at(&file, path) {
            fs::rename(path, put_aside(path))?;
        }
        file = open(path)?.0;
    }
    file.write_all(text.as_bytes())
}

/// Returns where a log is put aside.
pub fn put_aside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".1");
    name.into()
}

/// Opens a log, and says how long it is.
fn open(path: &Path) -> io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    // Whatever else somebody put there is left alone, and waited for by nobody.
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let flags = i32::try_from(flags.bits()).unwrap_or_default();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags);
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() {
        Ok((file, metadata.len()))
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let ids = |metadata: &fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(there)) => ids(&open) == ids(&there),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_log_is_put_aside_and_one_that_was_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log");
        for number in 0..100 {
            append(&log, &format!("entry {number}\n"), 100).expect("an entry");
        }
        let read = |path: &Path| fs::read_to_string(path).expect("a log");
        let (old, new) = (read(&put_aside(&log)), read(&log));
        assert!(old.len() > 100 && old.len() < 120 && new.len() < 120);
        assert!(new.ends_with("entry 99\n"));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
        let whole = old + &new;
        let first: usize = whole[6..8].parse().expect("a number");
        let expected: Vec<String> = (first..100)
            .map(|number| format!("entry {number}"))
            .collect();
        assert_eq!(whole.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn entries_written_at_once_stay_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log");
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let log = &log;
                scope.spawn(move || {
                    let line = format!("{}\n", writer.to_string().repeat(1000));
                    for _ in 0..50 {
                        append(log, &line, 1 << 30).expect("an entry");
                    }
                });
            }
        });
        let text = fs::read_to_string(&log).expect("a log");
        assert_eq!(text.lines().count(), 400);
        for line in text.lines() {
            assert_eq!(line.len(), 1000);
            assert!(line.bytes().all(|byte| byte == line.as_bytes()[0]));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_or_a_pipe_in_its_place_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, target) = (folder.path().join("log"), folder.path().join("target"));
        fs::write(&target, "mine").expect("a file");
        std::os::unix::fs::symlink(&target, &log).expect("a link");
        assert!(append(&log, "x\n", 100).is_err());
        assert_eq!(fs::read_to_string(&target).expect("a file"), "mine");
        assert!(append(folder.path(), "x\n", 100).is_err());
        assert!(append(Path::new("/dev/full"), "x\n", 100).is_err());
    }
}
