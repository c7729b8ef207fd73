//! Finding the paths of a scope in a folder without walking what lies outside it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{domain::scope::matches_part, texts::text};

/// Something that is there and could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blind {
    /// Its path relative to the game folder.
    pub path: String,
    /// Why.
    pub why: String,
}

/// What an include pattern leads to.
#[derive(Debug, Default)]
pub struct Matches {
    /// Relative paths (`/`) with their places on disk.
    pub paths: Vec<(String, PathBuf)>,
    /// Folders that could not be listed, and links that lead nowhere.
    pub blind: Vec<Blind>,
    /// Names that are not UTF-8: they cannot travel.
    pub unspeakable: Vec<PathBuf>,
}

/// Follows a `pattern`, split into components, from `root`. Links on the way are followed: players
/// move `saves` to another disk.
pub fn follow(root: &Path, pattern: &[String]) -> Matches {
    let mut matches = Matches::default();
    descend(root, String::new(), pattern, &mut matches);
    matches
}

fn descend(place: &Path, path: String, pattern: &[String], matches: &mut Matches) {
    let Some((part, rest)) = pattern.split_first() else {
        matches.paths.push((path, place.to_path_buf()));
        return;
    };
    if part == "**" {
        descend(place, path.clone(), rest, matches);
        for (name, child) in children(place, &path, matches) {
            // Links below `**` are not followed: they may lead in a circle.
            if child
                .symlink_metadata()
                .is_ok_and(|metadata| metadata.is_dir())
            {
                descend(&child, join(&path, &name), pattern, matches);
            }
        }
    } else if part.contains(['*', '?', '[', '{', '\\']) {
        for (name, child) in children(place, &path, matches) {
            if matches_part(part, &name) {
                step(&child, join(&path, &name), rest, matches);
            }
        }
    } else {
        step(&place.join(part), join(&path, part), rest, matches);
    }
}

/// Goes on below one match, where it is there.
fn step(place: &Path, path: String, rest: &[String], matches: &mut Matches) {
    match fs::metadata(place) {
        Ok(metadata) if rest.is_empty() || metadata.is_dir() => descend(place, path, rest, matches),
        // A link to a disk that is not there is no deletion of what lies on it.
        Err(_) if place.symlink_metadata().is_ok() => matches.blind.push(Blind {
            path,
            why: text!("scan-link-leads-nowhere"),
        }),
        Ok(_) | Err(_) => {}
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}/{name}")
    }
}

/// Lists a folder, by name.
fn children(place: &Path, path: &str, matches: &mut Matches) -> Vec<(String, PathBuf)> {
    let entries = match fs::read_dir(place) {
        Ok(entries) => entries,
        Err(error) => {
            if !matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) {
                matches.blind.push(Blind {
                    path: path.to_owned(),
                    why: error.to_string(),
                });
            }
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => match entry.file_name().into_string() {
                Ok(name) => found.push((name, entry.path())),
                Err(_) => matches.unspeakable.push(entry.path()),
            },
            Err(error) => matches.blind.push(Blind {
                path: path.to_owned(),
                why: error.to_string(),
            }),
        }
    }
    found.sort();
    found
}
