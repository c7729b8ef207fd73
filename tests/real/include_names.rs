//! The lists of files that restic restores by: for any name, just the file of that name comes out.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use instance_sync::domain::{ids::SnapshotId, path::RelPath};
use instance_sync::store::{argv, keys::Keys, repository::Repository};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

use crate::support::tree::Kind;
use crate::support::{ALICE, Program, Tree, play, template};

/// How many snapshots of odd names are tried with each restic.
const CASES: u32 = 4;

/// What restic, Go's globs, Go's `os.Expand` or its reader of lines may take for something else.
const SPECIAL: [&str; 34] = [
    "[", "]", "*", "?", "\\", "$", "{", "}", "!", "#", "^", "-", "~", "%", "'", "\"", ",", "|",
    " ", "\t", "\n", "\r", "\u{b}", "\u{c}", "\u{85}", "\u{a0}", "\u{3000}", "\u{200b}",
    "\u{feff}", "\u{fffd}", "**", "$HOME", "${HOME}", "[!a]",
];

/// One component of a path, from pieces that are mostly trouble.
fn component() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => select(&SPECIAL[..]).prop_map(str::to_owned),
        3 => "[ab.]",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..9).prop_map(|pieces| named(&pieces.concat()))
}

/// Makes a text a name that a file can have.
fn named(text: &str) -> String {
    let mut name: String = text.chars().filter(|c| !matches!(c, '/' | '\0')).collect();
    while name.len() > 255 {
        name.pop();
    }
    if matches!(name.as_str(), "" | "." | "..") {
        name.push('_');
    }
    name
}

/// A component, and one that a pattern for it could match by mistake.
fn twins() -> impl Strategy<Value = [String; 2]> {
    let other = prop_oneof![
        select(&SPECIAL[..]).prop_map(str::to_owned),
        "[ab.]",
        Just(String::new())
    ];
    (component(), any::<Index>(), other, 0..4).prop_map(|(name, at, other, how)| {
        let twin = match how {
            0 => name.trim().to_owned(),
            1 => format!("{name}{other}"),
            _ => {
                let at = at.index(name.chars().count());
                let swapped = name.chars().enumerate().map(|(index, c)| {
                    if index == at {
                        other.clone()
                    } else {
                        c.to_string()
                    }
                });
                swapped.collect()
            }
        };
        [name, named(&twin)]
    })
}

/// Paths of files: odd names directly, and odd names in odd folders.
fn paths() -> impl Strategy<Value = Vec<String>> {
    let flat = prop::collection::vec(twins(), 20).prop_map(|twins| {
        let names = twins.into_iter().flatten();
        names.map(|name| format!("files/{name}")).collect()
    });
    let nested = prop::collection::vec((twins(), component()), 12).prop_map(|nested| {
        let paths = nested
            .into_iter()
            .flat_map(|(folders, name)| folders.map(|folder| format!("folders/{folder}/{name}")));
        paths.collect()
    });
    (flat, nested).prop_map(|(flat, nested): (Vec<_>, Vec<_>)| {
        let mut paths = [flat, nested].concat();
        paths.sort();
        paths.dedup();
        paths
    })
}

/// Whether the pattern for `asked` may match `other`: it cannot spell a newline.
fn is_alike(asked: &str, other: &str) -> bool {
    asked.chars().count() == other.chars().count()
        && asked
            .chars()
            .zip(other.chars())
            .all(|(a, b)| a == b || (a == '\n' && b != '/'))
}

/// One repository with everything in it.
struct Snapshot {
    repository: Repository,
    id: SnapshotId,
    folder: tempfile::TempDir,
}

impl Snapshot {
    /// Saves one file for each path, whose content is its path.
    fn of(restic: &Path, paths: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        template::repository(&place("cloud"), ALICE.secret).expect("restic was found before");
        let mut list = Vec::new();
        for path in paths {
            play::write(&place("pack").join(path), path);
            list.extend_from_slice(path.as_bytes());
            list.push(0);
        }
        fs::write(place("list"), list).unwrap();
        let repository = Repository {
            program: restic.to_owned(),
            location: place("cloud").display().to_string(),
            account: None,
            password: ALICE.secret.into(),
            keys: Keys::new(None, None, Box::new(|| Ok(None))),
            ca_file: None,
            cache: Some(place("cache")),
        };
        let backup = argv::Backup {
            files: &place("list"),
            host: "test",
            tags: &[],
            lock_patience: 1,
            parent: None,
        };
        let backed = repository
            .backup(&place("pack"), &backup, &mut |_| {})
            .unwrap();
        assert_eq!(backed.unread, None);
        assert_eq!(backed.files, paths.len() as u64);
        Self {
            repository,
            id: backed.snapshot,
            folder,
        }
    }

    /// Returns the files that come out where these are asked for, with what they hold.
    fn restore(&self, asked: &[&str]) -> BTreeMap<String, Vec<u8>> {
        let asked: Vec<_> = asked
            .iter()
            .map(|path| RelPath::new(*path).unwrap())
            .collect();
        let target = tempfile::tempdir_in(self.folder.path()).unwrap();
        self.repository
            .restore(&self.id, target.path(), &asked, &mut |_| {})
            .unwrap();
        let tree = Tree::of_all(target.path());
        let files = tree.paths().filter_map(|path| {
            let Kind::File(content) = &tree.get(path)?.kind else {
                return None;
            };
            Some((path.to_str().unwrap().to_owned(), content.clone()))
        });
        files.collect()
    }
}

/// Asks for one half of the paths and then for the other, halved by each bit of their numbers: so
/// each path is once asked for where any given other one is not.
fn each_comes_out_alone(restic: &Path, paths: &[String]) {
    let snapshot = Snapshot::of(restic, paths);
    let bits = usize::BITS - paths.len().leading_zeros();
    for (bit, side) in (0..bits).flat_map(|bit| [(bit, 0), (bit, 1)]) {
        let half = paths.iter().enumerate();
        let asked: Vec<&str> = half
            .filter(|(number, _)| number >> bit & 1 == side)
            .map(|(_, path)| path.as_str())
            .collect();
        if asked.is_empty() {
            continue;
        }
        let restored = snapshot.restore(&asked);
        for path in &asked {
            let content = restored.get(*path).map(Vec::as_slice);
            assert_eq!(content, Some(path.as_bytes()), "{path:?} did not come out");
        }
        for path in restored.keys() {
            let meant = asked.iter().any(|asked| is_alike(asked, path));
            assert!(meant, "{path:?} came out and was not asked for");
        }
    }
}

fn any_name(program: Program) {
    let Some(restic) = program.find() else {
        return;
    };
    let soak = std::env::var("INSTANCE_SYNC_SOAK").ok();
    let config = Config {
        cases: soak.map_or(CASES, |rounds| rounds.parse().unwrap()),
        // The message names the path; a smaller snapshot would say no more.
        max_shrink_iters: 0,
        failure_persistence: None,
        ..Config::default()
    };
    let done = TestRunner::new(config).run(&paths(), |paths| {
        each_comes_out_alone(&restic, &paths);
        Ok(())
    });
    done.unwrap();
}

#[test]
fn any_name_is_restored_and_no_other() {
    any_name(Program::Restic);
}

#[test]
fn any_name_is_restored_and_no_other_by_the_oldest_restic() {
    any_name(Program::Restic018);
}
