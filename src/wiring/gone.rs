//! Launchers that were wired, and that are not where they were: on a disk that is not connected, or
//! removed. Their hooks start the program; without it no game there would start.

use std::path::{Path, PathBuf};

use super::report::Report;
use crate::{
    config::{hooks_file::HooksFile, user_dirs::UserDirs},
    domain::shell,
    error::{Error, Result},
    launchers::launcher::Launcher,
};

/// Divides the folders that were named into those that are there, or were never wired, and those that
/// were wired and are gone.
pub fn split(named: &[PathBuf], dirs: &UserDirs) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let memory = HooksFile::read(dirs)?;
    let absolute =
        |folder: &PathBuf| std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
    Ok(named
        .iter()
        .map(absolute)
        .partition(|folder| !memory.folders.contains(folder) || is_there(folder)))
}

/// Forgets them.
pub fn forget(gone: &[PathBuf], dirs: &UserDirs, report: &mut Report) -> Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let mut memory = HooksFile::read(dirs)?;
    for folder in gone {
        memory.folders.remove(folder);
        memory.files.retain(|file, _| !file.starts_with(folder));
        report.notes.push(format!(
            "{} is not there, and was forgotten: should it come back, its hooks have to be wired anew",
            folder.display()
        ));
    }
    memory.write(dirs)
}

/// Says of each launcher that is missing what to do.
pub fn missing(dirs: &UserDirs) -> Result<Vec<Error>> {
    let memory = HooksFile::read(dirs)?;
    let gone = memory.folders.iter().filter(|folder| !is_there(folder));
    Ok(gone
        .map(|folder| {
            let option = shell::option("launcher-dir", folder.display());
            Error::failed(format!(
                "the launcher in {} was wired, and is not there now: the program that its hooks start stays",
                folder.display()
            ))
            .hint("If it is on a disk, connect that and run the command again.")
            .hint(format!(
                "If it is gone for good: instance-sync hooks remove {option}"
            ))
        })
        .collect())
}

fn is_there(folder: &Path) -> bool {
    !Launcher::at(folder).is_empty()
}
