//! What would change in the launchers' files, as data.

use std::path::{Path, PathBuf};

use super::reach;
use crate::{
    config::{hooks_file::HooksFile, user_dirs::UserDirs},
    domain::launcher::{
        syntax::Of,
        wire::{Edit, File, Slots},
    },
    error::{Error, Result},
    launchers::{
        instances::{self, Instance},
        launcher::Launcher,
        program, settings_file,
    },
    texts::text,
};

const NOT_OWN: &str = "it has no commands of its own, and runs those of the launcher: to wire that, leave --instance out";

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

/// Plans for one launcher: its own file, or those of the instances of these names. Hooks are removed
/// from the instances as well.
pub fn plan(
    launcher: &Launcher,
    way: Way,
    names: &[String],
    memory: &HooksFile,
    dirs: &UserDirs,
) -> Result<Vec<Planned>> {
    let files = Planner {
        launcher,
        memory,
        program: match way {
            Way::Install => Some(program::place(launcher, dirs)?),
            Way::Remove => None,
        },
    };
    let all = instances::of(launcher);
    if !names.is_empty() {
        let all = all?;
        let chosen = all.iter().filter(|instance| is_named(instance, names));
        return Ok(chosen.map(|chosen| files.instance(chosen)).collect());
    }
    // A file that cannot be read is told of by the edit.
    let all = all.unwrap_or_default();
    let mut planned = vec![files.whole(&all)];
    if way == Way::Remove {
        // One that has no hook of its own can have got its switch from us.
        let hooked = |instance: &&Instance| {
            memory.files.contains_key(&instance.settings)
                || instance.slots.as_ref().is_ok_and(Slots::hooked)
        };
        planned.extend(
            all.iter()
                .filter(hooked)
                .map(|instance| files.instance(instance)),
        );
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

struct Planner<'a> {
    launcher: &'a Launcher,
    memory: &'a HooksFile,
    program: Option<PathBuf>,
}

impl Planner<'_> {
    /// Plans for the launcher's own file.
    fn whole(&self, all: &[Instance]) -> Planned {
        let file = self.launcher.settings();
        let edit = settings_file::read(&file).and_then(|bytes| {
            let mut edit = self.edit(Of::Launcher, &file, &bytes, all)?;
            if self.program.is_some() {
                let own = self.file(Of::Launcher, &edit.bytes).slots();
                let own = own.unwrap_or_default();
                edit.notes.extend(reach::hidden(self.launcher, &own, all));
            }
            Ok((bytes, edit))
        });
        Planned {
            launcher: self.launcher.clone(),
            instance: None,
            file,
            program: self.program.clone(),
            edit,
        }
    }

    /// Plans for one instance. Without commands of its own it runs the launcher's.
    fn instance(&self, instance: &Instance) -> Planned {
        let file = instance.settings.clone();
        let own = instance.slots.as_ref().map_or(true, |slots| slots.in_force);
        let left = self.program.is_some() && !own;
        let edit = settings_file::read(&file).and_then(|bytes| {
            let edit = if left {
                Edit::nothing(&bytes, &self.memory.of(&file), NOT_OWN)
            } else {
                self.edit(Of::Instance, &file, &bytes, std::slice::from_ref(instance))?
            };
            Ok((bytes, edit))
        });
        Planned {
            launcher: self.launcher.clone(),
            instance: Some(instance.name.clone()),
            file,
            program: self.program.clone().filter(|_| !left),
            edit,
        }
    }

    fn file<'a>(&self, of: Of, bytes: &'a [u8]) -> File<'a> {
        File {
            kind: self.launcher.kind,
            of,
            words: self.launcher.words(),
            bytes,
        }
    }

    fn edit(&self, of: Of, path: &Path, bytes: &[u8], instances: &[Instance]) -> Result<Edit> {
        let file = self.file(of, bytes);
        let kept = self.memory.of(path);
        let edit = match self.program.as_deref().map(Path::to_str) {
            Some(Some(program)) => {
                file.wire(program, reach::game_folder(self.launcher, instances), &kept)
            }
            Some(None) => Err(text!("launcher-program-not-unicode")),
            None => file.unwire(&kept),
        };
        let edit = edit.map_err(|why| {
            Error::failed(format!("{}: {why}", path.display())).hint(text!("launcher-file-left"))
        })?;
        if self.program.is_some() {
            reach::check_chained(self.launcher, &edit, instances)?;
        }
        Ok(edit)
    }
}
