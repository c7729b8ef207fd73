//! What a slot of a visual novel is about: Ren'Py saves into a zip.

use std::io::{Cursor, Read};

use jiff::Timestamp;
use serde_json::{Map, Value};
use zip::ZipArchive;

use super::{about::About, damage::Damage};

/// The longest text or JSON that is read from a slot.
const LONGEST: u64 = 1 << 20;

/// Returns whether a file begins as a zip does.
pub fn is_zip(file: &[u8]) -> bool {
    file.starts_with(b"PK")
}

/// Reads a slot; `None` where it is a zip of something else.
pub fn read(file: &[u8]) -> Result<Option<About>, Damage> {
    let mut zip = ZipArchive::new(Cursor::new(file)).map_err(|_| Damage::ZipList)?;
    // The game itself, which is never read: it is a program.
    if zip.index_for_name("log").is_none() {
        return Ok(None);
    }
    let json = entry(&mut zip, "json")?.unwrap_or_default();
    let json: Map<String, Value> = serde_json::from_slice(&json).unwrap_or_default();
    let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| {
        json.get(name)
            .and_then(Value::as_f64)
            .filter(|number| *number >= 0.0)
    };
    // A fraction is of no use here, and what is too large becomes the largest.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = |name: &str| number(name).map(|number| number as u64);
    let name = match text("_save_name").filter(|name| !name.trim().is_empty()) {
        Some(name) => Some(name),
        // Before 6.18 there was no JSON.
        None => {
            entry(&mut zip, "extra_info")?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        }
    };
    let saved = whole("_ctime").and_then(|seconds| i64::try_from(seconds).ok());
    let about = About {
        name,
        version: text("_version"),
        last_played: saved.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        played: whole("_game_runtime"),
        screenshot: Some(
            ["screenshot.png", "screenshot.tga"]
                .iter()
                .any(|name| zip.index_for_name(name).is_some()),
        ),
        ..About::default()
    };
    Ok(Some(about.cleaned()))
}

fn entry(zip: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Option<Vec<u8>>, Damage> {
    if zip.index_for_name(name).is_none() {
        return Ok(None);
    }
    let entry = zip.by_name(name).map_err(|_| Damage::ZipList)?;
    let mut bytes = Vec::new();
    entry.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(Damage::TooLarge);
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn slot(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            zip.start_file(*name, SimpleFileOptions::default())
                .expect("starts");
            zip.write_all(content).expect("writes");
        }
        zip.finish().expect("ends").into_inner()
    }

    #[test]
    fn a_slot_says_its_name_time_and_picture() {
        let json =
            br#"{"_save_name": "Chapter 3\n", "_renpy_version": [8, 3, 4], "_version": "1.2",
            "_game_runtime": 5400.25, "_ctime": 1786000000.5}"#;
        let file = slot(&[
            ("screenshot.png", b"\x89PNG"),
            ("extra_info", b"other"),
            ("json", json),
            ("log", b"\x80"),
        ]);
        let about = read(&file).expect("read").expect("a slot");
        assert_eq!(about.name.as_deref(), Some("Chapter 3"));
        assert_eq!(about.version.as_deref(), Some("1.2"));
        assert_eq!((about.played, about.screenshot), (Some(5400), Some(true)));
        assert_eq!(
            about.last_played,
            Timestamp::from_second(1_786_000_000).ok()
        );
    }

    #[test]
    fn a_slot_of_an_old_engine_has_a_name_too() {
        let file = slot(&[
            ("extra_info", "K\u{fc}che".as_bytes()),
            ("json", b"not json"),
            ("log", b""),
        ]);
        let about = read(&file).expect("read").expect("a slot");
        assert_eq!(about.name.as_deref(), Some("K\u{fc}che"));
        assert_eq!((about.last_played, about.screenshot), (None, Some(false)));
    }

    #[test]
    fn another_zip_is_no_slot_and_half_a_slot_is_damage() {
        assert_eq!(read(&slot(&[("pack.mcmeta", b"{}")])), Ok(None));
        let file = slot(&[("json", b"{}"), ("log", b"x")]);
        assert_eq!(read(&file[..file.len() / 2]), Err(Damage::ZipList));
    }

    #[test]
    fn the_longest_text_is_read_and_a_byte_more_is_too_large() {
        let largest = usize::try_from(LONGEST).expect("small");
        let with = |length: usize| {
            let mut json = br#"{"_save_name": "Chapter 3"}"#.to_vec();
            json.resize(length, b' ');
            let file = slot(&[("log", b""), ("json", &json)]);
            assert!(file.len() < 1 << 16);
            read(&file).map(|about| about.and_then(|about| about.name))
        };
        assert_eq!(with(largest), Ok(Some("Chapter 3".to_owned())));
        assert_eq!(with(largest + 1), Err(Damage::TooLarge));
        assert_eq!(with(2 * largest), Err(Damage::TooLarge));
    }
}
