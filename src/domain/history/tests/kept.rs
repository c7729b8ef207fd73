//! What a book keeps of records, and what a history gives back of them.

use super::*;

#[test]
fn a_book_says_what_is_in_it() {
    let mut book = Book::default();
    assert!(book.is_empty());
    for (id, record) in forked() {
        book.add(id, record);
    }
    assert!(!book.is_empty());
    let all: Vec<_> = book.snapshots().cloned().collect();
    assert_eq!(all, ['a', 'b', 'c', 'd'].map(snapshot));
    assert!(book.contains(&snapshot('a')) && !book.contains(&snapshot('e')));
    assert!(book.page(&snapshot('e')).is_none());
    let page = book.page(&snapshot('b')).expect("there");
    assert_eq!(page.dot(), dot('A', 2));
    let units = &page.units;
    assert!(units.contains_key(&unit(WORLD)) && !units.contains_key(&unit("saves/B")));
    assert_eq!(units.keys().collect::<Vec<_>>(), [&unit(WORLD)]);
    let dots: Vec<Dot> = units.values().map(|row| row.dot).collect();
    assert_eq!(dots, [dot('A', 2)]);
    assert!(!book.retain(|_| true));
    assert!(book.retain(|id| *id != snapshot('b')));
    assert!(!book.contains(&snapshot('b')) && book.contains(&snapshot('a')));
}

#[test]
fn a_record_is_given_back_as_it_was() {
    let pushes = forked();
    let history = history(pushes.clone());
    for (id, record) in pushes {
        assert_eq!(history.record(&id), Some(record));
    }
    assert_eq!(history.record(&snapshot('e')), None);
}

#[test]
fn what_a_snapshot_does_not_list_is_not_listed_whoever_else_lists_it() {
    let (a1, a2) = (dot('A', 1), dot('A', 2));
    let mut pushes = vec![
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, ONE)]),
        push('b', a2, &[], "2026-11-02T10:00:00Z", &[(WORLD, a1, ONE)]),
    ];
    pushes[1].1.contents.clear();
    let history = history(pushes);
    let listed = |id| {
        let moment = history.get(&snapshot(id)).expect("there");
        history.listed(moment, &unit(WORLD)).is_some()
    };
    assert!(listed('a') && !listed('b'));
    let record = history.record(&snapshot('b')).expect("there");
    assert!(record.contents.is_empty());
}

#[test]
fn a_snapshot_is_found_by_the_beginning_of_its_id() {
    let history = history(forked());
    let found = |beginning: &str| {
        let found = history.find(beginning);
        found
            .map(|moment| moment.snapshot.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("bbb"), [snapshot('b')]);
    assert_eq!(found("ab"), []);
    assert_eq!(found("").len(), 4);
}

#[test]
fn what_is_in_a_safety_copy_was_changed_and_not_added() {
    let a1 = dot('A', 1);
    let mut pushes = vec![push(
        'a',
        a1,
        &[],
        "2026-11-01T10:00:00Z",
        &[(WORLD, a1, ONE)],
    )];
    let deed = |pushes: &[(SnapshotId, PushRecord)]| {
        let history = history(pushes.to_vec());
        let changes = history.changes(&history.moments()[0]);
        changes.iter().map(|change| change.deed).collect::<Vec<_>>()
    };
    assert_eq!(deed(&pushes), [Deed::Added]);
    pushes[0].1.purpose = Purpose::Rescue;
    assert_eq!(deed(&pushes), [Deed::Changed]);
}

#[test]
fn each_of_those_who_played_beside_one_is_told_once() {
    let (a1, b1) = (dot('A', 1), dot('B', 1));
    let on_both =
        |id: char, time: &str| push(id, dot(id.to_ascii_uppercase(), 1), &[a1, b1], time, &[]);
    let history = history(vec![
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, ONE)]),
        push(
            'b',
            b1,
            &[],
            "2026-11-02T10:00:00Z",
            &[("saves/B", b1, TWO)],
        ),
        on_both('c', "2026-11-03T10:00:00Z"),
        on_both('d', "2026-11-04T10:00:00Z"),
        on_both('e', "2026-11-05T10:00:00Z"),
    ]);
    let bonds = Bonds::of(&history);
    let moment = history.get(&snapshot('c')).expect("there");
    let beside: Vec<_> = bonds
        .beside(moment)
        .iter()
        .map(|one| one.snapshot.clone())
        .collect();
    assert_eq!(beside, [snapshot('d'), snapshot('e')]);
}

#[test]
fn a_file_that_has_another_name_now_is_listed_by_it() {
    let (a1, a2) = (dot('A', 1), dot('A', 2));
    let files: [Files<'_>; 2] = [
        Some(&[("b", "1"), ("c", "2")]),
        Some(&[("a", "1"), ("c", "1")]),
    ];
    let pushes = vec![
        push(
            'a',
            a1,
            &[],
            "2026-11-01T10:00:00Z",
            &[(WORLD, a1, files[0])],
        ),
        push(
            'b',
            a2,
            &[],
            "2026-11-02T10:00:00Z",
            &[(WORLD, a2, files[1])],
        ),
    ];
    let history = history(pushes.clone());
    for (id, record) in pushes {
        let kept = history.record(&id).expect("there");
        assert_eq!(kept.contents, record.contents);
    }
}

#[test]
fn what_a_push_lists_too_is_no_safety_copy_and_is_had_from_its_own_push_first() {
    let (a1, a2) = (dot('A', 1), dot('A', 2));
    let mut pushes = vec![
        // The clock of whoever made the copy is behind.
        push(
            'b',
            dot('B', 1),
            &[],
            "2026-11-01T10:00:00Z",
            &[(WORLD, a1, ONE)],
        ),
        push('a', a1, &[], "2026-11-02T10:00:00Z", &[(WORLD, a1, ONE)]),
        push('c', a2, &[], "2026-11-03T10:00:00Z", &[(WORLD, a1, ONE)]),
    ];
    pushes[0].1.purpose = Purpose::Rescue;
    let history = history(pushes);
    assert_eq!(ids(history.moments()), "bac");
    let [version] = history.versions(&unit(WORLD)) else {
        panic!("one version")
    };
    assert!(!version.safety_copy);
    assert_eq!(version.sources, ['a', 'b', 'c'].map(snapshot));
}

#[test]
fn nothing_is_told_of_a_unit_without_content_by_another_without() {
    let (a1, a2) = (dot('A', 1), dot('A', 2));
    let empty: Files<'_> = Some(&[("level.dat", "")]);
    let history = history(vec![
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, empty)]),
        push(
            'b',
            a2,
            &[],
            "2026-11-02T10:00:00Z",
            &[(WORLD, a2, None), ("saves/New", a2, empty)],
        ),
    ]);
    assert_eq!(history.tale(&unit("saves/New")).versions.len(), 1);
}
