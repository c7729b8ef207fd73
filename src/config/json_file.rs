//! JSON files on disk: written beside their place, fsynced and renamed; read with a bound and a
//! schema check.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    crash_point,
    error::{Context, Error, Result},
    texts::text,
};

/// The largest file that is read: a world of a million files stays below it.
const LARGEST: u64 = 512 << 20;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody (mode 644).
    Public,
    /// The player alone (mode 600).
    Private,
}

/// Writes `bytes` to `path` such that a crash at any point leaves the old file or the new one.
pub fn write_bytes(path: &Path, bytes: &[u8], access: Access) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let what = || not_written(path);
    crash_point::step();
    let mut file = tempfile::Builder::new()
        .prefix(".writing-")
        .tempfile_in(folder)
        .context(what)
        .map_err(full_disk)?;
    file.write_all(bytes).context(what).map_err(full_disk)?;
    set_access(file.as_file(), access).context(what)?;
    file.as_file().sync_all().context(what).map_err(full_disk)?;
    crash_point::step();
    file.persist(path)
        .map_err(|error| error.error)
        .context(what)?;
    sync_folder(folder).context(what)
}

/// Writes `value` as JSON; see [`write_bytes`].
pub fn write<T: Serialize>(path: &Path, value: &T, access: Access) -> Result<()> {
    let mut bytes = serde_json::to_vec_pretty(value).context(|| not_written(path))?;
    bytes.push(b'\n');
    write_bytes(path, &bytes, access)
}

/// Writes `value` as JSON on one line: for large files that nobody reads.
pub fn write_compact<T: Serialize>(path: &Path, value: &T, access: Access) -> Result<()> {
    let mut bytes = serde_json::to_vec(value).context(|| not_written(path))?;
    bytes.push(b'\n');
    write_bytes(path, &bytes, access)
}

fn not_written(path: &Path) -> String {
    text!("file-not-written", path = path.display().to_string())
}

/// Reads a file, or returns `None` where there is none.
pub fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>> {
    let what = || text!("file-not-read", path = path.display().to_string());
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::failed(what()).because(error)),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).context(what)?;
    Ok(Some(bytes))
}

#[derive(Deserialize)]
struct SchemaOnly {
    #[serde(default)]
    schema: Option<u64>,
}

/// Reads JSON of a schema that this program knows: `newest` or older. A missing number is read as
/// the oldest. Returns `None` where there is no file.
///
/// A file of a newer schema is refused and left alone, with a hint to update.
pub fn read<T: DeserializeOwned>(path: &Path, newest: u64) -> Result<Option<T>> {
    let Some(bytes) = read_bytes(path)? else {
        return Ok(None);
    };
    let shown = || path.display().to_string();
    let broken = |error: serde_json::Error| {
        Error::usage(text!("file-odd", path = shown()))
            .because(error)
            .hint(text!("file-left", path = shown()))
    };
    // serde would take a list for the fields in their order, and count them to the reader.
    if is_list(&bytes) && serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok() {
        return Err(broken(serde::de::Error::custom(text!("file-is-a-list"))));
    }
    let schema: SchemaOnly = serde_json::from_slice(&bytes).map_err(broken)?;
    if let Some(schema) = schema.schema.filter(|schema| *schema > newest) {
        return Err(Error::usage(text!(
            "file-of-newer-program",
            path = shown(),
            schema = schema.to_string(),
            newest = newest.to_string()
        ))
        .hint(text!("file-update-program")));
    }
    serde_json::from_slice(&bytes).map(Some).map_err(broken)
}

/// Returns whether a file is of a newer schema than `newest`, so that [`read`] refuses it.
pub fn is_newer(path: &Path, newest: u64) -> bool {
    let bytes = read_bytes(path).ok().flatten().unwrap_or_default();
    let schema = serde_json::from_slice::<SchemaOnly>(&bytes).ok();
    let schema = schema.filter(|_| !is_list(&bytes));
    schema.is_some_and(|schema| schema.schema.is_some_and(|schema| schema > newest))
}

fn is_list(json: &[u8]) -> bool {
    json.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[')
}

/// Makes the names in a folder durable. Where a platform cannot, it does not need to.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Removes a file; no error where there is none.
pub fn remove(path: &Path) -> Result<()> {
    crash_point::step();
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            let path = path.display().to_string();
            Err(Error::failed(text!("file-not-removed", path = path)).because(error))
        }
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn set_access(file: &File, access: Access) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match access {
        Access::Public => 0o644,
        Access::Private => 0o600,
    };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

/// On Windows a profile folder is readable by its owner alone, and files inherit that.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn set_access(_: &File, _: Access) -> io::Result<()> {
    Ok(())
}

fn full_disk(error: Error) -> Error {
    error.hint(text!("file-if-disk-full"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Thing {
        schema: u64,
        name: String,
    }

    #[test]
    fn a_file_reads_back_and_a_newer_one_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("thing.json");
        assert_eq!(read::<Thing>(&path, 2).expect("missing is fine"), None);
        let thing = Thing {
            schema: 2,
            name: "x".into(),
        };
        write(&path, &thing, Access::Private).expect("writes");
        assert_eq!(read(&path, 2).expect("reads"), Some(thing));
        let error = read::<Thing>(&path, 1).expect_err("newer");
        assert!(error.to_string().contains("newer version"), "{error}");
        assert!(is_newer(&path, 1) && !is_newer(&path, 2));
    }

    #[test]
    fn only_a_number_in_an_object_makes_a_file_newer() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("thing.json");
        for (text, newer) in [
            (r#"{"schema":2}"#, true),
            (r#"{"schema":2"#, false),
            ("[2]", false),
            (r#"{"name":"newer version"}"#, false),
        ] {
            fs::write(&path, text).expect("writes");
            assert_eq!(is_newer(&path, 1), newer, "{text}");
        }
        assert!(!is_newer(&folder.path().join("missing.json"), 1));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_an_error_or_a_value_and_never_a_panic(bytes: Vec<u8>) {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("thing.json");
            fs::write(&path, bytes).expect("writes");
            let _ = read::<Thing>(&path, 1);
        }
    }
}
