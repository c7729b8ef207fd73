//! Aligned columns.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Returns rows of a label and a value with the values in one column.
pub fn columns(rows: &[(&str, String)]) -> String {
    let width = rows
        .iter()
        .map(|(label, _)| label.chars().count())
        .max()
        .unwrap_or(0);
    let lines: Vec<String> = rows
        .iter()
        .map(|(label, value)| format!("{label:width$}  {value}"))
        .collect();
    lines.join("\n")
}

/// Returns rows of cells with each column as wide as its widest cell.
pub fn grid(rows: &[Vec<String>]) -> String {
    fitted(rows, usize::MAX)
}

/// Returns the same, with the first column cut where a line would be longer than `width`: down to a
/// few letters, since the others say more.
pub fn fitted(rows: &[Vec<String>], width: usize) -> String {
    const GAP: usize = 2;
    const LEAST: usize = 12;
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        })
        .collect();
    let total = widths.iter().sum::<usize>() + GAP * columns.saturating_sub(1);
    if let Some(first) = widths.first_mut() {
        *first = first
            .saturating_sub(total.saturating_sub(width))
            .max((*first).min(LEAST));
    }
    let line = |row: &Vec<String>| {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let cell = shortened(cell, *width);
            let space = width + GAP - cell.width();
            line.push_str(&cell);
            line.extend(std::iter::repeat_n(' ', space));
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns a text of at most `width` columns; some letters take two.
pub fn shortened(text: &str, width: usize) -> String {
    const DOTS: &str = "...";
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        let next = c.width().unwrap_or(0);
        if short.width() + next + DOTS.len() > width {
            break;
        }
        short.push(c);
    }
    short + DOTS
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["a", "bbb", "c"], vec!["aa", "b"]]
            .map(|row| row.into_iter().map(str::to_owned).collect());
        assert_eq!(super::grid(&rows), "a   bbb  c\naa  b");
    }

    #[test]
    fn letters_of_two_columns_align_and_long_names_are_cut() {
        let rows = [
            vec!["\u{65b0}\u{3057}", "x"],
            vec!["a very long name of a pack", "y"],
        ]
        .map(|row| row.into_iter().map(str::to_owned).collect());
        let wide = "\u{65b0}\u{3057}                        x\na very long name of a pack  y";
        assert_eq!(super::fitted(&rows, 80), wide);
        assert_eq!(
            super::fitted(&rows, 20),
            "\u{65b0}\u{3057}               x\na very long na...  y"
        );
        assert_eq!(
            super::fitted(&rows, 1),
            "\u{65b0}\u{3057}          x\na very lo...  y"
        );
    }

    #[test]
    fn values_stand_in_one_column() {
        let rows = [("a", "1".to_owned()), ("long", "2".to_owned())];
        assert_eq!(super::columns(&rows), "a     1\nlong  2");
    }
}
