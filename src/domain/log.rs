//! The log: what one run of a command led to, as text that people read and programs can read back.
//!
//! ```text
//! 2026-11-21 14:03:12 +01:00  pull  My Pack (deck)  applied: 2 units, 4.10 MiB, 1.8 s
//!     Updated saves/My World, options.txt (4.10 MiB).
//!     warning: saves.example.org did not answer
//!       The game starts with what is here.
//! ```
//!
//! Two spaces part the fields of the first line. No field holds two, nor a control character.

use std::fmt::Write as _;

use serde::Serialize;

/// The most that one message may say, in bytes, and how many there may be.
const LONGEST: usize = 2000;
const MOST: usize = 30;

const MESSAGE: &str = "    ";
const HINT: &str = "      ";

/// One run of a command.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// When it ended, by the clock on the wall: RFC 3339, with the offset.
    pub time: String,
    /// The command.
    pub command: String,
    /// What the instance is called.
    pub label: String,
    /// What this device is called.
    pub device: String,
    /// The game folder, in the user's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// What became of it, in a word.
    pub outcome: String,
    /// How much it was, in words.
    pub details: Vec<String>,
    /// The exit code.
    pub exit_code: u8,
    /// How long it took.
    pub seconds: f64,
    /// What was said.
    pub messages: Vec<Message>,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// What.
    pub text: String,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl Message {
    /// Returns a message without hints.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            hints: Vec::new(),
        }
    }
}

impl Entry {
    /// Returns the entry as it is written, ended by a line break.
    pub fn to_text(&self) -> String {
        let mut details = self.details.clone();
        if self.exit_code != 0 {
            details.push(format!("exit {}", self.exit_code));
        }
        details.push(format!("{:.1} s", self.seconds));
        let time = self.time.replacen('T', " ", 1);
        let (date, offset) = time.split_at_checked(19).unwrap_or((&time, ""));
        let mut text = format!(
            "{date} {offset}  {}  {} ({})  {}: {}",
            field(&self.command),
            field(&self.label),
            field(&self.device).replace('(', "\\u{28}"),
            self.outcome,
            details.join(", ")
        );
        if let Some(folder) = &self.folder {
            text += "  ";
            text += &field(folder);
        }
        text.push('\n');
        for message in self.messages.iter().take(MOST) {
            for line in message.text.lines() {
                let _ = writeln!(text, "{MESSAGE}{}", words(line));
            }
            for hint in &message.hints {
                let _ = writeln!(text, "{HINT}{}", words(hint));
            }
        }
        if let Some(more) = self.messages.len().checked_sub(MOST + 1) {
            let _ = writeln!(text, "{MESSAGE}and {} more", more + 1);
        }
        text
    }

    /// Reads the first line of an entry; `None` where it is none.
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split("  ");
        let (time, command, who, result) = (
            fields.next()?,
            fields.next()?,
            fields.next()?,
            fields.next()?,
        );
        let folder = fields.next().map(str::to_owned);
        let (date, clock_and_offset) = time.split_once(' ')?;
        let (clock, offset) = clock_and_offset.split_once(' ')?;
        let (label, device) = who.strip_suffix(')')?.rsplit_once(" (")?;
        let (outcome, details) = result.split_once(": ")?;
        let mut details: Vec<String> = details.split(", ").map(str::to_owned).collect();
        let seconds = details.pop()?.strip_suffix(" s")?.parse().ok()?;
        let exit = |detail: &String| detail.strip_prefix("exit ")?.parse().ok();
        let exit_code = details.last().and_then(exit);
        if exit_code.is_some() {
            details.pop();
        }
        Some(Self {
            time: format!("{date}T{clock}{offset}"),
            command: command.to_owned(),
            label: label.to_owned(),
            device: device.to_owned(),
            folder,
            outcome: outcome.to_owned(),
            details,
            exit_code: exit_code.unwrap_or(0),
            seconds,
            messages: Vec::new(),
        })
    }
}

/// Reads a log, oldest first. Lines that are no part of an entry are left out.
pub fn parse(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines() {
        if let Some(hint) = line.strip_prefix(HINT) {
            let message = entries
                .last_mut()
                .and_then(|entry| entry.messages.last_mut());
            if let Some(message) = message {
                message.hints.push(hint.to_owned());
            }
        } else if let Some(message) = line.strip_prefix(MESSAGE) {
            if let Some(entry) = entries.last_mut() {
                entry.messages.push(Message::new(message));
            }
        } else {
            entries.extend(Entry::parse(line));
        }
    }
    entries
}

/// A name on one line, without two spaces in a row, or at an end.
fn field(text: &str) -> String {
    let text = words(text);
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c == ' ' && (plain.is_empty() || plain.ends_with(' ')) {
            plain += "\\u{20}";
        } else {
            plain.push(c);
        }
    }
    if plain.ends_with(' ') {
        plain.pop();
        plain += "\\u{20}";
    }
    if plain.is_empty() {
        "-".to_owned()
    } else {
        plain
    }
}

/// Words on one line: no control characters, not too many, and nothing that a URL should not hold.
fn words(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if plain.len() > LONGEST {
            plain += " ...";
            break;
        }
        if c.is_control() {
            plain.extend(c.escape_default());
        } else {
            plain.push(c);
        }
    }
    without_userinfo(&plain)
}

/// Replaces what stands before the `@` of a URL. No message of ours holds such a thing; a log stays.
fn without_userinfo(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        plain += before;
        plain += "://";
        let end = after
            .find(|c: char| c == '/' || c.is_whitespace())
            .unwrap_or(after.len());
        rest = match after[..end].rfind('@') {
            Some(at) => {
                plain += "***";
                &after[at..]
            }
            None => after,
        };
    }
    plain += rest;
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry() -> Entry {
        Entry {
            time: "2026-11-21T14:03:12+01:00".to_owned(),
            command: "pull".to_owned(),
            label: "My Pack".to_owned(),
            device: "deck".to_owned(),
            folder: None,
            outcome: "applied".to_owned(),
            details: vec!["2 units".to_owned(), "4.10 MiB".to_owned()],
            exit_code: 0,
            seconds: 1.8,
            messages: vec![Message {
                text: "warning: the server is away".to_owned(),
                hints: vec!["Is it on?".to_owned()],
            }],
        }
    }

    #[test]
    fn it_is_made_for_people() {
        assert_eq!(
            entry().to_text(),
            "2026-11-21 14:03:12 +01:00  pull  My Pack (deck)  applied: 2 units, 4.10 MiB, 1.8 s\n    \
             warning: the server is away\n      Is it on?\n"
        );
        let user = Entry {
            folder: Some("/home/u/My Pack".to_owned()),
            exit_code: 3,
            details: Vec::new(),
            messages: Vec::new(),
            ..entry()
        };
        assert_eq!(
            user.to_text(),
            "2026-11-21 14:03:12 +01:00  pull  My Pack (deck)  applied: exit 3, 1.8 s  /home/u/My Pack\n"
        );
    }

    #[test]
    fn it_can_be_read_back() {
        let other = Entry {
            folder: Some("/a".to_owned()),
            exit_code: 137,
            ..entry()
        };
        // What somebody wrote between them belongs to nobody, nor does a line that was cut off.
        let cut = &other.to_text()[..60];
        let text = format!(
            "      hint\n{}nonsense\n{}\n{cut}\n",
            entry().to_text(),
            other.to_text(),
        );
        assert_eq!(parse(&text), [entry(), other]);
    }

    #[test]
    fn names_break_no_line_and_no_field() {
        let odd = Entry {
            label: " a  b\n(c) \u{1b}[31m ".to_owned(),
            device: "d (e) ".to_owned(),
            folder: Some("/x  y\r\n".to_owned()),
            messages: vec![Message::new("two\nlines \u{7}")],
            ..entry()
        };
        let text = odd.to_text();
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(!text.contains(['\r', '\u{1b}', '\u{7}']), "{text}");
        let back = parse(&text);
        assert_eq!(back.len(), 1);
        assert_eq!(back[0].label, "\\u{20}a \\u{20}b\\n(c) \\u{1b}[31m\\u{20}");
        assert_eq!(back[0].folder.as_deref(), Some("/x \\u{20}y\\r\\n"));
        assert_eq!(back[0].messages.len(), 2);
    }

    #[test]
    fn a_secret_in_a_url_is_not_written() {
        let text = words("cannot reach https://u:p@ss@host/x and rest:http://t@h, sftp://host/@a");
        let plain = "cannot reach https://***@host/x and rest:http://***@h, sftp://host/@a";
        assert_eq!(text, plain);
    }

    #[test]
    fn a_long_message_is_cut_whatever_letters_it_has() {
        let fits = "x".repeat(LONGEST + 1);
        assert_eq!(words(&fits), fits);
        for long in ["x".repeat(LONGEST + 2), "\u{20ac}".repeat(LONGEST)] {
            let cut = words(&long);
            assert!(cut.ends_with(" ...") && cut.len() < LONGEST + 10, "{cut}");
        }
    }

    #[test]
    fn it_stays_small() {
        let much = Entry {
            messages: vec![Message::new("x".repeat(100_000)); 1000],
            ..entry()
        };
        assert!(much.to_text().len() < 70_000);
        assert!(much.to_text().ends_with("    and 970 more\n"));
    }

    proptest! {
        #[test]
        fn any_names_are_one_entry(
            label in ".*", device in ".*", folder in ".*", text in ".*", hint in ".*",
        ) {
            let messages = vec![Message { text, hints: vec![hint] }];
            let entry = Entry { label, device, folder: Some(folder), messages, ..entry() };
            let back = parse(&entry.to_text());
            prop_assert_eq!(back.len(), 1);
            prop_assert_eq!(&back[0].outcome, "applied");
            prop_assert!(back[0].folder.is_some());
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "(?s).*") {
            let _ = parse(&text);
        }
    }
}
