//! How names, bytes and commands are shown in the messages of failed checks.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

/// Shows a command so that it can be pasted into a shell.
pub fn command(words: &[OsString]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=/.:,@+%".contains(c);
    let mut line = String::new();
    for word in words {
        let word = word.to_string_lossy();
        let gap = if line.is_empty() { "" } else { " " };
        if !word.is_empty() && word.chars().all(plain) {
            let _ = write!(line, "{gap}{word}");
        } else {
            let _ = write!(line, "{gap}'{}'", word.replace('\'', r"'\''"));
        }
    }
    line
}

/// Shows a path, in quotes and on one line whatever is in it.
pub fn name(path: &Path) -> String {
    format!("{:?}", path.to_string_lossy())
}

/// Shows the beginning of some bytes on one line.
pub fn content(bytes: &[u8]) -> String {
    let beginning = &bytes[..bytes.len().min(32)];
    let dots = if beginning.len() < bytes.len() {
        "..."
    } else {
        ""
    };
    format!(
        "{} bytes \"{}{dots}\"",
        bytes.len(),
        beginning.escape_ascii()
    )
}
