//! Memory that pieces of objects are read into, used again: fresh memory costs as much as the reading.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;

/// How long each is.
pub const LENGTH: usize = 256 << 10;
/// Less than that has memory of its own size, and not a whole buffer while it is sent.
const SMALL: usize = 32 << 10;
/// How many are kept for the next: 8 MiB.
const KEPT: usize = 32;

/// Buffers that nobody uses at the moment.
#[derive(Debug, Default)]
pub struct Buffers(Mutex<Vec<Box<[u8]>>>);

/// A buffer in use. It goes back when the last one who reads from it lets go.
#[derive(Debug)]
pub struct Buffer {
    bytes: Box<[u8]>,
    length: usize,
    home: Arc<Buffers>,
}

impl Buffers {
    /// Returns a buffer for so many bytes, [`LENGTH`] at the most. What is in it is anybody's.
    pub fn take(self: &Arc<Self>, length: usize) -> Buffer {
        let (bytes, length) = if length <= SMALL {
            (vec![0; length].into_boxed_slice(), length)
        } else {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let bytes = known.unwrap_or_else(|| vec![0; LENGTH].into_boxed_slice());
            (bytes, length.min(LENGTH))
        };
        Buffer {
            bytes,
            length,
            home: Arc::clone(self),
        }
    }
}

impl Buffer {
    /// The bytes that are to be filled.
    pub fn space(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.length]
    }

    /// Returns them as what is sent.
    pub fn filled(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.bytes.len() < LENGTH {
            return;
        }
        let mut free = self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < KEPT {
            free.push(mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_when_the_last_one_lets_go_and_not_before() {
        let buffers = Arc::new(Buffers::default());
        let mut buffer = buffers.take(SMALL + 1);
        buffer.space().fill(7);
        let sent = buffer.filled();
        let other = sent.clone();
        drop(sent);
        assert_eq!(buffers.0.lock().expect("a lock").len(), 0);
        assert_eq!(other, vec![7; SMALL + 1]);
        drop(other);
        assert_eq!(buffers.0.lock().expect("a lock").len(), 1);
        assert_eq!(buffers.take(LENGTH + 1).as_ref().len(), LENGTH);
    }

    #[test]
    fn what_is_small_takes_no_more_than_it_is() {
        let buffers = Arc::new(Buffers::default());
        let small = buffers.take(3);
        assert_eq!((small.bytes.len(), small.as_ref().len()), (3, 3));
        drop(small);
        assert_eq!(buffers.0.lock().expect("a lock").len(), 0);
    }

    #[test]
    fn only_so_many_are_kept() {
        let buffers = Arc::new(Buffers::default());
        let many: Vec<Buffer> = (0..KEPT + 5).map(|_| buffers.take(LENGTH)).collect();
        drop(many);
        assert_eq!(buffers.0.lock().expect("a lock").len(), KEPT);
    }
}
