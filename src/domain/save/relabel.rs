//! The name in a world's `level.dat`: a copy that lands beside a world is called so in the game's list
//! too, where the folder's name is seen by nobody.

use super::{
    mutf8, nbt,
    packed::{LARGEST, stored, unpacked},
};

/// Returns `level_dat` with ` (suffix)` behind the world's name. Every other byte of the NBT stays.
///
/// It is the same file on every device and for every version of this program, so that a copy that two
/// devices make is one copy. `None` where there is no name to be read.
pub fn relabel(level_dat: &[u8], suffix: &str) -> Option<Vec<u8>> {
    let level = unpacked(level_dat).ok()?;
    let found = nbt::find(&level[..], &["Data/LevelName"]).ok()?;
    let (_, span) = found.text("Data/LevelName")?;
    let suffix = mutf8::encode(&format!(" ({suffix})"));
    let most = usize::from(u16::MAX).checked_sub(suffix.len())?;
    let name = &level[span.clone()];
    let name = &name[..mutf8::whole(name, most)];
    let length = u16::try_from(name.len() + suffix.len()).ok()?;
    let before = &level[..span.start.checked_sub(2)?];
    let labelled = [
        before,
        &length.to_be_bytes()[..],
        name,
        &suffix,
        &level[span.end..],
    ]
    .concat();
    (labelled.len() <= LARGEST).then(|| stored(&labelled))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::save::fixtures::{compound, gzip, level, long, root, text, text_of};

    fn name_in(level_dat: &[u8]) -> String {
        let level = unpacked(level_dat).expect("unpacks");
        let found = nbt::find(&level[..], &["Data/LevelName"]).expect("NBT");
        found.text("Data/LevelName").expect("a name").0.to_owned()
    }

    #[test]
    fn a_copy_is_called_so_in_the_games_list() {
        let world = level(&[text("LevelName", "W\u{f6}rld \u{1f600}"), long("Time", 5)]);
        let copy = relabel(&gzip(&world), "Deck, 2026-08-14").expect("relabelled");
        let label = "W\u{f6}rld \u{1f600} (Deck, 2026-08-14)";
        let expected = level(&[text("LevelName", label), long("Time", 5)]);
        assert_eq!(unpacked(&copy).expect("unpacks"), expected);
        // As Java reads it: a decompressor that knows nothing of us, and its checksum.
        let mut java = Vec::new();
        flate2::read::MultiGzDecoder::new(&copy[..])
            .read_to_end(&mut java)
            .expect("gzip");
        assert_eq!(java, expected);
        let again = relabel(&copy, "Tower, 2026-08-15").expect("relabelled");
        assert_eq!(name_in(&again), format!("{label} (Tower, 2026-08-15)"));
    }

    #[test]
    fn the_file_is_the_same_however_the_world_was_packed() {
        let world = level(&[long("Time", 5), text("LevelName", "World")]);
        let mut zlib = Vec::new();
        flate2::read::ZlibEncoder::new(&world[..], flate2::Compression::best())
            .read_to_end(&mut zlib)
            .expect("packs");
        let copies = [gzip(&world), zlib, stored(&world), world].map(|file| relabel(&file, "x"));
        assert!(copies[0].is_some());
        assert!(copies.iter().all(|copy| copy == &copies[0]));
        // What another version of this program has to write as well.
        let digest = crate::domain::digest::Digest::of(copies[0].as_ref().expect("one"));
        assert_eq!(
            digest.to_string(),
            "e1337383a93fc0563f6a4dd6aaeaf26c8367ad40ae69ca875266b5b10b2b900c"
        );
    }

    #[test]
    fn a_name_that_is_too_long_is_cut_between_characters() {
        let name = "\u{1f600}".repeat(65_535 / 6);
        let copy = relabel(&level(&[text("LevelName", &name)]), "Deck").expect("relabelled");
        let label = name_in(&copy);
        assert!(label.ends_with("\u{1f600} (Deck)") && !label.contains('\u{fffd}'));
        assert_eq!(label.chars().count(), (65_535 - 7) / 6 + 7);
        assert_eq!(
            relabel(&level(&[text("LevelName", "")]), &"x".repeat(65_535)),
            None
        );
    }

    #[test]
    fn what_has_no_name_stays_without() {
        for none in [
            level(&[long("Time", 5)]),
            level(&[long("LevelName", 5)]),
            root(&[text("LevelName", "x")]),
            level(&[compound("Player", &[text("LevelName", "x")])]),
            Vec::new(),
            b"not NBT".to_vec(),
        ] {
            assert_eq!(relabel(&gzip(&none), "Deck"), None);
        }
    }

    proptest! {
        #[test]
        fn every_other_byte_stays(before in any::<i64>(), name in any::<String>(), suffix in "\\PC{0,40}", after in any::<String>()) {
            let world = |name: &[u8]| {
                let player = compound("Player", &[text("LevelName", "not this one")]);
                level(&[long("Time", before), player, text_of("LevelName", name), text("z", &after)])
            };
            let copy = relabel(&gzip(&world(&mutf8::encode(&name))), &suffix).expect("relabelled");
            let label = mutf8::encode(&format!("{name} ({suffix})"));
            prop_assert_eq!(unpacked(&copy).expect("unpacks"), world(&label));
        }
    }
}
