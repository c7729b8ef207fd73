//! `MultiMC`'s files: no sections, raw quotes, `\\`, `\n`, `\t`, `\#`, comments from `#` on. Prism
//! reads files without a `ConfigVersion` by these rules too.

use super::text_lines::{Entry, leading_space, line_end};

/// Finds all entries.
pub fn entries(bytes: &[u8]) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut start = if bytes.starts_with("\u{feff}".as_bytes()) {
        3
    } else {
        0
    };
    while start < bytes.len() {
        let end = line_end(bytes, start);
        let line = &bytes[start..end];
        // Once there is an unescaped #, the launcher cuts the line at the first one of all.
        let comment = (1..line.len()).any(|at| line[at] == b'#' && line[at - 1] != b'\\');
        let first = line.iter().position(|byte| *byte == b'#');
        let text = match first {
            Some(at) if comment => &line[..at],
            _ => line,
        };
        if let Some(equals) = text.iter().position(|byte| *byte == b'=') {
            let raw = &text[equals + 1..];
            let from = start + equals + 1 + leading_space(raw);
            found.push(Entry {
                key: String::from_utf8_lossy(text[..equals].trim_ascii()).into_owned(),
                value: from..from + raw.trim_ascii().len(),
                line: start..end,
            });
        }
        start = end;
    }
    found
}

/// Reads a value.
pub fn decode(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(other) => text.push(other),
                None => {}
            },
            c => text.push(c),
        }
    }
    text
}

/// Writes a value.
pub fn encode(text: &str) -> String {
    let mut raw = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => raw.push_str("\\n"),
            '\t' => raw.push_str("\\t"),
            '\\' => raw.push_str("\\\\"),
            '#' => raw.push_str("\\#"),
            c => raw.push(c),
        }
    }
    raw
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, String)> {
        let value = |entry: Entry| (entry.key, text[entry.value].to_owned());
        entries(text.as_bytes()).into_iter().map(value).collect()
    }

    #[test]
    fn entries_are_found_as_the_launcher_finds_them() {
        let text =
            "# a comment\nA=1\r\n B = two words # not this\nnothing\nC=x\\#y\n\\#D=\\#E # F\nG=";
        let expected = [("A", "1"), ("B", "two words"), ("C", "x\\#y"), ("G", "")];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(values(text), expected);
    }

    #[test]
    fn values_are_escaped() {
        assert_eq!(encode("C:\\a #1\t\"b\""), "C:\\\\a \\#1\\t\"b\"");
        assert_eq!(decode("C:\\\\a \\#1\\t\\\"b\\\""), "C:\\a #1\t\"b\"");
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(text: String, bytes: Vec<u8>) {
            proptest::prop_assert_eq!(decode(&encode(&text)), text);
            for entry in entries(&bytes) {
                assert!(entry.line.start <= entry.value.start && entry.value.end <= entry.line.end);
            }
        }
    }
}
