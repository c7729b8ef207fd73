//! A swap that died on the way, and what the next command makes of it.

use super::*;
use crate::{
    fleet::{device::Said, silence_crashes},
    sync::{
        undo::{self, Reason, Request, UndoOutcome},
        unfinished,
    },
};

const A: &str = "saves/A/level.dat";
const MORE: &str = "saves/A/region/r.0.0.mca";
const NEW: &str = "saves/A/data/map.dat";
const OLD: &str = "saves/A/data/old.dat";
/// It is the same in both versions.
const SAME: &str = "saves/A/data/same.dat";

/// A pull of a newer A, which dies at this step. `None` once it does not get that far.
fn died_at(step: u32) -> Option<Scene> {
    silence_crashes();
    let scene = Scene::with(
        2,
        &[
            (A, "a"),
            (MORE, "region"),
            (OLD, "old"),
            (SAME, "same"),
            ("options.txt", "o"),
        ],
    );
    scene.write(0, A, "a2");
    scene.write(0, MORE, "region2");
    scene.write(0, NEW, "map");
    scene.delete(0, OLD);
    scene.push(0);
    let settings = scene.settings(1);
    let said = Device::dying(step, || {
        pull::pull(&settings, &|_| (), None).map(Said::Pull)
    });
    matches!(said, Said::Died).then_some(scene)
}

/// Every pull that died in the middle of its swap.
fn interrupted() -> Vec<Scene> {
    let all = (0..).map_while(died_at);
    let scenes: Vec<Scene> = all
        .filter(|scene| scene.devices[1].is_interrupted())
        .collect();
    assert!(
        scenes.len() > 4,
        "only {} steps are in a swap",
        scenes.len()
    );
    scenes
}

fn texts(scene: &Scene) -> [Option<String>; 4] {
    [A, MORE, NEW, OLD].map(|path| scene.text(1, path))
}

fn some(texts: [Option<&str>; 4]) -> [Option<String>; 4] {
    texts.map(|text| text.map(str::to_owned))
}

const COME: [Option<&str>; 4] = [Some("a2"), Some("region2"), Some("map"), None];

#[test]
fn the_next_command_carries_it_to_its_end_and_keeps_nothing_aside() {
    for scene in interrupted() {
        let pack = scene.place(1, "");
        assert_eq!(unfinished::interrupted(&pack), Some(Reason::Pull));
        scene.devices[1].cloud.set_offline(true);
        let (outcome, told) = scene.pull_by(1, None);
        assert!(
            matches!(outcome, PullOutcome::Offline { .. }),
            "{outcome:?}"
        );
        assert_eq!(told[0], "note: An interrupted pull was carried to its end.");
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(texts(&scene), some(COME));
        assert_eq!(unfinished::interrupted(&pack), None);
        assert_eq!(undo::list(&scene.settings(1)).len(), 2);
        scene.devices[1].cloud.set_offline(false);
        assert_eq!(scene.pull(1), UP_TO_DATE);
        assert_eq!(scene.push(1), PushOutcome::UpToDate);
    }
    assert_eq!(unfinished::named(Reason::Pull), "a pull");
    assert_eq!(unfinished::named(Reason::Restore), "a restore");
    assert_eq!(unfinished::named(Reason::Undo), "an undo");
}

/// The game was started all the same, and the world is of two versions; what was played in it is kept.
#[test]
fn what_was_played_in_between_is_kept_whole_beside() {
    let mut kept_at_all = 0;
    for scene in interrupted() {
        scene.write(1, A, "played");
        scene.write(1, "saves/A/region/r.1.1.mca", "new region");
        let before = scene.devices[1].units()["saves/A"].clone();
        let (_, told) = scene.pull_by(1, None);
        let kept: Vec<_> = undo::list(&scene.settings(1))
            .into_iter()
            .filter(|one| one.entry.reason == Reason::Interrupted)
            .collect();
        if says(&told, "alert: ") {
            kept_at_all += 1;
            let [kept] = &kept[..] else {
                panic!("{} entries: {told:?}", kept.len());
            };
            let alert = told
                .iter()
                .find(|line| line.starts_with("alert: "))
                .unwrap();
            assert!(
                alert.contains(&kept.id[..12]) && alert.contains("saves/A"),
                "{alert}"
            );
            // Every file of it, as it was.
            for (inner, bytes) in &before {
                let place = kept.folder.join("files/saves/A").join(inner);
                assert_eq!(fs::read(place).ok().as_ref(), Some(bytes), "{inner}");
            }
            // What had come before it was played in stays as it was played.
            let mut now = texts(&scene);
            assert!(now[0].take_if(|text| text == "played").is_some() || now[0] == some(COME)[0]);
            assert_eq!(now[1..], some(COME)[1..]);
            assert_eq!(scene.text(1, "saves/A/region/r.1.1.mca"), None);
            assert_eq!(scene.text(1, SAME).as_deref(), Some("same"));
            // It is in the cloud soon, and comes back by its id.
            scene.push(1);
            let saved = scene.safety_copies();
            assert_eq!(saved.len(), 1);
            assert_eq!(held(&saved[0], A).as_deref(), Some("played"));
            let request = Request {
                id: Some(kept.id.clone()),
                ..Request::default()
            };
            let done = undo::undo(&scene.settings(1), &|_| (), &request, undo::Finality::Final);
            assert!(matches!(done, Ok(UndoOutcome::Done(_))), "{done:?}");
            assert_eq!(scene.devices[1].units()["saves/A"], before);
        } else {
            // All of it had landed already: it is an edit like any other.
            assert_eq!(kept.len(), 0, "{told:?}");
            assert_eq!(scene.text(1, A).as_deref(), Some("played"));
        }
    }
    assert!(kept_at_all > 2, "kept {kept_at_all} times");
}

/// Only options were written in between: the world is as the swap left it.
#[test]
fn what_was_not_touched_in_between_is_not_kept() {
    for scene in interrupted() {
        scene.write(1, "options.txt", "changed");
        let (_, told) = scene.pull_by(1, None);
        assert!(!says(&told, "alert: "), "{told:?}");
        assert_eq!(texts(&scene), some(COME));
        assert_eq!(scene.text(1, "options.txt").as_deref(), Some("changed"));
    }
}

/// An undo and a restore are carried on as well, and named as what they are.
#[test]
fn an_undo_that_died_is_carried_to_its_end() {
    silence_crashes();
    let mut carried = 0;
    for step in 0.. {
        let scene = Scene::with(2, &[(A, "a"), (MORE, "region")]);
        scene.write(0, A, "a2");
        scene.push(0);
        scene.pull(1);
        let settings = scene.settings(1);
        let said = Device::dying(step, || {
            let request = Request::default();
            undo::undo(&settings, &|_| (), &request, undo::Finality::Final)
                .map(|_| Said::Undo(Vec::new()))
        });
        if !matches!(said, Said::Died) {
            break;
        }
        if scene.devices[1].is_interrupted() {
            carried += 1;
            let (_, told) = scene.pull_by(1, None);
            assert!(
                says(&told, "note: An interrupted undo was carried to its end."),
                "{told:?}"
            );
            assert_eq!(scene.text(1, A).as_deref(), Some("a"));
        }
    }
    assert!(carried > 2, "carried on {carried} times");
}

/// A push that comes first gives it to the cloud as well.
#[test]
fn what_was_played_in_between_is_saved_by_a_push_that_comes_first() {
    let mut saved = 0;
    for scene in interrupted() {
        scene.write(1, A, "played");
        let settings = scene.settings(1);
        let (outcome, told) = heard(|listener| push::push(&settings, listener));
        outcome.unwrap();
        if says(&told, "alert: ") {
            let copies = scene.safety_copies();
            assert_eq!(copies.len(), 1, "{told:?}");
            assert_eq!(held(&copies[0], A).as_deref(), Some("played"));
            saved += 1;
        }
    }
    assert!(saved > 2, "saved {saved} times");
}

/// As many bytes as what would come: only the bytes themselves say which it is.
#[test]
fn what_was_written_in_between_is_known_by_its_bytes() {
    let mut kept_at_all = 0;
    for (now, is_kept) in [("zz", true), ("a2", false)] {
        for scene in interrupted() {
            scene.write(1, A, now);
            let (_, told) = scene.pull_by(1, None);
            let all = undo::list(&scene.settings(1));
            let mut kept = all
                .iter()
                .filter(|one| one.entry.reason == Reason::Interrupted);
            if let Some(kept) = kept.next() {
                assert!(is_kept, "{told:?}");
                kept_at_all += 1;
                let place = kept.folder.join("files").join(A);
                assert_eq!(fs::read_to_string(place).unwrap(), now);
            }
            assert!(is_kept || texts(&scene) == some(COME));
        }
    }
    assert!(kept_at_all > 2, "kept {kept_at_all} times");
}
