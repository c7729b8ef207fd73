//! A launcher, by its data folder.

use std::path::{Component, Path, PathBuf};

use crate::{
    config::layout::real,
    domain::launcher::{kind::LauncherKind, words::Words},
};

/// A launcher that was found: a folder that holds its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launcher {
    /// Which one.
    pub kind: LauncherKind,
    /// Its data folder.
    pub folder: PathBuf,
}

impl Launcher {
    /// Finds the launchers whose data are in `folder`, or below it as portable ones have them.
    pub fn at(folder: &Path) -> Vec<Self> {
        let inner = ["", "UserData", "Data"];
        let found = |below: &str| -> Vec<Self> {
            let folder = if below.is_empty() {
                folder.to_path_buf()
            } else {
                folder.join(below)
            };
            let here = |kind: &LauncherKind| folder.join(kind.settings_file()).is_file();
            let kinds = LauncherKind::ALL.into_iter().filter(here);
            kinds
                .map(|kind| Self {
                    kind,
                    folder: folder.clone(),
                })
                .collect()
        };
        inner
            .into_iter()
            .map(found)
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// Returns the file of its settings.
    pub fn settings(&self) -> PathBuf {
        let mut path = self.folder.clone();
        path.extend(self.kind.settings_file().split('/'));
        path
    }

    /// Returns how it takes commands apart here.
    pub fn words(&self) -> Words {
        self.kind.words(cfg!(windows))
    }

    /// Returns the data folder of the Flatpak that it runs in, which is all that it sees of the home:
    /// `~/.var/app/<id>/data`.
    pub fn sandbox(&self) -> Option<PathBuf> {
        let parts: Vec<Component<'_>> = self.folder.components().collect();
        let at = flatpak(&parts)?;
        let is_data = parts.get(at + 3)?.as_os_str() == "data";
        is_data.then(|| parts[..=at + 3].iter().collect())
    }
}

/// Returns whether a game folder is that of a Flatpak, below `~/.var/app`, by its own path or by where
/// that leads to: what runs in there cannot reach the keyring.
pub fn is_in_flatpak(pack: &Path) -> bool {
    [pack, &real(pack)].iter().any(|path| {
        let parts: Vec<Component<'_>> = path.components().collect();
        flatpak(&parts).is_some()
    })
}

/// Returns where the `.var` of a Flatpak's folder is in a path.
fn flatpak(parts: &[Component<'_>]) -> Option<usize> {
    let is = |at: usize, name: &str| parts.get(at).is_some_and(|part| part.as_os_str() == name);
    (0..parts.len()).find(|at| is(*at, ".var") && is(at + 1, "app") && at + 2 < parts.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flatpak_is_known_by_its_folder() {
        let at = |folder: &str| Launcher {
            kind: LauncherKind::Prism,
            folder: folder.into(),
        };
        let flatpak = at("/home/u/.var/app/org.prismlauncher.PrismLauncher/data/PrismLauncher");
        let data = Path::new("/home/u/.var/app/org.prismlauncher.PrismLauncher/data");
        assert_eq!(flatpak.sandbox().as_deref(), Some(data));
        assert_eq!(at("/home/u/.local/share/PrismLauncher").sandbox(), None);
        let game = |path: &str| is_in_flatpak(Path::new(path));
        assert!(game(
            "/home/u/.var/app/org.x/data/PrismLauncher/instances/a/minecraft"
        ));
        assert!(game("/home/u/.var/app/org.x/.minecraft"));
        assert!(!game("/home/u/.var/app") && !game("/home/u/app/org.x"));
    }
}
