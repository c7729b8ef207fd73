//! Aligned columns.

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
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
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
    fn values_stand_in_one_column() {
        let rows = [("a", "1".to_owned()), ("long", "2".to_owned())];
        assert_eq!(super::columns(&rows), "a     1\nlong  2");
    }
}
