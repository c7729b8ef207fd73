//! All instances of all launchers, with what their game folders say.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{find, health};
use crate::{
    config::{layout::real, user_dirs::UserDirs},
    domain::{ids::InstanceId, launcher::kind::LauncherKind},
    error::Error,
    launchers::instances,
    sync::glance::{self, Glance},
};

/// Which hooks an instance runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hooks {
    /// Those of the launcher, or its wrapper command.
    Launcher,
    /// Its own, or a wrapper command of its own.
    Own,
    /// None: it has commands of its own, and the launcher's never run.
    Shadowed,
    /// None: the launcher has none.
    None,
    /// Nobody knows: its settings cannot be read.
    Unknown,
}

/// One instance of a launcher.
#[derive(Debug, Clone, Serialize)]
pub struct Instance {
    /// What the launcher calls it.
    pub name: String,
    /// The launcher.
    pub launcher: LauncherKind,
    /// The launcher's data folder.
    pub launcher_folder: PathBuf,
    /// The instance's folder.
    pub folder: PathBuf,
    /// The folder that the game runs in: the one that is opted in.
    pub game_folder: PathBuf,
    /// Which hooks it runs.
    pub hooks: Hooks,
    /// Other game folders that were found, and are the same instance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub same_as: Vec<PathBuf>,
    /// What the game folder says.
    #[serde(flatten)]
    pub sync: Glance,
}

impl Instance {
    /// Returns whether the game runs in this folder.
    pub fn is_at(&self, pack: &Path) -> bool {
        real(&self.game_folder) == real(pack)
    }

    /// Returns whether commands of its own keep the launcher's hooks from running.
    pub fn is_shadowed(&self) -> bool {
        self.hooks == Hooks::Shadowed
    }
}

/// What was found: how many launchers, their instances, and what could not be read.
#[derive(Debug, Default)]
pub struct Listing {
    /// How many launchers there are.
    pub launchers: usize,
    /// The instances, by launcher and name.
    pub instances: Vec<Instance>,
    /// What is wrong with some launcher.
    pub errors: Vec<Error>,
}

/// Lists the instances of the launchers in `folders`, or of all that can be found.
pub fn instances(folders: &[PathBuf], dirs: &UserDirs) -> Listing {
    let found = find::find(folders, dirs);
    let mut listing = Listing {
        launchers: found.launchers.len(),
        instances: Vec::new(),
        errors: found.errors,
    };
    for launcher in &found.launchers {
        let commands = match health::slots(launcher) {
            Ok(slots) => Some(slots),
            Err(error) => {
                listing.errors.push(error);
                None
            }
        };
        let all = match instances::of(launcher) {
            Ok(all) => all,
            // The file is the same: told already.
            Err(_) if commands.is_none() => continue,
            Err(error) => {
                listing.errors.push(error);
                continue;
            }
        };
        for one in all {
            let hooks = match (&one.slots, &commands) {
                (Ok(slots), Some(own)) if slots.hide(launcher.kind, own) => Hooks::Shadowed,
                (Ok(slots), _) if slots.in_force && slots.any() => Hooks::Own,
                (Ok(_), Some(own)) if own.wired() => Hooks::Launcher,
                (Ok(_), Some(_)) => Hooks::None,
                (Err(_), _) | (Ok(_), None) => Hooks::Unknown,
            };
            let mut sync = glance::glance(&one.game, dirs);
            sync.problem = sync.problem.or(one.slots.err());
            listing.instances.push(Instance {
                name: one.name,
                launcher: launcher.kind,
                launcher_folder: launcher.folder.clone(),
                folder: one.folder,
                game_folder: one.game,
                hooks,
                same_as: Vec::new(),
                sync,
            });
        }
    }
    find_twins(&mut listing.instances);
    listing
}

/// Finds the folders that are one instance on this device, each as a device of its own: so they were opted
/// in, or one of them is a copy and nobody noticed before the original was moved.
fn find_twins(all: &mut [Instance]) {
    let synced = all.iter().filter(|one| one.sync.opted_in && !one.sync.copy);
    let known: Vec<(Option<InstanceId>, PathBuf)> = synced
        .map(|one| (one.sync.instance_id, one.game_folder.clone()))
        .collect();
    for one in all.iter_mut() {
        if !one.sync.opted_in || one.sync.copy || one.sync.instance_id.is_none() {
            continue;
        }
        let twins = known.iter().filter(|(id, folder)| {
            *id == one.sync.instance_id && real(folder) != real(&one.game_folder)
        });
        one.same_as = twins.map(|(_, folder)| folder.clone()).collect();
    }
}
