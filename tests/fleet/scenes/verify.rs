//! Verify: what a drill compares, finds and notes.

use std::slice;

use super::*;
use crate::{
    domain::drill::Amount,
    error::Kind,
    sync::{
        proof::Proofs,
        verify::{self, Checked, DrillKind, Extent, VerifyOutcome},
    },
};

const A: &str = "saves/A/level.dat";
const B: &str = "saves/B/level.dat";

/// A was played twice; B is as it was. Returns the two snapshots.
fn played() -> (Scene, [SnapshotId; 2]) {
    let scene = Scene::with(1, &[(A, "first"), (B, "b")]);
    let first = scene.ids().into_iter().next().unwrap();
    scene.write(0, A, "second");
    let outcome = scene.push(0);
    let second = scene.pushed(&outcome).listed.id;
    (scene, [first, second])
}

fn drill(scene: &Scene, extent: Extent) -> Checked {
    match verify::verify(&scene.settings(0), &|_| (), extent).unwrap() {
        VerifyOutcome::Checked(checked) => checked,
        other => panic!("{other:?}"),
    }
}

fn proofs(scene: &Scene) -> Proofs {
    let settings = scene.settings(0);
    let layout = crate::config::layout::Layout::new(&settings.pack);
    Proofs::load(&layout, "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap()).unwrap()
}

#[test]
fn nothing_is_compared_where_nothing_was_pushed() {
    let scene = Scene::new(1);
    let outcome = verify::verify(&scene.settings(0), &|_| (), Extent::Newest).unwrap();
    assert_eq!(outcome, VerifyOutcome::Empty);
    assert!(proofs(&scene).last.is_none());
}

#[test]
fn the_newest_state_is_compared_and_what_is_sound_is_noted() {
    let (scene, [_, second]) = played();
    let checked = drill(&scene, Extent::Newest);
    assert_eq!(checked.kind, DrillKind::Newest);
    assert_eq!(checked.heads, [second]);
    assert_eq!(checked.sound, units(&["saves/A", "saves/B"]));
    assert_eq!((checked.older, checked.bytes), (0, 7));
    assert!(checked.damaged.is_empty() && checked.unreadable.is_empty());
    assert!(verify::failure(&checked).is_none());
    let proofs = proofs(&scene);
    let last = proofs.last.clone().unwrap();
    assert!(last.whole && last.sound);
    assert_eq!((last.units, last.of_units), (2, 2));
    let standing = scene.state(0)["agreement"].clone();
    let standing = proofs.standing(&serde_json::from_value(standing).unwrap());
    assert_eq!((standing.proven, standing.since), (2, Vec::new()));
}

#[test]
fn all_versions_are_compared_where_that_is_wished() {
    let (scene, [_, second]) = played();
    let checked = drill(&scene, Extent::All);
    assert_eq!(checked.heads, [second]);
    assert_eq!(checked.sound, units(&["saves/A", "saves/B"]));
    assert_eq!((checked.older, checked.bytes), (1, 12));
    let sample = drill(&scene, Extent::Sample(Amount::Percent(100), 7));
    assert_eq!((sample.older, sample.bytes), (1, 12));
    // A little of everything is less.
    let sample = drill(&scene, Extent::Sample(Amount::Bytes(1), 7));
    assert!(sample.bytes > 0 && sample.bytes < 12, "{sample:?}");
}

#[test]
fn what_is_damaged_is_found_and_named_until_it_is_sound_again() {
    let (scene, [first, second]) = played();
    scene
        .cloud
        .hurt(Some((first.clone(), "saves/A".to_owned())));
    // The newest state has none of it.
    assert!(drill(&scene, Extent::Newest).damaged.is_empty());
    let checked = drill(&scene, Extent::All);
    let [damage] = &checked.damaged[..] else {
        panic!("{checked:?}");
    };
    assert_eq!((&damage.unit, &damage.snapshot), (&unit("saves/A"), &first));
    assert!(!damage.newest);
    assert_eq!(checked.older, 0);
    let error = verify::failure(&checked).unwrap().to_string();
    assert_eq!(error, "an older version of saves/A cannot be restored");
    assert_eq!(proofs(&scene).damaged.len(), 1);
    scene
        .cloud
        .hurt(Some((second.clone(), "saves/B".to_owned())));
    let checked = drill(&scene, Extent::All);
    let damaged: Vec<_> = checked
        .damaged
        .iter()
        .map(|one| (one.unit.as_str(), one.newest))
        .collect();
    assert!(
        damaged.contains(&("saves/B", true)) && damaged.contains(&("saves/A", false)),
        "{damaged:?}"
    );
    assert_eq!(checked.sound, units(&["saves/A"]));
    let error = verify::failure(&checked).unwrap().to_string();
    assert_eq!(error, "saves/B cannot be restored");
    let checked = drill(&scene, Extent::Newest);
    assert_eq!(checked.sound, units(&["saves/A"]));
    assert!(
        checked.damaged[0].why.contains("saves/B/level.dat"),
        "{checked:?}"
    );
    assert!(!proofs(&scene).last.unwrap().sound);
    scene.cloud.hurt(None);
    let checked = drill(&scene, Extent::All);
    assert!(checked.damaged.is_empty());
    assert!(proofs(&scene).damaged.is_empty());
}

#[test]
fn what_others_made_at_the_same_time_is_compared_too() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    scene.write(0, A, "of 0");
    scene.write(1, A, "of the other");
    scene.push(0);
    scene.push(1);
    let checked = drill(&scene, Extent::Newest);
    assert_eq!(checked.heads.len(), 2);
    assert_eq!(checked.sound, units(&["saves/A", "saves/B"]));
    // Both versions of A, and B once.
    assert_eq!(checked.bytes, 4 + 12 + 1);
}

/// What a device leaves out is in the snapshot that had it last.
#[test]
fn what_is_held_elsewhere_is_compared_where_it_is() {
    let (scene, [_, second]) = played();
    let scope = r#"{"schema": 1, "exclude": ["saves/B", "saves/B/**"]}"#;
    fs::write(scene.devices[0].own().join("scope.json"), scope).unwrap();
    scene.write(0, A, "third");
    let outcome = scene.push(0);
    let third = scene.pushed(&outcome);
    assert_eq!(held(&third, B), None);
    for extent in [Extent::Newest, Extent::All] {
        let checked = drill(&scene, extent);
        assert_eq!(checked.heads, slice::from_ref(&third.listed.id));
        assert_eq!(checked.sound, units(&["saves/A", "saves/B"]));
    }
    scene.cloud.hurt(Some((second, "saves/B".to_owned())));
    let checked = drill(&scene, Extent::Newest);
    let damaged: Vec<_> = checked
        .damaged
        .iter()
        .map(|one| one.unit.as_str())
        .collect();
    assert_eq!(damaged, ["saves/B"]);
    assert_eq!(checked.sound, units(&["saves/A"]));
}

/// What does not come the first time may only be slow.
#[test]
fn what_seemed_to_be_damaged_is_looked_at_twice() {
    for extent in [Extent::Newest, Extent::All] {
        let (scene, [_, second]) = played();
        scene.cloud.hurt(Some((second, "saves/A".to_owned())));
        // The first look is spoilt; before another it is whole again.
        let (cloud, healed) = (scene.cloud.clone(), scene.cloud.clone());
        scene.cloud.beside_next_restore(move || {
            cloud.beside_next_restore(move || healed.hurt(None));
        });
        let checked = drill(&scene, extent);
        assert_eq!(checked.damaged, []);
        assert_eq!(checked.sound.first(), Some(&unit("saves/A")), "{extent:?}");
    }
}

#[test]
fn a_record_that_was_unreadable_once_is_asked_for_until_it_is_not() {
    let (scene, [first, _]) = played();
    let time = |id: &SnapshotId, text: &str| {
        scene
            .cloud
            .change(id, |one| one.listed.time = text.to_owned());
    };
    time(&first, "a");
    scene
        .cloud
        .make_unreadable(&first, crate::error::Kind::Damaged);
    let checked = drill(&scene, Extent::All);
    assert_eq!(checked.unreadable, slice::from_ref(&first));
    assert_eq!(proofs(&scene).unreadable, slice::from_ref(&first));
    let error = verify::failure(&checked).unwrap();
    assert!(error.to_string().contains("is hurt"), "{error}");
    assert!(!error.hints()[0].is_empty());
    scene.cloud.make_readable(&first);
    // Any drill looks after it.
    let checked = drill(&scene, Extent::Sample(Amount::Bytes(1), 7));
    assert!(checked.unreadable.is_empty());
    assert!(proofs(&scene).unreadable.is_empty());
}

#[test]
fn a_line_that_breaks_ends_a_drill_without_a_verdict() {
    use crate::error::Kind;
    for extent in [Extent::Newest, Extent::All] {
        let (scene, [first, second]) = played();
        for id in [&first, &second] {
            scene.cloud.make_unreadable(id, Kind::Offline);
        }
        let error = verify::verify(&scene.settings(0), &|_| (), extent).unwrap_err();
        assert_eq!(error.kind(), Kind::Offline);
        assert!(proofs(&scene).last.is_none());
    }
    let (scene, [_, second]) = played();
    scene.cloud.make_unreadable(&second, Kind::Damaged);
    scene
        .cloud
        .change(&second, |one| one.listed.time = "z".to_owned());
    let error = verify::verify(&scene.settings(0), &|_| (), Extent::Newest).unwrap_err();
    assert_eq!((error.kind(), error.hints().len()), (Kind::Damaged, 1));
}

/// What was looked at twice is proven as a whole, and not as the one file that seemed to be damaged.
#[test]
fn a_world_of_which_one_file_did_not_come_at_once_is_proven_as_a_whole() {
    let scene = Scene::with(1, &[(A, "a"), ("saves/A/region/r.0.0.mca", "region")]);
    let only = scene.ids().into_iter().next().unwrap();
    scene.cloud.hurt(Some((only, A.to_owned())));
    let (cloud, healed) = (scene.cloud.clone(), scene.cloud.clone());
    scene.cloud.beside_next_restore(move || {
        cloud.beside_next_restore(move || healed.hurt(None));
    });
    let checked = drill(&scene, Extent::All);
    assert_eq!(checked.damaged, []);
    assert_eq!(checked.sound, units(&["saves/A"]));
}

/// It is in the list, so it is known why what it says of itself cannot be read.
#[test]
fn why_a_snapshot_cannot_be_read_is_said() {
    let scene = Scene::with(1, &[(A, "a")]);
    let only = scene.ids().into_iter().next().unwrap();
    let damaged = crate::error::Kind::Damaged;
    scene.cloud.make_unreadable(&only, damaged);
    let checked = drill(&scene, Extent::All);
    assert_eq!(checked.unreadable, slice::from_ref(&only));
    let error = verify::failure(&checked).unwrap().to_string();
    assert!(error.contains("is hurt"), "{error}");
    // What could not be looked at is not damaged.
    for kind in [Kind::Offline, Kind::Failed] {
        scene.cloud.make_unreadable(&only, kind);
        let drilled = verify::verify(&scene.settings(0), &|_| (), Extent::All);
        assert_eq!(drilled.unwrap_err().kind(), kind);
    }
}

/// Whoever left it out is the newest, and nobody else has it any more.
#[test]
fn what_is_held_elsewhere_and_is_nowhere_any_more_is_damaged() {
    let (scene, [first, second]) = played();
    scene.devices[0].toggle_scope();
    scene.write(0, A, "third");
    scene.push(0);
    scene.cloud.prune(&[first, second].into());
    for extent in [Extent::Newest, Extent::All] {
        let checked = drill(&scene, extent);
        let damaged = checked.damaged.iter();
        let damaged: Vec<_> = damaged.map(|one| (one.unit.as_str(), one.newest)).collect();
        assert_eq!(damaged, [("saves/B", true)], "{extent:?}");
        assert_eq!(checked.sound, units(&["saves/A"]));
    }
}

/// A world that comes in two portions is as sound as the worse of them.
#[test]
fn a_world_is_proven_once_all_of_it_came() {
    // More than the first portion, which is a small one.
    let half = "x".repeat(6 << 20);
    let (one, other) = ("saves/A/region/a", "saves/A/region/b");
    let scene = Scene::with(1, &[(one, &half), (other, &half[1..])]);
    let only = scene.ids().into_iter().next().unwrap();
    for hurt in [one, other] {
        scene.cloud.hurt(Some((only.clone(), hurt.to_owned())));
        let checked = drill(&scene, Extent::Newest);
        assert_eq!(checked.sound, []);
        assert_eq!(checked.damaged.len(), 1, "{hurt}");
        scene.cloud.hurt(None);
    }
    assert_eq!(drill(&scene, Extent::Newest).sound, units(&["saves/A"]));
}

#[test]
fn what_came_as_a_whole_since_is_damaged_no_more() {
    let (scene, [_, second]) = played();
    scene.cloud.hurt(Some((second, "saves/A".to_owned())));
    assert_eq!(drill(&scene, Extent::Newest).damaged.len(), 1);
    scene.cloud.hurt(None);
    assert_eq!(drill(&scene, Extent::Newest).damaged, []);
    assert_eq!(proofs(&scene).damaged, []);
}

#[test]
fn each_world_that_is_odd_in_itself_is_named() {
    let (scene, _) = played();
    let checked = drill(&scene, Extent::All);
    let suspect = checked.suspect.iter().map(|one| one.unit.as_str());
    let mut suspect: Vec<&str> = suspect.collect();
    suspect.sort_unstable();
    // Both versions of A, and B.
    assert_eq!(suspect, ["saves/A", "saves/A", "saves/B"]);
    assert!(checked.suspect.iter().all(|one| one.files == 1));
}

/// Somebody deleted everything: that is what was pushed last.
#[test]
fn a_state_without_anything_in_it_is_compared_all_the_same() {
    let scene = Scene::with(1, &[("options.txt", "o")]);
    scene.delete(0, "options.txt");
    let outcome = scene.push(0);
    let last = scene.pushed(&outcome).listed.id;
    let checked = drill(&scene, Extent::Newest);
    assert_eq!(checked.heads, [last]);
    assert_eq!(checked.sound, []);
}

/// Another device may have been at work when it was read.
#[test]
fn a_record_that_was_unreadable_at_the_first_look_alone_is_not_told() {
    let (scene, [first, _]) = played();
    scene
        .cloud
        .change(&first, |one| one.listed.time = "a".to_owned());
    scene
        .cloud
        .make_unreadable(&first, crate::error::Kind::Damaged);
    let (cloud, id) = (scene.cloud.clone(), first.clone());
    scene
        .cloud
        .beside_next_restore(move || cloud.make_readable(&id));
    let checked = drill(&scene, Extent::All);
    assert_eq!(checked.unreadable, []);
    assert!(proofs(&scene).unreadable.is_empty());
}

/// What was left out and replaced by others since can be gone: nobody would be offered it.
#[test]
fn what_is_held_nowhere_and_was_replaced_is_no_damage() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    let first = scene.ids().into_iter().next().unwrap();
    scene.devices[1].toggle_scope();
    scene.write(1, A, "a2");
    scene.push(1);
    scene.write(0, B, "b2");
    scene.push(0);
    scene.cloud.prune(&[first].into());
    for extent in [Extent::Newest, Extent::All] {
        let checked = drill(&scene, extent);
        assert_eq!(checked.heads.len(), 2);
        assert!(checked.damaged.is_empty(), "{checked:?}");
    }
}

/// Whatever kind of drill comes next.
#[test]
fn what_cannot_be_read_of_the_past_is_asked_for_by_every_drill_until_it_can() {
    let (scene, [first, second]) = played();
    // What the newest says covers the others.
    let late = |one: &mut Snapshot| one.listed.time = "z".to_owned();
    scene.cloud.change(&second, late);
    assert!(drill(&scene, Extent::All).unreadable.is_empty());
    scene.cloud.make_unreadable(&first, Kind::Damaged);
    assert_eq!(
        drill(&scene, Extent::All).unreadable,
        slice::from_ref(&first)
    );
    let newest = || verify::verify(&scene.settings(0), &|_| (), Extent::Newest);
    newest().unwrap();
    assert_eq!(proofs(&scene).unreadable, slice::from_ref(&first));
    scene.cloud.make_unreadable(&first, Kind::Offline);
    assert_eq!(newest().unwrap_err().kind(), Kind::Offline);
    let all = verify::verify(&scene.settings(0), &|_| (), Extent::All);
    assert_eq!(all.unwrap_err().kind(), Kind::Offline);
    scene.cloud.make_readable(&first);
    newest().unwrap();
    assert!(proofs(&scene).unreadable.is_empty());
}

#[test]
fn a_world_of_which_a_part_came_is_as_damaged_as_before() {
    let region = "saves/A/region/r.0.0.mca";
    let scene = Scene::with(1, &[(A, "a"), (region, "a larger file")]);
    let only = scene.ids().into_iter().next().unwrap();
    scene.cloud.hurt(Some((only, region.to_owned())));
    assert_eq!(drill(&scene, Extent::All).damaged.len(), 1);
    let sample = drill(&scene, Extent::Sample(Amount::Bytes(1), 7));
    assert_eq!((sample.bytes, sample.damaged.len()), (1, 0));
    assert_eq!(proofs(&scene).damaged.len(), 1);
}

#[test]
fn a_world_that_is_odd_in_two_portions_is_named_once_with_all_its_files() {
    // More than the first portion, which is a small one.
    let half = "x".repeat(6 << 20);
    let (one, other) = ("saves/A/region/r.0.0.mca", "saves/A/region/r.0.1.mca");
    let scene = Scene::with(1, &[(one, &half), (other, &half[1..])]);
    let checked = drill(&scene, Extent::Newest);
    let suspect = checked.suspect.iter().map(|one| one.files);
    assert_eq!(suspect.collect::<Vec<_>>(), [2]);
}
