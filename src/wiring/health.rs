//! Whether the hooks are in the launchers, and whether what they start can be started. Changes nothing.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::find;
use crate::{
    config::{layout::real, user_dirs::UserDirs},
    domain::launcher::{
        kind::LauncherKind,
        syntax::Of,
        wire::{File, Slot, Slots},
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
    /// Whether both hooks are there and run, or a wrapper command does what they do.
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
    /// Where it stands in a command.
    #[serde(skip)]
    pub places: Vec<Place>,
}

/// Where a program of ours stands in a command that is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The instance; `None`: the launcher itself.
    pub instance: Option<String>,
    /// Whether it is a hook, which `hooks install` can wire anew. Else it is the wrapper command, or a line
    /// that another program begins.
    pub hook: bool,
    /// The key of the command.
    pub key: &'static str,
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
pub fn health(folders: &[PathBuf], dirs: &UserDirs) -> (Vec<Health>, Vec<Error>) {
    let found = find::find(folders, dirs);
    (found.launchers.iter().map(of).collect(), found.errors)
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
    let own = commands.clone().unwrap_or_default();
    let mut health = Health {
        launcher: launcher.kind,
        folder: launcher.folder.clone(),
        file,
        process: running::process_of(launcher.kind),
        wired: own.wired(),
        commands: None,
        programs: Vec::new(),
        shadowed: Vec::new(),
        wired_alone: Vec::new(),
        error,
    };
    let mut programs: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    let mut note = |slots: &Slots, instance: Option<&String>| {
        // What is switched off keeps nothing from starting.
        for (program, hook, key) in slots
            .in_force
            .then(|| started(slots, launcher))
            .into_iter()
            .flatten()
        {
            programs.entry(program).or_default().push(Place {
                instance: instance.cloned(),
                hook,
                key,
            });
        }
    };
    note(&own, None);
    for instance in instances.unwrap_or_default() {
        let Ok(slots) = &instance.slots else { continue };
        note(slots, Some(&instance.name));
        if slots.hide(launcher.kind, &own) {
            health.shadowed.push(instance.name);
        } else if slots.in_force && slots.any() {
            health.wired_alone.push(instance.name);
        }
    }
    let check = |(program, places): (String, Vec<Place>)| Program {
        startable: program::startable(&program),
        program,
        places,
    };
    health.programs = programs.into_iter().map(check).collect();
    health.commands = commands;
    health
}

/// Returns our programs that commands start, each with whether a hook does, and the command's key.
fn started(slots: &Slots, launcher: &Launcher) -> Vec<(String, bool, &'static str)> {
    let keys = launcher.kind.keys();
    let keys = [keys.pre, keys.post, keys.wrapper];
    let each = slots.each().into_iter().zip(keys);
    each.filter_map(|(slot, key)| {
        let hook = slot.program.is_some() && key != keys[2];
        Some((slot.starts.clone()?, hook, key))
    })
    .collect()
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

/// A command in a file of a launcher that starts a program of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The file.
    pub file: PathBuf,
    /// The command's key.
    pub key: &'static str,
    /// The whole command.
    pub command: String,
    /// The program, where it can be told.
    pub program: Option<String>,
}

impl Start {
    /// Returns whether it starts this copy of the program, or names it.
    pub fn is_of(&self, copy: &Path) -> bool {
        // A home can be reached by two paths.
        let same = |program: &String| real(Path::new(program)) == real(copy);
        self.program.as_ref().is_some_and(same)
            || copy
                .to_str()
                .is_some_and(|copy| self.command.contains(copy))
    }
}

/// Returns all commands of a launcher and its instances, whether they are in force or not; `None` where
/// not all of its files can be read.
pub fn commands_of(launcher: &Launcher) -> Option<Vec<Start>> {
    let mut all = vec![(launcher.settings(), slots(launcher).ok()?)];
    for instance in instances::of(launcher).ok()? {
        all.push((instance.settings, instance.slots.ok()?));
    }
    let keys = launcher.kind.keys();
    let keys = [keys.pre, keys.post, keys.wrapper];
    let start = |file: &PathBuf, slot: &Slot, key| {
        Some(Start {
            file: file.clone(),
            key,
            command: slot.command.clone()?,
            program: slot.starts.clone(),
        })
    };
    let each = all.iter().flat_map(|(file, slots)| {
        let each = slots.each().into_iter().zip(keys);
        each.filter_map(move |(slot, key)| start(file, slot, key))
    });
    Some(each.collect())
}
