//! Rows beside a drawing of what each was made on top of.

use std::collections::BTreeSet;

use renderdag::{Ancestor, GraphRowRenderer, Renderer};

use super::table::shortened;

/// One row of a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is called in the `parents` of others.
    pub name: String,
    /// What it was made on top of. What is no row is drawn as an open end.
    pub parents: Vec<String>,
    /// What stands for it.
    pub sign: Sign,
    /// What is written beside it, in lines.
    pub text: String,
    /// Words of its first line that are coloured, where anything is.
    pub bright: Vec<(String, Colour)>,
}

/// What stands for a row in a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Something in the course of things.
    Step,
    /// What is here now.
    Here,
    /// Something beside the course of things.
    Aside,
}

/// What a word is coloured with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// What is named to others.
    Name,
    /// What is worth a look.
    Mark,
}

/// With what a drawing is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pen {
    /// Whether there are signs for lines, and not only letters.
    pub lines: bool,
    /// Whether there are colours.
    pub colours: bool,
    /// How many columns a line may have.
    pub width: usize,
}

/// Draws rows, each of which stands above those that it was made on top of.
pub fn draw(rows: &[Row], pen: Pen) -> String {
    let shape = GraphRowRenderer::new().output().with_min_row_height(2);
    if pen.lines {
        draw_with(&mut shape.build_box_drawing(), rows, pen)
    } else {
        draw_with(&mut shape.build_ascii(), rows, pen)
    }
}

fn draw_with(
    renderer: &mut dyn Renderer<String, Output = String>,
    rows: &[Row],
    pen: Pen,
) -> String {
    let shown: BTreeSet<&String> = rows.iter().map(|row| &row.name).collect();
    let mut drawing = String::new();
    for row in rows {
        let parent = |name: &String| {
            if shown.contains(name) {
                Ancestor::Parent(name.clone())
            } else {
                Ancestor::Anonymous
            }
        };
        let parents = row.parents.iter().map(parent).collect();
        let sign = row.sign.with(pen).to_owned();
        let drawn = renderer.next_row(row.name.clone(), parents, sign, row.text.clone());
        let mut bright = &row.bright[..];
        for line in drawn.lines() {
            let line = shortened(line.trim_end(), pen.width);
            drawing.push_str(&coloured(line, bright, pen));
            drawing.push('\n');
            bright = &[];
        }
    }
    drawing
}

impl Sign {
    fn with(self, pen: Pen) -> &'static str {
        match (self, pen.lines) {
            (Self::Step, true) => "\u{25cb}",
            (Self::Here, true) => "\u{25c9}",
            (Self::Aside, true) => "\u{25c7}",
            (Self::Step, false) => "o",
            (Self::Here, false) => "@",
            (Self::Aside, false) => "x",
        }
    }
}

/// Colours the first of each word.
fn coloured(line: String, bright: &[(String, Colour)], pen: Pen) -> String {
    if !pen.colours {
        return line;
    }
    bright.iter().fold(line, |line, (word, colour)| {
        let code = match colour {
            Colour::Name => "33",
            Colour::Mark => "32",
        };
        line.replacen(word.as_str(), &format!("\u{1b}[{code}m{word}\u{1b}[0m"), 1)
    })
}

#[cfg(test)]
mod tests;
