//! Undo: what it takes back, what it replaces, and what it says.

use super::*;
use crate::sync::undo::{self, Finality, Named, Reason, Request, Returned, Taken, UndoOutcome};

const A: &str = "saves/A/level.dat";
const B: &str = "saves/B/level.dat";
const MORE: &str = "saves/A/region/r.0.0.mca";

/// A pull replaced A, and removed B.
fn pulled() -> Scene {
    let scene = Scene::with(
        2,
        &[(A, "a"), (MORE, "region"), (B, "b"), ("options.txt", "o")],
    );
    scene.write(0, A, "a2");
    scene.write(0, "saves/A/data/map.dat", "map");
    scene.delete(0, "saves/B");
    scene.push(0);
    scene.pull(1);
    assert_eq!(scene.text(1, A).as_deref(), Some("a2"));
    assert_eq!(scene.text(1, B), None);
    scene
}

fn undo_as(scene: &Scene, request: &Request, finality: Finality) -> Result<UndoOutcome> {
    undo::undo(&scene.settings(1), &|_| (), request, finality)
}

fn undo(scene: &Scene, request: &Request) -> UndoOutcome {
    undo_as(scene, request, Finality::Final).unwrap()
}

fn of(names: &[&str]) -> Request {
    Request {
        id: None,
        units: units(names).into_iter().collect(),
    }
}

fn returned(unit: &str, files: u64) -> Returned {
    Returned {
        unit: super::unit(unit),
        files,
        goes: false,
        replaces_edits: false,
    }
}

/// What was taken back of the swap that is now at this place of the list, counted from the newest.
fn taken_of(scene: &Scene, place: usize, units: Vec<Returned>) -> Taken {
    Taken {
        swap: named(scene, place),
        units,
    }
}

fn named(scene: &Scene, place: usize) -> Named {
    let undo = undo::list(&scene.settings(1)).swap_remove(place);
    Named {
        id: undo.id,
        time: undo.entry.time,
        reason: undo.entry.reason,
        stays: Vec::new(),
    }
}

fn nothing(newest: Option<Named>, older: Option<Named>) -> UndoOutcome {
    UndoOutcome::Nothing { newest, older }
}

/// Only what the first pull brought is left, and that stays.
fn assert_nothing_is_left(scene: &Scene) {
    let joined = undo::list(&scene.settings(1)).pop().unwrap();
    match undo(scene, &Request::default()) {
        UndoOutcome::Nothing {
            newest: Some(newest),
            older: None,
        } => assert_eq!(newest.id, joined.id),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_preview_shows_what_comes_back_and_changes_nothing() {
    let scene = pulled();
    let before = (scene.devices[1].units(), scene.state(1));
    let shown = undo_as(&scene, &Request::default(), Finality::Preview).unwrap();
    // One file comes back, and one goes; the other world's comes.
    let back = vec![returned("saves/A", 2), returned("saves/B", 1)];
    assert_eq!(shown, UndoOutcome::Preview(taken_of(&scene, 0, back)));
    assert_eq!((scene.devices[1].units(), scene.state(1)), before);
    // That, and the pull by which it joined.
    assert_eq!(undo::list(&scene.settings(1)).len(), 2);
}

#[test]
fn what_stays_is_told_of_what_was_named_alone() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    for (names, stays) in [
        (&["saves/A"][..], &["saves/A"][..]),
        (&[], &["saves/A", "saves/B"]),
    ] {
        match undo(&scene, &of(names)) {
            UndoOutcome::Nothing {
                newest: Some(newest),
                older: None,
            } => assert_eq!(newest.stays, units(stays)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_a_pull_replaced_and_removed_comes_back_once_and_everybody_gets_it() {
    let scene = pulled();
    let parent = scene.state(1)["parent"].clone();
    assert!(!parent.is_null());
    let done = undo(&scene, &Request::default());
    let back = vec![returned("saves/A", 2), returned("saves/B", 1)];
    assert_eq!(done, UndoOutcome::Done(taken_of(&scene, 1, back)));
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));
    assert_eq!(scene.text(1, MORE).as_deref(), Some("region"));
    assert_eq!(scene.text(1, "saves/A/data/map.dat"), None);
    assert_eq!(scene.text(1, B).as_deref(), Some("b"));
    let all = undo::list(&scene.settings(1));
    let reasons: Vec<_> = all.iter().map(|one| one.entry.reason).collect();
    assert_eq!(reasons, [Reason::Undo, Reason::Pull, Reason::Pull]);
    let back: Vec<_> = all.iter().map(|one| one.entry.taken_back).collect();
    assert_eq!(back, [false, true, false]);
    // What restic compares with does not look like what is here now.
    assert!(scene.state(1)["parent"].is_null());
    assert_nothing_is_left(&scene);
    scene.push(1);
    scene.pull(0);
    assert_eq!(scene.devices[0].units(), scene.devices[1].units());
    // What the pull had brought was in the cloud: nothing had to be saved for it.
    assert_eq!(scene.safety_copies().len(), 0);
    assert_eq!(scene.state(1)["undone"], false);
}

#[test]
fn one_unit_after_the_other_comes_back() {
    let scene = pulled();
    let done = undo(&scene, &of(&["saves/B"]));
    let back = vec![returned("saves/B", 1)];
    assert_eq!(done, UndoOutcome::Done(taken_of(&scene, 1, back)));
    assert_eq!(scene.text(1, A).as_deref(), Some("a2"));
    assert!(!undo::list(&scene.settings(1))[1].entry.taken_back);
    let newest = named(&scene, 1);
    assert_eq!(undo(&scene, &of(&["saves/B"])), nothing(Some(newest), None));
    let done = undo(&scene, &Request::default());
    let back = vec![returned("saves/A", 2)];
    assert_eq!(done, UndoOutcome::Done(taken_of(&scene, 2, back)));
    assert!(undo::list(&scene.settings(1))[2].entry.taken_back);
    assert_nothing_is_left(&scene);
}

#[test]
fn a_swap_is_named_by_the_beginning_of_its_id() {
    let scene = pulled();
    scene.write(0, A, "a3");
    scene.push(0);
    scene.pull(1);
    let all = undo::list(&scene.settings(1));
    assert_eq!(all.len(), 3);
    let by_id = |id: &str| Request {
        id: Some(id.to_owned()),
        ..Request::default()
    };
    let failure = |id: &str| undo_as(&scene, &by_id(id), Finality::Final).unwrap_err();
    assert_eq!(failure("").to_string(), "several swaps begin with ");
    assert_eq!(
        failure("xyz").to_string(),
        "XYZ is none of the swaps that can be taken back"
    );
    let older = all[1].id.to_lowercase();
    let done = undo(&scene, &by_id(&older));
    assert!(matches!(done, UndoOutcome::Done(_)), "{done:?}");
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));
    assert_eq!(scene.text(1, B).as_deref(), Some("b"));
    // It is the same swap still, and nothing of it is otherwise.
    let newest = named(&scene, 2);
    assert_eq!(undo(&scene, &by_id(&older)), nothing(Some(newest), None));
    let strange = undo_as(&scene, &of(&["saves/Z"]), Finality::Final).unwrap_err();
    assert_eq!(
        strange.to_string(),
        "nothing that was replaced or removed is called saves/Z"
    );
}

#[test]
fn what_an_older_swap_could_bring_back_is_named() {
    let scene = pulled();
    scene.write(0, "options.txt", "o2");
    scene.push(0);
    scene.pull(1);
    // The player put the options back by hand: the newest swap has nothing to give.
    scene.write(1, "options.txt", "o");
    let (newest, older) = (named(&scene, 0), named(&scene, 1));
    assert_eq!(
        undo(&scene, &Request::default()),
        nothing(Some(newest), Some(older))
    );
    assert_eq!(scene.text(1, A).as_deref(), Some("a2"));
}

#[test]
fn what_a_pull_brought_stays_and_is_named() {
    let scene = pulled();
    scene.write(0, "saves/New/level.dat", "new");
    scene.write(0, A, "a3");
    scene.push(0);
    scene.pull(1);
    let UndoOutcome::Done(taken) = undo(&scene, &Request::default()) else {
        panic!("nothing was taken back");
    };
    assert_eq!(taken.swap.stays, units(&["saves/New"]));
    assert_eq!(scene.text(1, "saves/New/level.dat").as_deref(), Some("new"));
    assert_eq!(scene.text(1, A).as_deref(), Some("a2"));
}

#[test]
fn what_was_played_since_is_saved_before_it_is_replaced() {
    let scene = pulled();
    scene.write(1, A, "played since");
    let shown = undo_as(&scene, &Request::default(), Finality::Preview).unwrap();
    let mut edited = returned("saves/A", 2);
    edited.replaces_edits = true;
    let back = vec![edited, returned("saves/B", 1)];
    assert_eq!(shown, UndoOutcome::Preview(taken_of(&scene, 0, back)));
    undo(&scene, &Request::default());
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));
    let copies = scene.safety_copies();
    let [copy] = &copies[..] else {
        panic!("{} safety copies", copies.len());
    };
    assert_eq!(held(copy, A).as_deref(), Some("played since"));
    assert_eq!(held(copy, B), None);
    assert_eq!(record(copy)["before"], "undo");
    let all = undo::list(&scene.settings(1));
    let saved = &all[0].entry.units[&unit("saves/A")].saved;
    assert_eq!(saved.as_ref(), Some(&copy.listed.id));
    assert_eq!(scene.state(1)["undone"], false);
}

/// Nothing else has it then: it is whole in `undo/` until the cloud can be reached.
#[test]
fn what_was_played_since_is_kept_whole_where_the_cloud_cannot_be_reached() {
    let scene = pulled();
    scene.write(1, A, "played since");
    scene.devices[1].cloud.set_offline(true);
    let done = undo(&scene, &Request::default());
    assert!(matches!(done, UndoOutcome::Done(_)), "{done:?}");
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));
    assert_eq!(scene.state(1)["undone"], true);
    let kept = undo::list(&scene.settings(1)).swap_remove(0);
    assert_eq!(kept.entry.units[&unit("saves/A")].saved, None);
    let files = kept.folder.join("files");
    let kept_text = |path: &str| fs::read_to_string(files.join(path)).ok();
    assert_eq!(kept_text(A).as_deref(), Some("played since"));
    assert_eq!(kept_text(MORE).as_deref(), Some("region"));
    scene.devices[1].cloud.set_offline(false);
    let there = scene.ids();
    scene.push(1);
    assert_eq!(scene.state(1)["undone"], false);
    let copies = scene.safety_copies();
    let [copy] = &copies[..] else {
        panic!("{} safety copies", copies.len());
    };
    assert_eq!(held(copy, A).as_deref(), Some("played since"));
    assert_eq!(held(copy, MORE).as_deref(), Some("region"));
    assert_eq!(record(copy)["before"], "undo");
    assert_eq!(scene.ids().len(), there.len() + 2);
    let saved = undo::list(&scene.settings(1)).swap_remove(0);
    let saved = saved.entry.units[&unit("saves/A")].saved.clone();
    assert_eq!(saved.as_ref(), Some(&copy.listed.id));
}

/// The same by a pull, where nothing else is to be done.
#[test]
fn a_pull_saves_what_an_undo_kept_as_well() {
    let scene = pulled();
    scene.write(1, A, "played since");
    scene.devices[1].cloud.set_offline(true);
    undo(&scene, &of(&["saves/A"]));
    scene.devices[1].cloud.set_offline(false);
    scene.pull(1);
    assert_eq!(scene.safety_copies().len(), 1);
    assert_eq!(scene.state(1)["undone"], false);
    scene.pull(1);
    scene.push(1);
    assert_eq!(scene.safety_copies().len(), 1);
}

/// Files that changed again since are in no copy here: they are had from the snapshot that held them.
#[test]
fn what_undo_does_not_hold_comes_from_the_cloud() {
    let scene = pulled();
    // The file that the pull left as it was is not in undo.
    scene.write(1, MORE, "changed since");
    scene.push(1);
    scene.devices[1].cloud.set_offline(true);
    let error = undo_as(&scene, &of(&["saves/A"]), Finality::Final).unwrap_err();
    let hints = error.hints().join(" ");
    assert!(
        hints.contains("are needed from the cloud"),
        "{error} {hints}"
    );
    assert_eq!(scene.text(1, A).as_deref(), Some("a2"));
    scene.devices[1].cloud.set_offline(false);
    undo(&scene, &of(&["saves/A"]));
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));
    assert_eq!(scene.text(1, MORE).as_deref(), Some("region"));
}

#[test]
fn a_copy_in_undo_that_is_damaged_is_not_put_in_place() {
    let scene = pulled();
    let kept = undo::list(&scene.settings(1)).swap_remove(0);
    fs::write(kept.folder.join("files").join(A), "?").unwrap();
    // The snapshot that held it has it still.
    undo(&scene, &of(&["saves/A"]));
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));

    let scene = pulled();
    let kept = undo::list(&scene.settings(1)).swap_remove(0);
    fs::write(kept.folder.join("files").join(A), "?").unwrap();
    let saved = kept.entry.units[&unit("saves/A")].saved.clone().unwrap();
    scene.cloud.hurt(Some((saved, "saves/A".to_owned())));
    let error = undo_as(&scene, &of(&["saves/A"]), Finality::Final).unwrap_err();
    assert!(
        error.to_string().starts_with("saves/A/level.dat: "),
        "{error}"
    );
    assert_eq!(scene.text(1, A).as_deref(), Some("a2"));
    assert!(!scene.devices[1].is_interrupted());
}

#[test]
fn a_world_that_was_restored_goes_again() {
    use crate::sync::restore::{self, Place, Point};
    let scene = pulled();
    let first = scene.all();
    let first = first.iter().find(|one| held(one, B).is_some()).unwrap();
    let request = restore::Request {
        units: [unit("saves/B")].into(),
        point: Point::Snapshot(first.listed.id.to_string()),
        place: Place::InPlace,
        finality: Finality::Final,
    };
    restore::restore(&scene.settings(1), &|_| (), &request, None).unwrap();
    assert_eq!(scene.text(1, B).as_deref(), Some("b"));
    let mut goes = returned("saves/B", 1);
    goes.goes = true;
    let done = undo(&scene, &Request::default());
    assert_eq!(done, UndoOutcome::Done(taken_of(&scene, 1, vec![goes])));
    assert_eq!(scene.text(1, B), None);
    // It is gone by the player's wish: nobody asks whether a disk is missing.
    let (_, told) = scene.pull_by(1, None);
    assert_eq!(told, [""; 0]);
}
