//! Where launchers keep their data by default.

use std::{
    collections::BTreeSet,
    env,
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy;

use super::launcher::Launcher;
use crate::config::layout::real;

const FLATPAKS: [&str; 1] = [".var/app/org.prismlauncher.PrismLauncher/data/PrismLauncher"];

/// Finds the launchers in these folders, each once, also where several paths lead to one.
pub fn launchers_in(folders: impl IntoIterator<Item = PathBuf>) -> Vec<Launcher> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for folder in folders {
        for launcher in Launcher::at(&folder) {
            if seen.insert((launcher.kind, real(&launcher.folder))) {
                found.push(launcher);
            }
        }
    }
    found
}

/// Returns the folders in which launchers keep their data by default: those of the installed ones,
/// of Flatpaks, and of portable ones whose program is on `PATH`.
pub fn default_folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    let named = env::var_os("PRISMLAUNCHER_DATA_DIR").filter(|dir| !dir.is_empty());
    folders.extend(named.map(PathBuf::from));
    let Ok(base) = etcetera::base_strategy::choose_native_strategy() else {
        return folders;
    };
    let home = base.home_dir();
    let data = base.data_dir();
    let data_names = [
        "PrismLauncher",
        "multimc",
        "MultiMC",
        "atlauncher",
        "ATLauncher",
    ];
    folders.extend(data_names.map(|name| data.join(name)));
    if cfg!(windows) {
        // The installer's place, and its portable variant.
        folders.extend(
            ["Programs/PrismLauncher", "Programs/MultiMC"].map(|name| base.cache_dir().join(name)),
        );
    } else if cfg!(target_os = "macos") {
        let bundles = ["MultiMC.app", "ATLauncher.app/Contents/Java"];
        for applications in [PathBuf::from("/Applications"), home.join("Applications")] {
            folders.extend(bundles.map(|name| applications.join(name)));
        }
    } else {
        folders.extend(FLATPAKS.map(|name| home.join(name)));
    }
    folders.extend(["PrismLauncher", "MultiMC", "ATLauncher"].map(|name| home.join(name)));
    for program in [
        "prismlauncher",
        "PrismLauncher",
        "MultiMC",
        "multimc",
        "ATLauncher",
    ] {
        folders.extend(
            which::which(program)
                .ok()
                .iter()
                .flat_map(|program| beside(program)),
        );
    }
    folders
}

/// Returns the folder of a program, and the one above: a portable launcher has its data there.
fn beside(program: &Path) -> Vec<PathBuf> {
    real(program)
        .ancestors()
        .skip(1)
        .take(2)
        .map(Path::to_path_buf)
        .collect()
}
