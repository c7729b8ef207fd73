//! The file that says that the storage is mounted. Where a disk is not, its mount point is an empty folder,
//! and an empty folder would look like lost saves to every client.

use std::{fs, io, io::Write as _};

use super::{place::Place, sync_folder};

/// The largest that is read: an id is 26 bytes.
const LARGEST: u64 = 1024;

/// Returns the id of the storage that is there, if any.
pub fn read(place: &Place) -> io::Result<Option<String>> {
    let file = match fs::File::open(place.sentinel()) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let text = io::read_to_string(io::Read::take(file, LARGEST))?;
    Ok(Some(text.trim().to_owned()))
}

/// Writes it into a storage that has none.
pub fn write(place: &Place, id: &str) -> io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(".instance-sync-new-")
        .tempfile_in(place.root())?;
    writeln!(file, "{id}")?;
    file.as_file().sync_all()?;
    file.persist_noclobber(place.sentinel())?;
    sync_folder(place.root())
}
