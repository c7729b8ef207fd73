//! The launchers: what their files and keys are called.

use std::fmt;

use serde::Serialize;

use super::words::Words;

/// A launcher that runs commands before and after the game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LauncherKind {
    /// Prism Launcher.
    Prism,
    /// `MultiMC`.
    MultiMc,
    /// `ATLauncher`.
    AtLauncher,
}

/// The keys of the commands in a file of a launcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    /// The command before the game.
    pub pre: &'static str,
    /// The command after it.
    pub post: &'static str,
    /// What the two were called before: read where the key itself is missing.
    pub old: Option<[&'static str; 2]>,
    /// The command in front of java's.
    pub wrapper: &'static str,
    /// What has to be true for any of them to run.
    pub gate: &'static str,
}

impl LauncherKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Prism, Self::MultiMc, Self::AtLauncher];

    /// Returns the settings, relative to the data folder.
    pub fn settings_file(self) -> &'static str {
        match self {
            Self::Prism => "prismlauncher.cfg",
            Self::MultiMc => "multimc.cfg",
            Self::AtLauncher => "configs/ATLauncher.json",
        }
    }

    /// Returns the file that makes a folder an instance.
    pub fn instance_file(self) -> &'static str {
        match self {
            Self::Prism | Self::MultiMc => "instance.cfg",
            Self::AtLauncher => "instance.json",
        }
    }

    /// Returns the keys of the commands. The gate of Prism and `MultiMC` is that of an instance: the
    /// commands of the launcher itself always run.
    pub fn keys(self) -> Keys {
        match self {
            Self::Prism | Self::MultiMc => Keys {
                pre: "PreLaunchCommand",
                post: "PostExitCommand",
                old: Some(["PreLaunchCmd", "PostExitCmd"]),
                wrapper: "WrapperCommand",
                gate: "OverrideCommands",
            },
            Self::AtLauncher => Keys {
                pre: "preLaunchCommand",
                post: "postExitCommand",
                old: None,
                wrapper: "wrapperCommand",
                gate: "enableCommands",
            },
        }
    }

    /// Returns how commands are taken apart: on Windows or elsewhere.
    pub fn words(self, windows: bool) -> Words {
        match self {
            Self::Prism | Self::MultiMc => Words::Qt,
            Self::AtLauncher if windows => Words::Windows,
            Self::AtLauncher => Words::Shell,
        }
    }

    /// Returns the letters within the path of a game folder with which `"--pack-folder=$INST_MC_DIR"`
    /// does not arrive as it should: some versions put the path in before they take the line apart.
    pub fn troubled_by(self, path: &str, windows: bool) -> bool {
        match self.words(windows) {
            Words::Qt => path.contains('"'),
            Words::Shell => path.contains(['"', '$', '`', '\\']),
            Words::Windows => path.contains('$') || path.contains("  "),
        }
    }
}

impl fmt::Display for LauncherKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prism => "Prism Launcher",
            Self::MultiMc => "MultiMC",
            Self::AtLauncher => "ATLauncher",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_launcher_has_its_name_and_its_files() {
        let told = LauncherKind::ALL.map(|kind| {
            let name = kind.to_string();
            (name, kind.settings_file(), kind.instance_file())
        });
        let told = told
            .each_ref()
            .map(|(name, of_all, of_one)| (name.as_str(), *of_all, *of_one));
        assert_eq!(
            told,
            [
                ("Prism Launcher", "prismlauncher.cfg", "instance.cfg"),
                ("MultiMC", "multimc.cfg", "instance.cfg"),
                ("ATLauncher", "configs/ATLauncher.json", "instance.json"),
            ]
        );
    }

    #[test]
    fn letters_that_a_launcher_takes_for_more_are_known_for_each() {
        let [prism, _, atlauncher] = LauncherKind::ALL;
        for (kind, windows, path, troubled) in [
            (prism, false, "/a b$c", false),
            (prism, true, "/a\"b", true),
            (atlauncher, false, "/a  b", false),
            (atlauncher, false, "/a$b", true),
            (atlauncher, true, "/a$b", true),
            (atlauncher, true, "C:\\a  b", true),
            (atlauncher, true, "C:\\a b", false),
        ] {
            assert_eq!(kind.troubled_by(path, windows), troubled, "{kind} {path}");
        }
    }
}
