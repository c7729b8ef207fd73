//! The copy of this program that hooks start. It stays where it is when a download folder is tidied
//! or a checkout is removed: a hook whose program is gone keeps every game from starting.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{launcher::Launcher, settings_file::shown};
use crate::{
    config::{json_file, layout::real, user_dirs::UserDirs},
    error::{Context, Error, Result},
    texts::text,
};

/// Whether a program can be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Startable {
    /// It is there, and may be executed.
    Yes,
    /// There is no such file.
    Missing,
    /// It is no file that may be executed.
    NotExecutable,
}

/// Returns whether a launcher could start this program: a path, or a name that is on `PATH`.
pub fn startable(program: &str) -> Startable {
    if which::which(program).is_ok() {
        Startable::Yes
    } else if Path::new(program).exists() {
        Startable::NotExecutable
    } else {
        Startable::Missing
    }
}

/// Returns where the copy for a launcher is: in the user's data folder, or in that of its Flatpak.
pub fn place(launcher: &Launcher, dirs: &UserDirs) -> Result<PathBuf> {
    let folder = match (launcher.sandbox(), &dirs.data) {
        (Some(sandbox), _) => sandbox.join("instance-sync"),
        (None, Some(data)) => data.join("bin"),
        (None, None) => {
            let error = Error::failed(text!("launcher-no-place"));
            return Err(error.hint(text!("launcher-set-home")));
        }
    };
    Ok(folder.join(format!("instance-sync{}", env::consts::EXE_SUFFIX)))
}

/// Returns the program that is running.
pub fn running() -> Result<PathBuf> {
    let program = env::current_exe().context(|| text!("launcher-which-program"))?;
    Ok(real(&program))
}

/// Returns whether `copy` is the running program, or holds the same.
pub fn is_current(running: &Path, copy: &Path) -> bool {
    if copy.canonicalize().is_ok_and(|copy| copy == running) {
        return true;
    }
    let length = |path: &Path| fs::metadata(path).ok().map(|metadata| metadata.len());
    let same = length(copy).is_some() && length(copy) == length(running);
    same && startable(&copy.to_string_lossy()) == Startable::Yes
        && matches!((fs::read(copy), fs::read(running)), (Ok(a), Ok(b)) if a == b)
}

/// Puts the running program at `copy`, in one step: a hook finds the old one or the new one.
pub fn put(running: &Path, copy: &Path) -> Result<()> {
    let what = || text!("launcher-cannot-write", path = shown(copy));
    let folder = copy.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).context(|| text!("launcher-cannot-make", path = shown(folder)))?;
    let bytes =
        fs::read(running).context(|| text!("launcher-cannot-read", path = shown(running)))?;
    let mut file = tempfile::Builder::new()
        .prefix(".writing-")
        .tempfile_in(folder)
        .context(what)?;
    file.write_all(&bytes).context(what)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.as_file()
            .set_permissions(fs::Permissions::from_mode(0o755))
            .context(what)?;
    }
    file.as_file().sync_all().context(what)?;
    // Closed, since a program that is open for writing cannot be started.
    let staged = file.into_temp_path();
    // On Windows a program that runs can be renamed, and not replaced.
    let old = copy.with_extension("old");
    if cfg!(windows) && copy.exists() {
        let _ = fs::remove_file(&old);
        fs::rename(copy, &old).context(what)?;
    }
    staged
        .persist(copy)
        .map_err(|error| error.error)
        .context(what)?;
    let _ = fs::remove_file(&old);
    json_file::sync_folder(folder).context(what)
}

/// Removes a copy, and its folder where that is empty then. Returns whether there was one.
pub fn remove(copy: &Path) -> Result<bool> {
    if !copy.exists() {
        return Ok(false);
    }
    let away = if cfg!(windows) {
        fs::rename(copy, copy.with_extension("old"))
    } else {
        fs::remove_file(copy)
    };
    away.context(|| text!("launcher-cannot-remove", path = shown(copy)))?;
    let _ = fs::remove_file(copy.with_extension("old"));
    if let Some(folder) = copy.parent() {
        let _ = fs::remove_dir(folder);
    }
    Ok(true)
}

/// Returns whether a program needs the system's own loader and libraries (ELF with an interpreter):
/// those of a Flatpak may lack what it needs.
pub fn needs_libraries(program: &Path) -> bool {
    const INTERPRETER: u32 = 3;
    let Ok(bytes) = fs::read(program) else {
        return false;
    };
    let number = |at: usize, size: usize| {
        let field = bytes.get(at..at + size)?;
        Some(
            field
                .iter()
                .rev()
                .fold(0_u64, |value, byte| value << 8 | u64::from(*byte)),
        )
    };
    let wide = bytes.get(4) == Some(&2);
    let headers = || -> Option<(usize, usize, usize)> {
        let [start, size, count] = if wide {
            [(32, 8), (54, 2), (56, 2)]
        } else {
            [(28, 4), (42, 2), (44, 2)]
        }
        .map(|(at, size)| number(at, size).and_then(|value| usize::try_from(value).ok()));
        Some((start?, size?, count?))
    };
    let Some((start, size, count)) = headers().filter(|_| bytes.starts_with(b"\x7fELF")) else {
        return false;
    };
    (0..count).any(|index| {
        let at = size
            .checked_mul(index)
            .and_then(|offset| offset.checked_add(start));
        at.and_then(|at| number(at, 4)) == Some(u64::from(INTERPRETER))
    })
}
