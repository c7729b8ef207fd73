use proptest::prelude::*;

use super::*;
use crate::domain::save::fixtures::{byte, compound, doubles, int, ints, list, long, root, text};

const PATHS: [&str; 5] = ["a", "a/b", "a/b/c", "numbers", "ids"];

fn found(file: &[u8]) -> Found {
    find(file, &PATHS).expect("NBT")
}

#[test]
fn a_value_is_found_by_its_path_and_by_no_other() {
    let file = root(&[
        compound("x", &[int("b", 1), compound("a", &[int("b", 2)])]),
        compound(
            "a",
            &[int("b", -3), int("bc", 4), compound("c", &[int("b", 5)])],
        ),
    ]);
    assert_eq!(found(&file).whole("a/b"), Some(-3));
    let path = root(&[int("a/b", 1)]);
    assert_eq!(found(&path).whole("a/b"), None);
    let none = root(&[compound("", &[compound("a", &[int("b", 1)])])]);
    assert_eq!(found(&none).whole("a/b"), None);
}

#[test]
fn what_is_in_a_list_is_not_in_what_has_a_name() {
    let inner = [int("b", 1), vec![0]].concat();
    let file = root(&[list("a", 10, 1, &inner), byte("z", 1)]);
    assert_eq!(found(&file).whole("a/b"), None);
    let lists = [&[3, 0, 0, 0, 1][..], &[0, 0, 0, 9]].concat();
    assert_eq!(
        found(&root(&[list("a", 9, 1, &lists)])).wholes("a"),
        Vec::<i64>::new()
    );
}

#[test]
fn the_first_numbers_of_a_list_and_of_an_array_are_told() {
    let file = root(&[
        doubles("numbers", &[-0.5, 64.0, 1e300, f64::NAN, 7.0]),
        ints("ids", &[1, -2, 3, 4, 5, 6]),
        long("a", 9),
    ]);
    let found = found(&file);
    assert_eq!(found.wholes("numbers"), [-1, 64, i64::MAX]);
    assert_eq!(found.wholes("ids"), [1, -2, 3, 4]);
    assert_eq!(found.whole("a"), Some(9));
    assert_eq!(found.whole("ids"), None);
}

#[test]
fn numbers_of_every_width_are_told() {
    for tag in [
        &b"\x01\0\x01a\xfe"[..],
        b"\x02\0\x01a\xff\xfe",
        b"\x03\0\x01a\xff\xff\xff\xfe",
        b"\x04\0\x01a\xff\xff\xff\xff\xff\xff\xff\xfe",
        b"\x05\0\x01a\xc0\0\0\0",
        b"\x06\0\x01a\xc0\0\0\0\0\0\0\0",
    ] {
        let found = found(&root(&[tag.to_vec(), int("numbers", 7)]));
        assert_eq!(
            (found.wholes("a"), found.whole("numbers")),
            (vec![-2], Some(7)),
            "{tag:?}"
        );
    }
}

#[test]
fn of_two_values_the_last_one_counts_as_for_the_game() {
    let file = root(&[text("a", "first"), int("a", 2), text("a", "last")]);
    let found = found(&file);
    let (value, span) = found.text("a").expect("a text");
    assert_eq!(value, "last");
    assert_eq!(&file[span], b"last");
}

#[test]
fn a_root_that_is_no_compound_is_foreign() {
    for file in [&b"\x09\0\0\x0a\0\0\0\0"[..], b"\0", b"text"] {
        assert_eq!(check(file), Err(Damage::Foreign));
    }
    assert_eq!(check(&b""[..]), Err(Damage::BrokenOff));
}

#[test]
fn a_nest_may_be_as_deep_as_the_games() {
    let nest = |depth: usize| [b"\x0a\0\0".repeat(depth), vec![0; depth]].concat();
    assert_eq!(check(&nest(DEEPEST)[..]), Ok(()));
    assert_eq!(check(&nest(DEEPEST + 1)[..]), Err(Damage::TooDeep));
}

#[test]
fn lengths_and_kinds_that_cannot_be_are_odd() {
    let in_root = |tag: &[u8]| check(&[b"\x0a\0\0", tag, b"\0"].concat()[..]);
    assert_eq!(in_root(b"\x0d\0\0"), Err(Damage::OddTag));
    assert_eq!(in_root(b"\x09\0\0\0\0\0\0\x01"), Err(Damage::OddTag));
    assert_eq!(in_root(b"\x09\0\0\x0d\0\0\0\0"), Err(Damage::OddTag));
    assert_eq!(in_root(b"\x0b\0\0\xff\xff\xff\xff"), Err(Damage::OddTag));
    // A list without anything, and one of a negative length, which is the same.
    assert_eq!(in_root(b"\x09\0\0\0\0\0\0\0"), Ok(()));
    assert_eq!(in_root(b"\x09\0\0\x01\xff\xff\xff\xff"), Ok(()));
    // A list of the last kind that there is.
    assert_eq!(in_root(b"\x09\0\0\x0c\0\0\0\x01\0\0\0\0"), Ok(()));
}

/// Any NBT: its tags as bytes, with their names from the paths' own words.
fn tags() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let name = || prop::sample::select(vec!["a", "b", "c", "numbers", "ids", ""]);
    let leaf = prop_oneof![
        (name(), any::<i64>()).prop_map(|(name, number)| long(name, number)),
        (name(), ".{0,9}").prop_map(|(name, value)| text(name, &value)),
        (name(), prop::collection::vec(any::<i32>(), 0..9))
            .prop_map(|(name, all)| ints(name, &all)),
        (name(), prop::collection::vec(any::<f64>(), 0..9))
            .prop_map(|(name, all)| doubles(name, &all)),
    ];
    let tag = leaf.prop_recursive(4, 30, 5, move |inner| {
        (name(), prop::collection::vec(inner, 0..5)).prop_map(|(name, tags)| compound(name, &tags))
    });
    prop::collection::vec(tag, 0..6)
}

proptest! {
    #[test]
    fn what_is_sound_is_walked_and_what_is_cut_is_not(tags in tags()) {
        let file = root(&tags);
        prop_assert_eq!(check(&file[..]), Ok(()));
        let found = find(&file[..], &PATHS).expect("NBT");
        for path in PATHS {
            if let Some((text, span)) = found.text(path) {
                prop_assert_eq!(mutf8::decode(&file[span]), text);
            }
        }
        for end in 1..file.len() {
            prop_assert_eq!(check(&file[..end]), Err(Damage::BrokenOff));
        }
    }

    #[test]
    fn any_bytes_are_nbt_or_damage(bytes in any::<Vec<u8>>(), tags in tags(), at in any::<prop::sample::Index>(), mask in 1_u8..) {
        let _ = check(&[b"\x0a\0\0", &bytes[..]].concat()[..]);
        let mut file = root(&tags);
        let at = at.index(file.len());
        file[at] ^= mask;
        let _ = find(&file[..], &PATHS);
    }
}
