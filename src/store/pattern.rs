//! Escaping names for restic's include files, which trim, expand `$VAR` and glob.

/// Returns the line of an include file that names exactly `path` (relative, `/`).
///
/// The rules were found by trying 37 odd names with restic 0.18 and 0.19 (research of the
/// project); `tests/real/include_names.rs` tries any name. A newline cannot be written: it becomes
/// `?`, which matches more than itself, so whoever uses the result must leave aside what it did not
/// ask for.
pub fn include_line(path: &str) -> String {
    let mut line = String::with_capacity(path.len() + 8);
    line.push('/');
    for c in path.chars() {
        match c {
            '[' | '*' | '?' => {
                line.push('[');
                line.push(c);
                line.push(']');
            }
            '\\' => line.push_str("\\\\"),
            '$' => line.push_str("$$"),
            '\n' => line.push('?'),
            c if c.is_whitespace() && c != ' ' => {
                line.push('[');
                line.push(c);
                line.push(']');
            }
            // A space at the end of the line would be trimmed away.
            ' ' => line.push_str("[ ]"),
            c => line.push(c),
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_character_is_escaped() {
        assert_eq!(include_line("saves/W/a.mca"), "/saves/W/a.mca\n");
        assert_eq!(include_line("a [1]*?"), "/a[ ][[]1][*][?]\n");
        assert_eq!(include_line("$HOME\\x\n"), "/$$HOME\\\\x?\n");
        assert_eq!(include_line("a\r"), "/a[\r]\n");
    }

    proptest::proptest! {
        #[test]
        fn a_name_is_always_one_line(name in "\\PC*|[\\s$\\[\\]*?\\\\]*") {
            let line = include_line(&name);
            proptest::prop_assert_eq!(line.matches('\n').count(), 1);
            proptest::prop_assert!(line.ends_with('\n') && line.starts_with('/'));
        }
    }
}
