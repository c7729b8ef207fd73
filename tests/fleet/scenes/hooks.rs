//! Pull and push, without any conflict.

use super::*;
use crate::{
    domain::{
        digest::Digest,
        unit::{FileFact, UnitContent},
    },
    sync::glance::glance,
};

const A: &str = "saves/A/level.dat";
const B: &str = "saves/B/level.dat";

#[test]
fn a_push_names_what_it_saved_and_a_pull_what_it_brought() {
    let scene = Scene::new(2);
    assert_eq!(scene.push(0), PushOutcome::UpToDate);
    assert_eq!(scene.pull(0), UP_TO_DATE);
    scene.write(0, A, "one");
    scene.write(0, "options.txt", "opt");
    let first = scene.push(0);
    let id = scene.pushed(&first).listed.id;
    let pushed = |snapshot: SnapshotId, saved: &[&str], deleted: &[&str]| PushOutcome::Pushed {
        snapshot,
        units: units(saved),
        deleted: units(deleted),
        bytes: 0,
        news: false,
        left_open: Vec::new(),
    };
    assert_eq!(first, pushed(id, &["options.txt", "saves/A"], &[]));
    assert_eq!(scene.push(0), PushOutcome::UpToDate);
    assert_eq!(scene.pull(0), UP_TO_DATE);
    let both = taken(&["options.txt", "saves/A"], 6);
    assert_eq!(scene.pull(1), applied(both));
    assert_eq!(scene.text(1, A).as_deref(), Some("one"));
    assert_eq!(scene.pull(1), UP_TO_DATE);
    assert_eq!(scene.push(1), PushOutcome::UpToDate);

    scene.delete(0, "options.txt");
    scene.write(0, B, "two");
    let second = scene.push(0);
    let id = scene.pushed(&second).listed.id;
    assert_eq!(second, pushed(id, &["saves/B"], &["options.txt"]));
    let changes = Changes {
        removed: units(&["options.txt"]),
        ..taken(&["saves/B"], 3)
    };
    assert_eq!(scene.pull(1), applied(changes));
    assert_eq!(scene.text(1, "options.txt"), None);
}

/// What a device fetched must not make restic take another file for one that it knows.
#[test]
fn what_came_with_the_look_of_an_older_version_is_read_when_it_is_saved() {
    let scene = Scene::with(2, &[(A, "old"), (B, "b")]);
    // The other device's version has the size and the time of the one that the parent here has.
    let look = scene.modified(0, A);
    scene.write(1, A, "new");
    scene.set_modified(1, A, look);
    let theirs = scene.push(1);
    let theirs = scene.pushed(&theirs);
    assert_eq!(held(&theirs, A).as_deref(), Some("new"));
    // Another edit keeps what is here from being what that snapshot holds.
    scene.write(0, B, "mine");
    let saved = scene.pull(0);
    assert!(matches!(saved, PullOutcome::Applied { .. }), "{saved:?}");
    assert_eq!(scene.text(0, A).as_deref(), Some("new"));
    scene.write(0, B, "mine again");
    let outcome = scene.push(0);
    let mine = scene.pushed(&outcome);
    assert_eq!(held(&mine, A).as_deref(), Some("new"));
    assert_eq!(held(&mine, B).as_deref(), Some("mine again"));
    assert_true_to_itself(&mine);
}

/// Every file of a snapshot is what its record says.
fn assert_true_to_itself(snapshot: &Snapshot) {
    let record = record(snapshot);
    for (unit, content) in record["contents"].as_object().unwrap() {
        let content: UnitContent = serde_json::from_value(content.clone()).unwrap();
        for (inner, FileFact { sha256, .. }) in &content.files {
            let path = super::unit(unit).join(inner);
            let text = held(snapshot, path.as_str()).unwrap();
            assert_eq!(Digest::of(text.as_bytes()), *sha256, "{path}");
        }
    }
}

#[test]
fn a_file_that_looks_as_it_did_is_read_again_when_it_is_saved() {
    let scene = Scene::with(1, &[(A, "old")]);
    let look = scene.modified(0, A);
    scene.write(0, A, "new");
    scene.set_modified(0, A, look);
    let outcome = scene.push(0);
    let pushed = scene.pushed(&outcome);
    assert_eq!(held(&pushed, A).as_deref(), Some("new"));
    assert_true_to_itself(&pushed);
}

#[test]
fn a_push_says_that_the_cloud_has_news_and_the_next_pull_brings_them() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    scene.write(0, A, "a2");
    assert!(matches!(
        scene.push(0),
        PushOutcome::Pushed { news: false, .. }
    ));
    scene.write(1, B, "b2");
    assert!(matches!(
        scene.push(1),
        PushOutcome::Pushed { news: true, .. }
    ));
    assert_eq!(scene.pull(1), applied(taken(&["saves/A"], 2)));
    // The merge is told by whoever is next; the other one gets what is new.
    assert_eq!(scene.pull(0), applied(taken(&["saves/B"], 2)));
    let merged = [scene.push(0), scene.push(1)];
    assert!(
        matches!(merged[0], PushOutcome::Pushed { .. }),
        "{merged:?}"
    );
}

#[test]
fn what_waits_for_the_cloud_is_said_and_noted_until_it_is_there() {
    let scene = Scene::with(2, &[(A, "a")]);
    let waits = |device: usize| {
        let settings = scene.settings(device);
        glance(scene.place(device, ""), &settings.dirs).pending_push
    };
    assert!(!waits(0));
    scene.devices[0].cloud.set_offline(true);
    assert_eq!(
        scene.pull(0),
        PullOutcome::Offline {
            why: "the line is cut".to_owned()
        }
    );
    assert!(!waits(0), "nothing is only here");
    scene.write(0, A, "a2");
    let (_, told) = scene.pull_by(0, None);
    let only_here = "warning: the line is cut What was played since the last push is only on this device so far.";
    assert!(says(&told, only_here), "{told:?}");
    assert!(waits(0));
    scene.edit_state(0, |state| state["offline"] = false.into());
    assert!(matches!(scene.push(0), PushOutcome::Pending { .. }));
    assert!(waits(0));
    scene.devices[0].cloud.set_offline(false);
    assert!(matches!(scene.push(0), PushOutcome::Pushed { .. }));
    assert!(!waits(0));
    // Or it is taken back: then nothing waits any more.
    for by_push in [true, false] {
        scene.edit_state(0, |state| state["offline"] = true.into());
        assert!(waits(0));
        if by_push {
            assert_eq!(scene.push(0), PushOutcome::UpToDate);
        } else {
            assert_eq!(scene.pull(0), UP_TO_DATE);
        }
        assert!(!waits(0));
    }
}

#[test]
fn a_push_whose_answer_was_lost_is_found_by_the_next_command() {
    for by_push in [true, false] {
        let scene = Scene::with(2, &[(A, "a")]);
        scene.write(0, A, "a2");
        scene.devices[0].cloud.lose_next_answer();
        assert!(matches!(scene.push(0), PushOutcome::Pending { .. }));
        assert!(!scene.state(0)["pending"].is_null());
        let (there, before) = (scene.ids(), scene.state(0));
        if by_push {
            assert_eq!(scene.push(0), PushOutcome::UpToDate);
        } else {
            assert_eq!(scene.pull(0), UP_TO_DATE);
        }
        let after = scene.state(0);
        assert_eq!(scene.ids(), there, "nothing is published twice");
        assert!(after["pending"].is_null());
        assert_ne!(after["base"], before["base"]);
        assert_eq!(after["replica"], before["replica"]);
        assert_ne!(after["vector"], before["vector"]);
        // It was no news to whoever made it, and is to the others.
        assert_eq!(scene.pull(1), applied(taken(&["saves/A"], 2)));
        assert_eq!(scene.pull(0), UP_TO_DATE);
    }
}

#[test]
fn a_push_that_never_came_is_forgotten_and_made_again_under_a_new_number() {
    let scene = Scene::with(2, &[(A, "a")]);
    scene.write(0, A, "a2");
    scene.devices[0].cloud.lose_next_answer();
    scene.push(0);
    let counter = scene.state(0)["last_counter"].as_u64().unwrap();
    // It is removed by somebody before this device comes again.
    let newest = scene.all().into_iter().map(|one| (record(&one), one));
    let lost = newest.filter(|(record, _)| record["counter"] == counter);
    let lost = lost.map(|(_, one)| one.listed.id).collect();
    scene.cloud.prune(&lost);
    let again = scene.push(0);
    let again = record(&scene.pushed(&again));
    assert_eq!(again["counter"], counter + 1);
    assert!(scene.state(0)["pending"].is_null());
    assert_eq!(scene.pull(1), applied(taken(&["saves/A"], 2)));
}

#[test]
fn files_that_change_while_they_are_saved_are_saved_again() {
    let scene = Scene::with(1, &[(A, "a")]);
    scene.write(0, A, "half");
    let place = scene.place(0, A);
    scene
        .cloud
        .beside_next_backup(move || fs::write(place, "whole").unwrap());
    let (outcome, told) = heard(|listener| push::push(&scene.settings(0), listener));
    let again = "warning: Files changed while they were saved; saving again.";
    assert_eq!(told, [again]);
    let pushed = scene.pushed(&outcome.unwrap());
    assert_eq!(held(&pushed, A).as_deref(), Some("whole"));
    assert_true_to_itself(&pushed);
    assert_eq!(scene.push(0), PushOutcome::UpToDate);
}

/// It holds what it held, and restic may have read something else in between.
#[test]
fn a_file_that_changed_there_and_back_while_it_was_saved_is_saved_again() {
    let scene = Scene::with(1, &[(A, "a")]);
    scene.write(0, A, "mine");
    let place = scene.place(0, A);
    scene.cloud.beside_next_backup(move || {
        let fresh = place.with_extension("new");
        fs::write(&fresh, "mine").unwrap();
        fs::rename(fresh, place).unwrap();
    });
    let (outcome, told) = heard(|listener| push::push(&scene.settings(0), listener));
    assert!(outcome.is_ok());
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn a_new_world_beside_a_push_is_not_missed() {
    let scene = Scene::with(1, &[(A, "a")]);
    scene.write(0, A, "a2");
    let place = scene.place(0, "saves/C");
    scene.cloud.beside_next_backup(move || {
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("level.dat"), "c").unwrap();
    });
    let outcome = scene.push(0);
    let pushed = scene.pushed(&outcome);
    assert_eq!(held(&pushed, "saves/C/level.dat").as_deref(), Some("c"));
}

#[test]
fn a_folder_whose_state_is_of_yesterday_becomes_another_device() {
    for by_push in [true, false] {
        let scene = Scene::with(2, &[(A, "a")]);
        let yesterday = scene.state(0);
        scene.write(0, A, "a2");
        scene.push(0);
        let today = scene.state(0);
        scene.edit_state(0, |state| *state = yesterday);
        let (done, told) = if by_push {
            scene.write(0, B, "b");
            heard(|listener| push::push(&scene.settings(0), listener).map(drop))
        } else {
            heard(|listener| pull::pull(&scene.settings(0), listener, None).map(drop))
        };
        done.unwrap();
        assert!(says(&told, "note: The state of this folder is older"));
        assert_ne!(scene.state(0)["replica"], today["replica"]);
        assert_eq!(scene.text(0, A).as_deref(), Some("a2"));
        // The other one's state is as it was.
        let (_, told) = scene.pull_by(1, None);
        assert_eq!(told, [""; 0]);
    }
}

#[test]
fn what_the_cloud_lost_is_pushed_again_and_nothing_changes_here() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    scene.cloud.prune(&scene.ids());
    let (outcome, told) = scene.pull_by(0, None);
    assert!(says(&told, "warning: The cloud lost snapshots"), "{told:?}");
    let PullOutcome::UpToDate { saved: Some(saved) } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(scene.ids(), [saved.clone()].into());
    let again = scene.snapshot(&saved);
    assert_eq!(held(&again, A).as_deref(), Some("a"));
    assert_eq!(held(&again, B).as_deref(), Some("b"));
    assert_eq!(scene.pull(0), UP_TO_DATE);
    let (_, told) = scene.pull_by(1, None);
    assert!(!says(&told, "warning:"), "{told:?}");
}

/// The base of this device is pruned; something newer covers all of it.
#[test]
fn a_prune_that_left_what_is_newer_is_no_loss() {
    let scene = Scene::with(2, &[(A, "a")]);
    let first = scene.ids();
    scene.write(1, A, "a2");
    scene.push(1);
    scene.cloud.prune(&first);
    let (outcome, told) = scene.pull_by(0, None);
    assert_eq!(told, [""; 0]);
    assert_eq!(outcome, applied(taken(&["saves/A"], 2)));
}

#[test]
fn a_world_that_vanished_is_kept_in_the_cloud_until_somebody_says_that_it_is_meant() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b"), ("options.txt", "o")]);
    scene.delete(0, "saves");
    let (outcome, told) = heard(|listener| push::push(&scene.settings(0), listener));
    assert_eq!(outcome.unwrap(), PushOutcome::UpToDate);
    let missing =
        "warning: missing here, or most of it: saves/A and 1 more. Is a disk not connected?";
    assert!(says(&told, missing), "{told:?}");
    assert!(told[0].contains("resolve --keep=cloud"), "{told:?}");
    assert_eq!(scene.pull(1), UP_TO_DATE);
    let settings = Settings {
        allow_shrink: true,
        ..scene.settings(0)
    };
    let (outcome, told) = heard(|listener| push::push(&settings, listener));
    assert_eq!(told, [""; 0]);
    let PushOutcome::Pushed { deleted, .. } = outcome.unwrap() else {
        panic!("the deletions were not pushed");
    };
    assert_eq!(deleted, units(&["saves/A", "saves/B"]));
    let gone = Changes {
        removed: units(&["saves/A", "saves/B"]),
        ..Changes::default()
    };
    assert_eq!(scene.pull(1), applied(gone));
}

#[test]
fn an_edit_beats_a_deletion_on_either_side_and_it_is_said() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b"), ("options.txt", "o")]);
    scene.delete(0, "saves/A");
    scene.push(0);
    scene.write(1, A, "played");
    let (outcome, told) = scene.pull_by(1, None);
    assert!(
        says(
            &told,
            "note: saves/A was deleted on another device and changed here: it is kept."
        ),
        "{told:?}"
    );
    assert!(
        matches!(outcome, PullOutcome::UpToDate { .. }),
        "{outcome:?}"
    );
    assert_eq!(scene.text(1, A).as_deref(), Some("played"));
    // It was saved before the deletion was met, and is not saved twice.
    let outcome = scene.push(1);
    assert!(
        matches!(&outcome, PushOutcome::Pushed { units, .. } if units.is_empty()),
        "{outcome:?}"
    );
    scene.pull(0);
    assert_eq!(scene.text(0, A).as_deref(), Some("played"));
    // The other way round.
    scene.delete(0, "saves/A");
    scene.write(1, A, "played again");
    scene.push(1);
    let (_, told) = scene.pull_by(0, None);
    assert!(
        says(&told, "note: Saved the deletion of saves/A.")
            && says(
                &told,
                "note: saves/A was deleted here and changed on another device: it comes back."
            ),
        "{told:?}"
    );
    assert_eq!(scene.text(0, A).as_deref(), Some("played again"));
}

#[test]
fn a_damaged_version_stays_away_and_comes_once_it_can_be_had() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    scene.write(0, A, "a2");
    scene.write(0, B, "b2");
    let outcome = scene.push(0);
    let pushed = scene.pushed(&outcome).listed.id;
    scene.cloud.hurt(Some((pushed, "saves/A".to_owned())));
    let (outcome, told) = scene.pull_by(1, None);
    let changes = Changes {
        lost: units(&["saves/A"]),
        ..taken(&["saves/B"], 4)
    };
    assert_eq!(outcome, applied(changes));
    assert!(says(&told, "warning: the cloud cannot give saves/A"));
    let folder = scene.place(1, "");
    let folder = folder.file_name().unwrap().to_string_lossy().into_owned();
    assert!(
        told[0].contains("instance-sync verify ") && told[0].contains(&folder),
        "{told:?}"
    );
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));
    assert_eq!(scene.text(1, B).as_deref(), Some("b2"));
    // Nothing is lost by it: not the version that is here, and not the deletion of none.
    assert_eq!(scene.push(1), PushOutcome::UpToDate);
    scene.cloud.hurt(None);
    assert_eq!(scene.pull(1), applied(taken(&["saves/A"], 2)));
    assert_eq!(scene.text(1, A).as_deref(), Some("a2"));
    assert_eq!(scene.pull(1), UP_TO_DATE);
}

#[test]
fn a_state_that_is_garbled_is_begun_anew_and_loses_nothing() {
    let scene = Scene::with(2, &[(A, "a")]);
    let place = scene.devices[0].own().join("state.json");
    fs::write(place, "{").unwrap();
    let (outcome, told) = scene.pull_by(0, None);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(outcome, UP_TO_DATE);
    assert_eq!(scene.text(0, A).as_deref(), Some("a"));
    scene.write(0, A, "a2");
    scene.push(0);
    assert_eq!(scene.pull(1), applied(taken(&["saves/A"], 2)));
}

#[test]
fn a_folder_that_joins_with_the_same_worlds_or_an_older_version_is_asked_nothing() {
    let scene = Scene::with(2, &[(A, "a")]);
    scene.write(0, A, "a2");
    scene.push(0);
    scene.devices[1].forget();
    // It holds what an older snapshot has: simply that version.
    let outcome = scene.pull(1);
    assert_eq!(outcome, applied(taken(&["saves/A"], 2)));
    assert_eq!(scene.safety_copies().len(), 0);
    scene.devices[1].forget();
    assert_eq!(scene.pull(1), UP_TO_DATE);
}

#[test]
fn who_was_offline_for_longer_gets_everything_at_once() {
    let scene = Scene::with(3, &[(A, "a")]);
    for number in 0..6 {
        scene.write(0, A, &format!("a{number}"));
        scene.push(0);
        scene.write(1, &format!("saves/W{number}/level.dat"), "w");
        scene.push(1);
    }
    let changes = Changes {
        taken: units(&[
            "saves/A", "saves/W0", "saves/W1", "saves/W2", "saves/W3", "saves/W4", "saves/W5",
        ]),
        bytes: 8,
        ..Changes::default()
    };
    assert_eq!(scene.pull(2), applied(changes));
    assert_eq!(scene.text(2, A).as_deref(), Some("a5"));
}

/// Whoever stopped it knows why: neither the launch nor the push says what to do about it.
#[test]
fn what_was_cancelled_is_no_failure_of_the_folder() {
    use crate::error::Kind;
    let scene = Scene::with(2, &[("saves/A/level.dat", "a")]);
    scene.write(0, "saves/A/level.dat", "a2");
    scene.cloud.refuse(Call::Backup, Some(Kind::Cancelled));
    let PushOutcome::Pending { hints, .. } = scene.push(0) else {
        panic!("it was pushed");
    };
    assert!(hints.is_empty(), "{hints:?}");
    scene.cloud.refuse(Call::Backup, None);
    scene.push(0);
    scene.cloud.refuse(Call::Probe, Some(Kind::Cancelled));
    let error = pull::pull(&scene.settings(1), &|_| (), None).unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
    assert!(error.hints().is_empty(), "{:?}", error.hints());
}

/// A copy of a folder says so once, and again each time where the original is there no more.
#[test]
fn a_copy_of_a_folder_says_that_it_is_one() {
    let scene = Scene::with(1, &[("saves/A/level.dat", "a")]);
    scene.devices[0].keep();
    let settings = Settings {
        pack: scene.devices[0].pack().with_file_name("kept"),
        ..scene.settings(0)
    };
    let pull = || {
        let (outcome, told) = heard(|listener| pull::pull(&settings, listener, None));
        assert_eq!(outcome.unwrap(), PullOutcome::Copy);
        told
    };
    let glance = |pack: &std::path::Path| crate::sync::glance::glance(pack, &settings.dirs);
    assert!(glance(&settings.pack).copy);
    assert!(!glance(scene.devices[0].pack()).copy);
    let original = scene.devices[0].pack().display().to_string();
    let copy = format!("warning: this folder is a copy of {original}, and is not synced");
    let told = pull();
    assert!(told.len() == 1 && says(&told, &copy), "{told:?}");
    assert_eq!(pull(), Vec::<String>::new());
    fs::remove_dir_all(scene.devices[0].pack()).unwrap();
    let alone = format!("warning: this folder is a copy of {original}, which is not there");
    for _ in 0..2 {
        let told = pull();
        assert!(told.len() == 1 && says(&told, &alone), "{told:?}");
    }
}

/// Who only looks keeps nobody from working there, not even while somebody is asked.
#[test]
fn a_look_at_a_folder_never_holds_it() {
    let scene = Scene::with(1, &[("saves/A/level.dat", "a")]);
    let settings = scene.settings(0);
    let session = crate::sync::session::look(&settings, &|_| ()).unwrap();
    let ((), same) = session.hold().while_open(|| Ok(())).unwrap();
    assert!(same);
    let layout = crate::config::layout::Layout::new(&settings.pack);
    let taken = crate::workdir::lock::take(&layout, "test", std::time::Duration::ZERO);
    assert!(taken.is_ok());
}

/// What is wrong with the folder's own files is no push that waits.
#[test]
fn a_folder_that_cannot_be_opened_fails_a_push() {
    use crate::error::Kind;
    let scene = Scene::with(1, &[("saves/A/level.dat", "a")]);
    let marker = scene.devices[0].own().join("sync.json");
    let text = fs::read_to_string(&marker).unwrap();
    let mut marker_of: Value = serde_json::from_str(&text).unwrap();
    marker_of["url"] = "http://cloud.example.org/".into();
    fs::write(&marker, marker_of.to_string()).unwrap();
    let error = push::push(&scene.settings(0), &|_| ()).unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
}
