//! What stays whatever its age, where one rule alone keeps it.

use super::*;

/// They began apart: nothing is below both.
#[test]
fn both_sides_of_a_merge_stay_where_they_have_no_beginning_in_common() {
    let mut fleet = Fleet::new(2);
    let sides = [
        fleet.push(0, "saves/World", false, days_ago(100, 1)),
        fleet.push(1, "saves/Other", false, days_ago(100, 2)),
    ];
    fleet.merge(0, 1);
    let merged = fleet.push(0, "saves/World", false, days_ago(100, 3));
    fleet.merge(1, 0);
    fleet.push(1, "saves/Other", false, days_ago(100, 4));
    fleet.merge(0, 1);
    fleet.push(0, "saves/World", false, days_ago(100, 5));
    let judged = fleet.judge();
    for side in &sides {
        assert_eq!(judged.keep.get(side), Some(&Reason::Fork));
    }
    assert!(judged.go.contains_key(&merged));
}

/// Neither is where a folder left off when they merged, and both have gone on since.
#[test]
fn what_a_decision_was_between_stays() {
    let mut fleet = Fleet::new(2);
    let sides = [0, 1].map(|who| {
        let side = fleet.push(who, "saves/World", false, days_ago(100, 1));
        fleet.push(who, "options.txt", false, days_ago(100, 2));
        side
    });
    fleet.merge(0, 1);
    let decided = fleet.push(0, "saves/World", false, days_ago(100, 3));
    fleet.push(0, "options.txt", false, days_ago(100, 4));
    fleet.merge(1, 0);
    fleet.push(1, "saves/World", false, days_ago(100, 5));
    fleet.push(1, "options.txt", false, days_ago(100, 6));
    fleet.merge(0, 1);
    fleet.push(0, "options.txt", false, days_ago(100, 7));
    let judged = fleet.judge();
    for one in sides.iter().chain([&decided]) {
        assert_eq!(judged.keep.get(one), Some(&Reason::Newest));
    }
}

/// Its own snapshot is gone; a later one of the folder lists it.
#[test]
fn a_version_replaces_what_its_folder_made_before_and_not_itself() {
    let mut fleet = Fleet::new(1);
    let before = fleet.push(0, "saves/World", false, days_ago(100, 1));
    fleet.push(0, "saves/World", false, days_ago(100, 2));
    let lists = fleet.push(0, "options.txt", false, days_ago(100, 3));
    fleet.push(0, "options.txt", false, days_ago(100, 4));
    fleet.pushed.remove(1);
    let judged = fleet.judge();
    assert!(judged.go.contains_key(&before));
    assert_eq!(judged.keep.get(&lists), Some(&Reason::Newest));
}

/// Whoever lists another folder's version says nothing of what that was made on top of.
#[test]
fn a_version_stays_where_the_push_of_another_folder_that_replaced_it_is_gone() {
    let mut fleet = Fleet::new(2);
    let replaced = fleet.push(0, "saves/World", false, days_ago(100, 1));
    fleet.merge(1, 0);
    fleet.push(1, "options.txt", false, days_ago(100, 2));
    fleet.push(1, "saves/World", false, days_ago(100, 3));
    fleet.merge(0, 1);
    fleet.push(0, "options.txt", false, days_ago(100, 4));
    assert!(fleet.judge().go.contains_key(&replaced));
    fleet.pushed.remove(2);
    assert_eq!(fleet.judge().keep.get(&replaced), Some(&Reason::Newest));
}

/// Without it the other would be dated by its own clock, which is behind.
#[test]
fn what_says_before_when_another_was_not_made_stays() {
    let reason = |days: i64| {
        let mut fleet = Fleet::new(2);
        let first = fleet.push(0, "saves/World", false, days_ago(40, 1));
        fleet.merge(1, 0);
        fleet.push(1, "saves/World", false, days_ago(days, 2));
        fleet.merge(0, 1);
        fleet.push(0, "saves/World", false, days_ago(40, 3));
        fleet.judge().keep.get(&first).copied()
    };
    assert_eq!(reason(200), Some(Reason::ReferredTo));
    assert_eq!(reason(40), None);
}

/// The clock of one side is ahead, so that it has no time of its own; the other side is older.
#[test]
fn what_dates_a_merge_is_found_below_its_later_side() {
    let mut fleet = Fleet::new(3);
    let dates = fleet.push(1, "saves/World", false, days_ago(40, 1));
    fleet.merge(2, 1);
    let ahead = "2099-01-01T00:00:00Z".parse().expect("a time");
    fleet.push(2, "saves/World", false, ahead);
    fleet.push(0, "options.txt", false, days_ago(300, 1));
    fleet.merge(0, 2);
    let merged = fleet.push(0, "saves/World", false, days_ago(200, 1));
    fleet.merge(1, 0);
    fleet.push(1, "saves/World", false, days_ago(40, 2));
    let judged = fleet.judge();
    assert_eq!(judged.keep.get(&dates), Some(&Reason::ReferredTo));
    assert_eq!(judged.keep.get(&merged), Some(&Reason::Clock));
}
