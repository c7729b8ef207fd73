//! Carrying out a swap, step by step; every step can be repeated after a crash.
//!
//! Nothing is overwritten or deleted here: what goes away goes to `undo/`.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use super::{
    files,
    journal::{Folder, Journal},
    stage::Staging,
    undo,
};
use crate::{
    config::{
        json_file::sync_folder,
        layout::{Layout, below},
    },
    crash_point,
    domain::path::RelPath,
    error::{Context, Result},
    texts::text,
};

/// Carries out `journal`.
pub fn carry_out(layout: &Layout, journal: &Journal) -> Result<()> {
    let swap = Swap {
        layout,
        staging: Staging::named(layout, &journal.staging),
        aside: undo::files_folder(&journal.undo_folder(layout)),
    };
    swap.run(journal)
        .map_err(|error| error.hint(text!("swap-unfinished")))
}

struct Swap<'a> {
    layout: &'a Layout,
    staging: Staging,
    aside: PathBuf,
}

impl Swap<'_> {
    fn run(&self, journal: &Journal) -> Result<()> {
        undo::describe(&journal.undo_folder(self.layout), journal)?;
        let mut touched = BTreeSet::new();
        for path in &journal.files_removed {
            self.set_aside(path)
                .context(|| text!("swap-not-moved", path = path.as_str()))?;
            touched.extend(self.layout.live(path).parent().map(Path::to_path_buf));
        }
        for path in &journal.folders_removed {
            self.remove_folder(path)
                .context(|| text!("swap-folder-not-removed", path = path.as_str()))?;
        }
        for folder in &journal.folders_made {
            self.make_folder(&folder.path)
                .context(|| text!("swap-folder-not-made", path = folder.path.as_str()))?;
        }
        for path in &journal.files {
            self.swap_in(path)
                .context(|| text!("swap-not-put", path = path.as_str()))?;
            touched.extend(self.layout.live(path).parent().map(Path::to_path_buf));
        }
        for folder in journal.folders_made.iter().rev() {
            touched.insert(self.layout.live(&folder.path));
            // Cosmetic: not worth an unfinished swap.
            let _ = dress(&self.layout.live(&folder.path), folder);
        }
        // A folder that came or went is a name in the folder above it.
        let parents: Vec<_> = touched
            .iter()
            .filter_map(|folder| folder.parent().map(Path::to_path_buf))
            .collect();
        touched.extend(
            parents
                .into_iter()
                .filter(|parent| parent.starts_with(self.layout.pack())),
        );
        for folder in touched {
            files::found(sync_folder(&folder))
                .context(|| text!("swap-not-durable", path = folder.display().to_string()))?;
        }
        Ok(())
    }

    /// Moves whatever is at `path` to `undo/`.
    fn set_aside(&self, path: &RelPath) -> io::Result<()> {
        let live = self.layout.live(path);
        if files::found(live.symlink_metadata())?.is_none() {
            return Ok(());
        }
        let target = free_name(below(&self.aside, path))?;
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        crash_point::step();
        match files::patiently(|| fs::rename(&live, &target)) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                move_across(&live, &target)
            }
            other => other,
        }
    }

    fn remove_folder(&self, path: &RelPath) -> io::Result<()> {
        // The game leaves its lock behind: no reason for an empty world to stay.
        if let Ok(lock) = RelPath::new(format!("{path}/session.lock"))
            && self.is_all_there_is(path, &lock)
        {
            self.set_aside(&lock)?;
        }
        crash_point::step();
        match files::patiently(|| fs::remove_dir(self.layout.live(path))) {
            // Something lives in it that is not synced: it stays.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            other => files::found(other).map(|_| ()),
        }
    }

    fn is_all_there_is(&self, folder: &RelPath, file: &RelPath) -> bool {
        let entries = fs::read_dir(self.layout.live(folder)).into_iter().flatten();
        let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
        matches!(names.as_slice(), [only] if only == file.name())
    }

    fn make_folder(&self, path: &RelPath) -> io::Result<()> {
        let live = self.layout.live(path);
        if files::found(live.metadata())?.is_some_and(|metadata| !metadata.is_dir()) {
            self.set_aside(path)?;
        }
        crash_point::step();
        fs::create_dir_all(live)
    }

    fn swap_in(&self, path: &RelPath) -> io::Result<()> {
        let staged = self.staging.place(path);
        if files::found(staged.symlink_metadata())?.is_none() {
            // Done before the crash. If the live file is missing now, something else took it.
            return Ok(());
        }
        let live = self.layout.live(path);
        if let Some(folder) = live.parent() {
            fs::create_dir_all(folder)?;
        }
        self.set_aside(path)?;
        files::rename(&staged, &live)
    }
}

/// Returns `path`, or the first of `path.~1`, `path.~2` ... that is free.
fn free_name(path: PathBuf) -> io::Result<PathBuf> {
    if files::found(path.symlink_metadata())?.is_none() {
        return Ok(path);
    }
    for number in 1..u32::MAX {
        let candidate = undo::numbered(&path, number);
        if files::found(candidate.symlink_metadata())?.is_none() {
            return Ok(candidate);
        }
    }
    Err(io::Error::other(text!("swap-no-free-name")))
}

/// Moves a file or a whole folder to another file system, file by file.
fn move_across(from: &Path, to: &Path) -> io::Result<()> {
    if from.symlink_metadata()?.is_file() {
        return files::rename(from, to);
    }
    for entry in walkdir::WalkDir::new(from).follow_root_links(false) {
        let entry = entry?;
        let target = match entry.path().strip_prefix(from) {
            Ok(rest) => to.join(rest),
            Err(error) => return Err(io::Error::other(error)),
        };
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target)?;
        } else if entry.file_type().is_file() {
            files::rename(entry.path(), &target)?;
        }
    }
    if from.symlink_metadata()?.is_dir() {
        fs::remove_dir_all(from)
    } else {
        fs::remove_file(from)
    }
}

/// Gives a new folder the mode and time that it had where it was pushed.
fn dress(live: &Path, folder: &Folder) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(mode) = folder.mode {
        use std::os::unix::fs::PermissionsExt;
        // Always keep it usable by its owner.
        fs::set_permissions(live, fs::Permissions::from_mode(mode | 0o700))?;
    }
    if cfg!(unix)
        && let Some(mtime) = folder.mtime.and_then(|mtime| u64::try_from(mtime).ok())
    {
        fs::File::open(live)?.set_modified(UNIX_EPOCH + Duration::from_nanos(mtime))?;
    }
    Ok(())
}
