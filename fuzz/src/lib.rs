//! What the fuzz targets share: the checks, which are those of the tests, and a mutator that keeps
//! JSON what it is. One that knows only bytes hardly ever gets past the parser.

use libfuzzer_sys::fuzzer_mutate;
use serde_json::{Map, Value, json};

#[path = "../../tests/support/read_back.rs"]
pub mod read_back;

/// Texts that mean something to somebody.
const TEXTS: [&str; 18] = [
    "",
    "/",
    "..",
    "../",
    "/x/",
    "C:\\",
    ".cloud-sync",
    "\0",
    "\u{1b}[2J",
    "\u{feff}\u{10ffff}",
    "https://",
    "file://",
    "s3:",
    "**/",
    "{a,b}",
    "[!a-z]",
    ":18446744073709551615",
    "saves/My World",
];

/// Changes what `data` holds in its first `size` bytes, for libFuzzer; returns the new size.
///
/// JSON is changed as such, but for each fourth time, and where that would become too long.
pub fn mutate_json(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice(u64::from(seed) + 1);
    if dice.below(4) != 0
        && let Ok(mut value) = serde_json::from_slice::<Value>(&data[..size])
    {
        for _ in 0..=dice.below(3) {
            mutate(&mut value, &mut dice);
        }
        let text = value.to_string();
        if text.len() <= max_size {
            data[..text.len()].copy_from_slice(text.as_bytes());
            return text.len();
        }
    }
    fuzzer_mutate(data, size, max_size)
}

/// Changes one part of a value.
fn mutate(value: &mut Value, dice: &mut Dice) {
    let other = match dice.below(3) {
        0 => interesting(dice),
        _ => {
            let at = dice.below(count(value));
            part(value, &mut { at }).map_or(Value::Null, |part| part.clone())
        }
    };
    let at = dice.below(count(value));
    let Some(part) = part(value, &mut { at }) else {
        return;
    };
    let how = dice.below(4);
    match part {
        Value::String(text) if how > 0 => change(text, dice),
        Value::Array(items) if how == 1 && !items.is_empty() => {
            items.remove(dice.below(items.len()));
        }
        Value::Array(items) if how > 1 => items.push(other),
        Value::Object(fields) if how > 0 => change_field(fields, other, how, dice),
        _ => *part = other,
    }
}

fn interesting(dice: &mut Dice) -> Value {
    match dice.below(12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!([]),
        3 => json!({}),
        4 => json!(0),
        5 => json!(u64::MAX),
        6 => json!(i64::MIN),
        7 => json!(i64::MAX),
        8 => json!(1.5e300),
        _ => json!(TEXTS[dice.below(TEXTS.len())]),
    }
}

/// Puts something into a text, in place of some of it or between.
fn change(text: &mut String, dice: &mut Dice) {
    let mut places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    places.push(text.len());
    let (a, b) = (dice.below(places.len()), dice.below(places.len()));
    let from = places[a.min(b)];
    let to = if dice.below(2) == 0 {
        from
    } else {
        places[a.max(b)]
    };
    let new = match dice.below(3) {
        0 => char::from_u32(dice.below(0x300) as u32).map_or_else(String::new, String::from),
        1 => text[from..].chars().take(8).collect(),
        _ => TEXTS[dice.below(TEXTS.len())].to_owned(),
    };
    text.replace_range(from..to, &new);
}

/// Takes a field away, or gives it another name, or another value to a name that is there.
fn change_field(fields: &mut Map<String, Value>, other: Value, how: usize, dice: &mut Dice) {
    let names: Vec<String> = fields.keys().cloned().collect();
    let Some(name) = names.get(dice.below(names.len().max(1))) else {
        return;
    };
    if how == 1 {
        fields.remove(name);
    } else if how == 2 {
        let mut renamed = name.clone();
        change(&mut renamed, dice);
        let value = fields.remove(name).unwrap_or_default();
        fields.insert(renamed, value);
    } else {
        fields.insert(name.clone(), other);
    }
}

/// Returns how many parts a value has, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// Returns the part of this number.
fn part<'a>(value: &'a mut Value, number: &mut usize) -> Option<&'a mut Value> {
    if *number == 0 {
        return Some(value);
    }
    *number -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| part(item, number)),
        Value::Object(fields) => fields.values_mut().find_map(|field| part(field, number)),
        _ => None,
    }
}

/// Numbers that follow from the seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}
