//! A text as a picture that a camera reads, for a page.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// How wide the light edge is that cameras need, in points.
const EDGE: usize = 4;

/// The picture.
#[derive(Debug)]
pub struct Square {
    /// How many points wide and high it is, with its edge.
    pub side: usize,
    /// The dark points, as the path of an SVG.
    pub dark: String,
}

impl Square {
    /// Draws a text; `None` where it is too long for any picture.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let places = (0..width).flat_map(|y| (0..width).map(move |x| (x, y)));
        let mut dark = String::new();
        for (x, y) in places.filter(|place| code[*place] == Color::Dark) {
            // Writing into a text does not fail.
            let _ = write!(dark, "M{} {}h1v1h-1z", x + EDGE, y + EDGE);
        }
        Some(Self {
            side: width + 2 * EDGE,
            dark,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dark_point_is_where_it_belongs_and_no_other() {
        let text = "saves.example.org/alice/482913-N8";
        let code = QrCode::with_error_correction_level(text, EcLevel::M).expect("a code");
        let square = Square::of(text).expect("a picture");
        assert_eq!(square.side, code.width() + 2 * EDGE);
        for y in 0..code.width() {
            for x in 0..code.width() {
                let drawn = format!("M{} {}h1v1h-1z", x + EDGE, y + EDGE);
                let is_dark = code[(x, y)] == Color::Dark;
                assert_eq!(square.dark.matches(&drawn).count(), usize::from(is_dark));
            }
        }
        assert!(Square::of(&"x".repeat(9000)).is_none());
    }
}
