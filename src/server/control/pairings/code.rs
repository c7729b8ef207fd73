//! The six digits of a code.

use super::super::answer::Refusal;
use crate::error::{Context, Error};

/// What is no code at all is no guess either.
pub(super) fn check_code(code: &str) -> Result<(), Refusal> {
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(())
    } else {
        Err(Refusal::Invalid("a code is six digits".to_owned()))
    }
}

/// Draws a code, each as likely as any other.
pub(super) fn six_digits() -> Result<String, Error> {
    const CODES: u32 = 1_000_000;
    loop {
        let mut bits = [0; 4];
        getrandom::fill(&mut bits).context(|| "the system gives no random numbers".to_owned())?;
        let drawn = u32::from_be_bytes(bits);
        if drawn < u32::MAX - u32::MAX % CODES {
            return Ok(format!("{:06}", drawn % CODES));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_six_digits_and_not_the_same() {
        let codes: Vec<_> = (0..20).map(|_| six_digits().expect("a code")).collect();
        for code in &codes {
            check_code(code).expect(code);
        }
        assert!(codes.iter().any(|code| *code != codes[0]));
        for wrong in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"] {
            assert!(check_code(wrong).is_err(), "{wrong}");
        }
    }
}
