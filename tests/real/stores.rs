//! The stores that the engine is run on, opened as the engine sees them: the one in memory that the
//! fleet model uses, and real ones of both supported versions of restic.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use instance_sync::domain::ids::SnapshotId;
use instance_sync::remote::{probe, repository::Question};
use instance_sync::store::keys::Keys;
use instance_sync::store::repository::Repository;
use instance_sync::sync::cloud::{Cloud, Store};

use crate::memory::Memory;
use crate::support::opted::ID;
use crate::support::{self, ALICE, Program, Tree, World, template};

/// An empty repository somewhere.
pub struct Site {
    world: World,
    place: Place,
}

enum Place {
    Memory(Memory),
    Restic {
        program: PathBuf,
        /// Where the repository lies, and what restic calls it.
        folder: PathBuf,
        location: String,
    },
}

impl Site {
    /// Returns the one in memory.
    pub fn in_memory() -> Self {
        Self {
            world: World::new(),
            place: Place::Memory(Memory::new(None)),
        }
    }

    /// Returns one in a folder; `None` where restic is missing.
    pub fn in_a_folder(restic: Program) -> Option<Self> {
        let world = World::new();
        let program = restic.find()?;
        let folder = world.cloud_repository(ALICE, ID);
        template::repository(&folder, ALICE.secret)?;
        let location = folder.display().to_string();
        Some(Self::of(world, program, folder, location))
    }

    /// Returns one on a rest-server; `None` where a program is missing.
    pub fn on_a_server(restic: Program) -> Option<Self> {
        let world = World::with_server()?;
        let program = restic.find()?;
        let folder = world.server().repository_folder(ALICE, ID);
        template::repository(&folder, ALICE.secret)?;
        let location = format!("rest:{}/{}/{ID}/", world.server().url(), ALICE.name);
        Some(Self::of(world, program, folder, location))
    }

    fn of(world: World, program: PathBuf, folder: PathBuf, location: String) -> Self {
        let place = Place::Restic {
            program,
            folder,
            location,
        };
        Self { world, place }
    }

    /// Returns a path that is the test's own.
    pub fn path(&self, name: &str) -> PathBuf {
        self.world.path(name)
    }

    fn is_served(&self) -> bool {
        matches!(&self.place, Place::Restic { location, .. } if location.starts_with("rest:"))
    }

    /// Opens it, as one device of several.
    pub fn store(&self, device: usize) -> Box<dyn Store> {
        match &self.place {
            Place::Memory(memory) => memory.seen_by(device).open().unwrap(),
            Place::Restic {
                program, location, ..
            } => Box::new(Repository {
                program: program.clone(),
                location: location.clone(),
                account: self
                    .is_served()
                    .then(|| (ALICE.name.to_owned(), ALICE.secret.into())),
                password: ALICE.secret.into(),
                keys: Keys::new(None, None, Box::new(|| Ok(None))),
                ca_file: self
                    .is_served()
                    .then(|| self.world.server().ca_file().to_owned()),
                cache: Some(self.world.path(format!("cache of {device}"))),
            }),
        }
    }

    /// Asks which snapshots there are, without opening it.
    pub fn probe(&self) -> BTreeSet<SnapshotId> {
        let found = match &self.place {
            Place::Memory(memory) => memory.probe(),
            Place::Restic { .. } => {
                let (url, ca_file) = if self.is_served() {
                    let server = self.world.server();
                    (server.url(), Some(server.ca_file()))
                } else {
                    (self.world.cloud().display().to_string(), None)
                };
                probe::probe(&Question {
                    location: &url.parse().unwrap(),
                    account: ALICE.name,
                    secret: Some(&ALICE.secret.into()),
                    instance: ID.parse().unwrap(),
                    ca_file,
                })
            }
        };
        found.unwrap().expect("all of these can tell")
    }

    /// Removes a snapshot and what only it needs, as an operator prunes.
    pub fn prune(&self, id: &SnapshotId) {
        match &self.place {
            Place::Memory(memory) => memory.prune(&[id.clone()].into()),
            Place::Restic { folder, .. } => {
                let stock = support::Repository::local(folder, ALICE.secret).unwrap();
                stock.run(&["forget", "--prune", id.as_str()]).ok();
            }
        }
    }

    /// Returns the large packs: those of file contents.
    pub fn packs(&self) -> BTreeSet<PathBuf> {
        let Place::Restic { folder, .. } = &self.place else {
            return BTreeSet::new();
        };
        let data = folder.join("data");
        let all = Tree::of_all(&data);
        all.paths()
            .filter(|path| all.content(path).is_some_and(|bytes| bytes.len() > 50_000))
            .map(|path| data.join(path))
            .collect()
    }

    /// Loses the content of what lies below a path of a snapshot: with restic, every large pack that
    /// is not one of `before`.
    pub fn lose(&self, id: &SnapshotId, path: &str, before: &BTreeSet<PathBuf>) {
        match &self.place {
            Place::Memory(memory) => memory.hurt(Some((id.clone(), path.to_owned()))),
            Place::Restic { .. } => {
                let packs = self.packs();
                assert!(packs.len() > before.len());
                for pack in packs.difference(before) {
                    fs::remove_file(pack).unwrap();
                }
            }
        }
    }
}
