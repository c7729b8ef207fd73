//! Restore and history: what was, where it lands, and what is told of it.

use std::collections::BTreeMap;

use super::*;
use crate::domain::record::Before;
use crate::sync::{
    history::{self, Chronicle, Deed, Here, HistoryOutcome, Rows, Why},
    restore::{self, Fate, Place, Point, Report, Request, RestoreOutcome},
    undo::{self, Finality, Reason},
};

const A: &str = "saves/A/level.dat";
const B: &str = "saves/B/level.dat";
const MORE: &str = "saves/A/region/r.0.0.mca";

/// A was played three times; then B came, and the options changed. Everybody has everything.
fn played() -> (Scene, Vec<SnapshotId>) {
    let scene = Scene::new(2);
    let mut made = Vec::new();
    let mut push = |scene: &Scene, device: usize| {
        let outcome = scene.push(device);
        made.push(scene.pushed(&outcome).listed.id);
    };
    scene.write(0, A, "first");
    scene.write(0, MORE, "region");
    scene.write(0, "options.txt", "o");
    push(&scene, 0);
    scene.write(0, A, "second");
    scene.write(0, "saves/A/data/map.dat", "map");
    push(&scene, 0);
    scene.pull(1);
    scene.write(1, A, "third");
    scene.write(1, B, "b");
    scene.write(1, "options.txt", "o2");
    push(&scene, 1);
    scene.pull(0);
    (scene, made)
}

fn request(names: &[&str], point: Point, place: Place) -> Request {
    Request {
        units: units(names).into_iter().collect(),
        point,
        place,
        finality: Finality::Final,
    }
}

fn at(id: &SnapshotId) -> Point {
    Point::Snapshot(id.to_string())
}

fn restore(scene: &Scene, request: &Request) -> Result<RestoreOutcome> {
    restore::restore(&scene.settings(0), &|_| (), request, None)
}

fn restored(scene: &Scene, request: &Request) -> Report {
    match restore(scene, request).unwrap() {
        RestoreOutcome::Restored(report) => report,
        other => panic!("{other:?}"),
    }
}

/// What is reported of each unit: what becomes of it, and files that come, change and go, and bytes.
fn told(report: &Report) -> BTreeMap<&str, (Fate, u64, u64, u64, u64)> {
    let units = report.units.iter();
    let row = |one: &restore::Restored| (one.fate, one.coming, one.changing, one.going, one.bytes);
    units.map(|one| (one.unit.as_str(), row(one))).collect()
}

#[test]
fn a_unit_comes_back_as_a_snapshot_has_it() {
    let (scene, made) = played();
    let report = restored(&scene, &request(&["saves/A"], at(&made[0]), Place::InPlace));
    let expected = BTreeMap::from([("saves/A", (Fate::Replaced, 0, 1, 1, 5))]);
    assert_eq!(told(&report), expected);
    let one = &report.units[0];
    assert_eq!(one.version.snapshot.as_ref(), Some(&made[0]));
    assert_eq!(one.version.device, "device 0");
    assert!(!one.saved_first && one.others.is_empty() && one.was.is_none());
    assert_eq!(
        (report.bytes, report.safety_copy.clone(), report.news),
        (5, None, false)
    );
    assert_eq!(scene.text(0, A).as_deref(), Some("first"));
    assert_eq!(scene.text(0, "saves/A/data/map.dat"), None);
    assert_eq!(scene.text(0, MORE).as_deref(), Some("region"));
    let swap = undo::list(&scene.settings(0)).swap_remove(0);
    assert_eq!(swap.entry.reason, Reason::Restore);
    // What it replaced is in the cloud, and undo knows where.
    let saved = &swap.entry.units[&unit("saves/A")].saved;
    assert_eq!(saved.as_ref(), Some(&made[2]));
    // It counts as an edit made here.
    assert!(matches!(scene.push(0), PushOutcome::Pushed { .. }));
    assert_eq!(scene.pull(1), applied(taken(&["saves/A"], 5)));
    // Restored once more, nothing is to be done.
    let again = restore(&scene, &request(&["saves/A"], at(&made[0]), Place::InPlace)).unwrap();
    let RestoreOutcome::Nothing(report) = again else {
        panic!("{again:?}");
    };
    assert_eq!(told(&report)["saves/A"].0, Fate::Same);
}

#[test]
fn a_preview_and_a_refusal_change_nothing() {
    let (scene, made) = played();
    let before = (scene.devices[0].units(), scene.ids());
    let mut wish = request(&["saves/A"], at(&made[0]), Place::InPlace);
    let declined = |_: &Report| Ok(false);
    let settings = scene.settings(0);
    let outcome = restore::restore(&settings, &|_| (), &wish, Some(&declined)).unwrap();
    assert!(
        matches!(outcome, RestoreOutcome::Declined(_)),
        "{outcome:?}"
    );
    wish.finality = Finality::Preview;
    // Nobody is asked about a preview.
    let asked = |_: &Report| panic!("asked");
    let outcome = restore::restore(&settings, &|_| (), &wish, Some(&asked)).unwrap();
    let RestoreOutcome::Preview(report) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(told(&report)["saves/A"], (Fate::Replaced, 0, 1, 1, 5));
    assert_eq!((scene.devices[0].units(), scene.ids()), before);
    wish.finality = Finality::Final;
    let agreed = |_: &Report| Ok(true);
    let outcome = restore::restore(&settings, &|_| (), &wish, Some(&agreed)).unwrap();
    assert!(
        matches!(outcome, RestoreOutcome::Restored(_)),
        "{outcome:?}"
    );
}

/// While somebody thinks about it, another command may do something in the folder.
#[test]
fn whoever_agreed_to_what_is_not_so_any_more_is_told_to_begin_again() {
    let (scene, made) = played();
    let wish = request(&["saves/A"], at(&made[0]), Place::InPlace);
    let settings = scene.settings(0);
    let agreed = |_: &Report| {
        scene.write(0, A, "played meanwhile");
        Ok(true)
    };
    let error = restore::restore(&settings, &|_| (), &wish, Some(&agreed)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "saves/A changed while the pull was under way"
    );
    let agreed = |_: &Report| {
        scene.push(0);
        Ok(true)
    };
    let error = restore::restore(&settings, &|_| (), &wish, Some(&agreed));
    assert!(error.is_err(), "{error:?}");
    assert_eq!(scene.text(0, A).as_deref(), Some("played meanwhile"));
}

#[test]
fn what_is_only_here_is_saved_before_it_is_replaced() {
    let (scene, made) = played();
    scene.write(0, A, "only here");
    let report = restored(&scene, &request(&["saves/A"], at(&made[0]), Place::InPlace));
    assert!(report.units[0].saved_first);
    let copies = scene.safety_copies();
    let [copy] = &copies[..] else {
        panic!("{} safety copies", copies.len());
    };
    assert_eq!(report.safety_copy.as_ref(), Some(&copy.listed.id));
    assert_eq!(held(copy, A).as_deref(), Some("only here"));
    assert_eq!(record(copy)["before"], "restore");
    let swap = undo::list(&scene.settings(0)).swap_remove(0);
    let saved = &swap.entry.units[&unit("saves/A")].saved;
    assert_eq!(saved.as_ref(), Some(&copy.listed.id));
    // The history has it, and it can be gone back to by name.
    let report = restored(
        &scene,
        &request(&["saves/A"], at(&copy.listed.id), Place::InPlace),
    );
    assert!(!report.units[0].saved_first);
    assert_eq!(scene.text(0, A).as_deref(), Some("only here"));
}

#[test]
fn a_damaged_version_is_not_restored_and_the_others_are() {
    let (scene, made) = played();
    scene.write(0, "options.txt", "only here");
    let hurt = (made[0].clone(), "saves/A".to_owned());
    scene.cloud.hurt(Some(hurt));
    let outcome = restore(&scene, &request(&[], at(&made[0]), Place::InPlace)).unwrap();
    let error = outcome.error().unwrap().to_string();
    let RestoreOutcome::Restored(report) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(report.lost.len(), 1);
    assert!(
        error.starts_with("the cloud cannot give saves/A as it was ("),
        "{error}"
    );
    assert_eq!(
        told(&report),
        BTreeMap::from([("options.txt", (Fate::Replaced, 0, 1, 0, 1))])
    );
    assert_eq!(scene.text(0, A).as_deref(), Some("third"));
    assert_eq!(scene.text(0, "options.txt").as_deref(), Some("o"));
    let copies = scene.safety_copies();
    assert_eq!(
        held(&copies[0], "options.txt").as_deref(),
        Some("only here")
    );
    // Alone, it is nothing.
    let outcome = restore(&scene, &request(&["saves/A"], at(&made[0]), Place::InPlace)).unwrap();
    assert!(matches!(&outcome, RestoreOutcome::Nothing(report) if report.lost.len() == 1));
}

#[test]
fn everything_goes_back_and_what_was_not_there_stays() {
    let (scene, made) = played();
    let report = restored(&scene, &request(&[], at(&made[1]), Place::InPlace));
    let expected = BTreeMap::from([
        ("options.txt", (Fate::Replaced, 0, 1, 0, 1)),
        ("saves/A", (Fate::Replaced, 0, 1, 0, 6)),
    ]);
    assert_eq!(told(&report), expected);
    let absent: Vec<&str> = report.absent.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(absent, ["saves/B"]);
    assert_eq!(scene.text(0, A).as_deref(), Some("second"));
    assert_eq!(scene.text(0, B).as_deref(), Some("b"));
    assert_eq!(report.bytes, 7);
}

#[test]
fn what_was_deleted_comes_back() {
    let (scene, made) = played();
    scene.delete(0, "saves/B");
    scene.push(0);
    let report = restored(&scene, &request(&["saves/B"], at(&made[2]), Place::InPlace));
    let expected = BTreeMap::from([("saves/B", (Fate::Returned, 1, 0, 0, 1))]);
    assert_eq!(told(&report), expected);
    assert_eq!(scene.text(0, B).as_deref(), Some("b"));
    let error = restore(&scene, &request(&["saves/B"], at(&made[0]), Place::InPlace)).unwrap_err();
    assert_eq!(error.to_string(), "saves/B did not exist then");
    let error = restore(&scene, &request(&["saves/b"], at(&made[0]), Place::InPlace)).unwrap_err();
    assert_eq!(
        (error.to_string(), error.hints().join(" ")),
        (
            "the cloud has no saves/b".to_owned(),
            "Did you mean: saves/B".to_owned()
        )
    );
    let error = restore(&scene, &request(&["mods"], at(&made[0]), Place::InPlace)).unwrap_err();
    assert!(error.hints()[0].starts_with("Units are paths below the game folder"));
}

#[test]
fn a_copy_lands_beside_what_is_here_and_only_once() {
    let (scene, made) = played();
    let wish = request(&["saves/A"], at(&made[0]), Place::Copy);
    let report = restored(&scene, &wish);
    let one = &report.units[0];
    let lands = one.lands.clone().unwrap();
    assert!(
        lands.as_str().starts_with("saves/A (device 0, 2"),
        "{lands}"
    );
    assert_eq!(
        (one.fate, one.coming, one.changing, one.going),
        (Fate::Copied, 2, 0, 0)
    );
    assert_eq!(scene.text(0, A).as_deref(), Some("third"));
    assert_eq!(
        scene.text(0, &format!("{lands}/level.dat")).as_deref(),
        Some("first")
    );
    assert_eq!(
        scene
            .text(0, &format!("{lands}/region/r.0.0.mca"))
            .as_deref(),
        Some("region")
    );
    let again = restore(&scene, &wish).unwrap();
    let RestoreOutcome::Nothing(report) = again else {
        panic!("{again:?}");
    };
    assert_eq!(report.units[0].lands.as_ref(), Some(&lands));
    // Another version has another name, also where the day is the same.
    let report = restored(&scene, &request(&["saves/A"], at(&made[1]), Place::Copy));
    assert_ne!(report.units[0].lands.as_ref(), Some(&lands));
    let error = restore(
        &scene,
        &request(&["options.txt"], at(&made[0]), Place::Copy),
    )
    .unwrap_err();
    assert!(
        error.to_string().starts_with("options.txt is no world"),
        "{error}"
    );
    // Of everything, only worlds are copied.
    let outcome = restore(&scene, &request(&[], at(&made[0]), Place::Copy)).unwrap();
    assert!(matches!(outcome, RestoreOutcome::Nothing(_)), "{outcome:?}");
}

#[test]
fn before_the_last_session_is_before_what_was_pushed_last_or_is_not_pushed_yet() {
    let (scene, made) = played();
    let wish = || request(&[], Point::BeforeLastSession, Place::InPlace);
    let mut shown = wish();
    shown.finality = Finality::Preview;
    let outcome = restore(&scene, &shown).unwrap();
    let RestoreOutcome::Preview(report) = outcome else {
        panic!("{outcome:?}");
    };
    let last = report.session.clone().unwrap();
    assert_eq!(
        (last.snapshot.as_ref(), last.device.as_str()),
        (Some(&made[2]), "device 1")
    );
    let expected = BTreeMap::from([
        ("options.txt", (Fate::Replaced, 0, 1, 0, 1)),
        ("saves/A", (Fate::Replaced, 0, 1, 0, 6)),
    ]);
    assert_eq!(told(&report), expected);
    // What is not pushed yet is the last session then.
    scene.write(0, A, "fourth");
    scene.write(0, "saves/C/level.dat", "c");
    let report = restored(&scene, &wish());
    let last = report.session.clone().unwrap();
    assert_eq!(
        (last.snapshot, last.device.as_str(), last.time),
        (None, "device 0", None)
    );
    let names: Vec<&str> = report.units.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(names, ["saves/A"]);
    let absent: Vec<&str> = report.absent.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(absent, ["saves/C"]);
    assert_eq!(scene.text(0, A).as_deref(), Some("third"));
    // Of one unit, it is the one in which that unit was played.
    scene.delete(0, "saves/C");
    scene.push(0);
    let report = restored(
        &scene,
        &request(&["saves/A"], Point::BeforeLastSession, Place::InPlace),
    );
    assert_eq!(report.session.unwrap().snapshot.as_ref(), Some(&made[2]));
    assert_eq!(scene.text(0, A).as_deref(), Some("second"));
    let wish = request(&["saves/B"], Point::BeforeLastSession, Place::InPlace);
    let error = restore(&scene, &wish).unwrap_err().to_string();
    assert_eq!(
        error,
        "no version of saves/B is known from before it was last played"
    );
}

#[test]
fn a_snapshot_is_named_by_the_beginning_of_its_id() {
    let (scene, made) = played();
    let named = |id: &str| {
        let wish = request(&["saves/A"], Point::Snapshot(id.to_owned()), Place::InPlace);
        restore(&scene, &wish).map_err(|error| error.to_string())
    };
    assert_eq!(named("").unwrap_err(), "no snapshot begins with ");
    assert_eq!(named("xyz").unwrap_err(), "no snapshot begins with xyz");
    let short = format!(" {} ", made[0].short().to_uppercase());
    assert!(matches!(named(&short), Ok(RestoreOutcome::Restored(_))));
    assert_eq!(scene.text(0, A).as_deref(), Some("first"));
}

#[test]
fn into_another_folder_nothing_is_overwritten_and_what_is_there_is_not_fetched_again() {
    let (scene, made) = played();
    let folder = scene.place(0, "../elsewhere");
    let wish = request(&[], at(&made[0]), Place::Folder(folder.clone()));
    let report = restored(&scene, &wish);
    let expected = BTreeMap::from([
        ("options.txt", (Fate::Written, 1, 0, 0, 1)),
        ("saves/A", (Fate::Written, 2, 0, 0, 11)),
    ]);
    assert_eq!(told(&report), expected);
    assert_eq!(report.bytes, 12);
    let named = crate::sync::session::absolute(&folder);
    assert_eq!(report.folder, Some(named.display().to_string()));
    let text = |path: &str| fs::read_to_string(folder.join(path)).ok();
    assert_eq!(text(A).as_deref(), Some("first"));
    assert_eq!(text("options.txt").as_deref(), Some("o"));
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        2,
        "nothing else is left there"
    );
    let again = restore(&scene, &wish).unwrap();
    assert!(matches!(again, RestoreOutcome::Nothing(_)), "{again:?}");
    fs::remove_file(folder.join(A)).unwrap();
    let report = restored(&scene, &wish);
    let expected = BTreeMap::from([
        ("options.txt", (Fate::Same, 0, 0, 0, 0)),
        ("saves/A", (Fate::Written, 1, 0, 0, 5)),
    ]);
    assert_eq!(told(&report), expected);
    fs::write(folder.join(A), "another").unwrap();
    fs::remove_file(folder.join("options.txt")).unwrap();
    let error = restore(&scene, &wish).unwrap_err().to_string();
    assert!(
        error.contains("has other files under these names: saves/A/level.dat"),
        "{error}"
    );
    assert_eq!(text(A).as_deref(), Some("another"));
    assert_eq!(text("options.txt"), None);
    // Not where it would be synced.
    for (place, why) in [
        (scene.place(0, ""), "that is the game folder"),
        (
            scene.place(0, ".cloud-sync/x"),
            "that is the folder of instance-sync",
        ),
        (
            scene.place(0, "saves/New"),
            "what lands there would be synced",
        ),
        (scene.place(0, "saves"), "what lands there would be synced"),
    ] {
        let wish = request(&["saves/A"], at(&made[0]), Place::Folder(place));
        let error = restore(&scene, &wish).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn a_damaged_version_lands_nowhere() {
    let (scene, made) = played();
    scene
        .cloud
        .hurt(Some((made[0].clone(), "saves/A".to_owned())));
    let folder = scene.place(0, "../elsewhere");
    let wish = request(&[], at(&made[0]), Place::Folder(folder.clone()));
    let report = restored(&scene, &wish);
    assert_eq!(
        told(&report),
        BTreeMap::from([("options.txt", (Fate::Written, 1, 0, 0, 1))])
    );
    let lost: Vec<&str> = report.lost.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(lost, ["saves/A"]);
    assert!(!folder.join("saves").exists());
}

fn chronicle(scene: &Scene, names: &[&str]) -> Chronicle {
    match history::history(&scene.settings(0), &|_| (), &units(names)).unwrap() {
        HistoryOutcome::Told(chronicle) => *chronicle,
        other => panic!("{other:?}"),
    }
}

/// Each row of the history of the whole: whose it is, why, whether it is here or newest, and what it did.
type Row = (
    String,
    Why,
    Option<Here>,
    bool,
    Vec<(String, Deed, Option<u64>)>,
);

fn rows(chronicle: &Chronicle) -> Vec<Row> {
    let Rows::Snapshots(rows) = &chronicle.rows else {
        panic!("{chronicle:?}");
    };
    let row = |row: &history::SnapshotRow| {
        let units = row.units.iter();
        let units = units.map(|one| {
            let change = &one.change;
            (one.unit.to_string(), change.change, change.files_changed)
        });
        (
            row.device.clone(),
            row.why,
            row.here,
            row.newest,
            units.collect(),
        )
    };
    rows.iter().map(row).collect()
}

fn change(unit: &str, deed: Deed, files: Option<u64>) -> (String, Deed, Option<u64>) {
    (unit.to_owned(), deed, files)
}

#[test]
fn the_history_of_everything_has_a_row_for_each_snapshot() {
    let (scene, made) = played();
    let told = chronicle(&scene, &[]);
    let expected = [
        (
            "device 1".to_owned(),
            Why::Push,
            Some(Here::Same),
            true,
            vec![
                change("options.txt", Deed::Changed, Some(1)),
                change("saves/A", Deed::Changed, Some(1)),
                change("saves/B", Deed::Added, None),
            ],
        ),
        (
            "device 0".to_owned(),
            Why::Push,
            None,
            false,
            vec![change("saves/A", Deed::Changed, Some(2))],
        ),
        (
            "device 0".to_owned(),
            Why::Push,
            None,
            false,
            vec![
                change("options.txt", Deed::Added, None),
                change("saves/A", Deed::Added, None),
            ],
        ),
    ];
    assert_eq!(rows(&told), expected);
    assert_eq!(told.folder.same.as_ref(), Some(&made[2]));
    assert_eq!((told.folder.made_of, told.folder.units.len()), (None, 0));
    assert!(!told.interrupted && told.offline.is_none() && told.unreadable.is_empty());
    let Rows::Snapshots(rows) = told.rows else {
        panic!("rows of snapshots");
    };
    let parents: Vec<_> = rows.iter().map(|row| row.parents.clone()).collect();
    assert_eq!(
        parents,
        [vec![made[1].clone()], vec![made[0].clone()], Vec::new()]
    );
}

#[test]
fn the_history_says_what_is_otherwise_here() {
    let (scene, made) = played();
    scene.write(0, A, "first");
    scene.delete(0, "saves/A/data");
    scene.write(0, "saves/C/level.dat", "c");
    scene.delete(0, "options.txt");
    let told = chronicle(&scene, &[]);
    let rows = rows(&told);
    let here: Vec<_> = rows.iter().map(|row| row.2).collect();
    assert_eq!(here, [Some(Here::Changed), None, None]);
    assert_eq!(
        (&told.folder.same, &told.folder.made_of),
        (&None, &Some(made[2].clone()))
    );
    let units: Vec<_> = told
        .folder
        .units
        .iter()
        .map(|one| {
            let same = one.same_as.as_ref().map(|same| same.snapshot.clone());
            (one.unit.as_str(), one.change, same)
        })
        .collect();
    let expected = [
        ("options.txt", Deed::Deleted, None),
        ("saves/A", Deed::Changed, Some(made[0].clone())),
        ("saves/C", Deed::Added, None),
    ];
    assert_eq!(units, expected);
}

#[test]
fn a_renamed_world_is_one_row_and_a_deletion_another() {
    let (scene, _) = played();
    fs::rename(scene.place(0, "saves/B"), scene.place(0, "saves/Base")).unwrap();
    scene.push(0);
    scene.delete(0, "saves/A");
    scene.push(0);
    let told = chronicle(&scene, &[]);
    let rows = rows(&told);
    assert_eq!(rows[0].4, [change("saves/A", Deed::Deleted, Some(3))]);
    assert_eq!(rows[1].4, [change("saves/Base", Deed::Renamed, Some(0))]);
    let told = chronicle(&scene, &["saves/Base", "saves/A"]);
    let Rows::Units(told) = told.rows else {
        panic!("rows of units");
    };
    let deeds: Vec<Vec<_>> = told
        .iter()
        .map(|one| {
            let rows = one.rows.iter();
            let row = |row: &history::VersionRow| {
                (
                    row.unit.to_string(),
                    row.change.change,
                    row.here,
                    row.newest,
                )
            };
            rows.map(row).collect()
        })
        .collect();
    let row = |unit: &str, deed, here, newest| (unit.to_owned(), deed, here, newest);
    let expected = [
        vec![
            row("saves/Base", Deed::Renamed, Some(Here::Same), true),
            row("saves/B", Deed::Added, None, false),
        ],
        vec![
            row("saves/A", Deed::Deleted, Some(Here::Same), true),
            row("saves/A", Deed::Changed, None, false),
            row("saves/A", Deed::Changed, None, false),
            row("saves/A", Deed::Added, None, false),
        ],
    ];
    assert_eq!(deeds, expected);
    assert_eq!(
        told.iter().map(|one| one.is_here).collect::<Vec<_>>(),
        [true, false]
    );
    let files: Vec<_> = told[1]
        .rows
        .iter()
        .map(|row| row.change.files_changed)
        .collect();
    assert_eq!(files, [Some(3), Some(1), Some(2), None]);
    let wrong = history::history(&scene.settings(0), &|_| (), &units(&["saves/Bass"]));
    let error = wrong.unwrap_err();
    let said = format!("{error}: {}", error.hints().join(" "));
    assert!(
        said.starts_with(
            "saves/Bass is not known here, and in no snapshot: Did you mean: saves/Base"
        ),
        "{said}"
    );
}

#[test]
fn what_two_made_at_once_and_what_was_saved_aside_are_told_as_that() {
    let (scene, made) = played();
    scene.write(0, A, "of 0");
    scene.write(1, A, "of 1");
    scene.push(0);
    scene.push(1);
    let told = chronicle(&scene, &[]);
    let newest: Vec<_> = rows(&told).iter().map(|row| row.3).collect();
    assert_eq!(newest, [true, true, false, false, false]);
    let Rows::Snapshots(all) = &told.rows else {
        panic!("rows of snapshots");
    };
    let beside: Vec<usize> = all.iter().map(|row| row.beside.len()).collect();
    assert_eq!(beside, [1, 1, 0, 0, 0]);
    scene.pull_by(1, Some(Policy::KeepLocal));
    scene.push(1);
    scene.pull(0);
    scene.write(0, A, "only here");
    restored(&scene, &request(&["saves/A"], at(&made[0]), Place::InPlace));
    let told = chronicle(&scene, &[]);
    let Rows::Snapshots(all) = &told.rows else {
        panic!("rows of snapshots");
    };
    let before: Vec<_> = all.iter().map(|row| row.made_before).collect();
    assert_eq!(before[..2], [Some(Before::Restore), None]);
    let rows = rows(&told);
    assert_eq!((rows[0].1, rows[1].1), (Why::SafetyCopy, Why::Merge));
    assert_eq!(rows[0].4, [change("saves/A", Deed::Kept, rows[0].4[0].2)]);
    // A safety copy is nobody's state.
    let newest: Vec<_> = rows.iter().map(|row| row.3).collect();
    assert_eq!(newest, [false, true, false, false, false, false, false]);
    // So it is in the tale of the world; what was restored is told as the version that it was.
    scene.push(0);
    let told = chronicle(&scene, &["saves/A"]);
    let Rows::Units(told) = told.rows else {
        panic!("rows of units");
    };
    let rows = &told[0].rows;
    let kept: Vec<_> = rows
        .iter()
        .filter(|row| row.change.change == Deed::Kept)
        .collect();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].safety_copy && kept[0].made_before == Some(Before::Restore));
    let back = rows.iter().find(|row| row.newest).unwrap();
    assert_eq!(
        (back.here, back.change.change),
        (Some(Here::Same), Deed::Changed)
    );
    let same = back.change.same_as.as_ref().unwrap();
    assert_eq!(same.snapshot, made[0]);
}

#[test]
fn nothing_is_told_of_an_instance_without_any_snapshot() {
    let scene = Scene::new(1);
    let told = |names: &[&str]| history::history(&scene.settings(0), &|_| (), &units(names));
    assert!(matches!(told(&[]), Ok(HistoryOutcome::Empty)));
    assert!(told(&["saves/A"]).is_err());
    scene.write(0, A, "a");
    assert!(matches!(told(&["saves/A"]), Ok(HistoryOutcome::Empty)));
    let error = told(&["saves/a"]).unwrap_err();
    assert_eq!(error.hints(), ["Did you mean: saves/A"]);
}

#[test]
fn before_the_last_session_lands_in_another_folder_as_well() {
    let (scene, made) = played();
    let folder = scene.place(0, "../elsewhere");
    let wish = || request(&[], Point::BeforeLastSession, Place::Folder(folder.clone()));
    let report = restored(&scene, &wish());
    assert_eq!(report.session.unwrap().snapshot.as_ref(), Some(&made[2]));
    let text = |path: &str| fs::read_to_string(folder.join(path)).ok();
    assert_eq!(text(A).as_deref(), Some("second"));
    fs::remove_dir_all(&folder).unwrap();
    // What is not pushed yet is the last session.
    scene.write(0, A, "fourth");
    let report = restored(&scene, &wish());
    assert_eq!(report.session.unwrap().snapshot, None);
    assert_eq!(text(A).as_deref(), Some("third"));
    assert_eq!(text(B), None);
}

/// It was taken back before by an undo, and pushed: no session lies between.
#[test]
fn what_was_brought_back_unplayed_is_no_session() {
    let (scene, made) = played();
    restored(&scene, &request(&["saves/A"], at(&made[0]), Place::InPlace));
    // What is here is a version of the past, which nobody played.
    let mut shown = request(&[], Point::BeforeLastSession, Place::InPlace);
    shown.finality = Finality::Preview;
    let RestoreOutcome::Preview(report) = restore(&scene, &shown).unwrap() else {
        panic!("no preview");
    };
    assert_eq!(report.session.unwrap().snapshot.as_ref(), Some(&made[2]));
    // Played on, it is one.
    scene.write(0, A, "first, and on");
    let RestoreOutcome::Preview(report) = restore(&scene, &shown).unwrap() else {
        panic!("no preview");
    };
    assert_eq!(report.session.unwrap().snapshot, None);
    let units: Vec<_> = report.units.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(units, ["saves/A"]);
    assert_eq!(report.units[0].version.snapshot.as_ref(), Some(&made[2]));
    // So is what was deleted.
    scene.delete(0, "saves/B");
    let RestoreOutcome::Preview(report) = restore(&scene, &shown).unwrap() else {
        panic!("no preview");
    };
    let units: Vec<_> = report
        .units
        .iter()
        .map(|one| (one.unit.as_str(), one.fate))
        .collect();
    assert_eq!(
        units,
        [("saves/A", Fate::Replaced), ("saves/B", Fate::Returned)]
    );
}

#[test]
fn a_world_that_came_to_be_anew_after_it_was_deleted_says_nothing_of_the_one_before() {
    let scene = Scene::with(1, &[("saves/A/level.dat", "a"), ("saves/B/level.dat", "b")]);
    scene.delete(0, "saves/B");
    scene.push(0);
    scene.write(0, "saves/B/level.dat", "another");
    scene.write(0, "saves/C/level.dat", "c");
    let mut wish = request(&[], Point::BeforeLastSession, Place::InPlace);
    wish.finality = Finality::Preview;
    let outcome = restore(&scene, &wish).unwrap();
    let (RestoreOutcome::Preview(report) | RestoreOutcome::Nothing(report)) = outcome else {
        panic!("{outcome:?}");
    };
    let absent: Vec<(&str, bool)> = report
        .absent
        .iter()
        .map(|one| (one.unit.as_str(), one.since.is_some()))
        .collect();
    assert_eq!(absent, [("saves/B", false), ("saves/C", false)]);
}
