//! Printing: the only place that does.
//!
//! A hook writes little, all of it to standard output (`ATLauncher` reads stderr only at the end, and
//! a full pipe would hang the launch), in ASCII where that is no terminal and the locale is not UTF-8
//! (launchers decode by it), each line ended (Prism drops a last line that is not).

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::{
    cell::{Cell, RefCell},
    env,
    io::{self, IsTerminal, Write},
};

use serde::Serialize;
use serde_json::json;

use crate::{
    domain::{log::Message, shell},
    error::Error,
    texts::text,
};

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A launcher's log, by way of a hook.
    Hook,
    /// The same, while standard output belongs to a game: everything goes to standard error.
    Wrapper,
    /// A person, or a script.
    Person,
}

/// In what form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Sentences.
    Text,
    /// One JSON object a line.
    Json,
}

/// Where everything is printed.
#[derive(Debug)]
pub struct Output {
    audience: Audience,
    format: Format,
    terminal: bool,
    /// Whether a launcher reads, or may.
    hook: bool,
    /// Whether it is one that colours lines.
    launcher: bool,
    letters: Letters,
    warned: Cell<bool>,
    told: RefCell<Vec<Message>>,
}

impl Output {
    /// Returns the output for this process's streams.
    pub fn new(audience: Audience, format: Format) -> Self {
        let terminal = match audience {
            Audience::Wrapper => io::stderr().is_terminal(),
            Audience::Hook | Audience::Person => io::stdout().is_terminal(),
        };
        let hook = audience != Audience::Person && !terminal;
        // Prism and MultiMC colour lines by a prefix; ATLauncher exports nothing and does not.
        let launcher = hook && env::var_os("INST_ID").is_some();
        Self {
            audience,
            format,
            terminal,
            launcher,
            hook,
            letters: if hook {
                Letters::of_locale(|name| env::var(name).ok())
            } else {
                Letters::All
            },
            warned: Cell::new(false),
            told: RefCell::new(Vec::new()),
        }
    }

    /// Returns whether people see it as it comes.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Returns how many columns a line may have: those of the terminal, or no bound where there is none.
    pub fn width(&self) -> usize {
        let size = terminal_size::terminal_size().filter(|_| self.terminal);
        size.map_or(usize::MAX, |(width, _)| usize::from(width.0))
    }

    /// Returns whether programs read it.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Returns whether whoever reads it understands ASCII alone.
    pub fn is_ascii(&self) -> bool {
        self.letters == Letters::Ascii
    }

    /// Returns whether lines can be drawn with signs that are no letters of ASCII.
    pub fn draws(&self) -> bool {
        let letters = Letters::of_locale(|name| env::var(name).ok());
        // A console of Windows shows them whatever the locale is.
        letters != Letters::Ascii || cfg!(windows) && self.terminal
    }

    /// Returns whether words may be coloured.
    pub fn is_coloured(&self) -> bool {
        let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        self.terminal && !plain && !dumb
    }

    /// Returns whether anything was warned of.
    pub fn has_warned(&self) -> bool {
        self.warned.get()
    }

    /// Returns what was told so far, for the log, and forgets it.
    pub fn take_told(&self) -> Vec<Message> {
        self.told.take()
    }

    /// Prints a sentence.
    pub fn line(&self, text: &str) {
        self.told.borrow_mut().push(Message::new(text));
        self.passing(text);
    }

    /// Prints a sentence that is over in a moment: progress, a question.
    pub fn passing(&self, text: &str) {
        match self.format {
            Format::Text => self.put(text),
            Format::Json => self.object(&json!({"event": "notice", "message": text})),
        }
    }

    /// Prints something that the player should look at.
    pub fn warning(&self, text: &str, hints: &[String]) {
        self.warned.set(true);
        self.keep("warning", text, hints);
        match self.format {
            Format::Text => self.marked(Level::Warning, text, hints),
            Format::Json => {
                self.object(&json!({"event": "warning", "message": text, "hints": hints}));
            }
        }
    }

    /// Prints why a command failed.
    pub fn error(&self, error: &Error) {
        let text = error.to_string();
        self.keep("error", &text, error.hints());
        match self.format {
            Format::Text => self.marked(Level::Error, &text, error.hints()),
            Format::Json => self.object(&json!({
                "event": "error", "message": text, "hints": error.hints(), "exit_code": error.exit_code(),
            })),
        }
    }

    /// Prints one JSON object on a line of its own.
    pub fn object(&self, value: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(value) {
            self.put_line(&if self.hook { ascii_json(&text) } else { text });
        }
    }

    /// Prints text that stands by itself: tables, pages.
    pub fn text(&self, text: &str) {
        self.stdout(text.trim_end_matches('\n'));
    }

    fn keep(&self, level: &str, text: &str, hints: &[String]) {
        self.told.borrow_mut().push(Message {
            text: format!("{level}: {text}"),
            hints: hints.to_vec(),
        });
    }

    fn marked(&self, level: Level, text: &str, hints: &[String]) {
        let mut whole = text.to_owned();
        for hint in hints {
            let end = if whole.ends_with(['.', '!', '?']) {
                ""
            } else {
                "."
            };
            whole = format!("{whole}{end} {hint}");
        }
        let line = if self.launcher {
            format!("!![{}]!instance-sync: {whole}", level.mark())
        } else {
            level.before(&whole)
        };
        if self.audience == Audience::Person {
            // A reader that has gone away is no reason to fail.
            let _ = writeln!(io::stderr(), "{line}");
        } else {
            self.stdout(&line);
        }
    }

    fn put(&self, text: &str) {
        if self.hook {
            self.stdout(&format!("instance-sync: {text}"));
        } else {
            self.stdout(text);
        }
    }

    fn stdout(&self, text: &str) {
        match self.letters {
            Letters::All => self.put_line(text),
            Letters::Printable => self.put_line(&spelled(text, |c| !c.is_control())),
            Letters::Ascii => self.put_line(&spelled(text, |c| matches!(c, ' '..='~'))),
        }
    }

    fn put_line(&self, text: &str) {
        if self.audience == Audience::Wrapper {
            // In one piece: the game writes there too.
            let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
            return;
        }
        let mut stdout = io::stdout().lock();
        let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    }
}

/// Returns where the server writes its log: standard error, for a service manager.
#[cfg(feature = "serve")]
pub fn log() -> Box<dyn Write + Send> {
    Box::new(io::stderr())
}

/// How bad it is.
#[derive(Debug, Clone, Copy)]
enum Level {
    Warning,
    Error,
}

impl Level {
    /// What launchers know it by.
    fn mark(self) -> &'static str {
        match self {
            Self::Warning => "Warning",
            Self::Error => "Error",
        }
    }

    fn before(self, text: &str) -> String {
        match self {
            Self::Warning => text!("output-warning", text = text),
            Self::Error => text!("output-error", text = text),
        }
    }
}

/// Which letters are written as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    /// All, control characters too: a person looks at it.
    All,
    /// All that stay on their line.
    Printable,
    /// ASCII alone.
    Ascii,
}

impl Letters {
    /// Those that whoever reads by the locale of this process understands.
    fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .filter_map(variable)
            .find(|value| !value.is_empty());
        let locale = locale.unwrap_or_default().to_lowercase();
        if cfg!(unix) && (locale.contains("utf-8") || locale.contains("utf8")) {
            Self::Printable
        } else {
            Self::Ascii
        }
    }
}

/// Spells what is not ASCII in JSON text as `\uXXXX`, which every reader of JSON undoes.
fn ascii_json(text: &str) -> String {
    use std::fmt::Write as _;
    let mut spelled = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            spelled.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(spelled, "\\u{unit:04x}");
            }
        }
    }
    spelled
}

/// Spells what is not `plain` as `\u{..}`, and line breaks inside names as `\n`: nothing is lost, and
/// no line is two. Words of commands are spelled so that a shell reads them.
fn spelled(text: &str, plain: impl Fn(char) -> bool) -> String {
    let words = if cfg!(unix) {
        shell::spelled_words(text, &plain)
    } else {
        text.to_owned()
    };
    let mut spelled = String::with_capacity(words.len());
    for c in words.chars() {
        if plain(c) {
            spelled.push(c);
        } else {
            spelled.extend(c.escape_default());
        }
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_json() {
        let text = serde_json::to_string("\u{65b0}\u{1f3ae}\n").expect("a string");
        let spelled = ascii_json(&text);
        assert!(spelled.is_ascii());
        let back: String = serde_json::from_str(&spelled).expect("still JSON");
        assert_eq!(back, "\u{65b0}\u{1f3ae}\n");
    }

    #[test]
    fn everything_is_spelled_in_ascii_on_one_line() {
        let ascii = |text| spelled(text, |c| matches!(c, ' '..='~'));
        assert_eq!(ascii("saves/\u{65b0}\n"), "saves/\\u{65b0}\\n");
        assert_eq!(ascii("plain \"text\" \\"), "plain \"text\" \\");
        let printable = |text| spelled(text, |c: char| !c.is_control());
        assert_eq!(
            printable("saves/\u{65b0}\n\u{1b}"),
            "saves/\u{65b0}\\n\\u{1b}"
        );
    }

    #[test]
    #[cfg(unix)]
    fn the_locale_says_which_letters_a_launcher_reads() {
        let letters = |all: &str, ctype: &str, lang: &str| {
            let value = |name: &str| match name {
                "LC_ALL" => Some(all.to_owned()),
                "LC_CTYPE" => Some(ctype.to_owned()),
                _ => Some(lang.to_owned()),
            };
            Letters::of_locale(value)
        };
        assert_eq!(letters("", "", "de_DE.UTF-8"), Letters::Printable);
        assert_eq!(letters("", "C.utf8", "C"), Letters::Printable);
        assert_eq!(letters("C", "", "de_DE.UTF-8"), Letters::Ascii);
        assert_eq!(letters("", "", "de_DE.ISO-8859-1"), Letters::Ascii);
        assert_eq!(Letters::of_locale(|_| None), Letters::Ascii);
    }
}
