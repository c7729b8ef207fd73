//! What must not be lost on the way: what changes under the hands, what lies in the way, what is old.

use super::*;
use crate::{
    error::Kind,
    sync::{
        restore::{self, Place, Point, RestoreOutcome},
        status,
        undo::{self, Finality, Request},
        verify::{self, Extent, VerifyOutcome},
    },
};

const A: &str = "saves/A/level.dat";
const B: &str = "saves/B/level.dat";

fn restore_to(names: &[&str], id: &SnapshotId, finality: Finality) -> restore::Request {
    restore::Request {
        units: units(names).into_iter().collect(),
        point: Point::Snapshot(id.to_string()),
        place: Place::InPlace,
        finality,
    }
}

#[test]
fn what_is_written_while_a_pull_is_under_way_is_not_overwritten() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    scene.write(0, A, "a2");
    scene.push(0);
    let place = scene.place(1, A);
    scene
        .cloud
        .beside_next_restore(move || fs::write(place, "played").unwrap());
    let error = pull::pull(&scene.settings(1), &|_| (), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "saves/A changed while the pull was under way"
    );
    assert_eq!(scene.text(1, A).as_deref(), Some("played"));
    assert!(!scene.devices[1].is_interrupted());
    let staged = fs::read_dir(scene.devices[1].own()).unwrap();
    let staged = staged.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with("staging-")
    });
    assert_eq!(staged.count(), 0, "what was fetched is gone again");
    // A world that came to be in the meantime is one, too.
    let scene = Scene::with(2, &[(A, "a")]);
    scene.write(0, B, "b");
    scene.push(0);
    let place = scene.place(1, "saves/B");
    scene.cloud.beside_next_restore(move || {
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("level.dat"), "my own").unwrap();
    });
    assert!(pull::pull(&scene.settings(1), &|_| (), None).is_err());
    assert_eq!(scene.text(1, B).as_deref(), Some("my own"));
}

#[test]
fn a_join_that_takes_the_clouds_version_at_once_saves_what_was_here() {
    for policy in [Policy::KeepCloud, Policy::KeepBoth] {
        let scene = Scene::new(2);
        scene.write(0, A, "a");
        scene.push(0);
        scene.write(1, A, "my own");
        let (outcome, told) = scene.pull_by(1, Some(policy));
        assert!(
            matches!(outcome, PullOutcome::Applied { .. }),
            "{outcome:?}"
        );
        let saved = scene
            .all()
            .iter()
            .any(|one| held(one, A).as_deref() == Some("my own"));
        let kept = scene.devices[1]
            .units()
            .values()
            .any(|content| content.values().any(|bytes| bytes == b"my own"));
        assert!(saved, "{policy}");
        assert_eq!(kept, policy == Policy::KeepBoth);
        if policy == Policy::KeepCloud {
            assert!(says(&told, "note: Saving a safety copy"), "{told:?}");
            assert_eq!(scene.safety_copies().len(), 1);
        }
    }
}

/// It is held, so that it is in no head: what is left of it is saved all the same.
#[test]
fn what_is_left_of_a_world_that_lost_most_is_saved_aside() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    for number in 0..9 {
        scene.write(0, &format!("saves/A/region/r.{number}.mca"), "x");
    }
    scene.push(0);
    scene.pull(1);
    scene.delete(1, "saves/A/region");
    scene.write(1, A, "what is left");
    scene.write(0, B, "b2");
    scene.push(0);
    let (outcome, told) = scene.pull_by(1, None);
    assert_eq!(outcome, applied(taken(&["saves/B"], 2)), "{told:?}");
    assert!(says(
        &told,
        "warning: missing here, or most of it: saves/A."
    ));
    let copies = scene.safety_copies();
    assert_eq!(copies.len(), 1);
    assert_eq!(held(&copies[0], A).as_deref(), Some("what is left"));
    // Once is enough.
    scene.write(0, B, "b3");
    scene.push(0);
    scene.pull(1);
    scene.push(1);
    assert_eq!(scene.safety_copies().len(), 1);
    assert_eq!(scene.text(1, A).as_deref(), Some("what is left"));
    // Once it is gone from the cloud, it is saved anew, by the pull after the one that noticed.
    let lost = copies.iter().map(|copy| copy.listed.id.clone()).collect();
    scene.cloud.prune(&lost);
    for text in ["b4", "b5"] {
        scene.write(0, B, text);
        scene.push(0);
        scene.pull(1);
    }
    let again = scene.safety_copies();
    assert_eq!(again.len(), 1);
    assert_eq!(held(&again[0], A).as_deref(), Some("what is left"));
    // What it became since is saved where nothing else is to be done, too, by a push and by a pull.
    scene.write(1, A, "played");
    scene.push(1);
    scene.write(1, A, "played more");
    scene.pull(1);
    let texts: BTreeSet<_> = scene
        .safety_copies()
        .iter()
        .filter_map(|copy| held(copy, A))
        .collect();
    assert_eq!(texts.len(), 3, "{texts:?}");
}

#[test]
fn an_undo_does_not_overwrite_what_is_in_no_scan() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b"), ("saves/B/notes.txt", "theirs")]);
    scene.delete(0, "saves/B");
    scene.push(0);
    scene.pull(1);
    let scope = r#"{"schema": 1, "exclude": ["saves/*/notes.txt"]}"#;
    fs::write(scene.devices[1].own().join("scope.json"), scope).unwrap();
    scene.write(1, "saves/B/notes.txt", "my own");
    let request = Request {
        id: None,
        units: [unit("saves/B")].into(),
    };
    let undone = undo::undo(&scene.settings(1), &|_| (), &request, Finality::Final);
    let error = undone.unwrap_err().to_string();
    assert!(error.starts_with("saves/B cannot be replaced: "), "{error}");
    assert_eq!(
        scene.text(1, "saves/B/notes.txt").as_deref(),
        Some("my own")
    );
    // A restore neither.
    let first = scene
        .all()
        .into_iter()
        .find(|one| held(one, B).is_some())
        .unwrap();
    let wish = restore_to(&["saves/B"], &first.listed.id, Finality::Final);
    let error = restore::restore(&scene.settings(1), &|_| (), &wish, None).unwrap_err();
    assert!(
        error.to_string().starts_with("cannot restore saves/B: "),
        "{error}"
    );
    // Of everything, it is left.
    let wish = restore_to(&[], &first.listed.id, Finality::Preview);
    let outcome = restore::restore(&scene.settings(1), &|_| (), &wish, None).unwrap();
    let (RestoreOutcome::Preview(report) | RestoreOutcome::Nothing(report)) = outcome else {
        panic!("{outcome:?}");
    };
    let left: Vec<_> = report.left.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(left, ["saves/B"]);
    assert_eq!(
        scene.text(1, "saves/B/notes.txt").as_deref(),
        Some("my own")
    );
}

#[test]
fn what_is_not_synced_here_is_restored_elsewhere_only() {
    let scene = Scene::with(1, &[(A, "a"), (B, "b")]);
    let first = scene.ids().into_iter().next().unwrap();
    let scope = r#"{"schema": 1, "exclude": ["saves/B", "saves/B/**"]}"#;
    fs::write(scene.devices[0].own().join("scope.json"), scope).unwrap();
    scene.write(0, B, "not synced any more");
    let wish = restore_to(&["saves/B"], &first, Finality::Final);
    let error = restore::restore(&scene.settings(0), &|_| (), &wish, None).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("it is not part of what this device syncs"),
        "{error}"
    );
    assert_eq!(scene.text(0, B).as_deref(), Some("not synced any more"));
}

#[test]
fn a_unit_whose_news_were_never_here_is_pulled_before_it_is_restored() {
    let scene = Scene::with(2, &[(A, "a")]);
    scene.write(0, B, "b");
    let outcome = scene.push(0);
    let id = scene.pushed(&outcome).listed.id;
    let wish = restore_to(&["saves/B"], &id, Finality::Final);
    let settings = scene.settings(1);
    let error = restore::restore(&settings, &|_| (), &wish, None).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("its newest version was never here"),
        "{error}"
    );
    assert_eq!(scene.text(1, B), None);
    // Something else can be, and it is said that there are news.
    scene.write(1, A, "played");
    let first = scene
        .all()
        .into_iter()
        .find(|one| one.listed.id != id)
        .unwrap();
    let wish = restore_to(&["saves/A"], &first.listed.id, Finality::Final);
    let outcome = restore::restore(&settings, &|_| (), &wish, None).unwrap();
    assert!(
        matches!(&outcome, RestoreOutcome::Restored(report) if report.news),
        "{outcome:?}"
    );
}

#[test]
fn a_restore_needs_the_cloud_and_says_what_does_not() {
    let scene = Scene::with(1, &[(A, "a")]);
    let first = scene.ids().into_iter().next().unwrap();
    scene.devices[0].cloud.set_offline(true);
    let wish = restore_to(&["saves/A"], &first, Finality::Final);
    let error = restore::restore(&scene.settings(0), &|_| (), &wish, None).unwrap_err();
    assert!(
        error.hints()[0].starts_with("Old versions come from the cloud."),
        "{error:?}"
    );
    let error = verify::verify(&scene.settings(0), &|_| (), Extent::Newest).unwrap_err();
    assert!(!error.hints().is_empty(), "{error:?}");
}

#[test]
fn a_restore_notices_a_state_of_yesterday() {
    let scene = Scene::with(1, &[(A, "a")]);
    let first = scene.ids().into_iter().next().unwrap();
    let yesterday = scene.state(0);
    let wish = restore_to(&["saves/A"], &first, Finality::Final);
    let restored = |expected: &str| {
        let settings = scene.settings(0);
        let (done, told) = heard(|listener| restore::restore(&settings, listener, &wish, None));
        done.unwrap();
        assert_eq!(
            told.iter()
                .filter(|line| line.starts_with("note: The state"))
                .count(),
            expected.len()
        );
    };
    // It is as it should be.
    restored("");
    scene.write(0, A, "a2");
    scene.push(0);
    restored("");
    let today = scene.state(0)["replica"].clone();
    assert_eq!(today, yesterday["replica"]);
    scene.edit_state(0, |state| *state = yesterday);
    restored("1");
    assert_ne!(scene.state(0)["replica"], today);
}

#[test]
fn what_undo_holds_for_long_goes_once_the_cloud_has_it() {
    let mut scene = Scene::with(2, &[(A, "a")]);
    for text in ["a2", "a3", "a4"] {
        scene.write(0, A, text);
        scene.push(0);
        scene.pull(1);
    }
    assert_eq!(undo::list(&scene.settings(1)).len(), 4);
    let newest = |scene: &Scene| {
        let list = undo::list(&scene.settings(1));
        list.iter().map(|one| one.entry.number).collect::<Vec<_>>()
    };
    assert_eq!(newest(&scene), [4, 3, 2, 1]);
    // Of what the third one replaced, the snapshot is gone, and no other has it.
    let gone = scene
        .all()
        .into_iter()
        .find(|one| held(one, A).as_deref() == Some("a2"));
    scene.cloud.prune(&[gone.unwrap().listed.id].into());
    scene.devices[1].set_clock(60);
    scene.write(0, B, "b");
    scene.push(0);
    scene.pull(1);
    // That one, and the newest of all.
    assert_eq!(newest(&scene), [5, 3]);
    assert_eq!(scene.state(1)["undone"], true);
    // It goes to the cloud next, and then from here.
    scene.push(1);
    assert_eq!(scene.state(1)["undone"], false);
    let copies = scene.safety_copies();
    assert_eq!(held(&copies[0], A).as_deref(), Some("a2"));
    scene.write(0, B, "b2");
    scene.push(0);
    scene.pull(1);
    assert_eq!(
        newest(&scene).len(),
        2,
        "the newest two: {:?}",
        newest(&scene)
    );
}

#[test]
fn a_second_snapshot_that_has_it_lets_undo_go_as_well() {
    let mut scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    let first = scene.ids();
    scene.write(0, B, "b2");
    scene.push(0);
    scene.write(0, A, "a2");
    scene.push(0);
    scene.pull(1);
    // What the pull replaced is of the first snapshot; of A the second has the same.
    let swap = undo::list(&scene.settings(1)).swap_remove(0);
    assert_eq!(swap.entry.units.len(), 2);
    scene.cloud.prune(&first);
    scene.devices[1].set_clock(60);
    scene.write(0, A, "a3");
    scene.push(0);
    scene.pull(1);
    let list = undo::list(&scene.settings(1));
    let kept = list.iter().find(|one| one.id == swap.id).unwrap();
    assert!(kept.entry.units[&unit("saves/A")].saved.is_some());
    assert!(kept.entry.units[&unit("saves/B")].saved.is_none());
}

#[test]
fn what_vanished_and_whose_snapshot_was_pruned_comes_back_from_another() {
    use crate::sync::resolve::{self, Decision};
    let scene = Scene::with(2, &[(A, "a"), (B, "b"), ("options.txt", "o")]);
    let first = scene.ids();
    scene.write(0, A, "a2");
    scene.push(0);
    scene.pull(1);
    scene.delete(1, "saves");
    scene.pull(1);
    scene.cloud.prune(&first);
    let decision = Decision {
        policy: Policy::KeepCloud,
        units: [unit("saves/B")].into(),
    };
    let settings = scene.settings(1);
    let outcome = resolve::resolve(&settings, &|_| (), Some(decision), None).unwrap();
    assert_eq!(outcome, applied(taken(&["saves/B"], 1)));
    assert_eq!(scene.text(1, B).as_deref(), Some("b"));
}

/// A copy could be labelled otherwise only because the line broke: then nothing is decided.
#[test]
fn a_copy_is_not_named_by_what_could_not_be_fetched() {
    let scene = Scene::with(2, &[(A, "a")]);
    scene.write(0, A, "theirs");
    scene.push(0);
    scene.write(1, A, "my own");
    scene.pull(1);
    scene.cloud.refuse_next(Call::Restore, Kind::Offline);
    let before = scene.devices[1].units();
    let (outcome, told) = scene.pull_by(1, Some(Policy::KeepBoth));
    assert!(
        matches!(outcome, PullOutcome::Offline { .. }),
        "{outcome:?} {told:?}"
    );
    assert_eq!(scene.devices[1].units(), before);
    let (outcome, _) = scene.pull_by(1, Some(Policy::KeepBoth));
    assert!(matches!(outcome, PullOutcome::Applied { .. }));
}

#[cfg(unix)]
#[test]
fn what_is_not_synced_is_said_a_few_at_a_time() {
    let scene = Scene::with(1, &[(A, "a")]);
    for number in 0..5 {
        let link = scene.place(0, &format!("saves/A/link{number}"));
        std::os::unix::fs::symlink("nowhere", link).unwrap();
    }
    let (_, told) = scene.pull_by(0, None);
    let links = |told: &[String]| told.iter().filter(|line| line.contains("/link")).count();
    assert_eq!((links(&told), told.len()), (5, 5), "{told:?}");
    for number in 5..7 {
        let link = scene.place(0, &format!("saves/A/link{number}"));
        std::os::unix::fs::symlink("nowhere", link).unwrap();
    }
    let (_, told) = scene.pull_by(0, None);
    assert_eq!((links(&told), told.len()), (5, 6), "{told:?}");
    assert!(
        told[5].starts_with("warning: 2 more paths are not synced"),
        "{told:?}"
    );
}

#[test]
fn nothing_is_asked_of_the_repository_where_nothing_is_to_be_done() {
    let scene = Scene::with(2, &[(A, "a")]);
    let (_, told) = Scene::new(1).pull_by(0, None);
    assert_eq!(told, [""; 0]);
    let quiet = |device: usize| {
        let opened = scene.cloud.opened();
        assert_eq!(scene.pull(device), UP_TO_DATE);
        assert_eq!(scene.push(device), PushOutcome::UpToDate);
        assert_eq!(scene.cloud.opened(), opened, "{device}");
    };
    // The first pull after a push looks once.
    scene.pull(0);
    quiet(0);
    quiet(1);
    scene.write(0, A, "a2");
    scene.push(0);
    // Its own push is no news.
    quiet(0);
    scene.pull(1);
    quiet(1);
}

#[test]
fn an_empty_folder_creates_the_repository_by_its_first_push_as_well() {
    let scene = Scene::new(1);
    scene.pull(0);
    scene.edit_state(0, |state| state["to_create"] = true.into());
    scene.cloud.remove();
    assert_eq!(scene.push(0), PushOutcome::UpToDate);
    assert_eq!(scene.state(0)["to_create"], false);
    assert_eq!(scene.pull(0), UP_TO_DATE);
}

#[test]
fn a_push_that_failed_before_it_began_waits_too() {
    let scene = Scene::with(1, &[(A, "a")]);
    scene.write(0, A, "a2");
    scene.cloud.refuse(Call::Probe, Some(Kind::Failed));
    push::push(&scene.settings(0), &|_| ()).unwrap_err();
    assert_eq!(scene.state(0)["offline"], true);
}

/// Two pushed at the same time: the one that saw it is the one to decide.
#[test]
fn who_pushed_beside_another_is_asked_about_it() {
    let scene = Scene::with(2, &[(A, "a")]);
    scene.write(0, A, "of 0");
    scene.write(1, A, "of 1");
    let other = scene.settings(1);
    scene.cloud.beside_next_backup(move || {
        push::push(&other, &|_| ()).unwrap();
    });
    scene.push(0);
    assert_eq!(scene.state(0)["deciding"], true);
    assert!(matches!(scene.pull(0), PullOutcome::Conflict { .. }));
    assert!(matches!(scene.pull(1), PullOutcome::Forked { .. }));
}

#[test]
fn a_status_says_what_changed_without_the_cloud() {
    let scene = Scene::with(1, &[(A, "a"), (B, "b"), ("options.txt", "o")]);
    let look = || {
        let status = status::status(&scene.settings(0), &|_| (), None, true).unwrap();
        assert!(status.opted_in);
        status.instance.unwrap()
    };
    let quiet = look();
    assert_eq!(quiet.changes.len(), 0);
    assert!(!quiet.interrupted && !quiet.copy && !quiet.pending_push);
    assert_eq!(quiet.cloud, status::Cloud::NotAsked);
    assert_eq!(quiet.units, units(&["options.txt", "saves/A", "saves/B"]));
    scene.write(0, A, "a2");
    scene.write(0, "saves/C/level.dat", "c");
    scene.delete(0, "options.txt");
    let busy = look();
    let changes: Vec<_> = busy
        .changes
        .iter()
        .map(|one| (one.unit.as_str(), one.change))
        .collect();
    let expected = [
        ("options.txt", "deleted"),
        ("saves/A", "changed"),
        ("saves/C", "added"),
    ];
    assert_eq!(changes, expected);
    assert_eq!(busy.vanished.len(), 0);
    // What comes again after its deletion is new.
    scene.push(0);
    scene.write(0, "options.txt", "again");
    let again = look().changes;
    let again: Vec<_> = again
        .iter()
        .map(|one| (one.unit.as_str(), one.change))
        .collect();
    assert_eq!(again, [("options.txt", "added")]);
    scene.push(0);
    scene.delete(0, "saves");
    let all = units(&["saves/A", "saves/B", "saves/C"]);
    assert_eq!(look().vanished, all);
    // What is missing is so until it is back.
    scene.pull(0);
    assert_eq!(look().vanished, all);
    for world in ["A", "B", "C"] {
        scene.write(0, &format!("saves/{world}/level.dat"), "back");
    }
    assert_eq!(look().vanished.len(), 0);
    let nobody = Settings::new(scene.place(0, "../nobody"));
    assert!(
        !status::status(&nobody, &|_| (), None, true)
            .unwrap()
            .opted_in
    );
}

#[test]
fn a_world_that_is_odd_in_itself_is_named_as_suspect_and_counts_as_sound() {
    let scene = Scene::new(1);
    scene.write(
        0,
        "saves/A/region/r.0.0.mca",
        "this is no region file at all",
    );
    scene.write(0, "saves/A/region/r.0.1.mca", "neither is this");
    scene.write(0, A, "and this is no level");
    scene.push(0);
    let first = scene.ids().into_iter().next().unwrap();
    scene.write(0, "options.txt", "o");
    scene.push(0);
    let outcome = verify::verify(&scene.settings(0), &|_| (), Extent::All).unwrap();
    let VerifyOutcome::Checked(checked) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(checked.sound, units(&["options.txt", "saves/A"]));
    let [odd] = &checked.suspect[..] else {
        panic!("{:?}", checked.suspect);
    };
    assert_eq!(
        (odd.unit.as_str(), odd.newest, odd.device.as_str()),
        ("saves/A", true, "device 0")
    );
    assert!(odd.files >= 2 && !odd.why.is_empty(), "{odd:?}");
    assert_ne!(odd.snapshot, first, "it is the newest that has it");
    assert!(verify::failure(&checked).is_none());
}

#[test]
fn an_empty_folder_of_a_world_comes_and_goes_with_it() {
    let scene = Scene::with(2, &[(A, "a long text"), ("saves/A/data/old.dat", "old")]);
    fs::create_dir_all(scene.place(0, "saves/A/datapacks")).unwrap();
    scene.delete(0, "saves/A/data");
    scene.push(0);
    scene.pull(1);
    assert!(scene.place(1, "saves/A/datapacks").is_dir());
    assert!(!scene.place(1, "saves/A/data").exists());
    assert_eq!(scene.push(1), PushOutcome::UpToDate);
}

/// Where the cloud is a folder that is still to be made.
#[test]
fn the_first_push_makes_the_folder_that_is_the_cloud() {
    let scene = Scene::new(1);
    scene.pull(0);
    let base = scene.place(0, "../cloud");
    scene.write(0, A, "a");
    scene.push(0);
    assert!(!base.exists(), "it was there before");
    scene.edit_state(0, |state| state["to_create"] = true.into());
    scene.write(0, A, "a2");
    scene.push(0);
    assert!(base.is_dir());
}

/// Somebody is at work in it, whatever it is that they write.
#[test]
fn a_file_that_is_written_anew_beside_a_pull_is_not_replaced_although_it_is_the_same() {
    let scene = Scene::with(2, &[("saves/A/level.dat", "a")]);
    scene.write(0, "saves/A/level.dat", "a2");
    scene.push(0);
    let level = scene.place(1, "saves/A/level.dat");
    let settings = scene.settings(1);
    scene.cloud.beside_next_restore(move || {
        fs::remove_file(&level).unwrap();
        fs::write(&level, "a").unwrap();
    });
    let error = pull::pull(&settings, &|_| (), None)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "saves/A changed while the pull was under way");
    assert_eq!(scene.text(1, "saves/A/level.dat").as_deref(), Some("a"));
    assert_eq!(scene.pull(1), applied(taken(&["saves/A"], 2)));
}

/// Once it has begun, a swap goes to its end: what was fetched for it is kept until then.
#[test]
fn a_swap_that_cannot_go_on_is_carried_to_its_end_later() {
    let scene = Scene::with(1, &[("saves/A/level.dat", "a")]);
    let device = Device::new(7, scene.cloud.seen_by(7));
    let settings = device.settings();
    fs::create_dir_all(device.pack().join("saves/A")).unwrap();
    fs::write(device.pack().join("saves/A/level.dat"), "of mine").unwrap();
    // What is replaced would be kept there.
    let undo = device.own().join("undo");
    fs::write(&undo, "in the way").unwrap();
    let by_the_cloud = Settings {
        on_conflict: Some(Policy::KeepCloud),
        ..settings
    };
    let failed = pull::pull(&by_the_cloud, &|_| (), None);
    assert!(failed.is_err(), "{failed:?}");
    assert!(device.is_interrupted());
    fs::remove_file(&undo).unwrap();
    // Nothing is fetched for it once more.
    device.cloud.set_offline(true);
    let (_, told) = heard(|listener| pull::pull(&by_the_cloud, listener, None));
    let carried = "note: An interrupted pull was carried to its end.";
    assert!(says(&told, carried), "{told:?}");
    let level = fs::read_to_string(device.pack().join("saves/A/level.dat"));
    assert_eq!(level.unwrap(), "a");
}

/// It is a copy of what another device has, and something that is in no scan lies where it would land.
#[test]
fn a_copy_that_something_is_in_the_way_of_stays_in_the_cloud() {
    let scene = Scene::with(2, &[("saves/A/level.dat", "a")]);
    scene.write(0, "saves/A/level.dat", "theirs");
    scene.write(0, "saves/A/notes.txt", "theirs");
    scene.push(0);
    scene.write(1, "saves/A/level.dat", "of mine");
    let scope = r#"{"schema": 1, "exclude": ["saves/*/notes.txt"]}"#;
    fs::write(scene.devices[1].own().join("scope.json"), scope).unwrap();
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let copy = format!("saves/A (device 0, {day})");
    scene.write(1, &format!("{copy}/notes.txt"), "my own");
    let (outcome, told) = scene.pull_by(1, Some(Policy::KeepBoth));
    let stays = format!("warning: {copy} cannot land here, and stays in the cloud: ");
    assert!(says(&told, &stays), "{outcome:?} {told:?}");
    let notes = scene.text(1, &format!("{copy}/notes.txt"));
    assert_eq!(notes.as_deref(), Some("my own"));
    assert_eq!(scene.text(1, &format!("{copy}/level.dat")), None);
    assert_eq!(
        scene.text(1, "saves/A/level.dat").as_deref(),
        Some("of mine")
    );
}
