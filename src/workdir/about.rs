//! What a save in the game folder is about.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Read,
    path::Path,
};

use crate::domain::{
    path::InnerPath,
    save::{self, About, LARGEST_FILE},
    unit::UnitContent,
};

/// Reads what the unit at `place`, a folder or a file, is about: those few small files of `content` that
/// say it. `None` where it is nothing that is known, and where anything is damaged or cannot be read: that
/// is for others to say.
pub fn read(place: &Path, content: &UnitContent) -> Option<About> {
    let mut files = BTreeMap::new();
    for path in save::sources(content) {
        let bytes = bytes_of(&below(place, &path))?;
        files.insert(path, bytes);
    }
    save::about(&files).ok().flatten()
}

fn below(place: &Path, path: &InnerPath) -> std::path::PathBuf {
    let mut file = place.to_path_buf();
    // A unit that is a file is what the empty path names.
    file.extend(path.as_str().split('/').filter(|part| !part.is_empty()));
    file
}

fn bytes_of(path: &Path) -> Option<Vec<u8>> {
    // Opening a pipe would wait for its other end.
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    let most = LARGEST_FILE as u64 + 1;
    File::open(path)
        .ok()?
        .take(most)
        .read_to_end(&mut bytes)
        .ok()?;
    (bytes.len() <= LARGEST_FILE).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::{digest::Digest, unit::FileFact};

    fn content(files: &[&str]) -> UnitContent {
        let fact = FileFact {
            size: 1,
            sha256: Digest::of(b""),
        };
        UnitContent {
            files: files
                .iter()
                .map(|path| (InnerPath::new(*path).expect("sound"), fact))
                .collect(),
            folders: BTreeSet::new(),
        }
    }

    /// A compound `Data` with one text in it.
    const LEVEL: &[u8] = b"\x0a\0\0\x0a\0\x04Data\x08\0\x09LevelName\0\x05World\0\0";

    #[test]
    fn a_world_is_read_from_its_folder_and_damage_is_no_card() {
        let folder = tempfile::tempdir().expect("a folder");
        let world = content(&["level.dat", "data/minecraft/world_clocks.dat"]);
        let write =
            |path: &str, bytes: &[u8]| fs::write(folder.path().join(path), bytes).expect("writes");
        assert_eq!(read(folder.path(), &world), None);
        fs::create_dir_all(folder.path().join("data/minecraft")).expect("makes");
        write("level.dat", LEVEL);
        write("data/minecraft/world_clocks.dat", b"\x0a\0\0\0");
        let name = |about: Option<About>| about.and_then(|about| about.name);
        assert_eq!(name(read(folder.path(), &world)).as_deref(), Some("World"));
        write("data/minecraft/world_clocks.dat", b"");
        assert_eq!(read(folder.path(), &world), None);
        write("data/minecraft/world_clocks.dat", b"\x0a\0\0\0");
        // It grew since it was looked at.
        write("level.dat", &[LEVEL, &vec![0; LARGEST_FILE][..]].concat());
        assert_eq!(read(folder.path(), &world), None);
    }

    #[test]
    fn a_unit_that_is_a_file_is_read_as_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("options.txt");
        fs::write(&path, "PK, not a zip").expect("writes");
        assert_eq!(read(&path, &content(&[""])), None);
        assert_eq!(read(folder.path(), &content(&[""])), None);
        assert_eq!(read(folder.path(), &content(&["a", "b"])), None);
    }
}
