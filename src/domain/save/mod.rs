//! What is in a save: what it is about, the name in it, and whether its files are what they should be.
//!
//! Files come from the cloud and from games of any age, so that everything here takes any bytes: what
//! is damaged is an error. The largest allocation is a few times `packed::LARGEST`.

mod about;
mod check;
mod damage;
#[cfg(test)]
pub(crate) mod fixtures;
mod minecraft;
mod mutf8;
mod nbt;
mod packed;
mod region;
mod relabel;
mod renpy;
mod words;

use std::collections::BTreeMap;

pub use about::{About, Difficulty, Mode, leniently};
pub use check::check;
pub use damage::Damage;
pub use packed::{LARGEST_FILE, unpacked};
pub use relabel::relabel;
pub use words::words;

use super::{path::InnerPath, unit::UnitContent};

/// Returns which files of a unit [`about`] wants: few and small ones, none where the unit is nothing
/// that is known.
pub fn sources(content: &UnitContent) -> Vec<InnerPath> {
    let mut files = content.files.iter();
    match (files.next(), files.next()) {
        // A unit that is a file may be a slot.
        (Some((path, fact)), None) if path.as_str().is_empty() => {
            let is_small = fact.size <= LARGEST_FILE as u64;
            is_small.then(|| path.clone()).into_iter().collect()
        }
        _ => minecraft::sources(content),
    }
}

/// Says what a save is about, by its [`sources`]. `None` where it is nothing that is known.
pub fn about(files: &BTreeMap<InnerPath, Vec<u8>>) -> Result<Option<About>, Damage> {
    let file = |name: &str| {
        let file = files.iter().find(|(path, _)| path.as_str() == name);
        file.map(|(_, bytes)| bytes.as_slice())
    };
    if let Some(level) = file(minecraft::LEVEL) {
        return minecraft::read(level, files).map(Some);
    }
    match file("") {
        Some(slot) if slot.len() > LARGEST_FILE => Err(Damage::TooLarge),
        Some(slot) if renpy::is_zip(slot) => renpy::read(slot),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about_slot(slot: Vec<u8>) -> Result<Option<About>, Damage> {
        let slot_itself = InnerPath::new("").expect("sound");
        about(&[(slot_itself, slot)].into())
    }

    #[test]
    fn only_a_zip_is_read_as_a_slot_and_none_that_is_too_large() {
        assert_eq!(about_slot(b"of another engine".to_vec()), Ok(None));
        assert_eq!(about_slot(b"PK of a zip".to_vec()), Err(Damage::ZipList));
        assert_eq!(about_slot(vec![0; LARGEST_FILE]), Ok(None));
        let larger = vec![0; LARGEST_FILE + 1];
        assert_eq!(about_slot(larger), Err(Damage::TooLarge));
    }
}
