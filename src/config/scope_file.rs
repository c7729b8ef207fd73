//! `scope.json`: what is synced, where that differs from the profile.

use serde::Deserialize;

use super::{json_file, layout::Layout};
use crate::{
    domain::{
        profile::Profile,
        scope::{ConflictRule, Rules, Scope, UnitRule},
    },
    error::{Error, Result},
    texts::text,
};

/// The newest schema that this program reads. Files of the earlier Python tool have none.
pub const SCHEMA: u64 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeFile {
    #[serde(default, rename = "schema")]
    _schema: Option<u64>,
    include: Option<Vec<String>>,
    exclude: Option<Vec<String>>,
    units: Option<Vec<UnitRule>>,
    #[serde(default)]
    conflicts: Vec<ConflictRule>,
}

/// Returns the scope of an instance: the profile's rules, each list replaced by the one that
/// `scope.json` gives.
pub fn read(layout: &Layout, profile: Profile) -> Result<Scope> {
    let path = layout.scope_json();
    let file: Option<ScopeFile> = json_file::read(&path, SCHEMA)?;
    let rules = match (file, profile.rules()) {
        (None, Some(rules)) => rules,
        (None, None) => {
            return Err(Error::usage(text!(
                "scope-missing",
                profile = profile.to_string(),
                path = path.display().to_string()
            ))
            .hint(text!("scope-write-one")));
        }
        (Some(file), defaults) => {
            let defaults = defaults.unwrap_or(Rules {
                include: Vec::new(),
                exclude: Vec::new(),
                units: Vec::new(),
                conflicts: Vec::new(),
            });
            Rules {
                include: file.include.map_or(defaults.include, |list| tidy(&list)),
                exclude: file.exclude.map_or(defaults.exclude, |list| tidy(&list)),
                units: file.units.unwrap_or(defaults.units),
                conflicts: file.conflicts,
            }
        }
    };
    Scope::new(&rules).map_err(|error| {
        Error::usage(format!("{}: {error}", path.display())).hint(text!("scope-repair"))
    })
}

/// Accepts what people write for folders: `saves/`, `./config`.
fn tidy(patterns: &[String]) -> Vec<String> {
    let tidy = |pattern: &String| {
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        if pattern.len() > 1 {
            pattern.strip_suffix('/').unwrap_or(pattern)
        } else {
            pattern
        }
        .to_owned()
    };
    patterns.iter().map(tidy).collect()
}
