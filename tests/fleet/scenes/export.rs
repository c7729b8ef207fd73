//! Export: a world as a zip.

use std::path::Path;

use super::*;
use crate::sync::{
    export::{self, ExportOutcome, Exported, Request},
    restore::Point,
};

const A: &str = "saves/A/level.dat";
const MORE: &str = "saves/A/region/r.0.0.mca";

fn request(name: &str, target: &Path) -> Request {
    Request {
        unit: unit(name),
        point: None,
        target: target.to_path_buf(),
        force: false,
    }
}

fn export(scene: &Scene, request: &Request) -> std::result::Result<ExportOutcome, String> {
    export::export(&scene.settings(0), &|_| (), request).map_err(|error| error.to_string())
}

fn exported(scene: &Scene, request: &Request) -> Exported {
    match export(scene, request) {
        Ok(ExportOutcome::Exported(said)) => said,
        other => panic!("{other:?}"),
    }
}

/// The files of a zip, each with its text.
fn zipped(path: &Path) -> Vec<(String, String)> {
    let mut zip = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut found = Vec::new();
    for number in 0..zip.len() {
        let mut file = zip.by_index(number).unwrap();
        let text = std::io::read_to_string(&mut file).unwrap();
        if file.is_file() {
            found.push((file.name().unwrap().into_owned(), text));
        }
    }
    found.sort();
    found
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A was played twice. The folder is where zips go.
fn played() -> (Scene, PathBuf, SnapshotId) {
    let scene = Scene::with(1, &[(A, "first"), (MORE, "region"), ("options.txt", "o")]);
    let first = scene.ids().into_iter().next().unwrap();
    scene.write(0, A, "second");
    scene.push(0);
    let folder = scene.place(0, "../zips");
    fs::create_dir_all(&folder).unwrap();
    (scene, folder, first)
}

#[test]
fn a_world_is_packed_as_it_is_here() {
    let (scene, folder, _) = played();
    scene.write(0, A, "not pushed yet");
    let said = exported(&scene, &request("saves/A", &folder));
    let place = folder.join("A.zip");
    let size = fs::metadata(&place).unwrap().len();
    assert_eq!(said.unit, unit("saves/A"));
    assert_eq!(Path::new(&said.file).file_name(), place.file_name());
    assert_eq!((said.files, said.bytes, said.size), (2, 20, size));
    assert_eq!(said.version, None);
    let files = [
        ("A/level.dat", "not pushed yet"),
        ("A/region/r.0.0.mca", "region"),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
    assert_eq!(zipped(&place), files);
    let mut zip = zip::ZipArchive::new(fs::File::open(&place).unwrap()).unwrap();
    let time = zip
        .by_index(zip.len() - 1)
        .unwrap()
        .last_modified()
        .unwrap();
    assert!(time.year() >= 2024, "{time}: when it was written");
    assert_eq!(names(&folder), ["A.zip"], "nothing else is left there");
    // The same once more is not written again.
    let again = export(&scene, &request("saves/A", &folder));
    assert!(
        matches!(again, Ok(ExportOutcome::Unchanged(_))),
        "{again:?}"
    );
}

#[test]
fn another_file_is_replaced_only_where_that_is_wished() {
    let (scene, folder, _) = played();
    let place = folder.join("mine.zip");
    fs::write(&place, "something else").unwrap();
    let mut wish = request("saves/A", &place);
    let error = export(&scene, &wish).unwrap_err();
    assert!(error.contains("mine.zip"), "{error}");
    assert_eq!(fs::read_to_string(&place).unwrap(), "something else");
    assert_eq!(names(&folder), ["mine.zip"]);
    wish.force = true;
    exported(&scene, &wish);
    assert_eq!(zipped(&place).len(), 2);
    // A zip of another version is another file, too.
    scene.write(0, A, "third");
    wish.force = false;
    assert!(export(&scene, &wish).is_err());
    wish.force = true;
    exported(&scene, &wish);
    assert_eq!(zipped(&place)[0].1, "third");
}

#[test]
fn a_world_is_packed_as_it_was() {
    let (scene, folder, first) = played();
    let place = folder.join("old.zip");
    let wish = Request {
        point: Some(Point::Snapshot(first.to_string())),
        ..request("saves/A", &place)
    };
    let said = exported(&scene, &wish);
    let version = said.version.unwrap();
    assert_eq!(
        (version.snapshot, version.device.as_str()),
        (Some(first.clone()), "device 0")
    );
    assert_eq!((said.files, said.bytes), (2, 11));
    assert_eq!(zipped(&place)[0].1, "first");
    assert_eq!(names(&folder), ["old.zip"]);
    let again = export(&scene, &wish);
    assert!(
        matches!(again, Ok(ExportOutcome::Unchanged(_))),
        "{again:?}"
    );
    // What cannot be had lands nowhere.
    scene.cloud.hurt(Some((first, "saves/A".to_owned())));
    let wish = Request {
        target: folder.join("hurt.zip"),
        ..wish
    };
    let error = export(&scene, &wish).unwrap_err();
    assert!(
        error.starts_with("the cloud cannot give saves/A as it was ("),
        "{error}"
    );
    assert!(!folder.join("hurt.zip").exists());
}

#[test]
fn only_a_world_is_packed_and_not_into_the_game_folder() {
    let (scene, folder, _) = played();
    let failure = |name: &str, target: &Path| export(&scene, &request(name, target)).unwrap_err();
    let error = failure("options.txt", &folder.join("o.zip"));
    assert!(error.contains("options.txt"), "{error}");
    let error = failure("saves/Z", &folder.join("z.zip"));
    assert!(error.contains("saves/Z"), "{error}");
    assert_eq!(names(&folder), [""; 0], "nothing is left there");
    for inside in ["saves/A.zip", ".cloud-sync/A.zip"] {
        let place = scene.place(0, inside);
        failure("saves/A", &place);
        assert!(!place.exists(), "{inside}");
    }
    let not_opted_in = folder.join("nobody's");
    let settings = Settings::new(not_opted_in);
    let outcome = export::export(&settings, &|_| (), &request("saves/A", &folder));
    assert!(matches!(outcome, Ok(ExportOutcome::NotOptedIn)));
}

#[test]
fn a_folder_is_named_by_a_slash_at_its_end_or_by_being_one() {
    let (scene, folder, _) = played();
    // One that is not there yet.
    let fresh = PathBuf::from(format!("{}/", folder.join("fresh").display()));
    exported(&scene, &request("saves/A", &fresh));
    assert_eq!(names(&folder.join("fresh")), ["A.zip"]);
    fs::create_dir_all(folder.join("taken/A.zip")).unwrap();
    let error = export(&scene, &request("saves/A", &folder.join("taken"))).unwrap_err();
    assert!(error.contains("that is a folder"), "{error}");
}

/// Neither a folder nor a place that only a folder can have becomes a file.
#[test]
fn a_folder_is_not_replaced_by_a_zip() {
    let scene = Scene::with(1, &[(A, "a")]);
    let out = tempfile::tempdir().unwrap();
    fs::create_dir(out.path().join("A.zip")).unwrap();
    for target in [out.path().to_path_buf(), out.path().join("nowhere/..")] {
        let error = export(&scene, &request("saves/A", &target)).unwrap_err();
        assert!(error.contains("that is a folder"), "{error}");
    }
    assert_eq!(names(out.path()), ["A.zip"]);
}
