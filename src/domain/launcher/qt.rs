//! Prism's files: INI as Qt reads it. Sections, `;` comments, quotes, escapes.

use super::text_lines::{Entry, leading_space, line_end};

/// The top level of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TopLevel {
    /// Its entries, in their order.
    pub entries: Vec<Entry>,
    /// Where a new line goes.
    pub end: usize,
}

/// Finds the entries of `[General]`, and of what stands before the first section.
pub fn top_level(bytes: &[u8]) -> TopLevel {
    let mut found = TopLevel::default();
    let mut at = if bytes.starts_with("\u{feff}".as_bytes()) {
        3
    } else {
        0
    };
    found.end = at;
    let (mut general, mut sections) = (true, 0);
    while let Some(item) = next(bytes, &mut at) {
        match item {
            Item::Section { name, line_end } => {
                general = name.eq_ignore_ascii_case(b"general");
                sections += u32::from(general);
                if general && sections == 1 {
                    found.end = line_end;
                }
            }
            Item::Entry(entry) if general => {
                if sections <= 1 {
                    found.end = entry.line.end;
                }
                found.entries.push(entry);
            }
            Item::Entry(_) => {}
        }
    }
    found
}

enum Item<'a> {
    Section { name: &'a [u8], line_end: usize },
    Entry(Entry),
}

/// Finds the next section or entry. A value goes on behind a newline that is escaped or in quotes.
fn next<'a>(bytes: &'a [u8], at: &mut usize) -> Option<Item<'a>> {
    loop {
        let space = bytes[*at..]
            .iter()
            .position(|byte| !byte.is_ascii_whitespace())?;
        let start = *at + space;
        let line_start = bytes[*at..start]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(*at, |n| *at + n + 1);
        if bytes[start] == b';' {
            *at = line_end(bytes, start);
            continue;
        }
        if bytes[start] == b'[' {
            let end = line_end(bytes, start);
            let inner = &bytes[start + 1..end];
            let close = inner
                .iter()
                .position(|byte| *byte == b']')
                .unwrap_or(inner.len());
            *at = end;
            let name = inner[..close].trim_ascii();
            return Some(Item::Section {
                name,
                line_end: end,
            });
        }
        let (equals, stop) = logical_end(bytes, start);
        // A comment behind the value is a part of its line.
        let end = line_end(bytes, stop);
        *at = end;
        if let Some(equals) = equals {
            let raw = &bytes[equals + 1..stop];
            let from = equals + 1 + leading_space(raw);
            return Some(Item::Entry(Entry {
                key: String::from_utf8_lossy(bytes[start..equals].trim_ascii()).into_owned(),
                value: from..from + raw.trim_ascii().len(),
                line: line_start..end,
            }));
        }
    }
}

/// Returns where the first `=` of a line is, and where what the line says ends.
fn logical_end(bytes: &[u8], start: usize) -> (Option<usize>, usize) {
    let (mut equals, mut quoted, mut at) = (None, false, start);
    while at < bytes.len() {
        match bytes[at] {
            b'=' if !quoted && equals.is_none() => equals = Some(at),
            b'"' => quoted = !quoted,
            b'\n' | b'\r' | b';' if !quoted => return (equals, at),
            // An escaped end of a line can have two characters.
            b'\\' if matches!(bytes.get(at + 1..at + 3), Some(b"\r\n" | b"\n\r")) => at += 2,
            b'\\' => at += 1,
            _ => {}
        }
        at += 1;
    }
    (equals, bytes.len())
}

/// Reads a value; `None` for lists and for what is no text.
pub fn decode(raw: &str) -> Option<String> {
    let mut list = list(raw)?;
    match list.len() {
        1 => list.pop(),
        _ => None,
    }
}

/// Reads a value as a list of texts; `None` for what is no text.
pub fn list(raw: &str) -> Option<Vec<String>> {
    let mut items = Vec::new();
    let mut reader = Reader::default();
    let mut chars = raw.trim_ascii().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                reader.quoted = !reader.quoted;
                reader.kept = reader.units.len();
            }
            ',' if !reader.quoted => {
                items.push(reader.item()?);
                while chars.next_if(|c| matches!(c, ' ' | '\t')).is_some() {}
            }
            '\\' => reader.escape(&mut chars),
            c => reader.push(c),
        }
    }
    items.push(reader.item()?);
    Some(items)
}

#[derive(Default)]
struct Reader {
    /// UTF-16: an escape is a unit, and two of them can be one character.
    units: Vec<u16>,
    /// How many of them are no space that may be cut off.
    kept: usize,
    quoted: bool,
}

impl Reader {
    fn push(&mut self, c: char) {
        self.units.extend(c.encode_utf16(&mut [0; 2]).iter());
    }

    fn escape(&mut self, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
        let number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>, base: u32| {
            let mut value = 0_u32;
            while let Some(digit) = chars.peek().and_then(|c| c.to_digit(base)) {
                value = (value * base + digit) & 0xffff;
                chars.next();
            }
            u16::try_from(value).unwrap_or_default()
        };
        let unit = match chars.next() {
            Some('a') => 7,
            Some('b') => 8,
            Some('f') => 12,
            Some('n') => 10,
            Some('r') => 13,
            Some('t') => 9,
            Some('v') => 11,
            Some(c @ ('"' | '?' | '\'' | '\\')) => c as u16,
            Some('x') => number(chars, 16),
            Some(c @ '0'..='7') => {
                // The digit that is read already stands for itself in front of the others.
                let mut rest = c.to_digit(8).unwrap_or_default();
                while let Some(digit) = chars.peek().and_then(|c| c.to_digit(8)) {
                    rest = (rest * 8 + digit) & 0xffff;
                    chars.next();
                }
                u16::try_from(rest).unwrap_or_default()
            }
            Some('\r') => {
                chars.next_if_eq(&'\n');
                return;
            }
            Some('\n') => {
                chars.next_if_eq(&'\r');
                return;
            }
            // Any other one is left out.
            _ => return,
        };
        self.units.push(unit);
        self.kept = self.units.len();
    }

    fn item(&mut self) -> Option<String> {
        let mut units = std::mem::take(&mut self.units);
        let kept = std::mem::take(&mut self.kept);
        while units.len() > kept && matches!(units.last(), Some(9 | 32)) {
            units.pop();
        }
        let text = String::from_utf16(&units).ok()?;
        match text.strip_prefix('@') {
            // Qt's mark of what is no text, and how a text that begins with it is written.
            Some(rest) => rest.starts_with('@').then(|| rest.to_owned()),
            None => Some(text),
        }
    }
}

/// Writes a value. What is not ASCII is escaped, which every version of Qt reads alike.
pub fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut raw = String::with_capacity(text.len() + 8);
    let mut quotes = text.starts_with(' ') || text.ends_with(' ');
    // Digits behind such an escape would be taken for a part of it.
    let mut after_number = false;
    if text.starts_with('@') {
        raw.push('@');
    }
    for c in text.chars() {
        let digit = after_number && c.is_ascii_hexdigit();
        after_number = false;
        match c {
            '"' | '\\' => {
                raw.push('\\');
                raw.push(c);
            }
            '\n' => raw.push_str("\\n"),
            '\r' => raw.push_str("\\r"),
            '\t' => raw.push_str("\\t"),
            ' '..='~' if !digit => {
                quotes |= matches!(c, '=' | ',' | ';');
                raw.push(c);
            }
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(raw, "\\x{unit:x}");
                }
                after_number = true;
            }
        }
    }
    if quotes { format!("\"{raw}\"") } else { raw }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_begins_at_the_first_equals_sign_and_may_have_more() {
        let found = top_level(b"[General]\nA=b=c\n\"D=e\"=f=g\n");
        let entries = found.entries.iter();
        let starts: Vec<(&str, usize)> = entries
            .map(|entry| (entry.key.as_str(), entry.value.start))
            .collect();
        assert_eq!(starts, [("A", 12), ("\"D=e\"", 22)]);
    }

    #[test]
    fn only_the_top_level_counts_and_comments_do_not() {
        let text = "; A=0\r\n[General]\r\nA=1 ; no\r\n B = \"x;=\\\"y\" \r\nC=a\\\n b\r\n\r\n[Other]\r\nA=2\r\n[general]\r\nD=3\r\n";
        let found = top_level(text.as_bytes());
        let values: Vec<_> = found
            .entries
            .iter()
            .map(|entry| (entry.key.as_str(), &text[entry.value.clone()]))
            .collect();
        assert_eq!(
            values,
            [
                ("A", "1"),
                ("B", "\"x;=\\\"y\""),
                ("C", "a\\\n b"),
                ("D", "3")
            ]
        );
        assert!(
            text[found.end..].starts_with("\r\n[Other]"),
            "{:?}",
            &text[found.end..]
        );
        assert_eq!(decode("a\\\n b").as_deref(), Some("a b"));
    }

    #[test]
    fn a_line_begins_behind_the_empty_ones_and_goes_on_behind_an_escaped_end() {
        let text = "\n\n A=1\r\nB=a\\\r\n b\r\nC=a\\\n\r b\nD=2\n";
        let found = top_level(text.as_bytes());
        let lines: Vec<_> = found
            .entries
            .iter()
            .map(|entry| &text[entry.line.clone()])
            .collect();
        assert_eq!(
            lines,
            [" A=1\r\n", "B=a\\\r\n b\r\n", "C=a\\\n\r b\n", "D=2\n"]
        );
    }

    #[test]
    fn values_are_read_as_qt_does() {
        for (raw, text) in [
            (
                r#""\"/home/u/is\" pull \"--pack-folder=$INST_MC_DIR\"""#,
                Some(r#""/home/u/is" pull "--pack-folder=$INST_MC_DIR""#),
            ),
            (r#""/x y" z"#, Some("/x y z")),
            (r"\x65b0\xd83c\xdfae\x61", Some("\u{65b0}\u{1f3ae}a")),
            (r#""trailing "  "#, Some("trailing ")),
            (r"C:\\a\qb\101", Some("C:\\abA")),
            (r"\a\b\f\v", Some("\u{7}\u{8}\u{c}\u{b}")),
            ("a\\\r\nb", Some("ab")),
            ("a\\\n\rb", Some("ab")),
            ("a, b", None),
            ("\"a, b\"", Some("a, b")),
            ("@Invalid()", None),
            ("@@x", Some("@x")),
            ("", Some("")),
        ] {
            assert_eq!(decode(raw).as_deref(), text, "{raw}");
        }
        assert_eq!(list("a, \"b, c\", d").expect("a list"), ["a", "b, c", "d"]);
        assert_eq!(list("a , b").expect("a list"), ["a", "b"]);
    }

    #[test]
    fn a_blank_at_either_end_is_kept_by_quotes() {
        for text in [" x", "x "] {
            let raw = encode(text);
            assert_eq!(raw, format!("\"{text}\""));
            assert_eq!(decode(&raw).as_deref(), Some(text));
        }
        assert_eq!(encode("x y"), "x y");
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(text: String) {
            let raw = encode(&text);
            assert!(raw.is_ascii());
            proptest::prop_assert_eq!(decode(&raw), Some(text));
            let line = format!("[General]\nA={raw}\nB=1\n");
            let found = top_level(line.as_bytes());
            assert_eq!(found.entries.len(), 2, "{line}");
        }

        #[test]
        fn any_bytes_have_entries_in_their_bounds(bytes: Vec<u8>) {
            let found = top_level(&bytes);
            for entry in found.entries {
                assert!(entry.line.start <= entry.value.start && entry.value.end <= entry.line.end);
            }
            assert!(found.end <= bytes.len());
        }
    }
}
