//! The three ways in which launchers write a file of settings: reading one key, and changing it.

use super::{
    json::Object,
    kind::LauncherKind,
    plain, qt,
    text_lines::{self, Entry},
};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// INI, as Qt writes it.
    Qt(Outer),
    /// `MultiMC`'s lines.
    Plain(Outer),
    /// JSON; the keys are in this object below the outermost.
    Json(&'static [&'static str]),
}

/// What becomes of quotes around a whole value that has one of `;=,` in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outer {
    /// They are a part of it.
    Kept,
    /// Prism takes them for an old way of writing and strips them: in files of `ConfigVersion` 1.1
    /// or none.
    Stripped,
}

/// Which file of a launcher it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The launcher's own.
    Launcher,
    /// One instance's.
    Instance,
}

/// One key of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// As it is written; `None` where it is missing.
    pub raw: Option<String>,
    /// What the launcher reads; `None` where it is missing, or no text.
    pub value: Option<String>,
}

impl Found {
    /// Returns the command, where there is one.
    pub fn command(&self) -> Option<&str> {
        self.value
            .as_deref()
            .filter(|value| !value.trim().is_empty())
    }

    /// Returns whether it is switched on.
    pub fn is_true(&self) -> bool {
        self.value
            .as_deref()
            .is_some_and(|value| value.trim() == "true")
    }
}

impl Syntax {
    /// Returns how this file is written; an error says why it cannot be read.
    pub fn of(kind: LauncherKind, of: Of, bytes: &[u8]) -> Result<Self, String> {
        match kind {
            LauncherKind::AtLauncher => {
                let syntax = Self::Json(match of {
                    Of::Launcher => &[],
                    Of::Instance => &["launcher"],
                });
                syntax.object(bytes).map(|_| syntax)
            }
            LauncherKind::MultiMc => Ok(Self::Plain(Outer::Kept)),
            LauncherKind::Prism => {
                let version = Self::Qt(Outer::Kept).get(bytes, "ConfigVersion")?.value;
                Ok(match version.as_deref() {
                    None => Self::Plain(Outer::Stripped),
                    Some("1.1") => Self::Qt(Outer::Stripped),
                    Some(_) => Self::Qt(Outer::Kept),
                })
            }
        }
    }

    /// Reads one key; an error says why it cannot be read.
    pub fn get(self, bytes: &[u8], key: &str) -> Result<Found, String> {
        let not_text = || format!("the value of {key} is not UTF-8");
        if let Self::Json(_) = self {
            let (text, object) = self.object(bytes)?;
            let raw = object.value(key).map(|span| text[span].to_owned());
            let value = raw.as_deref().and_then(|raw| self.decode(raw));
            return Ok(Found { raw, value });
        }
        let Some(entry) = self.entry(bytes, key) else {
            return Ok(Found::default());
        };
        let raw = std::str::from_utf8(&bytes[entry.value]).map_err(|_| not_text())?;
        Ok(Found {
            raw: Some(raw.to_owned()),
            value: self.decode(raw),
        })
    }

    /// Reads one key as a list of texts.
    pub fn list(self, bytes: &[u8], key: &str) -> Vec<String> {
        match (self, self.get(bytes, key)) {
            (Self::Qt(_), Ok(Found { raw: Some(raw), .. })) => qt::list(&raw).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// Writes one key, or takes it away; nothing else changes.
    pub fn put(self, bytes: &[u8], key: &str, raw: Option<&str>) -> Vec<u8> {
        if let Self::Json(_) = self {
            let Ok((text, object)) = self.object(bytes) else {
                return bytes.to_vec();
            };
            return object.put(text, key, raw).into_bytes();
        }
        match (self.entry(bytes, key), raw) {
            (Some(entry), Some(raw)) => {
                let (before, after) = (&bytes[..entry.value.start], &bytes[entry.value.end..]);
                [before, raw.as_bytes(), after].concat()
            }
            (Some(entry), None) => text_lines::delete(bytes, &entry.line),
            (None, None) => bytes.to_vec(),
            (None, Some(raw)) => {
                let end = match self {
                    Self::Qt(_) => qt::top_level(bytes).end,
                    Self::Plain(_) | Self::Json(_) => bytes.len(),
                };
                text_lines::insert(bytes, end, key, raw.as_bytes())
            }
        }
    }

    /// Writes a text as the launcher does.
    pub fn encode(self, text: &str) -> String {
        match self {
            Self::Qt(outer) => qt::encode(&outer.wrapped(text)),
            Self::Plain(outer) => plain::encode(&outer.wrapped(text)),
            Self::Json(_) => serde_json::Value::from(text).to_string(),
        }
    }

    /// Returns how no command is written: for `ATLauncher` an empty one is a command that fails.
    pub fn nothing(self) -> &'static str {
        match self {
            Self::Qt(_) | Self::Plain(_) => "",
            Self::Json(_) => "null",
        }
    }

    fn decode(self, raw: &str) -> Option<String> {
        match self {
            Self::Qt(outer) => qt::decode(raw).map(|text| outer.stripped(text)),
            Self::Plain(outer) => Some(outer.stripped(plain::decode(raw))),
            Self::Json(_) => match serde_json::from_str(raw).ok()? {
                serde_json::Value::String(text) => Some(text),
                serde_json::Value::Bool(value) => Some(value.to_string()),
                _ => None,
            },
        }
    }

    /// Of several lines with a key the last counts.
    fn entry(self, bytes: &[u8], key: &str) -> Option<Entry> {
        let entries = match self {
            Self::Qt(_) => qt::top_level(bytes).entries,
            Self::Plain(_) => plain::entries(bytes),
            Self::Json(_) => Vec::new(),
        };
        entries.into_iter().rfind(|entry| entry.key == key)
    }

    fn object(self, bytes: &[u8]) -> Result<(&str, Object), String> {
        let Self::Json(path) = self else {
            return Err("it is not JSON".to_owned());
        };
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        let object = Object::at(text, path).ok_or_else(|| match path {
            [] => "it is not a JSON object".to_owned(),
            [name, ..] => format!("it is not a JSON object with an object {name:?} in it"),
        })?;
        Ok((text, object))
    }
}

impl Outer {
    fn strips(self, text: &str) -> bool {
        self == Self::Stripped
            && text.len() >= 2
            && text.contains([';', '=', ','])
            && text.starts_with('"')
            && text.ends_with('"')
    }

    fn wrapped(self, text: &str) -> String {
        if self.strips(text) {
            format!("\"{text}\"")
        } else {
            text.to_owned()
        }
    }

    fn stripped(self, text: String) -> String {
        if self.strips(&text) {
            text[1..text.len() - 1].to_owned()
        } else {
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Syntax; 5] = [
        Syntax::Qt(Outer::Kept),
        Syntax::Qt(Outer::Stripped),
        Syntax::Plain(Outer::Kept),
        Syntax::Plain(Outer::Stripped),
        Syntax::Json(&[]),
    ];

    fn file(syntax: Syntax) -> &'static str {
        match syntax {
            Syntax::Json(_) => "{\n    \"a\": 1\n}",
            _ => "[General]\r\nA=1\r\n\r\n[Other]\r\nKey=x",
        }
    }

    proptest::proptest! {
        #[test]
        fn a_key_that_was_put_in_is_read_and_goes_away_without_a_trace(value in "[^\0]*") {
            for syntax in ALL {
                // Spaces around a value do not survive in MultiMC's files.
                let value = if matches!(syntax, Syntax::Plain(_)) { value.trim() } else { &value };
                let before = file(syntax).as_bytes();
                let with = syntax.put(before, "New", Some(&syntax.encode(value)));
                let found = syntax.get(&with, "New").expect("reads");
                proptest::prop_assert_eq!(found.value.as_deref(), Some(value));
                proptest::prop_assert_eq!(syntax.put(&with, "New", None), before);
            }
        }
    }

    #[test]
    fn only_quotes_around_what_needs_them_are_stripped() {
        for (text, strips) in [
            ("\"a;b\"", true),
            ("\"a=b\"", true),
            ("\"a,b\"", true),
            ("\"a b\"", false),
            ("a;b\"", false),
            ("\"a;b", false),
            ("a;b", false),
            ("\"", false),
            ("", false),
        ] {
            assert_eq!(Outer::Stripped.strips(text), strips, "{text}");
            assert!(!Outer::Kept.strips(text), "{text}");
        }
    }

    #[test]
    fn only_qt_has_lists() {
        let file = b"[General]\nA=x, \"y, z\"\n";
        assert_eq!(Syntax::Qt(Outer::Kept).list(file, "A"), ["x", "y, z"]);
        assert!(Syntax::Qt(Outer::Kept).list(file, "B").is_empty());
        assert!(Syntax::Plain(Outer::Kept).list(file, "A").is_empty());
    }

    #[test]
    fn the_syntax_of_prism_s_files_is_that_of_their_version() {
        let of = |text: &str| Syntax::of(LauncherKind::Prism, Of::Launcher, text.as_bytes());
        assert_eq!(
            of("[General]\nConfigVersion=1.2\n"),
            Ok(Syntax::Qt(Outer::Kept))
        );
        assert_eq!(
            of("[General]\nConfigVersion=1.1\n"),
            Ok(Syntax::Qt(Outer::Stripped))
        );
        assert_eq!(
            of("ApplicationTheme=dark\n"),
            Ok(Syntax::Plain(Outer::Stripped))
        );
        let stripped = Syntax::Plain(Outer::Stripped);
        assert_eq!(stripped.encode("\"a\" b=\"c\""), "\"\"a\" b=\"c\"\"");
    }

    #[test]
    fn the_last_of_several_lines_counts() {
        let syntax = Syntax::Qt(Outer::Kept);
        let bytes = b"[General]\nA=1\nA=2\n";
        assert_eq!(
            syntax.get(bytes, "A").expect("reads").value.as_deref(),
            Some("2")
        );
        assert_eq!(syntax.put(bytes, "A", Some("3")), b"[General]\nA=1\nA=3\n");
    }
}
