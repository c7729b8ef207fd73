//! The zip itself: one folder at its top, `/` in names, the same order every time.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
};

use jiff::{Timestamp, tz::TimeZone};
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{
    domain::{
        path::InnerPath,
        unit::{FileFact, UnitContent},
    },
    workdir::files,
};

/// What is left out, whoever put it into the scope: a lock of a running game.
const LOCK: &str = "session.lock";

/// Writes the files of a unit, which are below `root`, and makes them durable. `progress` is told how many
/// bytes are in.
pub fn write(
    place: &Path,
    root: &Path,
    top: &str,
    content: &UnitContent,
    progress: &mut dyn FnMut(u64),
) -> io::Result<()> {
    let file = Steady {
        file: BufWriter::new(File::create(place)?),
        failed: false,
    };
    let mut zip = ZipWriter::new(file);
    for folder in &content.folders {
        let options = SimpleFileOptions::default();
        zip.add_directory(name(top, folder), options)?;
    }
    let mut done = 0_u64;
    for (inner, fact) in wanted(content) {
        let mut file = File::open(inside(root, inner))?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .large_file(fact.size >= u64::from(u32::MAX))
            .last_modified_time(time(&file.metadata()?));
        zip.start_file(name(top, inner), options)?;
        // Whatever a game adds meanwhile is not what was scanned.
        io::copy(&mut Read::by_ref(&mut file).take(fact.size), &mut zip)?;
        done = done.saturating_add(fact.size);
        progress(done);
    }
    let mut file = zip.finish()?.file;
    file.flush()?;
    file.get_ref().sync_all()
}

/// A file that fails once. What comes after goes nowhere: a `ZipWriter` that is dropped after a failure
/// writes its list of files all the same, and prints where that fails too.
struct Steady {
    file: BufWriter<File>,
    failed: bool,
}

impl Steady {
    fn once<T>(
        &mut self,
        otherwise: T,
        work: impl FnOnce(&mut BufWriter<File>) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.failed {
            return Ok(otherwise);
        }
        let done = work(&mut self.file);
        self.failed = done.is_err();
        done
    }
}

impl Write for Steady {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.once(bytes.len(), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.once((), Write::flush)
    }
}

impl Seek for Steady {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.once(0, |file| file.seek(to))
    }
}

/// Returns whether a zip holds exactly this, byte for byte, and nothing else.
pub fn holds(place: &Path, top: &str, content: &UnitContent) -> io::Result<bool> {
    let mut zip = ZipArchive::new(BufReader::new(File::open(place)?))?;
    let mut missing: BTreeMap<String, &FileFact> = wanted(content)
        .map(|(inner, fact)| (name(top, inner), fact))
        .collect();
    let mut folders: Vec<String> = content
        .folders
        .iter()
        .map(|inner| format!("{}/", name(top, inner)))
        .collect();
    for number in 0..zip.len() {
        let mut entry = zip.by_index(number)?;
        let named = entry.name()?.into_owned();
        if entry.is_dir() {
            folders.retain(|folder| *folder != named);
            continue;
        }
        let Some(fact) = missing.remove(&named) else {
            return Ok(false);
        };
        if entry.size() != fact.size || files::digest_of(&mut entry)? != fact.sha256 {
            return Ok(false);
        }
    }
    Ok(missing.is_empty() && folders.is_empty())
}

fn wanted(content: &UnitContent) -> impl Iterator<Item = (&InnerPath, &FileFact)> {
    let lock = |inner: &InnerPath| inner.as_str() == LOCK;
    content.files.iter().filter(move |(inner, _)| !lock(inner))
}

fn name(top: &str, inner: &InnerPath) -> String {
    if inner.as_str().is_empty() {
        top.to_owned()
    } else {
        format!("{top}/{inner}")
    }
}

fn inside(root: &Path, inner: &InnerPath) -> std::path::PathBuf {
    let mut place = root.to_path_buf();
    place.extend(inner.as_str().split('/'));
    place
}

/// When a file was changed, in UTC; zips know no zone. Before 1980 there is no time in them.
fn time(metadata: &fs::Metadata) -> DateTime {
    let known = || {
        let modified = Timestamp::try_from(metadata.modified().ok()?).ok()?;
        let wall = modified.to_zoned(TimeZone::UTC).datetime();
        let part = |number: i8| u8::try_from(number).ok();
        DateTime::from_date_and_time(
            u16::try_from(wall.year()).ok()?,
            part(wall.month())?,
            part(wall.day())?,
            part(wall.hour())?,
            part(wall.minute())?,
            part(wall.second())?,
        )
        .ok()
    };
    known().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::Digest;

    /// `/dev/full` takes nothing, as a full disk does.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_that_is_full_is_an_error_and_no_more() {
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink("/dev/full", folder.path().join("zip")).expect("links");
        fs::write(folder.path().join("level.dat"), vec![1; 1 << 20]).expect("writes");
        let mut content = UnitContent::default();
        let fact = FileFact {
            size: 1 << 20,
            sha256: Digest::of(&vec![1; 1 << 20]),
        };
        content
            .files
            .insert(InnerPath::new("level.dat").expect("sound"), fact);
        let place = folder.path().join("zip");
        let written = write(&place, folder.path(), "W", &content, &mut |_| ());
        assert_eq!(
            written.expect_err("full").kind(),
            io::ErrorKind::StorageFull
        );
        let mut steady = Steady {
            file: BufWriter::with_capacity(0, File::create(&place).expect("opens")),
            failed: false,
        };
        assert!(steady.write(b"x").is_err());
        assert!(steady.write(b"x").is_ok() && steady.seek(SeekFrom::Start(0)).is_ok());
    }

    #[test]
    fn a_zip_holds_what_was_scanned_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("world");
        fs::create_dir_all(root.join("data/empty")).expect("makes");
        let path = |text: &str| InnerPath::new(text).expect("sound");
        let mut content = UnitContent {
            folders: ["", "data", "data/empty"].map(path).into(),
            ..UnitContent::default()
        };
        for (name, text) in [("level.dat", "level"), ("data/\u{e9}\u{2603}", "odd")] {
            fs::write(root.join(name), text).expect("writes");
            let fact = FileFact {
                size: text.len() as u64,
                sha256: Digest::of(text.as_bytes()),
            };
            content.files.insert(path(name), fact);
        }
        let place = folder.path().join("zip");
        let make = |content: &UnitContent| write(&place, &root, "W", content, &mut |_| ());
        make(&content).expect("writes");
        let bytes = fs::read(&place).expect("reads");
        assert!(holds(&place, "W", &content).expect("reads"));
        assert!(!holds(&place, "V", &content).expect("reads"));
        let mut less = content.clone();
        less.files.remove(&path("level.dat"));
        assert!(!holds(&place, "W", &less).expect("reads"));
        let mut more = content.clone();
        more.folders.insert(path("more"));
        assert!(!holds(&place, "W", &more).expect("reads"));
        make(&content).expect("writes");
        assert_eq!(fs::read(&place).expect("reads"), bytes);
        // It changed since it was looked at.
        fs::write(root.join("level.dat"), "other").expect("writes");
        make(&content).expect("writes");
        assert!(!holds(&place, "W", &content).expect("reads"));
        fs::write(&place, "no zip").expect("writes");
        assert!(holds(&place, "W", &content).is_err());
    }
}
