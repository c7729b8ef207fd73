//! What is wrong with a file of a save.

use std::{fmt, io};

use crate::texts::text;

/// Why a file cannot be what its name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// Nothing is in it.
    Empty,
    /// It ends before it should.
    BrokenOff,
    /// It cannot be decompressed, or its checksum is another.
    Packed,
    /// It does not begin as such a file does.
    Foreign,
    /// It is more than makes sense.
    TooLarge,
    /// It is nested deeper than the game goes.
    TooDeep,
    /// A value of no known kind, or of a length that cannot be.
    OddTag,
    /// A chunk of a region that lies outside of the file, or in the file's own list.
    ChunkOutside {
        /// Its place in the list, from 0.
        chunk: u32,
    },
    /// Two chunks of a region that lie on each other.
    ChunksOverlap {
        /// The one.
        chunk: u32,
        /// The other.
        other: u32,
    },
    /// A chunk of a region that cannot be read.
    ChunkOdd {
        /// Its place in the list, from 0.
        chunk: u32,
    },
    /// A zip whose list of files cannot be read.
    ZipList,
    /// A size that no cartridge has.
    OddSize {
        /// In bytes.
        size: u64,
    },
    /// The disk did not give it.
    Unread(String),
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Empty => text!("damage-empty"),
            Self::BrokenOff => text!("damage-broken-off"),
            Self::Packed => text!("damage-packed"),
            Self::Foreign => text!("damage-foreign"),
            Self::TooLarge => text!("damage-too-large"),
            Self::TooDeep => text!("damage-too-deep"),
            Self::OddTag => text!("damage-odd-tag"),
            Self::ChunkOutside { chunk } => text!("damage-chunk-outside", chunk = *chunk),
            Self::ChunksOverlap { chunk, other } => {
                text!("damage-chunks-overlap", chunk = *chunk, other = *other)
            }
            Self::ChunkOdd { chunk } => text!("damage-chunk-odd", chunk = *chunk),
            Self::ZipList => text!("damage-zip-list"),
            Self::OddSize { size } => text!("damage-odd-size", size = *size),
            Self::Unread(why) => text!("damage-unread", why = why.as_str()),
        })
    }
}

impl std::error::Error for Damage {}

/// Decompressors say what is wrong with the data by the same type as disks do.
impl From<io::Error> for Damage {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::BrokenOff,
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Self::Packed,
            _ => Self::Unread(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damage_says_where_it_is() {
        let overlap = Damage::ChunksOverlap { chunk: 7, other: 9 };
        let text = text!("damage-chunks-overlap", chunk = 7, other = 9);
        assert_eq!(overlap.to_string(), text);
        assert!(text.contains('7') && text.contains('9'));
        assert_eq!(Damage::Empty.to_string(), text!("damage-empty"));
    }
}
