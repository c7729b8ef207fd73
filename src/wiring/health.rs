//! Whether the hooks are in the launchers, and whether what they start can be started. Changes nothing.

use std::path::PathBuf;

use serde::Serialize;

use super::find;
use crate::{
    config::user_dirs::UserDirs,
    domain::launcher::{
        kind::LauncherKind,
        syntax::Of,
        wire::{File, Slots},
    },
    error::{Error, Result},
    launchers::{
        instances,
        launcher::Launcher,
        program::{self, Startable},
        running, settings_file,
    },
};

/// How the hooks stand in one launcher.
#[derive(Debug, Serialize)]
pub struct Health {
    /// The launcher.
    pub launcher: LauncherKind,
    /// Its data folder.
    pub folder: PathBuf,
    /// The file of its settings.
    pub file: PathBuf,
    /// The process that it runs as, where it does.
    pub process: Option<u32>,
    /// Whether both hooks are there, and run.
    pub wired: bool,
    /// The commands, where the file can be read.
    pub commands: Option<Slots>,
    /// The programs that the hooks start, those of single instances included.
    pub programs: Vec<Program>,
    /// Instances that have commands of their own, without the hooks: the launcher's never run there.
    pub shadowed: Vec<String>,
    /// Instances that have the hooks among commands of their own.
    pub wired_alone: Vec<String>,
    /// Why the file cannot be read.
    pub error: Option<String>,
}

/// A program that hooks start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Program {
    /// As it stands in the command.
    pub program: String,
    /// Whether it can be started: where it cannot, no game starts.
    pub startable: Startable,
}

impl Health {
    /// Returns the programs that cannot be started: they keep games from starting.
    pub fn dangling(&self) -> impl Iterator<Item = &Program> {
        self.programs
            .iter()
            .filter(|program| program.startable != Startable::Yes)
    }
}

/// Looks at the launchers in `folders`, or at all that can be found; and says which of the folders are
/// no launcher's.
pub fn health(folders: &[PathBuf], dirs: &UserDirs) -> Result<(Vec<Health>, Vec<Error>)> {
    let found = find::find(folders, dirs)?;
    Ok((found.launchers.iter().map(of).collect(), found.errors))
}

fn of(launcher: &Launcher) -> Health {
    let file = launcher.settings();
    let commands = slots(launcher);
    let instances = instances::of(launcher);
    let error = commands
        .as_ref()
        .err()
        .or(instances.as_ref().err())
        .map(ToString::to_string);
    let commands = commands.ok();
    let mut health = Health {
        launcher: launcher.kind,
        folder: launcher.folder.clone(),
        file,
        process: running::process_of(launcher.kind),
        wired: commands.as_ref().is_some_and(Slots::wired),
        commands: None,
        programs: Vec::new(),
        shadowed: Vec::new(),
        wired_alone: Vec::new(),
        error,
    };
    let mut programs: Vec<String> = commands
        .iter()
        .flat_map(Slots::programs)
        .map(str::to_owned)
        .collect();
    for instance in instances.unwrap_or_default() {
        let Ok(slots) = &instance.slots else { continue };
        programs.extend(slots.programs().map(str::to_owned));
        if slots.hide(launcher.kind) {
            health.shadowed.push(instance.name);
        } else if slots.in_force && slots.any() {
            health.wired_alone.push(instance.name);
        }
    }
    programs.sort();
    programs.dedup();
    let check = |program: String| Program {
        startable: program::startable(&program),
        program,
    };
    health.programs = programs.into_iter().map(check).collect();
    health.commands = commands;
    health
}

/// Returns the commands of a launcher itself.
pub fn slots(launcher: &Launcher) -> Result<Slots> {
    let path = launcher.settings();
    let bytes = settings_file::read(&path)?;
    let file = File {
        kind: launcher.kind,
        of: Of::Launcher,
        words: launcher.words(),
        bytes: &bytes,
    };
    file.slots()
        .map_err(|why| settings_file::unreadable(&path, &why))
}

/// Returns the programs that hooks of a launcher and its instances start; `None` where not all of its
/// files can be read.
pub fn programs_of(launcher: &Launcher) -> Option<Vec<PathBuf>> {
    let own = slots(launcher).ok()?;
    let mut programs: Vec<PathBuf> = own.programs().map(PathBuf::from).collect();
    for instance in instances::of(launcher).ok()? {
        programs.extend(instance.slots.ok()?.programs().map(PathBuf::from));
    }
    Some(programs)
}
