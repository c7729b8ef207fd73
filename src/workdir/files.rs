//! Single files: hashing, moving, making durable.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::stamp::{Known, Stamp};
use crate::{
    config::{json_file::sync_folder, layout::below},
    crash_point,
    domain::{
        digest::{Digest, Hasher},
        path::RelPath,
        scope::UNFINISHED,
        unit::UnitContent,
    },
    error::{Context, Result},
    texts::text,
};

/// Hashes a file and returns it with the stamp it had before the first byte was read.
///
/// A file that changed while it was read gets a stamp that nothing matches, so that the next scan
/// reads it again.
pub fn hash(path: &Path) -> io::Result<Known> {
    let mut file = File::open(path)?;
    let before = Stamp::of(&file.metadata()?);
    let sha256 = digest_of(&mut file)?;
    let after = Stamp::of(&file.metadata()?);
    let stamp = if before == after {
        before
    } else {
        Stamp {
            mtime: i64::MIN,
            ..before
        }
    };
    Ok(Known { stamp, sha256 })
}

/// Returns the digest of everything that `reader` still has.
pub fn digest_of(reader: &mut impl Read) -> io::Result<Digest> {
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finish()),
            Ok(length) => hasher.update(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Makes a file's content durable.
pub fn sync_file(path: &Path) -> io::Result<()> {
    // Windows flushes only handles that may write.
    fs::OpenOptions::new()
        .read(true)
        .write(cfg!(windows))
        .open(path)?
        .sync_all()
}

/// Makes everything durable that the file system of this folder holds, where the platform can do that
/// at once. Returns whether it is.
pub fn sync_all_below(folder: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        File::open(folder).is_ok_and(|folder| rustix::fs::syncfs(folder).is_ok())
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        false
    }
}

/// Tries again for a while where another program holds a file open: on Windows a virus scanner or an
/// indexer does so for moments. Elsewhere an open file can be renamed, and once is enough.
pub fn patiently<T>(mut action: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    const PATIENCE: Duration = Duration::from_secs(5);
    const PAUSE: Duration = Duration::from_millis(100);
    let deadline = Instant::now() + PATIENCE;
    loop {
        match action() {
            Err(error) if is_held(&error) && Instant::now() < deadline => thread::sleep(PAUSE),
            other => return other,
        }
    }
}

/// Access denied, a sharing violation, a locked region: by the numbers that Windows gives them.
fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33))
}

/// Renames `from` to `to`, across file systems too (a `saves` that links to another disk): then by
/// a copy beside `to`, made durable and renamed, so that `to` is never seen half-written.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    crash_point::step();
    match patiently(|| fs::rename(from, to)) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => copy_over(from, to),
        other => other,
    }
}

/// Copies a file with its time and mode, making the folders above `to`.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to)?;
    let modified = fs::metadata(from)?.modified()?;
    let target = File::options().read(true).append(true).open(to);
    // A file that may not be written keeps the time of its copy.
    target
        .and_then(|file| file.set_modified(modified))
        .or(Ok(()))
}

/// Makes the folders of a unit below `root`, also those that hold no file.
pub fn make_folders(root: &Path, unit: &RelPath, content: &UnitContent) -> Result<()> {
    for inner in &content.folders {
        let place = below(root, &unit.join(inner));
        fs::create_dir_all(&place)
            .context(|| text!("folder-not-made", path = place.display().to_string()))?;
    }
    Ok(())
}

fn copy_over(from: &Path, to: &Path) -> io::Result<()> {
    let folder = to.parent().unwrap_or(Path::new("."));
    let mut target = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempfile_in(folder)?;
    let mut source = File::open(from)?;
    io::copy(&mut source, target.as_file_mut())?;
    let metadata = source.metadata()?;
    target.as_file().set_permissions(metadata.permissions())?;
    target.as_file().set_modified(metadata.modified()?)?;
    target.as_file().sync_all()?;
    target.persist(to).map_err(|error| error.error)?;
    sync_folder(folder)?;
    fs::remove_file(from)
}

/// Turns "not found" into `None`.
pub fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_across_disks_keeps_content_time_and_mode() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(&from, "new").expect("writes");
        fs::write(&to, "old").expect("writes");
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        File::options()
            .write(true)
            .open(&from)
            .expect("opens")
            .set_modified(time)
            .expect("sets");
        copy_over(&from, &to).expect("copies");
        assert_eq!(fs::read_to_string(&to).expect("reads"), "new");
        assert_eq!(
            fs::metadata(&to)
                .expect("there")
                .modified()
                .expect("has one"),
            time
        );
        assert!(!from.exists());
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 1);
    }
}
