//! What goes wrong on the way: what is said, what is kept, what waits.

use std::slice;

use super::*;
use crate::{
    config::layout::Layout,
    domain::ids::InstanceId,
    error::Kind,
    sync::{
        glance::glance,
        history::{self, HistoryOutcome},
        proof::{self, Proofs},
        prune,
        restore::{self, Place, Point, RestoreOutcome},
        session::{self, Opened},
        undo::Finality,
        verify::{self, Damage, Extent},
    },
};

const A: &str = "saves/A/level.dat";
const B: &str = "saves/B/level.dat";

fn waits(scene: &Scene, device: usize) -> bool {
    glance(scene.place(device, ""), &scene.settings(device).dirs).pending_push
}

/// Device 0 pushed something that is new to device 1, which has played as well. Returns the snapshot.
fn news() -> (Scene, SnapshotId) {
    let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    scene.write(0, A, "a2");
    let outcome = scene.push(0);
    let id = scene.pushed(&outcome).listed.id;
    scene.write(1, B, "b2");
    (scene, id)
}

fn error_of(outcome: Result<PullOutcome>) -> String {
    let error = outcome.unwrap_err();
    format!("{error} {}", error.hints().join(" "))
}

#[test]
fn what_cannot_be_read_decides_nothing_and_the_game_starts() {
    let (scene, id) = news();
    scene.cloud.make_unreadable(&id, Kind::Damaged);
    let (outcome, told) = scene.pull_by(1, None);
    let why = format!("{id} is hurt");
    assert_eq!(outcome, PullOutcome::Offline { why: why.clone() });
    let said = format!("warning: the cloud cannot be read whole: {why} Nothing was changed here,");
    assert!(says(&told, &said), "{told:?}");
    assert!(told[0].contains("It was made by device 0."), "{told:?}");
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));
    // A push publishes all the same: that decides nothing.
    let (outcome, told) = heard(|listener| push::push(&scene.settings(1), listener));
    assert!(
        matches!(outcome, Ok(PushOutcome::Pushed { news: true, .. })),
        "{outcome:?}"
    );
    assert!(says(&told, &said), "{told:?}");
    // Who does not say who it is is not named.
    let (scene, id) = news();
    scene.cloud.make_unreadable(&id, Kind::Damaged);
    scene.cloud.change(&id, |one| one.listed.hostname.clear());
    let (_, told) = scene.pull_by(1, None);
    assert!(!told[0].contains("It was made by"), "{told:?}");
}

#[test]
fn any_other_failure_while_the_cloud_is_read_ends_the_launch() {
    let (scene, id) = news();
    scene.cloud.make_unreadable(&id, Kind::Failed);
    let settings = scene.settings(1);
    let error = error_of(pull::pull(&settings, &|_| (), None));
    assert!(
        error.contains("To play without syncing meanwhile"),
        "{error}"
    );
    assert_eq!(scene.text(1, B).as_deref(), Some("b2"));
}

#[test]
fn a_history_that_cannot_be_read_whole_says_so_and_a_broken_line_ends_it() {
    let (scene, id) = news();
    let told = || history::history(&scene.settings(0), &|_| (), &[]);
    scene.cloud.make_unreadable(&id, Kind::Damaged);
    let HistoryOutcome::Told(chronicle) = told().unwrap() else {
        panic!("nothing was told");
    };
    assert_eq!(chronicle.unreadable.len(), 1);
    for kind in [Kind::Failed, Kind::Offline] {
        scene.cloud.make_unreadable(&id, kind);
        assert_eq!(told().unwrap_err().kind(), kind);
    }
    scene.devices[0].cloud.set_offline(true);
    assert_eq!(told().unwrap_err().kind(), Kind::Offline);
}

#[test]
fn a_snapshot_that_is_not_listed_decides_nothing_until_it_is_or_is_gone() {
    let (scene, id) = news();
    scene.cloud.hide(&id, true);
    let (outcome, told) = scene.pull_by(1, None);
    assert!(
        matches!(outcome, PullOutcome::Offline { .. }),
        "{outcome:?}"
    );
    assert!(
        says(&told, "warning: the cloud cannot be read whole: "),
        "{told:?}"
    );
    let told = history::history(&scene.settings(0), &|_| (), &[]).unwrap();
    let HistoryOutcome::Told(chronicle) = told else {
        panic!("{told:?}");
    };
    let unreadable: Vec<_> = chronicle
        .unreadable
        .iter()
        .map(|(id, _)| id.clone())
        .collect();
    assert_eq!(unreadable, slice::from_ref(&id));
    // A restore says so, and goes on; by name it is an error.
    let wish = |point: Point| restore::Request {
        units: [unit("saves/B")].into(),
        point,
        place: Place::InPlace,
        finality: Finality::Final,
    };
    let first = scene.ids().into_iter().find(|one| *one != id).unwrap();
    let (outcome, told) = heard(|listener| {
        let wish = wish(Point::Snapshot(first.to_string()));
        restore::restore(&scene.settings(0), listener, &wish, None)
    });
    assert!(
        matches!(outcome, Ok(RestoreOutcome::Nothing(_))),
        "{outcome:?}"
    );
    assert!(says(&told, "warning: snapshot "), "{told:?}");
    let named = wish(Point::Snapshot(id.to_string()));
    let error = restore::restore(&scene.settings(0), &|_| (), &named, None).unwrap_err();
    assert_eq!(error.kind(), Kind::Damaged);
    let outcome = verify::verify(&scene.settings(0), &|_| (), Extent::All).unwrap();
    let verify::VerifyOutcome::Checked(checked) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(checked.unreadable, slice::from_ref(&id));
    assert!(verify::failure(&checked).is_some());
    scene.cloud.hide(&id, false);
    let outcome = scene.pull(1);
    assert!(
        matches!(outcome, PullOutcome::Applied { .. }),
        "{outcome:?}"
    );
}

/// restic's `rewrite` and `repair` make snapshots that hold less than their record says.
#[test]
fn a_snapshot_that_was_repaired_and_lost_its_record_is_left_aside() {
    let (scene, id) = news();
    scene
        .cloud
        .change(&id, |one| one.listed.original = Some(id.to_string()));
    // Only rewritten, it says what it is.
    let outcome = scene.pull(1);
    assert!(
        matches!(outcome, PullOutcome::Applied { .. }),
        "{outcome:?}"
    );
    assert_eq!(scene.text(1, A).as_deref(), Some("a2"));

    let (scene, id) = news();
    scene
        .cloud
        .change(&id, |one| one.listed.original = Some(id.to_string()));
    scene.cloud.tamper(&id, |_| String::new());
    let (outcome, told) = scene.pull_by(1, None);
    assert!(
        matches!(outcome, PullOutcome::UpToDate { .. }),
        "{outcome:?}"
    );
    let aside = format!("warning: snapshot {} was repaired", id.short());
    assert!(says(&told, &aside), "{told:?}");

    // One that nobody rewrote has no reason to be garbled.
    let (scene, id) = news();
    scene.cloud.tamper(&id, |_| String::new());
    assert!(matches!(scene.pull(1), PullOutcome::Offline { .. }));
}

#[test]
fn a_snapshot_with_fewer_files_than_it_says_is_left_aside() {
    let (scene, id) = news();
    scene.cloud.change(&id, |one| {
        let summary = one.listed.summary.as_mut().unwrap();
        summary.total_files_processed -= 1;
    });
    let (outcome, told) = scene.pull_by(1, None);
    assert!(
        matches!(outcome, PullOutcome::UpToDate { saved: Some(_) }),
        "{outcome:?}"
    );
    assert!(says(
        &told,
        &format!("warning: snapshot {} is not complete", id.short())
    ));
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));
}

#[test]
fn what_plain_restic_made_is_tolerated_and_nobodys_state() {
    let scene = Scene::new(2);
    let id = scene.cloud.add_foreign(&[("saves/Z/level.dat", "z")]);
    let (outcome, told) = scene.pull_by(0, None);
    assert_eq!(outcome, UP_TO_DATE);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("note: "), "{told:?}");
    scene.write(0, A, "a");
    scene.push(0);
    // Beside what others pushed it is nothing to speak of.
    let (outcome, told) = scene.pull_by(1, None);
    assert_eq!(outcome, applied(taken(&["saves/A"], 1)));
    assert_eq!(told, [""; 0]);
    let told = history::history(&scene.settings(0), &|_| (), &[]).unwrap();
    let HistoryOutcome::Told(chronicle) = told else {
        panic!("{told:?}");
    };
    let history::Rows::Snapshots(rows) = chronicle.rows else {
        panic!("rows of snapshots");
    };
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (row.device.as_str(), row.why))
        .collect();
    let expected = [
        ("device 0", history::Why::Push),
        ("somebody", history::Why::Foreign),
    ];
    assert_eq!(rows, expected);
    // It lands in another folder as a whole, and nowhere else.
    let wish = |units: &[&str], place: Place| restore::Request {
        units: super::units(units).into_iter().collect(),
        point: Point::Snapshot(id.to_string()),
        place,
        finality: Finality::Final,
    };
    let settings = scene.settings(0);
    let run = |wish: &restore::Request| restore::restore(&settings, &|_| (), wish, None);
    assert!(run(&wish(&[], Place::InPlace)).is_err());
    let folder = scene.place(0, "../elsewhere");
    let to = |units: &[&str]| run(&wish(units, Place::Folder(folder.clone())));
    assert!(to(&["saves/Z"]).is_err());
    assert!(matches!(to(&[]), Ok(RestoreOutcome::Restored(_))));
    let place = folder.join("saves/Z/level.dat");
    assert_eq!(fs::read_to_string(&place).unwrap(), "z");
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        1,
        "nothing else is left there"
    );
    assert!(
        matches!(to(&[]), Ok(RestoreOutcome::Restored(_))),
        "the same once more"
    );
    fs::write(&place, "another").unwrap();
    assert!(to(&[]).is_err());
    assert_eq!(fs::read_to_string(&place).unwrap(), "another");
}

#[test]
fn without_room_in_the_cloud_nothing_here_is_replaced() {
    let (scene, _) = news();
    scene.cloud.refuse(Call::Backup, Some(Kind::Full));
    let (outcome, told) = scene.pull_by(1, None);
    assert_eq!(
        outcome,
        PullOutcome::Offline {
            why: "refused".to_owned()
        }
    );
    assert!(says(&told, "alert: refused"), "{told:?}");
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));
    scene.cloud.refuse(Call::Backup, Some(Kind::Failed));
    let settings = scene.settings(1);
    assert!(error_of(pull::pull(&settings, &|_| (), None)).starts_with("refused "));
    assert_eq!(scene.text(1, A).as_deref(), Some("a"));
    scene.cloud.refuse(Call::Backup, None);
    assert!(matches!(scene.pull(1), PullOutcome::Applied { .. }));
}

/// What is damaged in the repository is no damage of what a push says.
#[test]
fn a_push_that_failed_waits_and_says_so() {
    for (kind, expected) in [
        (Kind::Failed, Kind::Failed),
        (Kind::Damaged, Kind::Failed),
        (Kind::Full, Kind::Full),
        (Kind::Credentials, Kind::Credentials),
    ] {
        let scene = Scene::with(1, &[(A, "a")]);
        scene.write(0, A, "a2");
        scene.cloud.refuse(Call::Backup, Some(kind));
        let error = push::push(&scene.settings(0), &|_| ()).unwrap_err();
        assert_eq!(error.kind(), expected);
        assert!(error.hints().is_empty(), "{:?}", error.hints());
        assert!(waits(&scene, 0));
        scene.cloud.refuse(Call::Backup, None);
        assert!(matches!(scene.push(0), PushOutcome::Pushed { .. }));
        assert!(!waits(&scene, 0));
    }
}

#[test]
fn where_the_repository_is_gone_the_saves_are_still_here_and_nobody_creates_another() {
    let scene = Scene::with(1, &[(A, "a")]);
    scene.write(0, A, "a2");
    scene.cloud.remove();
    let error = push::push(&scene.settings(0), &|_| ()).unwrap_err();
    assert_eq!(error.kind(), Kind::NoRepository);
    assert!(
        error
            .hints()
            .iter()
            .any(|hint| hint == "The saves are still here.")
    );
    let (outcome, told) = scene.pull_by(0, None);
    assert!(
        matches!(outcome, PullOutcome::Offline { .. }),
        "{outcome:?}"
    );
    assert!(says(&told, "warning: there is none"), "{told:?}");
    let told = history::history(&scene.settings(0), &|_| (), &[]);
    assert!(told.is_err(), "{told:?}");
    assert_eq!(scene.text(0, A).as_deref(), Some("a2"));
}

#[test]
fn the_first_push_creates_the_repository_that_the_opt_in_left_to_it() {
    let scene = Scene::new(1);
    scene.pull(0);
    scene.write(0, A, "a");
    scene.edit_state(0, |state| state["to_create"] = true.into());
    scene.cloud.remove();
    let (outcome, told) = scene.pull_by(0, None);
    assert_eq!(outcome, PullOutcome::Unpublished);
    assert_eq!(
        told,
        ["note: Nothing is in the cloud yet; the first push creates the repository."]
    );
    let told = history::history(&scene.settings(0), &|_| (), &[]).unwrap();
    assert!(matches!(told, HistoryOutcome::Empty));
    let outcome = scene.push(0);
    assert!(matches!(outcome, PushOutcome::Pushed { .. }), "{outcome:?}");
    assert_eq!(scene.state(0)["to_create"], false);
    assert_eq!(scene.pull(0), UP_TO_DATE);
}

#[test]
fn what_could_not_be_read_at_once_is_read_again() {
    for (flaw, line) in [
        (
            Flaw::Unread,
            "warning: Not everything could be read (a file could not be read); saving again.",
        ),
        (
            Flaw::Miscounted,
            "warning: The snapshot has not as many files as are here; saving again.",
        ),
    ] {
        let scene = Scene::with(1, &[(A, "a"), ("saves/A/data/map.dat", "m")]);
        scene.write(0, A, "a2");
        let parent = scene.state(0)["parent"].clone();
        assert!(!parent.is_null());
        scene.cloud.flaw_next_backup(flaw);
        let (outcome, told) = heard(|listener| push::push(&scene.settings(0), listener));
        assert_eq!(told, [line]);
        let pushed = scene.pushed(&outcome.unwrap());
        assert_eq!(held(&pushed, A).as_deref(), Some("a2"));
        assert_eq!(scene.state(0)["base"], pushed.listed.id.to_string());
        // Then every file is given by its name.
        let is_folder = |path: &str| matches!(pushed.tree.get(path), Some(Entry::Folder));
        assert!(!is_folder("saves/A") && !is_folder("saves/A/data"));
    }
}

/// Writes into a file beside this backup and so many more.
fn scribble(cloud: &Memory, place: PathBuf, left: u32) {
    let next = cloud.clone();
    cloud.beside_next_backup(move || {
        fs::write(&place, format!("{left} times more")).unwrap();
        if left > 0 {
            scribble(&next, place, left - 1);
        }
    });
}

#[test]
fn a_push_that_is_never_whole_fails() {
    let scene = Scene::with(1, &[(A, "a")]);
    scene.write(0, A, "a2");
    let base = scene.state(0)["base"].clone();
    let place = scene.place(0, A);
    scribble(&scene.cloud, place, 20);
    let error = push::push(&scene.settings(0), &|_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "files kept changing while they were saved"
    );
    assert_eq!(scene.state(0)["base"], base);
    assert!(waits(&scene, 0));
    scene.cloud.calm();
    assert!(matches!(scene.push(0), PushOutcome::Pushed { .. }));
}

#[test]
fn a_folder_that_forgot_everything_looks_further_back_past_what_is_damaged() {
    let scene = Scene::with(2, &[(A, "a")]);
    scene.write(0, A, "a2");
    let outcome = scene.push(0);
    let second = scene.pushed(&outcome).listed.id;
    scene.write(0, A, "a3");
    let outcome = scene.push(0);
    let third = scene.pushed(&outcome).listed.id;
    // The newest is read first, and says that the others are behind it.
    scene
        .cloud
        .change(&third, |one| one.listed.time = "z".to_owned());
    scene
        .cloud
        .change(&second, |one| one.listed.time = "y".to_owned());
    scene.cloud.make_unreadable(&second, Kind::Damaged);
    scene.devices[1].forget();
    assert_eq!(scene.pull(1), applied(taken(&["saves/A"], 2)));
    // A failure of another kind may be the line's.
    scene.devices[0].forget();
    scene.write(0, A, "a");
    scene.cloud.make_unreadable(&second, Kind::Failed);
    assert!(pull::pull(&scene.settings(0), &|_| (), None).is_err());
}

#[test]
fn an_open_conflict_is_looked_at_anew_where_anything_else_is_to_be_done() {
    let open = || {
        let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
        scene.write(0, A, "theirs");
        scene.push(0);
        scene.write(1, A, "my own");
        scene.pull(1);
        assert!(!scene.state(1)["conflict"].is_null());
        scene
    };
    let scene = open();
    let opened = scene.cloud.opened();
    assert!(matches!(scene.pull(1), PullOutcome::Conflict { .. }));
    assert_eq!(scene.cloud.opened(), opened, "the repository is not asked");
    for change in ["pending", "republish", "undone", "scope"] {
        let scene = open();
        let opened = scene.cloud.opened();
        scene.edit_state(1, |state| match change {
            "pending" => state["pending"] = "01ARZ3NDEKTSV4RRFFQ69G5FAV".into(),
            "scope" => state["scope"] = serde_json::Value::Null,
            flag => state[flag] = true.into(),
        });
        assert!(matches!(scene.pull(1), PullOutcome::Conflict { .. }));
        assert!(scene.cloud.opened() > opened, "{change}");
        let state = scene.state(1);
        assert!(state["pending"].is_null());
        assert_eq!(
            (&state["republish"], &state["undone"]),
            (&false.into(), &false.into())
        );
        assert!(!state["scope"].is_null());
    }
}

/// Nothing is in the folder, so that nothing has to be read again either.
#[test]
fn an_empty_folder_notes_what_it_had_to_note() {
    let scene = Scene::new(1);
    scene.pull(0);
    let edit = |name: &str| scene.edit_state(0, |state| state[name] = true.into());
    edit("offline");
    assert_eq!(scene.pull(0), UP_TO_DATE);
    assert!(!waits(&scene, 0));
    edit("offline");
    assert_eq!(scene.push(0), PushOutcome::UpToDate);
    assert!(!waits(&scene, 0));
    edit("left_open");
    assert_eq!(scene.push(0), PushOutcome::UpToDate);
    assert!(!waits(&scene, 0));
    let conflict = serde_json::json!({"ids": [], "units": {"saves/A": []}});
    scene.edit_state(0, |state| state["conflict"] = conflict);
    assert_eq!(scene.pull(0), UP_TO_DATE);
    assert!(scene.state(0)["conflict"].is_null());
}

#[test]
fn nothing_is_only_here_is_not_said_where_nothing_is() {
    let scene = Scene::with(1, &[(A, "a")]);
    scene.devices[0].cloud.set_offline(true);
    let (_, told) = scene.pull_by(0, None);
    let line = "warning: the line is cut The game starts with what is here; changes go out at the next chance.";
    assert_eq!(told, [line]);
}

#[test]
fn refusals_and_odd_answers_of_the_server_let_the_game_start() {
    let scene = Scene::with(1, &[(A, "a")]);
    scene.cloud.refuse(Call::Probe, Some(Kind::Credentials));
    let (outcome, told) = scene.pull_by(0, None);
    assert!(
        matches!(outcome, PullOutcome::Refused { .. }),
        "{outcome:?}"
    );
    assert_eq!(told, ["alert: refused The game starts with what is here."]);
    for kind in [Kind::Failed, Kind::Full] {
        scene.cloud.refuse(Call::Probe, Some(kind));
        assert!(matches!(scene.pull(0), PullOutcome::Offline { .. }));
    }
    scene.cloud.refuse(Call::Probe, Some(Kind::Usage));
    assert!(pull::pull(&scene.settings(0), &|_| (), None).is_err());
}

#[test]
fn lists_for_people_say_what_is_saved_and_what_is_not() {
    let scene = Scene::new(1);
    scene.write(0, A, "a");
    scene.push(0);
    let own = scene.devices[0].own();
    let saved = fs::read_to_string(own.join("files-from.txt")).unwrap();
    assert!(
        saved.lines().any(|line| line.starts_with("saves/A")),
        "{saved}"
    );
    assert!(own.join("exclude-from.txt").exists());
}

/// A world that lost most of its files on the disk is missing; one that the player went back to is not.
#[test]
fn only_what_the_player_wished_may_be_much_smaller() {
    let large = |scene: &Scene, device: usize, text: &str| {
        for number in 0..9 {
            scene.write(device, &format!("saves/A/region/r.{number}.mca"), text);
        }
    };
    let small = |scene: &Scene, device: usize, text: &str| {
        scene.delete(device, "saves/A/region");
        scene.write(device, A, text);
    };
    let missing = |scene: &Scene| {
        let (outcome, told) = heard(|listener| push::push(&scene.settings(1), listener));
        outcome.unwrap();
        says(&told, "warning: missing here, or most of it: saves/A.")
    };
    let scene = Scene::with(2, &[(A, "small"), (B, "b")]);
    let first = scene.ids().into_iter().next().unwrap();
    large(&scene, 0, "x");
    scene.push(0);
    scene.pull(1);
    // As a pull had brought it once: that says nothing of a wish.
    small(&scene, 1, "small");
    assert!(missing(&scene));
    large(&scene, 1, "x");
    scene.push(1);
    let wish = restore::Request {
        units: [unit("saves/A")].into(),
        point: Point::Snapshot(first.to_string()),
        place: Place::InPlace,
        finality: Finality::Final,
    };
    restore::restore(&scene.settings(1), &|_| (), &wish, None).unwrap();
    assert_eq!(scene.text(1, "saves/A/region/r.0.mca"), None);
    assert!(!missing(&scene), "the player went back to it");
    large(&scene, 1, "y");
    scene.push(1);
    small(&scene, 1, "another");
    assert!(missing(&scene), "what is here now nobody went back to");
}

#[test]
fn a_world_that_the_player_took_away_and_got_again_can_be_missing() {
    let scene = Scene::with(2, &[(A, "a"), (B, "b")]);
    let first = scene.ids().into_iter().next().unwrap();
    scene.delete(0, "saves/B");
    scene.push(0);
    scene.pull(1);
    let wish = restore::Request {
        units: [unit("saves/B")].into(),
        point: Point::Snapshot(first.to_string()),
        place: Place::InPlace,
        finality: Finality::Final,
    };
    restore::restore(&scene.settings(1), &|_| (), &wish, None).unwrap();
    scene.push(1);
    scene.delete(1, "saves");
    let (_, told) = scene.pull_by(1, None);
    assert!(
        says(
            &told,
            "warning: missing here, or most of it: saves/A and 1 more."
        ),
        "{told:?}"
    );
}

/// A wish is what was done by it: neither what came after it, nor what it left there.
#[test]
fn what_the_player_took_away_is_not_missing_and_what_was_only_replaced_is() {
    let restored = |push: bool| {
        let scene = Scene::with(1, &[(A, "a"), (B, "b")]);
        let first = scene.ids().into_iter().next().unwrap();
        if push {
            scene.delete(0, "saves/B");
        } else {
            scene.write(0, B, "b2");
        }
        scene.push(0);
        let wish = restore::Request {
            units: [unit("saves/B")].into(),
            point: Point::Snapshot(first.to_string()),
            place: Place::InPlace,
            finality: Finality::Final,
        };
        restore::restore(&scene.settings(0), &|_| (), &wish, None).unwrap();
        if push {
            scene.push(0);
        }
        scene
    };
    // It was brought back and saved, and that was taken back.
    let scene = restored(true);
    let request = crate::sync::undo::Request::default();
    crate::sync::undo::undo(&scene.settings(0), &|_| (), &request, Finality::Final).unwrap();
    assert_eq!(scene.text(0, B), None);
    scene.delete(0, "saves");
    let (_, told) = scene.pull_by(0, None);
    let one = "warning: missing here, or most of it: saves/A.";
    assert!(says(&told, one), "{told:?}");
    // An older version was brought back, and went with everything else.
    let scene = restored(false);
    scene.delete(0, "saves");
    let (_, told) = scene.pull_by(0, None);
    let both = "warning: missing here, or most of it: saves/A and 1 more.";
    assert!(says(&told, both), "{told:?}");
}

#[test]
fn a_prune_keeps_what_this_device_needs_and_forgets_the_rest() {
    let scene = Scene::with(1, &[(A, "a")]);
    for text in ["a2", "a3", "a4"] {
        scene.write(0, A, text);
        scene.push(0);
    }
    // What undo would bring back is in the second one.
    let settings = scene.settings(0);
    let all = scene.all();
    let second = all
        .iter()
        .find(|one| held(one, A).as_deref() == Some("a2"))
        .unwrap();
    let second = second.listed.id.clone();
    let wish = restore::Request {
        units: [unit("saves/A")].into(),
        point: Point::Snapshot(second.to_string()),
        place: Place::InPlace,
        finality: Finality::Final,
    };
    restore::restore(&settings, &|_| (), &wish, None).unwrap();
    scene.write(0, A, "a5");
    scene.push(0);
    scene.devices[0].prune();
    let left: Vec<_> = scene.all().iter().filter_map(|one| held(one, A)).collect();
    assert!(left.contains(&"a5".to_owned()), "{left:?}");
    // The restore replaced what the fourth snapshot has.
    assert!(left.contains(&"a4".to_owned()), "{left:?}");
    assert!(
        !left.contains(&"a".to_owned()) && !left.contains(&"a3".to_owned()),
        "{left:?}"
    );
    let known = scene.state(0)["known"].as_array().unwrap().len();
    assert!(
        known <= scene.ids().len(),
        "what is gone is not known any more"
    );
    assert_eq!(scene.pull(0), UP_TO_DATE);
}

#[test]
fn nothing_is_judged_where_something_cannot_be_read() {
    let scene = Scene::with(1, &[(A, "a")]);
    let first = scene.ids().into_iter().next().unwrap();
    scene.write(0, A, "a2");
    scene.push(0);
    let settings = scene.settings(0);
    let judge = || {
        let opened = session::open(&settings, &|_| (), "prune", std::time::Duration::ZERO);
        let Ok(Opened::Session(mut session)) = opened else {
            panic!("no session");
        };
        let store = session.store().unwrap();
        let rules = crate::domain::retention::Rules {
            all: jiff::SignedDuration::ZERO,
            daily: jiff::SignedDuration::ZERO,
        };
        let judged = prune::judge(&session, store.as_ref(), rules);
        judged
            .map(drop)
            .map_err(|error| format!("{error} {}", error.hints().join(" ")))
    };
    assert_eq!(judge(), Ok(()));
    scene.cloud.make_unreadable(&first, Kind::Damaged);
    let error = judge().unwrap_err();
    assert!(
        error.contains("is hurt") && error.contains("repair or remove"),
        "{error}"
    );
    scene.cloud.hide(&first, true);
    let error = judge().unwrap_err();
    assert!(
        error.starts_with(&format!("snapshot {} cannot be read", first.short())),
        "{error}"
    );
    assert!(error.contains("Nothing was removed"), "{error}");
    assert!(!error.contains("repair or remove"), "{error}");
}

#[test]
fn damage_that_a_drill_found_is_told_once() {
    let scene = Scene::with(1, &[(A, "a")]);
    let layout = Layout::new(scene.place(0, ""));
    let instance: InstanceId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    assert!(proof::peek(&layout).is_none() && proof::tell(&layout).is_none());
    let settings = scene.settings(0);
    proof::wish(&settings, Some(jiff::SignedDuration::from_hours(7 * 24))).unwrap();
    let mut proofs = Proofs::load(&layout, instance).unwrap();
    assert_eq!(
        proofs.every(),
        Some(jiff::SignedDuration::from_hours(7 * 24))
    );
    assert_eq!(proof::peek(&layout).unwrap().every, proofs.every);
    let id = scene.ids().into_iter().next().unwrap();
    proofs.told = false;
    proofs.save(&layout).unwrap();
    assert!(proof::tell(&layout).is_none(), "there is nothing to tell");
    proofs.unreadable.push(id.clone());
    proofs.save(&layout).unwrap();
    assert_eq!(
        proof::tell(&layout).unwrap().unreadable,
        slice::from_ref(&id)
    );
    assert!(proof::tell(&layout).is_none(), "it was told");
    proofs.unreadable.clear();
    proofs.damaged.push(Damage {
        unit: unit("saves/A"),
        snapshot: id,
        newest: true,
        why: "gone".to_owned(),
    });
    proofs.save(&layout).unwrap();
    assert_eq!(proof::tell(&layout).unwrap().damaged.len(), 1);
    assert!(proof::tell(&layout).is_none());
    // What cannot be read is not begun anew.
    fs::remove_file(layout.verified_json()).unwrap();
    fs::create_dir(layout.verified_json()).unwrap();
    assert!(Proofs::load(&layout, instance).is_err());
    fs::remove_dir(layout.verified_json()).unwrap();
    fs::write(layout.verified_json(), "{").unwrap();
    assert!(Proofs::load(&layout, instance).is_ok());
    proof::wish(&settings, None).unwrap();
    assert_eq!(Proofs::load(&layout, instance).unwrap().every(), None);
}

/// Nothing changed here or there; what was noted still has to be done.
#[test]
fn a_folder_that_is_up_to_date_does_what_was_left_to_do() {
    for change in ["pending", "republish", "undone"] {
        let scene = Scene::with(1, &[(A, "a")]);
        scene.pull(0);
        assert_eq!(scene.pull(0), UP_TO_DATE);
        let there = scene.ids().len();
        scene.edit_state(0, |state| {
            state[change] = if change == "pending" {
                "01ARZ3NDEKTSV4RRFFQ69G5FAV".into()
            } else {
                true.into()
            };
        });
        scene.pull(0);
        let state = scene.state(0);
        assert!(state["pending"].is_null(), "{change}");
        assert_eq!(state["republish"], false, "{change}");
        assert_eq!(state["undone"], false, "{change}");
        let published = scene.ids().len() - there;
        assert_eq!(published, usize::from(change == "republish"), "{change}");
    }
}
