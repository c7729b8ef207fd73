mod growth;
mod kept;

use std::collections::BTreeMap;

use super::*;
use crate::domain::{
    digest::Digest,
    fixtures::{WORLD, dot, snapshot, unit, vector},
    path::InnerPath,
    record::{Origin, UnitTable, UnitVersion},
    unit::{FileFact, UnitContent, UnitKind},
    version::Dot,
};

/// What a push is made of in these tests: its id, its dot, what it covers besides, when, and for
/// each unit the dot of its last change and its files.
type Files<'a> = Option<&'a [(&'a str, &'a str)]>;

fn content(files: &[(&str, &str)]) -> UnitContent {
    let files = files.iter().map(|(name, text)| {
        let fact = FileFact {
            size: text.len() as u64,
            sha256: Digest::of(text.as_bytes()),
        };
        (InnerPath::new(*name).expect("sound"), fact)
    });
    UnitContent {
        files: files.collect(),
        folders: BTreeSet::new(),
    }
}

fn push(
    id: char,
    own: Dot,
    below: &[Dot],
    time: &str,
    units: &[(&str, Dot, Files<'_>)],
) -> (SnapshotId, PushRecord) {
    let dots: Vec<Dot> = std::iter::once(own).chain(below.iter().copied()).collect();
    let mut table = UnitTable::new();
    let mut contents = BTreeMap::new();
    for (name, dot, files) in units {
        let files = files.map(content);
        let state = files
            .as_ref()
            .map_or(UnitState::Gone, |content| UnitState::Here(content.digest()));
        let row = UnitVersion {
            kind: UnitKind::World,
            dot: *dot,
            also: BTreeSet::new(),
            over: BTreeSet::new(),
            origin: Origin {
                device: "deck".to_owned(),
                time: at(time),
            },
            state,
            about: None,
        };
        table.insert(unit(name), row);
        contents.extend(files.map(|content| (unit(name), content)));
    }
    let mut head = crate::domain::fixtures::head(id, table, &dots);
    head.record.time = time.to_owned();
    head.record.vector = vector(&dots);
    head.record.contents = contents;
    (head.snapshot, head.record)
}

fn at(time: &str) -> Timestamp {
    time.parse().expect("a time")
}

fn history(pushes: Vec<(SnapshotId, PushRecord)>) -> History {
    History::new(pushes, at("2026-11-21T12:00:00Z"))
}

fn ids(moments: &[Moment]) -> String {
    let first = |moment: &Moment| moment.snapshot.to_string().chars().next();
    moments.iter().filter_map(first).collect()
}

const ONE: Files<'_> = Some(&[("level.dat", "1"), ("region/r.0.0.mca", "chunks")]);
const TWO: Files<'_> = Some(&[("level.dat", "2"), ("region/r.0.0.mca", "chunks")]);
const THREE: Files<'_> = Some(&[("level.dat", "3"), ("region/r.0.0.mca", "chunks")]);

/// Two devices that play from one beginning, and a merge.
fn forked() -> Vec<(SnapshotId, PushRecord)> {
    let (a1, a2, b1, a3) = (dot('A', 1), dot('A', 2), dot('B', 1), dot('A', 3));
    vec![
        push('d', a3, &[b1], "2026-11-04T10:00:00Z", &[(WORLD, a2, TWO)]),
        push(
            'c',
            b1,
            &[a1],
            "2026-11-03T10:00:00Z",
            &[(WORLD, b1, THREE)],
        ),
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, ONE)]),
        push('b', a2, &[], "2026-11-02T10:00:00Z", &[(WORLD, a2, TWO)]),
    ]
}

#[test]
fn a_fork_and_its_merge_are_told_by_vectors() {
    let history = history(forked());
    assert_eq!(ids(history.moments()), "abcd");
    let parents = |id: char| {
        history
            .get(&snapshot(id))
            .expect("it is there")
            .parents
            .clone()
    };
    assert_eq!(parents('a'), []);
    assert_eq!(parents('b'), [snapshot('a')]);
    assert_eq!(parents('c'), [snapshot('a')]);
    assert_eq!(parents('d'), [snapshot('b'), snapshot('c')]);
    let heads: Vec<_> = history.heads().iter().map(|head| &head.snapshot).collect();
    assert_eq!(heads, [&snapshot('d')]);
}

#[test]
fn what_followed_comes_later_whatever_the_clocks_say() {
    let mut pushes = forked();
    for ((_, record), time) in pushes.iter_mut().zip([
        "2026-11-01T00:00:00Z",
        "1971-01-01T00:00:00Z",
        "2026-10-01T00:00:00Z",
        "2099-01-01T00:00:00Z",
    ]) {
        record.time = time.to_owned();
    }
    let history = history(pushes);
    let times: BTreeMap<char, Option<Timestamp>> = "abcd"
        .chars()
        .map(|id| (id, history.get(&snapshot(id)).expect("there").time))
        .collect();
    assert_eq!(times[&'a'], Some(at("2026-10-01T00:00:00Z")));
    // Ahead of today: nobody knows when that was.
    assert_eq!(times[&'b'], None);
    // Never before what it was made on top of.
    assert_eq!(times[&'c'], Some(at("2026-10-01T00:00:00Z")));
    assert_eq!(times[&'d'], Some(at("2026-11-01T00:00:00Z")));
    let order = ids(history.moments());
    let place = |id| order.find(id).expect("it is there");
    assert!(place('a') < place('b') && place('a') < place('c'));
    assert!(place('b') < place('d') && place('c') < place('d'));
}

#[test]
fn a_version_knows_what_it_was_made_of_and_who_holds_it() {
    let history = history(forked());
    let versions = history.versions(&unit(WORLD));
    let parents = |counter: Dot| -> Vec<Dot> {
        let found = versions.iter().find(|version| version.row.dot == counter);
        found.expect("it is there").parents.clone()
    };
    assert_eq!(versions.len(), 3);
    assert_eq!(parents(dot('A', 2)), [dot('A', 1)]);
    assert_eq!(parents(dot('B', 1)), [dot('A', 1)]);
    let two = versions
        .iter()
        .find(|version| version.row.dot == dot('A', 2));
    let two = two.expect("it is there");
    assert_eq!(two.sources, [snapshot('b'), snapshot('d')]);
    assert_eq!(two.since, snapshot('b'));
    assert_eq!(two.extent, Some(Extent { files: 2, bytes: 7 }));
}

#[test]
fn a_version_whose_own_push_is_gone_is_had_from_a_later_one() {
    let mut pushes = forked();
    pushes.retain(|(id, _)| *id != snapshot('b'));
    let history = history(pushes);
    let versions = history.versions(&unit(WORLD));
    let two = versions
        .iter()
        .find(|version| version.row.dot == dot('A', 2));
    assert_eq!(two.expect("it is there").sources, [snapshot('d')]);
}

#[test]
fn changes_say_what_a_push_did() {
    let (a1, a2, a3) = (dot('A', 1), dot('A', 2), dot('A', 3));
    let history = history(vec![
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, ONE)]),
        push(
            'b',
            a2,
            &[],
            "2026-11-02T10:00:00Z",
            &[(WORLD, a2, TWO), ("saves/B", a2, ONE)],
        ),
        push(
            'c',
            a3,
            &[],
            "2026-11-03T10:00:00Z",
            &[(WORLD, a3, None), ("saves/B", a2, ONE)],
        ),
    ]);
    let deeds = |id| -> Vec<(String, Deed, Option<u64>)> {
        let moment = history.get(&snapshot(id)).expect("it is there");
        let changes = history.changes(moment).into_iter();
        changes
            .map(|change| (change.unit.to_string(), change.deed, change.files))
            .collect()
    };
    assert_eq!(deeds('a'), [(WORLD.to_owned(), Deed::Added, None)]);
    assert_eq!(
        deeds('b'),
        [
            ("saves/B".to_owned(), Deed::Added, None),
            (WORLD.to_owned(), Deed::Changed, Some(1)),
        ]
    );
    assert_eq!(deeds('c'), [(WORLD.to_owned(), Deed::Deleted, Some(2))]);
}

#[test]
fn a_world_keeps_its_past_under_a_new_name() {
    let (a1, a2, a3, a4) = (dot('A', 1), dot('A', 2), dot('A', 3), dot('A', 4));
    let history = history(vec![
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, ONE)]),
        push('b', a2, &[], "2026-11-02T10:00:00Z", &[(WORLD, a2, TWO)]),
        // Renamed, and played before the next push.
        push(
            'c',
            a3,
            &[],
            "2026-11-03T10:00:00Z",
            &[(WORLD, a3, None), ("saves/New", a3, THREE)],
        ),
        // Another world under the old name is no part of it.
        push(
            'd',
            a4,
            &[],
            "2026-11-04T10:00:00Z",
            &[(WORLD, a4, ONE), ("saves/New", a3, THREE)],
        ),
    ]);
    let tale = history.tale(&unit("saves/New")).versions;
    let told: Vec<(&str, Dot)> = tale
        .iter()
        .map(|version| (version.unit.as_str(), version.row.dot))
        .collect();
    assert_eq!(told, [(WORLD, a1), (WORLD, a2), ("saves/New", a3)]);
    assert_eq!(tale[2].parents, [a2]);
    // Under the old name there is what was, a deletion, and the new one.
    assert_eq!(history.tale(&unit(WORLD)).versions.len(), 4);
}

#[test]
fn a_world_that_only_replaced_another_has_no_past() {
    let (a1, a2) = (dot('A', 1), dot('A', 2));
    let other: Files<'_> = Some(&[("level.dat", "9"), ("region/r.0.0.mca", "others")]);
    let history = history(vec![
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, ONE)]),
        push(
            'b',
            a2,
            &[],
            "2026-11-02T10:00:00Z",
            &[(WORLD, a2, None), ("saves/New", a2, other)],
        ),
    ]);
    assert_eq!(history.tale(&unit("saves/New")).versions.len(), 1);
}

#[test]
fn a_time_finds_what_each_unit_was_by_then() {
    let history = history(forked());
    let dot_at = |time: &str| {
        let found = history.at(at(time));
        found.get(&unit(WORLD)).map(|version| version.row.dot)
    };
    assert_eq!(dot_at("2026-10-31T00:00:00Z"), None);
    assert_eq!(dot_at("2026-11-01T10:00:00Z"), Some(dot('A', 1)));
    assert_eq!(dot_at("2026-11-02T20:00:00Z"), Some(dot('A', 2)));
    // Of two that did not know of each other the later.
    assert_eq!(dot_at("2026-11-03T20:00:00Z"), Some(dot('B', 1)));
}

#[test]
fn a_clock_of_the_past_does_not_make_a_version_older_than_what_it_replaced() {
    let (a1, b1) = (dot('A', 1), dot('B', 1));
    let history = history(vec![
        push('a', a1, &[], "2026-11-10T10:00:00Z", &[(WORLD, a1, ONE)]),
        push('b', b1, &[a1], "2001-01-01T00:00:00Z", &[(WORLD, b1, TWO)]),
    ]);
    let found = history.at(at("2026-11-05T00:00:00Z"));
    assert_eq!(found.get(&unit(WORLD)), None);
    let found = history.at(at("2026-11-10T10:00:00Z"));
    assert_eq!(found[&unit(WORLD)].row.dot, b1);
}

#[test]
fn a_safety_copy_is_nobodys_past() {
    let (a1, b1) = (dot('A', 1), dot('B', 1));
    let mut pushes = vec![
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, ONE)]),
        push('b', b1, &[], "2026-11-02T10:00:00Z", &[(WORLD, b1, TWO)]),
    ];
    pushes[1].1.purpose = Purpose::Rescue;
    let history = history(pushes);
    let versions = history.versions(&unit(WORLD));
    assert_eq!(
        versions
            .iter()
            .filter(|version| version.safety_copy)
            .count(),
        1
    );
    assert_eq!(
        history.at(at("2026-11-03T00:00:00Z"))[&unit(WORLD)].row.dot,
        a1
    );
    assert_eq!(history.heads().len(), 1);
}

/// A push, a safety copy that its device made then, and what the same device pushed afterwards.
fn with_a_safety_copy_between() -> Vec<(SnapshotId, PushRecord)> {
    let (a1, a2, a3) = (dot('A', 1), dot('A', 2), dot('A', 3));
    let mut pushes = vec![
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, ONE)]),
        push('b', a2, &[], "2026-11-02T10:00:00Z", &[(WORLD, a2, TWO)]),
        push('c', a3, &[], "2026-11-03T10:00:00Z", &[(WORLD, a3, TWO)]),
    ];
    pushes[1].1.purpose = Purpose::Rescue;
    pushes
}

#[test]
fn nothing_is_made_on_top_of_a_safety_copy_nor_it_on_top_of_anything() {
    let (a1, a3) = (dot('A', 1), dot('A', 3));
    let history = history(with_a_safety_copy_between());
    let versions = history.versions(&unit(WORLD));
    let parents: Vec<(bool, &[Dot])> = versions
        .iter()
        .map(|version| (version.safety_copy, version.parents.as_slice()))
        .collect();
    assert_eq!(
        parents,
        [(false, &[][..]), (true, &[][..]), (false, &[a1][..])]
    );
    let before = history.states_before(&unit(WORLD), a3);
    let before: Vec<Dot> = before.iter().map(|version| version.row.dot).collect();
    assert_eq!(before, [a1]);
    let last = history.last_session(&vector(&[a3])).expect("there is one");
    let undoing = history.undoing(last);
    assert_eq!(undoing.choices[0].version.row.dot, a1);
    assert_eq!(undoing.choices[0].others, []);
}

#[test]
fn a_safety_copy_is_told_of_and_had_under_a_later_name_too() {
    let (a2, a4) = (dot('A', 2), dot('A', 4));
    let mut pushes = with_a_safety_copy_between();
    pushes.push(push(
        'd',
        a4,
        &[],
        "2026-11-04T10:00:00Z",
        &[(WORLD, a4, None), ("saves/New", a4, TWO)],
    ));
    let history = history(pushes);
    let tale = history.tale(&unit("saves/New")).versions;
    let told: Vec<u64> = tale.iter().map(|version| version.row.dot.counter).collect();
    assert_eq!(told, [1, 2, 3, 4]);
    let copy = history.get(&snapshot('b')).expect("it is there");
    let states = history.states_in(copy);
    let chosen = chosen(&history, &states, "saves/New");
    assert_eq!(chosen, Some((WORLD.to_owned(), a2)));
}

#[test]
fn who_played_beside_whom_is_told_from_both_sides() {
    let history = history(forked());
    let bonds = Bonds::of(&history);
    let beside = |id: char| -> Vec<SnapshotId> {
        let moment = history.get(&snapshot(id)).expect("it is there");
        let beside = bonds.beside(moment).into_iter();
        beside.map(|moment| moment.snapshot.clone()).collect()
    };
    assert_eq!(beside('b'), [snapshot('c')]);
    assert_eq!(beside('c'), [snapshot('b')]);
    assert_eq!((beside('a'), beside('d')), (vec![], vec![]));
}

#[test]
fn a_content_that_was_there_before_is_told() {
    let (a1, a2, a3, b1) = (dot('A', 1), dot('A', 2), dot('A', 3), dot('B', 1));
    let history = history(vec![
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, ONE)]),
        push('b', a2, &[], "2026-11-02T10:00:00Z", &[(WORLD, a2, TWO)]),
        push('c', a3, &[], "2026-11-03T10:00:00Z", &[(WORLD, a3, ONE)]),
        // The same content, made by somebody who did not know of it.
        push('d', b1, &[], "2026-11-04T10:00:00Z", &[(WORLD, b1, TWO)]),
        // It only lists what was there.
        push(
            'e',
            dot('A', 4),
            &[],
            "2026-11-05T10:00:00Z",
            &[(WORLD, a3, ONE), ("saves/B", dot('A', 4), ONE)],
        ),
    ]);
    let bonds = Bonds::of(&history);
    let earlier = |id: char| {
        let moment = history.get(&snapshot(id)).expect("it is there");
        let earlier = bonds.earlier(moment, &unit(WORLD));
        earlier.map(|moment| moment.snapshot.clone())
    };
    assert_eq!(earlier('a'), None);
    assert_eq!(earlier('b'), None);
    assert_eq!(earlier('c'), Some(snapshot('a')));
    assert_eq!(earlier('d'), None);
    assert_eq!(earlier('e'), None);
    // The same content once more is another version.
    let first = history.get(&snapshot('a')).expect("it is there");
    let states = &history.states_in(first)[&unit(WORLD)];
    let dots: Vec<Dot> = states.iter().map(|version| version.row.dot).collect();
    assert_eq!(dots, [a1]);
}

#[test]
fn a_merge_says_what_it_landed_although_another_made_it() {
    let (a2, b1, a3) = (dot('A', 2), dot('B', 1), dot('A', 3));
    let copy = "saves/World (deck, 2026-11-03)";
    let mut pushes = forked();
    pushes[0] = push(
        'd',
        a3,
        &[b1],
        "2026-11-04T10:00:00Z",
        &[(WORLD, a2, TWO), (copy, b1, THREE)],
    );
    let history = history(pushes);
    let merge = history.get(&snapshot('d')).expect("it is there");
    let changes = history.changes(merge);
    let [change] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!((change.unit.as_str(), change.deed), (copy, Deed::Added));
    assert_eq!(
        history
            .changes(history.get(&snapshot('b')).expect("there"))
            .len(),
        1
    );
}

/// A device that pushed a thousand times, another that forked off every tenth time.
#[test]
fn a_thousand_snapshots_are_put_in_order() {
    let mut pushes = Vec::new();
    let start = at("2024-01-01T00:00:00Z");
    let mut below: Vec<Dot> = Vec::new();
    let mut other = 0;
    for number in 1..=1000_u64 {
        let time = start + i64::try_from(number).expect("small").hours();
        let forks = number % 10 == 0;
        other += u64::from(forks);
        let own = if forks {
            dot('B', other)
        } else {
            dot('A', number - other)
        };
        let text = number.to_string();
        let files = [("level.dat", text.as_str()), ("region/r.0.0.mca", "chunks")];
        let (id, mut record) = push(
            'a',
            own,
            &below,
            &time.to_string(),
            &[(WORLD, own, Some(&files))],
        );
        record.counter = own.counter;
        let id = format!("{number:0>64}").parse().unwrap_or(id);
        pushes.push((id, record));
        // What a fork does is known to others one push later.
        if !forks {
            below = vec![own];
            below.extend((other > 0).then(|| dot('B', other)));
        }
    }
    let history = history(pushes);
    assert_eq!(history.moments().len(), 1000);
    let versions = history.tale(&unit(WORLD)).versions;
    assert_eq!(versions.len(), 1000);
    let bonds = Bonds::of(&history);
    for moment in history.moments() {
        let _ = (history.changes(moment), bonds.beside(moment));
        assert!(bonds.earlier(moment, &unit(WORLD)).is_none());
    }
}

/// What a point means for one unit: the name and the dot of its version.
fn chosen(history: &History, states: &States, name: &str) -> Option<(String, Dot)> {
    let choice = history.choose(states, &unit(name))?;
    Some((choice.version.unit.to_string(), choice.version.row.dot))
}

#[test]
fn of_a_fork_the_later_version_counts_and_the_other_is_named() {
    let history = history(forked());
    let states = history.states_at(at("2026-11-03T20:00:00Z"));
    let choice = history.choose(&states, &unit(WORLD)).expect("it was there");
    assert_eq!(choice.version.row.dot, dot('B', 1));
    let others: Vec<Dot> = choice.others.iter().map(|other| other.row.dot).collect();
    assert_eq!(others, [dot('A', 2)]);
    // Once they are merged there is one.
    let states = history.states_at(at("2026-11-05T00:00:00Z"));
    let choice = history.choose(&states, &unit(WORLD)).expect("it was there");
    assert_eq!(
        (choice.version.row.dot, choice.others.len()),
        (dot('A', 2), 0)
    );
}

#[test]
fn a_deletion_beside_an_edit_does_not_count() {
    let (a1, a2, b1) = (dot('A', 1), dot('A', 2), dot('B', 1));
    let history = history(vec![
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, ONE)]),
        push('b', a2, &[], "2026-11-02T10:00:00Z", &[(WORLD, a2, TWO)]),
        push('c', b1, &[a1], "2026-11-03T10:00:00Z", &[(WORLD, b1, None)]),
    ]);
    let states = history.states_at(at("2026-11-04T00:00:00Z"));
    assert_eq!(
        chosen(&history, &states, WORLD),
        Some((WORLD.to_owned(), a2))
    );
}

/// A world that is renamed in the third of four pushes, after which another one gets its old name.
fn renamed() -> History {
    let (a1, a2, a3, a4) = (dot('A', 1), dot('A', 2), dot('A', 3), dot('A', 4));
    history(vec![
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, ONE)]),
        push('b', a2, &[], "2026-11-02T10:00:00Z", &[(WORLD, a2, TWO)]),
        push(
            'c',
            a3,
            &[],
            "2026-11-03T10:00:00Z",
            &[(WORLD, a3, None), ("saves/New", a3, THREE)],
        ),
        push(
            'd',
            a4,
            &[],
            "2026-11-04T10:00:00Z",
            &[
                (WORLD, a3, None),
                ("saves/New", a3, THREE),
                ("saves/B", a4, ONE),
            ],
        ),
    ])
}

#[test]
fn a_renamed_world_goes_back_under_the_name_that_it_has_now() {
    let history = renamed();
    let states = history.states_at(at("2026-11-02T20:00:00Z"));
    let new = chosen(&history, &states, "saves/New");
    assert_eq!(new, Some((WORLD.to_owned(), dot('A', 2))));
    let second = history.get(&snapshot('b')).expect("it is there");
    let states = history.states_in(second);
    assert_eq!(chosen(&history, &states, "saves/New"), new);
    // Everything: it does not come back under its old name too; what is new stays.
    let here = [unit("saves/B"), unit("saves/New")];
    let all = history.choose_all(&states, &here);
    let units: Vec<&str> = all.choices.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(units, ["saves/New"]);
    let absent: Vec<&str> = all.absent.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(absent, ["saves/B"]);
    assert_eq!(all.absent[0].since, Some(at("2026-11-04T10:00:00Z")));
    assert_eq!(
        history.since(&unit("saves/New")),
        Some(at("2026-11-01T10:00:00Z"))
    );
}

#[test]
fn what_is_not_there_at_a_time_was_deleted_or_called_otherwise_or_was_yet_to_come() {
    let a = |counter| dot('A', counter);
    let mut pushes = vec![
        push(
            'a',
            a(1),
            &[],
            "2026-11-01T10:00:00Z",
            &[(WORLD, a(1), ONE)],
        ),
        push(
            'b',
            a(2),
            &[],
            "2026-11-02T10:00:00Z",
            &[(WORLD, a(2), None)],
        ),
        push(
            'c',
            a(3),
            &[],
            "2026-11-03T10:00:00Z",
            &[(WORLD, a(3), ONE)],
        ),
    ];
    let renamed = [(WORLD, a(4), None), ("saves/New", a(4), ONE)];
    pushes.push(push('d', a(4), &[], "2026-11-04T10:00:00Z", &renamed));
    let later = [(WORLD, a(5), THREE), ("saves/New", a(4), ONE)];
    pushes.push(push('e', a(5), &[], "2026-11-05T10:00:00Z", &later));
    let history = history(pushes);
    let lack = |time: &str, name: &str| history.lack(&history.states_at(at(time)), &unit(name));
    let deleted = Lack::Deleted(Some(at("2026-11-02T10:00:00Z")));
    assert_eq!(lack("2026-10-30T20:00:00Z", WORLD), None);
    assert_eq!(lack("2026-11-02T20:00:00Z", WORLD), Some(deleted));
    let called = Lack::Called(unit("saves/New"));
    assert_eq!(lack("2026-11-04T20:00:00Z", WORLD), Some(called));
    assert_eq!(lack("2026-11-05T20:00:00Z", WORLD), None);
    assert_eq!(lack("2026-11-02T20:00:00Z", "saves/Other"), None);
    // What stays as it is says since when it is there again, and not since when it was first.
    let states = history.states_at(at("2026-11-02T20:00:00Z"));
    let all = history.choose_all(&states, &[unit(WORLD)]);
    assert_eq!(all.absent[0].since, Some(at("2026-11-03T10:00:00Z")));
}

#[test]
fn what_was_deleted_since_comes_back_with_everything_else() {
    let history = renamed();
    let states = history.states_at(at("2026-11-02T20:00:00Z"));
    let all = history.choose_all(&states, &[]);
    let units: Vec<&str> = all.choices.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(units, [WORLD]);
}

#[test]
fn the_last_session_is_the_last_known_push_that_changed_something() {
    let history = renamed();
    let known = vector(&[dot('A', 1), dot('A', 2), dot('A', 3)]);
    let last = history.last_session(&known).expect("there is one");
    assert_eq!(last.snapshot, snapshot('c'));
    let before = history.undoing(last);
    // The world was renamed: it goes back under its new name, and not under the old one too.
    let units: Vec<(&str, &str)> = before
        .choices
        .iter()
        .map(|one| (one.unit.as_str(), one.version.unit.as_str()))
        .collect();
    assert_eq!(units, [("saves/New", WORLD)]);
    let last = history
        .last_session(&vector(&[dot('A', 4)]))
        .expect("there is one");
    let before = history.undoing(last);
    assert!(before.choices.is_empty());
    assert_eq!(before.absent[0].unit, unit("saves/B"));
    assert!(history.last_session(&vector(&[])).is_none());
}

#[test]
fn a_version_is_had_from_whoever_holds_it() {
    let history = history(forked());
    let two = TWO.map(content).expect("files");
    assert_eq!(
        history.holder(&unit(WORLD), two.digest()),
        Some(&snapshot('b'))
    );
    assert_eq!(history.holder(&unit(WORLD), Digest::of(b"x")), None);
    assert_eq!(history.holder(&unit("saves/B"), two.digest()), None);
}

/// The snapshot that a later one names for what it left out was pruned: others have the same.
#[test]
fn what_was_left_out_is_had_from_another_where_the_snapshot_that_is_named_is_gone() {
    let mut pushes = forked();
    let (a2, b2) = (dot('A', 2), dot('B', 2));
    let below = [dot('A', 3), dot('B', 1), dot('A', 1)];
    let (id, mut record) = push('e', b2, &below, "2026-11-05T10:00:00Z", &[(WORLD, a2, TWO)]);
    let two = TWO.map(content).expect("files");
    record.contents.clear();
    let mut row = record.units[&unit(WORLD)].clone();
    let held = |within: char| UnitState::Held {
        digest: two.digest(),
        within: snapshot(within),
    };
    for within in ['b', '9'] {
        row.state = held(within);
        let mut record = record.clone();
        record.units.insert(unit(WORLD), row.clone());
        pushes.push((id.clone(), record));
        let history = history(pushes.clone());
        let last = history.get(&id).expect("it is there");
        assert_eq!(
            history.content(last, &unit(WORLD)).map(Content::spelled),
            Some(two.clone()),
            "{within}"
        );
        pushes.pop();
    }
    // Nobody lists that version as here under this mark.
    let mut other = row.clone();
    other.dot = b2;
    record.units.insert(unit(WORLD), other);
    pushes.push((id.clone(), record));
    let history = history(pushes);
    let versions = history.versions(&unit(WORLD));
    let last = versions.iter().find(|version| version.row.dot == b2);
    let source = history.source(last.expect("a version"));
    assert_eq!(source, Some((&snapshot('b'), &two)));
}

#[test]
fn the_same_made_by_somebody_whose_push_is_gone_is_news() {
    let (a1, b1, b2) = (dot('A', 1), dot('B', 1), dot('B', 2));
    let history = history(vec![
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, ONE)]),
        push(
            'b',
            b2,
            &[a1, b1],
            "2026-11-02T10:00:00Z",
            &[(WORLD, b1, ONE)],
        ),
    ]);
    let last = history.get(&snapshot('b')).expect("it is there");
    let changes = history.changes(last);
    let [change] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!((change.deed, change.files), (Deed::Changed, Some(0)));
}

#[test]
fn a_world_that_was_deleted_once_and_came_back_has_its_last_past_under_a_new_name() {
    let a = |counter| dot('A', counter);
    let history = history(vec![
        push(
            'a',
            a(1),
            &[],
            "2026-11-01T10:00:00Z",
            &[(WORLD, a(1), ONE)],
        ),
        push(
            'b',
            a(2),
            &[],
            "2026-11-02T10:00:00Z",
            &[(WORLD, a(2), None)],
        ),
        push(
            'c',
            a(3),
            &[],
            "2026-11-03T10:00:00Z",
            &[(WORLD, a(3), TWO)],
        ),
        push(
            'd',
            a(4),
            &[],
            "2026-11-04T10:00:00Z",
            &[(WORLD, a(4), None), ("saves/New", a(4), TWO)],
        ),
    ]);
    let tale = history.tale(&unit("saves/New")).versions;
    let last = tale.last().expect("a version");
    assert_eq!(
        (last.unit.as_str(), &last.parents),
        ("saves/New", &vec![a(3)])
    );
    // Undoing a deletion brings it back.
    let deleted = history.get(&snapshot('b')).expect("it is there");
    let undoing = history.undoing(deleted).choices;
    let choices: Vec<(&str, Dot)> = undoing
        .iter()
        .map(|choice| (choice.unit.as_str(), choice.version.row.dot))
        .collect();
    assert_eq!(choices, [(WORLD, a(1))]);
}

/// A pull came between: it found the world under its new name, and saved it.
#[test]
fn a_safety_copy_under_the_new_name_hides_no_past_and_begins_none() {
    let (a1, a2, a3) = (dot('A', 1), dot('A', 2), dot('A', 3));
    let mut pushes = vec![
        push('a', a1, &[], "2026-11-02T10:00:00Z", &[(WORLD, a1, ONE)]),
        push(
            'b',
            a2,
            &[],
            "2026-11-01T10:00:00Z",
            &[("saves/New", a2, ONE)],
        ),
        push(
            'c',
            a3,
            &[],
            "2026-11-03T10:00:00Z",
            &[(WORLD, a3, None), ("saves/New", a3, TWO)],
        ),
    ];
    pushes[1].1.purpose = Purpose::Rescue;
    let history = history(pushes);
    let new = unit("saves/New");
    assert!(history.versions(&new)[0].safety_copy);
    let tale = history.tale(&new).versions;
    let mut told: Vec<(&str, Dot, &[Dot])> = tale
        .iter()
        .map(|version| {
            let parents = version.parents.as_slice();
            (version.unit.as_str(), version.row.dot, parents)
        })
        .collect();
    told.sort_by_key(|(_, dot, _)| *dot);
    assert_eq!(
        told,
        [
            (WORLD, a1, &[][..]),
            ("saves/New", a2, &[]),
            ("saves/New", a3, &[a1])
        ]
    );
    // It came to be when it was pushed first, not when it was saved.
    assert_eq!(history.since(&new), Some(at("2026-11-02T10:00:00Z")));
}

/// However much it is like another that was played in the same session: that one is still there.
#[test]
fn only_a_world_that_went_has_a_new_name() {
    let (a1, a2) = (dot('A', 1), dot('A', 2));
    let history = history(vec![
        push(
            'a',
            a1,
            &[],
            "2026-11-01T10:00:00Z",
            &[(WORLD, a1, TWO), ("saves/B", a1, ONE)],
        ),
        push(
            'b',
            a2,
            &[],
            "2026-11-02T10:00:00Z",
            &[
                (WORLD, a2, None),
                ("saves/B", a2, THREE),
                ("saves/New", a2, ONE),
            ],
        ),
    ]);
    let tale = history.tale(&unit("saves/New")).versions;
    let names: Vec<&str> = tale.iter().map(|version| version.unit.as_str()).collect();
    assert_eq!(names, [WORLD, "saves/New"]);
}

#[test]
fn a_world_that_has_little_in_common_with_one_that_went_has_no_past() {
    let (a1, a2) = (dot('A', 1), dot('A', 2));
    let other: Files<'_> = Some(&[("level.dat", "1"), ("region/r.0.0.mca", "others")]);
    let history = history(vec![
        push('a', a1, &[], "2026-11-01T10:00:00Z", &[(WORLD, a1, ONE)]),
        push(
            'b',
            a2,
            &[],
            "2026-11-02T10:00:00Z",
            &[(WORLD, a2, None), ("saves/New", a2, other)],
        ),
    ]);
    assert_eq!(history.tale(&unit("saves/New")).versions.len(), 1);
}

#[test]
fn another_world_under_an_old_name_is_not_chosen_for_one_that_is_gone() {
    let a = |counter| dot('A', counter);
    let other: Files<'_> = Some(&[("level.dat", "9"), ("region/r.0.0.mca", "others")]);
    let history = history(vec![
        push(
            'a',
            a(1),
            &[],
            "2026-11-01T10:00:00Z",
            &[(WORLD, a(1), ONE)],
        ),
        push(
            'b',
            a(2),
            &[],
            "2026-11-02T10:00:00Z",
            &[(WORLD, a(2), None), ("saves/New", a(2), TWO)],
        ),
        push(
            'c',
            a(3),
            &[],
            "2026-11-03T10:00:00Z",
            &[(WORLD, a(3), other), ("saves/New", a(2), TWO)],
        ),
        push(
            'd',
            a(4),
            &[],
            "2026-11-04T10:00:00Z",
            &[(WORLD, a(3), other), ("saves/New", a(4), None)],
        ),
    ]);
    let last = history.get(&snapshot('d')).expect("it is there");
    let states = history.states_in(last);
    assert_eq!(chosen(&history, &states, "saves/New"), None);
    let first = history.get(&snapshot('a')).expect("it is there");
    let states = history.states_in(first);
    let chosen = chosen(&history, &states, "saves/New");
    assert_eq!(chosen, Some((WORLD.to_owned(), a(1))));
}

#[test]
fn what_came_back_goes_again_and_says_since_when_it_is_there() {
    let a = |counter| dot('A', counter);
    let plays = [(1, ONE), (2, TWO), (3, None), (4, THREE)];
    let pushes = "abcd".chars().zip(plays).map(|(id, (day, files))| {
        let time = format!("2026-11-0{day}T10:00:00Z");
        push(id, a(day), &[], &time, &[(WORLD, a(day), files)])
    });
    let history = history(pushes.collect());
    let undone = |id| history.undoing(history.get(&snapshot(id)).expect("there"));
    let back = undone('d');
    assert!(back.choices.is_empty());
    assert_eq!(back.absent[0].unit, unit(WORLD));
    assert_eq!(back.absent[0].since, Some(at("2026-11-04T10:00:00Z")));
    let deleted = undone('c');
    assert_eq!(deleted.choices[0].version.row.dot, a(2));
    assert!(deleted.absent.is_empty());
}
