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
    fn what_double_quotes_do_not_protect_is_in_single_ones() {
        assert_eq!(word("$HOME"), "'$HOME'");
        assert_eq!(word(r#"it's "x""#), r#"'it'\''s "x"'"#);
        assert_eq!(word(r"back\slash"), r"'back\slash'");
    }
}
