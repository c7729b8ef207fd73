//! Finding the launchers: those that are named, else all that can be found.

use std::{collections::BTreeSet, path::PathBuf};

use crate::{
    config::{hooks_file::HooksFile, user_dirs::UserDirs},
    error::Error,
    launchers::{launcher::Launcher, places},
};

/// What was found, and what was named and is no launcher's folder.
#[derive(Debug, Default)]
pub struct Found {
    /// The launchers.
    pub launchers: Vec<Launcher>,
    /// What is wrong with the others.
    pub errors: Vec<Error>,
}

/// Finds the launchers in the folders `named`; without any, those at their usual places and those
/// that were wired before, wherever they are.
pub fn find(named: &[PathBuf], dirs: &UserDirs) -> Found {
    if named.is_empty() {
        return everywhere(dirs);
    }
    let absolute =
        |folder: &PathBuf| std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
    let folders: Vec<PathBuf> = named.iter().map(absolute).collect();
    let strange = folders
        .iter()
        .filter(|folder| Launcher::at(folder).is_empty());
    let strange = strange.map(|folder| {
        Error::failed(format!("{} is not the data folder of a launcher", folder.display())).hint(
            "It is the one with prismlauncher.cfg, multimc.cfg or configs/ATLauncher.json in it; a launcher \
             writes that when it is started for the first time.",
        )
    });
    Found {
        errors: strange.collect(),
        launchers: places::launchers_in(folders.clone()),
    }
}

/// Finds all launchers that can be found.
pub fn everywhere(dirs: &UserDirs) -> Found {
    // Those at their usual places are there whatever is remembered.
    let (remembered, errors) = match HooksFile::read(dirs) {
        Ok(memory) => (memory.folders, Vec::new()),
        Err(error) => (BTreeSet::new(), vec![error]),
    };
    let folders = places::default_folders().into_iter().chain(remembered);
    Found {
        launchers: places::launchers_in(folders),
        errors,
    }
}
