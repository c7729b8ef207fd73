//! Where everything of an instance is on disk.

use std::path::{Path, PathBuf};

use crate::domain::path::{OWN_FOLDER, RelPath};

/// The files below one game folder.
#[derive(Debug, Clone)]
pub struct Layout {
    pack: PathBuf,
    own: PathBuf,
}

impl Layout {
    /// Returns the layout of the game folder `pack`; reads nothing.
    pub fn new(pack: impl Into<PathBuf>) -> Self {
        let pack = pack.into();
        let own = pack.join(OWN_FOLDER);
        Self { pack, own }
    }

    /// The game folder.
    pub fn pack(&self) -> &Path {
        &self.pack
    }

    /// `.cloud-sync`.
    pub fn own(&self) -> &Path {
        &self.own
    }

    /// The opt-in marker.
    pub fn sync_json(&self) -> PathBuf {
        self.own.join("sync.json")
    }

    /// `ACCOUNT:SECRET`.
    pub fn token(&self) -> PathBuf {
        self.own.join("token")
    }

    /// The repository's password and key ids.
    pub fn key(&self) -> PathBuf {
        self.own.join("key")
    }

    /// Overrides of the profile's scope.
    pub fn scope_json(&self) -> PathBuf {
        self.own.join("scope.json")
    }

    /// What this folder knows and has.
    pub fn state_json(&self) -> PathBuf {
        self.own.join("state.json")
    }

    /// What the next snapshot says about itself.
    pub fn push_json(&self) -> PathBuf {
        self.own.join("push.json")
    }

    /// The lock of the one process that may work here.
    pub fn lock(&self) -> PathBuf {
        self.own.join("lock")
    }

    /// Who holds the lock, for the message to whoever waits.
    pub fn lock_owner(&self) -> PathBuf {
        self.own.join("lock.owner")
    }

    /// Held while a game is played inside `run`.
    pub fn playing(&self) -> PathBuf {
        self.own.join("playing")
    }

    /// The id of that session; its own file, since a locked one cannot be read on Windows.
    pub fn playing_id(&self) -> PathBuf {
        self.own.join("playing.id")
    }

    /// What was proven restorable, and when.
    pub fn verified_json(&self) -> PathBuf {
        self.own.join("verified.json")
    }

    /// Held while a drill runs in the background: one at a time.
    pub fn drill(&self) -> PathBuf {
        self.own.join("drill")
    }

    /// Where that drill restores.
    pub fn drilling(&self) -> PathBuf {
        self.own.join("drilling")
    }

    /// The swap that is under way.
    pub fn journal(&self) -> PathBuf {
        self.own.join("journal.json")
    }

    /// Old versions of what pulls overwrote.
    pub fn undo(&self) -> PathBuf {
        self.own.join("undo")
    }

    /// A folder for what is fetched before it is swapped in.
    pub fn staging(&self, name: &str) -> PathBuf {
        self.own.join(format!("staging-{name}"))
    }

    /// What each command did.
    pub fn log(&self) -> PathBuf {
        self.own.join("log")
    }

    /// What restic was given, for a person to read.
    pub fn files_from(&self) -> PathBuf {
        self.own.join("files-from.txt")
    }

    /// What was left out, for a person to read.
    pub fn exclude_from(&self) -> PathBuf {
        self.own.join("exclude-from.txt")
    }

    /// The list that launchers leave out of an exported instance.
    pub fn packignore(&self) -> PathBuf {
        self.pack.join(".packignore")
    }

    /// The place of a path of the player's.
    pub fn live(&self, path: &RelPath) -> PathBuf {
        below(&self.pack, path)
    }
}

/// Returns `path` below `root`, component by component, so that `/` works on every platform.
pub fn below(root: &Path, path: &RelPath) -> PathBuf {
    let mut place = root.to_path_buf();
    place.extend(path.parts());
    place
}

/// Returns where a path really leads; the path itself where that cannot be told. Two paths of one place
/// are equal so.
pub fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}
