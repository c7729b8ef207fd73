//! Launchers and instances that were wired, and that are not where they were: on a disk that is not connected, or
//! removed. Their hooks start the program; without it no game there would start.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::report::Report;
use crate::{
    config::{hooks_file::HooksFile, user_dirs::UserDirs},
    domain::{launcher::kind::LauncherKind, shell},
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

/// Divides the instances that were named into those that are there, or were never wired, and the folders
/// of those that were wired and are gone.
pub fn split_instances(named: &[String], dirs: &UserDirs) -> Result<(Vec<String>, Vec<PathBuf>)> {
    let memory = HooksFile::read(dirs)?;
    let is_lost = |name: &String| {
        let mut folders = away(&memory).filter_map(|file| file.parent());
        folders.any(|folder| folder == Path::new(name))
    };
    let (lost, named): (Vec<String>, Vec<String>) = named.iter().cloned().partition(is_lost);
    Ok((named, lost.into_iter().map(PathBuf::from).collect()))
}

/// Forgets these instances, and those that were deleted.
pub fn forget_instances(lost: &[PathBuf], dirs: &UserDirs, report: &mut Report) -> Result<()> {
    let mut memory = HooksFile::read(dirs)?;
    let was = memory.clone();
    for folder in lost {
        memory
            .files
            .retain(|file, _| file.parent() != Some(folder.as_path()));
        report.notes.push(format!(
            "{} is not there, and was forgotten: should it come back, its hooks have to be wired anew",
            folder.display()
        ));
    }
    let deleted: Vec<PathBuf> = away(&memory)
        .filter(|file| is_deleted(file))
        .cloned()
        .collect();
    memory.files.retain(|file, _| !deleted.contains(file));
    if memory == was {
        return Ok(());
    }
    memory.write(dirs)
}

/// Returns the files of instances that are remembered, and that are not where they were.
fn away(memory: &HooksFile) -> impl Iterator<Item = &PathBuf> {
    let names = LauncherKind::ALL.map(LauncherKind::instance_file);
    let of_instance = move |file: &&PathBuf| {
        let name = file.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| names.contains(&name))
    };
    let files = memory.files.keys().filter(of_instance);
    files.filter(|file| !file.exists())
}

/// Returns whether the instance of this file was deleted: it is not on a disk that is not connected, since
/// others that stood beside it are there.
fn is_deleted(file: &Path) -> bool {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
        return false;
    };
    let beside = || fs::read_dir(folder.parent()?).ok();
    let others = || beside().into_iter().flatten().flatten();
    // A link to another disk is still there.
    fs::symlink_metadata(folder).is_err() && others().any(|other| other.path().join(name).is_file())
}

/// Says of each launcher and each instance that is missing what to do.
pub fn missing(dirs: &UserDirs) -> Result<Vec<Error>> {
    let memory = HooksFile::read(dirs)?;
    let instances = away(&memory).filter(|file| {
        let mut gone = memory.folders.iter().filter(|folder| !is_there(folder));
        !gone.any(|folder| file.starts_with(folder))
    });
    let instances = instances.filter_map(|file| file.parent()).map(|folder| {
        let option = shell::option("instance", folder.display());
        Error::failed(format!(
            "the instance in {} was wired, and is not there now: the program that its hooks start stays",
            folder.display()
        ))
        .hint("If it is on a disk, connect that and run the command again.")
        .hint(format!(
            "If it is gone for good: instance-sync hooks remove {option}"
        ))
    });
    let gone = memory.folders.iter().filter(|folder| !is_there(folder));
    Ok(instances
        .chain(gone.map(|folder| {
            let option = shell::option("launcher-dir", folder.display());
            Error::failed(format!(
                "the launcher in {} was wired, and is not there now: the program that its hooks start stays",
                folder.display()
            ))
            .hint("If it is on a disk, connect that and run the command again.")
            .hint(format!(
                "If it is gone for good: instance-sync hooks remove {option}"
            ))
        }))
        .collect())
}

fn is_there(folder: &Path) -> bool {
    !Launcher::at(folder).is_empty()
}
