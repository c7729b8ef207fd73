//! A glance at a game folder: what its own files say, without a scan, a lock or the cloud.

use std::{fs, path::PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::session::absolute;
use crate::{
    config::{device, layout::Layout, sync_file, user_dirs::UserDirs},
    domain::{
        agreement::Agreement, ids::InstanceId, path::RelPath, record::UnitState, save::About,
    },
    error::Result,
    workdir::{
        folder::{Fate, FolderIdentity},
        state::{Loaded, State},
    },
};

/// What a glance at a game folder shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own
pub struct Glance {
    /// Whether it is opted in.
    pub opted_in: bool,
    /// As what.
    pub instance_id: Option<InstanceId>,
    /// Where its repository is.
    pub url: Option<String>,
    /// When a pull or push last did something; `None` where none ever did.
    pub last_sync: Option<Timestamp>,
    /// Whether something waits for the next chance to go out.
    pub pending_push: bool,
    /// Units that changed on both sides, and that nobody decided about.
    pub conflicts: Vec<RelPath>,
    /// Whether the folder is a copy of another, and not synced.
    pub copy: bool,
    /// The world that was played last, as far as this folder and the cloud last agreed.
    pub world: Option<World>,
    /// Why its files cannot be read.
    pub problem: Option<String>,
}

/// A world, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct World {
    /// Its unit.
    pub unit: RelPath,
    /// What its own files say.
    pub about: Box<About>,
}

/// Looks at the game folder `pack`.
pub fn glance(pack: impl Into<PathBuf>, dirs: &UserDirs) -> Glance {
    let layout = Layout::new(absolute(&pack.into()));
    let mut glance = Glance::default();
    if sync_file::is_opted_in(&layout) {
        glance.opted_in = true;
        if let Err(error) = look(&layout, dirs, &mut glance) {
            glance.problem = Some(error.to_string());
        }
    }
    glance
}

fn look(layout: &Layout, dirs: &UserDirs, glance: &mut Glance) -> Result<()> {
    let sync = sync_file::read(layout)?;
    glance.instance_id = Some(sync.instance_id);
    glance.url = Some(sync.location.to_string());
    let Loaded::State(state) = State::load(layout, sync.instance_id)? else {
        return Ok(());
    };
    let here = FolderIdentity::of(layout, device::this_device(dirs).id);
    glance.copy = state.fate(&here) == Fate::Copied;
    glance.pending_push = state.is_pending();
    glance.conflicts = state
        .conflict
        .iter()
        .flat_map(|open| open.units.keys().cloned())
        .collect();
    glance.world = last_played(&state.agreement);
    // It is written by what did something, and by nothing else once there is a base.
    let written = fs::metadata(layout.state_json()).and_then(|metadata| metadata.modified());
    let written = written.ok().and_then(|time| Timestamp::try_from(time).ok());
    glance.last_sync = written.filter(|_| state.base.is_some());
    Ok(())
}

/// Returns the world that was played last, by the clocks of whoever played; it is shown, and decides
/// nothing.
fn last_played(agreement: &Agreement) -> Option<World> {
    let worlds = agreement.iter().filter_map(|(unit, agreed)| {
        let about = agreed.version.about.clone()?;
        let is_here = matches!(agreed.version.state, UnitState::Here(_));
        let played = about.last_played.unwrap_or(agreed.version.origin.time);
        is_here.then(|| {
            (
                played,
                World {
                    unit: unit.clone(),
                    about,
                },
            )
        })
    });
    let last = worlds.max_by(|(one, _), (other, _)| one.cmp(other));
    last.map(|(_, world)| world)
}
