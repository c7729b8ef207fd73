//! How launchers take a command apart, and how a word has to be written to arrive whole.

use std::ops::Range;

/// Whose rules they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Qt's: double quotes alone; three of them are one that is meant.
    Qt,
    /// Those of `/bin/sh`.
    Shell,
    /// Those of programs on Windows.
    Windows,
}

/// One word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands in the line, with its quotes.
    pub span: Range<usize>,
    /// What the program gets.
    pub text: String,
    /// Whether the shell takes a part of it for more than a word: `&&`, `|`, `>`.
    pub operator: bool,
}

impl Words {
    /// Takes a line apart. What is not closed goes to the end.
    pub fn split(self, line: &str) -> Vec<Word> {
        let mut splitter = Splitter::default();
        match self {
            Self::Qt => splitter.qt(line),
            Self::Shell => splitter.shell(line),
            Self::Windows => splitter.windows(line),
        }
        splitter.end(line.len());
        splitter.words
    }

    /// Writes `text` as one word in double quotes; `None` where there is no way to.
    pub fn quote(self, text: &str) -> Option<String> {
        if text.contains(['\n', '\r', '\0']) {
            return None;
        }
        let inner = match self {
            // Newer versions of Prism look for variables in every word.
            Self::Qt if names_a_variable(text) => return None,
            Self::Qt => text.replace('"', "\"\"\""),
            Self::Shell => {
                let mut inner = String::with_capacity(text.len());
                for c in text.chars() {
                    if matches!(c, '"' | '$' | '`' | '\\') {
                        inner.push('\\');
                    }
                    inner.push(c);
                }
                inner
            }
            // Java makes one space of several before Windows sees the line.
            Self::Windows if text.contains('"') || text.contains("  ") => return None,
            Self::Windows => text.to_owned(),
        };
        Some(format!("\"{inner}\""))
    }
}

/// Prism leaves a name alone that is no variable's; those of variables are in capitals.
fn names_a_variable(text: &str) -> bool {
    let starts =
        |rest: &str| rest.starts_with(|c: char| c.is_ascii_uppercase() || matches!(c, '_' | '{'));
    text.match_indices('$')
        .any(|(at, _)| starts(&text[at + 1..]))
}

#[derive(Default)]
struct Splitter {
    words: Vec<Word>,
    start: Option<usize>,
    text: String,
    /// Whether there is a word although it may be empty: `''`.
    quoted: bool,
    operator: bool,
}

impl Splitter {
    fn push(&mut self, at: usize, c: char) {
        self.start.get_or_insert(at);
        self.text.push(c);
    }

    fn quote(&mut self, at: usize) {
        self.start.get_or_insert(at);
        self.quoted = true;
    }

    fn end(&mut self, at: usize) {
        let text = std::mem::take(&mut self.text);
        let quoted = std::mem::take(&mut self.quoted);
        let operator = std::mem::take(&mut self.operator);
        if let Some(start) = self.start.take()
            && (quoted || !text.is_empty())
        {
            self.words.push(Word {
                span: start..at,
                text,
                operator,
            });
        }
    }

    fn qt(&mut self, line: &str) {
        let (mut quotes, mut inside) = (0, false);
        for (at, c) in line.char_indices() {
            if c == '"' {
                self.start.get_or_insert(at);
                quotes += 1;
                if quotes == 3 {
                    quotes = 0;
                    self.text.push(c);
                }
                continue;
            }
            if quotes == 1 {
                inside = !inside;
            }
            quotes = 0;
            if !inside && c.is_whitespace() {
                self.end(at);
            } else {
                self.push(at, c);
            }
        }
    }

    fn shell(&mut self, line: &str) {
        let mut open = None;
        let mut chars = line.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match (open, c) {
                (Some(quote), _) if c == quote => open = None,
                (None, '\'' | '"') => {
                    self.quote(at);
                    open = Some(c);
                }
                (None | Some('"'), '\\') => {
                    self.start.get_or_insert(at);
                    let escapes =
                        |next: char| open.is_none() || matches!(next, '"' | '$' | '`' | '\\');
                    match chars.next_if(|(_, next)| escapes(*next)) {
                        Some((_, next)) => self.text.push(next),
                        None => self.text.push(c),
                    }
                }
                (None, ' ' | '\t') => self.end(at),
                (None, '&' | '|' | ';' | '<' | '>' | '(' | ')' | '\n') => {
                    self.push(at, c);
                    self.operator = true;
                }
                _ => self.push(at, c),
            }
        }
    }

    fn windows(&mut self, line: &str) {
        let mut inside = false;
        let mut chars = line.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' if chars.next_if(|(_, next)| *next == '"').is_some() => self.push(at, '"'),
                '"' => {
                    self.quote(at);
                    inside = !inside;
                }
                ' ' | '\t' if !inside => self.end(at),
                _ => self.push(at, c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(words: Words, line: &str) -> Vec<String> {
        words
            .split(line)
            .into_iter()
            .map(|word| word.text)
            .collect()
    }

    #[test]
    fn each_splits_by_its_own_rules() {
        assert_eq!(
            texts(Words::Qt, r#""a b" 'c d' "e""" f""#),
            ["a b", "'c", "d'", "e\" f"]
        );
        assert_eq!(texts(Words::Qt, r#"a "" b"#), ["a", "b"]);
        assert_eq!(
            texts(Words::Shell, r#"'a b' "c \"d\" \e" f\ g ''"#),
            ["a b", "c \"d\" \\e", "f g", ""]
        );
        assert_eq!(
            texts(Words::Windows, r#""C:\a b\c.exe" "d""#),
            [r"C:\a b\c.exe", "d"]
        );
        assert_eq!(texts(Words::Windows, r#"a\"b c"#), ["a\"b", "c"]);
        let words = Words::Shell.split("a && b '&&'");
        assert_eq!(
            words.iter().map(|word| word.operator).collect::<Vec<_>>(),
            [false, true, false, false]
        );
    }

    #[test]
    fn what_cannot_be_one_word_is_refused() {
        assert_eq!(Words::Qt.quote("/home/a$HOME/x"), None);
        assert_eq!(
            Words::Qt.quote("/home/a$/x").as_deref(),
            Some("\"/home/a$/x\"")
        );
        assert_eq!(
            Words::Qt.quote("/home/pay$day/x").as_deref(),
            Some("\"/home/pay$day/x\"")
        );
        assert_eq!(Words::Windows.quote(r"C:\a  b"), None);
        assert_eq!(Words::Shell.quote("a\nb"), None);
    }

    proptest! {
        #[test]
        fn a_quoted_word_arrives_whole(text in r"/[ -~\u{e9}\u{65b0}]{0,20}x") {
            for words in [Words::Qt, Words::Shell] {
                if let Some(quoted) = words.quote(&text) {
                    prop_assert_eq!(texts(words, &format!("{quoted} pull")), [text.as_str(), "pull"]);
                }
            }
        }

        #[test]
        fn spans_hold_the_words(line: String) {
            for words in [Words::Qt, Words::Shell, Words::Windows] {
                for word in words.split(&line) {
                    prop_assert!(line.get(word.span.clone()).is_some());
                }
            }
        }
    }
}
