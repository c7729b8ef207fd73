//! Which version a restic is: asked once for each program, and remembered as long as its file looks
//! the same, so that a push runs one process and not two.

use std::{
    collections::BTreeMap,
    fs::{self, Metadata},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use super::{find, release::Version};
use crate::config::json_file::{self, Access};

/// How many programs are remembered.
const MOST: usize = 16;

/// The versions of programs that were asked before. A file that is lost or damaged costs no more
/// than asking again.
#[derive(Debug, Default)]
pub struct Versions {
    file: Option<PathBuf>,
}

#[derive(Default, Serialize, Deserialize)]
struct Written {
    schema: u64,
    programs: BTreeMap<PathBuf, Seen>,
}

#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    version: String,
    look: Look,
}

/// How a program's file looked: length, and times of change and of inode in nanoseconds since 1970.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Look {
    size: u64,
    modified: i64,
    changed: i64,
    inode: u64,
}

impl Look {
    fn of(metadata: &Metadata) -> Self {
        let nanos = |time: SystemTime| {
            let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
        };
        #[cfg(unix)]
        let (changed, inode) = {
            use std::os::unix::fs::MetadataExt;
            let nanos = metadata.ctime().saturating_mul(1_000_000_000);
            (nanos.saturating_add(metadata.ctime_nsec()), metadata.ino())
        };
        #[cfg(not(unix))]
        let (changed, inode) = (0, 0);
        Self {
            size: metadata.len(),
            modified: metadata.modified().map_or(0, nanos),
            changed,
            inode,
        }
    }
}

impl Versions {
    /// Returns the versions that are remembered in this folder, or nowhere.
    pub fn kept_in(folder: Option<&Path>) -> Self {
        Self {
            file: folder.map(|folder| folder.join("restic-versions.json")),
        }
    }

    /// Returns the version of a program, if it is a restic.
    pub fn of(&self, program: &Path) -> Option<Version> {
        // A link's target is what is replaced by an update.
        let look = Look::of(&fs::metadata(program).ok()?);
        let mut known = self.read();
        if let Some(seen) = known.programs.get(program).filter(|seen| seen.look == look)
            && let Some(version) = Version::parse(&seen.version)
        {
            return Some(version);
        }
        let version = find::version(program)?;
        if let Some(file) = &self.file {
            if known.programs.len() >= MOST {
                known.programs.clear();
            }
            let seen = Seen {
                version: version.to_string(),
                look,
            };
            known.programs.insert(program.to_path_buf(), seen);
            known.schema = 1;
            // Not worth a failure.
            let _ = file.parent().map(fs::create_dir_all);
            let _ = json_file::write_compact(file, &known, Access::Private);
        }
        Some(version)
    }

    fn read(&self) -> Written {
        let read = self.file.as_ref().map(|file| json_file::read(file, 1));
        read.and_then(|read| read.ok().flatten())
            .unwrap_or_default()
    }
}
