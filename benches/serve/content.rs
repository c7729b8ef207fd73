//! Objects that nobody has yet.

use sha2::{Digest as _, Sha256};

/// An object, and what it is called.
pub struct Object {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Returns noise of this size that is another for each number.
pub fn object(number: u64, size: usize) -> Object {
    // xorshift: it only has to differ, and to be quick.
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(size);
    Object {
        name: hex::encode(Sha256::digest(&bytes)),
        bytes,
    }
}
