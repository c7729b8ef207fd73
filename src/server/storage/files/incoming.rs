//! An upload on its way: a file that nobody sees, and the digest of what is in it.

use std::{fs, io, io::Write as _, path::Path};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::place::Place;

/// A file that goes away unless it is published.
#[derive(Debug)]
pub struct Incoming {
    file: NamedTempFile,
    digest: Sha256,
    size: u64,
}

impl Incoming {
    /// Begins one.
    pub fn begin(place: &Place) -> io::Result<Self> {
        let file = tempfile::Builder::new()
            .prefix("upload-")
            .tempfile_in(place.incoming())?;
        Ok(Self {
            file,
            digest: Sha256::new(),
            size: 0,
        })
    }

    /// Adds what came.
    pub fn write(&mut self, pieces: &[Bytes]) -> io::Result<()> {
        for piece in pieces {
            self.digest.update(piece);
            self.file.write_all(piece)?;
            self.size += piece.len() as u64;
        }
        Ok(())
    }

    /// Returns how many bytes came.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the digest of what came.
    pub fn digest(&self) -> [u8; 32] {
        self.digest.clone().finalize().into()
    }

    /// Returns whether this file holds the same.
    pub fn is_like(&self, other: &Path) -> io::Result<bool> {
        Ok(fs::read(self.file.path())? == fs::read(other)?)
    }

    /// Has the disk keep what came.
    pub fn sync(&self) -> io::Result<()> {
        self.file.as_file().sync_all()
    }

    /// Gives it this name, unless something has it: then it comes back with that error.
    pub fn publish(self, target: &Path) -> Result<(), (io::Error, Box<Self>)> {
        let Self { file, digest, size } = self;
        match file.persist_noclobber(target) {
            Ok(_) => Ok(()),
            Err(failed) => Err((
                failed.error,
                Box::new(Self {
                    file: failed.file,
                    digest,
                    size,
                }),
            )),
        }
    }
}

/// Makes the folder for uploads, and removes what a server that was killed left in it.
pub fn clear(place: &Place) -> io::Result<()> {
    fs::create_dir_all(place.incoming())?;
    for entry in fs::read_dir(place.incoming())? {
        fs::remove_file(entry?.path())?;
    }
    Ok(())
}
