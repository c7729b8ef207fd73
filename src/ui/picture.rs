//! A text as a picture that a camera reads, in half blocks.

use crate::domain::square::{Correction, Square};

/// How wide the light edge is that cameras need, in points.
const EDGE: usize = 2;

/// Returns the picture in lines of at most `width` columns: dark on light where there are colours, else as a
/// dark terminal shows it. `None` where it does not fit.
pub fn of(text: &str, width: usize, is_coloured: bool) -> Option<String> {
    let square = Square::of(text, Correction::Low)?;
    let whole = square.side() + 2 * EDGE;
    if whole > width {
        return None;
    }
    let is_light = |x: usize, y: usize| !square.is_dark((x, y), EDGE);
    let mut lines = Vec::new();
    for y in (0..whole).step_by(2) {
        let points = (0..whole).map(|x| {
            let (above, below) = (is_light(x, y), y + 1 >= whole || is_light(x, y + 1));
            match (above != is_coloured, below != is_coloured) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            }
        });
        let line: String = points.collect();
        lines.push(if is_coloured {
            format!("\u{1b}[30;107m{line}\u{1b}[0m")
        } else {
            line
        });
    }
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the points back: light is true.
    fn points(picture: &str, is_coloured: bool) -> Vec<Vec<bool>> {
        let mut rows = Vec::new();
        for line in picture.lines() {
            let line = line
                .trim_start_matches("\u{1b}[30;107m")
                .trim_end_matches("\u{1b}[0m");
            let read = |letter: char| match letter {
                '█' => (true, true),
                '▀' => (true, false),
                '▄' => (false, true),
                _ => (false, false),
            };
            let (above, below): (Vec<_>, Vec<_>) = line.chars().map(read).unzip();
            for row in [above, below] {
                rows.push(row.into_iter().map(|drawn| drawn != is_coloured).collect());
            }
        }
        rows
    }

    #[test]
    fn each_point_of_the_code_is_where_it_belongs_in_colours_and_without() {
        let text = "https://saves.example.org/alice/482913-0123-4567-89AB-N8";
        let code = Square::of(text, Correction::Low).expect("a code");
        for is_coloured in [true, false] {
            let picture = of(text, 100, is_coloured).expect("fits");
            assert_eq!(picture.contains('\u{1b}'), is_coloured);
            let rows = points(&picture, is_coloured);
            for (y, row) in rows.iter().enumerate().take(code.side() + 2 * EDGE) {
                for (x, light) in row.iter().enumerate() {
                    assert_eq!(*light, !code.is_dark((x, y), EDGE), "{x} {y}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_not_drawn() {
        assert!(of("x", 10, false).is_none());
        assert!(of(&"x".repeat(9000), usize::MAX, false).is_none());
    }
}
