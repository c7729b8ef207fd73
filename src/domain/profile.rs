//! Profiles: what an instance is, and so which paths are synced by default.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{
    policy::Policy,
    scope::{Rules, UnitRule},
    unit::UnitKind,
};
use crate::texts::text;

/// What an instance is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Profile {
    /// A Minecraft instance of any launcher.
    #[default]
    Minecraft,
    /// Anything else: `scope.json` alone says what is synced.
    Custom,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minecraft => "minecraft",
            Self::Custom => "custom",
        })
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "minecraft" => Ok(Self::Minecraft),
            "custom" => Ok(Self::Custom),
            _ => Err(text!("profile-unknown", profile = format!("{text:?}"))),
        }
    }
}

/// Files that the game rewrites at every exit. Each is a unit.
const OPTION_FILES: [&str; 6] = [
    "options.txt",
    "optionsof.txt",
    "optionsshaders.txt",
    "servers.dat",
    "hotbar.nbt",
    "command_history.txt",
];

/// What other programs rebuild, what is too large for what it is worth, and what must not travel:
/// caches, backups of mods, temporary files, folders that hold tokens.
const MINECRAFT_EXCLUDES: [&str; 20] = [
    "**/*.tmp",
    "**/*-wal",
    "**/*-shm",
    "**/Distant_Horizons_server_data",
    "saves/**/DistantHorizons.sqlite*",
    "**/.bobby",
    "**/.voxy",
    "**/.cache",
    "**/.mixin.out",
    "**/.fabric",
    "**/.DS_Store",
    "**/Thumbs.db",
    "**/desktop.ini",
    "config/**/*token*",
    "config/**/*secret*",
    "config/**/essential",
    "**/profilekeys",
    "**/logs",
    "**/backups",
    "**/simplebackups",
];

impl Profile {
    /// Returns what becomes of a unit that changed on two sides, where nobody said anything else.
    pub fn policy(self) -> Policy {
        match self {
            Self::Minecraft | Self::Custom => Policy::Ask,
        }
    }

    /// Returns the built-in rules, or `None` where there are none and `scope.json` must be there.
    pub fn rules(self) -> Option<Rules> {
        match self {
            Self::Custom => None,
            Self::Minecraft => {
                let mut units = vec![rule("saves/*", UnitKind::World)];
                units.extend(OPTION_FILES.map(|file| rule(file, UnitKind::Settings)));
                units.push(rule("config", UnitKind::Settings));
                units.push(rule("shaderpacks/*.txt", UnitKind::Settings));
                let data = [
                    "XaeroWaypoints",
                    "xaero/minimap",
                    "journeymap/data/**/waypoints",
                    "schematics",
                ];
                units.extend(data.map(|path| rule(path, UnitKind::Data)));
                Some(Rules {
                    include: units.iter().map(|rule| rule.path.clone()).collect(),
                    exclude: MINECRAFT_EXCLUDES.map(str::to_owned).to_vec(),
                    units,
                    conflicts: Vec::new(),
                })
            }
        }
    }
}

fn rule(path: &str, kind: UnitKind) -> UnitRule {
    UnitRule {
        path: path.to_owned(),
        kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_spelled_as_it_is_read() {
        for (name, profile) in [
            ("minecraft", Profile::Minecraft),
            ("custom", Profile::Custom),
        ] {
            assert_eq!(name.parse(), Ok(profile));
            assert_eq!(profile.to_string(), name);
        }
        assert!("Minecraft".parse::<Profile>().is_err());
    }
}
