//! Scope: which paths of a game folder are synced, and how they group into units.

use std::fmt;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};

use super::{
    digest::{Digest, Hasher},
    path::{OWN_FOLDER, RelPath},
    policy::Policy,
    unit::UnitKind,
};
use crate::texts::text;

/// The name that unfinished files of ours start with, where they cannot be staged elsewhere.
pub const UNFINISHED: &str = ".instance-sync-";

/// Everything that matches `path` is one unit of this kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitRule {
    /// A glob: `saves/*`, `options.txt`. `*` and `?` stay within a component, `**` does not.
    pub path: String,
    /// What it is to a player.
    pub kind: UnitKind,
}

/// What becomes of units that changed on two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConflictRule {
    /// A glob of units.
    pub path: String,
    /// What becomes of them.
    pub policy: Policy,
}

/// The rules, as a profile has them and as `scope.json` overrides them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// What is synced: globs of files and folders. Each match that no unit rule groups is a unit.
    pub include: Vec<String>,
    /// What is left out below them: globs of paths.
    pub exclude: Vec<String>,
    /// How paths group into units; the first rule that matches wins.
    pub units: Vec<UnitRule>,
    /// What becomes of conflicts; the first rule that matches wins.
    pub conflicts: Vec<ConflictRule>,
}

/// A rule that cannot be used.
#[derive(Debug)]
pub struct BadRule {
    pattern: String,
    why: Why,
}

/// Why a pattern cannot be used.
#[derive(Debug)]
enum Why {
    Missing,
    NotRelative,
    Unusable,
    OwnFolder,
    Stars,
    /// In globset's words.
    NotGlob(String),
    TooComplicated,
    SlashInside,
}

impl fmt::Display for BadRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pattern = format!("{:?}", self.pattern);
        f.write_str(&match &self.why {
            Why::Missing => text!("pattern-missing", pattern = pattern),
            Why::NotRelative => text!("pattern-not-relative", pattern = pattern),
            Why::Unusable => text!("pattern-unusable", pattern = pattern),
            Why::OwnFolder => text!("pattern-of-own-folder", pattern = pattern),
            Why::Stars => text!("pattern-stars", pattern = pattern),
            Why::NotGlob(why) => text!("pattern-not-glob", pattern = pattern, why = why),
            Why::TooComplicated => text!("pattern-too-complicated", pattern = pattern),
            Why::SlashInside => text!("pattern-slash-inside", pattern = pattern),
        })
    }
}

impl std::error::Error for BadRule {}

/// Compiled rules.
#[derive(Debug, Clone)]
pub struct Scope {
    include: Vec<Vec<String>>,
    exclude: GlobSet,
    units: Vec<(GlobSet, UnitKind)>,
    conflicts: Vec<(GlobSet, Policy)>,
    digest: Digest,
}

/// What is never synced, whatever the rules say: locks of a running game, our own files.
const NEVER: [&str; 3] = ["**/session.lock", ".cloud-sync", ".cloud-sync/**"];

impl Scope {
    /// Compiles `rules`.
    pub fn new(rules: &Rules) -> Result<Self, BadRule> {
        let patterns = rules
            .include
            .iter()
            .chain(&rules.exclude)
            .chain(rules.units.iter().map(|rule| &rule.path))
            .chain(rules.conflicts.iter().map(|rule| &rule.path));
        for pattern in patterns {
            check(pattern)?;
        }
        for pattern in &rules.include {
            check_parts(pattern)?;
        }
        if rules.include.is_empty() {
            return Err(bad("", Why::Missing));
        }
        let unfinished = format!("**/{UNFINISHED}*");
        let never = NEVER.iter().copied().chain([unfinished.as_str()]);
        let exclude = globs(never.chain(rules.exclude.iter().map(String::as_str)))?;
        let units = rules
            .units
            .iter()
            .map(|rule| Ok((globs([rule.path.as_str()])?, rule.kind)))
            .collect::<Result<Vec<_>, BadRule>>()?;
        let conflicts = rules
            .conflicts
            .iter()
            .map(|rule| Ok((globs([rule.path.as_str()])?, rule.policy)))
            .collect::<Result<Vec<_>, BadRule>>()?;
        let include = rules
            .include
            .iter()
            .map(|glob| {
                let mut parts: Vec<String> = glob.split('/').map(str::to_owned).collect();
                // The same, and each of many would walk everything that the next one walks again.
                parts.dedup_by(|a, b| a == "**" && b == "**");
                parts
            })
            .collect();
        Ok(Self {
            include,
            exclude,
            units,
            conflicts,
            digest: digest(rules),
        })
    }

    /// Returns the include patterns, split into components, for whoever walks the folder.
    pub fn includes(&self) -> &[Vec<String>] {
        &self.include
    }

    /// Returns whether `path` (relative, `/`) is left out.
    pub fn excludes(&self, path: &str) -> bool {
        self.exclude.is_match(path)
    }

    /// Returns the unit that a unit rule groups `path` into: the shortest matching prefix.
    pub fn grouped(&self, path: &RelPath) -> Option<(RelPath, UnitKind)> {
        prefixes(path.as_str()).find_map(|prefix| {
            let (_, kind) = self.units.iter().find(|(glob, _)| glob.is_match(prefix))?;
            Some((RelPath::new(prefix).ok()?, *kind))
        })
    }

    /// Returns the kind of the unit named `unit`, or `None` where it is out of scope.
    pub fn kind_of(&self, unit: &RelPath) -> Option<UnitKind> {
        if prefixes(unit.as_str()).any(|prefix| self.excludes(prefix)) {
            return None;
        }
        if !self
            .include
            .iter()
            .any(|pattern| reaches(pattern, &unit.parts().collect::<Vec<_>>()))
        {
            return None;
        }
        match self.grouped(unit) {
            Some((root, kind)) => (root == *unit).then_some(kind),
            None => Some(UnitKind::Data),
        }
    }

    /// Returns what the rules say of conflicts about `unit`, if they say anything.
    pub fn policy(&self, unit: &RelPath) -> Option<Policy> {
        self.conflicts
            .iter()
            .find(|(glob, _)| glob.is_match(unit.as_str()))
            .map(|(_, policy)| *policy)
    }

    /// Returns a digest of the rules.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

/// Returns every folder above `path`, outermost first, and `path` itself.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('/').map(|(at, _)| at);
    ends.chain([path.len()]).map(|end| &path[..end])
}

/// Returns whether a pattern matches `path` or a folder above it.
fn reaches(pattern: &[String], path: &[&str]) -> bool {
    match pattern.split_first() {
        None => true,
        Some((first, rest)) if first == "**" => {
            (0..=path.len()).any(|skip| reaches(rest, &path[skip..]))
        }
        Some((first, rest)) => path
            .split_first()
            .is_some_and(|(name, below)| matches_part(first, name) && reaches(rest, below)),
    }
}

/// Returns whether one component of a pattern matches one name.
pub fn matches_part(pattern: &str, name: &str) -> bool {
    if !pattern.contains(['*', '?', '[', '{', '\\']) {
        return pattern == name;
    }
    // Not `Glob::compile_matcher`, which panics where the expression is too large.
    globs([pattern]).is_ok_and(|glob| glob.is_match(name))
}

fn glob(pattern: &str) -> Result<globset::Glob, globset::Error> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
}

fn globs<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<GlobSet, BadRule> {
    let mut builder = GlobSetBuilder::new();
    let mut last = "";
    for pattern in patterns {
        builder.add(
            glob(pattern).map_err(|error| bad(pattern, Why::NotGlob(error.kind().to_string())))?,
        );
        last = pattern;
    }
    builder.build().map_err(|_| bad(last, Why::TooComplicated))
}

fn bad(pattern: &str, why: Why) -> BadRule {
    BadRule {
        pattern: pattern.to_owned(),
        why,
    }
}

fn check(pattern: &str) -> Result<(), BadRule> {
    let parts: Vec<&str> = pattern.split('/').collect();
    if parts
        .iter()
        .any(|part| part.is_empty() || matches!(*part, "." | ".."))
    {
        return Err(bad(pattern, Why::NotRelative));
    }
    if pattern.contains('\0') || pattern.len() > 1000 {
        return Err(bad(pattern, Why::Unusable));
    }
    if parts[0].eq_ignore_ascii_case(OWN_FOLDER) {
        return Err(bad(pattern, Why::OwnFolder));
    }
    if parts
        .iter()
        .any(|part| part.contains("**") && *part != "**")
    {
        return Err(bad(pattern, Why::Stars));
    }
    globs([pattern]).map(|_| ())
}

/// Includes are matched component by component.
fn check_parts(pattern: &str) -> Result<(), BadRule> {
    if pattern.split('/').all(|part| globs([part]).is_ok()) {
        return Ok(());
    }
    Err(bad(pattern, Why::SlashInside))
}

fn digest(rules: &Rules) -> Digest {
    let mut hasher = Hasher::default();
    for (name, list) in [("include", &rules.include), ("exclude", &rules.exclude)] {
        for pattern in list {
            hasher.update(format!("{name}\0{pattern}\0").as_bytes());
        }
    }
    for rule in &rules.units {
        hasher.update(format!("unit\0{}\0{:?}\0", rule.path, rule.kind).as_bytes());
    }
    for rule in &rules.conflicts {
        hasher.update(format!("conflict\0{}\0{}\0", rule.path, rule.policy).as_bytes());
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::profile::Profile;

    fn path(text: &str) -> RelPath {
        RelPath::new(text).expect("sound")
    }

    fn minecraft() -> Scope {
        Scope::new(&Profile::Minecraft.rules().expect("built in")).expect("compiles")
    }

    #[test]
    fn a_world_is_one_unit_and_an_options_file_is_one() {
        let scope = minecraft();
        assert_eq!(
            scope.kind_of(&path("saves/My World")),
            Some(UnitKind::World)
        );
        assert_eq!(scope.kind_of(&path("saves/My World/level.dat")), None);
        assert_eq!(
            scope.kind_of(&path("options.txt")),
            Some(UnitKind::Settings)
        );
        assert_eq!(scope.kind_of(&path("config")), Some(UnitKind::Settings));
        assert_eq!(
            scope.kind_of(&path("journeymap/data/sp/World/waypoints")),
            Some(UnitKind::Data)
        );
        for outside in [
            "mods",
            "logs/latest.log",
            "saves",
            "usercache.json",
            "screenshots",
        ] {
            assert_eq!(scope.kind_of(&path(outside)), None, "{outside}");
        }
    }

    #[test]
    fn locks_and_our_own_files_are_never_synced() {
        let scope = minecraft();
        for never in [
            "saves/W/session.lock",
            ".cloud-sync/token",
            "saves/W/region/.instance-sync-x",
            "config/x.tmp",
        ] {
            assert!(scope.excludes(never), "{never}");
        }
        assert!(!scope.excludes("saves/W/level.dat"));
    }

    fn including(pattern: &str) -> Rules {
        Rules {
            include: vec![pattern.to_owned()],
            exclude: vec![],
            units: vec![],
            conflicts: vec![],
        }
    }

    #[test]
    fn any_number_of_double_stars_is_one() {
        let pattern = "**/".repeat(300) + "x";
        let scope = Scope::new(&including(&pattern)).expect("compiles");
        assert_eq!(scope.includes(), [["**", "x"]]);
        assert!(scope.kind_of(&path("a/b/c/d/e/f/g/x")).is_some());
        assert!(scope.kind_of(&path("a/b/c/d/e/f/g/y")).is_none());
    }

    #[test]
    fn the_first_rule_about_conflicts_that_matches_counts() {
        let rule = |path: &str, policy| ConflictRule {
            path: path.to_owned(),
            policy,
        };
        let mut rules = including("saves/*");
        rules.conflicts = vec![
            rule("saves/A*", Policy::KeepBoth),
            rule("saves/*", Policy::KeepCloud),
        ];
        let scope = Scope::new(&rules).expect("compiles");
        let policy = |unit| scope.policy(&path(unit));
        assert_eq!(policy("saves/Attic"), Some(Policy::KeepBoth));
        assert_eq!(policy("saves/Barn"), Some(Policy::KeepCloud));
        assert_eq!(policy("options.txt"), None);
    }

    #[test]
    fn a_pattern_has_at_most_a_thousand_bytes() {
        assert!(Scope::new(&including(&"a".repeat(1000))).is_ok());
        assert!(Scope::new(&including(&"a".repeat(1001))).is_err());
        assert!(Scope::new(&including(&"a".repeat(2000))).is_err());
    }

    #[test]
    fn bad_patterns_are_named() {
        for pattern in [
            "",
            "/abs",
            "../up",
            "a//b",
            "a/./b",
            ".cloud-sync/x",
            "[",
            "a**b",
            "a/",
            "{saves/*,options.txt}",
            "a[/]b",
            &("{a,".repeat(300) + &"}".repeat(300)),
        ] {
            let rules = including(pattern);
            let error = Scope::new(&rules).expect_err(pattern);
            assert!(
                error.to_string().contains(&format!("{pattern:?}")),
                "{error}"
            );
        }
    }
}
