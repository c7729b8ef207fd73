//! The world that travels: noise, as region files are to restic.

use std::fs::{self, File};
use std::path::Path;

use super::options::Options;
use crate::support::play::{self, Noise};

/// How large a region file is, and how many of them a session changes.
const REGION: usize = 1_000_000;
const CHANGED: usize = 20;
/// How many bytes a session changes.
pub const CHANGED_BYTES: usize = CHANGED * REGION;

/// What one world consists of.
#[derive(Clone, Copy, Debug)]
pub struct Content {
    regions: usize,
    /// Smaller files beside the regions.
    small: usize,
    small_bytes: usize,
}

impl Content {
    /// Returns 1,000 files of 500 MB in all, or a tenth of it.
    pub fn of(options: &Options) -> Self {
        Self {
            regions: options.scaled(400, 40),
            small: options.scaled(600, 60),
            small_bytes: 166_666,
        }
    }

    /// Writes the world.
    pub fn write(&self, pack: &Path) {
        for number in 0..self.small {
            let path = pack.join(format!("saves/World/data/{:02}/{number}.dat", number % 20));
            play::write_noise(&path, 1, self.small_bytes);
        }
        for number in 0..self.regions {
            play::write_noise(&pack.join(region(number)), 1, REGION);
        }
    }

    /// Plays: the same region files change in the same way in each of these folders.
    pub fn change(&self, packs: &[&Path], session: u64) {
        for number in self.changed_in(session) {
            let name = region(number);
            let bytes = Noise::new(&name, session + 1).bytes(REGION);
            for pack in packs {
                play::write(&pack.join(&name), &bytes);
            }
        }
    }

    /// Checks that what a session changed is the same in both folders.
    #[track_caller]
    pub fn assert_has(&self, pack: &Path, session: u64, original: &Path) {
        for number in self.changed_in(session) {
            let name = region(number);
            let same = fs::read(pack.join(&name)).ok() == fs::read(original.join(&name)).ok();
            assert!(same, "{name} did not arrive in {}", pack.display());
        }
    }

    /// Returns what the world is, for people.
    pub fn describe(&self) -> String {
        let files = self.regions + self.small;
        let megabytes = (self.regions * REGION + self.small * self.small_bytes) / 1_000_000;
        format!("{files} files, {megabytes} MB of noise")
    }

    fn changed_in(&self, session: u64) -> impl Iterator<Item = usize> + use<> {
        let regions = self.regions;
        let first = usize::try_from(session).unwrap() * CHANGED;
        (first..first + CHANGED).map(move |number| number % regions)
    }
}

fn region(number: usize) -> String {
    format!("saves/World/region/r.{}.{}.mca", number / 20, number % 20)
}

/// Writes a world of files without content: nothing but their names and sizes.
pub fn sparse(pack: &Path, files: usize, bytes_each: u64) {
    for number in 0..files {
        let path = pack.join(format!("saves/Large/{:03}/{number}.mca", number / 100));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        File::create(path).unwrap().set_len(bytes_each).unwrap();
    }
}
