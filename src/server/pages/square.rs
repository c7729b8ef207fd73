//! A text as a picture that a camera reads, for a page.

use std::fmt::Write as _;

use crate::domain::square::{self, Correction};

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
        let square = square::Square::of(text, Correction::Medium)?;
        let side = square.side() + 2 * EDGE;
        let places = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
        let mut dark = String::new();
        for (x, y) in places.filter(|place| square.is_dark(*place, EDGE)) {
            // Writing into a text does not fail.
            let _ = write!(dark, "M{x} {y}h1v1h-1z");
        }
        Some(Self { side, dark })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dark_point_is_where_it_belongs_and_no_other() {
        let text = "saves.example.org/alice/482913-N8";
        let code = square::Square::of(text, Correction::Medium).expect("a code");
        let square = Square::of(text).expect("a picture");
        assert_eq!(square.side, code.side() + 2 * EDGE);
        for y in 0..code.side() {
            for x in 0..code.side() {
                let drawn = format!("M{} {}h1v1h-1z", x + EDGE, y + EDGE);
                let is_dark = code.is_dark((x, y), 0);
                assert_eq!(square.dark.matches(&drawn).count(), usize::from(is_dark));
            }
        }
        assert!(Square::of(&"x".repeat(9000)).is_none());
    }
}
