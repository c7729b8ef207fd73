//! Which instances the hooks of a launcher reach, and how they find the game folder there.

use std::path::Path;

use crate::{
    domain::{
        launcher::{
            line::GameFolder,
            wire::{Edit, Slots},
            words::Words,
        },
        shell,
    },
    error::{Error, Result},
    launchers::{instances::Instance, launcher::Launcher},
    texts::text,
};

/// Says which instances the launcher's hooks do not reach.
pub fn hidden(launcher: &Launcher, own: &Slots, instances: &[Instance]) -> Option<String> {
    let is_hidden = |instance: &&Instance| {
        let slots = instance.slots.as_ref();
        slots.is_ok_and(|slots| slots.hide(launcher.kind, own))
    };
    let names: Vec<&str> = instances
        .iter()
        .filter(is_hidden)
        .map(|instance| instance.name.as_str())
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "not wired, since they have commands of their own: {}. To wire one: instance-sync hooks install {}",
            names.join(", "),
            shell::option("instance", names[0])
        )
    })
}

/// A shell would take an apostrophe in a path, which the launcher puts into a chained command, for the
/// end of that command.
pub fn check_chained(launcher: &Launcher, edit: &Edit, instances: &[Instance]) -> Result<()> {
    let paths = instances.iter().map(|instance| instance.game.as_path());
    let mut paths = paths.chain([launcher.folder.as_path()]);
    let chained = edit
        .kept
        .values()
        .filter_map(|before| before.chained.as_deref());
    let named = chained
        .into_iter()
        .any(|command| command.contains("$INST_"));
    if launcher.words() != Words::Shell
        || !named
        || !paths.any(|path| path.to_string_lossy().contains('\''))
    {
        return Ok(());
    }
    let launcher = launcher.kind.to_string();
    let error = text!("launcher-apostrophe", launcher = launcher);
    Err(Error::failed(error).hint(text!("launcher-apostrophe-hint")))
}

/// Returns how hooks find the game folder: by the folder that they start in, where the path of an
/// instance would not survive the way through the launcher's variable.
pub fn game_folder(launcher: &Launcher, instances: &[Instance]) -> GameFolder {
    let troubled = |path: &Path| {
        launcher
            .kind
            .troubled_by(&path.to_string_lossy(), cfg!(windows))
    };
    let any = instances.iter().any(|instance| troubled(&instance.game));
    if any || troubled(&launcher.folder) {
        GameFolder::Current
    } else {
        GameFolder::Variable
    }
}
