//! Whether there is room for what is to be fetched.

use std::path::Path;

use crate::{
    error::{Error, Kind, Result},
    sync::session::Session,
    texts::text,
    workdir::lock,
};

/// Is there room for this and some to spare?
pub fn check_room(session: &Session<'_>, bytes: u64) -> Result<()> {
    check_room_in(session.layout.own(), bytes)
        .map_err(|error| error.hint(text!("fetch-no-room-hint")))
}

/// Is there room for this in a folder, and some to spare?
pub fn check_room_in(folder: &Path, bytes: u64) -> Result<()> {
    /// Left over for the system and the game.
    const SPARE: u64 = 16 << 20;
    let needed = bytes.saturating_add(SPARE);
    // Where the free space is not known, a full disk shows itself.
    let free = lock::free_space(folder).unwrap_or(u64::MAX);
    if free < needed {
        let mb = |bytes: u64| bytes.div_ceil(1 << 20);
        return Err(Error::new(
            Kind::Full,
            text!("fetch-no-room", free = mb(free), needed = mb(needed)),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_room_is_told_before_anything_is_fetched() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(check_room_in(folder.path(), 0).is_ok());
        let error = check_room_in(folder.path(), 1 << 62).expect_err("no disk has that");
        assert_eq!(error.kind(), Kind::Full);
        let needed = (1_u64 << 42) + 16;
        assert!(error.to_string().contains(&needed.to_string()), "{error}");
        // What cannot be added up is too much as well.
        assert!(check_room_in(folder.path(), u64::MAX).is_err());
    }
}
