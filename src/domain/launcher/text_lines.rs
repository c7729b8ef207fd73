//! Files of lines `key=value`: putting a line in and taking it away again, so that every other byte
//! stays.

use std::ops::Range;

/// One `key=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where its value stands, without the space around it.
    pub value: Range<usize>,
    /// Where its line stands, with its end.
    pub line: Range<usize>,
}

/// Returns the end of the line that goes on at `from`, its newline included.
pub fn line_end(bytes: &[u8], from: usize) -> usize {
    let newline = bytes[from..].iter().position(|byte| *byte == b'\n');
    newline.map_or(bytes.len(), |at| from + at + 1)
}

/// Returns how much space is in front of a value; none where there is no value.
pub fn leading_space(raw: &[u8]) -> usize {
    match raw.trim_ascii_start() {
        [] => 0,
        value => raw.len() - value.len(),
    }
}

/// Returns how lines end in this file.
fn newline(bytes: &[u8]) -> &'static [u8] {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(at) if at > 0 && bytes[at - 1] == b'\r' => b"\r\n",
        _ => b"\n",
    }
}

/// Adds a line at `at`, which is the beginning of a line or the end of the file.
pub fn insert(bytes: &[u8], at: usize, key: &str, value: &[u8]) -> Vec<u8> {
    let (before, after) = bytes.split_at(at);
    let newline = newline(bytes);
    let mut out = before.to_vec();
    let unfinished = !before.is_empty() && !before.ends_with(b"\n");
    if unfinished {
        out.extend(newline);
    }
    out.extend(key.as_bytes());
    out.push(b'=');
    out.extend(value);
    if !unfinished {
        out.extend(newline);
    }
    out.extend(after);
    out
}

/// Takes a line away, such that [`insert`] is undone.
pub fn delete(bytes: &[u8], line: &Range<usize>) -> Vec<u8> {
    let mut start = line.start;
    if !bytes[line.clone()].ends_with(b"\n") && line.end == bytes.len() {
        let before = &bytes[..start];
        let before = before.strip_suffix(b"\n").unwrap_or(before);
        start = before.strip_suffix(b"\r").unwrap_or(before).len();
    }
    [&bytes[..start], &bytes[line.end..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_put_in_ends_as_the_others_do() {
        for (before, after) in [
            ("a=1\r\n", "a=1\r\nb=2\r\n"),
            ("a=1\n", "a=1\nb=2\n"),
            ("\n", "\nb=2\n"),
            ("\r\na=1", "\r\na=1\r\nb=2"),
            ("", "b=2\n"),
        ] {
            let with = insert(before.as_bytes(), before.len(), "b", b"2");
            assert_eq!(String::from_utf8_lossy(&with), after, "{before:?}");
        }
    }
}
