//! A hook's command in a launcher: writing it, knowing it again, what is chained to it.

use std::{fmt, ops::Range};

use super::words::{Word, Words};

/// Which of the two hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Before the game.
    Pull,
    /// After it.
    Push,
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pull => "pull",
            Self::Push => "push",
        })
    }
}

/// How the hook finds the game folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GameFolder {
    /// By the launcher's variable.
    Variable,
    /// By the folder in which launchers start commands: for paths that do not survive the variable.
    Current,
}

/// What runs a chained command on Unix where the launcher has a shell.
const SHELL: &str = "/bin/sh -c ";

/// Returns the command of a hook, with `original` chained to it; `None` where the program's path
/// cannot be written as one word.
pub fn compose(
    words: Words,
    program: &str,
    verb: Verb,
    game: GameFolder,
    original: Option<&str>,
) -> Option<String> {
    let folder = match game {
        GameFolder::Variable => "$INST_MC_DIR",
        GameFolder::Current => ".",
    };
    let line = format!(
        "{} {verb} \"--pack-folder={folder}\"",
        words.quote(program)?
    );
    Some(match original {
        None => line,
        Some(original) if words == Words::Shell => format!("{line} -- {SHELL}{}", single(original)),
        Some(original) => format!("{line} -- {original}"),
    })
}

/// A command that is one of ours, whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook<'a> {
    line: &'a str,
    words: Words,
    program: Word,
    verb: (Verb, Range<usize>),
    original: Option<String>,
    mixed: bool,
}

impl<'a> Hook<'a> {
    /// Knows a command of ours by the program's name and `pull` or `push`, whatever options it has.
    pub fn read(words: Words, line: &'a str) -> Option<Self> {
        let all = words.split(line);
        let dashes = all
            .iter()
            .position(|word| word.text == "--" && !word.operator);
        let own = &all[..dashes.unwrap_or(all.len())];
        let (program, options) = own.split_first()?;
        if !is_our_name(&program.text) {
            return None;
        }
        let verb = options.iter().find_map(|word| match word.text.as_str() {
            "pull" => Some((Verb::Pull, word.span.clone())),
            "push" => Some((Verb::Push, word.span.clone())),
            _ => None,
        })?;
        Some(Self {
            line,
            words,
            program: program.clone(),
            verb,
            original: dashes.and_then(|at| unchained(words, line, &all[at])),
            mixed: own.iter().any(|word| word.operator),
        })
    }

    /// Returns the program that it runs.
    pub fn program(&self) -> &str {
        &self.program.text
    }

    /// Returns which hook it is.
    pub fn verb(&self) -> Verb {
        self.verb.0
    }

    /// Returns the command that is chained to it.
    pub fn original(&self) -> Option<&str> {
        self.original.as_deref()
    }

    /// Returns whether a shell does more with the line than run our program.
    pub fn is_mixed(&self) -> bool {
        self.mixed
    }

    /// Returns the line with another program, and this verb; options and what is chained stay.
    pub fn with(&self, program: &str, verb: Verb) -> Option<String> {
        if self.program() == program && self.verb() == verb {
            return Some(self.line.to_owned());
        }
        let mut line = self.line.to_owned();
        // From the end, so that the spans in front stay true.
        line.replace_range(self.verb.1.clone(), &verb.to_string());
        line.replace_range(self.program.span.clone(), &self.words.quote(program)?);
        Some(line)
    }
}

/// Returns our program where a command starts it as one of `verbs`, wherever in it that stands: behind
/// another program, or in what a shell is given.
pub fn started(words: Words, line: &str, verbs: &[&str]) -> Option<String> {
    let all = words.split(line);
    let found = all.iter().enumerate().find(|(at, word)| {
        let does = |word: &Word| verbs.contains(&word.text.as_str());
        // Our name is no verb.
        is_our_name(&word.text) && all[*at..].iter().any(does)
    });
    if let Some((_, word)) = found {
        // A shell does not take what stands in front of the path for a part of it.
        let mut parts = word.text.rsplit(['&', '|', ';', '(']);
        let path = parts.next().filter(|_| word.operator);
        return Some(path.unwrap_or(&word.text).to_owned());
    }
    let mut inner = all.iter().filter(|word| {
        // A word that is the whole line would be taken apart for ever.
        word.text.len() < line.len() && word.text.contains(char::is_whitespace)
    });
    inner.find_map(|word| started(Words::Shell, &word.text, verbs))
}

fn is_our_name(program: &str) -> bool {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    let name = name.to_ascii_lowercase();
    name.strip_suffix(".exe").unwrap_or(&name) == "instance-sync"
}

/// Returns what follows the `--`, as it was before it was chained.
fn unchained(words: Words, line: &str, dashes: &Word) -> Option<String> {
    let rest = &line[dashes.span.end..];
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    if rest.trim().is_empty() {
        return None;
    }
    let inner = match words {
        Words::Shell => rest.strip_prefix(SHELL).and_then(unquoted),
        _ => None,
    };
    Some(inner.unwrap_or_else(|| rest.to_owned()))
}

/// Writes a text as one word that a shell takes as it is.
fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Takes back what [`single`] did; `None` for anything else.
fn unquoted(word: &str) -> Option<String> {
    let inner = word.strip_prefix('\'')?.strip_suffix('\'')?;
    let text = inner.replace(r"'\''", "'");
    (single(&text) == word).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Words; 3] = [Words::Qt, Words::Shell, Words::Windows];

    /// Which is none that a shell knows: it is one word, and the whole line.
    #[test]
    fn a_line_with_a_space_of_another_script_is_taken_apart_once() {
        for line in ["a\u{a0}b", "instance-sync\u{3000}pull"] {
            assert_eq!(started(Words::Shell, line, &["pull"]), None);
        }
    }

    #[test]
    fn the_line_is_the_one_that_every_version_takes() {
        let line = |words, original| {
            compose(
                words,
                "/home/u/is dir/instance-sync",
                Verb::Pull,
                GameFolder::Variable,
                original,
            )
        };
        let plain = r#""/home/u/is dir/instance-sync" pull "--pack-folder=$INST_MC_DIR""#;
        for words in ALL {
            assert_eq!(line(words, None).as_deref(), Some(plain));
        }
        assert_eq!(
            line(Words::Qt, Some(r#""/x y" z"#)),
            Some(format!(r#"{plain} -- "/x y" z"#))
        );
        let chained = format!(r"{plain} -- /bin/sh -c 'a && echo '\''it is'\'' $HOME'");
        assert_eq!(
            line(Words::Shell, Some("a && echo 'it is' $HOME")),
            Some(chained)
        );
    }

    #[test]
    fn a_line_is_ours_by_program_and_verb() {
        for (line, verb) in [
            (
                r#""/a b/instance-sync" pull "--pack-folder=$INST_MC_DIR" --on-conflict=keep-both"#,
                Some(Verb::Pull),
            ),
            (r#""C:\a b\Instance-Sync.EXE" -g push"#, Some(Verb::Push)),
            ("instance-sync pull", Some(Verb::Pull)),
            ("instance-sync status", None),
            ("instance-sync -- pull", None),
            ("/x/instance-sync-old pull", None),
            ("echo instance-sync pull", None),
            ("", None),
        ] {
            for words in [Words::Qt, Words::Windows] {
                assert_eq!(
                    Hook::read(words, line).map(|hook| hook.verb()),
                    verb,
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn our_program_is_found_wherever_a_command_starts_it() {
        let found = |words, line| started(words, line, &["pull", "run"]);
        for (line, program) in [
            (r#""/a b/instance-sync" run --"#, Some("/a b/instance-sync")),
            (
                "env X=1 /a/instance-sync -g pull --json",
                Some("/a/instance-sync"),
            ),
            (
                r#"mangohud "C:\x\instance-sync.exe" run -- a"#,
                Some(r"C:\x\instance-sync.exe"),
            ),
            ("/a/instance-sync push", None),
            ("run /a/instance-sync", None),
            ("notify-send instance-sync", None),
            ("", None),
        ] {
            assert_eq!(found(Words::Qt, line).as_deref(), program, "{line}");
        }
        for line in [
            "sh -c 'cd x && /a/instance-sync pull'",
            "sh -c \"sh -c 'true;/a/instance-sync run -- y'\"",
        ] {
            let program = found(Words::Shell, line);
            assert_eq!(program.as_deref(), Some("/a/instance-sync"), "{line}");
        }
    }

    #[test]
    fn another_program_keeps_options_and_chain() {
        let line = r#"instance-sync -g push --json -- "/x y" -- z"#;
        let hook = Hook::read(Words::Qt, line).expect("ours");
        assert_eq!(hook.original(), Some(r#""/x y" -- z"#));
        assert_eq!(
            hook.with("/n w", Verb::Pull).as_deref(),
            Some(r#""/n w" -g pull --json -- "/x y" -- z"#)
        );
        assert_eq!(
            hook.with("instance-sync", Verb::Push).as_deref(),
            Some(line)
        );
    }

    #[test]
    fn what_a_shell_does_besides_is_noticed() {
        let hook = Hook::read(Words::Shell, "'/x/instance-sync' pull && notify").expect("ours");
        assert!(hook.is_mixed());
        let hook =
            Hook::read(Words::Shell, "/x/instance-sync pull -- /bin/sh -c 'a && b'").expect("ours");
        assert!(!hook.is_mixed());
        assert_eq!(hook.original(), Some("a && b"));
        // Chained by hand: taken as it stands.
        let hook = Hook::read(Words::Shell, "/x/instance-sync pull -- a 'b c'").expect("ours");
        assert_eq!(hook.original(), Some("a 'b c'"));
    }

    proptest! {
        #[test]
        fn whatever_is_chained_comes_back(original in "[^\0]{0,40}x") {
            for words in ALL {
                let line = compose(words, "/a b/instance-sync", Verb::Push, GameFolder::Current, Some(&original)).expect("a word");
                let hook = Hook::read(words, &line).expect("ours");
                prop_assert_eq!(hook.original(), Some(original.as_str()));
                prop_assert!(!hook.is_mixed());
            }
        }
    }
}
