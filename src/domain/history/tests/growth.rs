//! What grows with a history, and how much; and that what is found quickly is what a search through
//! everything finds.

use proptest::prelude::*;

use super::*;
use crate::domain::version::VersionVector;

/// One device of a random history.
#[derive(Clone, Default)]
struct Player {
    vector: VersionVector,
    counter: u64,
    table: UnitTable,
}

const UNITS: [&str; 2] = ["saves/One", "saves/Two"];

/// Who, from whom, which unit, what, and whether the snapshot was pruned since.
type Step = (usize, usize, usize, u8, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..3_usize, 0..3_usize, 0..2_usize, 0..10_u8, any::<bool>());
    proptest::collection::vec(step, 1..40)
}

/// Plays, and returns the snapshots that are left.
fn play(steps: &[Step]) -> Vec<(SnapshotId, PushRecord)> {
    let mut players = vec![Player::default(); 3];
    let mut pushes = Vec::new();
    let mut made_so_far: BTreeMap<Digest, UnitContent> = BTreeMap::new();
    for (number, (who, from, name, deed, pruned)) in steps.iter().enumerate() {
        if *deed >= 7 {
            let theirs = players[*from].clone();
            join(&mut players[*who], &theirs);
        }
        let me = &mut players[*who];
        me.counter += 1;
        let own = dot(['A', 'B', 'C'][*who], me.counter);
        let text = number.to_string();
        let files = [("level.dat", text.as_str())];
        let made = push(
            'a',
            own,
            &[],
            "2026-11-01T10:00:00Z",
            &[(UNITS[*name], own, (*deed != 4).then_some(&files[..]))],
        );
        let mut record = made.1;
        let contents = record.contents.values();
        made_so_far.extend(contents.map(|content| (content.digest(), content.clone())));
        if *deed == 5 {
            record.purpose = Purpose::Rescue;
        } else {
            me.vector.add(own);
            if *deed != 9 {
                me.table.extend(record.units.clone());
            }
            record.vector = me.vector.clone();
            record.units = me.table.clone();
            let rows = me.table.iter();
            let contents = rows.filter_map(|(unit, row)| {
                Some((unit.clone(), made_so_far.get(&row.digest()?)?.clone()))
            });
            record.contents = contents.collect();
        }
        record.counter = me.counter;
        if !(*pruned && number % 2 == 0) {
            let id = format!("{number:0>64}").parse().expect("an id");
            pushes.push((id, record));
        }
    }
    pushes
}

/// Takes what another has, and decides where both changed something.
fn join(me: &mut Player, theirs: &Player) {
    for (unit, row) in &theirs.table {
        let mine = me.table.get(unit);
        let next = match mine {
            Some(mine) if me.vector.covers_dot(row.dot) => mine.clone(),
            Some(mine) if !theirs.vector.covers_dot(mine.dot) => {
                let (won, lost) = if mine.dot > row.dot {
                    (mine, row)
                } else {
                    (row, mine)
                };
                won.decided_over([lost])
            }
            _ => row.clone(),
        };
        me.table.insert(unit.clone(), next);
    }
    me.vector.join(&theirs.vector);
}

/// What each version was made on top of, by comparing all with all.
fn slowly(history: &History, name: &RelPath) -> Vec<Vec<Dot>> {
    let versions = history.versions(name);
    let vector = |version: &Version| {
        let lists = |moment: &&Moment| {
            let row = moment.record.units.get(name);
            row.is_some_and(|row| (row.dot, row.digest()) == (version.row.dot, version.digest()))
        };
        let mut all = history.moments().iter().filter(lists);
        let own = all
            .clone()
            .find(|moment| moment.record.dot() == version.row.dot);
        own.or(all.next())
            .expect("it is listed")
            .record
            .vector
            .clone()
    };
    let vectors: Vec<VersionVector> = versions.iter().map(vector).collect();
    let knows = |one: usize, other: usize| {
        let (row, dot) = (&versions[one].row, versions[other].row.dot);
        !versions[one].safety_copy
            && !versions[other].safety_copy
            && row.dot != dot
            && (vectors[one].covers_dot(dot) || row.includes(dot))
    };
    let places = 0..versions.len();
    let parents = |place: usize| {
        let is_below = |other: &usize| knows(place, *other) && !knows(*other, place);
        let below: Vec<usize> = (0..versions.len()).filter(is_below).collect();
        let is_last = |other: &&usize| !below.iter().any(|one| knows(*one, **other));
        let last = below.iter().filter(is_last);
        last.map(|other| versions[*other].row.dot).collect()
    };
    places.map(parents).collect()
}

proptest! {
    #[test]
    fn what_a_version_was_made_on_top_of_is_found_without_comparing_all(steps in steps()) {
        let history = history(play(&steps));
        for name in UNITS.map(unit) {
            let found: Vec<Vec<Dot>> = history
                .versions(&name)
                .iter()
                .map(|version| version.parents.clone())
                .collect();
            prop_assert_eq!(found, slowly(&history, &name));
        }
        for moment in history.moments().iter().filter(|one| !one.is_safety_copy()) {
            let below: Vec<&Moment> = history
                .moments()
                .iter()
                .filter(|one| {
                    !one.is_safety_copy()
                        && one.snapshot != moment.snapshot
                        && moment.record.vector.covers_dot(one.record.dot())
                })
                .collect();
            let is_last = |one: &&&Moment| {
                let dot = one.record.dot();
                let knows = |other: &&Moment| {
                    other.snapshot != one.snapshot && other.record.vector.covers_dot(dot)
                };
                !below.iter().any(knows)
            };
            let last: BTreeSet<&SnapshotId> =
                below.iter().filter(is_last).map(|one| &one.snapshot).collect();
            prop_assert_eq!(moment.parents.iter().collect::<BTreeSet<_>>(), last);
        }
    }

    #[test]
    fn a_book_is_read_as_it_was_written(steps in steps(), gone in 0..3_usize) {
        let pushes = play(&steps);
        let instance = fixtures_instance();
        let mut book = Book::default();
        for (number, (id, record)) in pushes.iter().enumerate() {
            // In two halves: what is read is added to.
            if number == pushes.len() / 2 {
                book = read(&book, instance);
            }
            book.add(id.clone(), record.clone());
        }
        let stays = |id: &SnapshotId| gone == 0 || !id.as_str().ends_with(&gone.to_string());
        book.retain(stays);
        let kept = pushes.into_iter().filter(|(id, _)| stays(id)).collect();
        let (read, kept) = (History::of(read(&book, instance), now()), history(kept));
        let ids = |history: &History| -> Vec<SnapshotId> {
            history.moments().iter().map(|one| one.snapshot.clone()).collect()
        };
        prop_assert_eq!(ids(&read), ids(&kept));
        for moment in kept.moments() {
            prop_assert_eq!(read.record(&moment.snapshot), kept.record(&moment.snapshot));
            prop_assert_eq!(&read.get(&moment.snapshot).expect("there").parents, &moment.parents);
        }
    }
}

/// Who had pulled only this world edited it, so that the row alone says what that replaced; what the same
/// folder made next does not say it again.
#[test]
fn what_only_a_row_names_is_below_all_that_followed_it() {
    let (b1, a1, a2, c1) = (dot('B', 1), dot('A', 1), dot('A', 2), dot('C', 1));
    let day = |day: u8| format!("2026-11-0{day}T10:00:00Z");
    let mut pushes = vec![
        push('b', b1, &[], &day(1), &[(WORLD, b1, ONE)]),
        push('a', a1, &[], &day(2), &[(WORLD, a1, TWO)]),
        push('d', a2, &[], &day(3), &[(WORLD, a2, THREE)]),
        push('c', c1, &[a2, b1], &day(4), &[(WORLD, c1, ONE)]),
    ];
    let row = pushes[1].1.units.get_mut(&unit(WORLD)).expect("its row");
    row.over.insert(b1);
    let history = history(pushes);
    let found: Vec<Vec<Dot>> = history
        .versions(&unit(WORLD))
        .iter()
        .map(|version| version.parents.clone())
        .collect();
    assert_eq!(found, slowly(&history, &unit(WORLD)));
    assert_eq!(found, [vec![], vec![b1], vec![a1], vec![a2]]);
}

fn fixtures_instance() -> crate::domain::ids::InstanceId {
    "00000000000000000000000001".parse().expect("a ULID")
}

fn now() -> Timestamp {
    at("2026-11-21T12:00:00Z")
}

fn read(book: &Book, instance: crate::domain::ids::InstanceId) -> Book {
    let bytes = book.to_bytes().expect("JSON");
    Book::from_bytes(&bytes, instance).expect("a book")
}

#[test]
fn a_list_is_what_its_record_said_whatever_changed_before() {
    let lists: [&[(&str, &str)]; 6] = [
        &[("a", "1"), ("b", "1"), ("c", "1")],
        &[("a", "1"), ("b", "2"), ("c", "1")],
        &[("b", "2"), ("c", "1"), ("d", "1")],
        &[],
        &[("0", "1"), ("a", "1"), ("b", "1"), ("c", "2")],
        &[("a", "1"), ("b", "1"), ("c", "1")],
    ];
    let mut book = Book::default();
    let mut pushes = Vec::new();
    for (number, files) in (1..).zip(lists) {
        let own = dot('A', number);
        let mut made = push(
            'a',
            own,
            &[],
            "2026-11-01T10:00:00Z",
            &[(WORLD, own, Some(files))],
        );
        made.0 = format!("{number:0>64}").parse().expect("an id");
        let content = made.1.contents.get_mut(&unit(WORLD)).expect("there");
        content.folders = (0..number % 3)
            .map(|folder| InnerPath::new(format!("folder {folder}")).expect("sound"))
            .collect();
        let digest = content.digest();
        let row = made.1.units.get_mut(&unit(WORLD)).expect("there");
        row.state = UnitState::Here(digest);
        book.add(made.0.clone(), made.1.clone());
        pushes.push(made);
    }
    for book in [book.clone(), read(&book, fixtures_instance())] {
        let history = History::of(book, now());
        for (id, record) in &pushes {
            let moment = history.get(id).expect("there");
            let content = history.content(moment, &unit(WORLD)).expect("there");
            assert_eq!(content.spelled(), record.contents[&unit(WORLD)]);
            for (other, theirs) in &pushes {
                let other = history.get(other).expect("there");
                let other = history.content(other, &unit(WORLD)).expect("there");
                let (ours, theirs) = (content.spelled(), &theirs.contents[&unit(WORLD)]);
                assert_eq!(content.difference(other), ours.difference(theirs));
            }
        }
    }
}

#[test]
fn a_book_that_lies_is_none() {
    let mut book = Book::default();
    for (id, record) in forked() {
        book.add(id, record);
    }
    let sound = book.to_bytes().expect("JSON");
    let instance = fixtures_instance();
    assert!(Book::from_bytes(&sound, instance).is_some());
    let other = "00000000000000000000000002".parse().expect("a ULID");
    assert!(Book::from_bytes(&sound, other).is_none());
    let text = String::from_utf8(sound).expect("text");
    for (what, instead) in [
        ("\"schema\":1,\"names\"", "\"schema\":2,\"names\""),
        ("\"new\":[", "\"new\":[99,"),
        ("\"gone\":[0]", "\"gone\":[1]"),
        ("\"base\":0", "\"base\":9"),
        ("\"rows\":[0]", "\"rows\":[77]"),
    ] {
        let lie = text.replacen(what, instead, 1);
        assert_ne!(lie, text, "{what} in {text}");
        assert!(
            Book::from_bytes(lie.as_bytes(), instance).is_none(),
            "{what}"
        );
    }
}

/// A world of `files` files of which each of `pushes` changes one; another that nobody plays; a device
/// that forks off every tenth time.
fn long(pushes: u64, files: usize) -> Book {
    let names: Vec<String> = (0..files)
        .map(|file| format!("region/{file:0>4}"))
        .collect();
    let mut texts: Vec<String> = vec!["0".to_owned(); files];
    let mut book = Book::default();
    let mut below: Vec<Dot> = Vec::new();
    let mut other = 0;
    for number in 1..=pushes {
        let forks = number % 10 == 0;
        other += u64::from(forks);
        let own = if forks {
            dot('B', other)
        } else {
            dot('A', number - other)
        };
        texts[usize::try_from(number).expect("small") % files] = number.to_string();
        let listed = names.iter().map(String::as_str);
        let listed: Vec<(&str, &str)> = listed.zip(texts.iter().map(String::as_str)).collect();
        let time = at("2024-01-01T00:00:00Z") + i64::try_from(number).expect("small").hours();
        let first = dot('A', 1);
        let units = [
            (WORLD, own, Some(&listed[..])),
            ("saves/Other", first, Some(&[("level.dat", "0")][..])),
        ];
        let (_, mut record) = push('a', own, &below, &time.to_string(), &units);
        record.counter = own.counter;
        let id = format!("{number:0>64}").parse().expect("an id");
        book.add(id, record);
        if !forks {
            below = vec![own];
            below.extend((other > 0).then(|| dot('B', other)));
        }
    }
    book
}

/// How often vectors are compared while everything is found out that `history`, `restore` and `prune`
/// ask for.
fn compared(pushes: u64) -> u64 {
    let begun = effort::COMPARED.with(std::cell::Cell::get);
    let history = History::of(long(pushes, 3), now());
    for _ in 0..3 {
        let versions = history.versions(&unit(WORLD)).len();
        assert_eq!(u64::try_from(versions), Ok(pushes));
        assert_eq!(history.states_at(now()).len(), 2);
        assert!(history.since(&unit(WORLD)).is_some());
    }
    effort::COMPARED.with(std::cell::Cell::get) - begun
}

#[test]
fn twice_as_long_a_history_takes_twice_as_many_looks() {
    let (short, long) = (compared(200), compared(400));
    assert!(short > 200, "{short}");
    assert!(long < short * 5 / 2, "{short}, then {long}");
    assert!(long < 400 * 40, "{long}");
}

#[test]
fn what_is_held_grows_with_what_is_new_and_not_with_snapshots() {
    let book = long(300, 100);
    // What was there at first, and a file and a list for each change.
    assert_eq!(book.shelf.counts(), (101, 101 + 299, 301));
    let written = book.to_bytes().expect("JSON");
    let per_push = written.len() / 300;
    assert!(per_push < 1500, "{per_push} bytes for each push");
    let read = read(&book, fixtures_instance());
    assert_eq!(read.shelf.counts(), book.shelf.counts());
    let rows: BTreeSet<_> = book
        .pages
        .values()
        .flat_map(|page| page.units.shared().iter().map(std::sync::Arc::as_ptr))
        .collect();
    // One for each push, and one of the world that nobody plays; its time is its first push's.
    assert!(rows.len() <= 600, "{}", rows.len());
}
