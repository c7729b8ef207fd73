//! NBT made by hand, for tests: each function returns the bytes of one named tag.

use std::io::Read;

use super::mutf8;

fn named(kind: u8, name: &str, payload: &[u8]) -> Vec<u8> {
    let name = mutf8::encode(name);
    let length = u16::try_from(name.len())
        .expect("a short name")
        .to_be_bytes();
    [&[kind], &length[..], &name, payload].concat()
}

/// A number of one byte.
pub fn byte(name: &str, number: i8) -> Vec<u8> {
    named(1, name, &number.to_be_bytes())
}

/// A number of four bytes.
pub fn int(name: &str, number: i32) -> Vec<u8> {
    named(3, name, &number.to_be_bytes())
}

/// A number of eight bytes.
pub fn long(name: &str, number: i64) -> Vec<u8> {
    named(4, name, &number.to_be_bytes())
}

/// A text.
pub fn text(name: &str, text: &str) -> Vec<u8> {
    text_of(name, &mutf8::encode(text))
}

/// A text of any bytes.
pub fn text_of(name: &str, bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[..mutf8::whole(bytes, 65_535)];
    let length = u16::try_from(bytes.len()).expect("cut above").to_be_bytes();
    named(8, name, &[&length[..], bytes].concat())
}

/// A list of numbers.
pub fn doubles(name: &str, numbers: &[f64]) -> Vec<u8> {
    let payload: Vec<u8> = numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect();
    list(name, 6, numbers.len(), &payload)
}

/// A list of anything.
pub fn list(name: &str, of: u8, length: usize, payload: &[u8]) -> Vec<u8> {
    let length = i32::try_from(length).expect("a short list").to_be_bytes();
    named(9, name, &[&[of], &length[..], payload].concat())
}

/// An array of numbers.
pub fn ints(name: &str, numbers: &[i32]) -> Vec<u8> {
    let length = i32::try_from(numbers.len())
        .expect("a short array")
        .to_be_bytes();
    let payload: Vec<u8> = numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect();
    named(11, name, &[&length[..], &payload].concat())
}

/// A compound of these tags.
pub fn compound(name: &str, tags: &[Vec<u8>]) -> Vec<u8> {
    named(10, name, &[&tags.concat()[..], &[0]].concat())
}

/// A whole file, not compressed.
pub fn root(tags: &[Vec<u8>]) -> Vec<u8> {
    compound("", tags)
}

/// A whole `level.dat`, not compressed.
pub fn level(tags: &[Vec<u8>]) -> Vec<u8> {
    root(&[compound("Data", tags)])
}

/// As the game compresses files.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    flate2::read::GzEncoder::new(bytes, flate2::Compression::default())
        .read_to_end(&mut packed)
        .expect("packs");
    packed
}

/// As the game compresses chunks.
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    flate2::read::ZlibEncoder::new(bytes, flate2::Compression::default())
        .read_to_end(&mut packed)
        .expect("packs");
    packed
}
