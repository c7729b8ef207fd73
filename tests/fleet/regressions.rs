//! What the model found once, shrunk, under names.

use super::{
    Fleet,
    Step::{Clock, Forget, Hurt, Play, Pull, Push, Resolve, Scope},
    device::Fault,
    play::{
        Change::{All, One},
        Play::{Delete, Options, Wipe, World},
    },
    run,
};
use crate::domain::policy::Policy;

#[test]
fn a_safety_copy_is_made_once_and_named_in_undo() {
    let steps = [
        Play(2, World(3, All)),
        Push(2, Fault::None),
        Pull(0, Option::None, Fault::None),
        Forget(0),
        Play(0, World(3, One)),
        Play(1, World(0, All)),
        Push(0, Fault::None),
    ];
    assert_eq!(run(4, &steps, Policy::KeepCloud), Ok(()));
}

#[test]
fn a_world_that_vanished_here_and_changed_elsewhere_comes_back_where_it_counts_as_deleted() {
    let steps = [
        Play(1, World(2, All)),
        Push(1, Fault::None),
        Play(1, Wipe),
        Resolve(0, Policy::KeepBoth, Option::None, Fault::None),
        Play(0, World(2, All)),
        Push(0, Fault::None),
        Pull(1, Option::None, Fault::None),
    ];
    assert_eq!(run(3, &steps, Policy::KeepBoth), Ok(()));
}
#[test]
fn a_join_that_cannot_get_everything_makes_a_safety_copy_of_what_is_here() {
    let steps = [
        Play(0, World(1, All)),
        Push(0, Fault::None),
        Hurt(0),
        Play(1, World(0, All)),
        Pull(1, Option::None, Fault::None),
        Play(1, World(0, All)),
    ];
    assert_eq!(run(2, &steps, Policy::KeepBoth), Ok(()));
}

/// Both deleted the world: the one what it had made itself, the other what a third state of it was.
/// The mark of one deletion must not hide what the other had replaced.
#[test]
fn two_deletions_at_once_still_replace_what_each_of_them_replaced() {
    let steps = [
        Clock(0, -1),
        Play(0, World(0, All)),
        Play(1, World(2, All)),
        Push(0, Fault::None),
        Play(0, World(2, All)),
        Push(1, Fault::None),
        Push(0, Fault::None),
        Play(1, Delete(2)),
        Play(0, World(0, All)),
        Play(0, Wipe),
        Pull(1, Option::None, Fault::None),
    ];
    assert_eq!(run(2, &steps, Policy::KeepBoth), Ok(()));
}

#[test]
fn what_was_left_out_comes_when_the_scope_is_widened_even_if_something_is_saved_first() {
    let steps = [
        Play(0, World(2, All)),
        Play(1, World(1, All)),
        Scope(0),
        Push(0, Fault::None),
        Play(0, Wipe),
        Pull(1, Option::None, Fault::None),
        Pull(0, Option::None, Fault::None),
    ];
    assert_eq!(run(2, &steps, Policy::KeepCloud), Ok(()));
}

/// The older version that lies where nobody looked is no edit of the newer one.
#[test]
fn an_old_version_out_of_scope_does_not_replace_the_newer_one_when_it_is_looked_at_again() {
    let mut fleet = Fleet::new(2);
    for step in [
        Play(0, World(1, All)),
        Push(0, Fault::None),
        Pull(1, Option::None, Fault::None),
        Scope(1),
        Play(0, World(1, All)),
        Push(0, Fault::None),
        Pull(1, Option::None, Fault::None),
    ] {
        fleet.step(&step).unwrap();
    }
    let newest = fleet.devices[0].units();
    assert_ne!(fleet.devices[1].units(), newest);
    for step in [
        Scope(1),
        Push(1, Fault::None),
        Pull(1, Option::None, Fault::None),
        Push(1, Fault::None),
        Pull(0, Option::None, Fault::None),
    ] {
        fleet.step(&step).unwrap();
    }
    assert_eq!(fleet.devices[1].units(), newest);
    assert_eq!(fleet.devices[0].units(), newest);
}

#[test]
fn what_lies_out_of_scope_is_saved_when_the_clouds_version_was_deleted() {
    let steps = [
        Play(0, World(1, All)),
        Push(0, Fault::None),
        Scope(1),
        Play(0, Wipe),
        Play(1, World(1, All)),
        Pull(1, Option::None, Fault::None),
    ];
    assert_eq!(run(3, &steps, Policy::KeepCloud), Ok(()));
}

/// What is missing keeps a pull from being whole; what it decided about other units counts all the same.
#[test]
fn a_decision_for_the_cloud_in_a_pull_that_is_not_whole_reaches_everybody() {
    let steps = [
        Play(1, World(2, All)),
        Play(0, World(0, All)),
        Push(1, Fault::None),
        Clock(0, 0),
        Resolve(2, Policy::KeepBoth, Option::None, Fault::None),
        Play(0, World(0, All)),
        Play(0, Options),
        Play(0, World(0, All)),
        Pull(3, Option::None, Fault::None),
        Play(3, World(2, All)),
        Play(2, Options),
        Play(0, World(0, All)),
        Play(2, Wipe),
        Push(3, Fault::None),
        Pull(2, Some(Policy::KeepCloud), Fault::None),
    ];
    assert_eq!(run(3, &steps, Policy::KeepCloud), Ok(()));
}

#[test]
fn a_decision_for_the_older_version_outlives_news_that_still_have_it() {
    let steps = [
        Play(0, World(0, All)),
        Push(0, Fault::None),
        Pull(1, Option::None, Fault::None),
        Play(0, World(0, All)),
        Push(0, Fault::None),
        Play(1, World(0, All)),
        Push(1, Fault::None),
        // It counts as an edit of the later version, which is this device's own.
        Resolve(1, Policy::KeepCloud, Option::None, Fault::None),
        Play(0, World(2, All)),
        Push(0, Fault::None),
        Pull(1, Option::None, Fault::None),
    ];
    for policy in [Policy::Newest, Policy::KeepLocal, Policy::KeepBoth] {
        assert_eq!(run(2, &steps, policy), Ok(()), "{policy}");
    }
}

/// A third device decided between two versions, while one of them was deleted and the other came back
/// for that.
#[test]
fn whoever_saw_more_is_right_about_versions_that_both_know() {
    let steps = [
        Play(2, World(0, All)),
        Push(2, Fault::None),
        Play(1, World(0, All)),
        Pull(1, Some(Policy::Abort), Fault::None),
        Play(1, Wipe),
    ];
    assert_eq!(run(4, &steps, Policy::KeepLocal), Ok(()));
    let steps = [
        Play(1, World(0, All)),
        Play(0, World(1, All)),
        Push(0, Fault::None),
        Play(1, World(2, All)),
        Push(1, Fault::Crash(10)),
        Push(2, Fault::None),
        Play(2, World(0, All)),
        Play(1, World(0, All)),
        Push(2, Fault::None),
        Pull(1, Option::None, Fault::None),
        Play(1, Wipe),
    ];
    assert_eq!(run(4, &steps, Policy::KeepLocal), Ok(()));
}
