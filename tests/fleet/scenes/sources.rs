//! What a push left out is in another snapshot: where that is, and what becomes of it where it is gone.

use super::*;

const A: &str = "saves/A/level.dat";
const B: &str = "saves/B/level.dat";

/// Device 0 has A and B, saved twice; device 1 leaves B out, and says in the newest snapshot where it is.
/// Returns the snapshots, in order.
fn left_out() -> (Scene, [SnapshotId; 3]) {
    let scene = Scene::with(3, &[(A, "a"), (B, "b")]);
    let first = scene.ids().into_iter().next().unwrap();
    scene.write(0, A, "a2");
    let outcome = scene.push(0);
    let second = scene.pushed(&outcome).listed.id;
    let scope = r#"{"schema": 1, "exclude": ["saves/B", "saves/B/**"]}"#;
    fs::write(scene.devices[1].own().join("scope.json"), scope).unwrap();
    scene.pull(1);
    scene.write(1, A, "a3");
    let outcome = scene.push(1);
    let third = scene.pushed(&outcome);
    assert_eq!(held(&third, B), None);
    (scene, [first, second, third.listed.id])
}

/// The snapshot that a record says that B is in.
fn within(snapshot: &Snapshot) -> SnapshotId {
    let row = record(snapshot)["units"]["saves/B"].to_string();
    let all = row
        .split('"')
        .find_map(|word| word.parse().ok().filter(|_| word.len() == 64));
    let mut ids = row.split('"').filter(|word| word.len() == 64);
    // The digest comes first.
    ids.next();
    ids.next()
        .map_or_else(|| all.unwrap(), |word| word.parse().unwrap())
}

/// A device that has nothing yet.
fn newcomer(scene: &Scene) -> (PullOutcome, Vec<String>, Device) {
    let device = Device::new(7, scene.cloud.seen_by(7));
    let settings = device.settings();
    let (outcome, told) = heard(|listener| pull::pull(&settings, listener, None));
    (outcome.unwrap(), told, device)
}

#[test]
fn what_a_push_left_out_comes_from_where_it_is() {
    let (scene, _) = left_out();
    let (outcome, _, device) = newcomer(&scene);
    assert_eq!(outcome, applied(taken(&["saves/A", "saves/B"], 3)));
    assert_eq!(fs::read_to_string(device.pack().join(B)).unwrap(), "b");
}

#[test]
fn where_that_snapshot_was_pruned_another_one_that_holds_the_same_is_found() {
    let (scene, [_, _, third]) = left_out();
    let named = within(&scene.snapshot(&third));
    scene.cloud.prune(&[named].into());
    let (outcome, told, device) = newcomer(&scene);
    assert_eq!(
        outcome,
        applied(taken(&["saves/A", "saves/B"], 3)),
        "{told:?}"
    );
    assert_eq!(fs::read_to_string(device.pack().join(B)).unwrap(), "b");
    // What it says of it itself from then on is right as well.
    fs::write(device.pack().join(A), "a4").unwrap();
    push::push(&device.settings(), &|_| ()).unwrap();
    assert_eq!(scene.pull(2), applied(taken(&["saves/A"], 2)));
}

#[test]
fn where_no_snapshot_holds_it_any_more_it_is_lost_and_the_rest_comes() {
    let (scene, [first, second, _]) = left_out();
    scene.cloud.prune(&[first, second].into());
    let (outcome, told, device) = newcomer(&scene);
    let changes = Changes {
        lost: units(&["saves/B"]),
        ..taken(&["saves/A"], 2)
    };
    assert_eq!(outcome, applied(changes));
    assert!(
        says(
            &told,
            "warning: the cloud cannot give saves/B (the snapshot "
        ),
        "{told:?}"
    );
    assert!(!device.pack().join(B).exists());
    // Who has it pushes it again, since the snapshots that this device knew are gone.
    scene.pull(0);
    scene.write(0, B, "b2");
    scene.push(0);
    let outcome = pull::pull(&device.settings(), &|_| (), None).unwrap();
    assert_eq!(outcome, applied(taken(&["saves/B"], 2)));
}

/// Whoever left it out and pushes on says where it is now, not where it was.
#[test]
fn who_leaves_a_world_out_goes_on_to_say_where_it_is() {
    let (scene, [_, _, third]) = left_out();
    let named = within(&scene.snapshot(&third));
    scene.cloud.prune(&[named.clone()].into());
    scene.write(1, A, "a4");
    let outcome = scene.push(1);
    let fourth = scene.pushed(&outcome);
    let now = within(&fourth);
    assert_ne!(now, named);
    assert!(scene.ids().contains(&now));
    assert_eq!(held(&scene.snapshot(&now), B).as_deref(), Some("b"));
}

/// Where a world is is a hint. What counts is what it holds.
#[test]
fn another_version_than_the_one_that_was_left_out_is_not_taken_for_it() {
    let (scene, [first, second, third]) = left_out();
    // A snapshot beside the others, which has another B.
    let stranger = Device::new(9, scene.cloud.seen_by(9));
    pull::pull(&stranger.settings(), &|_| (), None).unwrap();
    fs::write(stranger.pack().join(B), "another").unwrap();
    let outcome = push::push(&stranger.settings(), &|_| ()).unwrap();
    let other = scene.pushed(&outcome).listed.id;
    let named = within(&scene.snapshot(&third));
    let record = held(&scene.snapshot(&third), ".cloud-sync/push.json").unwrap();
    assert!(record.contains(named.as_str()));
    scene
        .cloud
        .tamper(&third, |text| text.replace(named.as_str(), other.as_str()));
    // Nobody's head any more.
    scene.cloud.tamper(&other, |text| {
        text.replace("\"purpose\":\"push\"", "\"purpose\":\"rescue\"")
    });
    assert!([first, second].contains(&named));
    let (outcome, _, device) = newcomer(&scene);
    let changes = Changes {
        lost: units(&["saves/B"]),
        ..taken(&["saves/A"], 2)
    };
    assert_eq!(outcome, applied(changes));
    assert!(!device.pack().join(B).exists());
}

#[test]
fn a_world_that_is_taken_in_again_comes_back_as_it_is_now() {
    let (scene, _) = left_out();
    scene.pull(0);
    scene.write(0, B, "b2");
    scene.push(0);
    scene.pull(1);
    assert_eq!(scene.text(1, B).as_deref(), Some("b"), "it is left alone");
    scene.devices[1].reset_scope();
    assert_eq!(scene.pull(1), applied(taken(&["saves/B"], 2)));
    assert_eq!(scene.text(1, B).as_deref(), Some("b2"));
    assert_eq!(scene.push(1), PushOutcome::UpToDate);
}

#[test]
fn a_world_that_is_left_out_is_no_difference_from_what_was_pushed() {
    let (scene, [_, _, third]) = left_out();
    scene.delete(1, "saves/B");
    let settings = scene.settings(1);
    let told = crate::sync::history::history(&settings, &|_| (), &[]).unwrap();
    let crate::sync::history::HistoryOutcome::Told(chronicle) = told else {
        panic!("nothing was told");
    };
    assert_eq!(chronicle.folder.same, Some(third));
    assert_eq!(chronicle.folder.units.len(), 0);
}

#[test]
fn a_world_that_is_left_out_is_deleted_nowhere() {
    let (scene, _) = left_out();
    scene.delete(1, "saves/B");
    scene.write(1, A, "a4");
    scene.push(1);
    assert_eq!(scene.pull(0), applied(taken(&["saves/A"], 2)));
    assert_eq!(scene.text(0, B).as_deref(), Some("b"));
}

#[test]
fn what_lies_in_the_way_is_not_overwritten_and_the_unit_stays_in_the_cloud() {
    let scene = Scene::with(2, &[(A, "a")]);
    scene.write(0, B, "b");
    scene.write(0, "saves/B/notes.txt", "theirs");
    scene.write(0, "saves/C/level.dat", "c");
    scene.push(0);
    // It is in no scan: neither a safety copy nor undo would give it back.
    let scope = r#"{"schema": 1, "exclude": ["saves/*/notes.txt"]}"#;
    fs::write(scene.devices[1].own().join("scope.json"), scope).unwrap();
    scene.write(1, "saves/B/notes.txt", "my own");
    let (outcome, told) = scene.pull_by(1, None);
    let changes = Changes {
        held: units(&["saves/B"]),
        ..taken(&["saves/C"], 1)
    };
    assert_eq!(outcome, applied(changes), "{told:?}");
    assert!(
        says(&told, "warning: saves/B stays in the cloud: "),
        "{told:?}"
    );
    assert_eq!(
        scene.text(1, "saves/B/notes.txt").as_deref(),
        Some("my own")
    );
    assert_eq!(scene.text(1, B), None);
    // It is no deletion, and it comes once there is room for it.
    scene.push(1);
    assert_eq!(scene.pull(0), UP_TO_DATE);
    scene.delete(1, "saves/B");
    scene.write(0, A, "a2");
    scene.push(0);
    let PullOutcome::Applied { changes, .. } = scene.pull(1) else {
        panic!("nothing came");
    };
    assert_eq!(changes.taken, units(&["saves/A", "saves/B"]));
    assert_eq!(scene.text(1, B).as_deref(), Some("b"));
}

/// What a device left out so far is news to it once its scope says so.
#[test]
fn who_takes_a_world_in_again_gets_it() {
    let (scene, _) = left_out();
    let device = Device::new(7, scene.cloud.seen_by(7));
    device.toggle_scope();
    let pull = || pull::pull(&device.settings(), &|_| (), None).unwrap();
    assert_eq!(pull(), applied(taken(&["saves/A"], 2)));
    assert_eq!(pull(), UP_TO_DATE);
    device.reset_scope();
    assert_eq!(pull(), applied(taken(&["saves/B"], 1)));
    assert_eq!(fs::read_to_string(device.pack().join(B)).unwrap(), "b");
    assert_eq!(pull(), UP_TO_DATE);
}

/// A line that breaks says nothing of what the cloud has.
#[test]
fn nothing_is_lost_where_the_line_breaks_while_it_is_looked_up() {
    let (scene, [_, _, third]) = left_out();
    let named = within(&scene.snapshot(&third));
    // What the newest says covers the others, which are not read before one of them is wanted.
    scene
        .cloud
        .change(&third, |one| one.listed.time = "z".to_owned());
    scene
        .cloud
        .make_unreadable(&named, crate::error::Kind::Offline);
    let (outcome, told, device) = newcomer(&scene);
    assert!(
        matches!(outcome, PullOutcome::Offline { .. }),
        "{outcome:?} {told:?}"
    );
    assert!(!device.pack().join(A).exists());
    scene.cloud.make_readable(&named);
    let outcome = pull::pull(&device.settings(), &|_| (), None).unwrap();
    assert_eq!(outcome, applied(taken(&["saves/A", "saves/B"], 3)));
}

/// What is not taken in again, and what is here already, does not come.
#[test]
fn only_what_is_taken_in_again_comes() {
    const C: &str = "saves/C/level.dat";
    let scene = Scene::with(1, &[(A, "a"), (B, "b"), (C, "c")]);
    let device = Device::new(7, scene.cloud.seen_by(7));
    let leave_out = |names: &[&str]| {
        let all = names
            .iter()
            .flat_map(|name| [(*name).to_owned(), format!("{name}/**")]);
        let scope = serde_json::json!({ "schema": 1, "exclude": all.collect::<Vec<_>>() });
        fs::write(device.own().join("scope.json"), scope.to_string()).unwrap();
    };
    let pull = || pull::pull(&device.settings(), &|_| (), None).unwrap();
    leave_out(&["saves/B", "saves/C"]);
    assert_eq!(pull(), applied(taken(&["saves/A"], 1)));
    leave_out(&["saves/C"]);
    assert_eq!(pull(), applied(taken(&["saves/B"], 1)));
    assert!(!device.pack().join(C).exists());
    assert_eq!(pull(), UP_TO_DATE);
}

/// A snapshot that is damaged has nothing to give; one that cannot be asked for now may have it.
#[test]
fn what_is_looked_for_in_a_snapshot_that_is_damaged_is_looked_for_in_others() {
    use crate::error::Kind;
    for kind in [Kind::Damaged, Kind::Offline] {
        let (scene, [first, second, third]) = left_out();
        let named = within(&scene.snapshot(&third));
        let other = if named == first { second } else { first };
        scene.cloud.prune(&[named].into());
        let late = |one: &mut Snapshot| one.listed.time = "z".to_owned();
        scene.cloud.change(&third, late);
        scene.cloud.make_unreadable(&other, kind);
        let (outcome, told, device) = newcomer(&scene);
        if kind == Kind::Damaged {
            let changes = Changes {
                lost: units(&["saves/B"]),
                ..taken(&["saves/A"], 2)
            };
            assert_eq!(outcome, applied(changes), "{told:?}");
        } else {
            let waits = matches!(outcome, PullOutcome::Offline { .. });
            assert!(waits, "{outcome:?} {told:?}");
            assert!(!device.pack().join(A).exists());
        }
    }
}
