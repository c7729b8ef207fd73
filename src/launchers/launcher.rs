//! A launcher, by its data folder.

use std::path::{Component, Path, PathBuf};

use crate::domain::launcher::{kind::LauncherKind, words::Words};

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
        let is = |at: usize, name: &str| parts.get(at).is_some_and(|part| part.as_os_str() == name);
        let at = (0..parts.len())
            .find(|at| is(*at, ".var") && is(at + 1, "app") && is(at + 3, "data"))?;
        Some(parts[..=at + 3].iter().collect())
    }
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
    }
}
