//! Region files: 32 by 32 chunks of a world, with a list of where each lies.
//!
//! Bytes 0 to 4,095 hold that list, the next as many the times; then come sectors of that length.

use std::io::{Read, Seek, SeekFrom};

use flate2::read::{GzDecoder, ZlibDecoder};

use super::damage::Damage;

const SECTOR: u64 = 4096;
/// The list and the times.
const OWN: u64 = 2;
const CHUNKS: usize = 1024;
/// In the byte that names a chunk's compression: it lies in a file of its own.
const ELSEWHERE: u8 = 0x80;
/// How much of a chunk is looked at: enough for any table that a compressor puts before its data.
const HEAD: u64 = 1024;
/// What every chunk begins with: a compound of NBT.
const COMPOUND: u8 = 10;

/// Returns what is wrong with a region file of `size` bytes. One without any is what the game makes before
/// it has a chunk for it.
pub fn check(file: &mut (impl Read + Seek), size: u64) -> Result<(), Damage> {
    if size == 0 {
        return Ok(());
    }
    if size < OWN * SECTOR {
        return Err(Damage::BrokenOff);
    }
    let mut list = [0; CHUNKS * 4];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut list)?;
    let mut taken = Vec::new();
    for (chunk, entry) in (0..).zip(list.chunks_exact(4)) {
        if entry == [0; 4] {
            continue;
        }
        let first = u64::from(u32::from_be_bytes([0, entry[0], entry[1], entry[2]]));
        let sectors = chunk_at(file, size, chunk, first, u64::from(entry[3]))?;
        taken.push((first, sectors, chunk));
    }
    taken.sort_unstable();
    for pair in taken.windows(2) {
        let [(first, sectors, chunk), (next, _, other)] = [pair[0], pair[1]];
        if first + sectors > next {
            return Err(Damage::ChunksOverlap { chunk, other });
        }
    }
    Ok(())
}

/// Returns how many sectors the chunk takes that begins at sector `first`.
fn chunk_at(
    file: &mut (impl Read + Seek),
    size: u64,
    chunk: u32,
    first: u64,
    sectors: u64,
) -> Result<u64, Damage> {
    let outside = Damage::ChunkOutside { chunk };
    let odd = || Damage::ChunkOdd { chunk };
    let start = first * SECTOR;
    if first < OWN || start + 5 > size {
        return Err(outside);
    }
    let mut header = [0; 5];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut header)?;
    let [a, b, c, d, packing] = header;
    let length = u64::from(u32::from_be_bytes([a, b, c, d]));
    if start + 4 + length > size {
        // What is behind the last chunk of a game that was killed need not be filled up.
        return Err(outside);
    }
    let needed = (4 + length).div_ceil(SECTOR);
    // A number of sectors that does not fit into its byte: Forge writes the largest one then.
    let is_long = sectors == u64::from(u8::MAX);
    if length == 0 || sectors == 0 || needed > sectors && !is_long {
        return Err(odd());
    }
    if packing & ELSEWHERE == 0 {
        let mut head = Vec::new();
        file.take(HEAD.min(length - 1)).read_to_end(&mut head)?;
        if !begins_well(packing, &head) {
            return Err(odd());
        }
    } else if !matches!(packing & !ELSEWHERE, 1..=4 | 127) {
        return Err(odd());
    }
    Ok(sectors.max(needed))
}

fn begins_well(packing: u8, head: &[u8]) -> bool {
    let is_nbt = |reader: &mut dyn Read| {
        let mut first = [0];
        reader.read_exact(&mut first).is_ok() && first == [COMPOUND]
    };
    match packing {
        1 => is_nbt(&mut GzDecoder::new(head)),
        2 => is_nbt(&mut ZlibDecoder::new(head)),
        3 => is_nbt(&mut &*head),
        4 => head.starts_with(b"LZ4Block"),
        // Somebody's own; its name follows.
        127 => !head.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::save::fixtures::{gzip, root, text, zlib};

    /// A region with chunks at sectors: the chunk's number, its first sector, their number, its packing.
    fn region(chunks: &[(usize, u32, u8, u8)]) -> Vec<u8> {
        let nbt = root(&[text("Status", "full")]);
        let mut file = vec![0; 8192];
        for (chunk, first, sectors, packing) in chunks {
            file[chunk * 4..][..4]
                .copy_from_slice(&(first << 8 | u32::from(*sectors)).to_be_bytes());
            let data = match packing {
                1 => gzip(&nbt),
                2 => zlib(&nbt),
                4 => b"LZ4Block and more".to_vec(),
                129 => Vec::new(),
                _ => nbt.clone(),
            };
            let start = usize::try_from(*first).expect("small") * 4096;
            let end = start + usize::from(*sectors) * 4096;
            file.resize(file.len().max(end), 0);
            let length = u32::try_from(data.len() + 1).expect("small");
            file[start..start + 4].copy_from_slice(&length.to_be_bytes());
            file[start + 4] = *packing;
            file[start + 5..][..data.len()].copy_from_slice(&data);
        }
        file
    }

    fn look(file: &[u8]) -> Result<(), Damage> {
        check(&mut Cursor::new(file), file.len() as u64)
    }

    #[test]
    fn a_region_may_be_empty_in_three_ways_and_may_have_holes() {
        assert_eq!(look(&[]), Ok(()));
        assert_eq!(look(&region(&[])), Ok(()));
        let file = region(&[
            (0, 2, 1, 3),
            (1023, 7, 2, 1),
            (5, 4, 1, 4),
            (6, 5, 1, 129),
            (7, 6, 1, 2),
        ]);
        assert_eq!(look(&file), Ok(()));
    }

    /// As a game that was killed leaves it.
    #[test]
    fn behind_the_last_chunk_nothing_need_be_filled_up() {
        let file = region(&[(0, 2, 1, 3)]);
        let length = usize::from(file[8192 + 3]);
        assert_eq!(look(&file[..8192 + 100]), Ok(()));
        let end = 8192 + 4 + length;
        assert_eq!(look(&file[..end]), Ok(()));
        assert_eq!(
            look(&file[..end - 1]),
            Err(Damage::ChunkOutside { chunk: 0 })
        );
        // Of one that has a file of its own, five bytes are here.
        let elsewhere = region(&[(0, 2, 1, 129)]);
        assert_eq!(look(&elsewhere[..8192 + 5]), Ok(()));
        assert_eq!(
            look(&elsewhere[..8192 + 4]),
            Err(Damage::ChunkOutside { chunk: 0 })
        );
    }

    #[test]
    fn a_list_that_is_not_whole_is_broken_off_and_so_are_the_times() {
        let file = region(&[]);
        for length in [1, 4095, 4096, 5000, 8191] {
            assert_eq!(look(&file[..length]), Err(Damage::BrokenOff), "{length}");
        }
    }

    #[test]
    fn what_lies_behind_a_chunk_without_content_is_none_of_it() {
        let mut file = region(&[(0, 2, 1, 3)]);
        assert_eq!(file[8192 + 5], COMPOUND);
        // Only the byte of its packing.
        file[8192..8192 + 4].copy_from_slice(&1_u32.to_be_bytes());
        assert_eq!(look(&file), Err(Damage::ChunkOdd { chunk: 0 }));
    }

    #[test]
    fn a_chunk_begins_as_nbt() {
        assert!(begins_well(3, &[COMPOUND]));
        assert!(!begins_well(3, b"x"));
        assert!(!begins_well(3, b""));
        assert!(begins_well(1, &gzip(&[COMPOUND])));
        assert!(!begins_well(1, &gzip(b"x")));
        assert!(begins_well(2, &zlib(&[COMPOUND])));
        assert!(!begins_well(2, &zlib(b"x")));
        assert!(begins_well(4, b"LZ4Block") && !begins_well(4, b"LZ4Bloc"));
        assert!(begins_well(127, b"x") && !begins_well(127, b""));
    }

    #[test]
    fn a_list_that_cannot_be_is_noticed() {
        let sound = region(&[(0, 2, 2, 3), (9, 4, 1, 3)]);
        assert_eq!(look(&sound), Ok(()));
        let with = |at: usize, byte: u8| {
            let mut file = sound.clone();
            file[at] = byte;
            look(&file)
        };
        assert_eq!(with(2, 1), Err(Damage::ChunkOutside { chunk: 0 }));
        assert_eq!(with(0, 1), Err(Damage::ChunkOutside { chunk: 0 }));
        assert_eq!(
            with(3, 3),
            Err(Damage::ChunksOverlap { chunk: 0, other: 9 })
        );
        assert_eq!(with(3, 0), Err(Damage::ChunkOdd { chunk: 0 }));
        assert_eq!(with(38, 3), Err(Damage::ChunkOdd { chunk: 9 }));
        assert_eq!(with(8192, 1), Err(Damage::ChunkOutside { chunk: 0 }));
        assert_eq!(with(8192 + 2, 0x20), Err(Damage::ChunkOdd { chunk: 0 }));
        for packing in [0, 1, 2, 4, 5, 99] {
            assert_eq!(
                with(8192 + 4, packing),
                Err(Damage::ChunkOdd { chunk: 0 }),
                "{packing}"
            );
        }
        assert_eq!(look(&sound[..8191]), Err(Damage::BrokenOff));
        assert_eq!(look(&sound[..8192]), Err(Damage::ChunkOutside { chunk: 0 }));
    }

    #[test]
    fn a_chunk_of_more_than_255_sectors_is_as_long_as_it_says() {
        let mut file = region(&[(0, 2, 255, 3), (1, 300, 1, 3)]);
        let length = 297_u32 * 4096;
        file[8192..8196].copy_from_slice(&length.to_be_bytes());
        assert_eq!(look(&file), Ok(()));
        file[8192..8196].copy_from_slice(&(length + 4096 * 2).to_be_bytes());
        assert_eq!(look(&file), Err(Damage::ChunkOutside { chunk: 0 }));
        file.resize(400 * 4096, 0);
        assert_eq!(
            look(&file),
            Err(Damage::ChunksOverlap { chunk: 0, other: 1 })
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_region_or_damage(entries in prop::collection::vec(any::<u8>(), 0..4096), size in 0_u64..40_000) {
            let mut file = region(&[(0, 2, 1, 3), (1, 3, 1, 1)]);
            file[..entries.len()].copy_from_slice(&entries);
            let _ = look(&file);
            // A size that is none of the file's.
            let _ = check(&mut Cursor::new(&file), size);
        }
    }
}
