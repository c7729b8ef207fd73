//! `ATLauncher`'s files: JSON, of which one value is replaced and every other byte stays.

use std::ops::Range;

/// One member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    name: String,
    start: usize,
    value: Range<usize>,
}

/// An object within a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    members: Vec<Member>,
    open: usize,
}

impl Object {
    /// Finds the object at `path` from the outermost one; `None` where the text is no JSON, or there
    /// is no such object.
    pub fn at(text: &str, path: &[&str]) -> Option<Self> {
        serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
        let mut object = Scanner { text, at: 0 }.object()?;
        for name in path {
            let value = object.value(name)?;
            let at = value.start;
            object = Scanner { text, at }.object()?;
        }
        Some(object)
    }

    /// Returns where the value of a member is; of several, that of the last counts.
    pub fn value(&self, name: &str) -> Option<Range<usize>> {
        self.member(name)
            .map(|member| self.members[member].value.clone())
    }

    fn member(&self, name: &str) -> Option<usize> {
        self.members.iter().rposition(|member| member.name == name)
    }

    /// Returns the text with a member that has this value, or without it.
    pub fn put(&self, text: &str, name: &str, raw: Option<&str>) -> String {
        match (self.member(name), raw) {
            (Some(at), Some(raw)) => spliced(text, &self.members[at].value, raw),
            (Some(at), None) => self.without(text, at),
            (None, None) => text.to_owned(),
            (None, Some(raw)) => self.with(text, name, raw),
        }
    }

    fn with(&self, text: &str, name: &str, raw: &str) -> String {
        let name = serde_json::Value::from(name);
        let Some(last) = self.members.last() else {
            return spliced(text, &(self.open..self.open), &format!("{name}: {raw}"));
        };
        let before = &text[..last.start];
        let indent = &before[before.trim_end().len()..];
        let end = last.value.end;
        // As the member before it is written.
        let name_end = last.start + text[last.start..last.value.start].rfind('"').unwrap_or(0) + 1;
        let colon = &text[name_end..last.value.start];
        spliced(text, &(end..end), &format!(",{indent}{name}{colon}{raw}"))
    }

    fn without(&self, text: &str, at: usize) -> String {
        let member = &self.members[at];
        let span = match (at.checked_sub(1), self.members.get(at + 1)) {
            (Some(before), _) => self.members[before].value.end..member.value.end,
            (None, Some(after)) => member.start..after.start,
            (None, None) => member.start..member.value.end,
        };
        spliced(text, &span, "")
    }
}

fn spliced(text: &str, span: &Range<usize>, put: &str) -> String {
    [&text[..span.start], put, &text[span.end..]].concat()
}

/// Walks through text that is JSON.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.len() - rest.trim_ascii_start().len();
        self.text.as_bytes().get(self.at).copied()
    }

    fn object(mut self) -> Option<Object> {
        if self.peek()? != b'{' {
            return None;
        }
        self.at += 1;
        let mut object = Object {
            members: Vec::new(),
            open: self.at,
        };
        loop {
            match self.peek()? {
                b'}' => return Some(object),
                b',' => self.at += 1,
                _ => {
                    let start = self.at;
                    self.value()?;
                    let name = serde_json::from_str(&self.text[start..self.at]).ok()?;
                    if self.peek()? != b':' {
                        return None;
                    }
                    self.at += 1;
                    self.peek()?;
                    let from = self.at;
                    self.value()?;
                    let value = from..self.at;
                    object.members.push(Member { name, start, value });
                }
            }
        }
    }

    /// Steps over one value.
    fn value(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    while *bytes.get(self.at)? != b'"' {
                        self.at += if bytes[self.at] == b'\\' { 2 } else { 1 };
                    }
                    self.at += 1;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' => self.at += 1,
                _ => {
                    let ends = |byte: &u8| {
                        matches!(byte, b',' | b'}' | b']' | b':') || byte.is_ascii_whitespace()
                    };
                    let rest = &bytes[self.at..];
                    self.at += rest.iter().position(ends).unwrap_or(rest.len());
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n  \"a\": 1.50e+3,\n  \"b\" : {\"x\": [\"}\", {\"a\": 2}], \"y\":null},\n  \"c\": \"q\\\"}\"\n}\n";

    fn put(text: &str, path: &[&str], name: &str, raw: Option<&str>) -> String {
        Object::at(text, path)
            .expect("an object")
            .put(text, name, raw)
    }

    #[test]
    fn one_value_is_replaced_and_everything_else_stays() {
        assert_eq!(put(TEXT, &[], "a", Some("7")), TEXT.replace("1.50e+3", "7"));
        assert_eq!(
            put(TEXT, &[], "c", Some("true")),
            TEXT.replace("\"q\\\"}\"", "true")
        );
        assert_eq!(put(TEXT, &["b"], "y", Some("3")), TEXT.replace("null", "3"));
        assert!(Object::at(TEXT, &["a"]).is_none() && Object::at("[]", &[]).is_none());
        assert!(Object::at("{\"a\": 1", &[]).is_none());
    }

    #[test]
    fn a_member_that_was_put_in_goes_away_without_a_trace() {
        for text in [TEXT, "{}", "{ }\n", "{\"a\":1}", "{\r\n\t\"a\": {}\r\n}"] {
            let with = put(text, &[], "new", Some("\"v\""));
            let value: serde_json::Value = serde_json::from_str(&with).expect("JSON");
            assert_eq!(value["new"], "v", "{with}");
            assert_eq!(put(&with, &[], "new", None), text);
        }
        assert_eq!(put("{\"a\": 1, \"b\": 2}", &[], "a", None), "{\"b\": 2}");
    }
}
