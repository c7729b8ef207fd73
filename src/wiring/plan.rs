//! What would change in the launchers' files, as data.

use std::path::{Path, PathBuf};

use crate::{
    config::{hooks_file::HooksFile, user_dirs::UserDirs},
    domain::launcher::{
        line::GameFolder,
        syntax::Of,
        wire::{Edit, File, Kept, Slots},
    },
    error::{Error, Result},
    launchers::{
        instances::{self, Instance},
        launcher::Launcher,
        program, settings_file,
    },
};

const NOT_OWN: &str = "it has no commands of its own, and runs those of the launcher";

/// Which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Put the hooks in.
    Install,
    /// Take them out.
    Remove,
}

/// What is planned for one file.
#[derive(Debug)]
pub struct Planned {
    /// The launcher.
    pub launcher: Launcher,
    /// The instance, where the file is an instance's.
    pub instance: Option<String>,
    /// The file.
    pub file: PathBuf,
    /// The program that its hooks start: only where they are put in.
    pub program: Option<PathBuf>,
    /// What is in the file, and what would be; or why that cannot be said.
    pub edit: Result<(Vec<u8>, Edit)>,
}

/// Plans for one launcher: its own file, or those of the instances of these names.
pub fn plan(
    launcher: &Launcher,
    way: Way,
    names: &[String],
    memory: &HooksFile,
    dirs: &UserDirs,
) -> Result<Vec<Planned>> {
    let all = instances::of(launcher);
    let program = match way {
        Way::Install => Some(program::place(launcher, dirs)?),
        Way::Remove => None,
    };
    let one = |instance: Option<&Instance>, folder: GameFolder| {
        let (file, of) = match instance {
            Some(instance) => (instance.settings.clone(), Of::Instance),
            None => (launcher.settings(), Of::Launcher),
        };
        // An instance without commands of its own runs the launcher's.
        let own = instance
            .is_none_or(|instance| instance.slots.as_ref().map_or(true, |slots| slots.in_force));
        let program = program.clone().filter(|_| own);
        let kept = memory.of(&file);
        let edit = settings_file::read(&file).and_then(|bytes| {
            let edit = match (way, &program) {
                (Way::Install, None) => Edit::nothing(&bytes, &kept, NOT_OWN),
                _ => edit(
                    launcher,
                    of,
                    &file,
                    &bytes,
                    program.as_deref(),
                    folder,
                    &kept,
                )?,
            };
            Ok((bytes, edit))
        });
        Planned {
            launcher: launcher.clone(),
            instance: instance.map(|instance| instance.name.clone()),
            file,
            program,
            edit,
        }
    };
    if !names.is_empty() {
        let all = all?;
        let chosen = all.iter().filter(|instance| is_named(instance, names));
        return Ok(chosen
            .map(|chosen| one(Some(chosen), game_folder(launcher, &[chosen])))
            .collect());
    }
    // A file that cannot be read is told of by the edit.
    let all = all.unwrap_or_default();
    let every: Vec<&Instance> = all.iter().collect();
    let mut planned = vec![one(None, game_folder(launcher, &every))];
    if way == Way::Remove {
        let hooked = every
            .iter()
            .filter(|instance| instance.slots.as_ref().is_ok_and(Slots::any));
        planned.extend(hooked.map(|instance| one(Some(instance), GameFolder::Variable)));
    }
    Ok(planned)
}

/// Returns whether an instance is one of these: by name, folder name, or path.
pub fn is_named(instance: &Instance, names: &[String]) -> bool {
    let is = |name: &String| {
        *name == instance.name
            || *name == instance.id
            || Path::new(name) == instance.folder
            || Path::new(name) == instance.game
    };
    names.iter().any(is)
}

fn edit(
    launcher: &Launcher,
    of: Of,
    path: &Path,
    bytes: &[u8],
    program: Option<&Path>,
    folder: GameFolder,
    kept: &Kept,
) -> Result<Edit> {
    let file = File {
        kind: launcher.kind,
        of,
        words: launcher.words(),
        bytes,
    };
    let edit = match program {
        Some(program) => match program.to_str() {
            Some(program) => file.wire(program, folder, kept),
            None => Err(format!("the path {} is not Unicode", program.display())),
        },
        None => file.unwire(kept),
    };
    edit.map_err(|why| {
        Error::failed(format!("{}: {why}", path.display())).hint("The file was left as it is.")
    })
}

/// Returns how hooks find the game folder: by the folder that they start in, where the path of an
/// instance would not survive the way through the launcher's variable.
fn game_folder(launcher: &Launcher, instances: &[&Instance]) -> GameFolder {
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
