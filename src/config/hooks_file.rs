//! `hooks.json`: what stood in the launchers' files before the hooks did. It is ours, since a launcher
//! may not be surprised by keys that it does not know.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    json_file::{self, Access},
    user_dirs::UserDirs,
};
use crate::{
    domain::launcher::wire::Kept,
    error::{Context, Result},
    texts::text,
};

/// The schema that this program writes, and the newest that it reads.
pub const SCHEMA: u64 = 1;

/// What is remembered of all launchers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HooksFile {
    schema: u64,
    /// The data folders of launchers that were wired: found again wherever they are.
    #[serde(default)]
    pub folders: BTreeSet<PathBuf>,
    /// What stood in each file.
    #[serde(default)]
    pub files: BTreeMap<PathBuf, Kept>,
}

impl HooksFile {
    /// Reads it; nothing is remembered where there is none.
    pub fn read(dirs: &UserDirs) -> Result<Self> {
        let Some(path) = path(dirs) else {
            return Ok(Self::default());
        };
        let found = json_file::read(&path, SCHEMA).map_err(|error| {
            if json_file::is_newer(&path, SCHEMA) {
                return error;
            }
            let shown = path.display().to_string();
            error
                .hint(text!("hooks-file-move", path = shown))
                .hint(text!("hooks-file-lost"))
        });
        Ok(found?.unwrap_or_default())
    }

    /// Writes it; it goes away with the last thing that is remembered.
    pub fn write(&mut self, dirs: &UserDirs) -> Result<()> {
        self.files.retain(|_, kept| !kept.is_empty());
        self.schema = SCHEMA;
        let Some(path) = path(dirs) else {
            return Ok(());
        };
        if self.files.is_empty() && self.folders.is_empty() {
            return json_file::remove(&path);
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)
            .context(|| text!("folder-not-made", path = folder.display().to_string()))?;
        json_file::write(&path, self, Access::Private)
    }

    /// Returns what is remembered of one file.
    pub fn of(&self, file: &Path) -> Kept {
        self.files.get(file).cloned().unwrap_or_default()
    }
}

fn path(dirs: &UserDirs) -> Option<PathBuf> {
    Some(dirs.data.as_deref()?.join("hooks.json"))
}
