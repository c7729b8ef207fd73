//! The hook that people write first: restic on the game folder, with nothing around it.
//!
//! It has the same restic and server, a folder, a home and a cache of its own, and the key that
//! `restic init` made. It names that key, so that a second one in the repository does not slow it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::measure::{Call, Sample};
use super::scene::Scene;
use crate::support::{ALICE, Program};

/// One device with such a hook.
pub struct Naive {
    restic: PathBuf,
    home: PathBuf,
    folder: PathBuf,
    env: Vec<(OsString, OsString)>,
}

impl Naive {
    /// Prepares one with an empty folder, for the repository `id` behind this port.
    pub fn new(scene: &Scene, name: &str, id: &str, port: u16) -> Self {
        let home = scene.world.path("homes").join(name);
        let folder = home.join("minecraft");
        fs::create_dir_all(&folder).unwrap();
        let location = format!("rest:https://127.0.0.1:{port}/{}/{id}/", ALICE.name);
        let variables: [(&str, OsString); 7] = [
            ("HOME", home.clone().into()),
            ("RESTIC_REPOSITORY", location.into()),
            ("RESTIC_PASSWORD", ALICE.secret.into()),
            ("RESTIC_KEY_HINT", scene.ordinary_key.clone().into()),
            ("RESTIC_REST_USERNAME", ALICE.name.into()),
            ("RESTIC_REST_PASSWORD", ALICE.secret.into()),
            ("RESTIC_CACERT", scene.world.server().ca_file().into()),
        ];
        Self {
            restic: Program::Restic.find().expect("a restic"),
            home,
            folder,
            env: variables.map(|(name, value)| (name.into(), value)).into(),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs the hook before the game.
    pub fn pull(&self) -> Sample {
        let restore = ["restore", "latest", "--target", "."];
        self.call(&["snapshots"]).time() + self.call(&restore).time()
    }

    /// Runs the hook after the game.
    pub fn push(&self) -> Sample {
        self.call(&["backup", "."]).time()
    }

    /// Lists the snapshots, as somebody does who looks whether it works.
    pub fn look(&self) {
        self.call(&["snapshots"]).time();
    }

    /// Brings everything, and waits until it is on the disk.
    pub fn first_pull(&self) -> Sample {
        let restore = ["restore", "latest", "--verify", "--target", "."];
        let sync = Call::new("/bin/sync", &self.folder).args(["-f", "."]);
        self.call(&restore).time() + sync.time()
    }

    /// Removes everything that it has on this machine.
    pub fn remove(self) {
        fs::remove_dir_all(self.home).unwrap();
    }

    fn call(&self, args: &[&str]) -> Call {
        Call::new(&self.restic, &self.folder)
            .env(self.env.clone())
            .args(args)
    }
}
