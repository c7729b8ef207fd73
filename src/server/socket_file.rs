//! The operator's socket: a file that nobody but its owner can open, and that goes away with the server.

use std::{
    fs, io,
    os::unix::fs::{FileTypeExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use tokio::net::UnixListener;

/// The file, removed once this is gone.
#[derive(Debug)]
pub struct SocketFile(PathBuf);

impl SocketFile {
    /// Listens at this path. A socket that nobody answers on any more is replaced; anything else stays.
    pub fn bind(path: &Path) -> io::Result<(UnixListener, Self)> {
        match fs::symlink_metadata(path) {
            Ok(about) if about.file_type().is_socket() => {
                if std::os::unix::net::UnixStream::connect(path).is_ok() {
                    return Err(io::ErrorKind::AddrInUse.into());
                }
            }
            Ok(_) => return Err(io::ErrorKind::AlreadyExists.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        // In a folder of its own at first, which is nobody else's: there is no moment at which others
        // could open it.
        let hidden = tempfile::Builder::new()
            .prefix(".s")
            .tempdir_in(folder.unwrap_or(Path::new(".")))?;
        let made = hidden.path().join("s");
        let listener = UnixListener::bind(&made)?;
        fs::set_permissions(&made, fs::Permissions::from_mode(0o600))?;
        fs::rename(&made, path)?;
        Ok((listener, Self(path.to_owned())))
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // One that is left is replaced by the next server.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_its_owners_alone_and_replaces_no_file_and_no_server() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("admin");
        let (listener, file) = SocketFile::bind(&path).expect("binds");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let error = SocketFile::bind(&path).expect_err("in use");
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        // As after a kill: the file is there, and nobody answers.
        std::mem::forget(file);
        drop(listener);
        let (_listener, file) = SocketFile::bind(&path).expect("binds again");
        drop(file);
        assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 0);
        fs::write(&path, "text").expect("writes");
        let error = SocketFile::bind(&path).expect_err("a file");
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    }
}
