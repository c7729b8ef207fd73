//! What changed on two sides: what is asked, what rules decide, what becomes of it.

use std::collections::BTreeMap;

use super::*;
use crate::sync::{
    question::Fate,
    resolve::{self, Decision},
};

const A: &str = "saves/A/level.dat";
const B: &str = "saves/B/level.dat";
const MORE: &str = "saves/A/region/r.0.0.mca";

/// Both devices played in A; what the first one made of it is pushed. Of B there is news.
fn disputed() -> Scene {
    let scene = Scene::with(
        2,
        &[(A, "a"), (MORE, "region"), (B, "b"), ("options.txt", "o")],
    );
    scene.write(0, A, "theirs");
    scene.write(0, B, "b2");
    scene.push(0);
    scene.write(1, A, "of mine");
    scene.write(1, "saves/C/level.dat", "c");
    scene.delete(1, "options.txt");
    scene
}

fn resolve(scene: &Scene, policy: Policy, names: &[&str]) -> (Result<PullOutcome>, Vec<String>) {
    let decision = Decision {
        policy,
        units: units(names).into_iter().collect(),
    };
    heard(|listener| resolve::resolve(&scene.settings(1), listener, Some(decision), None))
}

fn conflict(names: &[&str]) -> PullOutcome {
    PullOutcome::Conflict {
        units: units(names),
        saved: true,
    }
}

#[test]
fn the_question_shows_both_sides_and_what_becomes_of_everything_else() {
    let scene = disputed();
    let (outcome, question) = scene.pull_asked(1, &Answer::Cancel);
    assert_eq!(outcome, conflict(&["saves/A"]));
    let question = question.unwrap();
    let names: Vec<&str> = question.units.keys().map(RelPath::as_str).collect();
    assert_eq!(names, ["saves/A"]);
    let [mine, theirs] = &question.units[&unit("saves/A")][..] else {
        panic!("{question:?}");
    };
    assert!(mine.here && !theirs.here);
    assert_eq!(
        (mine.device.as_str(), theirs.device.as_str()),
        ("device 1", "device 0")
    );
    // What was saved by this very run says nothing of when it was played.
    assert_eq!(mine.time, None);
    assert!(theirs.time.is_some());
    let (here, there) = (mine.extent.unwrap(), theirs.extent.unwrap());
    assert_eq!((here.files, here.bytes), (2, 13));
    assert_eq!((there.files, there.bytes), (2, 12));
    assert_eq!((mine.differing, theirs.differing), (None, Some(1)));
    let fetched = Fate::Fetched {
        device: "device 0".to_owned(),
    };
    assert_eq!(
        question.others,
        BTreeMap::from([(unit("saves/B"), fetched)])
    );
    assert!(question.saved && question.can_wait);
    // Asked again it is known when it was saved, since no run is new any more.
    let (_, again) = scene.pull_asked(1, &Answer::Cancel);
    assert!(again.unwrap().units[&unit("saves/A")][0].time.is_some());
}

#[test]
fn a_conflict_that_nobody_answers_ends_the_launch_and_everything_is_saved() {
    let scene = disputed();
    let (outcome, told) = scene.pull_by(1, None);
    assert_eq!(outcome, conflict(&["saves/A"]));
    assert!(
        says(&told, "note: Saving what is only here so far."),
        "{told:?}"
    );
    assert!(says(&told, "note: Saved the deletion of options.txt."));
    assert!(says(
        &told,
        "warning: saves/A changed here and on device 0 (saved 2"
    ));
    assert_eq!(scene.text(1, A).as_deref(), Some("of mine"));
    assert_eq!(scene.text(1, B).as_deref(), Some("b"));
    let noted = scene.state(1);
    assert!(noted["conflict"]["units"]["saves/A"].is_array());
    let glance = crate::sync::glance::glance(scene.place(1, ""), &scene.settings(1).dirs);
    assert_eq!(glance.conflicts, units(&["saves/A"]));
    // The next pull says the same and saves nothing more.
    let (there, before) = (scene.ids(), told.len());
    let (outcome, told) = scene.pull_by(1, None);
    assert_eq!(outcome, conflict(&["saves/A"]));
    assert!(told.len() < before);
    assert!(says(&told, "warning: saves/A changed here and on device 0"));
    assert_eq!(scene.ids(), there);
    // Until something is new.
    scene.write(0, B, "b3");
    scene.push(0);
    let (outcome, _) = scene.pull_by(1, Some(Policy::KeepCloud));
    assert!(
        matches!(outcome, PullOutcome::Applied { .. }),
        "{outcome:?}"
    );
    assert!(scene.state(1)["conflict"].is_null());
}

#[test]
fn an_open_conflict_is_told_without_asking_the_repository_anything() {
    let scene = disputed();
    scene.pull(1);
    let before = scene.state(1);
    // Nothing of it is read again: it could not be.
    let first = scene.ids().into_iter().next().unwrap();
    scene.cloud.hurt(Some((first, "saves".to_owned())));
    assert_eq!(scene.pull(1), conflict(&["saves/A"]));
    assert_eq!(scene.state(1), before);
    // Who edits on is looked at anew, and saved.
    scene.write(1, A, "of mine again");
    let there = scene.ids().len();
    assert_eq!(scene.pull(1), conflict(&["saves/A"]));
    assert_eq!(scene.ids().len(), there + 1);
    // Somebody who can be asked is asked.
    let (_, question) = scene.pull_asked(1, &Answer::Cancel);
    assert!(question.is_some());
}

#[test]
fn deciding_later_starts_the_game_with_what_is_here() {
    let scene = disputed();
    let (outcome, _) = scene.pull_asked(1, &Answer::Later);
    assert_eq!(
        outcome,
        PullOutcome::Postponed {
            units: units(&["saves/A"]),
            changes: taken(&["saves/B"], 2),
        }
    );
    assert_eq!(scene.text(1, A).as_deref(), Some("of mine"));
    // It is asked again, as long as it is open.
    let (outcome, question) = scene.pull_asked(1, &Answer::Later);
    assert!(question.is_some());
    let postponed = PullOutcome::Postponed {
        units: units(&["saves/A"]),
        changes: Changes::default(),
    };
    assert_eq!(outcome, postponed);
}

#[test]
fn an_answer_about_every_world_is_carried_out() {
    let scene = disputed();
    let answers = BTreeMap::from([(unit("saves/A"), Policy::KeepBoth)]);
    let (outcome, _) = scene.pull_asked(1, &Answer::Decided(answers));
    let PullOutcome::Applied { changes, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(changes.taken, units(&["saves/B"]));
    let [copy] = &changes.copied[..] else {
        panic!("{changes:?}");
    };
    assert!(copy.as_str().starts_with("saves/A (device 0, 2"), "{copy}");
    let level = format!("{copy}/level.dat");
    assert_eq!(scene.text(1, &level).as_deref(), Some("theirs"));
    assert_eq!(scene.text(1, A).as_deref(), Some("of mine"));
    scene.push(1);
    scene.pull(0);
    assert_eq!(scene.text(0, &level).as_deref(), Some("theirs"));
    assert_eq!(scene.text(0, A).as_deref(), Some("of mine"));
}

#[test]
fn an_answer_that_leaves_a_world_open_is_remembered_as_far_as_it_goes() {
    let scene = disputed();
    scene.write(0, "saves/C/level.dat", "their c");
    scene.push(0);
    let answers = BTreeMap::from([(unit("saves/A"), Policy::KeepCloud)]);
    let (outcome, question) = scene.pull_asked(1, &Answer::Decided(answers));
    assert_eq!(question.unwrap().units.len(), 2);
    assert_eq!(outcome, conflict(&["saves/C"]));
    assert_eq!(scene.text(1, A).as_deref(), Some("of mine"));
    assert!(scene.state(1)["choices"]["saves/A"].is_object());
    // Only what is open is asked about then.
    let answers = BTreeMap::from([(unit("saves/C"), Policy::KeepLocal)]);
    let (outcome, question) = scene.pull_asked(1, &Answer::Decided(answers));
    let question = question.unwrap();
    assert_eq!(question.units.len(), 1);
    let there = Fate::Fetched {
        device: "device 0".to_owned(),
    };
    assert_eq!(question.others.get(&unit("saves/A")), Some(&there));
    assert!(
        matches!(outcome, PullOutcome::Applied { .. }),
        "{outcome:?}"
    );
    assert_eq!(scene.text(1, A).as_deref(), Some("theirs"));
    assert_eq!(scene.text(1, "saves/C/level.dat").as_deref(), Some("c"));
    assert_eq!(scene.state(1)["choices"], serde_json::json!({}));
}

#[test]
fn rules_decide_without_a_question_and_say_so() {
    let kept = "note: saves/A changed on two sides: this device's is kept; the other version stays in the cloud.";
    let there = "note: saves/A changed on two sides: that of device 0 is kept; the other version stays in the cloud.";
    for (policy, line, text) in [
        (Policy::KeepLocal, Some(kept), "of mine"),
        (Policy::KeepCloud, Some(there), "theirs"),
        // Played last.
        (Policy::Newest, Some(kept), "of mine"),
        (Policy::KeepBoth, None, "of mine"),
    ] {
        let scene = disputed();
        let (outcome, told) = scene.pull_by(1, Some(policy));
        assert!(
            matches!(outcome, PullOutcome::Applied { .. }),
            "{outcome:?}"
        );
        let rules: Vec<&str> = told
            .iter()
            .map(String::as_str)
            .filter(|line| line.contains("changed on two sides"))
            .collect();
        assert_eq!(rules, line.into_iter().collect::<Vec<_>>());
        assert_eq!(scene.text(1, A).as_deref(), Some(text), "{policy}");
        assert_eq!(scene.text(1, B).as_deref(), Some("b2"));
        // What was decided holds for everybody, and nobody is asked again.
        scene.push(1);
        scene.pull(0);
        assert_eq!(scene.text(0, A).as_deref(), Some(text), "{policy}");
        assert_eq!(scene.pull(1), UP_TO_DATE);
        assert_eq!(scene.push(1), PushOutcome::UpToDate);
    }
}

#[test]
fn a_decision_for_what_cannot_be_had_is_carried_out_once_it_can() {
    let scene = disputed();
    let theirs = scene
        .all()
        .into_iter()
        .find(|one| held(one, A).as_deref() == Some("theirs"));
    let theirs = theirs.unwrap().listed.id;
    scene.cloud.hurt(Some((theirs, "saves/A".to_owned())));
    let (outcome, told) = scene.pull_by(1, Some(Policy::KeepCloud));
    assert!(
        says(&told, "warning: the cloud cannot give saves/A"),
        "{outcome:?} {told:?}"
    );
    assert_eq!(scene.text(1, A).as_deref(), Some("of mine"));
    scene.cloud.hurt(None);
    scene.pull_by(1, Some(Policy::KeepCloud));
    assert_eq!(scene.text(1, A).as_deref(), Some("theirs"));
}

#[test]
fn settings_never_ask_and_nothing_is_said_of_them() {
    let scene = Scene::with(2, &[("options.txt", "o")]);
    scene.write(0, "options.txt", "theirs");
    scene.push(0);
    scene.write(1, "options.txt", "mine");
    let (outcome, told) = scene.pull_by(1, Some(Policy::Abort));
    assert!(
        !told.iter().any(|line| line.contains("two sides")),
        "{told:?}"
    );
    assert!(
        matches!(outcome, PullOutcome::UpToDate { saved: Some(_) }),
        "{outcome:?}"
    );
    assert_eq!(scene.text(1, "options.txt").as_deref(), Some("mine"));
    scene.push(1);
    scene.pull(0);
    assert_eq!(scene.text(0, "options.txt").as_deref(), Some("mine"));
}

#[test]
fn what_was_decided_by_name_is_noted_and_done_once_everything_is_decided() {
    let scene = disputed();
    scene.write(0, "saves/C/level.dat", "their c");
    scene.push(0);
    assert_eq!(scene.pull(1), conflict(&["saves/A", "saves/C"]));
    for (policy, noted) in [
        (Policy::KeepBoth, "note: Noted: both versions of saves/A."),
        (Policy::Newest, "note: Noted: the later version of saves/A."),
        (
            Policy::KeepLocal,
            "note: Noted: this device's version of saves/A.",
        ),
        (
            Policy::KeepCloud,
            "note: Noted: the cloud's version of saves/A.",
        ),
    ] {
        let (outcome, told) = resolve(&scene, policy, &["saves/A"]);
        assert_eq!(outcome.unwrap(), conflict(&["saves/C"]), "{policy}");
        assert!(says(&told, noted), "{told:?}");
        assert_eq!(scene.text(1, A).as_deref(), Some("of mine"));
    }
    let (outcome, told) = resolve(&scene, Policy::KeepLocal, &["saves/C"]);
    assert!(matches!(outcome.unwrap(), PullOutcome::Applied { .. }));
    let before = "note: saves/A changed on two sides: that of device 0 is kept, as decided before;";
    assert!(says(&told, before), "{told:?}");
    let now = "note: saves/C changed on two sides: this device's is kept; the other";
    assert!(says(&told, now), "{told:?}");
    assert_eq!(scene.text(1, A).as_deref(), Some("theirs"));
    assert_eq!(scene.text(1, "saves/C/level.dat").as_deref(), Some("c"));
}

#[test]
fn a_choice_counts_for_as_long_as_the_question_is_the_same() {
    let scene = disputed();
    scene.write(0, "saves/C/level.dat", "their c");
    scene.push(0);
    scene.pull(1);
    let (outcome, _) = resolve(&scene, Policy::KeepLocal, &["saves/A"]);
    assert_eq!(outcome.unwrap(), conflict(&["saves/C"]));
    // Played again here: what was chosen is not what is here now.
    scene.write(1, A, "of mine, later");
    let (outcome, told) = resolve(&scene, Policy::KeepCloud, &["saves/C"]);
    assert_eq!(outcome.unwrap(), conflict(&["saves/A"]), "{told:?}");
    let (outcome, told) = resolve(&scene, Policy::KeepLocal, &[]);
    assert!(matches!(outcome.unwrap(), PullOutcome::Applied { .. }));
    assert!(says(
        &told,
        "note: saves/C changed on two sides: that of device 0 is kept, as decided before;"
    ));
    assert!(says(
        &told,
        "note: saves/A changed on two sides: this device's is kept; the other"
    ));
    assert_eq!(scene.text(1, A).as_deref(), Some("of mine, later"));
}

#[test]
fn what_is_not_open_cannot_be_decided() {
    let scene = disputed();
    let failure = |names: &[&str], policy: Policy| {
        let error = resolve(&scene, policy, names).0.unwrap_err();
        format!("{error} {}", error.hints().join(" "))
    };
    assert_eq!(
        failure(&["saves/B"], Policy::KeepLocal),
        "nothing is to be decided about saves/B Open are: saves/A. Nothing was changed."
    );
    resolve(&scene, Policy::KeepLocal, &[]).0.unwrap();
    assert_eq!(
        failure(&["saves/A"], Policy::KeepLocal),
        "nothing is to be decided about saves/A Nothing is to be decided at all. Nothing was changed."
    );
}

#[test]
fn what_is_missing_is_brought_back_or_let_go_by_name() {
    let vanished = || {
        let scene = Scene::with(2, &[(A, "a"), (B, "b"), ("options.txt", "o")]);
        scene.delete(1, "saves");
        scene.pull(1);
        scene
    };
    let scene = vanished();
    let (outcome, told) = resolve(&scene, Policy::KeepCloud, &["saves/B"]);
    assert_eq!(outcome.unwrap(), applied(taken(&["saves/B"], 1)));
    assert!(!says(&told, "warning: missing"), "{told:?}");
    assert_eq!(scene.text(1, B).as_deref(), Some("b"));
    assert_eq!(scene.text(1, A), None);

    // Said of everything, where nothing else is open.
    let scene = vanished();
    let (outcome, _) = resolve(&scene, Policy::KeepCloud, &[]);
    assert_eq!(outcome.unwrap(), applied(taken(&["saves/A", "saves/B"], 2)));
    assert_eq!(scene.pull(1), UP_TO_DATE);
    assert_eq!(scene.push(1), PushOutcome::UpToDate);

    let scene = vanished();
    let (outcome, told) = resolve(&scene, Policy::KeepLocal, &["saves/B"]);
    assert!(
        matches!(outcome.unwrap(), PullOutcome::UpToDate { saved: Some(_) }),
        "{told:?}"
    );
    assert!(
        says(&told, "note: Saved the deletion of saves/B."),
        "{told:?}"
    );
    let gone = Changes {
        removed: units(&["saves/B"]),
        ..Changes::default()
    };
    assert_eq!(scene.pull(0), applied(gone));
    assert_eq!(scene.text(0, A).as_deref(), Some("a"));

    // Nobody decided anything by that.
    for policy in [Policy::KeepLocal, Policy::Abort] {
        let scene = vanished();
        let (outcome, _) = resolve(&scene, policy, &[]);
        assert_eq!(outcome.unwrap(), UP_TO_DATE, "{policy}");
        assert_eq!(scene.text(1, A), None);
        assert_eq!(scene.pull(0), UP_TO_DATE);
    }
    let (outcome, _) = resolve(&vanished(), Policy::Ask, &["saves/A"]);
    assert!(
        outcome
            .unwrap_err()
            .to_string()
            .starts_with("saves/A is missing here")
    );
}

/// Said of everything, it is about the conflict; what is missing stays so.
#[test]
fn a_decision_about_a_conflict_brings_nothing_back_that_is_missing() {
    let scene = Scene::with(
        2,
        &[
            (A, "a"),
            (B, "b"),
            ("saves/C/level.dat", "c"),
            ("options.txt", "o"),
        ],
    );
    scene.write(0, A, "theirs");
    scene.push(0);
    scene.write(1, A, "of mine");
    scene.delete(1, "saves/B");
    scene.delete(1, "saves/C");
    scene.pull(1);
    let (outcome, _) = resolve(&scene, Policy::KeepCloud, &[]);
    assert!(matches!(outcome.unwrap(), PullOutcome::Applied { .. }));
    assert_eq!(scene.text(1, A).as_deref(), Some("theirs"));
    assert_eq!(scene.text(1, B), None);
}

#[test]
fn what_vanished_and_is_newer_in_the_cloud_comes_back_as_the_newer_one() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b"), ("options.txt", "o")]);
    scene.delete(1, "saves");
    scene.pull(1);
    scene.write(0, A, "a2");
    scene.push(0);
    let (outcome, _) = resolve(&scene, Policy::KeepCloud, &["saves/A"]);
    assert!(matches!(outcome.unwrap(), PullOutcome::Applied { .. }));
    assert_eq!(scene.text(1, A).as_deref(), Some("a2"));
}

#[test]
fn two_who_fork_are_told_so_and_only_one_decides() {
    let scene = Scene::with(3, &[(A, "a")]);
    scene.write(0, A, "of 0");
    scene.write(1, A, "of 1");
    scene.push(0);
    scene.push(1);
    // Who has no part in it goes on with one of them.
    let (outcome, told) = scene.pull_by(2, None);
    let PullOutcome::Forked { units: forked, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(forked, units(&["saves/A"]));
    assert!(
        says(&told, "warning: saves/A changed on two devices at once."),
        "{told:?}"
    );
    assert!(matches!(scene.pull(1), PullOutcome::Conflict { .. }));
    assert_eq!(scene.push(2), PushOutcome::UpToDate);
}

#[test]
fn a_folder_that_joins_with_another_world_of_that_name_is_asked_and_publishes_no_head() {
    let scene = Scene::new(2);
    scene.write(0, A, "a");
    scene.push(0);
    scene.write(1, A, "my own");
    scene.write(1, B, "mine alone");
    let outcome = scene.pull(1);
    assert_eq!(outcome, conflict(&["saves/A"]));
    let copies = scene.safety_copies();
    let [copy] = &copies[..] else {
        panic!("{} safety copies", copies.len());
    };
    assert_eq!(held(copy, A).as_deref(), Some("my own"));
    assert_eq!(held(copy, B).as_deref(), Some("mine alone"));
    assert_eq!(record(copy)["before"], "pull");
    assert_eq!(scene.pull(0), UP_TO_DATE);
    // Asked once more, no second copy is made.
    scene.pull(1);
    assert_eq!(scene.safety_copies().len(), 1);
    // A push joins first, too.
    let pushed = scene.push(1);
    assert_eq!(
        pushed,
        PushOutcome::Conflict {
            units: units(&["saves/A"]),
            saved: true
        }
    );
    let (outcome, _) = resolve(&scene, Policy::KeepCloud, &[]);
    assert!(matches!(outcome.unwrap(), PullOutcome::Applied { .. }));
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));
    assert_eq!(scene.safety_copies().len(), 1);
    // What it brought along is there for the others now.
    assert_eq!(scene.pull(0), applied(taken(&["saves/B"], 10)));
}

#[test]
fn the_later_of_two_merges_is_the_same_everywhere() {
    let scene = disputed();
    scene.pull_by(1, Some(Policy::KeepBoth));
    scene.push(1);
    scene.pull_by(0, Some(Policy::KeepBoth));
    scene.push(0);
    scene.pull(1);
    assert_eq!(scene.devices[0].units(), scene.devices[1].units());
    let there = scene.ids();
    for device in [0, 1] {
        assert_eq!(scene.pull(device), UP_TO_DATE);
        assert_eq!(scene.push(device), PushOutcome::UpToDate);
    }
    assert_eq!(scene.ids(), there);
}

/// It is like a version that others moved on from, and somebody made it so.
#[test]
fn an_old_version_that_the_player_put_back_is_an_edit() {
    let scene = Scene::with(2, &[(A, "first")]);
    scene.write(0, A, "second");
    scene.push(0);
    scene.pull(1);
    scene.write(0, A, "third");
    scene.push(0);
    scene.write(1, A, "first");
    assert_eq!(scene.pull(1), conflict(&["saves/A"]));
    assert_eq!(scene.text(1, A).as_deref(), Some("first"));
}

/// A safety copy that is not whole is none.
#[test]
fn what_could_not_be_copied_whole_is_not_said_to_be_saved() {
    for flaw in [Flaw::Unread, Flaw::Miscounted] {
        let scene = Scene::new(2);
        scene.write(0, A, "a");
        scene.push(0);
        scene.write(1, A, "my own");
        scene.cloud.flaw_next_backup(flaw);
        let (outcome, told) = scene.pull_by(1, None);
        let not_saved = PullOutcome::Conflict {
            units: units(&["saves/A"]),
            saved: false,
        };
        assert_eq!(outcome, not_saved, "{told:?}");
        assert_eq!(scene.pull(1), conflict(&["saves/A"]));
    }
}
