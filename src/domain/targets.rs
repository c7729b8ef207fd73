//! What restic is told to save: as few paths as name a unit's files, and nothing else.

use std::collections::BTreeSet;

use super::{
    path::{InnerPath, RelPath},
    unit::UnitContent,
};

/// Returns the paths that together hold all files of a unit: folders that are saved whole, and what
/// is saved of the others.
///
/// `partial` are the folders that hold something that is not part of the unit: what is left out, a
/// link, another unit. A partial folder without a file of its own has no path here: it travels in the
/// record.
pub fn targets(unit: &RelPath, content: &UnitContent, partial: &BTreeSet<RelPath>) -> Vec<RelPath> {
    let divided = divided(unit, partial);
    let is_whole = |folder: &str| {
        let folder = InnerPath::new(folder).ok();
        folder.is_some_and(|folder| content.folders.contains(&folder) && !divided.contains(&folder))
    };
    let is_named = |inner: &InnerPath| parent(inner).is_none_or(|above| !is_whole(above));
    let folders = content
        .folders
        .iter()
        .filter(|folder| !divided.contains(*folder) && is_named(folder));
    let files = content.files.keys().filter(|file| is_named(file));
    folders.chain(files).map(|inner| unit.join(inner)).collect()
}

/// Returns the folders of a unit that hold, at whatever depth, something that is no part of it.
fn divided(unit: &RelPath, partial: &BTreeSet<RelPath>) -> BTreeSet<InnerPath> {
    let mut divided = BTreeSet::new();
    for folder in partial {
        let Some(rest) = folder.as_str().strip_prefix(unit.as_str()) else {
            continue;
        };
        let inner = match rest.strip_prefix('/') {
            Some(inner) => inner,
            None if rest.is_empty() => "",
            None => continue,
        };
        let ends = inner.match_indices('/').map(|(at, _)| at);
        let above = ends.chain([0, inner.len()]).map(|end| &inner[..end]);
        divided.extend(above.filter_map(|path| InnerPath::new(path).ok()));
    }
    divided
}

/// Returns the folder that a path inside a unit is in; `None` for the unit itself.
fn parent(inner: &InnerPath) -> Option<&str> {
    let path = inner.as_str();
    match path.rfind('/') {
        Some(at) => Some(&path[..at]),
        None => (!path.is_empty()).then_some(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{digest::Digest, unit::FileFact};

    const UNIT: &str = "saves/World";

    fn content(files: &[&str], folders: &[&str]) -> UnitContent {
        let path = |text: &&str| InnerPath::new(*text).expect("sound");
        let fact = FileFact {
            size: 1,
            sha256: Digest::of(b"x"),
        };
        UnitContent {
            files: files.iter().map(|file| (path(file), fact)).collect(),
            folders: folders.iter().map(path).collect(),
        }
    }

    fn at(content: &UnitContent, partial: &[&str]) -> Vec<String> {
        let path = |text: &&str| RelPath::new(*text).expect("sound");
        let partial = partial.iter().map(path).collect();
        let targets = targets(&path(&UNIT), content, &partial);
        targets.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_world_is_named_by_as_little_as_possible() {
        let world = content(
            &["level.dat", "region/r.0.0.mca", "region/deep/x", "data/a"],
            &["", "region", "region/deep", "data", "empty"],
        );
        assert_eq!(at(&world, &[]), ["saves/World"]);
        assert_eq!(
            at(&world, &["saves/World2", "saves", "saves/Wor"]),
            ["saves/World"]
        );
        let mut named = at(&world, &["saves/World"]);
        named.sort();
        let all = ["data", "empty", "level.dat", "region"];
        assert_eq!(named, all.map(|name| format!("saves/World/{name}")));
        let mut named = at(&world, &["saves/World/region/deep", "saves/World/empty"]);
        named.sort();
        let all = ["data", "level.dat", "region/deep/x", "region/r.0.0.mca"];
        assert_eq!(named, all.map(|name| format!("saves/World/{name}")));
        assert_eq!(at(&content(&[""], &[]), &[]), ["saves/World"]);
    }

    fn name() -> impl proptest::strategy::Strategy<Value = String> {
        proptest::string::string_regex("[ab](/[ab]){0,3}").expect("sound")
    }

    proptest::proptest! {
        /// Each file lies in exactly one of them, and nothing that is left out lies in any.
        #[test]
        fn they_hold_each_file_once_and_nothing_else(
            files in proptest::collection::btree_set(name(), 1..12),
            left_out in proptest::collection::btree_set(name(), 0..4),
        ) {
            // A name is a file or a folder.
            let is_folder = |path: &String| files.iter().any(|other| other.starts_with(&format!("{path}/")));
            let kept: Vec<&str> = files.iter().filter(|path| !is_folder(path)).map(String::as_str).collect();
            let out: Vec<&String> = left_out
                .iter()
                .filter(|path| kept.iter().all(|file| file != path && !file.starts_with(&format!("{path}/"))))
                .collect();
            let above = |path: &str| path.rfind('/').map_or(String::new(), |at| path[..at].to_owned());
            let mut folders = BTreeSet::from([String::new()]);
            for file in &kept {
                let mut folder = above(file);
                while !folder.is_empty() {
                    folders.insert(folder.clone());
                    folder = above(&folder);
                }
            }
            let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
            let world = content(&kept, &folders);
            let partial: Vec<String> = out
                .iter()
                .map(|path| format!("{UNIT}/{}", above(path)).trim_end_matches('/').to_owned())
                .collect();
            let partial: Vec<&str> = partial.iter().map(String::as_str).collect();
            let targets = at(&world, &partial);
            let holders = |path: &str| {
                let path = format!("{UNIT}/{path}");
                targets.iter().filter(|target| path == **target || path.starts_with(&format!("{target}/"))).count()
            };
            for file in &kept {
                proptest::prop_assert_eq!(holders(file), 1, "{}: {:?}", file, targets);
            }
            for path in out {
                // What lies below a folder of which nothing is kept is not even looked at.
                let known = folders.contains(&above(path).as_str());
                proptest::prop_assert!(!known || holders(path) == 0, "{}: {:?}", path, targets);
            }
        }
    }
}
