//! The history of one world: which version is here, and what each made of it.

use super::*;
use crate::sync::history::{self, Deed, Here, HistoryOutcome, Rows};

const A: &str = "saves/A/level.dat";
const B: &str = "saves/B/level.dat";

/// For each version of a unit, newest first: what it did, and whether it is here.
fn versions(scene: &Scene, device: usize, name: &str) -> Vec<(Deed, Option<Here>)> {
    let outcome = history::history(&scene.settings(device), &|_| (), &units(&[name])).unwrap();
    let HistoryOutcome::Told(chronicle) = outcome else {
        panic!("{outcome:?}");
    };
    let Rows::Units(all) = chronicle.rows else {
        panic!("not of a unit");
    };
    let rows = all.into_iter().flat_map(|one| one.rows);
    rows.map(|row| (row.change.change, row.here)).collect()
}

/// A was played three times, and B once; device 1 has seen the second.
fn played() -> Scene {
    let scene = Scene::with(2, &[(A, "one"), (B, "b")]);
    scene.write(0, A, "two");
    scene.push(0);
    scene.pull(1);
    scene.write(0, A, "three");
    scene.push(0);
    scene
}

#[test]
fn what_is_here_is_marked_at_the_version_that_it_is_or_was_made_of() {
    let scene = played();
    let changed = Some(Deed::Changed);
    let rows = |here: [Option<Here>; 3]| {
        let deeds = [changed, changed, Some(Deed::Added)];
        let rows = deeds.into_iter().zip(here);
        rows.map(|(deed, here)| (deed.unwrap(), here))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        versions(&scene, 1, "saves/A"),
        rows([None, Some(Here::Same), None])
    );
    assert_eq!(
        versions(&scene, 0, "saves/A"),
        rows([Some(Here::Same), None, None])
    );
    // Played on top of the second.
    scene.write(1, A, "of my own");
    assert_eq!(
        versions(&scene, 1, "saves/A"),
        rows([None, Some(Here::Changed), None])
    );
    // An old one that was put back is that one.
    scene.write(1, A, "one");
    assert_eq!(
        versions(&scene, 1, "saves/A"),
        rows([None, None, Some(Here::Same)])
    );
    // Deleted, and not pushed yet.
    scene.delete(1, "saves/A");
    assert_eq!(
        versions(&scene, 1, "saves/A"),
        rows([None, Some(Here::Changed), None])
    );
}

#[test]
fn a_deletion_is_a_version_and_is_here_where_it_came() {
    let scene = played();
    scene.delete(0, "saves/B");
    scene.push(0);
    let gone = (Deed::Deleted, Some(Here::Same));
    assert_eq!(versions(&scene, 0, "saves/B"), [gone, (Deed::Added, None)]);
    assert_eq!(
        versions(&scene, 1, "saves/B"),
        [(Deed::Deleted, None), (Deed::Added, Some(Here::Same))]
    );
    // Made anew, and not pushed.
    scene.write(0, B, "another");
    assert_eq!(
        versions(&scene, 0, "saves/B"),
        [(Deed::Deleted, Some(Here::Changed)), (Deed::Added, None)]
    );
}

/// Who pushed the same as a safety copy holds is named, not the copy.
#[test]
fn a_version_that_was_pushed_goes_before_a_safety_copy_of_the_same() {
    let scene = Scene::new(2);
    scene.write(0, A, "a");
    scene.push(0);
    scene.write(1, A, "my own");
    scene.pull(1);
    assert_eq!(scene.safety_copies().len(), 1);
    let kept = versions(&scene, 1, "saves/A");
    assert!(kept.contains(&(Deed::Kept, Some(Here::Same))), "{kept:?}");
    scene.write(0, A, "my own");
    scene.push(0);
    let rows = versions(&scene, 1, "saves/A");
    assert!(
        rows.contains(&(Deed::Changed, Some(Here::Same))),
        "{rows:?}"
    );
    assert!(rows.contains(&(Deed::Kept, None)), "{rows:?}");
}

/// That it was there before is known, though not what it was.
#[test]
fn what_was_made_of_a_version_that_is_gone_was_changed_and_not_added() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    let first = scene.ids().into_iter().next().unwrap();
    scene.devices[1].toggle_scope();
    scene.write(1, A, "a2");
    scene.push(1);
    scene.pull(0);
    scene.write(0, B, "b2");
    scene.push(0);
    scene.cloud.prune(&[first].into());
    let rows = versions(&scene, 0, "saves/B");
    assert_eq!(
        rows.first(),
        Some(&(Deed::Changed, Some(Here::Same))),
        "{rows:?}"
    );
}

#[test]
fn a_history_says_what_was_proven() {
    use crate::sync::verify::{self, Extent};
    let scene = played();
    let proven = || {
        let outcome = history::history(&scene.settings(0), &|_| (), &[]);
        let Ok(HistoryOutcome::Told(chronicle)) = outcome else {
            panic!("{outcome:?}");
        };
        chronicle.proven.map(|standing| standing.proven)
    };
    verify::verify(&scene.settings(0), &|_| (), Extent::Newest).unwrap();
    assert_eq!(proven(), Some(2));
}

/// It is still to be created, by a push of this folder; whoever has pushed misses it.
#[test]
fn a_repository_that_is_not_there_has_no_past_where_it_is_still_to_be_created() {
    use crate::error::Kind;
    let scene = played();
    let device = Device::new(7, scene.cloud.seen_by(7));
    pull::pull(&device.settings(), &|_| (), None).unwrap();
    scene.write(0, A, "four");
    scene.push(0);
    scene.cloud.refuse(Call::Record, Some(Kind::NoRepository));
    let place = device.own().join("state.json");
    for to_create in [true, false] {
        let state = fs::read(&place).unwrap();
        let mut state: Value = serde_json::from_slice(&state).unwrap();
        state["to_create"] = to_create.into();
        fs::write(&place, state.to_string()).unwrap();
        let outcome = history::history(&device.settings(), &|_| (), &[]);
        match outcome {
            Ok(HistoryOutcome::Told(chronicle)) => {
                panic!("{to_create}: {:?}", chronicle.offline);
            }
            outcome => assert_eq!(outcome.is_ok(), to_create, "{outcome:?}"),
        }
    }
}
