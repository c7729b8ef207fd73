//! An object that is read piece by piece, as fast as it is taken.
//!
//! What the system has in memory is read on the spot; for the rest a thread waits for the disk, since a
//! thread of the server must not. Going to another thread and back costs more than copying a piece.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    sync::Arc,
};

use bytes::Bytes;
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use tokio::sync::OwnedSemaphorePermit;

use super::buffers::{Buffer, Buffers, LENGTH};

/// An open object, and what is left to read of it.
#[derive(Debug)]
pub struct Pieces {
    pub file: File,
    /// Where the next piece begins.
    pub at: u64,
    pub left: u64,
    pub buffers: Arc<Buffers>,
    /// What lets it be open.
    #[expect(dead_code, reason = "it is held, and given back with the file")]
    pub open: OwnedSemaphorePermit,
}

impl Pieces {
    /// Reads the next piece, on a thread that may wait.
    pub fn read(&mut self) -> io::Result<Bytes> {
        let buffer = self.buffer();
        self.read_rest(buffer, 0)
    }

    /// Returns all that are left.
    pub fn stream(self) -> BoxStream<'static, io::Result<Bytes>> {
        stream::unfold(Some(self), async |pieces| {
            let mut pieces = pieces.filter(|pieces| pieces.left > 0)?;
            let mut buffer = pieces.buffer();
            let filled = at_once(&pieces.file, buffer.space(), pieces.at);
            if filled == buffer.space().len() {
                pieces.advance(filled);
                return Some((Ok(buffer.filled()), Some(pieces)));
            }
            let read = tokio::task::spawn_blocking(move || {
                let read = pieces.read_rest(buffer, filled);
                (read, pieces)
            });
            match read.await {
                Ok((Ok(piece), pieces)) => Some((Ok(piece), Some(pieces))),
                Ok((Err(error), _)) => Some((Err(error), None)),
                Err(error) => Some((Err(io::Error::other(error)), None)),
            }
        })
        .boxed()
    }

    fn buffer(&self) -> Buffer {
        let length = usize::try_from(self.left).unwrap_or(LENGTH);
        self.buffers.take(length)
    }

    /// Reads what a piece lacks. Too little is an error, since no object ever shrinks.
    fn read_rest(&mut self, mut buffer: Buffer, filled: usize) -> io::Result<Bytes> {
        self.file.seek(SeekFrom::Start(self.at + filled as u64))?;
        self.file.read_exact(&mut buffer.space()[filled..])?;
        self.advance(buffer.space().len());
        Ok(buffer.filled())
    }

    fn advance(&mut self, read: usize) {
        self.at += read as u64;
        self.left -= read as u64;
    }
}

/// Reads what is in memory. Returns how much of the buffer that filled.
#[cfg(target_os = "linux")]
fn at_once(file: &File, buffer: &mut [u8], from: u64) -> usize {
    use rustix::io::{ReadWriteFlags, preadv2};
    let mut filled = 0;
    while filled < buffer.len() {
        let slice = io::IoSliceMut::new(&mut buffer[filled..]);
        let read = preadv2(
            file,
            &mut [slice],
            from + filled as u64,
            ReadWriteFlags::NOWAIT,
        );
        match read {
            Ok(read) if read > 0 => filled += read,
            // Not in memory, or a file system that cannot say so.
            Ok(_) | Err(_) => break,
        }
    }
    filled
}

#[cfg(not(target_os = "linux"))]
fn at_once(_file: &File, _buffer: &mut [u8], _from: u64) -> usize {
    0
}
