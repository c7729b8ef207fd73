//! What a save is about, its name and its files, on worlds that a library of others wrote.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use crate::lib::domain::digest::Digest;
use crate::lib::domain::path::InnerPath;
use crate::lib::domain::save::{About, Difficulty, Mode, check, relabel};
use crate::lib::domain::unit::{FileFact, UnitContent};
use crate::lib::workdir::about;
use crate::support::programs::Program;

const VERSIONS: [&str; 6] = ["beta", "1.8", "1.12", "1.16", "1.21", "26.1"];
const NAME: &str = "W\u{f6}rld \u{20ac}";

fn script(python: &Path, words: &[&Path]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/worlds.py");
    let mut command = Command::new(python);
    // What runs from here leaves nothing in the sources.
    command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1");
    let output = command.arg(script).args(words).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Each version's world, with what is in it.
fn worlds(python: &Path, folder: &Path) -> Vec<(&'static str, BTreeMap<String, Vec<u8>>)> {
    let world = |version: &'static str| {
        let place = folder.join(version);
        script(python, &[Path::new("write"), &place, Path::new(version)]);
        let files = walkdir::WalkDir::new(&place)
            .into_iter()
            .map(Result::unwrap);
        let files = files
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let inner = entry.path().strip_prefix(&place).unwrap();
                let inner = inner.to_str().unwrap().replace('\\', "/");
                (inner, fs::read(entry.path()).unwrap())
            });
        (version, files.collect())
    };
    VERSIONS.map(world).into()
}

fn content(files: &BTreeMap<String, Vec<u8>>) -> UnitContent {
    let fact = |bytes: &Vec<u8>| FileFact {
        size: bytes.len() as u64,
        sha256: Digest::of(bytes),
    };
    let files = files.iter();
    UnitContent {
        files: files
            .map(|(path, bytes)| (InnerPath::new(path.as_str()).unwrap(), fact(bytes)))
            .collect(),
        ..UnitContent::default()
    }
}

#[test]
fn a_world_of_each_version_says_what_it_is_about() {
    let Some(python) = Program::WorldWriter.find() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (version, files) in worlds(&python, folder.path()) {
        let is_beta = version == "beta";
        let read = about::read(&folder.path().join(version), &content(&files));
        let expected = About {
            name: Some(NAME.to_owned()),
            version: (!is_beta && version != "1.8").then(|| version.to_owned()),
            mode: (!is_beta).then_some(Mode::Survival),
            difficulty: (!is_beta).then_some(Difficulty::Hard),
            hardcore: !is_beta,
            last_played: Some("2026-08-14T20:00:00Z".parse().unwrap()),
            day: Some(412),
            // That time stood still at night.
            played: Some(if is_beta { 412 * 1200 + 300 } else { 31 * 3600 }),
            position: Some([-1, 64, 300]),
            dimension: Some("the_nether".to_owned()),
            screenshot: None,
        };
        assert_eq!(read, Some(expected), "{version}");
    }
}

#[test]
fn every_file_of_a_world_is_sound_and_damage_in_its_headers_is_noticed() {
    let Some(python) = Program::WorldWriter.find() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let look = |path: &str, bytes: &[u8]| check(path, &mut Cursor::new(bytes), bytes.len() as u64);
    let (mut regions, mut chunks) = (0, 0);
    for (version, files) in worlds(&python, folder.path()) {
        for (path, bytes) in &files {
            let place = folder.path().join(version).join(path);
            let mut file = File::open(place).unwrap();
            assert_eq!(
                check(path, &mut file, bytes.len() as u64),
                Ok(()),
                "{version}: {path}"
            );
            if !path.starts_with("region/") {
                let mut damaged = bytes.clone();
                let middle = damaged.len() / 2;
                damaged[middle] ^= 0xff;
                assert!(look(path, &damaged).is_err(), "{version}: {path} changed");
                assert!(
                    look(path, &bytes[..bytes.len() - 1]).is_err(),
                    "{version}: {path} cut"
                );
                continue;
            }
            let listed = bytes.chunks_exact(4).take(1024).enumerate();
            for (chunk, entry) in listed.filter(|(_, entry)| **entry != [0; 4]) {
                chunks += 1;
                let start = usize::from(entry[1]) << 20 | usize::from(entry[2]) << 12;
                // Where it lies, how long it is, how it is packed, how its data begins.
                for at in [chunk * 4, chunk * 4 + 1, start, start + 4, start + 5] {
                    let mut damaged = bytes.clone();
                    damaged[at] ^= 0xff;
                    assert!(
                        look(path, &damaged).is_err(),
                        "{version}: {path}, byte {at}"
                    );
                }
            }
            if !bytes.is_empty() {
                regions += 1;
                assert!(look(path, &bytes[..8191]).is_err(), "{version}: {path} cut");
            }
        }
    }
    assert!(
        regions == VERSIONS.len() * 2 && chunks > 50,
        "{regions} regions, {chunks} chunks"
    );
}

#[test]
fn a_copy_gets_a_name_of_its_own_and_nothing_else_for_another_library_too() {
    let Some(python) = Program::WorldWriter.find() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (version, files) in worlds(&python, folder.path()) {
        let place = folder.path().join(version);
        let (before, once, twice) = (
            place.join("level.dat"),
            place.join("once"),
            place.join("twice"),
        );
        let copy = relabel(&files["level.dat"], "Deck, 2026-08-14").unwrap();
        fs::write(&once, &copy).unwrap();
        let names = script(&python, &[Path::new("compare"), &before, &once]);
        assert_eq!(
            names,
            format!("{NAME}\n{NAME} (Deck, 2026-08-14)\n"),
            "{version}"
        );
        fs::write(&twice, relabel(&copy, "B\u{fc}ro, 2026-08-15").unwrap()).unwrap();
        let names = script(&python, &[Path::new("compare"), &before, &twice]);
        let name = format!("{NAME} (Deck, 2026-08-14) (B\u{fc}ro, 2026-08-15)");
        assert_eq!(names, format!("{NAME}\n{name}\n"), "{version}");
    }
}
