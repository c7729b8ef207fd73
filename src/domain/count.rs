//! Numbers with what they count, as people write them.

/// Returns `1 hour`, `2 hours`: the word gets an `s` unless there is exactly one.
pub fn counted(number: impl Into<u64>, word: &str) -> String {
    match number.into() {
        1 => format!("1 {word}"),
        number => format!("{number} {word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        for (number, text) in [
            (0, "0 hours"),
            (1, "1 hour"),
            (2, "2 hours"),
            (21, "21 hours"),
            (u64::MAX, "18446744073709551615 hours"),
        ] {
            assert_eq!(counted(number, "hour"), text);
        }
    }
}
