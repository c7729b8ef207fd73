//! A text as the square of points that a camera reads (a QR code). Terminal, windows and pages draw it, each in its way.

use qrcode::{Color, EcLevel, QrCode};

/// How much of the square may be unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// 7 of 100: few points, for where there is little room.
    Low,
    /// 15 of 100.
    Medium,
}

/// The points, without the light edge that cameras need around them.
#[derive(Debug, Clone)]
pub struct Square {
    side: usize,
    dark: Vec<bool>,
}

impl Square {
    /// Makes the square of a text; `None` where it is too long for any.
    pub fn of(text: &str, correction: Correction) -> Option<Self> {
        let level = match correction {
            Correction::Low => EcLevel::L,
            Correction::Medium => EcLevel::M,
        };
        let code = QrCode::with_error_correction_level(text, level).ok()?;
        let colours = code.to_colors().into_iter();
        Some(Self {
            side: code.width(),
            dark: colours.map(|colour| colour == Color::Dark).collect(),
        })
    }

    /// Returns how many points wide and high it is.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Returns whether the point in this column and row is dark, seen with a light edge of `edge` points.
    pub fn is_dark(&self, (x, y): (usize, usize), edge: usize) -> bool {
        let inside = |place: usize| place.checked_sub(edge).filter(|place| *place < self.side);
        let (Some(x), Some(y)) = (inside(x), inside(y)) else {
            return false;
        };
        self.dark.get(y * self.side + x).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The three corners by which a camera finds it: a ring of seven points around a block of three.
    #[test]
    fn it_has_its_corners_and_nothing_but_light_around_it() {
        for correction in [Correction::Low, Correction::Medium] {
            let square = Square::of("saves.example.org/alice/482913-N8", correction).expect("fits");
            let last = square.side() - 7;
            for (left, top) in [(0, 0), (last, 0), (0, last)] {
                for (x, y) in (0..7_usize).flat_map(|y| (0..7_usize).map(move |x| (x, y))) {
                    let from_middle = usize::max(x.abs_diff(3), y.abs_diff(3));
                    let is_dark = square.is_dark((left + x, top + y), 0);
                    assert_eq!(is_dark, from_middle != 2, "{left} {top}: {x} {y}");
                }
            }
            let whole = square.side() + 2 * 4;
            for place in 0..whole {
                for at in [0, 3, whole - 4, whole - 1, whole, usize::MAX] {
                    assert!(!square.is_dark((place, at), 4) && !square.is_dark((at, place), 4));
                }
            }
            assert!(square.is_dark((4, 4), 4));
        }
    }

    #[test]
    fn another_text_is_another_square_and_what_is_too_long_is_none() {
        let points = |text: &str| Square::of(text, Correction::Low).expect("fits").dark;
        assert_ne!(points("482913-N8"), points("482914-N8"));
        assert!(Square::of(&"x".repeat(9000), Correction::Low).is_none());
    }
}
