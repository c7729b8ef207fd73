//! What became of the launchers' files, for `--json` and for sentences.

use std::path::PathBuf;

use serde::Serialize;

use crate::{
    domain::launcher::{kind::LauncherKind, wire::Change},
    error::Error,
};

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Became {
    /// It was changed.
    Changed,
    /// It would be changed.
    WouldChange,
    /// It is as it should be.
    Unchanged,
    /// It was left as it was, since something is wrong.
    Failed,
}

/// One file of a launcher.
#[derive(Debug, Serialize)]
pub struct FileReport {
    /// The launcher.
    pub launcher: LauncherKind,
    /// Its data folder.
    pub folder: PathBuf,
    /// The instance, where the file is an instance's.
    pub instance: Option<String>,
    /// The file.
    pub file: PathBuf,
    /// What became of it.
    pub outcome: Became,
    /// What is different in it.
    pub changes: Vec<Change>,
    /// Where what it was before is kept.
    pub backup: Option<PathBuf>,
    /// What a person should know.
    pub notes: Vec<String>,
    /// What is wrong.
    pub error: Option<String>,
    /// What to do about that.
    pub hints: Vec<String>,
}

/// What became of all of them.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The files.
    pub files: Vec<FileReport>,
    /// The programs that hooks start, and that are there now.
    pub programs: Vec<PathBuf>,
    /// Those of them that were put there now: they were missing, or another version.
    #[serde(skip)]
    pub placed: Vec<PathBuf>,
    /// Copies of the program that nothing starts any more, and that are gone now.
    pub removed: Vec<PathBuf>,
    /// What is wrong with no file.
    #[serde(skip)]
    pub errors: Vec<Error>,
    /// What a person should know, and that is about no file alone.
    pub notes: Vec<String>,
}

impl Report {
    /// Returns how much went wrong.
    pub fn failures(&self) -> usize {
        let failed = |file: &&FileReport| file.outcome == Became::Failed;
        self.files.iter().filter(failed).count() + self.errors.len()
    }
}
