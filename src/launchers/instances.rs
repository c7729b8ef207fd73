//! The instances of a launcher.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{launcher::Launcher, settings_file};
use crate::{
    config::layout::real,
    domain::launcher::{
        kind::LauncherKind,
        syntax::{Of, Syntax},
        wire::{File, Slots},
    },
    error::Result,
};

/// One instance of a launcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// What the launcher calls it.
    pub name: String,
    /// The name of its folder.
    pub id: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The folder that the game runs in.
    pub game: PathBuf,
    /// The file of its settings.
    pub settings: PathBuf,
    /// The commands of its own, or why they cannot be read.
    pub slots: std::result::Result<Slots, String>,
}

/// Returns the instances of a launcher, by name.
pub fn of(launcher: &Launcher) -> Result<Vec<Instance>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for folder in folders(launcher)? {
        // A folder of instances can be on a disk that is not connected.
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let folder = entry.path();
            let id = entry.file_name().to_string_lossy().into_owned();
            let settings = folder.join(launcher.kind.instance_file());
            if id.starts_with('.') || !settings.is_file() {
                continue;
            }
            if seen.insert(real(&folder)) {
                found.push(instance(launcher, folder, id, settings));
            }
        }
    }
    found.sort_by(|a, b| {
        (a.name.to_lowercase(), &a.folder).cmp(&(b.name.to_lowercase(), &b.folder))
    });
    Ok(found)
}

/// Returns the folders that hold instances.
fn folders(launcher: &Launcher) -> Result<Vec<PathBuf>> {
    let usual = "instances".to_owned();
    let names = if launcher.kind == LauncherKind::AtLauncher {
        vec![usual]
    } else {
        let bytes = settings_file::read(&launcher.settings())?;
        let broken = |why: String| settings_file::unreadable(&launcher.settings(), &why);
        let syntax = Syntax::of(launcher.kind, Of::Launcher, &bytes).map_err(broken)?;
        let main = syntax.get(&bytes, "InstanceDir").map_err(broken)?.value;
        let mut names = vec![main.filter(|name| !name.is_empty()).unwrap_or(usual)];
        names.extend(syntax.list(&bytes, "AdditionalInstanceDirs"));
        names.retain(|name| !name.is_empty());
        names
    };
    // Absolute ones stay as they are.
    Ok(names
        .iter()
        .map(|name| launcher.folder.join(name))
        .collect())
}

fn instance(launcher: &Launcher, folder: PathBuf, id: String, settings: PathBuf) -> Instance {
    let read = || -> std::result::Result<(Option<String>, Slots), String> {
        let bytes = settings_file::read(&settings).map_err(|error| error.to_string())?;
        let syntax = Syntax::of(launcher.kind, Of::Instance, &bytes)?;
        let slots = File {
            kind: launcher.kind,
            of: Of::Instance,
            words: launcher.words(),
            bytes: &bytes,
        }
        .slots()?;
        Ok((syntax.get(&bytes, "name")?.value, slots))
    };
    let (name, slots) = match read() {
        Ok((name, slots)) => (name, Ok(slots)),
        Err(why) => (None, Err(why)),
    };
    Instance {
        name: name
            .filter(|name| !name.trim().is_empty())
            .unwrap_or_else(|| id.clone()),
        id,
        game: game_folder(launcher.kind, &folder),
        folder,
        settings,
        slots,
    }
}

/// Prism runs the game in `.minecraft` only where there is no `minecraft`; `MultiMC` the other way
/// round.
fn game_folder(kind: LauncherKind, folder: &Path) -> PathBuf {
    let (plain, hidden) = (folder.join("minecraft"), folder.join(".minecraft"));
    match kind {
        LauncherKind::AtLauncher => folder.to_path_buf(),
        LauncherKind::Prism if hidden.is_dir() && !plain.is_dir() => hidden,
        LauncherKind::Prism => plain,
        LauncherKind::MultiMc if plain.is_dir() && !hidden.is_dir() => plain,
        LauncherKind::MultiMc => hidden,
    }
}
