//! One run in one opted-in folder: how it is opened, what it knows, and its way to the repository.

mod hold;
mod open;
mod reach;

pub use hold::{Hold, overtaken};
pub use open::{Opened, absolute, look, mint, open};

use super::{
    access::Access,
    event::{Listener, note},
    question::Ask,
    resolve::Decision,
    server::presence::Met,
    settings::Settings,
};
use crate::{
    config::{layout::Layout, sync_file::SyncFile},
    domain::{ids::SnapshotId, record::DeviceLabel, scope::Scope, shell},
    error::{Error, Kind, Result},
    store::find::Found,
    texts::text,
    workdir::state::State,
};

/// A run in an opted-in folder.
pub struct Session<'a> {
    /// What was asked for.
    pub settings: &'a Settings,
    /// Whom to tell.
    pub listener: Listener<'a>,
    /// Where everything is.
    pub layout: Layout,
    /// The opt-in.
    pub sync: SyncFile,
    /// This machine.
    pub device: DeviceLabel,
    /// What is synced.
    pub scope: Scope,
    /// What this folder knows.
    pub state: State,
    /// Who answers questions, if anybody does.
    pub ask: Option<Ask<'a>>,
    /// Whether anything that is here is not in the cloud, as far as this run has seen.
    pub unsaved: bool,
    /// Whether a game waits for this.
    pub launching: bool,
    /// The snapshot of what this very run saved before it decided anything.
    pub saved_now: Option<SnapshotId>,
    /// What the player has just decided.
    pub decision: Option<Decision>,
    /// What this run has had to do with a server of ours.
    pub met: Met,
    /// Whether what restic has in its cache may be taken for what is in the repository.
    pub trust_cache: bool,
    access: Option<Access>,
    restic: Option<Found>,
    locks: Locks,
    /// How the folder's lock is held.
    hold: Hold,
}

/// What becomes of the locks that processes left in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Locks {
    /// Nothing, or nothing more.
    Stay,
    /// They are removed before anything is done there, as somebody asked for.
    Go,
}

impl Session<'_> {
    /// Lets others work on the folder. From here on this session only reads, and writes no state.
    pub fn let_go(&mut self) {
        self.hold.let_go();
    }

    /// Returns how the folder's lock is held.
    pub fn hold(&self) -> Hold {
        self.hold.clone()
    }

    /// Goes on as another replica, since the state is older than the folder's own past: what is marked
    /// from here on is marked like nothing that is in the cloud already.
    pub fn rolled_back(&mut self) {
        self.state.become_another(mint());
        note(self.listener, text!("pull-rolled-back"));
    }

    /// Returns the option that names this folder, to be pasted.
    pub fn folder(&self) -> String {
        shell::pack_folder(self.layout.pack())
    }

    /// Says of a repository that is not there what that means for this folder. Any other error is
    /// returned as it is.
    pub fn without_repository(&self, error: Error) -> Error {
        if error.kind() != Kind::NoRepository {
            return error;
        }
        let folder = self.folder();
        if self.state.vector.is_empty() {
            return error.hint(text!("session-nothing-created"));
        }
        error
            .hint(text!("session-was-there"))
            .hint(text!("session-begin-anew", folder = folder))
    }

    /// Saves the state.
    pub fn save(&self) -> Result<()> {
        debug_assert!(self.hold.is_taken(), "a session that let go writes nothing");
        self.state.save(&self.layout)
    }
}
