//! Labels, tags, and what a list makes of entries.

use proptest::prelude::*;
use ulid::Ulid;

use super::*;

fn id(number: u128) -> InstanceId {
    InstanceId::new(Ulid::from(number))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn entry(instance: u128, label: &str, device: &str, second: i64) -> Entry {
    Entry {
        instance: id(instance),
        label: label.to_owned(),
        device: device.to_owned(),
        profile: "minecraft".to_owned(),
        time: at(second),
    }
}

#[test]
fn a_label_is_one_line_that_turns_nothing() {
    let is =
        |text: &str, wanted: &str| assert_eq!(label(text).as_deref(), Some(wanted), "{text:?}");
    is("  Sky \t block\r\n2 ", "Sky block 2");
    is("a\u{1b}[31mb\u{7}", "a[31mb");
    is("\u{202e}evil\u{2069}", "evil");
    is(
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd}",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd}",
    );
    is("\u{1f468}\u{200d}\u{1f469}", "\u{1f468}\u{200d}\u{1f469}");
    let long = label(&"x".repeat(300)).expect("a label");
    assert_eq!(long.chars().count(), LONGEST);
    assert!(long.ends_with('\u{2026}'));
    assert_eq!(label(&"x".repeat(100)).expect("a label").len(), 100);
    for nothing in ["", " \n", "\u{200f}", "\u{0}"] {
        assert_eq!(label(nothing), None, "{nothing:?}");
    }
}

#[test]
fn an_entry_that_a_person_made_is_read_as_far_as_it_goes() {
    let tags = |tags: &[&str]| tags.iter().map(ToString::to_string).collect::<Vec<_>>();
    let read = |given: &[&str]| Entry::read(&tags(given), "deck\u{1b}", at(1));
    let one = format!("instance={}", id(1));
    let bare = read(&[&one]).expect("an entry");
    assert_eq!(bare.label, id(1).short());
    assert_eq!(
        (bare.device.as_str(), bare.profile.as_str()),
        ("deck", "minecraft")
    );
    assert_eq!(read(&["label=x"]), None);
    assert_eq!(read(&["instance=nonsense", "label=x"]), None);
    assert_eq!(
        read(&["instance=00000000000000000000000000", "label=x"]),
        None
    );
    assert_eq!(
        read(&[&one, "label=\u{1b}]0;x"]).expect("an entry").label,
        "]0;x"
    );
}

#[test]
fn the_newest_entry_of_a_device_counts_and_every_label_is_known() {
    let known = instances([
        entry(1, "Old name", "deck", 10),
        entry(2, "Other", "deck", 15),
        entry(1, "Skyblock", "desktop", 5),
        entry(1, "New name", "deck", 20),
        entry(1, "Skyblock", "tv", 1),
    ]);
    assert_eq!(known.len(), 2);
    assert_eq!(known[0].instance, id(1));
    assert_eq!(known[0].labels, ["New name", "Skyblock"]);
    assert_eq!(known[0].devices, ["deck", "desktop", "tv"]);
    assert_eq!((known[0].label(), known[0].time), ("New name", at(20)));
    let meant = |text: &str| {
        let found = meant(known.iter(), text);
        found.iter().map(|one| one.instance).collect::<Vec<_>>()
    };
    assert_eq!(meant("Skyblock"), [id(1)]);
    assert_eq!(meant(" sKYBLOCK "), [id(1)]);
    assert_eq!(meant("Old name"), []);
    assert_eq!(meant(&id(2).to_string()), [id(2)]);
    assert_eq!(meant(&id(3).to_string()), []);
}

#[test]
fn a_label_in_its_own_capitals_comes_first() {
    let known = instances([
        entry(1, "sky", "a", 1),
        entry(2, "Sky", "a", 2),
        entry(3, "Sky", "b", 3),
    ]);
    let ids = |text: &str| {
        meant(known.iter(), text)
            .iter()
            .map(|one| one.instance)
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("sky"), [id(1)]);
    assert_eq!(ids("Sky"), [id(3), id(2)]);
    assert_eq!(ids("SKY"), [id(3), id(2), id(1)]);
}

#[test]
fn times_are_told_as_people_do() {
    let now = at(1_800_000_000);
    let said = |seconds: i64| ago(at(1_800_000_000 - seconds), now);
    assert_eq!(said(59), "just now");
    assert_eq!(said(-3600), "just now");
    assert_eq!(said(60), "1 minute ago");
    assert_eq!(said(3 * 3600 + 100), "3 hours ago");
    assert_eq!(said(24 * 3600), "1 day ago");
    assert_eq!(said(40 * 24 * 3600), "on 2026-12-06");
    assert_eq!(said(-40 * 24 * 3600), "on 2027-02-24 (by its clock)");
}

proptest! {
    #[test]
    fn every_label_comes_back_from_its_tags(text in any::<String>(), profile in "[a-z,%]{1,9}", number in 1..u128::MAX) {
        let Some(label) = label(&text) else { return Ok(()) };
        let written = Entry { label, profile, ..entry(number, "", "deck", 7) };
        let tags = written.tags();
        // As restic divides and trims them.
        let divided: Vec<String> = tags.join(",").split(',').map(|tag| tag.trim().to_owned()).collect();
        prop_assert_eq!(&divided, &tags);
        prop_assert_eq!(Entry::read(&divided, "deck", at(7)), Some(written));
    }

    #[test]
    fn a_label_of_a_label_is_itself(text in any::<String>()) {
        if let Some(once) = label(&text) {
            prop_assert!(!once.chars().any(char::is_control));
            prop_assert_eq!(label(&once), Some(once));
        }
    }

    #[test]
    fn the_order_of_entries_changes_nothing(
        rows in prop::collection::vec((1..4_u128, "[ab]", "[xy]", 0..5_i64), 0..12),
        turn in 0..12_usize,
    ) {
        let entries: Vec<Entry> = rows.iter().map(|(i, l, d, t)| entry(*i, l, d, *t)).collect();
        let mut turned = entries.clone();
        turned.rotate_left(turn.min(entries.len()));
        turned.reverse();
        prop_assert_eq!(instances(entries), instances(turned));
    }
}
