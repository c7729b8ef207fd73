//! Unpacking restic's program out of a verified archive.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use tempfile::TempPath;

use crate::{
    config::json_file::sync_folder,
    error::{Context, Error, Result},
    texts::text,
};

/// A program is never larger; more is an archive made to fill the disk.
const LARGEST: u64 = 512 << 20;

/// Unpacks `archive`, whose name ends in `.bz2` or `.zip`, to an executable file in `folder` that is
/// gone again unless it is [installed](install).
///
/// It is written beside its place and renamed, so that two processes that race for it both end
/// with a whole program.
pub fn unpack(
    archive: &mut (impl Read + Seek),
    file_name: &str,
    folder: &Path,
) -> Result<TempPath> {
    let what = || text!("restic-not-unpacked", folder = folder.display().to_string());
    let mut target = tempfile::Builder::new()
        .prefix(".restic-")
        .suffix(std::env::consts::EXE_SUFFIX)
        .tempfile_in(folder)
        .context(what)?;
    archive.rewind().context(what)?;
    let length = if Path::new(file_name)
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("zip"))
    {
        from_zip(archive, target.as_file_mut())
    } else {
        io::copy(
            &mut bzip2::read::BzDecoder::new(archive).take(LARGEST),
            target.as_file_mut(),
        )
    };
    let length = length
        .context(what)
        .map_err(|error| error.hint(text!("restic-nothing-left-behind")))?;
    if length == 0 || length == LARGEST {
        return Err(Error::failed(text!(
            "restic-not-in-archive",
            folder = folder.display().to_string()
        )));
    }
    make_executable(target.as_file()).context(what)?;
    target.as_file().sync_all().context(what)?;
    // Closed before it is run: on Linux a program that is open for writing cannot be.
    Ok(target.into_temp_path())
}

/// Puts a program that was found to work in its place.
pub fn install(unpacked: TempPath, program: &Path) -> Result<()> {
    let what = || text!("restic-not-put", program = program.display().to_string());
    match unpacked.persist(program) {
        Ok(()) => {}
        // On Windows a program that runs cannot be replaced; then it is there already.
        Err(_) if program.is_file() => {}
        Err(error) => return Err(Error::failed(what()).because(error.error)),
    }
    sync_folder(program.parent().unwrap_or(Path::new("."))).context(what)
}

fn from_zip(archive: &mut (impl Read + Seek), target: &mut impl Write) -> io::Result<u64> {
    let mut archive = zip::ZipArchive::new(archive).map_err(io::Error::other)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(io::Error::other)?;
        let name = PathBuf::from(entry.name().unwrap_or_default().as_ref());
        let is_program = name
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("exe"));
        if entry.is_file() && is_program && name.to_string_lossy().starts_with("restic") {
            return io::copy(&mut (&mut entry).take(LARGEST), target);
        }
    }
    Ok(0)
}

#[cfg(unix)]
fn make_executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(file: &File) -> io::Result<()> {
    let _: fs::Metadata = file.metadata()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_zip_gives_up_its_program() {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        for (name, text) in [
            ("README", "x"),
            ("restic_0.19.1_windows_amd64.exe", "program"),
        ] {
            writer.start_file(name, options).expect("starts");
            writer.write_all(text.as_bytes()).expect("writes");
        }
        let mut archive = writer.finish().expect("finishes");
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("restic.exe");
        let unpacked = unpack(&mut archive, "restic.zip", folder.path()).expect("unpacks");
        install(unpacked, &program).expect("installs");
        assert_eq!(fs::read_to_string(program).expect("reads"), "program");
    }

    #[test]
    fn nonsense_leaves_nothing_behind() {
        for name in ["restic.zip", "restic.bz2"] {
            let folder = tempfile::tempdir().expect("a folder");
            let nonsense = b"nonsense".to_vec();
            let error = unpack(&mut Cursor::new(nonsense), name, folder.path());
            assert!(error.is_err());
            assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 0);
        }
    }
}
