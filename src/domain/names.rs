//! Names that cannot exist everywhere: case collisions, and what Windows forbids.

use std::collections::BTreeMap;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

use super::{path::RelPath, unit::UnitContent};
use crate::texts::text;

/// What a platform's file system does with names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// Names are bytes: Linux.
    Exact,
    /// Names that differ only by case or normal form are one file: macOS.
    CaseBlind,
    /// Case-blind, and many names are forbidden: Windows.
    Windows,
}

impl Naming {
    /// Returns the naming of the platform that this program was built for.
    pub const fn native() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::CaseBlind
        } else {
            Self::Exact
        }
    }
}

/// Returns the key under which two names are one file on a case-blind file system: NFC, case
/// folded, with trailing dots and spaces of each component stripped.
pub fn key(path: &str) -> String {
    path.split('/')
        .map(|part| {
            let folded: String = part.nfc().default_case_fold().nfc().collect();
            folded.trim_end_matches(['.', ' ']).to_owned()
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// Returns why Windows cannot hold a component of this name, if it cannot.
pub fn forbidden_on_windows(part: &str) -> Option<String> {
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
    if part
        .chars()
        .any(|c| c < ' ' || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\\'))
    {
        return Some(text!("name-character"));
    }
    if part.ends_with(['.', ' ']) {
        return Some(text!("name-end"));
    }
    let stem = part
        .split('.')
        .next()
        .unwrap_or(part)
        .trim_end()
        .to_lowercase();
    let mut chars = stem.chars();
    let numbered = matches!(stem.get(..3), Some("com" | "lpt"))
        && chars
            .by_ref()
            .skip(3)
            .collect::<String>()
            .parse::<u8>()
            .is_ok_and(|n| (1..=9).contains(&n))
        && stem.len() == 4;
    if DEVICES.contains(&stem.as_str()) || numbered {
        return Some(text!("name-of-windows-device"));
    }
    None
}

/// Returns why `unit` with `content` cannot exist on a platform with this `naming`, if it cannot.
///
/// `others` are the units that are there already: two worlds whose names differ only by case
/// cannot both be.
pub fn obstacle<'a>(
    naming: Naming,
    unit: &RelPath,
    content: &UnitContent,
    others: impl IntoIterator<Item = &'a RelPath>,
) -> Option<String> {
    if naming == Naming::Exact {
        return None;
    }
    let mine = key(unit.as_str());
    if let Some(other) = others
        .into_iter()
        .find(|other| *other != unit && key(other.as_str()) == mine)
    {
        return Some(text!("name-like-another", other = other.as_str()));
    }
    let mut seen: BTreeMap<String, RelPath> = BTreeMap::new();
    for inner in content.files.keys().chain(&content.folders) {
        let path = unit.join(inner);
        if naming == Naming::Windows
            && let Some(why) = path.parts().find_map(forbidden_on_windows)
        {
            return Some(format!("{path}: {why}"));
        }
        if let Some(other) = seen.insert(key(path.as_str()), path.clone()) {
            return Some(text!(
                "name-two-alike",
                other = other.as_str(),
                path = path.as_str()
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::{digest::Digest, path::InnerPath, unit::FileFact};

    fn unit(path: &str) -> RelPath {
        RelPath::new(path).expect("sound")
    }

    fn files(names: &[&str]) -> UnitContent {
        let fact = FileFact {
            size: 0,
            sha256: Digest::of(b""),
        };
        UnitContent {
            files: names
                .iter()
                .map(|name| (InnerPath::new(*name).expect("sound"), fact))
                .collect(),
            folders: BTreeSet::new(),
        }
    }

    #[test]
    fn keys_fold_case_normal_form_and_trailing_dots() {
        assert_eq!(key("saves/World. "), key("SAVES/world"));
        assert_eq!(key("Stra\u{df}e"), key("STRASSE"));
        assert_eq!(key("e\u{301}"), key("\u{e9}"));
        assert_ne!(key("a/b"), key("ab"));
    }

    #[test]
    fn windows_forbids_what_it_forbids() {
        for bad in [
            "a:b", "con", "NUL.txt", "com1", "LPT9.dat", "dot.", "space ", "line\n", "a\\b",
            "what?",
        ] {
            assert!(forbidden_on_windows(bad).is_some(), "{bad:?}");
        }
        for good in [
            "World", "com10", "com", "com01", "console", "My World", "save", "run1", "-x", "[1]",
            "$HOME", "\u{65b0}",
        ] {
            assert!(forbidden_on_windows(good).is_none(), "{good:?}");
        }
    }

    #[test]
    fn only_a_unit_of_the_same_name_but_for_its_case_is_in_the_way() {
        let content = files(&["level.dat"]);
        let obstacle = |other: &str| {
            let other = unit(other);
            obstacle(Naming::CaseBlind, &unit("saves/World"), &content, [&other])
        };
        assert_eq!(obstacle("saves/Other"), None);
        assert_eq!(obstacle("saves/World"), None);
        assert!(obstacle("saves/world").is_some());
    }

    #[test]
    fn only_the_device_that_cannot_hold_a_unit_has_an_obstacle() {
        let colon = files(&["a:b"]);
        assert!(obstacle(Naming::Windows, &unit("saves/W"), &colon, []).is_some());
        assert!(obstacle(Naming::CaseBlind, &unit("saves/W"), &colon, []).is_none());
        let twins = files(&["Map.dat", "map.dat"]);
        assert!(obstacle(Naming::CaseBlind, &unit("saves/W"), &twins, []).is_some());
        assert!(obstacle(Naming::Exact, &unit("saves/W"), &twins, []).is_none());
        let other = unit("saves/w");
        assert!(obstacle(Naming::CaseBlind, &unit("saves/W"), &files(&[]), [&other]).is_some());
    }
}
