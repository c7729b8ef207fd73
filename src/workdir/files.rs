//! Single files: hashing, moving, making durable.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use super::stamp::{Known, Stamp};
use crate::{
    config::json_file::sync_folder,
    domain::{
        digest::{Digest, Hasher},
        scope::UNFINISHED,
    },
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

/// Renames `from` to `to`, across file systems too (a `saves` that links to another disk): then by
/// a copy beside `to`, made durable and renamed, so that `to` is never seen half-written.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => copy_over(from, to),
        other => other,
    }
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
