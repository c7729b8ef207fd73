//! What NBT is wrapped in: gzip, zlib, or nothing.

use std::io::{self, BufReader, Read};

use flate2::{
    Crc,
    read::{GzDecoder, ZlibDecoder},
};

use super::damage::Damage;

/// The largest file of which a card is made, decompressed. The game's own are a few kilobytes, those of
/// large mod packs a few megabytes.
pub const LARGEST: usize = 16 << 20;
/// The same for the file as it is: where it does not compress it is a little larger.
pub const LARGEST_FILE: usize = LARGEST + (64 << 10);

/// A reader of what is wrapped.
pub enum Unpack<R: Read> {
    /// As nearly all of Minecraft's files are.
    Gzip(BufReader<GzDecoder<R>>),
    /// As chunks are.
    Zlib(BufReader<ZlibDecoder<R>>),
    /// Not at all.
    Plain(R),
}

impl<R: Read> Unpack<R> {
    /// Takes the wrapping that the first two bytes tell.
    pub fn new(begins: [u8; 2], input: R) -> Self {
        match begins {
            [0x1f, 0x8b] => Self::Gzip(BufReader::new(GzDecoder::new(input))),
            [first, second] if is_zlib(first, second) => {
                Self::Zlib(BufReader::new(ZlibDecoder::new(input)))
            }
            _ => Self::Plain(input),
        }
    }
}

/// A window of 32 KiB at most, and a check of the two bytes. No NBT begins so.
fn is_zlib(first: u8, second: u8) -> bool {
    first & 0x0f == 8
        && first >> 4 <= 7
        && (u16::from(first) << 8 | u16::from(second)).is_multiple_of(31)
}

impl<R: Read> Read for Unpack<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(reader) => reader.read(buffer),
            Self::Zlib(reader) => reader.read(buffer),
            Self::Plain(reader) => reader.read(buffer),
        }
    }
}

/// Returns all that is in a file, whatever it is wrapped in.
pub fn unpacked(file: &[u8]) -> Result<Vec<u8>, Damage> {
    if file.len() > LARGEST_FILE {
        return Err(Damage::TooLarge);
    }
    let begins = match *file {
        [] => return Err(Damage::Empty),
        [first] => [first, 0],
        [first, second, ..] => [first, second],
    };
    let mut whole = Vec::new();
    Unpack::new(begins, file)
        .take(LARGEST as u64 + 1)
        .read_to_end(&mut whole)?;
    if whole.len() > LARGEST {
        return Err(Damage::TooLarge);
    }
    Ok(whole)
}

/// Wraps `content` as gzip, without making it smaller: every device and every version writes the same
/// bytes, which no compressor promises.
pub fn stored(content: &[u8]) -> Vec<u8> {
    /// The length of such a block has 16 bits.
    const BLOCK: usize = u16::MAX as usize;
    // Deflate, no name, no time, from an unknown system.
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let blocks = content.len().div_ceil(BLOCK).max(1);
    for number in 0..blocks {
        let start = number * BLOCK;
        let block = &content[start..content.len().min(start + BLOCK)];
        // No block is longer than its length can say.
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        file.push(u8::from(number + 1 == blocks));
        file.extend(length.to_le_bytes());
        file.extend((!length).to_le_bytes());
        file.extend_from_slice(block);
    }
    let mut crc = Crc::new();
    crc.update(content);
    file.extend(crc.sum().to_le_bytes());
    file.extend(crc.amount().to_le_bytes());
    file
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_stored_is_the_same_bytes_for_ever() {
        let file = stored(b"NBT");
        assert_eq!(
            file,
            b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\x03\0\xfc\xffNBT\xb2\xc1\x0c+\x03\0\0\0",
        );
    }

    #[test]
    fn only_both_bytes_together_are_the_beginning_of_zlib() {
        for (first, second, sound) in [
            (0x78, 0x01, true),
            (0x78, 0x9c, true),
            (0x58, 0x09, true),
            // Another way, a window that is too large, a check that does not fit.
            (0x77, 0x09, false),
            (0x88, 0x1c, false),
            (0x78, 0x9d, false),
        ] {
            let whole = u16::from(first) << 8 | u16::from(second);
            assert_eq!(is_zlib(first, second), sound, "{whole:04x}");
            assert_eq!(whole % 31 == 0, second != 0x9d, "{whole:04x}");
        }
    }

    #[test]
    fn a_bomb_is_an_error_before_it_fills_the_memory() {
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::copy(&mut io::repeat(0).take(LARGEST as u64 + 1), &mut bomb).expect("packs");
        let bomb = bomb.finish().expect("packs");
        assert!(bomb.len() < 1 << 20);
        assert_eq!(unpacked(&bomb), Err(Damage::TooLarge));
    }

    #[test]
    fn the_largest_is_read_and_a_byte_more_is_too_large() {
        // As it is, where it would unpack to little: what follows the end of gzip is passed over.
        let mut file = stored(b"NBT");
        file.resize(LARGEST_FILE, 0);
        assert_eq!(unpacked(&file), Ok(b"NBT".to_vec()));
        file.push(0);
        assert_eq!(unpacked(&file), Err(Damage::TooLarge));
        // And unpacked.
        let mut plain = vec![1; LARGEST];
        assert!(unpacked(&plain).is_ok_and(|whole| whole.len() == LARGEST));
        // Packed, it is a little larger.
        let packed = stored(&plain);
        assert!(unpacked(&packed).is_ok_and(|whole| whole == plain));
        plain.push(1);
        assert_eq!(unpacked(&plain), Err(Damage::TooLarge));
    }

    #[test]
    fn a_checksum_that_is_another_is_an_error() {
        let mut file = stored(b"NBT");
        let crc = file.len() - 8;
        file[crc] ^= 1;
        assert_eq!(unpacked(&file), Err(Damage::Packed));
        file.truncate(crc);
        assert_eq!(unpacked(&file), Err(Damage::BrokenOff));
        assert_eq!(unpacked(b""), Err(Damage::Empty));
    }

    proptest! {
        #[test]
        fn what_is_stored_is_read(content in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(unpacked(&stored(&content)), Ok(content.clone()));
            let many = content.repeat(1000);
            prop_assert_eq!(unpacked(&stored(&many)), Ok(many));
        }
    }
}
