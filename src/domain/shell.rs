//! Words of commands that a player pastes into a shell.

use std::{fmt::Display, path::Path};

/// Returns `text` as one word. Double quotes do wherever nothing in it is special within them: every
/// shell reads those alike, that of Windows included.
pub fn word(text: &str) -> String {
    let special = |c: char| matches!(c, '"' | '$' | '`' | '\\' | '!');
    if cfg!(windows) || !text.contains(special) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Returns an option with its value as one word.
pub fn option(name: &str, value: impl Display) -> String {
    word(&format!("--{name}={value}"))
}

/// Returns the option that names a game folder.
pub fn pack_folder(pack: &Path) -> String {
    option("pack-folder", pack.display())
}

/// Respells the words of commands within `text`, as [`word`] wrote them, that have letters which are
/// not `plain`: bash and zsh read `$'\303\251'` as these bytes. What stands in no quotes is left alone.
pub fn spelled_words(text: &str, plain: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'']) {
        let (before, quoted) = rest.split_at(start);
        out.push_str(before);
        // An apostrophe within a sentence opens no word.
        let opens = before.is_empty() || before.ends_with([' ', '(']);
        let found = unquoted(quoted).filter(|(word, _)| opens && !word.chars().all(&plain));
        let Some((word, after)) = found else {
            // To the end of the word, so that its own quotes open none.
            let end = unquoted(quoted).filter(|_| opens);
            let end = end.map_or(1, |(_, after)| quoted.len() - after.len());
            out.push_str(&quoted[..end]);
            rest = &quoted[end..];
            continue;
        };
        out.push_str(&byte_word(&word));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Reads the word at the beginning of `text`, which is in quotes. Returns it, and what follows.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut rest = text;
    loop {
        let quote = rest.chars().next()?;
        let (inside, after) = rest[1..].split_once(quote)?;
        word.push_str(inside);
        rest = after;
        match rest.strip_prefix(r"\''") {
            Some(_) if quote == '\'' => {
                word.push('\'');
                rest = &rest[2..];
            }
            _ => return Some((word, rest)),
        }
    }
}

/// Returns a word in ASCII.
fn byte_word(text: &str) -> String {
    use std::fmt::Write as _;
    let mut word = String::from("$'");
    for byte in text.bytes() {
        match byte {
            b'\'' | b'\\' => {
                word.push('\\');
                word.push(char::from(byte));
            }
            b' '..=b'~' => word.push(char::from(byte)),
            // Three digits of base 8 end by themselves; those of base 16 may go on in the name.
            byte => {
                let _ = write!(word, "\\{byte:03o}");
            }
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_are_in_double_quotes() {
        assert_eq!(word("saves/My World"), "\"saves/My World\"");
        assert_eq!(word("it's"), "\"it's\"");
        let folder = pack_folder(Path::new("games/My pack"));
        assert_eq!(folder, "\"--pack-folder=games/My pack\"");
    }

    #[test]
    #[cfg(unix)]
    fn words_in_quotes_can_be_spelled_in_ascii() {
        let special = word("d\u{e9}j\u{e0} \"$it's\\");
        for (text, spelled) in [
            (
                "it's \"plain\" d\u{e9}",
                "it's \"plain\" d\u{e9}".to_owned(),
            ),
            (
                &format!("run: x {} {}.", option("f", "a\u{e9}1"), word("b")),
                r#"run: x $'--f=a\303\2511' "b"."#.to_owned(),
            ),
            (&special, r#"$'d\303\251j\303\240 "$it\'s\\'"#.to_owned()),
            ("x \"a b\"", "x \"a b\"".to_owned()),
            (
                "that of \u{e9}'s, \"open",
                "that of \u{e9}'s, \"open".to_owned(),
            ),
        ] {
            assert_eq!(spelled_words(text, |c| matches!(c, ' '..='~')), spelled);
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_double_quotes_do_not_protect_is_in_single_ones() {
        assert_eq!(word("$HOME"), "'$HOME'");
        assert_eq!(word(r#"it's "x""#), r#"'it'\''s "x"'"#);
        assert_eq!(word(r"back\slash"), r"'back\slash'");
    }
}
