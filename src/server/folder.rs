//! The folder of a server: that it is no other's, and that nobody else reads what is in it.

use std::{
    ffi::OsString,
    fs, io,
    path::{self, Path},
};

use super::settings::DataFolder;
use crate::error::{Context, Error, Result};

/// What systems put into a folder by themselves, such as one that a disk is mounted at.
const OF_THE_SYSTEM: [&str; 12] = [
    "lost+found",
    ".zfs",
    ".snapshot",
    ".snapshots",
    ".DS_Store",
    ".Spotlight-V100",
    ".TemporaryItems",
    ".Trashes",
    ".fseventsd",
    "$RECYCLE.BIN",
    "System Volume Information",
    "@eaDir",
];

/// Whether a server ran here before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// There is a database.
    Yes,
    /// There is none, and nothing of anybody else's.
    New,
}

/// Looks at the folder before anything is made in it. `named` are files that the server is told to use: they
/// may lie in it, such as its certificate.
///
/// # Errors
/// Where it has no database and something of others: somebody meant another folder.
pub fn check(data: &DataFolder, named: &[&Path]) -> Result<Known> {
    if data.database().symlink_metadata().is_ok() {
        return Ok(Known::Yes);
    }
    let shown = data.path().display();
    let entries = match fs::read_dir(data.path()) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Known::New),
        Err(error) => return Err(unread(data.path(), error)),
    };
    let named = within(data, named);
    for entry in entries {
        let entry = entry.context(|| format!("cannot read {shown}"))?;
        let name = entry.file_name();
        if named.contains(&name) {
            continue;
        }
        let name = name.to_string_lossy();
        if !may_be_there(&name) {
            return Err(Error::usage(format!(
                "{shown} has no server.db, and holds other things: {name}"
            ))
            .hint("Nothing was changed. Name a folder of the server's own with --data; a new one is made")
            .hint("To serve a folder of rest-server: 'instance-sync serve admin --data=DIR import folder PATH', with a DIR of its own"));
        }
    }
    Ok(Known::New)
}

/// Returns what is in the folder itself of these files, or leads to them.
fn within(data: &DataFolder, files: &[&Path]) -> Vec<OsString> {
    let whole = |path: &Path| path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = whole(data.path());
    let first = |file: &&Path| {
        let file = whole(file);
        let inside = file.strip_prefix(&folder).ok()?.iter().next()?;
        Some(inside.to_owned())
    };
    files.iter().filter_map(first).collect()
}

/// Returns whether a folder with this in it may still become a server's.
fn may_be_there(name: &str) -> bool {
    // The storage may be a disk, or a link; the others are of a start that came to nothing.
    let ours = ["repos", "server.lock", "server.db-wal", "server.db-shm"];
    ours.contains(&name) || OF_THE_SYSTEM.contains(&name) || name.starts_with(".Trash-")
}

/// Lets nobody else into a folder with nothing in it: the database knows who has which account.
#[cfg(unix)]
pub fn restrict(data: &DataFolder) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = data.path();
    let mode = fs::metadata(path)?.permissions().mode();
    // A folder that an operator opened on purpose stays so.
    if fs::read_dir(path)?.next().is_none() && mode & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)] // as on the other systems
pub fn restrict(_: &DataFolder) -> io::Result<()> {
    Ok(())
}

/// Returns whether other users of this machine can look into the folder.
#[cfg(unix)]
pub fn is_open(data: &DataFolder) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(data.path()).is_ok_and(|about| about.permissions().mode() & 0o007 != 0)
}

#[cfg(not(unix))]
pub fn is_open(_: &DataFolder) -> bool {
    false
}

/// Returns whether the folder is another user's: what is made in it now is not theirs.
#[cfg(unix)]
pub fn is_anothers(data: &DataFolder) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let own = rustix::process::geteuid().as_raw();
    fs::metadata(data.path()).is_ok_and(|about| about.uid() != own)
}

#[cfg(not(unix))]
pub fn is_anothers(_: &DataFolder) -> bool {
    false
}

/// Makes an empty file that its owner alone reads, unless there is one.
pub fn make_private(file: &Path) -> io::Result<()> {
    match private().create_new(true).open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Returns options to write a file with; where it is made, its owner alone reads it.
pub fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Takes a file from everybody but its owner. A file of another user, or on a file system without such
/// rights, stays as it is: [`is_open`] tells of the folder.
pub fn mend(file: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(file).map(|about| about.permissions().mode());
        if let Some(mode) = mode.ok().filter(|mode| mode & 0o077 != 0) {
            let _ = fs::set_permissions(file, fs::Permissions::from_mode(mode & 0o700));
        }
    }
    #[cfg(not(unix))]
    let _ = file;
}

/// Says why something in the folder cannot be read or written; and whose it is, where it is another user's.
pub fn unread(path: &Path, error: io::Error) -> Error {
    let is_denied = error.kind() == io::ErrorKind::PermissionDenied;
    let shown = path.display();
    let failed = Error::failed(format!("cannot read and write {shown}")).because(error);
    match whose(path) {
        Some(hint) if is_denied => failed.hint(hint),
        _ => failed,
    }
}

/// Says whose a file or folder is, where that is another user.
#[cfg(unix)]
pub fn whose(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = fs::metadata(path).ok()?.uid();
    let own = rustix::process::geteuid().as_raw();
    (owner != own).then(|| {
        format!(
            "It belongs to user {owner}, and this is user {own}: run this as its owner, give it away \
             ('chown -R {own}'), or name another folder with --data"
        )
    })
}

#[cfg(not(unix))]
pub fn whose(_: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_of_the_servers_is_for_its_owner_alone_and_stays_as_it_is_otherwise() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("server.db");
        let mode = || fs::metadata(&file).expect("there").permissions().mode() & 0o777;
        make_private(&file).expect("makes");
        assert_eq!(mode(), 0o600);
        fs::write(&file, "kept").expect("writes");
        for open in [0o644, 0o660, 0o604] {
            fs::set_permissions(&file, fs::Permissions::from_mode(open)).expect("opens");
            make_private(&file).expect("is there");
            mend(&file);
            assert_eq!(mode(), 0o600);
        }
        assert_eq!(fs::read(&file).expect("reads"), b"kept");
        // One that nobody may write to stays so.
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).expect("closes");
        mend(&file);
        assert_eq!(mode(), 0o400);
        mend(&folder.path().join("nothing"));
        assert!(make_private(&folder.path().join("no/folder")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn whose_it_is_is_said_where_it_is_another_users() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(whose(folder.path()), None);
        assert_eq!(whose(&folder.path().join("nothing")), None);
        // Another user's by nature, or made so.
        let other = if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(folder.path(), Some(54_321), None).expect("gives away");
            folder.path()
        } else {
            Path::new("/")
        };
        assert!(whose(other).is_some_and(|hint| hint.contains("chown -R")));
        let denied = unread(other, io::ErrorKind::PermissionDenied.into());
        assert_eq!(denied.hints().len(), 1);
        let full = unread(other, io::ErrorKind::StorageFull.into());
        assert!(full.hints().is_empty());
    }

    #[test]
    fn a_folder_with_things_of_others_becomes_no_servers() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = DataFolder::new(folder.path());
        assert_eq!(check(&data, &[]).expect("empty"), Known::New);
        let missing = DataFolder::new(folder.path().join("new"));
        assert_eq!(check(&missing, &[]).expect("missing"), Known::New);
        for name in ["lost+found", "repos", ".Trash-1000", "server.lock"] {
            fs::create_dir(folder.path().join(name)).expect("makes");
            assert_eq!(check(&data, &[]).expect(name), Known::New);
        }
        for name in [".bashrc", "notes.txt", "alice"] {
            let file = folder.path().join(name);
            fs::write(&file, "").expect("writes");
            let error = check(&data, &[]).expect_err(name);
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains(name), "{error}");
            fs::remove_file(&file).expect("removes");
        }
        // What the server is told to use may lie in it, also deeper.
        let key = folder.path().join("tls").join("server.key");
        fs::create_dir(folder.path().join("tls")).expect("makes");
        fs::write(&key, "").expect("writes");
        assert_eq!(check(&data, &[&key]).expect("named"), Known::New);
        check(&data, &[Path::new("/elsewhere/tls")]).expect_err("another one");
        fs::write(folder.path().join("notes.txt"), "").expect("writes");
        check(&data, &[&key]).expect_err("and something else");
        fs::write(data.database(), "").expect("writes");
        assert_eq!(check(&data, &[]).expect("a server's"), Known::Yes);
    }
}
