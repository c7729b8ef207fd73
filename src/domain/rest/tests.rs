//! Addresses, ranges and lists, by examples and by properties.

use proptest::prelude::*;

use super::{
    limits,
    list::{Entry, Version},
    name::{AccountName, BadName, RepositoryId, check_device_name, told_apart},
    path::{Address, BadPath, Kind, Object, Target},
    range::{Range, Slice},
};

const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
const CATALOGUE: &str = "00000000000000000000000000";
const NAME: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn read(path: &str) -> Result<Address, BadPath> {
    path.parse()
}

#[test]
fn the_name_of_a_device_can_be_shown_in_a_row() {
    let longest = "\u{e4}".repeat(64);
    for name in ["Deck", "the deck of Ada", " x", &longest] {
        assert!(check_device_name(name).is_ok(), "{name:?}");
    }
    let too_long = format!("{longest}x");
    for name in ["", "  ", "two\nrows", "\u{1b}[31m", &too_long] {
        assert!(check_device_name(name).is_err(), "{name:?}");
    }
}

#[test]
fn two_devices_of_one_name_are_told_apart_by_the_end_of_their_ids() {
    assert_eq!(told_apart("Deck", ID), "Deck (9G5FAV)");
    let longest = told_apart(&"\u{e4}".repeat(64), ID);
    assert_eq!(longest, format!("{} (9G5FAV)", "\u{e4}".repeat(50)));
    assert_eq!(check_device_name(&longest), Ok(()));
}

#[test]
fn an_address_is_an_account_a_repository_and_a_part_of_it() {
    let target = |path: &str| read(path).expect(path).target;
    let blob = |kind| Target::Object(Object::Blob(kind, NAME.parse().expect("a name")));
    assert_eq!(target(&format!("/alice/{ID}/")), Target::Repository);
    assert_eq!(
        target(&format!("/alice/{ID}/config")),
        Target::Object(Object::Config)
    );
    for kind in Kind::ALL {
        let word = kind.as_str();
        assert_eq!(target(&format!("/a/{ID}/{word}/")), Target::List(kind));
        assert_eq!(target(&format!("/a/{ID}/{word}/{NAME}")), blob(kind));
        assert_eq!((Target::List(kind).word(), blob(kind).word()), (word, word));
    }
    assert_eq!(Target::Repository.word(), "repository");
    assert_eq!(Target::Object(Object::Config).word(), "config");
    let catalogue = read(&format!("/a-b_1/{CATALOGUE}/keys/")).expect("the catalogue");
    assert!(catalogue.repository.id.is_catalogue());
    assert_eq!(catalogue.repository.account.as_str(), "a-b_1");
    let instance = read(&format!("/alice/{ID}/keys/")).expect("an instance");
    assert!(!instance.repository.id.is_catalogue());
}

#[test]
fn everything_else_is_no_address() {
    let upper = NAME.to_uppercase();
    for path in [
        "",
        "/",
        "//",
        "/alice",
        "/alice/",
        &format!("/alice/{ID}"),
        &format!("alice/{ID}/"),
        &format!("//alice/{ID}/"),
        &format!("/alice//{ID}/"),
        &format!("/alice/{ID}//"),
        &format!("/alice/{ID}/config/"),
        &format!("/alice/{ID}/config/x"),
        &format!("/alice/{ID}/data"),
        &format!("/alice/{ID}/data/{NAME}/"),
        &format!("/alice/{ID}/data/00/{NAME}"),
        &format!("/alice/{ID}/data/{upper}"),
        &format!("/alice/{ID}/data/{}", &NAME[1..]),
        &format!("/alice/{ID}/data/{NAME}0"),
        &format!("/alice/{ID}/tmp/{NAME}"),
        &format!("/alice/{ID}/Data/"),
        &format!("/alice/{ID}/data/../config"),
        &format!("/alice/{ID}/../../bob/{ID}/config"),
        &format!("/alice/{ID}/%64ata/"),
        &format!("/alice/{ID}/config\0"),
        &format!("/alice/{ID}/config "),
        &format!("/../{ID}/"),
        &format!("/./{ID}/"),
        &format!("/.trash/{ID}/"),
        &format!("/Alice/{ID}/"),
        &format!("/al%69ce/{ID}/"),
        &format!("/ali\u{e7}e/{ID}/"),
        &format!("/-rf/{ID}/"),
        &format!("/{}/{ID}/", "a".repeat(65)),
        &format!("/alice/{}/", ID.to_lowercase()),
        "/alice/01ARZ3NDEKTSV4RRFFQ69G5FAI/",
        "/alice/81ARZ3NDEKTSV4RRFFQ69G5FAV/",
        "/alice/../",
        "/alice/0000000000000000000000000/",
    ] {
        assert!(read(path).is_err(), "{path:?}");
    }
}

#[test]
fn words_of_the_protocol_and_of_the_server_are_no_accounts() {
    for word in [
        "data",
        "locks",
        "keys",
        "index",
        "snapshots",
        "config",
        "v1",
        "healthz",
        "metrics",
    ] {
        assert_eq!(
            word.parse::<AccountName>(),
            Err(BadName::Reserved),
            "{word}"
        );
    }
    for word in ["a", "0", "_", "dat", "data1", "a-", &"a".repeat(64)] {
        assert!(word.parse::<AccountName>().is_ok(), "{word}");
    }
}

#[test]
fn a_range_is_one_part_or_everything_or_nothing() {
    let of = |header: &str| Range::parse(Some(header)).of(100);
    let part = |from, length| Slice::Part { from, length };
    assert_eq!(Range::parse(None).of(100), Slice::Whole);
    assert_eq!(of("bytes=0-0"), part(0, 1));
    assert_eq!(of("bytes=10-19"), part(10, 10));
    assert_eq!(of("Bytes = 10-19 "), part(10, 10));
    assert_eq!(of("bytes=10-"), part(10, 90));
    assert_eq!(of("bytes=-10"), part(90, 10));
    assert_eq!(of("bytes=-1000"), part(0, 100));
    assert_eq!(of("bytes=99-1000"), part(99, 1));
    assert_eq!(of("bytes=99-99999999999999999999999"), part(99, 1));
    for outside in [
        "bytes=100-",
        "bytes=100-200",
        "bytes=-0",
        "bytes=",
        "bytes=-",
        "bytes=5",
        "bytes=9-3",
        "bytes=a-b",
        "bytes=5-x",
        "bytes=+1-2",
        "bytes=--1",
        "bytes=99999999999999999999999-",
    ] {
        assert_eq!(of(outside), Slice::Outside, "{outside}");
    }
    assert_eq!(Range::parse(Some("bytes=9-3")), Range::Senseless);
    for whole in ["lines=1-2", "bytes", "bytes=0-1,3-4", ""] {
        assert_eq!(of(whole), Slice::Whole, "{whole}");
    }
    assert_eq!(Range::parse(Some("bytes=0-")).of(0), Slice::Outside);
}

#[test]
fn a_list_is_names_or_names_with_sizes() {
    let name = NAME.parse().expect("a name");
    let entries = [Entry { name, size: 7 }];
    let write = |accept| {
        let version = Version::of_accept(accept);
        let text = String::from_utf8(version.write(&entries).expect("writes")).expect("text");
        (version.content_type(), text)
    };
    let one = ("application/vnd.x.restic.rest.v1", format!("[\"{NAME}\"]"));
    assert_eq!(write(None), one);
    assert_eq!(write(Some("*/*")), one);
    let two = "application/vnd.x.restic.rest.v2";
    let sized = format!("[{{\"name\":\"{NAME}\",\"size\":7}}]");
    assert_eq!(write(Some(two)), (two, sized));
    assert_eq!(Version::One.write(&[]).expect("writes"), b"[]");
}

#[test]
fn a_lock_fits_where_nothing_else_does() {
    let name = NAME.parse().expect("a name");
    let allowance = |object| limits::allowance(1000, &object);
    assert_eq!(allowance(Object::Blob(Kind::Data, name)), 1000);
    assert_eq!(allowance(Object::Config), 1000);
    assert!(allowance(Object::Blob(Kind::Locks, name)) > 100_000);
    assert_eq!(
        limits::allowance(u64::MAX, &Object::Blob(Kind::Locks, name)),
        u64::MAX
    );
}

proptest! {
    /// One object has one address: whatever is read is written as it was.
    #[test]
    fn what_is_read_is_what_was_written(path in "(/[a-z0-9A-Z./_%-]{0,30}){0,5}") {
        if let Ok(address) = read(&path) {
            prop_assert_eq!(address.to_string(), path);
        }
    }

    #[test]
    fn any_text_is_an_address_or_none(text: String) {
        if let Ok(address) = read(&text) {
            prop_assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn sound_addresses_are_read(account in "[a-z0-9_][a-z0-9_-]{0,63}", id: u128, digest: [u8; 32], kind in 0..5_usize) {
        let id = ulid::Ulid::from(id).to_string();
        let path = format!("/{account}/{id}/{}/{}", Kind::ALL[kind].as_str(), hex::encode(digest));
        match read(&path) {
            Ok(address) => {
                prop_assert_eq!(address.to_string(), path);
                let Target::Object(Object::Blob(_, name)) = address.target else { panic!("no object") };
                prop_assert_eq!(name.digest(), &digest);
            }
            Err(error) => prop_assert_eq!(error, BadPath::Name(BadName::Reserved)),
        }
    }

    #[test]
    fn a_part_lies_inside(header: String, plain in "bytes=[0-9]{0,4}-[0-9]{0,4}", size in 0..3000_u64) {
        for header in [&header, &plain] {
            if let Slice::Part { from, length } = Range::parse(Some(header)).of(size) {
                prop_assert!(length > 0 && from + length <= size);
            }
        }
    }

    #[test]
    fn repositories_have_one_spelling(text in "[0-9A-Za-z]{26}") {
        if let Ok(id) = text.parse::<RepositoryId>() {
            prop_assert_eq!(id.to_string(), text);
        }
    }
}
