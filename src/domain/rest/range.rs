//! Which part of an object is asked for: the `Range` header.

/// What a `Range` header asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Everything: no header, one in another unit, or one with several parts, which nobody has to serve.
    Whole,
    /// `bytes=a-b`: both ends included.
    FromTo(u64, u64),
    /// `bytes=a-`.
    From(u64),
    /// `bytes=-n`: the last `n`.
    Last(u64),
    /// Something in bytes that means nothing.
    Senseless,
}

/// What of an object of a known size that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slice {
    /// All of it.
    Whole,
    /// Some of it.
    Part {
        /// The first byte.
        from: u64,
        /// How many; at least one.
        length: u64,
    },
    /// Nothing that it has.
    Outside,
}

impl Range {
    /// Reads the header.
    pub fn parse(header: Option<&str>) -> Self {
        let Some((unit, parts)) = header.and_then(|header| header.split_once('=')) else {
            return Self::Whole;
        };
        if !unit.trim().eq_ignore_ascii_case("bytes") || parts.contains(',') {
            return Self::Whole;
        }
        let Some((from, to)) = parts.trim().split_once('-') else {
            return Self::Senseless;
        };
        match (number(from), number(to)) {
            (Some(from), Some(to)) if from <= to => Self::FromTo(from, to),
            (Some(from), None) if to.is_empty() => Self::From(from),
            (None, Some(last)) if from.is_empty() => Self::Last(last),
            _ => Self::Senseless,
        }
    }

    /// Returns which part of an object of this size that is.
    pub fn of(self, size: u64) -> Slice {
        let (from, end) = match self {
            Self::Whole => return Slice::Whole,
            Self::Senseless => return Slice::Outside,
            Self::FromTo(from, to) => (from, to.saturating_add(1).min(size)),
            Self::From(from) => (from, size),
            Self::Last(last) => (size.saturating_sub(last), size),
        };
        if from >= end {
            return Slice::Outside;
        }
        Slice::Part {
            from,
            length: end - from,
        }
    }
}

/// Reads digits; one more than fit is as far as any object goes.
fn number(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().unwrap_or(u64::MAX))
}
