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

#[cfg(test)]
mod tests {
    #[test]
    fn values_stand_in_one_column() {
        let rows = [("a", "1".to_owned()), ("long", "2".to_owned())];
        assert_eq!(super::columns(&rows), "a     1\nlong  2");
    }
}
