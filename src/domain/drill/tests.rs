use proptest::prelude::*;

use super::*;
use crate::domain::fixtures::{digest, dot, snapshot, unit, version};

fn part(name: &str, from: char, sizes: &[u64], newest: bool) -> Part {
    let files = sizes.iter().enumerate().map(|(number, size)| {
        let inner = InnerPath::new(format!("region/{number}")).expect("sound");
        let sha256 = digest(&format!("{name}{from}{number}"));
        (
            inner,
            FileFact {
                size: *size,
                sha256,
            },
        )
    });
    let content = UnitContent {
        files: files.collect(),
        folders: BTreeSet::new(),
    };
    let origin = version(None, dot('A', 1)).origin;
    Part::whole(unit(name), snapshot(from), &content, origin, newest)
}

#[test]
fn an_amount_is_bytes_or_a_part() {
    for (text, amount) in [
        ("500M", Amount::Bytes(500 << 20)),
        ("1", Amount::Bytes(1)),
        ("2G", Amount::Bytes(2 << 30)),
        ("64k", Amount::Bytes(64 << 10)),
        ("5%", Amount::Percent(5)),
    ] {
        assert_eq!(text.parse(), Ok(amount));
    }
    for wrong in [
        "",
        "0",
        "0%",
        "101%",
        "M",
        "5 M",
        "-1",
        "99999999999G",
        "1T",
        "%",
    ] {
        assert!(wrong.parse::<Amount>().is_err(), "{wrong}");
    }
    assert_eq!(Amount::Percent(5).of(1001), 51);
    assert_eq!(Amount::Percent(100).of(u64::MAX), u64::MAX);
}

#[test]
fn a_sample_differs_from_seed_to_seed_and_always_has_something() {
    let newest: Vec<Part> = (0..20)
        .map(|number| part(&format!("saves/{number}"), 'a', &[10, 10], true))
        .collect();
    let names = |seed| -> BTreeSet<RelPath> {
        let chosen = sample(newest.clone(), Vec::new(), 100, seed);
        assert_eq!(bytes(&chosen), 100);
        chosen.into_iter().map(|part| part.unit).collect()
    };
    assert_eq!(names(1), names(1));
    assert_ne!(names(1), names(2));
    let one = sample(
        vec![part("saves/Large", 'a', &[90, 80], true)],
        Vec::new(),
        5,
        1,
    );
    assert_eq!((one.len(), bytes(&one), one[0].whole), (1, 80, false));
}

#[test]
fn a_quarter_of_a_sample_is_of_the_past() {
    let parts = |from: char, newest| -> Vec<Part> {
        let part = |number| part(&format!("saves/{number}"), from, &[10], newest);
        (0..10).map(part).collect()
    };
    let shares = |newest: Vec<Part>, past: Vec<Part>| {
        let chosen = sample(newest, past, 80, 1);
        let newest = chosen.iter().filter(|part| part.newest).count();
        (newest, chosen.len() - newest)
    };
    assert_eq!(shares(parts('a', true), parts('b', false)), (6, 2));
    // More of either where the other is small.
    let few = |from, newest| parts(from, newest)[..1].to_vec();
    assert_eq!(shares(parts('a', true), few('b', false)), (7, 1));
    assert_eq!(shares(few('a', true), parts('b', false)), (1, 7));
}

#[test]
fn what_fits_exactly_is_taken_and_what_does_not_fit_in_parts() {
    let one = part("saves/A", 'a', &[10], false);
    let other = part("saves/B", 'a', &[1], false);
    // Which of them is first hangs on the seed.
    let sizes: BTreeSet<u64> = (0..16)
        .map(|seed| {
            bytes(&sample(
                Vec::new(),
                vec![one.clone(), other.clone()],
                10,
                seed,
            ))
        })
        .collect();
    assert_eq!(sizes, [1, 10].into());
    let large = part("saves/A", 'a', &[10, 5, 20], true);
    assert_eq!(bytes(&sample(vec![large], Vec::new(), 15, 1)), 15);
}

#[test]
fn a_unit_of_which_one_file_fits_is_not_whole() {
    let newest = vec![part("saves/World", 'a', &[10, 20], true)];
    let some = sample(newest.clone(), Vec::new(), 12, 1);
    assert_eq!((some.len(), bytes(&some), some[0].whole), (1, 10, false));
    let all = sample(newest, Vec::new(), 40, 1);
    assert_eq!((all.len(), bytes(&all), all[0].whole), (1, 30, true));
}

#[test]
fn a_portion_is_as_full_as_it_can_be_and_never_empty() {
    let sizes = |parts: Vec<Part>, bound: u64| -> Vec<Vec<u64>> {
        let portions = portions(parts, bound).into_iter();
        portions
            .map(|portion| portion.iter().map(Part::bytes).collect())
            .collect()
    };
    let (one, two) = (
        part("saves/A", 'a', &[1, 1], true),
        part("saves/B", 'a', &[1], true),
    );
    assert_eq!(sizes(vec![one, two], 100), [[2, 1]]);
    let large = part("saves/A", 'a', &[50], true);
    assert_eq!(sizes(vec![large], 10), [[50]]);
    let many = part("saves/A", 'a', &[3, 3, 3], true);
    assert_eq!(sizes(vec![many], 6), [[6], [3]]);
    let (one, two) = (
        part("saves/A", 'a', &[3], true),
        part("saves/B", 'a', &[3], true),
    );
    assert_eq!(sizes(vec![one, two], 6), [[3, 3]]);
}

#[test]
fn what_the_newest_has_is_not_restored_again_for_the_past() {
    use crate::domain::fixtures::{dot, head, version};
    use crate::domain::record::UnitTable;

    let old = part("saves/World", 'e', &[1, 2], false);
    let content = |part: &Part| UnitContent {
        files: part.files.clone(),
        folders: BTreeSet::new(),
    };
    let mut first = head('1', UnitTable::new(), &[dot('A', 1)]).record;
    let mut row = version(Some(""), dot('A', 1));
    row.state = UnitState::Here(content(&old).digest());
    first.units.insert(unit("saves/World"), row.clone());
    first.contents.insert(unit("saves/World"), content(&old));
    // The second has one file as before, and another that is new.
    let mut new = content(&old);
    let (inner, fact) = new.files.iter_mut().next().expect("a file");
    fact.sha256 = digest("new");
    let changed = inner.clone();
    let newest = Part::whole(
        unit("saves/World"),
        snapshot('2'),
        &new,
        row.origin.clone(),
        true,
    );
    let now = "2026-11-21T12:00:00Z".parse().expect("a time");
    let history = History::new(vec![(snapshot('1'), first.clone())], now);
    let past_of = past(&history, &[newest]);
    assert!(past_of.unlisted.is_empty());
    let [part] = &past_of.parts[..] else {
        panic!("one part")
    };
    assert_eq!(part.files.keys().collect::<Vec<_>>(), [&changed]);
    assert!(!part.whole && !part.newest);

    first.contents.clear();
    let history = History::new(vec![(snapshot('1'), first)], now);
    assert_eq!(
        past(&history, &[]).unlisted,
        [(unit("saves/World"), snapshot('1'))]
    );
}

#[test]
fn what_is_bad_in_one_version_is_looked_at_in_every_other() {
    use crate::domain::fixtures::{dot, head, version};
    use crate::domain::record::UnitTable;

    let content = |files: &[(&str, &str)]| UnitContent {
        files: files
            .iter()
            .map(|(name, text)| {
                let fact = FileFact {
                    size: text.len() as u64,
                    sha256: digest(text),
                };
                (InnerPath::new(*name).expect("sound"), fact)
            })
            .collect(),
        folders: BTreeSet::new(),
    };
    let record = |id: char, number: u64, content: &UnitContent| {
        let mut record = head(id, UnitTable::new(), &[dot('A', number)]).record;
        let mut row = version(Some(""), dot('A', number));
        row.state = UnitState::Here(content.digest());
        record.units.insert(unit("saves/World"), row);
        record.contents.insert(unit("saves/World"), content.clone());
        (snapshot(id), record)
    };
    let first = content(&[("level.dat", "old"), ("region", "bad")]);
    let second = content(&[("level.dat", "good"), ("region", "fine")]);
    let newest = content(&[("level.dat", "new"), ("moved", "bad")]);
    let now = "2026-11-21T12:00:00Z".parse().expect("a time");
    let records = vec![
        record('1', 1, &first),
        record('2', 2, &second),
        record('3', 3, &newest),
    ];
    let history = History::new(records, now);
    let origin = version(Some(""), dot('A', 3)).origin;
    let part = Part::whole(unit("saves/World"), snapshot('3'), &newest, origin, true);
    let bad = [digest("bad")].into();
    let names = |newest_whole| -> Vec<(SnapshotId, Vec<String>, bool)> {
        let parts = sharing(&history, vec![part.clone()], &bad, newest_whole);
        let name = |part: &Part| part.files.keys().map(ToString::to_string).collect();
        let parts = parts.iter();
        parts
            .map(|part| (part.snapshot.clone(), name(part), part.whole))
            .collect()
    };
    let of_first = (snapshot('1'), vec!["region".to_owned()], false);
    let both = vec!["level.dat".to_owned(), "moved".to_owned()];
    assert_eq!(names(true), [(snapshot('3'), both, true), of_first.clone()]);
    let moved = vec!["moved".to_owned()];
    assert_eq!(names(false), [(snapshot('3'), moved, false), of_first]);
}

#[test]
fn the_first_portions_are_small_and_each_is_twice_as_large() {
    let sizes = [4 << 20; 32];
    let large = part("saves/Large", 'a', &sizes, true);
    let portions = portions(vec![large], 64 << 20);
    let sizes: Vec<u64> = portions
        .iter()
        .map(|portion| bytes(portion) >> 20)
        .collect();
    assert_eq!(sizes.iter().sum::<u64>(), 128);
    assert_eq!(sizes[0], 8, "{sizes:?}");
    assert!(sizes.iter().all(|size| *size <= 64), "{sizes:?}");
}

fn parts(newest: bool) -> impl Strategy<Value = Vec<Part>> {
    let one = (0..4_u8, proptest::collection::vec(0..200_u64, 1..6));
    proptest::collection::vec(one, 0..8).prop_map(move |made| {
        made.into_iter()
            .enumerate()
            .map(|(number, (from, sizes))| {
                let name = format!("saves/{newest}{number}");
                part(&name, char::from(b'a' + from), &sizes, newest)
            })
            .collect()
    })
}

/// Every file, with where it comes from.
fn files(parts: &[Part]) -> Vec<(RelPath, SnapshotId, FileFact)> {
    let mut files: Vec<_> = parts
        .iter()
        .flat_map(|part| {
            let file = |(inner, fact): (&InnerPath, &FileFact)| {
                (part.unit.join(inner), part.snapshot.clone(), *fact)
            };
            part.files.iter().map(file).collect::<Vec<_>>()
        })
        .collect();
    files.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    files
}

proptest! {
    #[test]
    fn portions_lose_nothing_and_are_bounded(parts in parts(true), bound in 1..500_u64) {
        let portions = portions(parts.clone(), bound);
        prop_assert_eq!(files(&portions.concat()), files(&parts));
        for portion in &portions {
            let number: usize = portion.iter().map(|part| part.files.len()).sum();
            prop_assert!(bytes(portion) <= bound || number == 1);
            prop_assert!(portion.iter().all(|part| part.snapshot == portion[0].snapshot));
        }
    }

    #[test]
    fn a_sample_keeps_to_its_bound_and_all_of_it_is_everything(
        newest in parts(true), past in parts(false), bound in 1..3000_u64, seed in any::<u64>(),
    ) {
        let all = [newest.clone(), past.clone()].concat();
        let total = bytes(&all);
        let chosen = sample(newest.clone(), past.clone(), bound, seed);
        prop_assert!(bytes(&chosen) <= bound || files(&chosen).len() == 1);
        let chosen = sample(newest, past, total, seed);
        let everything = files(&chosen) == files(&all);
        prop_assert!(everything || total == 0);
    }
}
