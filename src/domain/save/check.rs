//! Whether a file is what its name says, as far as that can be told without the game.
//!
//! It is for saves that somebody wants to be sure of, so that nothing sound may be called damaged: what
//! has another name, or could be anything, is never wrong.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::{damage::Damage, nbt, packed::Unpack, region};

/// Where a file is given up that grows while it is decompressed.
const LARGEST: u64 = 1 << 30;

enum Kind {
    Nbt,
    /// NBT where it is the game's own, anything where it is a mod's.
    PerhapsNbt,
    Region,
    Zip,
    PerhapsZip,
    Picture,
    Cartridge,
    Never,
}

/// Returns what is wrong with a file of `size` bytes. Only its `path` says what it should be; a part of the
/// path is enough if its last folders are in it.
pub fn check(path: &str, file: &mut (impl Read + Seek), size: u64) -> Result<(), Damage> {
    let kind = kind(&path.to_lowercase());
    if size == 0 {
        return match kind {
            Kind::Never | Kind::Region | Kind::PerhapsZip => Ok(()),
            _ => Err(Damage::Empty),
        };
    }
    match kind {
        Kind::Nbt => {
            let begins = begins(file)?;
            check_nbt(begins, file)
        }
        Kind::PerhapsNbt => match begins(file)? {
            // What else would be wrapped so, or begins with a compound whose name is short?
            begins @ ([0x1f, 0x8b] | [0x78, _] | [10, 0]) => check_nbt(begins, file),
            _ => Ok(()),
        },
        Kind::Region => region::check(file, size),
        Kind::Zip => check_zip(file),
        Kind::PerhapsZip if begins(file)? == *b"PK" => check_zip(file),
        Kind::Picture => check_picture(file),
        Kind::Cartridge => check_size(size),
        Kind::PerhapsZip | Kind::Never => Ok(()),
    }
}

fn kind(path: &str) -> Kind {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    let within = |folder: &str| {
        let above = folders.strip_suffix(folder);
        above.is_some_and(|above| above.is_empty() || above.ends_with('/'))
    };
    match end {
        "dat" | "dat_old" | "dat_mcr" => {
            let is_level = [
                "level.dat",
                "level.dat_old",
                "level.dat_mcr",
                "servers.dat",
                "servers.dat_old",
            ];
            let is_player = within("playerdata") || within("players") || within("players/data");
            if is_level.contains(&name) || is_player {
                Kind::Nbt
            } else if within("data") || within("data/minecraft") {
                Kind::PerhapsNbt
            } else {
                Kind::Never
            }
        }
        "nbt" | "schematic" | "schem" | "litematic" => Kind::Nbt,
        "mca" | "mcr" => Kind::Region,
        "zip" | "jar" => Kind::Zip,
        "save" if name.ends_with("-lt1.save") => Kind::Zip,
        "save" => Kind::PerhapsZip,
        "png" => Kind::Picture,
        "srm" => Kind::Cartridge,
        _ => Kind::Never,
    }
}

fn begins(file: &mut (impl Read + Seek)) -> Result<[u8; 2], Damage> {
    let mut first = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(2).read_to_end(&mut first)?;
    file.seek(SeekFrom::Start(0))?;
    Ok([
        first.first().copied().unwrap_or(0),
        first.get(1).copied().unwrap_or(0),
    ])
}

fn check_nbt(begins: [u8; 2], file: &mut impl Read) -> Result<(), Damage> {
    let mut whole = Unpack::new(begins, BufReader::new(file)).take(LARGEST);
    let walked = nbt::check(&mut whole).and_then(|()| {
        // The checksum comes last.
        io::copy(&mut whole, &mut io::sink())?;
        Ok(())
    });
    if whole.limit() == 0 {
        Err(Damage::TooLarge)
    } else {
        walked
    }
}

fn check_zip(file: &mut (impl Read + Seek)) -> Result<(), Damage> {
    file.seek(SeekFrom::Start(0))?;
    let mut zip = ZipArchive::new(file).map_err(|_| Damage::ZipList)?;
    for entry in 0..zip.len() {
        zip.by_index_raw(entry).map_err(|_| Damage::ZipList)?;
    }
    Ok(())
}

/// Other pictures are called PNG as well, and are shown.
fn check_picture(file: &mut (impl Read + Seek)) -> Result<(), Damage> {
    let mut first = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(16).read_to_end(&mut first)?;
    let is_png = first == *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let is_other = [&b"\xff\xd8\xff"[..], b"GIF8", b"RIFF", b"BM"]
        .iter()
        .any(|begins| first.starts_with(begins));
    if is_png || is_other {
        Ok(())
    } else {
        Err(Damage::Foreign)
    }
}

/// Sizes of the memory of cartridges, as emulators write it.
fn check_size(size: u64) -> Result<(), Damage> {
    // Some write only what was used.
    const FREE: u64 = 64 << 10;
    // All that a Nintendo 64 can have, in one file.
    const NINTENDO_64: u64 = 0x48800;
    // The clock of a cartridge, behind its memory.
    const CLOCKS: [u64; 5] = [0, 8, 16, 44, 48];
    let is_memory = |size: u64| size.is_power_of_two() && size <= 16 << 20;
    let is_sound = size <= FREE
        || size == NINTENDO_64
        || CLOCKS
            .iter()
            .any(|clock| size.checked_sub(*clock).is_some_and(is_memory));
    if is_sound {
        Ok(())
    } else {
        Err(Damage::OddSize { size })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::domain::save::{
        fixtures::{gzip, level, text},
        packed::stored,
    };

    fn look(path: &str, bytes: &[u8]) -> Result<(), Damage> {
        check(path, &mut Cursor::new(bytes), bytes.len() as u64)
    }

    fn world() -> Vec<u8> {
        level(&[text("LevelName", "World")])
    }

    #[test]
    fn a_file_of_another_name_is_never_wrong() {
        for path in [
            "x",
            "uid.dat",
            "config/a.dat",
            "saves/W/session.lock",
            "data.dat/x",
            "game.sav",
            "mydata/x.dat",
        ] {
            assert_eq!(look(path, b""), Ok(()), "{path}");
            assert_eq!(look(path, b"\x1f\x8b"), Ok(()), "{path}");
        }
        assert_eq!(look("saves/W/data/mod.dat", b"of a mod"), Ok(()));
        assert_eq!(look("game.save", b"of another engine"), Ok(()));
    }

    #[test]
    fn nbt_is_read_to_its_end_in_each_wrapping() {
        for path in [
            "level.dat",
            "saves/W/level.dat_old",
            "playerdata/a.dat",
            "W/players/data/a.dat",
            "a.schem",
            "data/a.dat",
        ] {
            for file in [world(), gzip(&world()), stored(&world())] {
                assert_eq!(look(path, &file), Ok(()), "{path}");
                for end in [2, file.len() / 2, file.len() - 1] {
                    assert!(look(path, &file[..end]).is_err(), "{path} cut at {end}");
                }
            }
            assert_eq!(look(path, b""), Err(Damage::Empty), "{path}");
        }
        assert_eq!(look("LEVEL.DAT", b"text"), Err(Damage::Foreign));
    }

    #[test]
    fn a_nest_that_is_too_deep_and_a_length_that_cannot_be_are_errors() {
        let nest = [b"\x0a\0\0".repeat(100_000), vec![0; 100_000]].concat();
        assert_eq!(look("level.dat", &nest), Err(Damage::TooDeep));
        let lists = [
            b"\x0a\0\0\x09\0\0".to_vec(),
            b"\x09\0\0\0\x01".repeat(100_000),
        ]
        .concat();
        assert_eq!(look("level.dat", &lists), Err(Damage::TooDeep));
        for kind in [7, 11, 12] {
            let array = [b"\x0a\0\0", &[kind][..], b"\0\0\x7f\xff\xff\xff"].concat();
            assert_eq!(look("level.dat", &array), Err(Damage::BrokenOff), "{kind}");
        }
    }

    #[test]
    fn a_region_needs_its_list() {
        for path in ["saves/W/region/r.0.0.mca", "region/r.0.0.mcr"] {
            assert_eq!(look(path, b""), Ok(()), "{path}");
            assert_eq!(look(path, b"short"), Err(Damage::BrokenOff), "{path}");
        }
    }

    #[test]
    fn a_zip_needs_its_list() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("log", zip::write::SimpleFileOptions::default())
            .expect("starts");
        let file = zip.finish().expect("ends").into_inner();
        for path in ["a.zip", "mods/a.jar", "game/saves/1-1-LT1.save", "x.save"] {
            assert_eq!(look(path, &file), Ok(()), "{path}");
            assert_eq!(
                look(path, &file[..file.len() - 5]),
                Err(Damage::ZipList),
                "{path}"
            );
            let mut header = file.clone();
            header[2] = 0;
            assert_eq!(look(path, &header), Err(Damage::ZipList), "{path}");
        }
        assert_eq!(look("1-1-LT1.save", b""), Err(Damage::Empty));
    }

    #[test]
    fn a_picture_begins_as_one() {
        assert_eq!(
            look("icon.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40"),
            Ok(())
        );
        assert_eq!(look("icon.png", b"\xff\xd8\xff\xe0"), Ok(()));
        assert_eq!(
            look("icon.png", b"\x89PNG\n\x1a\n\0\0\0\rIHDR\0\0\0\x40"),
            Err(Damage::Foreign)
        );
        assert_eq!(look("icon.png", b""), Err(Damage::Empty));
    }

    #[test]
    fn a_cartridge_has_a_size_that_there_was() {
        for size in [
            1,
            512,
            5_000,
            8192,
            32_768 + 48,
            65_535,
            131_072,
            131_072 + 16,
            0x48800,
            1 << 20,
        ] {
            assert_eq!(check_size(size), Ok(()), "{size}");
        }
        for size in [65_537, 100_000, 131_071, 131_072 + 20, 1 << 30] {
            assert_eq!(check_size(size), Err(Damage::OddSize { size }), "{size}");
        }
        assert_eq!(look("Game.srm", b""), Err(Damage::Empty));
    }
}
