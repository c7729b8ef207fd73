//! Files that were damaged, or that somebody else wrote: any bytes in them are a value or an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::support::read_back;

/// Reads bytes and says whether they were a value; a panic is a failure.
type Read = fn(&[u8]) -> bool;

/// Numbers that do not fit where they are, as JSON.
const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "1.5",
    "255",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-18446744073709551616",
    "1e308",
    "1e999",
    "123456789012345678901234567890123456789012345678901234567890",
];

/// Texts that mean something to somebody.
const TEXTS: [&str; 24] = [
    "",
    "/",
    "..",
    "../../saves",
    "a/../../b",
    "/etc/passwd",
    "C:\\x",
    "\\..\\..\\x",
    ".cloud-sync/token",
    "\0",
    "\u{1b}[2J\n",
    "\u{feff}",
    "\u{fffd}\u{10ffff}\u{301}",
    "01M7Y9Q788YBSM5SCTZQM74DH1/../../saves",
    "01m7y9q788ybsm5sctzqm74dh1",
    "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
    "01M7Y9S9CZT2MCYWB19G5GP51C:18446744073709551615",
    "01M7Y9S9CZT2MCYWB19G5GP51C:18446744073709551616",
    "https://[::1",
    "file://\u{e9}",
    "rest:s3:",
    "{a/b,c}",
    "[!-\u{10ffff}]*{",
    "**/**/**/**/**/**/**/**/**/**/**/**/**/**/**/**/**/**/**/**/**/**/**/**/**/x",
];

#[test]
fn a_push_record_is_one_or_an_error() {
    let sample = include_bytes!("../samples/push_record.json");
    survives(read_back::push_record, sample);
}

#[test]
fn a_state_is_one_or_an_error() {
    survives(read_back::state, include_bytes!("../samples/state.json"));
}

#[test]
fn a_journal_is_one_or_an_error() {
    survives(
        read_back::journal,
        include_bytes!("../samples/journal.json"),
    );
}

#[test]
fn a_marker_is_one_or_an_error() {
    let sample = include_bytes!("../samples/sync_file.json");
    survives(read_back::sync_file, sample);
}

#[test]
fn a_scope_is_one_or_an_error() {
    let sample = include_bytes!("../samples/scope_file.json");
    survives(read_back::scope_file, sample);
}

#[test]
fn a_token_is_one_or_an_error() {
    survives(read_back::token, include_bytes!("../samples/token.txt"));
}

#[test]
fn what_is_typed_of_a_pairing_is_one_or_an_error() {
    survives(read_back::pairing, include_bytes!("../samples/pairing.txt"));
}

#[test]
fn a_link_of_an_operator_is_one_or_an_error() {
    let sample = include_bytes!("../samples/enrolment.txt");
    survives(read_back::enrolment, sample);
}

#[test]
fn a_key_is_one_or_an_error() {
    survives(read_back::key, include_bytes!("../samples/key.json"));
}

#[test]
fn a_device_has_an_id_whatever_its_file_holds() {
    survives(read_back::device, include_bytes!("../samples/device.json"));
}

#[test]
fn what_is_remembered_of_servers_is_some_or_nothing() {
    let sample = include_bytes!("../samples/servers.json");
    survives(read_back::servers, sample);
}

#[test]
fn a_line_of_an_include_file_means_one_path() {
    let sample = include_bytes!("../samples/include_pattern.txt");
    survives(read_back::include_pattern, sample);
}

#[test]
fn a_request_to_the_server_has_one_meaning_or_none() {
    let sample = include_bytes!("../samples/rest_request.txt");
    survives(read_back::rest_request, sample);
}

#[test]
fn what_was_proven_is_known_or_not() {
    let sample = include_bytes!("../samples/verified.json");
    survives(read_back::proofs, sample);
}

#[test]
fn the_owner_of_a_lock_is_one_or_nobody() {
    let sample = include_bytes!("../samples/lock_owner.json");
    survives(read_back::lock_owner, sample);
}

#[test]
fn what_a_save_is_about_is_something_or_an_error() {
    survives(read_back::about, include_bytes!("../samples/about.dat"));
}

#[test]
fn a_region_is_one_or_damaged() {
    survives(read_back::region, include_bytes!("../samples/region.mca"));
}

#[test]
fn a_world_gets_another_name_or_none_and_nothing_else() {
    survives(read_back::relabel, include_bytes!("../samples/relabel.dat"));
}

/// Tries `read` on any bytes, on JSON made of the sample's own words, and on the sample, mutated.
#[track_caller]
fn survives(read: Read, sample: &[u8]) {
    assert!(read(sample), "the sample itself is not read");
    on_any(read, any::<Vec<u8>>());
    on_any(
        read,
        soup(sample).prop_map(|value| value.to_string().into_bytes()),
    );
    for length in 0..sample.len() {
        on(read, &sample[..length]);
    }
    for at in 0..sample.len() {
        for mask in [0x01, 0x10, 0x80] {
            let mut flipped = sample.to_vec();
            flipped[at] ^= mask;
            on(read, &flipped);
        }
    }
    // Deeper than a parser may go that calls itself.
    for bracket in ["[", "{\"a\":", "{\"schema\":[", "{\"units\":{\"a\":"] {
        on(read, bracket.repeat(100_000).as_bytes());
    }
    if let Ok(value) = serde_json::from_slice::<Value>(sample) {
        for mutated in mutations(&value) {
            on(read, mutated.as_bytes());
        }
    }
}

fn on_any(read: Read, bytes: impl Strategy<Value = Vec<u8>>) {
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(256)
    };
    let done = TestRunner::new(config).run(&bytes, |bytes| {
        on(read, &bytes);
        Ok(())
    });
    done.unwrap();
}

#[track_caller]
fn on(read: Read, bytes: &[u8]) {
    let done = catch_unwind(AssertUnwindSafe(|| read(bytes)));
    assert!(done.is_ok(), "at: {}", String::from_utf8_lossy(bytes));
}

/// JSON of the names and values of a sample, put together in any way.
fn soup(sample: &[u8]) -> impl Strategy<Value = Value> {
    let (mut names, mut values) = (vec!["x".to_owned()], vec![json!(null)]);
    if let Ok(value) = serde_json::from_slice(sample) {
        words(&value, &mut names, &mut values);
    }
    values.extend(TEXTS.map(Value::from));
    values.extend(NUMBERS.map(number));
    select(values).prop_recursive(4, 40, 8, move |inner| {
        let fields = prop::collection::vec((select(names.clone()), inner.clone()), 0..8);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            fields.prop_map(|fields| Value::from(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A number that JSON has and Rust has not becomes a text.
fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

fn words(value: &Value, names: &mut Vec<String>, values: &mut Vec<Value>) {
    values.push(value.clone());
    match value {
        Value::Object(fields) => {
            names.extend(fields.keys().cloned());
            fields
                .values()
                .for_each(|value| words(value, names, values));
        }
        Value::Array(items) => items.iter().for_each(|value| words(value, names, values)),
        _ => {}
    }
}

/// The sample with one value, or the name of one field, replaced by something else, as text: not all
/// numbers that can be written are numbers of Rust.
fn mutations(value: &Value) -> Vec<String> {
    const MARK: &str = "THE MARK";
    let others: Vec<String> = ["null", "true", "[]", "{}", "[[]]", "[null]", "{\"a\":0}"]
        .map(str::to_owned)
        .into_iter()
        .chain(NUMBERS.map(str::to_owned))
        .chain(TEXTS.map(|text| json!(text).to_string()))
        .chain([json!("{".repeat(400) + &"}".repeat(400)).to_string()])
        .chain([json!("long ".repeat(20_000)).to_string()])
        .collect();
    let mut mutated = Vec::new();
    for marked in marked(value, MARK) {
        let marked = marked.to_string();
        for other in &others {
            mutated.push(marked.replace(&format!("\"{MARK}\""), other));
        }
    }
    mutated
}

/// The value with each of its parts, itself included, replaced by a mark, and the names likewise.
fn marked(value: &Value, mark: &str) -> Vec<Value> {
    let mut all = vec![json!(mark)];
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                for inner in marked(inner, mark) {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), inner);
                    all.push(fields.into());
                }
                let mut fields = fields.clone();
                let inner = fields.remove(name);
                all.push(fields.clone().into());
                fields.extend(inner.map(|inner| (mark.to_owned(), inner)));
                all.push(fields.into());
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                for inner in marked(inner, mark) {
                    let mut items = items.clone();
                    items[at] = inner;
                    all.push(items.into());
                }
            }
        }
        _ => {}
    }
    all
}
